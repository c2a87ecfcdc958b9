/* One table for all hosts: who may use a number is decided by who knows it. */
#include "rt/sim/fd.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/sim/sim.h"

static struct {
	struct fd_object **v; /* NULL: free */
	int n;
} table;

static int place(struct fd_object *o)
{
	int fd = 0;

	while (fd < table.n && table.v[fd])
		fd++;
	if (fd == table.n)
		table.v = mem_resize(table.v, sizeof(*table.v) * (size_t)++table.n);
	table.v[fd] = o;
	o->refs++;
	return fd;
}

int fd_new(struct fd_object *o)
{
	o->refs = 0;
	return place(o);
}

int fd_dup(int fd)
{
	assert(fd >= 0 && fd < table.n && table.v[fd]);
	return place(table.v[fd]);
}

int sim_fd_dup(int fd)
{
	return fd_dup(fd);
}

struct fd_object *fd_object(int fd, void (*kind)(struct fd_object *o))
{
	struct fd_object *o = fd >= 0 && fd < table.n ? table.v[fd] : NULL;

	return o && o->free == kind ? o : NULL;
}

void fd_close(int fd)
{
	struct fd_object *o = fd >= 0 && fd < table.n ? table.v[fd] : NULL;

	if (o == NULL)
		return;
	table.v[fd] = NULL;
	if (--o->refs == 0)
		o->free(o);
}

size_t fd_leaks(void)
{
	size_t n = 0;

	for (int fd = 0; fd < table.n; fd++)
		n += table.v[fd] != NULL;
	return n;
}

void fd_stop(void)
{
	for (int fd = 0; fd < table.n; fd++)
		fd_close(fd);
	free(table.v);
	table.v = NULL;
	table.n = 0;
}
