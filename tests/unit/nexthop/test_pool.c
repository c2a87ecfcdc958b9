/* The choice of a member: shares, what sticks, who moves, slow start, caps; and a million random
 * transactions while members go up and down. */
#include "nexthop/pool.h"

#include <string.h>

#include "base/hash.h"
#include "base/rng.h"

#include "check_main.h"

#define DRAWS 100000

static struct nexthop_member member(uint64_t id, uint32_t weight)
{
	return (struct nexthop_member){
		.id = hash_u64(id), .weight = weight, .state = NEXTHOP_MEMBER_UP
	};
}

static struct nexthop_pool pool(
	enum config_balance balance, const struct nexthop_member *v, size_t n)
{
	return (struct nexthop_pool){ .balance = balance, .now = USEC_PER_HOUR, .v = v, .n = n };
}

static void fill(struct nexthop_member *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = member(i, 1);
}

/* Within 3 percent of all draws. */
static void expect_share(const size_t *got, size_t i, size_t n, double share)
{
	double diff = (double)got[i] / (double)n - share;

	ck_assert_msg(diff < 0.03 && diff > -0.03, "member %zu has %.3f instead of %.3f", i,
		(double)got[i] / (double)n, share);
}

START_TEST(ordered_takes_the_first)
{
	struct nexthop_member v[3] = { { 0 } };
	struct nexthop_pool p = pool(CONFIG_BALANCE_ORDERED, v, 3);
	struct rng rng;

	rng_seed(&rng, 1);
	fill(v, 3);
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 0);
	v[0].state = NEXTHOP_MEMBER_DOWN;
	v[0].until = p.now + 1;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 1);
	v[1].last = true;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 2);
	v[2].out = true;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 1);
	v[1].out = true;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 0); /* all others are out */
	v[0].out = true;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), NEXTHOP_NO_MEMBER);
	v[0].out = false;
	p.now = v[0].until; /* its time is over: one may try it */
	v[1].out = false;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 0);
}
END_TEST

/* Only one that could be chosen, and not what failed a moment ago. */
START_TEST(found_where_nothing_speaks_against_it)
{
	struct nexthop_member v[3] = { 0 };
	struct nexthop_pool p = pool(CONFIG_BALANCE_LEAST, v, 3);

	fill(v, 3);
	ck_assert_uint_eq(nexthop_pool_find(&p, v[1].id), 1);
	ck_assert_uint_eq(nexthop_pool_find(&p, hash_u64(77)), NEXTHOP_NO_MEMBER);
	v[1].full = true;
	ck_assert_uint_eq(nexthop_pool_find(&p, v[1].id), NEXTHOP_NO_MEMBER);
	v[1].full = false;
	v[1].last = true;
	ck_assert_uint_eq(nexthop_pool_find(&p, v[1].id), NEXTHOP_NO_MEMBER);
	v[1].last = false;
	v[1].out = true;
	ck_assert_uint_eq(nexthop_pool_find(&p, v[1].id), NEXTHOP_NO_MEMBER);
	v[1].out = false;
	v[1].state = NEXTHOP_MEMBER_DOWN;
	v[1].until = p.now + 1;
	ck_assert_uint_eq(nexthop_pool_find(&p, v[1].id), NEXTHOP_NO_MEMBER);
	v[1].until = p.now; /* somebody has to find out that it is back */
	ck_assert_uint_eq(nexthop_pool_find(&p, v[1].id), 1);
}
END_TEST

START_TEST(one_that_is_well)
{
	struct nexthop_member v[2] = { 0 };
	struct nexthop_pool p = pool(CONFIG_BALANCE_ORDERED, v, 2);

	fill(v, 2);
	ck_assert_uint_eq(nexthop_pool_count_well(&p), 2);
	v[0].out = true;
	ck_assert_uint_eq(nexthop_pool_count_well(&p), 1);
	v[1].full = true;
	ck_assert_uint_eq(nexthop_pool_count_well(&p), 0);
	v[1].full = false;
	v[1].last = true;
	ck_assert_uint_eq(nexthop_pool_count_well(&p), 0);
	v[1].last = false;
	v[1].state = NEXTHOP_MEMBER_DOWN;
	v[1].until = p.now + 1;
	ck_assert_uint_eq(nexthop_pool_count_well(&p), 0);
	v[1].state = NEXTHOP_MEMBER_UNKNOWN;
	ck_assert_uint_eq(nexthop_pool_count_well(&p), 1);
}
END_TEST

/* When all are away, the one whose time is over first is tried. */
START_TEST(all_away)
{
	struct nexthop_member v[3] = { { 0 } };
	struct nexthop_pool p = pool(CONFIG_BALANCE_WEIGHTED, v, 3);
	struct rng rng;

	rng_seed(&rng, 1);
	fill(v, 3);
	for (size_t i = 0; i < 3; i++) {
		v[i].state = NEXTHOP_MEMBER_DOWN;
		v[i].until = p.now + 10 - (usec_t)i;
	}
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 2);
	v[2].full = true;
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), 1);
	v[0].state = NEXTHOP_MEMBER_UP;
	v[0].full = true; /* one is well, so nobody is tried: there will be room */
	ck_assert_uint_eq(nexthop_pool_choose(&p, &rng), NEXTHOP_NO_MEMBER);
	ck_assert(nexthop_pool_is_full(&p));
	v[0].full = v[2].full = false;
	ck_assert(!nexthop_pool_is_full(&p));
}
END_TEST

START_TEST(weighted_shares)
{
	struct nexthop_member v[] = { member(1, 1), member(2, 2), member(3, 5) };
	struct nexthop_pool p = pool(CONFIG_BALANCE_WEIGHTED, v, 3);
	size_t got[3] = { 0 };
	struct rng rng;

	rng_seed(&rng, 7);
	for (size_t i = 0; i < DRAWS; i++)
		got[nexthop_pool_choose(&p, &rng)]++;
	expect_share(got, 0, DRAWS, 0.125);
	expect_share(got, 1, DRAWS, 0.25);
	expect_share(got, 2, DRAWS, 0.625);
	v[2].state = NEXTHOP_MEMBER_DOWN;
	v[2].until = p.now + 1;
	memset(got, 0, sizeof(got));
	for (size_t i = 0; i < DRAWS; i++)
		got[nexthop_pool_choose(&p, &rng)]++;
	ck_assert_uint_eq(got[2], 0);
	expect_share(got, 0, DRAWS, 1. / 3);
}
END_TEST

/* Work of equal length, begun one after the other, settles at the weights. */
START_TEST(least_settles_at_weights)
{
	struct nexthop_member v[] = { member(1, 1), member(2, 1), member(3, 2) };
	struct nexthop_pool p = pool(CONFIG_BALANCE_LEAST, v, 3);
	size_t got[3] = { 0 };
	struct rng rng;

	rng_seed(&rng, 7);
	for (size_t i = 0; i < 400; i++)
		v[nexthop_pool_choose(&p, &rng)].busy++;
	ck_assert_uint_ge(v[0].busy, 99);
	ck_assert_uint_le(v[0].busy, 101);
	ck_assert_uint_ge(v[2].busy, 199);
	ck_assert_uint_le(v[2].busy, 201);
	/* Idle ones share what comes one at a time. */
	v[0].busy = v[1].busy = v[2].busy = 0;
	v[2].weight = 1;
	for (size_t i = 0; i < DRAWS; i++)
		got[nexthop_pool_choose(&p, &rng)]++;
	for (size_t i = 0; i < 3; i++)
		expect_share(got, i, DRAWS, 1. / 3);
	v[1].busy = 1;
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_ne(nexthop_pool_choose(&p, &rng), 1);
}
END_TEST

#define CLIENTS 20000

static size_t stick(struct nexthop_pool *p, uint64_t client)
{
	struct rng unused = { { 1, 2, 3, 4 } };

	p->has_client = true;
	p->client = hash_u64(client);
	return nexthop_pool_choose(p, &unused);
}

/* A member that goes moves its own clients only, and these spread over the others by weight. */
START_TEST(sticky_moves_only_its_own)
{
	struct nexthop_member v[] = { member(1, 1), member(2, 2), member(3, 3), member(4, 4) };
	struct nexthop_pool p = pool(CONFIG_BALANCE_STICKY, v, 4);
	size_t got[4] = { 0 }, moved[4] = { 0 };
	static uint8_t before[CLIENTS];

	for (size_t i = 0; i < CLIENTS; i++)
		got[before[i] = (uint8_t)stick(&p, i)]++;
	for (size_t i = 0; i < 4; i++)
		expect_share(got, i, CLIENTS, (double)(i + 1) / 10);
	v[3].state = NEXTHOP_MEMBER_DOWN;
	v[3].until = p.now + 1;
	for (size_t i = 0; i < CLIENTS; i++) {
		size_t now = stick(&p, i);

		if (before[i] == 3)
			moved[now]++;
		else
			ck_assert_uint_eq(now, before[i]);
	}
	for (size_t i = 0; i < 3; i++)
		expect_share(moved, i, got[3], (double)(i + 1) / 6);
	v[3].state = NEXTHOP_MEMBER_UP;
	for (size_t i = 0; i < CLIENTS; i++)
		ck_assert_uint_eq(stick(&p, i), before[i]);
}
END_TEST

/* The order in which hosts are written does not matter. */
START_TEST(sticky_knows_hosts_not_places)
{
	struct nexthop_member a[] = { member(1, 1), member(2, 1), member(3, 1) };
	struct nexthop_member b[] = { member(3, 1), member(1, 1), member(2, 1) };
	struct nexthop_pool p = pool(CONFIG_BALANCE_STICKY, a, 3);
	struct nexthop_pool q = pool(CONFIG_BALANCE_STICKY, b, 3);

	for (size_t i = 0; i < 1000; i++)
		ck_assert(a[stick(&p, i)].id == b[stick(&q, i)].id);
}
END_TEST

START_TEST(slow_start_rises)
{
	struct nexthop_member m = member(1, 10);
	usec_t start = 30 * USEC_PER_SEC, back = USEC_PER_HOUR;

	ck_assert_uint_eq(nexthop_member_share(&m, start, back), 10000); /* it never was away */
	m.since = back;
	ck_assert_uint_eq(nexthop_member_share(&m, start, back), 1000);
	ck_assert_uint_eq(nexthop_member_share(&m, start, back + start / 2), 5500);
	ck_assert_uint_eq(nexthop_member_share(&m, start, back + start), 10000);
	ck_assert_uint_eq(nexthop_member_share(&m, 0, back), 10000);
	/* Another worker says that it came back a moment from now. */
	ck_assert_uint_eq(nexthop_member_share(&m, 0, back - 1), 10000);
	ck_assert_uint_eq(nexthop_member_share(&m, start, back - 1), 1000);
	uint64_t last = 0;

	for (usec_t t = 0; t < start; t += start / 97) {
		uint64_t now = nexthop_member_share(&m, start, back + t);

		ck_assert_uint_ge(now, last);
		last = now;
	}
	m.state = NEXTHOP_MEMBER_DOWN; /* it is tried carefully */
	ck_assert_uint_eq(nexthop_member_share(&m, start, back), 1000);
}
END_TEST

START_TEST(slow_start_moves_clients_slowly)
{
	struct nexthop_member v[] = { member(1, 1), member(2, 1) };
	struct nexthop_pool p = pool(CONFIG_BALANCE_STICKY, v, 2);
	size_t last = 0;

	p.slow_start = 30 * USEC_PER_SEC;
	v[1].since = p.now;
	for (unsigned step = 0; step <= 10; step++, p.now += 3 * USEC_PER_SEC) {
		size_t n = 0;

		for (size_t i = 0; i < CLIENTS; i++)
			n += stick(&p, i) == 1;
		ck_assert_uint_ge(n, last); /* nobody goes back and forth */
		last = n;
		if (step == 0)
			ck_assert_uint_lt(n, CLIENTS / 8);
	}
	ck_assert_uint_gt(last, CLIENTS * 47 / 100);
}
END_TEST

/* ---- a million transactions ---- */

#define MEMBERS	 8
#define CAP	 20
#define TURNS	 250000 /* with each balance */
#define PATIENCE 2000 /* turns that a client may find no room */

struct world {
	struct nexthop_member v[MEMBERS];
	uint32_t max[MEMBERS];
	size_t at[MEMBERS * CAP]; /* transactions under way, by member */
	size_t n;
	size_t chosen[MEMBERS];
};

static void look(struct world *w)
{
	for (size_t i = 0; i < MEMBERS; i++)
		w->v[i].full = w->v[i].busy >= w->max[i];
}

static void begin(struct world *w, struct nexthop_pool *p, struct rng *rng, unsigned *hungry)
{
	look(w);
	p->client = rng_next(rng);
	p->has_client = rng_below(rng, 8) > 0;
	size_t i = nexthop_pool_choose(p, rng);

	if (i == NEXTHOP_NO_MEMBER) {
		ck_assert(nexthop_pool_is_full(p)); /* the only reason */
		ck_assert_uint_lt(++*hungry, PATIENCE);
		return;
	}
	*hungry = 0;
	ck_assert_uint_lt(w->v[i].busy, w->max[i]);
	if (nexthop_member_is_away(&w->v[i], p->now)) /* none was well */
		for (size_t k = 0; k < MEMBERS; k++)
			ck_assert(nexthop_member_is_away(&w->v[k], p->now));
	w->v[i].busy++;
	w->chosen[i]++;
	w->at[w->n++] = i;
}

static void end(struct world *w, struct rng *rng)
{
	size_t k = rng_below(rng, w->n), i = w->at[k];

	ck_assert_uint_gt(w->v[i].busy, 0);
	w->v[i].busy--;
	w->at[k] = w->at[--w->n];
}

static void change(struct world *w, const struct nexthop_pool *p, struct rng *rng)
{
	struct nexthop_member *m = &w->v[rng_below(rng, MEMBERS)];

	if (m->state == NEXTHOP_MEMBER_DOWN) {
		m->state = NEXTHOP_MEMBER_UP;
		m->since = p->now;
	} else {
		m->state = NEXTHOP_MEMBER_DOWN;
		m->until = p->now + (usec_t)rng_below(rng, USEC_PER_SEC);
	}
}

START_TEST(a_million_transactions)
{
	struct world w = { .n = 0 };
	struct nexthop_pool p = pool((enum config_balance)_i, w.v, MEMBERS);
	unsigned hungry = 0;
	struct rng rng;

	rng_seed(&rng, (uint64_t)_i + 99);
	p.slow_start = 100 * USEC_PER_MSEC;
	for (size_t i = 0; i < MEMBERS; i++) {
		w.v[i] = member(i, (uint32_t)i + 1);
		w.max[i] = 1 + (uint32_t)rng_below(&rng, CAP);
	}
	for (size_t turn = 0; turn < TURNS; turn++, p.now += 50) {
		if (turn % 1000 == 0)
			change(&w, &p, &rng);
		if (w.n && rng_below(&rng, 100) < 48)
			end(&w, &rng);
		else
			begin(&w, &p, &rng, &hungry);
	}
	for (size_t i = 0; i < MEMBERS; i++)
		ck_assert_uint_gt(w.chosen[i], 0);
	while (w.n)
		end(&w, &rng);
	for (size_t i = 0; i < MEMBERS; i++)
		ck_assert_uint_eq(w.v[i].busy, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("pool");
	TCase *t = tcase_create("pool");

	tcase_add_test(t, ordered_takes_the_first);
	tcase_add_test(t, found_where_nothing_speaks_against_it);
	tcase_add_test(t, one_that_is_well);
	tcase_add_test(t, all_away);
	tcase_add_test(t, weighted_shares);
	tcase_add_test(t, least_settles_at_weights);
	tcase_add_test(t, sticky_moves_only_its_own);
	tcase_add_test(t, sticky_knows_hosts_not_places);
	tcase_add_test(t, slow_start_rises);
	tcase_add_test(t, slow_start_moves_clients_slowly);
	tcase_add_loop_test(t, a_million_transactions, 0, 4);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
