/* Lines: what counts as one, what is damage, and that damage never becomes a command, however the
 * input is cut. */
#include "smtp/line.h"

#include <stdio.h>

#include "check_main.h"

/* Feeds text in steps of so many bytes; writes "status:line|" for each report. */
static void feed(struct smtp_line *l, struct slice text, size_t step, char *out, size_t cap)
{
	size_t from = 0, to = 0;

	out[0] = '\0';
	for (;;) {
		struct slice line = SLICE_NIL;
		size_t used;
		enum smtp_line_status s = smtp_line_next(
			l, slice_of(text.p + from, to - from), &used, &line);

		from += used;
		ck_assert_uint_le(from, to);
		if (s == SMTP_LINE_MORE) {
			if (to == text.n)
				return;
			to = to + step < text.n ? to + step : text.n;
			continue;
		}
		size_t n = strlen(out);

		snprintf(out + n, cap - n, "%c:%.*s|", "?=lcfn"[s], SLICE_ARG(line));
	}
}

static const struct {
	struct slice in;
	const char *expected;
} cases[] = {
	{ SLICE(""), "" },
	{ SLICE("QUIT"), "" },
	{ SLICE("QUIT\r"), "" },
	{ SLICE("QUIT\r\n"), "=:QUIT|" },
	{ SLICE("\r\n"), "=:|" },
	{ SLICE("A\r\nB\r\n"), "=:A|=:B|" },
	{ SLICE("A\nB\r\nC\r\n"), "f:|f:|=:C|" },
	{ SLICE("\n\r\nC\r\n"), "f:|f:|=:C|" },
	{ SLICE("A\nB\nC\r\nD\r\n"), "f:|f:|f:|=:D|" },
	{ SLICE("A\rB\r\nC\r\n"), "c:|=:C|" },
	{ SLICE("A\r\r\nC\r\n"), "c:|=:C|" },
	{ SLICE("\r\r\n"), "c:|" },
	{ SLICE("A\0B\r\nC\r\n"), "n:|=:C|" },
	{ SLICE("12345678901234567\r\n"), "=:12345678901234567|" },
	{ SLICE("12345678901234567\n\r\n"), "f:|f:|" },
	{ SLICE("1234567890123456789\r\nC\r\n"), "l:|=:C|" },
	{ SLICE("123456789012345678\r\nC\r\n"), "=:123456789012345678|=:C|" },
	{ SLICE("1234567890123456789\nB\r\nC\r\n"), "f:|f:|=:C|" },
	{ SLICE("1234567890123456789\rQUIT\r\nC\r\n"), "l:|=:C|" },
	{ SLICE("1234567890123456789012345678901234567890\r\nC\r\n"), "l:|=:C|" },
	{ SLICE("AUTH 90123456789\r\n"), "=:AUTH 90123456789|" },
	{ SLICE("auth 901234567890123456789\r\n"), "=:auth 901234567890123456789|" },
	{ SLICE("auth 90123456789012345678901234567890\r\n"), "l:|" },
};

START_TEST(line_cases)
{
	for (size_t step = 1; step <= cases[_i].in.n + 1; step++) {
		struct smtp_line l;
		char out[200];

		smtp_line_init(&l, 20);
		l.auth_max = 30;
		feed(&l, cases[_i].in, step, out, sizeof(out));
		ck_assert_msg(strcmp(out, cases[_i].expected) == 0,
			"case %d, steps of %zu: got %s, expected %s", _i, step, out,
			cases[_i].expected);
	}
}
END_TEST

START_TEST(line_defaults)
{
	struct smtp_line l;

	smtp_line_init(&l, SMTP_LINE_COMMAND_MAX);
	ck_assert_uint_eq(l.auth_max, SMTP_LINE_AUTH_MAX);
	smtp_line_init(&l, 20000);
	ck_assert_uint_eq(l.auth_max, 20000);
}
END_TEST

START_TEST(line_status_texts)
{
	for (int s = SMTP_LINE_TOO_LONG; s <= SMTP_LINE_NUL; s++)
		ck_assert_uint_gt(strlen(smtp_line_status_text((enum smtp_line_status)s)), 0);
	ck_assert_str_eq(smtp_line_status_text(SMTP_LINE_OK), "");
	ck_assert_str_eq(smtp_line_status_text(SMTP_LINE_MORE), "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("line");
	TCase *t = tcase_create("line");

	tcase_add_loop_test(t, line_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, line_defaults);
	tcase_add_test(t, line_status_texts);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
