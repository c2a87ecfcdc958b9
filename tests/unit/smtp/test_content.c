/* Content: every form of smuggling, in both modes, cut at every place; facts about the text; the
 * end of data. */
#include "smtp/content.h"

#include <stdio.h>

#include "base/buf.h"
#include "check_main.h"
#include "smtp/reply.h"

enum { SOUND = SMTP_CONTENT_SOUND, CR = SMTP_CONTENT_BARE_CR, LF = SMTP_CONTENT_BARE_LF };
enum { NUL = SMTP_CONTENT_NUL, LARGE = SMTP_CONTENT_TOO_LARGE };

#define OPEN "\1" /* as rest: the data has not ended */

static const struct {
	struct slice in;
	int refuse, repair; /* faults in the two modes */
	struct slice text; /* where sound in REPAIR */
	const char *rest; /* behind the end of data */
} cases[] = {
	{ SLICE(".\r\n"), SOUND, SOUND, SLICE(""), "" },
	{ SLICE("a\r\n.\r\nQUIT\r\n"), SOUND, SOUND, SLICE("a\r\n"), "QUIT\r\n" },
	{ SLICE("\r\n.\r\n"), SOUND, SOUND, SLICE("\r\n"), "" },
	{ SLICE("a\r\n..\r\n.\r\n"), SOUND, SOUND, SLICE("a\r\n.\r\n"), "" },
	{ SLICE("..a\r\n...\r\n.b\r\n.\r\n"), SOUND, SOUND, SLICE(".a\r\n..\r\nb\r\n"), "" },
	{ SLICE("a.\r\n.\r\n"), SOUND, SOUND, SLICE("a.\r\n"), "" },
	{ SLICE("a\r\n"), SOUND, SOUND, SLICE("a\r\n"), OPEN },
	{ SLICE("a\r\n."), SOUND, SOUND, SLICE("a\r\n"), OPEN },
	{ SLICE("a\r\n.\r"), SOUND, SOUND, SLICE("a\r\n"), OPEN },
	{ SLICE("a\r"), SOUND, SOUND, SLICE("a"), OPEN },
	/* what other servers have taken for the end of data */
	{ SLICE("a\n.\nMAIL\r\n.\r\n"), LF, SOUND, SLICE("a\r\n.\r\nMAIL\r\n"), "" },
	{ SLICE("a\n.\r\nMAIL\r\n.\r\n"), LF, SOUND, SLICE("a\r\n.\r\nMAIL\r\n"), "" },
	{ SLICE("a\r\n.\nMAIL\r\n.\r\n"), LF, SOUND, SLICE("a\r\n.\r\nMAIL\r\n"), "" },
	{ SLICE("a\r\n.\n\r\n.\r\n"), LF, SOUND, SLICE("a\r\n.\r\n\r\n"), "" },
	{ SLICE("a\r.\r\nMAIL\r\n.\r\n"), CR, CR, SLICE(""), "" },
	{ SLICE("a\r.\rMAIL\r\n.\r\n"), CR, CR, SLICE(""), "" },
	{ SLICE("a\r\n.\rMAIL\r\n.\r\n"), CR, CR, SLICE(""), "" },
	{ SLICE("a\n.\rMAIL\r\n.\r\n"), LF, CR, SLICE(""), "" },
	{ SLICE("a\r.\nMAIL\r\n.\r\n"), CR, CR, SLICE(""), "" },
	{ SLICE("a\r\n.\r\r\nMAIL\r\n.\r\n"), CR, CR, SLICE(""), "" },
	{ SLICE("a\r\r\n.\r\nQUIT\r\n"), CR, CR, SLICE(""), "QUIT\r\n" },
	{ SLICE("a\r\n\0.\r\n.\r\n"), NUL, NUL, SLICE(""), "" },
	{ SLICE("a\r\n.\0\r\n.\r\n"), NUL, NUL, SLICE(""), "" },
	{ SLICE("\0a\r\n.\r\nQUIT\r\n"), NUL, NUL, SLICE(""), "QUIT\r\n" },
	/* behind a bare LF dots are taken away as well */
	{ SLICE("a\n..b\n.\r\n.\r\n"), LF, SOUND, SLICE("a\r\n.b\r\n.\r\n"), "" },
	{ SLICE("a\n.b\r\n.\r\n"), LF, SOUND, SLICE("a\r\nb\r\n"), "" },
	{ SLICE("\n.\r\n.\r\n"), LF, SOUND, SLICE("\r\n.\r\n"), "" },
	{ SLICE("a\n\r\n.\r\n"), LF, SOUND, SLICE("a\r\n\r\n"), "" },
	{ SLICE("a\n\n.\n\n.\r\n"), LF, SOUND, SLICE("a\r\n\r\n.\r\n\r\n.\r\n"), OPEN },
	{ SLICE("a\n\rb\r\n.\r\n"), LF, CR, SLICE(""), "" },
	/* the limit of 40 bytes */
	{ SLICE("12345678901234567890123456789012345678\r\n.\r\n"), SOUND, SOUND,
		SLICE("12345678901234567890123456789012345678\r\n"), "" },
	{ SLICE("123456789012345678901234567890123456789\r\n.\r\nX"), LARGE, LARGE, SLICE(""),
		"X" },
};

struct outcome {
	struct smtp_content c;
	struct buf text;
	size_t used;
	bool ended;
};

static void feed(struct outcome *o, struct slice in, size_t step)
{
	size_t at = 0;

	buf_init(&o->text, 4096);
	o->ended = false;
	while (at < in.n && !o->ended) {
		struct slice chunk = slice_take(slice_skip(in, at), step), left = chunk, text;
		enum smtp_content_step s;

		while ((s = smtp_content_next(&o->c, &left, &text)) == SMTP_CONTENT_TEXT) {
			ck_assert_uint_gt(text.n, 0);
			buf_put(&o->text, text);
		}
		o->ended = s == SMTP_CONTENT_END;
		ck_assert(o->ended || left.n == 0);
		at += chunk.n - left.n;
	}
	o->used = at;
}

static void check_case(int i, enum smtp_content_mode mode, size_t step)
{
	struct outcome o;
	int fault = mode == SMTP_CONTENT_REFUSE ? cases[i].refuse : cases[i].repair;
	bool open = strcmp(cases[i].rest, OPEN) == 0;

	smtp_content_init(&o.c, mode, SMTP_CONTENT_DATA, 40);
	feed(&o, cases[i].in, step);
	ck_assert_msg((int)o.c.fault == fault, "case %d mode %d step %zu: fault %d", i, mode, step,
		o.c.fault);
	ck_assert_msg(
		o.ended == !open, "case %d mode %d step %zu: ended %d", i, mode, step, o.ended);
	if (!open)
		ck_assert_uint_eq(o.used, cases[i].in.n - strlen(cases[i].rest));
	if (fault == SOUND) {
		ck_assert_msg(slice_eq(buf_slice(&o.text), cases[i].text),
			"case %d mode %d step %zu: %.*s", i, mode, step, (int)o.text.n, o.text.p);
		ck_assert_uint_eq(o.c.bytes, o.text.n);
	}
	buf_done(&o.text);
}

START_TEST(content_cases)
{
	for (size_t step = 1; step <= cases[_i].in.n; step++) {
		check_case(_i, SMTP_CONTENT_REFUSE, step);
		check_case(_i, SMTP_CONTENT_REPAIR, step);
	}
}
END_TEST

/* The text is yielded as views of the input, in as few pieces as dots allow. */
START_TEST(content_yields_views)
{
	struct smtp_content c;
	struct slice in = S("a\r\nb\r\nc\r\n..d\r\n.\r\n"), whole = in, text;

	smtp_content_init(&c, SMTP_CONTENT_REFUSE, SMTP_CONTENT_DATA, 1000);
	ck_assert_int_eq(smtp_content_next(&c, &in, &text), SMTP_CONTENT_TEXT);
	ck_assert_ptr_eq(text.p, whole.p);
	ck_assert_uint_eq(text.n, 9);
	ck_assert_int_eq(smtp_content_next(&c, &in, &text), SMTP_CONTENT_TEXT);
	ck_assert(slice_eq(text, S(".d\r\n")));
	ck_assert_int_eq(smtp_content_next(&c, &in, &text), SMTP_CONTENT_END);
	ck_assert_int_eq(smtp_content_next(&c, &in, &text), SMTP_CONTENT_END);
}
END_TEST

START_TEST(content_facts)
{
	struct outcome o;

	smtp_content_init(&o.c, SMTP_CONTENT_REPAIR, SMTP_CONTENT_DATA, 1000);
	feed(&o, S("12345678901234567890\r\nab\n\xc3\xa4\r\n..345\r\n.\r\n"), 3);
	ck_assert_uint_eq(o.c.longest_line, 20);
	ck_assert(o.c.eight_bit);
	ck_assert(o.c.repaired);
	buf_done(&o.text);
	smtp_content_init(&o.c, SMTP_CONTENT_REPAIR, SMTP_CONTENT_DATA, 1000);
	feed(&o, S("12345678901234567890\r\n.\r\n\xff"), 100);
	ck_assert(!o.c.eight_bit);
	ck_assert(!o.c.repaired);
	buf_done(&o.text);
}
END_TEST

START_TEST(content_long_lines)
{
	static char line[SMTP_CONTENT_LINE_MAX + 2];
	struct smtp_content c;

	memset(line, 'x', sizeof(line));
	for (size_t n = SMTP_CONTENT_LINE_MAX; n <= SMTP_CONTENT_LINE_MAX + 1; n++) {
		struct slice in = slice_of(line, n), end = S("\r\n.\r\n"), text;

		smtp_content_init(&c, SMTP_CONTENT_REFUSE, SMTP_CONTENT_DATA, 1 << 20);
		while (smtp_content_next(&c, &in, &text) == SMTP_CONTENT_TEXT)
			;
		while (smtp_content_next(&c, &end, &text) == SMTP_CONTENT_TEXT)
			;
		ck_assert_uint_eq(c.longest_line, n);
		ck_assert_int_eq(c.fault, n > SMTP_CONTENT_LINE_MAX ? SMTP_CONTENT_LINE_TOO_LONG
								    : SMTP_CONTENT_SOUND);
	}
}
END_TEST

static const struct {
	struct slice in;
	int fault; /* in REFUSE */
	struct slice text; /* where sound */
} bdat_cases[] = {
	{ SLICE("a\r\n.\r\n..b\r\n"), SOUND, SLICE("a\r\n.\r\n..b\r\n") },
	{ SLICE("no line end"), SOUND, SLICE("no line end\r\n") },
	{ SLICE("."), SOUND, SLICE(".\r\n") },
	{ SLICE(""), SOUND, SLICE("") },
	{ SLICE("a\r"), CR, SLICE("") },
	{ SLICE("a\rb\r\n"), CR, SLICE("") },
	{ SLICE("a\n"), LF, SLICE("") },
	{ SLICE("a\0"), NUL, SLICE("") },
};

START_TEST(content_bdat)
{
	for (size_t step = 1; step <= bdat_cases[_i].in.n + 1; step++) {
		struct outcome o;

		smtp_content_init(&o.c, SMTP_CONTENT_REFUSE, SMTP_CONTENT_BDAT, 1000);
		feed(&o, bdat_cases[_i].in, step);
		ck_assert(!o.ended);
		buf_put(&o.text, smtp_content_finish(&o.c));
		ck_assert_int_eq((int)o.c.fault, bdat_cases[_i].fault);
		if (bdat_cases[_i].fault == SOUND)
			ck_assert(slice_eq(buf_slice(&o.text), bdat_cases[_i].text));
		buf_done(&o.text);
	}
}
END_TEST

START_TEST(content_refusals)
{
	static const struct {
		enum smtp_content_fault fault;
		unsigned code, subject, detail;
	} expected[] = {
		{ SMTP_CONTENT_TOO_LARGE, 552, 3, 4 },
		{ SMTP_CONTENT_BARE_CR, 550, 6, 11 },
		{ SMTP_CONTENT_BARE_LF, 550, 6, 11 },
		{ SMTP_CONTENT_NUL, 550, 6, 0 },
		{ SMTP_CONTENT_LINE_TOO_LONG, 550, 6, 0 },
		{ SMTP_CONTENT_SOUND, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct smtp_reply r;

		smtp_content_refusal(expected[i].fault, &r);
		ck_assert_uint_eq(r.code, expected[i].code);
		ck_assert_uint_eq(r.status.subject, expected[i].subject);
		ck_assert_uint_eq(r.status.detail, expected[i].detail);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("content");
	TCase *t = tcase_create("content");

	tcase_add_loop_test(t, content_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, content_yields_views);
	tcase_add_test(t, content_facts);
	tcase_add_test(t, content_long_lines);
	tcase_add_loop_test(t, content_bdat, 0, sizeof(bdat_cases) / sizeof(bdat_cases[0]));
	tcase_add_test(t, content_refusals);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
