/* Files, always relative to an open folder. Every function that takes `struct job *` may block.
 * Error codes are enum err_code; ERR_FULL is ENOSPC or EDQUOT. */
#ifndef SLUICE_RT_FILE_H
#define SLUICE_RT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/slice.h"

struct buf;
struct job;

/* Open folder; owned by the caller until dir_close. */
struct dir;
/* Open file; owned by the caller until file_close. */
struct file;

/* path is absolute or relative to the working folder. Makes the folder (mode 0700) when `make`. */
int dir_open(struct job *job, const char *path, bool make, struct dir **ret);
/* A folder below another; name holds no slash. */
int dir_open_below(struct job *job, struct dir *d, const char *name, bool make, struct dir **ret);
void dir_close(struct dir *d); /* NULL is fine */
/* Makes creations, renames and removals in this folder durable. */
int dir_sync(struct job *job, struct dir *d);
/* Calls visit for each name (not "." and ".."), in ascending order of name. Stops when it returns
 * nonzero, and returns that. */
int dir_list(struct job *job, struct dir *d, int (*visit)(void *arg, const char *name), void *arg);
int dir_rename(struct job *job, struct dir *d, const char *from, const char *to);
int dir_remove(struct job *job, struct dir *d, const char *name);
/* Bytes free for us, and total, on the file system of d. */
int dir_space(struct job *job, struct dir *d, uint64_t *ret_free, uint64_t *ret_total);

enum file_flags {
	FILE_READ = 1, /* may be read */
	FILE_WRITE = 2, /* may be written */
	FILE_CREATE = 4, /* made when missing, mode 0600 */
	FILE_EXCL = 8, /* with CREATE: ERR_EXISTS when it is there */
};
int file_open(struct job *job, struct dir *d, const char *name, int flags, struct file **ret);
void file_close(struct file *f); /* NULL is fine; says nothing about durability */
/* Takes the exclusive lock of this file, released when it is closed; ERR_BUSY when another process
 * has it. */
int file_lock(struct job *job, struct file *f);
int file_size(struct job *job, struct file *f, uint64_t *ret);
/* Reads up to n bytes at offset; *ret_n is less than n only at the end. */
int file_pread(struct job *job, struct file *f, void *p, size_t n, uint64_t offset, size_t *ret_n);
/* Writes all of it, or fails. Not durable. */
int file_pwrite(struct job *job, struct file *f, struct slice s, uint64_t offset);
/* Writes all of it durably: pwritev2(RWF_DSYNC) where the file system takes it, else pwritev and
 * fdatasync. After a failure nothing is known about the bytes. At most 1024 pieces. */
int file_pwritev_durable(
	struct job *job, struct file *f, const struct iovec *iov, int n, uint64_t offset);
/* fdatasync. */
int file_sync(struct job *job, struct file *f);
int file_truncate(struct job *job, struct file *f, uint64_t size);
/* Drops clean cached pages of the range, so that the next read comes from the device. Advice. */
void file_drop_cache(struct job *job, struct file *f, uint64_t offset, uint64_t n);
/* Loop side, never blocks: reads up to n bytes if all of them are cached. ERR_BUSY when they are
 * not (or the file system cannot tell): then read in a job. */
int file_read_cached(struct file *f, void *p, size_t n, uint64_t offset, size_t *ret_n);
/* Reads a whole file of at most max bytes. ERR_LIMIT when it is longer. */
int file_read_all(struct job *job, struct dir *d, const char *name, size_t max, struct buf *ret);
/* Writes a whole file durably under a temporary name, which begins with a dot, and renames it over
 * `name`; syncs the folder. */
int file_write_all(struct job *job, struct dir *d, const char *name, struct slice s, unsigned mode);

#endif
