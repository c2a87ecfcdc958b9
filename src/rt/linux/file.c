/* Files by plain system calls, relative to open folders. The one that matters is
 * file_pwritev_durable: a single pwritev2 with RWF_DSYNC is a write and its sync in one, without
 * touching what else is dirty in the file. */
#include "rt/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "rt/linux/dir.h"
#include "rt/linux/oserr.h"

struct file {
	int fd;
	atomic_bool no_dsync; /* the file system refused RWF_DSYNC */
};

/* 0, or errno as our code. */
static int result(int r)
{
	return r < 0 ? oserr_code(errno) : 0;
}

int file_open(struct job *job, struct dir *d, const char *name, int flags, struct file **ret)
{
	int os = O_CLOEXEC | O_NOCTTY;
	int fd;

	(void)job;
	if (flags & FILE_WRITE)
		os |= flags & FILE_READ ? O_RDWR : O_WRONLY;
	if (flags & FILE_CREATE)
		os |= O_CREAT;
	if (flags & FILE_EXCL)
		os |= O_EXCL;
	fd = openat(dir_fd(d), name, os, 0600);
	if (fd < 0)
		return oserr_code(errno);
	*ret = mem_zalloc(sizeof(**ret));
	(*ret)->fd = fd;
	return 0;
}

void file_close(struct file *f)
{
	if (f == NULL)
		return;
	close(f->fd);
	free(f);
}

int file_lock(struct job *job, struct file *f)
{
	(void)job;
	return result(flock(f->fd, LOCK_EX | LOCK_NB));
}

int file_size(struct job *job, struct file *f, uint64_t *ret)
{
	struct stat st;

	(void)job;
	if (fstat(f->fd, &st) != 0)
		return oserr_code(errno);
	*ret = (uint64_t)st.st_size;
	return 0;
}

int file_pread(struct job *job, struct file *f, void *p, size_t n, uint64_t offset, size_t *ret_n)
{
	size_t done = 0;

	(void)job;
	while (done < n) {
		ssize_t got = pread(f->fd, (char *)p + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return oserr_code(errno);
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return 0;
}

int file_pwrite(struct job *job, struct file *f, struct slice s, uint64_t offset)
{
	(void)job;
	while (s.n) {
		ssize_t put = pwrite(f->fd, s.p, s.n, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? oserr_code(errno) : ERR_IO;
		s = slice_skip(s, (size_t)put);
		offset += (uint64_t)put;
	}
	return 0;
}

/* One call, durable or not. */
static ssize_t put_pieces(struct file *f, const struct iovec *iov, int n, uint64_t offset)
{
	ssize_t put = -1;

	if (!atomic_load_explicit(&f->no_dsync, memory_order_relaxed)) {
		put = pwritev2(f->fd, iov, n, (off_t)offset, RWF_DSYNC);
		if (put >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL))
			return put;
		atomic_store_explicit(&f->no_dsync, true, memory_order_relaxed);
	}
	return pwritev(f->fd, iov, n, (off_t)offset);
}

int file_pwritev_durable(
	struct job *job, struct file *f, const struct iovec *iov, int n, uint64_t offset)
{
	size_t skip = 0; /* of the first piece, after a short write */

	(void)job;
	while (n > 0) {
		struct iovec rest = { (char *)iov->iov_base + skip, iov->iov_len - skip };
		ssize_t put = skip ? put_pieces(f, &rest, 1, offset)
				   : put_pieces(f, iov, n < IOV_MAX ? n : IOV_MAX, offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return oserr_code(errno);
		offset += (uint64_t)put;
		skip += (size_t)put;
		for (; n > 0 && skip >= iov->iov_len; n--)
			skip -= (iov++)->iov_len;
		if (put == 0 && n > 0)
			return ERR_IO;
	}
	if (atomic_load_explicit(&f->no_dsync, memory_order_relaxed))
		return result(fdatasync(f->fd));
	return 0;
}

int file_sync(struct job *job, struct file *f)
{
	(void)job;
	return result(fdatasync(f->fd));
}

int file_truncate(struct job *job, struct file *f, uint64_t size)
{
	(void)job;
	return result(ftruncate(f->fd, (off_t)size));
}

void file_drop_cache(struct job *job, struct file *f, uint64_t offset, uint64_t n)
{
	(void)job;
	(void)posix_fadvise(f->fd, (off_t)offset, (off_t)n, POSIX_FADV_DONTNEED); /* advice */
}

int file_read_cached(struct file *f, void *p, size_t n, uint64_t offset, size_t *ret_n)
{
	struct iovec iov = { p, n };
	struct stat st;
	ssize_t got = preadv2(f->fd, &iov, 1, (off_t)offset, RWF_NOWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR
			       ? ERR_BUSY
			       : oserr_code(errno);
	/* Short at the end of the file, or because the next page is not cached? */
	if ((size_t)got < n && (fstat(f->fd, &st) != 0 || (off_t)offset + got < st.st_size))
		return ERR_BUSY;
	*ret_n = (size_t)got;
	return 0;
}

int file_read_all(struct job *job, struct dir *d, const char *name, size_t max, struct buf *ret)
{
	struct file *f;
	struct buf b;
	int r = file_open(job, d, name, FILE_READ, &f);

	if (r < 0)
		return r;
	buf_init(&b, max + 1);
	for (size_t got = 1; r == 0 && got && b.n <= max;) {
		size_t want = max + 1 - b.n < 16384 ? max + 1 - b.n : 16384;
		char *room = buf_room(&b, want);

		r = room ? file_pread(job, f, room, want, b.n, &got) : ERR_LIMIT;
		if (r == 0)
			buf_added(&b, got);
	}
	if (r == 0 && b.n > max)
		r = ERR_LIMIT;
	if (r == 0)
		buf_put(ret, buf_slice(&b));
	buf_done_secret(&b); /* it may have been a key */
	file_close(f);
	return r == 0 && ret->failed ? ERR_LIMIT : r;
}

static int write_new(struct job *job, int at, const char *name, struct slice s, unsigned mode)
{
	struct file f = { .fd = openat(at, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) };
	int r;

	if (f.fd < 0)
		return oserr_code(errno);
	r = file_pwrite(job, &f, s, 0);
	if (r == 0)
		r = result(fchmod(f.fd, (mode_t)mode));
	if (r == 0)
		r = result(fsync(f.fd));
	close(f.fd);
	return r;
}

int file_write_all(struct job *job, struct dir *d, const char *name, struct slice s, unsigned mode)
{
	char temporary[NAME_MAX + 1];
	int n = snprintf(temporary, sizeof(temporary), ".%s.new", name);
	int r;

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return ERR_INVALID;
	r = write_new(job, dir_fd(d), temporary, s, mode);
	if (r == 0)
		r = dir_rename(job, d, temporary, name);
	if (r < 0) {
		(void)unlinkat(dir_fd(d), temporary, 0); /* the first error is the one to tell */
		return r;
	}
	return dir_sync(job, d);
}
