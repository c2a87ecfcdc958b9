/* The clock, the seed and the trace: two processes of one seed have the same digest, whatever the
 * allocator hands out and wherever the kernel puts things. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>

#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/net.h"
#include "rt/random.h"

#include "digest_main.h"

/* ---- a little of everything ---- */

static struct sim_host *server, *client;

static int keep(struct job *job, void *arg)
{
	struct dir *d;
	int r = dir_open(job, "mail", true, &d);

	if (r < 0)
		return r;
	r = file_write_all(job, d, arg, slice_str(arg), 0600);
	dir_close(d);
	return r;
}

static int session(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("disk", 2, 10);
	char name[9] = "", *kept;
	size_t n;
	int r = 0;

	while (r == 0 && (r = sock_read(ctx, arg, name, 8, &n)) == 0) {
		name[n] = '\0';
		kept = mem_strdup(slice_of(name, n));
		r = pool_run(ctx, p, &(struct job_call){ .run = keep, .drop = free, .arg = kept });
		if (!ctx->cancelled)
			free(kept);
	}
	sock_close(arg);
	pool_free(p);
	return r;
}

static int serve(struct ctx *ctx, void *arg)
{
	struct ip_port where = { .port = 25 };
	struct listen_sock *l;
	struct scope sessions;
	struct sock *s;
	int r;

	(void)arg;
	r = listen_sock_open(&where, NULL, &l);
	ck_assert_int_eq(r, 0);
	scope_init(&sessions, SCOPE_SERVE);
	while ((r = listen_sock_accept(ctx, l, &s, NULL, NULL)) == 0)
		scope_spawn(&sessions, "session", session, s);
	listen_sock_close(l);
	scope_end(ctx, &sessions);
	return r;
}

static int send_names(struct ctx *ctx, void *arg)
{
	struct ip_port to = { { IP_V4, { 192, 0, 2, 1 } }, 25 };
	struct sock *s;
	int r = sock_connect(ctx, &to, NULL, &s);

	(void)arg;
	if (r < 0)
		return r;
	for (int i = 0; r == 0 && i < 5; i++) {
		char name[8];
		uint64_t x = random_u64();

		for (int j = 0; j < 8; j++)
			name[j] = (char)('a' + (x >> (8 * j)) % 26);
		r = sock_writev(ctx, s, &(struct iovec){ name, 8 }, 1);
		if (r == 0)
			r = ctx_sleep(ctx, (usec_t)(x % 5000));
	}
	sock_close(s);
	return r;
}

static int everything(struct ctx *ctx, void *arg)
{
	(void)arg;
	server = sim_host_new("server", "192.0.2.1");
	client = sim_host_new("client", "192.0.2.2");
	sim_net_chaos(&(struct sim_chaos){ .refused = 50, .reset = 100, .within = 40 });
	for (int round = 0; round < 5; round++) {
		sim_proc_start(server, "server", serve, NULL);
		ctx_sleep(ctx, 1000);
		for (int i = 0; i < 10; i++)
			sim_proc_start(client, "client", send_names, NULL);
		ctx_sleep(ctx, 30 * USEC_PER_MSEC);
		sim_power_cut(server);
		ctx_sleep(ctx, USEC_PER_SEC);
	}
	return 0;
}

static uint64_t digest_of(uint64_t seed)
{
	sim_start(seed);
	int r = sim_run("everything", everything, NULL);
	uint64_t digest = sim_digest();
	size_t leaks = sim_stop();

	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(leaks, 0);
	return digest;
}

/* ---- the digest ---- */

START_TEST(processes_of_one_seed_agree)
{
	uint64_t former = 0;

	for (uint64_t seed = 0; seed < 10; seed++) {
		uint64_t here = digest_of(seed);

		ck_assert_uint_eq(here, digest_of(seed));
		ck_assert_uint_eq(here, digest_elsewhere(seed, FILL("85")));
		ck_assert_uint_eq(here, digest_elsewhere(seed, FILL("170") " X=something"));
		ck_assert_uint_ne(here, former);
		former = here;
	}
}
END_TEST

/* ---- clocks and chance of the C library ---- */

static int library(struct ctx *ctx, void *arg)
{
	struct timespec mono, wall;
	struct timeval tv;
	uint64_t *random = arg;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	ctx_sleep(ctx, 10 * USEC_PER_DAY + 5);
	struct timespec later;

	clock_gettime(CLOCK_MONOTONIC, &later);
	ck_assert_int_eq(later.tv_sec - mono.tv_sec, 864000);
	clock_gettime(CLOCK_REALTIME, &wall);
	gettimeofday(&tv, NULL);
	ck_assert_int_eq(time(NULL), wall.tv_sec);
	ck_assert_int_eq(time(NULL), clock_wall() / USEC_PER_SEC);
	ck_assert_int_eq(tv.tv_sec, wall.tv_sec);
	ck_assert_int_eq(tv.tv_usec, clock_wall() % USEC_PER_SEC);
	sim_clock_step(-USEC_PER_HOUR);
	ck_assert_int_eq(time(NULL), wall.tv_sec - 3600);
	ck_assert_int_eq(clock_now() / USEC_PER_SEC, later.tv_sec);
	ck_assert_int_eq(getrandom(random, sizeof(*random), 0), sizeof(*random));
	ck_assert_int_eq(getentropy(random + 1, sizeof(*random)), 0);
	ck_assert_int_eq(getentropy(random + 1, 257), -1);
	return 0;
}

START_TEST(libraries_see_the_virtual_clock)
{
	uint64_t first[2], again[2], other[2];
	time_t before = time(NULL);

	run_seed(1, library, first);
	run_seed(1, library, again);
	run_seed(2, library, other);
	ck_assert_int_le(time(NULL) - before, 60); /* the real one is back */
	ck_assert_uint_eq(first[0], again[0]);
	ck_assert_uint_eq(first[1], again[1]);
	ck_assert_uint_ne(first[0], other[0]);
}
END_TEST

/* ---- runs that cannot go on ---- */

static int waits_for_ever(struct ctx *ctx, void *arg)
{
	struct waitq q;

	(void)arg;
	waitq_init(&q);
	return waitq_wait(ctx, &q);
}

START_TEST(a_deadlock_ends_the_run)
{
	ck_assert(freopen("/dev/null", "w", stderr));
	run_seed(1, waits_for_ever, NULL);
}
END_TEST

static int spins(struct ctx *ctx, void *arg)
{
	(void)arg;
	while (ctx_yield(ctx) == 0)
		;
	return 0;
}

START_TEST(a_livelock_ends_the_run)
{
	ck_assert(freopen("/dev/null", "w", stderr));
	run_seed(1, spins, NULL);
}
END_TEST

static int opens(struct job *job, void *arg)
{
	return dir_open(job, "d", true, arg);
}

static int leaves_open(struct ctx *ctx, void *arg)
{
	struct ip_port any = { .port = 25 };
	struct pool *p = pool_new("p", 1, 1);
	struct listen_sock *l;

	ck_assert_int_eq(pool_run(ctx, p, &(struct job_call){ .run = opens, .arg = arg }), 0);
	ck_assert_int_eq(listen_sock_open(&any, NULL, &l), 0);
	pool_free(p);
	return 0;
}

START_TEST(leaks_are_counted)
{
	struct dir *d;

	sim_start(1);
	ck_assert_int_eq(sim_run("leaks", leaves_open, &d), 0);
	dir_close(d);
	ck_assert_uint_eq(sim_stop(), 1);
}
END_TEST

/* ---- without the loop, and twice in one world ---- */

START_TEST(files_before_the_loop)
{
	struct job *job = job_outside_loop();
	struct dir *d;

	sim_start(1);
	ck_assert_int_eq(dir_open(job, "d", true, &d), 0);
	ck_assert_int_eq(file_write_all(job, d, "f", S("x"), 0600), 0);
	dir_close(d);
	uint64_t random[2];

	ck_assert_int_eq(sim_run("first", library, random), 0);
	ck_assert_int_eq(sim_run("second", library, random), 0);
	ck_assert_uint_eq(sim_disk_ops(sim_tester()), 9);
	ck_assert_uint_eq(sim_stop(), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("world");
	TCase *t = tcase_create("world");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, processes_of_one_seed_agree);
	tcase_add_test(t, libraries_see_the_virtual_clock);
	tcase_add_test_raise_signal(t, a_deadlock_ends_the_run, SIGABRT);
	tcase_add_test_raise_signal(t, a_livelock_ends_the_run, SIGABRT);
	tcase_add_test(t, leaks_are_counted);
	tcase_add_test(t, files_before_the_loop);
	suite_add_tcase(s, t);
	return s;
}

DIGEST_MAIN(suite, digest_of)
