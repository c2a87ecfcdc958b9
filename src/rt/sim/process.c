/* What a program of several processes needs beside them: memory that they share, files without a
 * name, rights. There is one user, and it may do everything. */
#include "rt/process.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/sim/fd.h"
#include "rt/sim/host.h"
#include "rt/sim/process.h"

/* ---- rights ---- */

unsigned process_descriptors(void)
{
	return 20000;
}

bool process_is_root(void)
{
	return false;
}

int process_find_user(const char *name, struct process_user *ret)
{
	(void)name;
	(void)ret;
	return ERR_NOTFOUND;
}

int process_become(const struct process_user *user)
{
	(void)user;
	return 0;
}

unsigned process_dir_owner(const struct dir *d)
{
	(void)d;
	return 0;
}

int process_dir_give(const struct dir *d, const struct process_user *user)
{
	(void)d;
	(void)user;
	return 0;
}

/* ---- memory ---- */

#define LINE 64 /* of the processor's cache, on whose bounds it lies */

/* Shared for good: until the world ends. As the kernel's, it comes as zeros, and costs what is
 * touched of it. */
struct shared_memory {
	struct list all;
	char room[];
};

static struct list shared = { &shared, &shared };

void *process_shared_memory(size_t bytes)
{
	struct shared_memory *m = mem_zalloc(sizeof(*m) + LINE + bytes);

	list_append(&shared, &m->all);
	return m->room + (LINE - (uintptr_t)m->room % LINE);
}

void process_memory_stop(void)
{
	struct list *node;

	while ((node = list_pop(&shared)))
		free(container_of(node, struct shared_memory, all));
}

struct memory_file {
	struct fd_object object;
	struct buf bytes;
};

static void memory_free(struct fd_object *o)
{
	struct memory_file *m = container_of(o, struct memory_file, object);

	buf_done(&m->bytes);
	free(m);
}

int process_memory_file(struct slice bytes, int *ret_fd)
{
	struct memory_file *m = mem_zalloc(sizeof(*m));

	m->object.free = memory_free;
	buf_init(&m->bytes, bytes.n);
	buf_put(&m->bytes, bytes);
	*ret_fd = fd_new(&m->object);
	return 0;
}

int process_memory_read(int fd, struct buf *ret)
{
	struct fd_object *o = fd_object(fd, memory_free);

	if (o == NULL)
		return ERR_IO;
	buf_put(ret, buf_slice(&container_of(o, struct memory_file, object)->bytes));
	return ret->failed ? ERR_LIMIT : 0;
}

void process_close(int fd)
{
	fd_close(fd);
}

/* ---- the machine ---- */

void process_sleep(usec_t duration)
{
	host_pause(world_current(), duration, "sleeping");
}

void process_host_name(char *ret, size_t n)
{
	snprintf(ret, n, "%s", sim_host_name(sim_here()));
}
