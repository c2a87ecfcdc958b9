/* Coroutines, scopes, deadlines, cancellation and waiting in line, on a clock that jumps. */
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/waitq.h"

#include <string.h>

#include "check_main.h"

#define ARG(text) ((void *)(uintptr_t)(text))

static char seen[64];

static void see(char c)
{
	seen[strlen(seen)] = c;
}

static void begin(void)
{
	memset(seen, 0, sizeof(seen));
}

/* ---- order and results ---- */

static int say_twice(struct ctx *ctx, void *arg)
{
	const char *what = arg;

	see(what[0]);
	int r = ctx_sleep(ctx, (usec_t)(what[1] - '0') * USEC_PER_SEC);

	see(r == 0 ? what[0] : '!');
	return r;
}

static int order(struct ctx *ctx, void *arg)
{
	struct scope s;
	usec_t began = clock_now();

	(void)arg;
	scope_init(&s, SCOPE_ALL);
	scope_spawn(&s, "a", say_twice, ARG("a3"));
	scope_spawn(&s, "b", say_twice, ARG("b1"));
	scope_spawn(&s, "c", say_twice, ARG("c2"));
	see('-');
	int r = scope_wait(ctx, &s);

	ck_assert_int_eq(clock_now() - began, 3 * USEC_PER_SEC);
	return r;
}

START_TEST(children_run_in_order_and_are_waited_for)
{
	begin();
	ck_assert_int_eq(loop_run("test", order, NULL), 0);
	ck_assert_str_eq(seen, "-abcbca");
}
END_TEST

/* ---- the first failure cancels; the first success wins a race ---- */

static int fail_after(struct ctx *ctx, void *arg)
{
	(void)arg;
	ctx_sleep(ctx, USEC_PER_SEC);
	return ERR_IO;
}

static int all_fails(struct ctx *ctx, void *arg)
{
	struct scope s;

	(void)arg;
	scope_init(&s, SCOPE_ALL);
	scope_spawn(&s, "slow", say_twice, ARG("s9"));
	scope_spawn(&s, "fail", fail_after, NULL);
	return scope_wait(ctx, &s);
}

START_TEST(first_failure_cancels_siblings)
{
	begin();
	ck_assert_int_eq(loop_run("test", all_fails, NULL), ERR_IO);
	ck_assert_str_eq(seen, "s!");
}
END_TEST

static int race(struct ctx *ctx, void *arg)
{
	struct scope s;

	(void)arg;
	scope_init(&s, SCOPE_RACE);
	scope_spawn(&s, "fail", fail_after, NULL);
	scope_spawn(&s, "win", say_twice, ARG("w2"));
	scope_spawn(&s, "slow", say_twice, ARG("s9"));
	return scope_wait(ctx, &s);
}

START_TEST(first_success_wins_a_race)
{
	begin();
	ck_assert_int_eq(loop_run("test", race, NULL), 0);
	ck_assert_str_eq(seen, "wsw!");
}
END_TEST

/* ---- deadlines ---- */

static int deadlines(struct ctx *ctx, void *arg)
{
	struct deadline outer, inner;

	(void)arg;
	/* The inner one passes: a time-out; the outer block goes on. */
	ctx_narrow(ctx, &outer, 10 * USEC_PER_SEC);
	ctx_narrow(ctx, &inner, 1 * USEC_PER_SEC);
	int r = ctx_sleep(ctx, 5 * USEC_PER_SEC);

	ck_assert_int_eq(r, ERR_CANCELLED); /* the sleep did not narrow to this */
	ck_assert_int_eq(ctx_widen(ctx, &inner, r), ERR_TIMEOUT);
	ck_assert_int_eq(ctx_check(ctx), 0);
	/* The outer one passes inside the inner block: cancelled there, a time-out here. */
	ctx_narrow(ctx, &inner, 60 * USEC_PER_SEC);
	r = ctx_sleep(ctx, 100 * USEC_PER_SEC);
	ck_assert_int_eq(ctx_widen(ctx, &inner, r), ERR_CANCELLED);
	ck_assert_int_eq(ctx_check(ctx), ERR_TIMEOUT);
	/* Sticky, except under a shield. */
	ck_assert_int_eq(ctx_sleep(ctx, 1), ERR_CANCELLED);
	ctx_shield(ctx, &inner, USEC_PER_SEC);
	ck_assert_int_eq(ctx_sleep(ctx, 1000), 0);
	ck_assert_int_eq(ctx_widen(ctx, &inner, 0), 0);
	ck_assert_int_eq(ctx_widen(ctx, &outer, ERR_CANCELLED), ERR_TIMEOUT);
	return 0;
}

START_TEST(deadlines_nest)
{
	ck_assert_int_eq(loop_run("test", deadlines, NULL), 0);
}
END_TEST

/* ---- a deadline that is moved ---- */

static int postponed(struct ctx *ctx, void *arg)
{
	struct deadline outer, inner, innermost;

	(void)arg;
	ctx_postpone(ctx, USEC_PER_SEC); /* there is none */
	ck_assert(ctx->deadline == NULL);

	/* Later by so much, once and again; the code is still its own. */
	ctx_narrow(ctx, &outer, 2 * USEC_PER_SEC);
	ctx_postpone(ctx, USEC_PER_SEC);
	ctx_postpone(ctx, USEC_PER_SEC);
	ck_assert_int_eq(ctx_sleep(ctx, 3 * USEC_PER_SEC), 0);
	ck_assert_int_eq(ctx_check(ctx), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 2 * USEC_PER_SEC), ERR_CANCELLED);
	ck_assert_int_eq(ctx_check(ctx), ERR_TIMEOUT);
	/* Even one that has passed. */
	ctx_postpone(ctx, 5 * USEC_PER_SEC);
	ck_assert_int_eq(ctx_check(ctx), 0);

	/* The outer one, five seconds ahead, stays and is seen as from above. */
	ctx_narrow(ctx, &inner, 2 * USEC_PER_SEC);
	ctx_postpone(ctx, USEC_PER_MIN);
	ck_assert_int_eq(ctx_sleep(ctx, 3 * USEC_PER_SEC), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), ERR_CANCELLED);
	ck_assert_int_eq(ctx_check(ctx), ERR_CANCELLED);
	ck_assert_int_eq(ctx_widen(ctx, &inner, ERR_CANCELLED), ERR_CANCELLED);
	ck_assert_int_eq(ctx_widen(ctx, &outer, ERR_CANCELLED), ERR_TIMEOUT);

	/* Under a shield what is outside is not seen, however far it is moved. */
	ctx_narrow(ctx, &outer, USEC_PER_SEC);
	ctx_shield(ctx, &inner, USEC_PER_SEC);
	ctx_postpone(ctx, USEC_PER_SEC);
	ck_assert_int_eq(ctx_sleep(ctx, 2 * USEC_PER_SEC - 1), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 2), ERR_CANCELLED);
	ck_assert_int_eq(ctx_widen(ctx, &inner, 0), 0);
	/* But the shield's own end is, by what is inside. */
	ctx_shield(ctx, &inner, USEC_PER_SEC);
	ctx_narrow(ctx, &innermost, USEC_PER_MSEC);
	ctx_postpone(ctx, USEC_PER_MIN);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC - 1), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 2), ERR_CANCELLED);
	ck_assert_int_eq(ctx_check(ctx), ERR_CANCELLED);
	ck_assert_int_eq(ctx_widen(ctx, &innermost, ERR_CANCELLED), ERR_CANCELLED);
	ck_assert_int_eq(ctx_widen(ctx, &inner, 0), 0);
	ck_assert_int_eq(ctx_widen(ctx, &outer, ERR_CANCELLED), ERR_TIMEOUT);

	/* No end of time comes round again. */
	ctx_narrow(ctx, &outer, USEC_PER_SEC);
	ctx_postpone(ctx, USEC_INFINITY);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_DAY), 0);
	return ctx_widen(ctx, &outer, 0);
}

START_TEST(deadlines_can_be_moved)
{
	ck_assert_int_eq(loop_run("test", postponed, NULL), 0);
}
END_TEST

/* ---- cancellation reaches grandchildren and spares shielded cleanup ---- */

static int cleans_up(struct ctx *ctx, void *arg)
{
	struct deadline d;

	(void)arg;
	int r = ctx_sleep(ctx, USEC_PER_DAY);

	ck_assert_int_eq(r, ERR_CANCELLED);
	ctx_shield(ctx, &d, USEC_PER_SEC);
	ck_assert_int_eq(ctx_widen(ctx, &d, ctx_sleep(ctx, 1000)), 0);
	see('q');
	return r;
}

static int parent(struct ctx *ctx, void *arg)
{
	struct scope s;

	(void)arg;
	scope_init(&s, SCOPE_SERVE);
	scope_spawn(&s, "grandchild", cleans_up, NULL);
	int r = scope_wait(ctx, &s);

	see('p');
	return r;
}

static int cancels(struct ctx *ctx, void *arg)
{
	struct scope s;

	(void)arg;
	scope_init(&s, SCOPE_SERVE);
	scope_spawn(&s, "parent", parent, NULL);
	ctx_sleep(ctx, USEC_PER_SEC);
	scope_end(ctx, &s);
	see('e');
	ck_assert_uint_eq(s.count, 0);
	return 0;
}

START_TEST(cancellation_is_structured)
{
	begin();
	ck_assert_int_eq(loop_run("test", cancels, NULL), 0);
	ck_assert_str_eq(seen, "qpe");
}
END_TEST

/* ---- waiting in line ---- */

static struct waitq line;

static int wait_in_line(struct ctx *ctx, void *arg)
{
	int r = waitq_wait(ctx, &line);

	see(r == 0 ? *(const char *)arg : '!');
	return 0;
}

static int wakes(struct ctx *ctx, void *arg)
{
	struct scope s;

	(void)arg;
	waitq_init(&line);
	scope_init(&s, SCOPE_SERVE);
	scope_spawn(&s, "1", wait_in_line, ARG("1"));
	scope_spawn(&s, "2", wait_in_line, ARG("2"));
	scope_spawn(&s, "3", wait_in_line, ARG("3"));
	ctx_yield(ctx);
	ck_assert(waitq_wake(&line));
	see('-'); /* a wake only queues */
	ctx_yield(ctx);
	ctx_yield(ctx);
	ck_assert(waitq_wake(&line));
	scope_end(ctx, &s); /* the second was woken before it was cancelled: it is not lost */
	ck_assert(!waitq_wake(&line));
	return 0;
}

START_TEST(wakes_are_in_order_and_not_lost)
{
	begin();
	ck_assert_int_eq(loop_run("test", wakes, NULL), 0);
	ck_assert_str_eq(seen, "-12!");
}
END_TEST

/* ---- many coroutines, stacks used again ---- */

static int deep(struct ctx *ctx, void *arg)
{
	volatile char room[30000];

	(void)arg;
	memset((void *)(uintptr_t)room, 1, sizeof(room));
	int r = ctx_sleep(ctx, 10 * USEC_PER_SEC); /* long enough for the stack to be trimmed */

	size_t kept = 0;

	for (size_t i = 0; i < sizeof(room); i++)
		kept += room[i] == 1;
	ck_assert_uint_eq(kept, sizeof(room));
	return r;
}

static int many(struct ctx *ctx, void *arg)
{
	struct scope s;

	(void)arg;
	scope_init(&s, SCOPE_ALL);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 500; i++)
			ck_assert_int_eq(scope_spawn(&s, "deep", deep, NULL), 0);
		ck_assert_int_eq(scope_wait(ctx, &s), 0);
	}
	struct loop_stats stats;

	loop_stats(&stats);
	ck_assert_uint_le(stats.stacks, 512 + 64);
	return 0;
}

START_TEST(stacks_are_used_again)
{
	ck_assert_int_eq(loop_run("test", many, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("core");
	TCase *t = tcase_create("core");

	tcase_add_test(t, children_run_in_order_and_are_waited_for);
	tcase_add_test(t, first_failure_cancels_siblings);
	tcase_add_test(t, first_success_wins_a_race);
	tcase_add_test(t, deadlines_nest);
	tcase_add_test(t, deadlines_can_be_moved);
	tcase_add_test(t, cancellation_is_structured);
	tcase_add_test(t, wakes_are_in_order_and_not_lost);
	tcase_add_test(t, stacks_are_used_again);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
