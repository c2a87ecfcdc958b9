/* Each condition by itself, and that none is all. */
#include "control/filter.h"

#include "check_main.h"
#include "control/request.h"
#include "spool/spool.h"

#define NOW (2000000000 * USEC_PER_SEC)

/* An id of a message that arrived at the time. */
static uint64_t id_at(usec_t wall)
{
	uint64_t id = 1ull << 22, step = id;

	for (usec_t at = spool_id_time(id); at < wall; at = spool_id_time(id)) {
		step = (uint64_t)(wall - at) / USEC_PER_MSEC;
		id += (step ? step : 1) << 22;
	}
	return id;
}

START_TEST(messages)
{
	const struct spool_envelope mail = { .reverse_path = S("me@near.test"),
		.login = S("Robot") };
	const struct spool_envelope dsn = { 0 };
	const struct {
		struct control_request r;
		bool mail, dsn;
	} cases[] = {
		{ { 0 }, true, true },
		{ { .from = S("<>") }, false, true },
		{ { .from = S("*") }, true, true },
		{ { .from = S("ME@near.test") }, true, false },
		{ { .from = S("near.test") }, false, false },
		{ { .login = S("robot") }, true, false },
		{ { .login = S("bot*") }, false, false },
		{ { .older = USEC_PER_HOUR }, true, true },
		{ { .older = 2 * USEC_PER_HOUR + USEC_PER_MIN }, false, false },
		{ { .from = S("me@*"), .login = S("other") }, false, false },
	};
	uint64_t id = id_at(NOW - 2 * USEC_PER_HOUR);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(control_filter_message(&cases[i].r, id, &mail, NOW) == cases[i].mail,
			"mail, case %zu", i);
		ck_assert_msg(control_filter_message(&cases[i].r, id, &dsn, NOW) == cases[i].dsn,
			"dsn, case %zu", i);
	}
}
END_TEST

START_TEST(recipients)
{
	const struct control_request any = { 0 }, held = { .states = 1u << SPOOL_HELD },
				     to = { .to = S("you@*") };
	const struct spool_rcpt_info in_state[SPOOL_STATES] = {
		{ .state = SPOOL_WAITING },
		{ .state = SPOOL_LEASED },
		{ .state = SPOOL_HELD },
		{ .state = SPOOL_DONE },
		{ .state = SPOOL_FAILED },
	};

	for (unsigned s = 0; s < SPOOL_STATES; s++) {
		const struct spool_rcpt_info *info = &in_state[s];
		bool open = s != SPOOL_DONE && s != SPOOL_FAILED;

		ck_assert(control_filter_rcpt(&any, info, S("you@far.test")) == open);
		ck_assert(control_filter_rcpt(&to, info, S("You@far.test")) == open);
		ck_assert(!control_filter_rcpt(&to, info, S("others@far.test")));
		ck_assert(control_filter_rcpt(&held, info, S("x")) == (s == SPOOL_HELD));
	}
	ck_assert(!control_filter_chooses(&any));
	ck_assert(control_filter_chooses(&held));
	ck_assert(control_filter_chooses(&to));
}
END_TEST

START_TEST(reasons)
{
	const struct control_request any = { 0 }, full = { .error = S("full") };

	ck_assert(control_filter_reason(&any, SLICE_NIL));
	ck_assert(control_filter_reason(&full, S("the mailbox is full")));
	ck_assert(!control_filter_reason(&full, S("the mailbox is empty")));
	ck_assert(!control_filter_reason(&full, SLICE_NIL));
	ck_assert(control_filter_chooses(&full));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("filter");
	TCase *t = tcase_create("filter");

	tcase_add_test(t, messages);
	tcase_add_test(t, recipients);
	tcase_add_test(t, reasons);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
