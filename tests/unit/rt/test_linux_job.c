/* Pools and lanes with real threads; also run under the thread sanitizer. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "check_main.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/waitq.h"

#define MOMENT (20 * USEC_PER_MSEC)

/* A door that jobs wait behind. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool open;
} door = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };

static void door_open(void)
{
	pthread_mutex_lock(&door.lock);
	door.open = true;
	pthread_cond_broadcast(&door.changed);
	pthread_mutex_unlock(&door.lock);
}

static int wait_at_door(struct job *job, void *arg)
{
	ck_assert_ptr_nonnull(job);
	pthread_mutex_lock(&door.lock);
	while (!door.open)
		pthread_cond_wait(&door.changed, &door.lock);
	pthread_mutex_unlock(&door.lock);
	*(int *)arg += 1;
	return 5;
}

static int dropped; /* how many, and the sum of what they held */
static int dropped_sum;

static void drop_number(void *arg)
{
	dropped++;
	dropped_sum += *(int *)arg;
	free(arg);
}

static int double_it(struct job *job, void *arg)
{
	(void)job;
	*(int *)arg *= 2;
	return ERR_CORRUPT;
}

static int simple(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("test", 2, 10);
	int number = 21;

	(void)arg;
	ck_assert_int_eq(pool_run(ctx, p, &(struct job_call){ .run = double_it, .arg = &number }),
		ERR_CORRUPT);
	ck_assert_int_eq(number, 42);
	pool_free(p);
	return 0;
}

START_TEST(a_job_returns_its_result)
{
	ck_assert_int_eq(loop_run("test", simple, NULL), 0);
}
END_TEST

struct client {
	struct pool *p;
	int *number;
	int result;
};

static int client_main(struct ctx *ctx, void *arg)
{
	struct client *c = arg;

	c->result = pool_run(ctx, c->p,
		&(struct job_call){ .run = wait_at_door, .drop = drop_number, .arg = c->number });
	return 0;
}

/* One runs, one waits, the third is refused; then the two are cancelled: the one that waits is
 * dropped at once, the other when it has ended. */
static int queue_full(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("test", 1, 1);
	struct client c[3];
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	for (int i = 0; i < 3; i++) {
		c[i] = (struct client){ .p = p, .number = mem_alloc(sizeof(int)), .result = 99 };
		*c[i].number = 10;
		ck_assert_int_eq(scope_spawn(&scope, "client", client_main, &c[i]), 0);
		ck_assert_int_eq(ctx_sleep(ctx, MOMENT), 0);
	}
	ck_assert_int_eq(c[2].result, ERR_BUSY);
	free(c[2].number); /* still the caller's */
	scope_end(ctx, &scope);
	ck_assert_int_eq(c[0].result, ERR_CANCELLED);
	ck_assert_int_eq(c[1].result, ERR_CANCELLED);
	ck_assert_int_eq(dropped, 1);
	ck_assert_int_eq(dropped_sum, 10);
	door_open();
	while (dropped < 2)
		ck_assert_int_eq(ctx_sleep(ctx, MOMENT), 0);
	ck_assert_int_eq(dropped_sum, 21);
	pool_free(p);
	return 0;
}

START_TEST(the_queue_has_its_limit_and_the_cancelled_are_dropped)
{
	ck_assert_int_eq(loop_run("test", queue_full, NULL), 0);
}
END_TEST

/* A job whose waiter timed out is still running when the pool is freed. */
static int leave_behind(struct ctx *ctx, void *arg)
{
	struct client c = { .p = arg, .number = mem_alloc(sizeof(int)) };
	struct deadline d;

	*c.number = 1;
	ctx_narrow(ctx, &d, MOMENT);
	(void)client_main(ctx, &c);
	return ctx_widen(ctx, &d, c.result);
}

START_TEST(freeing_a_pool_waits_for_what_runs)
{
	struct pool *p = pool_new("test", 1, 1);

	ck_assert_int_eq(loop_run("test", leave_behind, p), ERR_TIMEOUT);
	door_open();
	pool_free(p);
	ck_assert_int_eq(dropped, 1);
	pool_free(NULL);
}
END_TEST

static atomic_int running, most;

static int count_running(struct job *job, void *arg)
{
	int now = atomic_fetch_add(&running, 1) + 1, seen = atomic_load(&most);

	(void)job;
	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
	for (volatile int i = 0; i < 20000; i++)
		;
	atomic_fetch_sub(&running, 1);
	*(int *)arg += 1;
	return 0;
}

static int many_main(struct ctx *ctx, void *arg)
{
	int number = 0;

	for (int i = 1; i <= 50; i++) {
		int r = pool_run(
			ctx, arg, &(struct job_call){ .run = count_running, .arg = &number });

		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(number, i);
	}
	return 0;
}

static int pool_load(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("test", 3, 100);
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(scope_spawn(&scope, "client", many_main, p), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	ck_assert_int_ge(atomic_load(&most), 1);
	ck_assert_int_le(atomic_load(&most), 3);
	pool_free(p);
	return 0;
}

START_TEST(many_share_a_pool)
{
	ck_assert_int_eq(loop_run("test", pool_load, NULL), 0);
}
END_TEST

/* ---- lanes ---- */

struct message {
	struct lane_item item;
	struct waitq answered;
	bool done;
	int number;
};

static void echo_body(struct job *job, struct lane *lane, void *arg)
{
	struct list items;

	list_init(&items);
	while (lane_receive(job, lane, USEC_INFINITY, &items)) {
		list_each (it, &items)
			container_of(it, struct message, item.node)->number *= -1;
		++*(int *)arg; /* read after lane_close */
		lane_answer(job, lane, &items);
	}
}

static void message_done(struct lane_item *item, void *arg)
{
	struct message *m = container_of(item, struct message, item);

	(void)arg;
	m->done = true;
	waitq_wake_all(&m->answered);
}

struct sender {
	struct lane *lane;
	int first;
};

static int sender_main(struct ctx *ctx, void *arg)
{
	const struct sender *s = arg;

	for (int i = 0; i < 200; i++) {
		struct message m = { .number = s->first + i };

		waitq_init(&m.answered);
		lane_send(s->lane, &m.item);
		while (!m.done)
			ck_assert_int_eq(waitq_wait(ctx, &m.answered), 0);
		ck_assert_int_eq(m.number, -(s->first + i));
	}
	return 0;
}

static int lane_load(struct ctx *ctx, void *arg)
{
	int batches = 0;
	struct lane *lane = lane_new("test", echo_body, message_done, &batches);
	struct sender v[50];
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	for (int i = 0; i < 50; i++) {
		v[i] = (struct sender){ lane, 1 + i * 1000 };
		ck_assert_int_eq(scope_spawn(&scope, "sender", sender_main, &v[i]), 0);
	}
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	lane_close(ctx, lane);
	ck_assert_int_ge(batches, 200);
	ck_assert_int_le(batches, 50 * 200);
	return 0;
}

START_TEST(a_lane_answers_under_load)
{
	ck_assert_int_eq(loop_run("test", lane_load, NULL), 0);
}
END_TEST

/* Closing lets the lane answer what it has. */
static int lane_drain(struct ctx *ctx, void *arg)
{
	int batches = 0;
	struct lane *lane = lane_new("test", echo_body, message_done, &batches);
	struct message m[100];

	(void)arg;
	for (int i = 0; i < 100; i++) {
		m[i] = (struct message){ .number = i };
		waitq_init(&m[i].answered);
		lane_send(lane, &m[i].item);
	}
	ctx->cancelled = true; /* it waits all the same */
	lane_close(ctx, lane);
	for (int i = 0; i < 100; i++)
		ck_assert(m[i].done && m[i].number == -i);
	return 0;
}

START_TEST(a_closing_lane_answers_what_it_has)
{
	ck_assert_int_eq(loop_run("test", lane_drain, NULL), 0);
}
END_TEST

static void timeout_body(struct job *job, struct lane *lane, void *arg)
{
	struct list items;
	int empty = 0;

	list_init(&items);
	while (lane_receive(job, lane, 1000, &items)) {
		empty += list_empty(&items);
		lane_answer(job, lane, &items);
	}
	*(int *)arg = empty;
}

static int lane_timeout(struct ctx *ctx, void *arg)
{
	int empty = 0;
	struct lane *lane = lane_new("test", timeout_body, message_done, &empty);

	(void)arg;
	ck_assert_int_eq(ctx_sleep(ctx, 2 * MOMENT), 0);
	lane_close(ctx, lane);
	ck_assert_int_gt(empty, 0);
	return 0;
}

START_TEST(a_lane_that_waits_can_time_out)
{
	ck_assert_int_eq(loop_run("test", lane_timeout, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rt linux job");
	TCase *t = tcase_create("job");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_job_returns_its_result);
	tcase_add_test(t, the_queue_has_its_limit_and_the_cancelled_are_dropped);
	tcase_add_test(t, freeing_a_pool_waits_for_what_runs);
	tcase_add_test(t, many_share_a_pool);
	tcase_add_test(t, a_lane_answers_under_load);
	tcase_add_test(t, a_closing_lane_answers_what_it_has);
	tcase_add_test(t, a_lane_that_waits_can_time_out);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
