/* When a second batch is begun beside the first. */
#include "spool/pace.h"

#include "check_main.h"

#define MS USEC_PER_MSEC

static void learn(struct pace *p, unsigned n, usec_t took, bool together)
{
	while (n--)
		pace_learn(p, took, together);
}

START_TEST(not_before_something_is_known)
{
	struct pace p = { 0 };

	ck_assert(pace_second(&p, 100) == USEC_INFINITY);
}
END_TEST

START_TEST(quick_syncs_go_alone)
{
	struct pace p = { 0 };

	learn(&p, 3, MS - 1, false);
	ck_assert(pace_second(&p, 100) == USEC_INFINITY);
}
END_TEST

START_TEST(slow_syncs_overlap_by_half)
{
	struct pace p = { 0 };

	learn(&p, 3, 4 * MS, false);
	ck_assert_int_eq(pace_second(&p, 100), 100 + 2 * MS);
	learn(&p, 100, 5 * MS, true);
	ck_assert_int_eq(pace_second(&p, 100), 100 + 2 * MS);
}
END_TEST

/* Where syncs wait for each other it is given up, and tried again later. */
START_TEST(a_disk_that_takes_turns)
{
	struct pace p = { 0 };
	unsigned n = 0;

	learn(&p, 1, 4 * MS, false);
	learn(&p, 7, 6 * MS, true);
	ck_assert(pace_second(&p, 0) != USEC_INFINITY);
	learn(&p, 1, 6 * MS, true);
	for (; pace_second(&p, 0) == USEC_INFINITY; n++)
		learn(&p, 1, 4 * MS, false);
	ck_assert_uint_ge(n, 100);
	learn(&p, 8, 6 * MS, true);
	ck_assert(pace_second(&p, 0) == USEC_INFINITY);
}
END_TEST

/* A disk that has become slower for all is measured anew. */
START_TEST(a_disk_that_changes)
{
	struct pace p = { 0 };

	learn(&p, 1, 2 * MS, false);
	learn(&p, 8, 8 * MS, true);
	ck_assert(pace_second(&p, 0) == USEC_INFINITY);
	learn(&p, 600, 8 * MS, false);
	learn(&p, 100, 8 * MS, true);
	ck_assert_int_ge(pace_second(&p, 0), 3 * MS);
	ck_assert(pace_second(&p, 0) != USEC_INFINITY);
}
END_TEST

/* While batches overlap, a batch leaves some to the next one. */
START_TEST(shares)
{
	struct pace p = { 0 };

	ck_assert_uint_eq(pace_share(&p, 64, 0), SIZE_MAX);
	learn(&p, 3, 4 * MS, false);
	ck_assert_uint_eq(pace_share(&p, 64, 0), 37);
	ck_assert_uint_eq(pace_share(&p, 27, 37), 37);
	ck_assert_uint_eq(pace_share(&p, 3, 1), 8);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("pace");
	TCase *t = tcase_create("pace");

	tcase_add_test(t, not_before_something_is_known);
	tcase_add_test(t, quick_syncs_go_alone);
	tcase_add_test(t, slow_syncs_overlap_by_half);
	tcase_add_test(t, a_disk_that_takes_turns);
	tcase_add_test(t, a_disk_that_changes);
	tcase_add_test(t, shares);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
