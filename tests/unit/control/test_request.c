/* Requests there and back, and every reason to refuse one. */
#include "control/request.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"
#include "spool/spool.h"

/* Formats and parses again; the texts must be equal. */
START_TEST(round_trip)
{
	static const uint64_t ids[] = { 1, 77, UINT64_MAX };
	const struct control_request cases[] = {
		{ .verb = CONTROL_SUMMARY },
		{ .verb = CONTROL_STATUS },
		{ .verb = CONTROL_METRICS },
		{ .verb = CONTROL_LIST, .limit = 5, .older = 90 * USEC_PER_SEC },
		{ .verb = CONTROL_SHOW, .ids = ids, .ids_n = 3 },
		{ .verb = CONTROL_CAT, .ids = ids, .ids_n = 1 },
		{ .verb = CONTROL_HOLD, .all = true },
		{ .verb = CONTROL_RELEASE, .from = S("<>") },
		{ .verb = CONTROL_RETRY, .to = S("*@x\"\n"), .error = S("refused") },
		{ .verb = CONTROL_REMOVE,
			.login = S("me"),
			.states = 1u << SPOOL_WAITING | 1u << SPOOL_HELD },
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct control_request back;
		struct buf there, again;
		const char *why = NULL;

		buf_init(&there, CONTROL_REQUEST_MAX);
		buf_init(&again, CONTROL_REQUEST_MAX);
		control_request_format(&there, &cases[i]);
		ck_assert_int_eq(control_request_parse(buf_slice(&there), &arena, &back, &why), 0);
		ck_assert_int_eq(back.verb, cases[i].verb);
		ck_assert_uint_eq(back.ids_n, cases[i].ids_n);
		ck_assert_int_eq(back.older, cases[i].older);
		ck_assert_uint_eq(back.states, cases[i].states);
		ck_assert_uint_eq(back.limit, cases[i].limit);
		ck_assert(back.all == cases[i].all);
		ck_assert(slice_eq(back.to, cases[i].to) && slice_eq(back.from, cases[i].from));
		ck_assert(slice_eq(back.error, cases[i].error));
		ck_assert(slice_eq(back.login, cases[i].login));
		control_request_format(&again, &back);
		ck_assert(slice_eq(buf_slice(&there), buf_slice(&again)));
		buf_done(&there);
		buf_done(&again);
	}
	arena_reset(&arena);
}
END_TEST

START_TEST(sorts_ids)
{
	struct arena arena = ARENA_INIT;
	struct control_request r;
	const char *why;

	ck_assert_int_eq(control_request_parse(S("{\"do\":\"show\",\"ids\":[\"0000000000009\","
						 "\"0000000000002\",\"0000000000009\"]}"),
				 &arena, &r, &why),
		0);
	ck_assert_uint_eq(r.ids_n, 2);
	ck_assert_uint_eq(r.ids[0], 2);
	ck_assert_uint_eq(r.ids[1], 9);
	arena_reset(&arena);
}
END_TEST

START_TEST(refuses)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "", "no JSON object" },
		{ "[]", "no JSON object" },
		{ "{}", "'do' is missing" },
		{ "{\"do\":\"dance\"}", "'do' is none of the commands" },
		{ "{\"do\":7}", "'do' is none of the commands" },
		{ "{\"do\":\"list\",\"form\":\"x\"}", "unknown" },
		{ "{\"do\":\"list\",\"from\":7}", "'from'" },
		{ "{\"do\":\"list\",\"from\":\"\"}", "'from'" },
		{ "{\"do\":\"list\",\"to\":[]}", "'to'" },
		{ "{\"do\":\"list\",\"login\":null}", "'login'" },
		{ "{\"do\":\"list\",\"error\":{}}", "'error'" },
		{ "{\"do\":\"list\",\"older\":-1}", "'older'" },
		{ "{\"do\":\"list\",\"older\":99999999999}", "'older'" },
		{ "{\"do\":\"list\",\"older\":3000000000000600}", "'older'" },
		{ "{\"do\":\"list\",\"older\":\"1h\"}", "'older'" },
		{ "{\"do\":\"list\",\"states\":[]}", "'states'" },
		{ "{\"do\":\"list\",\"states\":[\"sad\"]}", "'states'" },
		{ "{\"do\":\"list\",\"states\":[1]}", "'states'" },
		{ "{\"do\":\"list\",\"limit\":0}", "'limit'" },
		{ "{\"do\":\"list\",\"limit\":-4}", "'limit'" },
		{ "{\"do\":\"list\",\"all\":1}", "'all'" },
		{ "{\"do\":\"show\",\"ids\":[]}", "'ids'" },
		{ "{\"do\":\"show\",\"ids\":[\"1\"]}", "'ids'" },
		{ "{\"do\":\"show\",\"ids\":[1]}", "'ids'" },
		{ "{\"do\":\"show\",\"ids\":\"0000000000002\"}", "'ids'" },
		{ "{\"do\":\"show\"}", "'ids' is missing" },
		{ "{\"do\":\"cat\",\"from\":\"x\"}", "'ids' is missing" },
		{ "{\"do\":\"hold\"}", "say 'all'" },
		{ "{\"do\":\"release\"}", "say 'all'" },
		{ "{\"do\":\"retry\",\"all\":false}", "say 'all'" },
		{ "{\"do\":\"remove\",\"limit\":1}", "say 'all'" },
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct control_request r = { .limit = 4711 };
		const char *why = NULL;

		ck_assert_int_eq(control_request_parse(slice_str(cases[i].line), &arena, &r, &why),
			ERR_INVALID);
		ck_assert_msg(strstr(why, cases[i].why) != NULL, "%s: %s", cases[i].line, why);
		ck_assert_uint_eq(r.limit, 4711);
	}
	arena_reset(&arena);
}
END_TEST

START_TEST(states)
{
	unsigned set = 0;

	ck_assert(control_state_parse(S("held"), &set));
	ck_assert(control_state_parse(S("active"), &set));
	ck_assert(!control_state_parse(S("Held"), &set));
	ck_assert_uint_eq(set, 1u << SPOOL_HELD | 1u << SPOOL_LEASED);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("request");
	TCase *t = tcase_create("request");

	tcase_add_test(t, round_trip);
	tcase_add_test(t, sorts_ids);
	tcase_add_test(t, refuses);
	tcase_add_test(t, states);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
