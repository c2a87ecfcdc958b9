/* Preloaded into a mail server (LD_PRELOAD), of any make: makes its disk slow, and writes down what
 * became durable when, and what was promised when.
 *
 *   SHIM_FOLDER    where the logs go, PROGRAM.PID.log each, mapped so that kill -9 loses nothing
 *   SHIM_DELAY_US  added to each fsync, fdatasync and synchronous pwritev2
 *   SHIM_LOG       set: writes that hold an id of the load, syncs and 250s are logged, see shim.h
 *   SHIM_UNSYNCED  N: every Nth sync is left out and not logged. The fault that the check must find.
 *
 * Without SHIM_LOG only syncs are counted, so that the shim costs next to nothing. */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ID	    "bench-id-"
#define ID_DIGITS   10
#define QUEUED	    "ueued as "
#define LOG_ENTRIES (1u << 20)
#define REPLY_MAX   4096 /* longer writes are not replies */

static struct {
	bool log;
	unsigned long delay_us, unsynced;
	pid_t owner; /* a child process gets its own file */
	struct shim_head *head;
	struct shim_entry *entries;
	size_t entries_n;
} shim;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static ssize_t (*real_pwritev2)(int, const struct iovec *, int, off_t, int);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static int (*real_fsync)(int), (*real_fdatasync)(int);

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- the log ---- */

static void open_log(void)
{
	const char *folder = getenv("SHIM_FOLDER");
	char path[512];
	size_t bytes;
	int fd;

	shim.owner = getpid();
	shim.head = NULL;
	if (folder == NULL)
		return;
	shim.entries_n = shim.log ? LOG_ENTRIES : 0;
	bytes = sizeof(struct shim_head) + shim.entries_n * sizeof(struct shim_entry);
	snprintf(path, sizeof(path), "%s/%s.%d.log", folder, program_invocation_short_name,
		(int)shim.owner);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	if (ftruncate(fd, (off_t)bytes) == 0) {
		void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		shim.head = p == MAP_FAILED ? NULL : p;
		shim.entries = shim.head ? (struct shim_entry *)(shim.head + 1) : NULL;
	}
	close(fd);
}

static bool have_log(void)
{
	if (shim.owner != getpid())
		open_log();
	return shim.head != NULL;
}

/* A place for an entry; its kind is to be set last. */
static struct shim_entry *new_entry(void)
{
	static struct shim_entry nowhere;
	uint64_t n = atomic_fetch_add((_Atomic uint64_t *)&shim.head->entries, 1);

	return n < shim.entries_n ? &shim.entries[n] : &nowhere;
}

static void finish_entry(struct shim_entry *e, enum shim_kind kind)
{
	atomic_store((_Atomic uint32_t *)&e->kind, kind);
}

/* ---- what is written ---- */

/* Regular files only: the same bytes pass through sockets, too. */
static bool inode_of(int fd, uint64_t *ret)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	*ret = st.st_ino;
	return true;
}

static void note_ids(int fd, const char *p, size_t n, uint64_t offset)
{
	const char *at = p, *end = p + n;
	uint64_t inode;

	while ((at = memmem(at, (size_t)(end - at), ID, strlen(ID)))) {
		const char *digits = at + strlen(ID);

		if (digits + ID_DIGITS > end || !inode_of(fd, &inode))
			return;
		struct shim_entry *e = new_entry();

		e->began_ns = now_ns();
		e->inode = inode;
		e->offset = offset + (uint64_t)(at - p);
		e->bytes = strlen(ID) + ID_DIGITS;
		memcpy(e->text, digits, ID_DIGITS);
		finish_entry(e, SHIM_WRITE);
		at = digits;
	}
}

static void note_replies(const char *p, size_t n)
{
	const char *at = p, *end = p + n;

	while ((at = memmem(at, (size_t)(end - at), QUEUED, strlen(QUEUED)))) {
		struct shim_entry *e = new_entry();
		size_t k = 0;

		for (at += strlen(QUEUED); at + k < end && k < sizeof(e->text) - 1 && at[k] > ' ';
			k++)
			e->text[k] = at[k];
		e->began_ns = now_ns();
		finish_entry(e, SHIM_REPLY);
	}
}

/* Before the bytes are given to the kernel. */
static void note_output(int fd, const void *p, size_t n, uint64_t offset)
{
	if (!shim.log || !have_log())
		return;
	if (n < REPLY_MAX)
		note_replies(p, n);
	note_ids(fd, p, n, offset);
}

static void note_pieces(int fd, const struct iovec *iov, int n, uint64_t offset)
{
	for (int i = 0; shim.log && i < n; i++) {
		note_output(fd, iov[i].iov_base, iov[i].iov_len, offset);
		offset += iov[i].iov_len;
	}
}

/* ---- syncs ---- */

static bool left_out(void)
{
	static atomic_ulong count;

	if (shim.unsynced == 0 || (atomic_fetch_add(&count, 1) + 1) % shim.unsynced)
		return false;
	if (have_log())
		atomic_fetch_add((_Atomic uint64_t *)&shim.head->unsynced, 1);
	return true;
}

static void after_sync(int fd, uint64_t began_ns, uint64_t offset, uint64_t bytes)
{
	struct timespec t = { .tv_sec = (time_t)(shim.delay_us / 1000000),
		.tv_nsec = (long)(shim.delay_us % 1000000 * 1000) };
	uint64_t inode;

	if (shim.delay_us)
		while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
			;
	if (!have_log())
		return;
	atomic_fetch_add((_Atomic uint64_t *)&shim.head->syncs, 1);
	if (!shim.log || !inode_of(fd, &inode))
		return;
	struct shim_entry *e = new_entry();

	e->began_ns = began_ns;
	e->ended_ns = now_ns();
	e->inode = inode;
	e->offset = offset;
	e->bytes = bytes;
	finish_entry(e, SHIM_SYNC);
}

static int sync_file(int fd, int (*real)(int))
{
	uint64_t began = now_ns();
	int r, saved;

	if (left_out())
		return 0;
	r = real(fd);
	saved = errno;
	if (r == 0)
		after_sync(fd, began, 0, 0);
	errno = saved;
	return r;
}

int fsync(int fd)
{
	return sync_file(fd, real_fsync);
}

int fdatasync(int fd)
{
	return sync_file(fd, real_fdatasync);
}

ssize_t pwritev2(int fd, const struct iovec *iov, int n, off_t offset, int flags)
{
	uint64_t began;
	ssize_t r;
	int saved;

	note_pieces(fd, iov, n, (uint64_t)offset);
	if (flags & (RWF_DSYNC | RWF_SYNC) && left_out())
		flags &= ~(RWF_DSYNC | RWF_SYNC);
	began = now_ns();
	r = real_pwritev2(fd, iov, n, offset, flags);
	saved = errno;
	if (r > 0 && flags & (RWF_DSYNC | RWF_SYNC))
		after_sync(fd, began, (uint64_t)offset, (uint64_t)r);
	errno = saved;
	return r;
}

/* ---- writes ---- */

ssize_t write(int fd, const void *p, size_t n)
{
	note_output(fd, p, n, 0);
	return real_write(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t offset)
{
	note_output(fd, p, n, (uint64_t)offset);
	return real_pwrite(fd, p, n, offset);
}

ssize_t writev(int fd, const struct iovec *iov, int n)
{
	note_pieces(fd, iov, n, 0);
	return real_writev(fd, iov, n);
}

ssize_t pwritev(int fd, const struct iovec *iov, int n, off_t offset)
{
	note_pieces(fd, iov, n, (uint64_t)offset);
	return real_pwritev(fd, iov, n, offset);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	note_output(fd, p, n, 0);
	return real_send(fd, p, n, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	note_pieces(fd, msg->msg_iov, (int)msg->msg_iovlen, 0);
	return real_sendmsg(fd, msg, flags);
}

/* Programs built for 64-bit offsets may call these names; they are the same functions. */
ssize_t pwrite64(int fd, const void *p, size_t n, off_t offset) __attribute__((alias("pwrite")));
ssize_t pwritev64(int fd, const struct iovec *iov, int n, off_t offset)
	__attribute__((alias("pwritev")));
ssize_t pwritev64v2(int fd, const struct iovec *iov, int n, off_t offset, int flags)
	__attribute__((alias("pwritev2")));

static unsigned long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void start(void)
{
	real_write = dlsym(RTLD_NEXT, "write");
	real_pwrite = dlsym(RTLD_NEXT, "pwrite");
	real_writev = dlsym(RTLD_NEXT, "writev");
	real_pwritev = dlsym(RTLD_NEXT, "pwritev");
	real_pwritev2 = dlsym(RTLD_NEXT, "pwritev2");
	real_send = dlsym(RTLD_NEXT, "send");
	real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
	real_fsync = dlsym(RTLD_NEXT, "fsync");
	real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
	shim.log = getenv("SHIM_LOG") != NULL;
	shim.delay_us = number("SHIM_DELAY_US");
	shim.unsynced = number("SHIM_UNSYNCED");
	open_log(); /* now: later the program may have limited the size of its files */
}
