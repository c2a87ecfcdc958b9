/* Log lines: both forms, escaping of what peers supply, the table. */
#include "base/event.h"

#include "base/buf.h"
#include "check_main.h"

static void format(struct buf *b, enum event_format f, const struct event_field *fields, size_t n)
{
	buf_clear(b);
	event_format(b, f, 1795569059 * USEC_PER_SEC + 42, (enum event)0, fields, n);
}

static struct slice behind_event(const struct buf *b, const char *mark)
{
	struct slice line = buf_slice(b);
	size_t at = slice_search(line, slice_str(mark));

	ck_assert_uint_lt(at, line.n);
	return slice_skip(line, at + strlen(mark));
}

START_TEST(event_logfmt)
{
	const struct event_field fields[] = {
		FIELD_STR("plain", "a@b"),
		FIELD_STR("spaced", "a b"),
		FIELD_STR("hostile", "x\n\"y\\\x1b=\xc3\xa4"),
		FIELD_STR("empty", ""),
		FIELD_INT("number", -7),
		FIELD_INT("zero", 0),
	};
	struct buf b;

	buf_init(&b, 10000);
	format(&b, EVENT_LOGFMT, fields, 6);
	ck_assert(slice_starts(buf_slice(&b), S("2026-11-25T01:10:59.000042Z ")));
	ck_assert(slice_eq(behind_event(&b, event_info((enum event)0)->name),
		S(" plain=a@b spaced=\"a b\" hostile=\"x\\x0a\\\"y\\\\\\x1b=\\xc3\\xa4\" number=-7 "
		  "zero=0\n")));
	buf_done(&b);
}
END_TEST

START_TEST(event_json)
{
	const struct event_field fields[] = {
		FIELD_STR("hostile", "x\n\"y\\\x1b\xc3"),
		FIELD_STR("names", "\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80 \xed\xa0\x80"),
		FIELD_STR("empty", ""),
		FIELD_INT("number", INT64_MIN),
	};
	struct buf b;

	buf_init(&b, 10000);
	format(&b, EVENT_JSON, fields, 4);
	ck_assert(slice_starts(
		buf_slice(&b), S("{\"time\":\"2026-11-25T01:10:59.000042Z\",\"level\":\"")));
	ck_assert(slice_eq(behind_event(&b, event_info((enum event)0)->name),
		S("\",\"hostile\":\"x\\u000a\\\"y\\\\\\u001b\\u00c3\","
		  "\"names\":\"\\u00fc \\u20ac \\ud83d\\ude00 \\u00ed\\u00a0\\u0080\",\"number\":-9223372036854775808}\n")));
	buf_done(&b);
}
END_TEST

START_TEST(event_long_text_is_cut)
{
	char text[EVENT_TEXT_MAX + 10];
	struct buf b;

	buf_init(&b, 10000);
	memset(text, 'x', sizeof(text));
	struct event_field field = FIELD("t", slice_of(text, sizeof(text)));

	format(&b, EVENT_LOGFMT, &field, 1);
	ck_assert(slice_ends(buf_slice(&b), S("xxx...\"\n")));
	ck_assert_uint_lt(b.n, EVENT_TEXT_MAX + 100);
	buf_done(&b);
}
END_TEST

/* Every row has a name of small letters and hyphens, its own, and a sentence. */
START_TEST(event_table)
{
	for (int i = 0; i < EVENT_COUNT; i++) {
		const struct event_info *e = event_info((enum event)i);

		ck_assert_uint_gt(strlen(e->name), 2);
		ck_assert_uint_eq(
			strspn(e->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(e->name));
		ck_assert_uint_gt(strlen(e->sentence), 10);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(e->name, event_info((enum event)j)->name);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("event");
	TCase *t = tcase_create("event");

	tcase_add_test(t, event_logfmt);
	tcase_add_test(t, event_json);
	tcase_add_test(t, event_long_text_is_cut);
	tcase_add_test(t, event_table);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
