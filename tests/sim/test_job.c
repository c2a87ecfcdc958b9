/* Jobs and lanes as coroutines: bounds, orphans, order by seed, and the death of their process. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"

#include "sim_check.h"

/* ---- pools ---- */

static unsigned running, most, dropped;

static int busy(struct job *job, void *arg)
{
	struct dir *d;

	(void)arg;
	if (++running > most)
		most = running;
	int r = dir_open(job, "d", true, &d);

	for (int i = 0; r == 0 && i < 5; i++)
		r = dir_sync(job, d);
	if (r == 0)
		dir_close(d);
	running--;
	return r < 0 ? r : ERR_EXISTS; /* a result of its own */
}

static void drop(void *arg)
{
	(void)arg;
	dropped++;
}

static int wants_job(struct ctx *ctx, void *arg)
{
	int r = pool_run(ctx, arg, &(struct job_call){ .run = busy, .drop = drop });

	return r == ERR_EXISTS ? 0 : r;
}

static int bounds(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("few", 2, 3);
	struct scope all;

	(void)arg;
	most = dropped = 0;
	scope_init(&all, SCOPE_ALL);
	for (int i = 0; i < 5; i++)
		scope_spawn(&all, "wants", wants_job, p);
	ctx_yield(ctx);
	ctx_yield(ctx);
	ck_assert_int_eq(wants_job(ctx, p), ERR_BUSY);
	ck_assert_str_eq(ctx->err.text, "few: too many jobs wait");
	ck_assert_int_eq(scope_wait(ctx, &all), 0);
	ck_assert_uint_eq(most, 2);
	ck_assert_uint_eq(dropped, 0);
	pool_free(p);
	pool_free(NULL);
	return 0;
}

START_TEST(pools_are_bounded)
{
	run_seeds(bounds);
}
END_TEST

static int orphans(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("few", 1, 3);
	struct scope all;
	struct deadline d;

	(void)arg;
	most = dropped = 0;
	scope_init(&all, SCOPE_SERVE);
	for (int i = 0; i < 3; i++)
		scope_spawn(&all, "wants", wants_job, p);
	/* One job runs and two wait: those who wait for them leave. */
	ctx_narrow(ctx, &d, 100);
	ck_assert_int_eq(ctx_widen(ctx, &d, scope_wait(ctx, &all)), ERR_TIMEOUT);
	ck_assert_uint_eq(dropped, 2);
	pool_free(p); /* waits for the one that runs */
	ck_assert_uint_eq(dropped, 3);
	ck_assert_uint_eq(running, 0);
	ck_assert_uint_eq(most, 1);
	return 0;
}

START_TEST(orphans_are_dropped)
{
	run_seeds(orphans);
}
END_TEST

/* ---- lanes ---- */

struct order {
	struct lane_item item;
	unsigned number;
	bool answered;
	int result;
};

static struct buf seen;

static void answered(struct lane_item *item, void *arg)
{
	struct order *o = container_of(item, struct order, item);

	ck_assert_ptr_eq(arg, &seen);
	o->answered = true;
}

static void appends(struct job *job, struct lane *l, void *arg)
{
	struct dir *d;
	struct list items;

	(void)arg;
	int r = dir_open(job, "lane", true, &d);

	list_init(&items);
	while (lane_receive(job, l, USEC_INFINITY, &items)) {
		buf_putc(&seen, '|');
		if (r == 0)
			r = dir_sync(job, d);
		list_each (it, &items) {
			struct order *o = container_of(it, struct order, item.node);

			o->result = r;
			buf_putc(&seen, (char)('a' + o->number));
		}
		lane_answer(job, l, &items);
	}
	if (r == 0 || r == ERR_CANCELLED)
		dir_close(d);
}

#define ORDERS 20

static int sends(struct ctx *ctx, void *arg)
{
	struct lane *l = lane_new("lane", appends, answered, &seen);
	static struct order orders[ORDERS];

	(void)arg;
	buf_clear(&seen);
	for (unsigned i = 0; i < ORDERS; i++) {
		orders[i] = (struct order){ .number = i };
		lane_send(l, &orders[i].item);
		if (sim_choose(3) == 0)
			ctx_sleep(ctx, (usec_t)sim_choose(3000));
	}
	lane_close(ctx, l);
	for (unsigned i = 0; i < ORDERS; i++)
		ck_assert(orders[i].answered && orders[i].result == 0);
	return 0;
}

START_TEST(lanes_keep_order_and_gather)
{
	char former[4 * ORDERS] = "";
	unsigned differ = 0, batches = 0;

	buf_init(&seen, 4 * ORDERS);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		run_seed(seed, sends, NULL);
		buf_putc(&seen, '\0');
		unsigned next = 0;

		for (const char *c = seen.p; *c; c++) {
			if (*c == '|')
				batches++;
			else
				ck_assert_int_eq(*c, (int)('a' + next++));
		}
		ck_assert_uint_eq(next, ORDERS);
		differ += strcmp(seen.p, former) != 0;
		memcpy(former, seen.p, seen.n);
	}
	ck_assert_uint_gt(differ, SEEDS / 2); /* the seed decides how they fall into batches */
	ck_assert_uint_lt(batches, SEEDS * ORDERS);
	buf_done(&seen);
}
END_TEST

static void ticks(struct job *job, struct lane *l, void *arg)
{
	unsigned *n = arg;
	struct list items;

	list_init(&items);
	while (lane_receive(job, l, 100 * USEC_PER_MSEC, &items)) {
		ck_assert(list_empty(&items));
		++*n;
	}
}

static int idles(struct ctx *ctx, void *arg)
{
	unsigned n = 0;
	struct lane *l = lane_new("lane", ticks, answered, &n);

	(void)arg;
	ctx_sleep(ctx, USEC_PER_SEC);
	lane_close(ctx, l);
	ck_assert_uint_ge(n, 9);
	ck_assert_uint_le(n, 10);
	return 0;
}

START_TEST(lanes_wake_when_idle)
{
	run_seeds(idles);
}
END_TEST

/* ---- the power cut ---- */

static unsigned unanswered;

static int commits_for_ever(struct ctx *ctx, void *arg)
{
	struct lane *l = lane_new("lane", appends, answered, &seen);
	struct order *orders = mem_zalloc(sizeof(*orders) * 10000);
	int r = 0;
	size_t n = 0;

	(void)arg;
	while (r == 0) {
		lane_send(l, &orders[n++].item);
		r = ctx_sleep(ctx, 500);
	}
	lane_close(ctx, l); /* cleanup that waits still ends */
	for (size_t i = 0; i < n; i++) {
		ck_assert(orders[i].answered);
		unanswered += orders[i].result < 0;
	}
	free(orders);
	return r;
}

static int cut(struct ctx *ctx, void *arg)
{
	struct sim_host *h = sim_host_new("a", "192.0.2.1");

	(void)arg;
	buf_clear(&seen);
	struct sim_proc *p = sim_proc_start(h, "p", commits_for_ever, NULL);

	ctx_sleep(ctx, 100 * USEC_PER_MSEC);
	sim_power_cut(h);
	ck_assert_int_eq(sim_proc_wait(ctx, p), ERR_CANCELLED);
	return 0;
}

START_TEST(lanes_end_at_a_power_cut)
{
	buf_init(&seen, 1 << 20);
	run_seeds(cut);
	ck_assert_uint_gt(unanswered, 0);
	buf_done(&seen);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("job");
	TCase *t = tcase_create("job");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, pools_are_bounded);
	tcase_add_test(t, orphans_are_dropped);
	tcase_add_test(t, lanes_keep_order_and_gather);
	tcase_add_test(t, lanes_wake_when_idle);
	tcase_add_test(t, lanes_end_at_a_power_cut);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
