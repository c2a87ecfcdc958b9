/* The generator: the same seed gives the same numbers, bounds hold, nothing is far from even. */
#include "base/rng.h"

#include "check_main.h"

START_TEST(rng_is_seeded)
{
	struct rng a, b, c;
	int same = 0;

	rng_seed(&a, 1);
	rng_seed(&b, 1);
	rng_seed(&c, 2);
	for (int i = 0; i < 100; i++) {
		uint64_t x = rng_next(&a);

		ck_assert_uint_eq(x, rng_next(&b));
		same += x == rng_next(&c);
	}
	ck_assert_int_eq(same, 0);
	/* xoshiro256++ from the state 1, 2, 3, 4, by its definition */
	struct rng d = { { 1, 2, 3, 4 } };

	ck_assert_uint_eq(rng_next(&d), 41943041);
	ck_assert_uint_eq(rng_next(&d), 58720359);
}
END_TEST

START_TEST(rng_below_is_even)
{
	struct rng r;
	int seen[7] = { 0 };

	rng_seed(&r, 5);
	for (int i = 0; i < 7000; i++)
		seen[rng_below(&r, 7)]++;
	for (int i = 0; i < 7; i++)
		ck_assert(seen[i] > 850 && seen[i] < 1150);
	ck_assert_uint_eq(rng_below(&r, 1), 0);
}
END_TEST

START_TEST(rng_jitter_stays_in_bounds)
{
	struct rng r;
	int64_t least = INT64_MAX, most = 0;

	rng_seed(&r, 5);
	for (int i = 0; i < 10000; i++) {
		int64_t x = rng_jitter(&r, 1000000, 20);

		ck_assert(x >= 800000 && x <= 1200000);
		least = x < least ? x : least;
		most = x > most ? x : most;
	}
	ck_assert(least < 805000 && most > 1195000);
	ck_assert_int_eq(rng_jitter(&r, 1000000, 0), 1000000);
	ck_assert_int_eq(rng_jitter(&r, 0, 20), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rng");
	TCase *t = tcase_create("rng");

	tcase_add_test(t, rng_is_seeded);
	tcase_add_test(t, rng_below_is_even);
	tcase_add_test(t, rng_jitter_stays_in_bounds);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
