/* Folders. A folder that may be made here is durable when it is open: its entry is synced in the
 * folder above, since what is later synced inside would be lost with it. That it was there already
 * proves nothing: its maker may have crashed before the sync. */
#include "rt/linux/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/file.h"
#include "rt/linux/oserr.h"

struct dir {
	int fd;
};

int dir_fd(const struct dir *d)
{
	return d->fd;
}

static int sync_parent(int fd)
{
	int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = parent < 0 || fsync(parent) != 0 ? oserr_code(errno) : 0;

	if (parent >= 0)
		close(parent);
	return r;
}

static int open_at(int at, const char *path, bool make, struct dir **ret)
{
	bool made = false;
	int fd, r;

	if (make) {
		made = mkdirat(at, path, 0700) == 0;
		if (!made && errno != EEXIST)
			return oserr_code(errno);
	}
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return oserr_code(errno);
	r = make ? sync_parent(fd) : 0;
	if (r == ERR_ACCESS && !made)
		r = 0; /* somebody else's folder above: who made this one there saw to it */
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = mem_alloc(sizeof(**ret));
	(*ret)->fd = fd;
	return 0;
}

int dir_open(struct job *job, const char *path, bool make, struct dir **ret)
{
	(void)job;
	return open_at(AT_FDCWD, path, make, ret);
}

int dir_open_below(struct job *job, struct dir *d, const char *name, bool make, struct dir **ret)
{
	(void)job;
	return open_at(d->fd, name, make, ret);
}

void dir_close(struct dir *d)
{
	if (d == NULL)
		return;
	close(d->fd);
	free(d);
}

int dir_sync(struct job *job, struct dir *d)
{
	(void)job;
	return fsync(d->fd) < 0 ? oserr_code(errno) : 0;
}

struct names {
	char **v;
	size_t n, cap;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(DIR *stream, struct names *names)
{
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(stream);

		if (e == NULL)
			return errno ? oserr_code(errno) : 0;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (names->n == names->cap) {
			names->cap = names->cap ? 2 * names->cap : 64;
			names->v = mem_resize(names->v, names->cap * sizeof(*names->v));
		}
		names->v[names->n++] = mem_strdup(slice_str(e->d_name));
	}
}

int dir_list(struct job *job, struct dir *d, int (*visit)(void *arg, const char *name), void *arg)
{
	struct names names = { 0 };
	/* Opened anew: the position of a folder's descriptor is shared. */
	int r, fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	(void)job;
	if (stream == NULL) {
		r = oserr_code(errno);
		if (fd >= 0)
			close(fd);
		return r;
	}
	r = read_names(stream, &names);
	closedir(stream);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (size_t i = 0; i < names.n && r == 0; i++)
		r = visit(arg, names.v[i]);
	names_done(&names);
	return r;
}

int dir_rename(struct job *job, struct dir *d, const char *from, const char *to)
{
	(void)job;
	return renameat(d->fd, from, d->fd, to) < 0 ? oserr_code(errno) : 0;
}

int dir_remove(struct job *job, struct dir *d, const char *name)
{
	(void)job;
	return unlinkat(d->fd, name, 0) < 0 ? oserr_code(errno) : 0;
}

int dir_space(struct job *job, struct dir *d, uint64_t *ret_free, uint64_t *ret_total)
{
	struct statvfs st;

	(void)job;
	if (fstatvfs(d->fd, &st) != 0)
		return oserr_code(errno);
	*ret_free = (uint64_t)st.f_bavail * st.f_frsize;
	*ret_total = (uint64_t)st.f_blocks * st.f_frsize;
	return 0;
}
