/* Files and folders in a temporary folder. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "check_main.h"
#include "rt/file.h"
#include "rt/job.h"

/* The kernel's call, standing in for libc's: writes short, or refuses as some file systems do. */
static enum kernels_way { WHOLE, SHORT, REFUSED } how;
static int refusals;

ssize_t pwritev2(int fd, const struct iovec *iov, int n, off_t offset, int flags)
{
	struct iovec part = *iov;

	ck_assert_int_eq(flags, RWF_DSYNC);
	if (how == REFUSED) {
		refusals++;
		errno = EOPNOTSUPP;
		return -1;
	}
	if (how == WHOLE || iov->iov_len == 0)
		return pwritev(fd, iov, n, offset);
	if (part.iov_len > 3)
		part.iov_len = 3;
	return pwritev(fd, &part, 1, offset);
}

/* What is to survive a power cut, in order, and the names that are changed in between. */
static char order[100];

static void note(const char *what)
{
	snprintf(order + strlen(order), sizeof(order) - strlen(order), "%s ", what);
}

int fsync(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	note(S_ISDIR(st.st_mode) ? "folder" : st.st_size ? "file" : "empty");
	return (int)syscall(SYS_fsync, fd);
}

int renameat(int from, const char *name, int to, const char *new_name)
{
	note("rename");
	return renameat2(from, name, to, new_name, 0);
}

static char root[] = "/tmp/sluice-test-XXXXXX";
static struct job *job;
static struct dir *d;

static void begin(void)
{
	job = job_outside_loop();
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(dir_open(job, root, false, &d), 0);
}

static int remove_name(void *arg, const char *name)
{
	(void)arg;
	if (dir_remove(job, d, name) == 0)
		return 0;
	char path[sizeof(root) + NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return rmdir(path);
}

static void end(void)
{
	ck_assert_int_eq(dir_list(job, d, remove_name, NULL), 0);
	dir_close(d);
	ck_assert_int_eq(rmdir(root), 0);
}

static struct file *open_file(const char *name, int flags)
{
	struct file *f = NULL;

	ck_assert_int_eq(file_open(job, d, name, flags, &f), 0);
	return f;
}

static struct file *new_file(const char *name)
{
	return open_file(name, FILE_READ | FILE_WRITE | FILE_CREATE | FILE_EXCL);
}

START_TEST(opening_says_what_is_wrong)
{
	static const struct {
		const char *name;
		int flags, want;
	} cases[] = {
		{ "none", FILE_READ, ERR_NOTFOUND },
		{ "there", FILE_WRITE | FILE_CREATE | FILE_EXCL, ERR_EXISTS },
		{ "there", FILE_WRITE | FILE_CREATE, 0 },
		{ "there", FILE_READ, 0 },
		{ "there/below", FILE_READ, ERR_INVALID },
		{ ".", FILE_WRITE, ERR_INVALID },
	};

	file_close(new_file("there"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file *f = NULL;

		ck_assert_int_eq(
			file_open(job, d, cases[i].name, cases[i].flags, &f), cases[i].want);
		file_close(f);
	}
}
END_TEST

START_TEST(reads_and_writes_meet)
{
	struct file *f = new_file("f");
	char got[16];
	size_t n = 99;
	uint64_t size;

	ck_assert_int_eq(file_pwrite(job, f, S("hello"), 3), 0);
	ck_assert_int_eq(file_size(job, f, &size), 0);
	ck_assert_uint_eq(size, 8);
	ck_assert_int_eq(file_pread(job, f, got, sizeof(got), 0, &n), 0);
	ck_assert(slice_eq(slice_of(got, n), S("\0\0\0hello")));
	ck_assert_int_eq(file_pread(job, f, got, 2, 4, &n), 0);
	ck_assert(slice_eq(slice_of(got, n), S("el")));
	ck_assert_int_eq(file_pread(job, f, got, 2, 100, &n), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(file_sync(job, f), 0);
	ck_assert_int_eq(file_truncate(job, f, 4), 0);
	ck_assert_int_eq(file_size(job, f, &size), 0);
	ck_assert_uint_eq(size, 4);
	file_drop_cache(job, f, 0, 4);
	file_close(f);
	file_close(NULL);
}
END_TEST

START_TEST(durable_pieces_arrive_in_order)
{
	enum { PIECES = 1024, BYTES = 5 };
	struct file *f = new_file("f");
	struct iovec *iov = mem_alloc(PIECES * sizeof(*iov));
	char *bytes = mem_alloc(PIECES * BYTES + 1), *got = mem_alloc(PIECES * BYTES);
	size_t n;

	how = (enum kernels_way)_i;
	for (int i = 0; i < PIECES; i++) {
		snprintf(bytes + i * BYTES, BYTES + 1, "%05d", i);
		iov[i] = (struct iovec){ bytes + i * BYTES, BYTES };
	}
	if (how != SHORT)
		iov[3].iov_len = 0; /* an empty piece is nothing special */
	size_t left_out = BYTES - iov[3].iov_len;

	ck_assert_int_eq(file_pwritev_durable(job, f, iov, PIECES, 100), 0);
	ck_assert_int_eq(file_pread(job, f, got, PIECES * BYTES, 100, &n), 0);
	ck_assert_uint_eq(n, PIECES * BYTES - left_out);
	ck_assert_int_eq(memcmp(got, bytes, 3 * BYTES), 0);
	ck_assert_int_eq(memcmp(got + 3 * BYTES, bytes + 3 * BYTES + left_out, n - 3 * BYTES), 0);
	ck_assert_int_eq(file_pwritev_durable(job, f, iov, 1, 0), 0);
	ck_assert_int_eq(refusals, how == REFUSED); /* asked once a file */
	file_close(f);
	f = open_file("f", FILE_READ);
	ck_assert_int_lt(file_pwritev_durable(job, f, iov, 1, 0), 0);
	file_close(f);
	free(iov);
	free(bytes);
	free(got);
}
END_TEST

START_TEST(cached_reads_never_guess)
{
	struct file *f = new_file("f");
	char got[8];
	size_t n = 0;

	ck_assert_int_eq(file_pwrite(job, f, S("hello"), 0), 0);
	int r = file_read_cached(f, got, sizeof(got), 0, &n);

	/* A file system that cannot tell says BUSY; one that can gives all. */
	if (r == 0)
		ck_assert(slice_eq(slice_of(got, n), S("hello")));
	else
		ck_assert_int_eq(r, ERR_BUSY);
	file_close(f);
}
END_TEST

static int collect(void *arg, const char *name)
{
	buf_puts(arg, name);
	buf_putc(arg, ' ');
	return strcmp(name, "stop") == 0 ? 7 : 0;
}

START_TEST(folders_list_in_order)
{
	struct buf names;
	struct dir *below;

	buf_init(&names, 1000);
	file_close(new_file("b"));
	file_close(new_file("a"));
	ck_assert_int_eq(dir_open_below(job, d, "c", false, &below), ERR_NOTFOUND);
	ck_assert_int_eq(dir_open_below(job, d, "c", true, &below), 0);
	dir_close(below);
	ck_assert_int_eq(dir_open_below(job, d, "c", true, &below), 0);
	dir_close(below);
	ck_assert_int_eq(dir_open_below(job, d, "a", false, &below), ERR_INVALID);
	ck_assert_int_eq(dir_list(job, d, collect, &names), 0);
	ck_assert(slice_eq(buf_slice(&names), S("a b c ")));
	ck_assert_int_eq(dir_rename(job, d, "b", "stop"), 0);
	file_close(new_file("zz"));
	buf_clear(&names);
	ck_assert_int_eq(dir_list(job, d, collect, &names), 7);
	ck_assert(slice_eq(buf_slice(&names), S("a c stop ")));
	ck_assert_int_eq(dir_rename(job, d, "b", "x"), ERR_NOTFOUND);
	ck_assert_int_eq(dir_remove(job, d, "b"), ERR_NOTFOUND);
	ck_assert_int_eq(dir_sync(job, d), 0);
	buf_done(&names);
}
END_TEST

START_TEST(space_is_told)
{
	uint64_t avail = 0, total = 0;

	ck_assert_int_eq(dir_space(job, d, &avail, &total), 0);
	ck_assert_uint_gt(total, 0);
	ck_assert_uint_le(avail, total);
}
END_TEST

START_TEST(whole_files_come_and_go)
{
	struct buf b;
	struct stat st;
	char path[sizeof(root) + 10];
	static const char long_name[] = "0123456789";
	char too_long[NAME_MAX + 1];

	buf_init(&b, 100);
	ck_assert_int_eq(file_write_all(job, d, "whole", S("first"), 0640), 0);
	ck_assert_int_eq(file_write_all(job, d, "whole", S("second"), 0640), 0);
	ck_assert_int_eq(file_read_all(job, d, "whole", 6, &b), 0);
	ck_assert(slice_eq(buf_slice(&b), S("second")));
	snprintf(path, sizeof(path), "%s/whole", root);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	buf_clear(&b);
	ck_assert_int_eq(file_read_all(job, d, "whole", 5, &b), ERR_LIMIT);
	ck_assert_uint_eq(b.n, 0);
	ck_assert_int_eq(file_read_all(job, d, "none", 5, &b), ERR_NOTFOUND);
	ck_assert_int_eq(file_write_all(job, d, long_name, SLICE_NIL, 0600), 0);
	ck_assert_int_eq(file_read_all(job, d, long_name, 5, &b), 0);
	ck_assert_uint_eq(b.n, 0);
	memset(too_long, 'x', NAME_MAX);
	too_long[NAME_MAX] = '\0';
	ck_assert_int_eq(file_write_all(job, d, too_long, SLICE_NIL, 0600), ERR_INVALID);
	buf_done(&b);
}
END_TEST

START_TEST(whole_files_are_durable_before_they_have_their_name)
{
	order[0] = '\0';
	ck_assert_int_eq(file_write_all(job, d, "whole", S("first"), 0640), 0);
	ck_assert_str_eq(order, "file rename folder ");
}
END_TEST

START_TEST(locks_keep_other_processes_out)
{
	struct file *f = new_file("lock");
	int status;

	ck_assert_int_eq(file_lock(job, f), 0);
	pid_t child = fork();

	if (child == 0) {
		struct file *again = open_file("lock", FILE_READ);

		_exit(file_lock(job, again) == ERR_BUSY ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	file_close(f);
	f = open_file("lock", FILE_READ);
	ck_assert_int_eq(file_lock(job, f), 0);
	file_close(f);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rt linux file");
	TCase *t = tcase_create("file");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, opening_says_what_is_wrong);
	tcase_add_test(t, reads_and_writes_meet);
	tcase_add_loop_test(t, durable_pieces_arrive_in_order, WHOLE, REFUSED + 1);
	tcase_add_test(t, cached_reads_never_guess);
	tcase_add_test(t, folders_list_in_order);
	tcase_add_test(t, space_is_told);
	tcase_add_test(t, whole_files_come_and_go);
	tcase_add_test(t, whole_files_are_durable_before_they_have_their_name);
	tcase_add_test(t, locks_keep_other_processes_out);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
