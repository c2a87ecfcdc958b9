/* What is left of the time for an answer, after waits within the content. */
#include "server/proxy_due.h"

#include "check_main.h"

#define SEC	USEC_PER_SEC
#define ALL	(80 * SEC)
#define STRETCH ((size_t)256 * 1024)

START_TEST(waits_for_the_server_count)
{
	struct proxy_due d = { 0 };

	ck_assert_int_eq(proxy_due_left(&d, ALL), ALL);
	ck_assert_int_eq(proxy_due_left_to_write(&d, ALL), 70 * SEC);
	proxy_due_wrote(&d, 100, 20 * SEC);
	proxy_due_wrote(&d, 100, 10 * SEC);
	ck_assert_int_eq(proxy_due_left(&d, ALL), 50 * SEC);
	ck_assert_int_eq(proxy_due_left_to_write(&d, ALL), 40 * SEC);
}
END_TEST

START_TEST(an_answer_has_a_share)
{
	struct proxy_due d = { 0 };

	proxy_due_wrote(&d, 100, 75 * SEC);
	ck_assert_int_eq(proxy_due_left(&d, ALL), 10 * SEC);
	ck_assert_int_eq(proxy_due_left_to_write(&d, ALL), 0);
	proxy_due_wrote(&d, 100, 75 * SEC);
	ck_assert_int_eq(proxy_due_left(&d, ALL), 10 * SEC);
}
END_TEST

START_TEST(what_lies_far_back_is_forgotten)
{
	struct proxy_due d = { 0 };

	proxy_due_wrote(&d, STRETCH - 1, 30 * SEC);
	proxy_due_wrote(&d, STRETCH - 1, 10 * SEC);
	ck_assert_int_eq(proxy_due_left(&d, ALL), 40 * SEC); /* the last full stretch */
	proxy_due_wrote(&d, STRETCH, 5 * SEC);
	ck_assert_int_eq(proxy_due_left(&d, ALL), 75 * SEC);
	proxy_due_wrote(&d, STRETCH, 0);
	ck_assert_int_eq(proxy_due_left(&d, ALL), ALL);
}
END_TEST

START_TEST(a_client_that_was_waited_for_had_sent_nothing_more)
{
	struct proxy_due d = { 0 };

	proxy_due_wrote(&d, 2 * STRETCH, 20 * SEC);
	proxy_due_wrote(&d, 100, 10 * SEC);
	proxy_due_received(&d, 2 * SEC - 1);
	ck_assert_int_eq(proxy_due_left(&d, ALL), 50 * SEC);
	proxy_due_received(&d, 2 * SEC);
	ck_assert_int_eq(proxy_due_left(&d, ALL), ALL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("proxy_due");
	TCase *t = tcase_create("proxy_due");

	tcase_add_test(t, waits_for_the_server_count);
	tcase_add_test(t, an_answer_has_a_share);
	tcase_add_test(t, what_lies_far_back_is_forgotten);
	tcase_add_test(t, a_client_that_was_waited_for_had_sent_nothing_more);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
