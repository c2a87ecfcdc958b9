/* Strikes: a coroutine or process is hit at each of its suspensions and allocations, and the world
 * goes on without it. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/log.h"
#include "rt/net.h"

#include "sim_check.h"

static struct sim_host *server;

/* ---- a process of four coroutines and a job: without assertions, since those of Check allocate,
 * and would be told that they cannot ---- */

static unsigned sleepers_done, sleepers_cancelled, logged;

static int sleeper(struct ctx *ctx, void *arg)
{
	int r = 0;

	(void)arg;
	for (int i = 0; i < 3 && r == 0; i++)
		r = ctx_sleep(ctx, USEC_PER_SEC);
	if (r == 0)
		r = ctx_yield(ctx);
	sleepers_done += r == 0;
	sleepers_cancelled += r == ERR_CANCELLED;
	return r;
}

static int touch(struct job *job, void *arg)
{
	struct dir *d;
	int r = dir_open(job, "d", true, &d);

	(void)arg;
	if (r < 0)
		return r;
	r = file_write_all(job, d, "f", S("x"), 0600);
	dir_close(d);
	return r;
}

static int four(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("files", 1, 1);
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	for (int i = 0; i < 3; i++)
		(void)scope_spawn(&scope, "sleeper", sleeper, NULL);
	int r = pool_run(ctx, p, &(struct job_call){ .run = touch });

	if (r == 0)
		r = scope_wait(ctx, &scope);
	scope_end(ctx, &scope);
	pool_free(p);
	LOG(ctx, EV_NOTICE, FIELD_STR("what", "the end"));
	return r;
}

static void start_world(void)
{
	sleepers_done = sleepers_cancelled = logged = 0;
	server = sim_host_new("server", "192.0.2.1");
}

static void count_line(void *arg, struct slice line)
{
	(void)arg;
	(void)line;
	logged++;
}

/* ---- cancellation ---- */

static bool job_was_hit;
static const char *hit;

static void note_hit(void *arg, const struct sim_park *park)
{
	const uint64_t *at = arg;

	ck_assert_uint_eq(park->number, sim_parks(park->host));
	if (park->host != server || park->number != *at)
		return;
	hit = park->coroutine;
	job_was_hit = park->job;
	sim_strike(SIM_STRIKE_CANCEL);
}

static int cancels_at(struct ctx *ctx, void *arg)
{
	uint64_t *at = arg;

	start_world();
	sim_on_park(note_hit, at);
	int r = sim_host_run(ctx, server, "four", four, NULL);

	sim_on_park(NULL, NULL);
	if (*at == 0) {
		*at = sim_parks(server);
	} else if (job_was_hit) { /* cannot be cancelled */
		ck_assert_int_eq(r, 0);
		ck_assert_uint_eq(sleepers_done, 3);
	} else if (strcmp(hit, "sleeper") == 0) {
		ck_assert_int_eq(r, 0);
		ck_assert(sleepers_done == 2 && sleepers_cancelled == 1);
	} else if (r == 0) { /* hit in the shielded wait at its end */
		ck_assert_uint_eq(sleepers_done, 3);
	} else {
		ck_assert_int_eq(r, ERR_CANCELLED);
		ck_assert_str_eq(hit, "four");
	}
	return 0;
}

START_TEST(a_coroutine_is_cancelled_where_it_suspends)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		uint64_t n = 0;

		run_seed(seed, cancels_at, &n);
		ck_assert_uint_gt(n, 12 + 4);
		for (uint64_t at = 1; at <= n; at++)
			run_seed(seed, cancels_at, &(uint64_t){ at });
	}
}
END_TEST

struct strike_at {
	uint64_t at;
	enum sim_strike strike;
};

static int strikes_at(struct ctx *ctx, void *arg)
{
	const struct strike_at *s = arg;

	start_world();
	sim_on_log(count_line, NULL);
	sim_strike_at(server, s->at, s->strike);
	int r = sim_host_run(ctx, server, "four", four, NULL);

	ck_assert_uint_eq(logged, s->strike == SIM_STRIKE_STOP);
	ck_assert(r == ERR_CANCELLED || (s->strike == SIM_STRIKE_STOP && r == 0));
	ck_assert_uint_lt(sim_parks(server), 100);
	sim_strike_at(server, 0, s->strike);
	ck_assert_int_eq(sim_host_run(ctx, server, "again", four, NULL), 0);
	return 0;
}

START_TEST(a_process_ends_where_it_suspends)
{
	for (uint64_t at = 1; at <= 10; at++) {
		struct strike_at stop = { at, SIM_STRIKE_STOP }, kill = { at, SIM_STRIKE_KILL };

		run_seed(at, strikes_at, &stop);
		run_seed(at, strikes_at, &kill);
	}
}
END_TEST

/* ---- allocations ---- */

static unsigned lived, died;

static int fails_at(struct ctx *ctx, void *arg)
{
	uint64_t *at = arg;

	start_world();
	sim_on_log(count_line, NULL);
	sim_fail_allocation(server, *at);
	int r = sim_host_run(ctx, server, "four", four, NULL);

	if (*at == 0) {
		ck_assert_int_eq(r, 0);
		*at = sim_allocations(server);
		return 0;
	}
	/* Nothing that the dead said is heard. */
	ck_assert_uint_eq(logged, r == 0);
	lived += r == 0;
	died += r == ERR_CANCELLED;
	sim_fail_allocation(server, 0);
	ck_assert_int_eq(sim_host_run(ctx, server, "again", four, NULL), 0);
	return 0;
}

START_TEST(a_process_dies_of_each_allocation)
{
	uint64_t n = 0;

	run_seed(1, fails_at, &n);
	ck_assert_uint_gt(n, 10);
	for (uint64_t at = 1; at <= n; at++)
		run_seed(1, fails_at, &(uint64_t){ at });
	ck_assert_uint_gt(died, 10);
	ck_assert_uint_eq(lived + died, n);
}
END_TEST

/* A library reports what the program would die of. */
static int digests(struct ctx *ctx, void *arg)
{
	unsigned char out[32];
	unsigned *n = arg;

	(void)ctx;
	ERR_set_mark();
	*n += EVP_Q_digest(NULL, "SHA256", NULL, "abc", 3, out, NULL) != 1;
	ERR_pop_to_mark();
	return 0;
}

static int library_fails(struct ctx *ctx, void *arg)
{
	struct sim_host *h = sim_host_new("library", "192.0.2.3");
	unsigned failures = 0;

	(void)arg;
	ck_assert_int_eq(sim_host_run(ctx, h, "first", digests, &failures), 0);
	ck_assert_int_eq(sim_host_run(ctx, h, "second", digests, &failures), 0);
	ck_assert_uint_eq(failures, 0);
	for (uint64_t i = 1; i < 10; i++) {
		sim_fail_allocation(h, sim_allocations(h) + i);
		ck_assert_int_eq(sim_host_run(ctx, h, "third", digests, &failures), 0);
	}
	ck_assert_uint_gt(failures, 0);
	return 0;
}

START_TEST(a_library_is_told)
{
	run_seed(1, library_fails, NULL);
}
END_TEST

/* It dies in the middle of what others see: the segment, the file. */
static int answers(struct ctx *ctx, void *arg)
{
	struct ip_port where = { .port = 25 };
	struct listen_sock *l;
	struct sock *s;

	(void)arg;
	int r = listen_sock_open(&where, NULL, &l);

	if (r < 0)
		return r;
	r = listen_sock_accept(ctx, l, &s, NULL, NULL);
	if (r == 0) {
		r = sock_writev(ctx, s, &(struct iovec){ (char[]){ "ab" }, 2 }, 1);
		if (r == 0)
			r = sock_writev(ctx, s, &(struct iovec){ (char[]){ "cd" }, 2 }, 1);
		sock_close(s);
	}
	listen_sock_close(l);
	return r;
}

static int hears(struct ctx *ctx, void *arg)
{
	struct ip_port to = { { IP_V4, { 192, 0, 2, 1 } }, 25 };
	struct sim_proc *p;
	uint64_t *at = arg;
	struct sock *s;
	char heard[5];
	size_t n = 0, got;

	start_world();
	sim_fail_allocation(server, *at);
	p = sim_proc_start(server, "answers", answers, NULL);
	ctx_sleep(ctx, USEC_PER_MSEC);
	int r = sock_connect(ctx, &to, NULL, &s);
	bool connected = r == 0;

	while (r == 0 && n < 4) {
		r = sock_read(ctx, s, heard + n, 4 - n, &got);
		n += r == 0 ? got : 0;
	}
	ck_assert(r == 0 || r == ERR_EOF || r == ERR_RESET || r == ERR_REFUSED);
	ck_assert(memcmp(heard, "abcd", n) == 0);
	ck_assert(n == 4 || *at);
	if (connected)
		sock_close(s);
	(void)sim_proc_wait(ctx, p);
	if (*at == 0)
		*at = sim_allocations(server);
	return 0;
}

START_TEST(others_see_a_death)
{
	uint64_t n = 0;

	run_seed(3, hears, &n);
	ck_assert_uint_gt(n, 3);
	for (uint64_t at = 1; at <= n; at++)
		run_seed(3, hears, &(uint64_t){ at });
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("strike");
	TCase *t = tcase_create("strike");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_coroutine_is_cancelled_where_it_suspends);
	tcase_add_test(t, a_process_ends_where_it_suspends);
	tcase_add_test(t, a_process_dies_of_each_allocation);
	tcase_add_test(t, a_library_is_told);
	tcase_add_test(t, others_see_a_death);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
