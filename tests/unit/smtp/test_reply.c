/* Replies: built, written, read; hostile text and hostile servers. */
#include "smtp/reply.h"

#include <stdio.h>

#include "base/arena.h"
#include "check_main.h"

START_TEST(reply_formats)
{
	struct smtp_reply r;
	struct buf b;

	buf_init(&b, 4000);
	smtp_reply_set(&r, 250, "2.1.5", "Recipient %s taken", "a@b");
	smtp_reply_format(&b, &r);
	ck_assert(slice_eq(buf_slice(&b), S("250 2.1.5 Recipient a@b taken\r\n")));
	buf_clear(&b);
	smtp_reply_set(&r, 354, NULL, "Go on");
	smtp_reply_format(&b, &r);
	ck_assert(slice_eq(buf_slice(&b), S("354 Go on\r\n")));
	buf_clear(&b);
	smtp_reply_set(&r, 550, "5.7.1", "One\nTwo\nThree");
	smtp_reply_format(&b, &r);
	ck_assert(slice_eq(
		buf_slice(&b), S("550-5.7.1 One\r\n550-5.7.1 Two\r\n550 5.7.1 Three\r\n")));
	buf_clear(&b);
	smtp_reply_format_line(&b, &r);
	ck_assert(slice_eq(buf_slice(&b), S("550 5.7.1 One Two Three")));
	buf_done(&b);
}
END_TEST

START_TEST(reply_text_is_made_safe)
{
	struct smtp_reply r;
	struct buf b;

	buf_init(&b, 4000);
	smtp_reply_set_text(&r, 550, NULL, S("a\r\tb\xc3\xa4\0c"));
	smtp_reply_format(&b, &r);
	ck_assert(slice_eq(buf_slice(&b), S("550 a\\x0d\\x09b\\xc3\\xa4\\x00c\r\n")));
	buf_done(&b);
}
END_TEST

START_TEST(reply_text_is_cut)
{
	struct smtp_reply r;
	char word[301];

	memset(word, 'x', 300);
	word[300] = '\0';
	smtp_reply_set(&r, 450, "4.0.0", "%s", word);
	ck_assert_uint_eq(smtp_reply_text(&r).n, SMTP_REPLY_TEXT_MAX);
	smtp_reply_set_text(&r, 450, "4.0.0", slice_of(word, 300));
	ck_assert_uint_eq(smtp_reply_text(&r).n, 300);
}
END_TEST

/* No written line is over the limit, and reading it gives the text back. */
START_TEST(reply_long_lines_continue)
{
	static char text[3000];
	struct smtp_reply r, back;
	struct smtp_reply_reader reader;
	struct arena a = ARENA_INIT;
	struct buf b;
	size_t used;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 7 == 6 && i < 2000 ? ' ' : 'x';
	buf_init(&b, 8000);
	smtp_reply_set_text(&r, 550, "5.1.1", slice_of(text, sizeof(text)));
	smtp_reply_format(&b, &r);
	struct slice rest = buf_slice(&b);

	while (rest.n) {
		struct slice line = slice_split(&rest, '\n');

		ck_assert_uint_lt(line.n, SMTP_REPLY_LINE_MAX);
		ck_assert_uint_gt(line.n, 10);
		ck_assert_int_eq(line.p[3], rest.n ? '-' : ' ');
	}
	smtp_reply_reader_init(&reader);
	ck_assert_int_eq(
		smtp_reply_read(&reader, buf_slice(&b), &a, &used, &back), SMTP_REPLY_DONE);
	ck_assert_uint_eq(used, b.n);
	size_t letters = 0, expected = 0;

	for (size_t i = 0; i < back.far.n; i++)
		letters += back.far.p[i] == 'x';
	for (size_t i = 0; i < sizeof(text); i++)
		expected += text[i] == 'x';
	ck_assert_uint_eq(letters, expected);
	smtp_reply_reader_done(&reader);
	arena_reset(&a);
	buf_done(&b);
}
END_TEST

START_TEST(reply_classes)
{
	struct smtp_reply r = { .code = 250 };

	ck_assert(smtp_reply_is_positive(&r));
	r.code = 354;
	ck_assert(smtp_reply_is_positive(&r));
	r.code = 451;
	ck_assert(smtp_reply_is_temporary(&r) && !smtp_reply_is_positive(&r));
	r.code = 550;
	ck_assert(smtp_reply_is_permanent(&r) && !smtp_reply_is_temporary(&r));
}
END_TEST

START_TEST(reply_status_codes)
{
	static const char *const bad[] = { "", "5", "5.7", "5.7.", ".7.1", "3.7.1", "55.7.1",
		"5.7.1.1", "5.7000.1", "5.7.1000", "5.-7.1", "5.7.1 ", "a.b.c" };
	struct smtp_status s;
	struct buf b;

	buf_init(&b, 100);
	ck_assert(smtp_status_parse(S("5.7.999"), &s));
	smtp_status_format(&b, s);
	ck_assert(slice_eq(buf_slice(&b), S("5.7.999")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!smtp_status_parse(slice_str(bad[i]), &s), "%s", bad[i]);
	buf_done(&b);
}
END_TEST

static const struct {
	struct slice in;
	const char *expected; /* "code class.subject.detail text|...", "broken" or "" */
} reads[] = {
	{ SLICE("250 OK\r\n"), "250 0.0.0 OK|" },
	{ SLICE("250\r\n"), "250 0.0.0 |" },
	{ SLICE("250 \r\n"), "250 0.0.0 |" },
	{ SLICE("250 2.1.0 OK\r\n354 go\r\n"), "250 2.1.0 OK|354 0.0.0 go|" },
	{ SLICE("250-a\r\n250-b\r\n250 c\r\n"), "250 0.0.0 a/b/c|" },
	{ SLICE("250-a\r\n250\r\n"), "250 0.0.0 a/|" },
	{ SLICE("550-5.7.1 a\r\n550 5.7.1 b\r\n"), "550 5.7.1 a/b|" },
	{ SLICE("550-5.7.1 a\r\n550 b\r\n"), "550 5.7.1 a/b|" },
	{ SLICE("550-a\r\n550 5.7.1 b\r\n"), "550 0.0.0 a/5.7.1 b|" },
	{ SLICE("550 5.7.1\r\n"), "550 5.7.1 |" },
	{ SLICE("550 4.7.1 lie\r\n"), "550 0.0.0 4.7.1 lie|" },
	{ SLICE("571 odd second digit\r\n"), "571 0.0.0 odd second digit|" },
	{ SLICE("250-a\r\n"), "" },
	{ SLICE("250 a"), "" },
	{ SLICE("25 a\r\n"), "broken" },
	{ SLICE("\r\n"), "broken" },
	{ SLICE("100 a\r\n"), "broken" },
	{ SLICE("600 a\r\n"), "broken" },
	{ SLICE("2500 a\r\n"), "broken" },
	{ SLICE("250_a\r\n"), "broken" },
	{ SLICE("HTTP/1.1 200 OK\r\n"), "broken" },
	{ SLICE("250-a\r\n251 b\r\n"), "broken" },
	{ SLICE("250 a\n"), "broken" },
	{ SLICE("250 a\rb\r\n"), "broken" },
	{ SLICE("250 a\0b\r\n"), "broken" },
	{ SLICE("250 a\r\nrubbish\r\n"), "250 0.0.0 a|broken" },
};

static void read_all(struct slice in, size_t step, char *out, size_t cap)
{
	struct smtp_reply_reader reader;
	struct arena a = ARENA_INIT;
	size_t from = 0, to = 0;

	out[0] = '\0';
	smtp_reply_reader_init(&reader);
	for (;;) {
		struct smtp_reply r;
		size_t used, n = strlen(out);
		enum smtp_reply_step s = smtp_reply_read(
			&reader, slice_of(in.p + from, to - from), &a, &used, &r);

		from += used;
		if (s == SMTP_REPLY_MORE && to == in.n)
			break;
		if (s == SMTP_REPLY_MORE) {
			to = to + step < in.n ? to + step : in.n;
			continue;
		}
		if (s == SMTP_REPLY_BROKEN) {
			ck_assert_ptr_nonnull(smtp_reply_problem(&reader));
			snprintf(out + n, cap - n, "broken");
			break;
		}
		snprintf(out + n, cap - n, "%u %u.%u.%u %.*s|", r.code, r.status.class,
			r.status.subject, r.status.detail, SLICE_ARG(smtp_reply_text(&r)));
		for (char *p = out + n; *p; p++)
			*p = *p == '\n' ? '/' : *p;
	}
	smtp_reply_reader_done(&reader);
	arena_reset(&a);
}

START_TEST(reply_reads)
{
	for (size_t step = 1; step <= reads[_i].in.n; step++) {
		char out[200];

		read_all(reads[_i].in, step, out, sizeof(out));
		ck_assert_msg(strcmp(out, reads[_i].expected) == 0, "case %d step %zu: %s", _i,
			step, out);
	}
}
END_TEST

static const char *read_endless(const char *line, size_t limit)
{
	struct smtp_reply_reader reader;
	struct arena a = ARENA_INIT;
	struct smtp_reply r;
	const char *problem;
	size_t used;

	smtp_reply_reader_init(&reader);
	for (size_t i = 0; i < limit; i++)
		if (smtp_reply_read(&reader, slice_str(line), &a, &used, &r) == SMTP_REPLY_BROKEN)
			break;
	problem = smtp_reply_problem(&reader);
	ck_assert(problem == NULL ||
		  smtp_reply_read(&reader, S("250 a\r\n"), &a, &used, &r) == SMTP_REPLY_BROKEN);
	smtp_reply_reader_done(&reader);
	return problem;
}

START_TEST(reply_limits)
{
	char line[3001];

	ck_assert_str_eq(
		read_endless("250-a\r\n", SMTP_REPLY_LINES_MAX + 1), "a reply has too many lines");
	ck_assert_ptr_null(read_endless("250-a\r\n", SMTP_REPLY_LINES_MAX));
	memset(line, 'x', sizeof(line));
	memcpy(line, "250-", 4);
	strcpy(line + 1000, "\r\n");
	ck_assert_str_eq(read_endless(line, 20), "a reply is too long");
	memset(line, 'x', sizeof(line));
	memcpy(line, "AUTH ", 5);
	strcpy(line + 2998, "\r\n");
	ck_assert_str_eq(read_endless(line, 1), "line too long");
	memset(line, 'x', sizeof(line) - 1); /* nor is its end waited for */
	ck_assert_str_eq(read_endless(line, 1), "line too long");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("reply");
	TCase *t = tcase_create("reply");

	tcase_add_test(t, reply_formats);
	tcase_add_test(t, reply_text_is_made_safe);
	tcase_add_test(t, reply_text_is_cut);
	tcase_add_test(t, reply_long_lines_continue);
	tcase_add_test(t, reply_classes);
	tcase_add_test(t, reply_status_codes);
	tcase_add_loop_test(t, reply_reads, 0, sizeof(reads) / sizeof(reads[0]));
	tcase_add_test(t, reply_limits);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
