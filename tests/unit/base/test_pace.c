/* Token buckets: what a number of bytes costs, what is owed, and numbers at the ends of their range. */
#include "base/pace.h"

#include "check_main.h"

START_TEST(pace_costs)
{
	const struct {
		uint64_t n, rate;
		usec_t cost;
	} cases[] = {
		{ 0, 1000, 0 },
		{ 1000, 0, 0 }, /* no limit */
		{ 1000, 1000, USEC_PER_SEC },
		{ 1, 1000, 1000 },
		{ 1, 3, 333334 }, /* rounded up */
		{ 1, UINT64_MAX, 1 },
		{ 1500, 1000, 1500000 },
		{ 3599, 1, 3599 * USEC_PER_SEC },
		{ 3600, 1, PACE_DEBT_MAX },
		{ UINT64_MAX, 1, PACE_DEBT_MAX },
		{ UINT64_MAX, UINT64_MAX, USEC_PER_SEC },
		{ (uint64_t)1 << 62, (uint64_t)1 << 63, USEC_PER_SEC / 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		usec_t cost = pace_cost(cases[i].n, cases[i].rate);

		ck_assert_msg(cost - cases[i].cost >= -1 && cost - cases[i].cost <= 1,
			"case %zu: %lld", i, (long long)cost);
	}
}
END_TEST

START_TEST(pace_owes)
{
	const usec_t now = 1000 * USEC_PER_SEC;

	/* Nothing is saved up while nothing is taken. */
	ck_assert_int_eq(pace_take(5, USEC_PER_SEC, now), now + USEC_PER_SEC);
	ck_assert_int_eq(pace_take(0, 0, now), now);
	ck_assert_int_eq(pace_take(now + 7, 3, now), now + 10);
	ck_assert_int_eq(pace_wait(now - 1, 0, now), 0);
	ck_assert_int_eq(pace_wait(now, 0, now), 0);
	ck_assert_int_eq(pace_wait(now + 9, 0, now), 9);
	ck_assert_int_eq(pace_wait(now + 9, 4, now), 5);
	ck_assert_int_eq(pace_wait(now + 9, 9, now), 0);
	ck_assert_int_eq(pace_wait(now + 9, 10, now), 0);
}
END_TEST

/* A clock that goes back, or an instant out of the blue, costs an hour at the most. */
START_TEST(pace_ends)
{
	ck_assert_int_eq(pace_wait(USEC_INFINITY, 0, 1), PACE_DEBT_MAX);
	ck_assert_int_eq(pace_take(USEC_INFINITY, 5, 1), 1 + PACE_DEBT_MAX);
	ck_assert_int_eq(pace_take(0, PACE_DEBT_MAX, 1), 1 + PACE_DEBT_MAX);
	ck_assert_int_eq(pace_take(1 + PACE_DEBT_MAX, PACE_DEBT_MAX, 1), 1 + PACE_DEBT_MAX);

	usec_t due = 0, now = 10 * USEC_PER_DAY;

	for (int i = 0; i < 100000; i++)
		due = pace_take(due, 3 * USEC_PER_SEC, now);
	ck_assert_int_eq(due, now + PACE_DEBT_MAX);
	ck_assert_int_eq(pace_wait(due, 0, now - USEC_PER_DAY), PACE_DEBT_MAX);
	ck_assert_int_eq(pace_wait(due, 0, now + USEC_PER_DAY), 0);
}
END_TEST

/* Over a long time exactly the rate goes through. */
START_TEST(pace_holds_the_rate)
{
	const uint64_t rate = 4096;
	usec_t due = 0, now = 5;
	uint64_t bytes = 0;

	while (now < USEC_PER_DAY) {
		due = pace_take(due, pace_cost(1024, rate), now);
		bytes += 1024;
		now += pace_wait(due, 0, now);
	}
	ck_assert_uint_eq(bytes / 1024, rate * 86400 / 1024);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("pace");
	TCase *t = tcase_create("pace");

	tcase_add_test(t, pace_costs);
	tcase_add_test(t, pace_owes);
	tcase_add_test(t, pace_ends);
	tcase_add_test(t, pace_holds_the_rate);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
