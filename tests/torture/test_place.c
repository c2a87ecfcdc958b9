/* What tells places apart: who called, not how often. */
#include "place.h"

#include "check_main.h"

static __attribute__((noinline)) uint32_t deep(unsigned n)
{
	volatile uint32_t times = n ? deep(n - 1)
				    : place_seen(); /* volatile: no jump instead of a call */

	return times;
}

static __attribute__((noinline)) uint32_t other(void)
{
	volatile uint32_t times = deep(0);

	return times;
}

START_TEST(places_are_told_apart)
{
	for (uint32_t i = 1; i <= 5; i++) {
		ck_assert_uint_eq(deep(0), i);
		ck_assert_uint_eq(deep(3), i); /* as deep as it was called */
		ck_assert_uint_eq(other(), i); /* the same, by way of another */
	}
	ck_assert_uint_eq(deep(0), 1); /* from elsewhere */
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("place");
	TCase *t = tcase_create("place");

	tcase_add_test(t, places_are_told_apart);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
