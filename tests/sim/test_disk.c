/* What a power cut keeps and loses, faults of the disk, locks, and that every file call is a
 * point at which it can happen. */
#include "base/buf.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"

#include "sim_check.h"

#define SECTOR 512

static struct sim_host *host;
static struct buf text;

/* The content of a file on the host's disk as text; "-" when it is not there. */
static const char *content(const char *path)
{
	buf_done(&text);
	buf_init(&text, 1 << 20);
	if (sim_disk_read(host, path, &text) < 0)
		buf_puts(&text, "-");
	buf_putc(&text, '\0');
	return text.p;
}

static const char *listing(void)
{
	buf_done(&text);
	buf_init(&text, 1 << 20);
	sim_disk_list(host, &text);
	buf_putc(&text, '\0');
	return text.p;
}

struct in_job {
	int (*fn)(struct job *job, struct dir *d);
	struct dir *dir;
};

static int run_in_job(struct job *job, void *arg)
{
	struct in_job *in = arg;
	int r = dir_open(job, "d", true, &in->dir);

	if (r == 0)
		r = in->fn(job, in->dir);
	dir_close(in->dir);
	return r;
}

/* A process that runs one job in the folder "d". */
static int process(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("files", 2, 10);
	struct in_job in = { *(int (**)(struct job *, struct dir *))arg, NULL };
	int r = pool_run(ctx, p, &(struct job_call){ .run = run_in_job, .arg = &in });

	/* `in` is on this stack: wait for the job even if cancelled. */
	pool_free(p);
	return r;
}

static int on_host(struct ctx *ctx, int (*fn)(struct job *job, struct dir *d))
{
	return sim_host_run(ctx, host, "process", process, &fn);
}

static int put(
	struct job *job, struct dir *d, const char *name, const char *bytes, uint64_t at, bool sync)
{
	struct file *f;
	int r = file_open(job, d, name, FILE_READ | FILE_WRITE | FILE_CREATE, &f);

	if (r < 0)
		return r;
	r = file_pwrite(job, f, slice_str(bytes), at);
	if (r == 0 && sync)
		r = file_sync(job, f);
	file_close(f);
	return r;
}

/* ---- what was synced stays, what was not may go ---- */

static int write_three(struct job *job, struct dir *d)
{
	struct file *f;
	int r = put(job, d, "synced", "one", 0, true);

	if (r == 0)
		r = dir_sync(job, d);
	if (r == 0)
		r = put(job, d, "synced", "TWO", 3, false);
	if (r == 0)
		r = put(job, d, "no-entry", "three", 0, true); /* its folder is not synced */
	if (r == 0)
		r = file_open(job, d, "durable", FILE_WRITE | FILE_CREATE, &f);
	if (r < 0)
		return r;
	r = dir_sync(job, d);
	if (r == 0) {
		struct iovec iov[2] = { { (char[]){ "fo" }, 2 }, { (char[]){ "ur" }, 2 } };

		r = file_pwritev_durable(job, f, iov, 2, 0);
	}
	file_close(f);
	if (r == 0)
		r = put(job, d, "unsynced", "five", 0, true);
	return r;
}

static int loses_all(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_loss(host, SIM_LOSE_ALL);
	ck_assert_int_eq(on_host(ctx, write_three), 0);
	ck_assert_str_eq(content("d/synced"), "oneTWO");
	ck_assert_str_eq(content("d/unsynced"), "five");
	sim_power_cut(host);
	ck_assert_str_eq(content("d/synced"), "one");
	ck_assert_str_eq(content("d/no-entry"), "three"); /* a later folder sync saved it */
	ck_assert_str_eq(content("d/durable"), "four");
	ck_assert_str_eq(content("d/unsynced"), "-"); /* synced, but its entry was not */
	ck_assert_str_eq(listing(), "d/\nd/durable 4\nd/no-entry 5\nd/synced 3\n");
	return 0;
}

START_TEST(unsynced_is_lost)
{
	run_seeds(loses_all);
}
END_TEST

static int keeps_all(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_loss(host, SIM_LOSE_NONE);
	ck_assert_int_eq(on_host(ctx, write_three), 0);
	sim_power_cut(host);
	ck_assert_str_eq(content("d/synced"), "oneTWO");
	ck_assert_str_eq(content("d/unsynced"), "five");
	return 0;
}

START_TEST(a_kind_cut_keeps_all)
{
	run_seeds(keeps_all);
}
END_TEST

static int grow(struct job *job, struct dir *d)
{
	struct iovec iov = { (char[]){ "HE" }, 2 };
	struct file *f;
	int r = put(job, d, "f", "header and zeros", 0, false);

	if (r == 0)
		r = dir_sync(job, d);
	if (r == 0)
		r = file_open(job, d, "f", FILE_WRITE, &f);
	if (r < 0)
		return r;
	r = file_pwritev_durable(job, f, &iov, 1, 0);
	file_close(f);
	return r;
}

static int is_cut_short(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_loss(host, SIM_LOSE_ALL);
	ck_assert_int_eq(on_host(ctx, grow), 0);
	ck_assert_str_eq(listing(), "d/\nd/f 16\n");
	sim_power_cut(host);
	ck_assert_str_eq(listing(), "d/\nd/f 2\n");
	return 0;
}

/* A durable write is no sync of all that stands behind it, nor of the size. */
START_TEST(a_size_is_durable_up_to_what_is)
{
	run_seeds(is_cut_short);
}
END_TEST

/* ---- a sync covers what was written before it began ---- */

static struct file *shared;

static int sync_shared(struct job *job, void *arg)
{
	(void)arg;
	return file_sync(job, shared);
}

static int write_shared(struct job *job, void *arg)
{
	return file_pwrite(job, shared, slice_str(arg), 3);
}

static int create_shared(struct job *job, struct dir *d)
{
	int r = file_open(job, d, "f", FILE_WRITE | FILE_CREATE, &shared);

	if (r == 0)
		r = file_pwrite(job, shared, S("old"), 0);
	return r < 0 ? r : dir_sync(job, d);
}

static int syncing(struct ctx *ctx, void *arg)
{
	struct pool *p = arg;

	return pool_run(ctx, p, &(struct job_call){ .run = sync_shared });
}

static int writes_meanwhile(struct ctx *ctx, void *arg)
{
	int (*fn)(struct job *, struct dir *) = create_shared;
	struct pool *p = pool_new("files", 2, 10);
	struct scope both;
	char new[] = "new";

	(void)arg;
	sim_disk_set_sync_time(host, 10 * USEC_PER_MSEC, 10 * USEC_PER_MSEC);
	int r = process(ctx, &fn);

	scope_init(&both, SCOPE_ALL);
	scope_spawn(&both, "sync", syncing, p);
	ctx_sleep(ctx, 5 * USEC_PER_MSEC);
	if (r == 0)
		r = pool_run(ctx, p, &(struct job_call){ .run = write_shared, .arg = new });
	if (r == 0)
		r = scope_wait(ctx, &both);
	scope_end(ctx, &both);
	file_close(shared);
	pool_free(p);
	return r;
}

static int late_write(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_loss(host, SIM_LOSE_ALL);
	ck_assert_int_eq(sim_host_run(ctx, host, "p", writes_meanwhile, NULL), 0);
	ck_assert_str_eq(content("d/f"), "oldnew");
	sim_power_cut(host);
	ck_assert_str_eq(content("d/f"), "old");
	return 0;
}

START_TEST(a_sync_covers_what_came_before)
{
	run_seeds(late_write);
}
END_TEST

/* ---- torn writes ---- */

static int write_large(struct job *job, struct dir *d)
{
	char old[8 * SECTOR + 1], new[8 * SECTOR + 1];

	memset(old, 'o', sizeof(old));
	memset(new, 'n', sizeof(new));
	old[8 * SECTOR] = new[8 * SECTOR] = '\0';
	int r = put(job, d, "f", old, 0, true);

	if (r == 0)
		r = dir_sync(job, d);
	if (r == 0)
		r = put(job, d, "f", new, 0, false);
	return r;
}

static unsigned torn, mixed_in_sector, out_of_order;

static void classify(const char *bytes, unsigned unit)
{
	unsigned changes = 0;

	for (unsigned i = 1; i < 8 * SECTOR; i++) {
		if (bytes[i] == bytes[i - 1])
			continue;
		changes++;
		mixed_in_sector += i % unit != 0;
		out_of_order += bytes[i] == 'n';
	}
	torn += changes > 0;
}

static int tears(struct ctx *ctx, void *arg)
{
	const unsigned *unit = arg;

	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_loss(host, SIM_LOSE_SOME);
	sim_disk_set_sector(host, *unit);
	ck_assert_int_eq(on_host(ctx, write_large), 0);
	sim_power_cut(host);
	classify(content("d/f"), *unit);
	return 0;
}

START_TEST(sectors_fare_on_their_own)
{
	unsigned unit = 512;

	for (uint64_t seed = 0; seed < SEEDS; seed++)
		run_seed(seed, tears, &unit);
	ck_assert_uint_gt(torn, SEEDS / 2);
	ck_assert_uint_gt(out_of_order, 0);
	ck_assert_uint_eq(mixed_in_sector, 0);
	torn = 0;
	unit = 4096;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		run_seed(seed, tears, &unit);
	ck_assert_uint_eq(torn, 0);
}
END_TEST

/* ---- folders: renames and removals ---- */

static int rename_and_remove(struct job *job, struct dir *d)
{
	int r = put(job, d, "a", "A", 0, true);

	if (r == 0)
		r = put(job, d, "b", "B", 0, true);
	if (r == 0)
		r = dir_sync(job, d);
	if (r == 0)
		r = dir_rename(job, d, "a", "c");
	if (r == 0)
		r = dir_remove(job, d, "b");
	ck_assert_int_eq(dir_rename(job, d, "x", "y"), ERR_NOTFOUND);
	ck_assert_int_eq(dir_remove(job, d, "x"), ERR_NOTFOUND);
	return r;
}

static int entries(struct ctx *ctx, void *arg)
{
	const enum sim_disk_loss *loss = arg;

	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_loss(host, *loss);
	ck_assert_int_eq(on_host(ctx, rename_and_remove), 0);
	ck_assert_str_eq(listing(), "d/\nd/c 1\n");
	sim_power_cut(host);
	const char *left = listing();

	if (*loss == SIM_LOSE_ALL) {
		ck_assert_str_eq(left, "d/\nd/a 1\nd/b 1\n");
	} else { /* a rename is never half done */
		ck_assert(strstr(left, "d/a") == NULL || strstr(left, "d/c") == NULL);
		ck_assert(strstr(left, "d/a") || strstr(left, "d/c"));
	}
	return 0;
}

START_TEST(folders_lose_changes_whole)
{
	static const enum sim_disk_loss losses[] = { SIM_LOSE_ALL, SIM_LOSE_TAIL, SIM_LOSE_SOME };

	for (unsigned i = 0; i < 3; i++) {
		enum sim_disk_loss loss = losses[i];

		for (uint64_t seed = 0; seed < SEEDS; seed++)
			run_seed(seed, entries, &loss);
	}
}
END_TEST

/* ---- a cut at every operation ---- */

static int commit_one(struct job *job, struct dir *d)
{
	return file_write_all(job, d, "state", S("second"), 0600);
}

static unsigned finished;

static int cut_at(struct ctx *ctx, void *arg)
{
	const uint64_t *at = arg;
	bool after = *at % 2;

	host = sim_host_new("a", "192.0.2.1");
	sim_disk_write(host, "d/state", S("first"));
	sim_disk_cut_at(host, *at / 2 + 1, after);
	int r = on_host(ctx, commit_one);

	ck_assert(r == 0 || r == ERR_CANCELLED);
	ck_assert_int_eq(r == 0, sim_host_is_up(host));
	sim_power_cut(host);
	const char *now = content("d/state");

	if (r == 0) {
		finished++;
		ck_assert_str_eq(now, "second");
	} else {
		ck_assert(strcmp(now, "first") == 0 || strcmp(now, "second") == 0);
	}
	return 0;
}

START_TEST(whole_files_are_replaced_atomically)
{
	for (uint64_t at = 0; at < 30; at++)
		for (uint64_t seed = 0; seed < 10; seed++)
			run_seed(seed, cut_at, &at);
	ck_assert_uint_gt(finished, 0);
	ck_assert_uint_lt(finished, 200);
}
END_TEST

/* ---- faults ---- */

static int fails_once(struct job *job, struct dir *d)
{
	struct file *f;
	char byte;
	size_t n;

	ck_assert_int_eq(file_open(job, d, "f", FILE_READ | FILE_WRITE | FILE_CREATE, &f), 0);
	ck_assert_int_eq(dir_sync(job, d), 0);
	sim_disk_fail(host, SIM_DISK_WRITE, 2, ERR_FULL);
	sim_disk_fail(host, SIM_DISK_READ, 1, ERR_IO);
	ck_assert_int_eq(file_pwrite(job, f, S("one"), 0), 0);
	ck_assert_int_eq(file_pwrite(job, f, S("two"), 3), ERR_FULL);
	ck_assert_int_eq(file_pwrite(job, f, S("two"), 3), 0);
	ck_assert_int_eq(file_pread(job, f, &byte, 1, 0, &n), ERR_IO);
	ck_assert_int_eq(file_pread(job, f, &byte, 1, 0, &n), 0);
	ck_assert_int_eq(byte, 'o');
	/* A failed sync forgets that the bytes were never written. */
	sim_disk_fail(host, SIM_DISK_SYNC, 1, ERR_IO);
	ck_assert_int_eq(file_sync(job, f), ERR_IO);
	ck_assert_int_eq(file_sync(job, f), 0);
	file_close(f);
	return 0;
}

static unsigned fooled;

static int faults(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	ck_assert_int_eq(on_host(ctx, fails_once), 0);
	ck_assert_str_eq(content("d/f"), "onetwo");
	sim_power_cut(host);
	fooled += strcmp(content("d/f"), "onetwo") != 0;
	return 0;
}

START_TEST(planned_faults_strike)
{
	run_seeds(faults);
	ck_assert_uint_gt(fooled, 0);
	ck_assert_uint_lt(fooled, SEEDS);
}
END_TEST

static int fill_up(struct job *job, struct dir *d)
{
	uint64_t room, total;
	char block[1000];
	struct file *f;
	int r = 0;

	memset(block, 'x', sizeof(block));
	ck_assert_int_eq(file_open(job, d, "f", FILE_WRITE | FILE_CREATE, &f), 0);
	for (uint64_t at = 0; r == 0; at += sizeof(block))
		r = file_pwrite(job, f, slice_of(block, sizeof(block)), at);
	ck_assert_int_eq(r, ERR_FULL);
	ck_assert_int_eq(dir_space(job, d, &room, &total), 0);
	ck_assert_uint_eq(room, 0);
	ck_assert_uint_eq(total, 4500);
	ck_assert_int_eq(file_pwrite(job, f, slice_of(block, sizeof(block)), 0), 0);
	ck_assert_int_eq(file_truncate(job, f, 10000), ERR_FULL);
	ck_assert_int_eq(file_truncate(job, f, 10), 0);
	ck_assert_int_eq(file_pwrite(job, f, slice_of(block, sizeof(block)), 10), 0);
	file_close(f);
	return 0;
}

static int fills(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	sim_disk_set_capacity(host, 4500);
	return on_host(ctx, fill_up);
}

START_TEST(a_disk_fills_up)
{
	run_seeds(fills);
}
END_TEST

static int flips(struct ctx *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	sim_disk_write(host, "d/e/f", S("AB"));
	ck_assert_int_eq(sim_disk_flip(host, "d/e/f", 1, 0), 0);
	ck_assert_int_eq(sim_disk_flip(host, "d/e/f", 2, 0), ERR_NOTFOUND);
	ck_assert_int_eq(sim_disk_flip(host, "d/e/g", 0, 0), ERR_NOTFOUND);
	ck_assert_str_eq(content("d/e/f"), "AC");
	ck_assert_str_eq(listing(), "d/\nd/e/\nd/e/f 2\n");
	return 0;
}

START_TEST(a_bit_flips)
{
	run_seeds(flips);
}
END_TEST

/* ---- after the cut: locks, dead processes, restarts ---- */

static int lock_job(struct job *job, struct dir *d)
{
	struct file *a, *b;

	ck_assert_int_eq(file_open(job, d, "lock", FILE_WRITE | FILE_CREATE, &a), 0);
	ck_assert_int_eq(file_open(job, d, "lock", FILE_WRITE, &b), 0);
	int r = file_lock(job, a);

	if (r == 0) {
		ck_assert_int_eq(file_lock(job, a), 0);
		ck_assert_int_eq(file_lock(job, b), ERR_BUSY);
		/* Hold it for a while: reading takes its time. */
		for (int i = 0; i < 50; i++)
			(void)file_sync(job, b);
	}
	file_close(b);
	file_close(a);
	return r;
}

static int holds_lock(struct ctx *ctx, void *arg)
{
	int (*fn)(struct job *, struct dir *) = lock_job;

	(void)arg;
	return process(ctx, &fn);
}

static int locks(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	struct sim_proc *first = sim_proc_start(host, "first", holds_lock, NULL);

	ctx_sleep(ctx, 20 * USEC_PER_MSEC);
	ck_assert_int_eq(sim_host_run(ctx, host, "second", holds_lock, NULL), ERR_BUSY);
	sim_proc_kill(first);
	ck_assert_int_eq(sim_host_run(ctx, host, "third", holds_lock, NULL), 0);
	ck_assert_int_eq(sim_proc_wait(ctx, first), ERR_CANCELLED);
	return 0;
}

START_TEST(locks_end_with_their_process)
{
	run_seeds(locks);
}
END_TEST

static int touch_for_ever(struct job *job, struct dir *d)
{
	int r = 0;

	while (r == 0)
		r = put(job, d, "f", "x", 0, true);
	/* Cleanup reaches nothing any more. */
	uint64_t ops = sim_disk_ops(host);

	ck_assert_int_eq(dir_remove(job, d, "f"), ERR_CANCELLED);
	ck_assert_int_eq(dir_sync(job, d), ERR_CANCELLED);
	ck_assert_uint_eq(sim_disk_ops(host), ops);
	return r;
}

static int restarts(struct ctx *ctx, void *arg)
{
	int (*fn)(struct job *, struct dir *) = touch_for_ever;

	(void)arg;
	host = sim_host_new("a", "192.0.2.1");
	for (int i = 0; i < 3; i++) {
		struct sim_proc *p = sim_proc_start(host, "p", process, &fn);

		ctx_sleep(ctx, 30 * USEC_PER_MSEC);
		ck_assert(sim_host_is_up(host));
		sim_power_cut(host);
		ck_assert(!sim_host_is_up(host));
		ck_assert_int_eq(sim_proc_wait(ctx, p), ERR_CANCELLED);
		ck_assert(!sim_proc_running(p));
	}
	return 0;
}

START_TEST(a_host_starts_again_on_what_was_kept)
{
	run_seeds(restarts);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("disk");
	TCase *t = tcase_create("disk");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, unsynced_is_lost);
	tcase_add_test(t, a_kind_cut_keeps_all);
	tcase_add_test(t, a_size_is_durable_up_to_what_is);
	tcase_add_test(t, a_sync_covers_what_came_before);
	tcase_add_test(t, sectors_fare_on_their_own);
	tcase_add_test(t, folders_lose_changes_whole);
	tcase_add_test(t, whole_files_are_replaced_atomically);
	tcase_add_test(t, planned_faults_strike);
	tcase_add_test(t, a_disk_fills_up);
	tcase_add_test(t, a_bit_flips);
	tcase_add_test(t, locks_end_with_their_process);
	tcase_add_test(t, a_host_starts_again_on_what_was_kept);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
