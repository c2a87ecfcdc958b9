/* Who is verified next, in the simulated world: order of ranks, full queue, patience, cancellation. */
#include "auth/turn.h"

#include "base/err.h"
#include "check_main.h"
#include "rt/ctx.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"

#define WORK USEC_PER_SEC

static struct auth_turn turn;
static char order[100]; /* one letter a client, as they were served */
static size_t served;

struct client {
	char letter;
	enum auth_rank rank;
	uint8_t address;
	int want;
	usec_t work;
};

static int be_client(struct ctx *ctx, void *arg)
{
	const struct client *c = arg;
	struct ip ip = { .family = IP_V4, .b = { 192, 0, 2, c->address } };
	int r = auth_turn_take(ctx, &turn, c->rank, &ip);

	ck_assert_msg(r == c->want, "%c: %d", c->letter, r);
	if (r < 0)
		return 0;
	order[served++] = c->letter;
	r = ctx_sleep(ctx, c->work);
	auth_turn_give(&turn);
	return r;
}

/* Starts them in order, each at its own turn of the loop. */
static void start(struct ctx *ctx, struct scope *scope, struct client *v, size_t n)
{
	scope_init(scope, SCOPE_SERVE);
	served = 0;
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(scope_spawn(scope, "client", be_client, &v[i]), 0);
		ck_assert_int_eq(ctx_sleep(ctx, 1), 0);
	}
}

static void expect(struct ctx *ctx, struct scope *scope, const char *want)
{
	ck_assert_int_eq(scope_wait(ctx, scope), 0);
	order[served] = 0;
	ck_assert_str_eq(order, want);
	ck_assert_uint_eq(turn.free, 1);
	ck_assert_uint_eq(turn.waiting_n, 0);
}

static int by_rank(struct ctx *ctx, void *arg)
{
	struct client v[] = {
		{ 'a', AUTH_RANK_SUSPECT, 1, 0, WORK },
		{ 'b', AUTH_RANK_SUSPECT, 1, 0, WORK },
		{ 'c', AUTH_RANK_NEW, 2, 0, WORK },
		{ 'd', AUTH_RANK_KNOWN, 3, 0, WORK },
		{ 'e', AUTH_RANK_NEW, 2, 0, WORK },
	};
	struct scope scope;

	(void)arg;
	auth_turn_init(&turn, 1, 100, USEC_PER_HOUR);
	start(ctx, &scope, v, 5);
	expect(ctx, &scope, "adceb");
	return 0;
}

static int one_address(struct ctx *ctx, void *arg)
{
	/* Five of one address: the last ranks as suspect, behind a newcomer. */
	struct client v[] = {
		{ 'a', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'b', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'c', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'd', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'e', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'f', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'g', AUTH_RANK_NEW, 2, 0, WORK },
	};
	struct scope scope;

	(void)arg;
	auth_turn_init(&turn, 1, 100, USEC_PER_HOUR);
	start(ctx, &scope, v, 7);
	expect(ctx, &scope, "abcdegf");
	return 0;
}

static int full(struct ctx *ctx, void *arg)
{
	struct client v[] = {
		{ 'a', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'b', AUTH_RANK_SUSPECT, 1, 0, WORK },
		{ 'c', AUTH_RANK_SUSPECT, 2, ERR_BUSY, WORK }, /* pushed out by e */
		{ 'd', AUTH_RANK_SUSPECT, 3, ERR_BUSY, WORK }, /* no room */
		{ 'e', AUTH_RANK_NEW, 4, 0, WORK },
	};
	struct scope scope;

	(void)arg;
	auth_turn_init(&turn, 1, 2, USEC_PER_HOUR);
	start(ctx, &scope, v, 5);
	expect(ctx, &scope, "aeb");
	return 0;
}

static int patience(struct ctx *ctx, void *arg)
{
	struct client v[] = {
		{ 'a', AUTH_RANK_NEW, 1, 0, 10 * WORK },
		{ 'b', AUTH_RANK_NEW, 2, ERR_BUSY, WORK },
	};
	struct scope scope;

	(void)arg;
	auth_turn_init(&turn, 1, 2, 5 * WORK);
	start(ctx, &scope, v, 2);
	ck_assert_int_eq(ctx_sleep(ctx, 6 * WORK), 0);
	ck_assert_uint_eq(turn.waiting_n, 0);
	expect(ctx, &scope, "a");
	return 0;
}

/* Cancelled while waiting, and while already granted: no turn is lost. */
static int cancelled(struct ctx *ctx, void *arg)
{
	struct client v[] = {
		{ 'a', AUTH_RANK_NEW, 1, 0, WORK },
		{ 'b', AUTH_RANK_NEW, 2, ERR_CANCELLED, WORK },
	};
	struct scope scope, other;

	(void)arg;
	auth_turn_init(&turn, 1, 2, USEC_PER_HOUR);
	start(ctx, &scope, v, 1);
	scope_init(&other, SCOPE_SERVE);
	ck_assert_int_eq(scope_spawn(&other, "client", be_client, &v[1]), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 1), 0);
	ck_assert_uint_eq(turn.waiting_n, 1);
	scope_cancel(&other);
	ck_assert_int_eq(scope_wait(ctx, &other), 0);
	ck_assert_uint_eq(turn.waiting_n, 0);
	expect(ctx, &scope, "a");
	start(ctx, &scope, v + 1, 0);
	turn.free = 0;
	ck_assert_int_eq(scope_spawn(&scope, "client", be_client, &v[1]), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 1), 0);
	v[1].want = 0; /* the grant came first */
	auth_turn_give(&turn);
	scope_cancel(&scope);
	expect(ctx, &scope, "b");
	return 0;
}

static void run(coro_fn *fn)
{
	sim_start(1);
	ck_assert_int_eq(sim_run("test", fn, NULL), 0);
	ck_assert_uint_eq(sim_stop(), 0);
}

START_TEST(ranks_in_order)
{
	run(by_rank);
}
END_TEST

START_TEST(one_address_ranks_last)
{
	run(one_address);
}
END_TEST

START_TEST(full_queue)
{
	run(full);
}
END_TEST

START_TEST(patience_ends)
{
	run(patience);
}
END_TEST

START_TEST(cancellation)
{
	run(cancelled);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("turn");
	TCase *t = tcase_create("turn");

	tcase_add_test(t, ranks_in_order);
	tcase_add_test(t, one_address_ranks_last);
	tcase_add_test(t, full_queue);
	tcase_add_test(t, patience_ends);
	tcase_add_test(t, cancellation);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
