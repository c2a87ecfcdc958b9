/* How long a host may take: RFC 5321's times for mail in a queue, less where a client waits, what is
 * configured in any case. */
#include "nexthop/patience.h"

#include "config/config.h"

#include "check_main.h"

static const struct config config = { .delivery = { .greeting_timeout = 5 * USEC_PER_MIN,
					      .connect_timeout = 30 * USEC_PER_SEC } };
static const struct config quick = { .delivery = { .greeting_timeout = 2 * USEC_PER_SEC,
					     .connect_timeout = USEC_PER_SEC } };

START_TEST(mail_in_a_queue_waits_as_the_rfc_says)
{
	struct client_timeouts t = nexthop_patience_session(&config, NULL, false, 1);

	ck_assert_int_eq(t.greeting, 5 * USEC_PER_MIN);
	ck_assert_int_eq(t.mail, 5 * USEC_PER_MIN);
	ck_assert_int_eq(t.rcpt, 5 * USEC_PER_MIN);
	ck_assert_int_eq(t.data, 2 * USEC_PER_MIN);
	ck_assert_int_eq(t.block, 3 * USEC_PER_MIN);
	ck_assert_int_eq(t.dot, 10 * USEC_PER_MIN);
	ck_assert_int_eq(nexthop_patience_connect(&config, false, 1), 30 * USEC_PER_SEC);
}
END_TEST

/* With half a minute for a replacement, each is less than what the client grants. */
START_TEST(a_client_waits_less)
{
	struct client_timeouts t = nexthop_patience_session(
		&config, NULL, true, NEXTHOP_PATIENCE_ALL);
	usec_t connect = nexthop_patience_connect(&config, true, NEXTHOP_PATIENCE_ALL);

	ck_assert_int_eq(NEXTHOP_PATIENCE_ALL, 30 * USEC_PER_SEC);
	ck_assert_int_le(3 * t.greeting, NEXTHOP_PATIENCE_ALL);
	ck_assert_int_le(3 * connect, NEXTHOP_PATIENCE_ALL);
	ck_assert_int_lt(2 * NEXTHOP_PATIENCE_ALL + t.mail + t.rcpt, 5 * USEC_PER_MIN);
	ck_assert_int_lt(NEXTHOP_PATIENCE_ALL + t.data, 2 * USEC_PER_MIN);
	ck_assert_int_lt(t.block, 3 * USEC_PER_MIN);
}
END_TEST

START_TEST(what_is_left_is_the_end_of_it)
{
	struct client_timeouts t = nexthop_patience_session(&config, NULL, true, 3 * USEC_PER_SEC);

	ck_assert_int_eq(t.greeting, 3 * USEC_PER_SEC);
	ck_assert_int_eq(
		nexthop_patience_connect(&config, true, 4 * USEC_PER_SEC), 4 * USEC_PER_SEC);
}
END_TEST

static usec_t hurried(size_t others, usec_t spent)
{
	return nexthop_patience_hurried(NULL, others, NEXTHOP_PATIENCE_ALL, spent);
}

/* Each of them can be asked within half a minute, though all before it are silent. */
START_TEST(the_others_have_their_share)
{
	usec_t all = NEXTHOP_PATIENCE_ALL, first = hurried(2, 0);
	usec_t second = nexthop_patience_hurried(NULL, 1, all - first, 0);

	ck_assert_int_eq(first, 15 * USEC_PER_SEC);
	ck_assert_int_eq(second, 10 * USEC_PER_SEC);
	ck_assert_int_eq(hurried(2, 4 * USEC_PER_SEC), 11 * USEC_PER_SEC);
	ck_assert_int_eq(hurried(2, all), 10 * USEC_PER_SEC);
	/* However little there is. */
	ck_assert_int_eq(nexthop_patience_hurried(NULL, 1, 9 * USEC_PER_SEC, 0), 6 * USEC_PER_SEC);
	ck_assert_int_eq(hurried(0, 0), 0);
}
END_TEST

/* What is left of half a minute is for the other host, and that of a minute where it took all the
 * time that there is to get a session. */
START_TEST(hurried_while_another_could_take_over)
{
	struct client_timeouts t = nexthop_patience_session(
		&config, NULL, true, NEXTHOP_PATIENCE_ALL);
	usec_t first = hurried(1, 0);

	ck_assert_int_eq(first, 20 * USEC_PER_SEC);
	ck_assert_int_eq(hurried(1, 4 * USEC_PER_SEC), 16 * USEC_PER_SEC);
	ck_assert_int_eq(hurried(1, NEXTHOP_PATIENCE_ALL), 10 * USEC_PER_SEC);
	ck_assert_int_eq(nexthop_patience_step(first, 0, &t), first);
	ck_assert_int_eq(nexthop_patience_step(first, 1, &t), first);
	ck_assert_int_eq(t.mail, first);
	ck_assert_int_eq(t.rcpt, first);
	ck_assert_int_eq(t.data, first);
	ck_assert_int_eq(t.block, 150 * USEC_PER_SEC);
}
END_TEST

/* Recipients of one breath are answered together: by then the client must still be there. */
START_TEST(a_breath_is_bounded)
{
	struct client_timeouts t = nexthop_patience_session(
		&config, NULL, true, NEXTHOP_PATIENCE_ALL);
	usec_t alone = nexthop_patience_step(0, 1, &t), first = hurried(1, 0);

	ck_assert_int_lt(2 * NEXTHOP_PATIENCE_ALL + alone, 5 * USEC_PER_MIN);
	ck_assert_int_eq(nexthop_patience_step(0, 1000, &t), alone);
	ck_assert_int_eq(t.rcpt, 110 * USEC_PER_SEC);
	ck_assert_int_eq(nexthop_patience_step(first, 1000, &t), alone);
	ck_assert_int_eq(t.mail, 50 * USEC_PER_SEC); /* the next one has ten seconds of a minute */
	t.mail = t.rcpt = 110 * USEC_PER_SEC;
	ck_assert_int_eq(nexthop_patience_step(first, 3, &t), 26 * USEC_PER_SEC);
}
END_TEST

START_TEST(what_is_configured_counts)
{
	const struct config_hops hops = { .reply_timeout = 7 * USEC_PER_SEC };
	struct client_timeouts t = nexthop_patience_session(
		&quick, &hops, true, NEXTHOP_PATIENCE_ALL);

	ck_assert_int_eq(t.greeting, 2 * USEC_PER_SEC);
	ck_assert_int_eq(t.mail, 7 * USEC_PER_SEC);
	ck_assert_int_eq(t.rcpt, 7 * USEC_PER_SEC);
	ck_assert_int_eq(t.data, 7 * USEC_PER_SEC);
	ck_assert_int_eq(
		nexthop_patience_connect(&quick, true, NEXTHOP_PATIENCE_ALL), USEC_PER_SEC);
	t = nexthop_patience_session(&config, &hops, false, 1);
	ck_assert_int_eq(t.mail, 7 * USEC_PER_SEC);
	ck_assert_int_eq(t.dot, 10 * USEC_PER_MIN);
	ck_assert_int_eq(nexthop_patience_hurried(&hops, 1, NEXTHOP_PATIENCE_ALL, 0), 0);
	ck_assert_int_eq(nexthop_patience_step(0, 9, &t), 220 * USEC_PER_SEC);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("nexthop-patience");
	TCase *t = tcase_create("nexthop-patience");

	tcase_add_test(t, mail_in_a_queue_waits_as_the_rfc_says);
	tcase_add_test(t, a_client_waits_less);
	tcase_add_test(t, what_is_left_is_the_end_of_it);
	tcase_add_test(t, hurried_while_another_could_take_over);
	tcase_add_test(t, the_others_have_their_share);
	tcase_add_test(t, a_breath_is_bounded);
	tcase_add_test(t, what_is_configured_counts);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
