/* What of a backend's reply is passed on, and which of its replies are no answer about the mail. */
#include "server/proxy_reply.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "smtp/reply.h"

static const struct {
	int code;
	const char *enhanced; /* NULL: none */
	const char *passed; /* to a recipient, without the text */
	bool about_us;
} cases[] = {
	{ 250, "2.1.5", "250 2.1.5 ", false },
	{ 250, NULL, "250 2.1.5 ", false },
	{ 251, NULL, "251 2.1.5 ", false },
	{ 450, "4.2.0", "450 4.2.0 ", false },
	{ 450, "5.2.0", "450 4.0.0 ", false }, /* they contradict each other: the code counts */
	{ 452, NULL, "452 4.0.0 ", false },
	{ 550, "5.1.1", "550 5.1.1 ", false },
	{ 554, NULL, "554 5.0.0 ", false },
	{ 421, "4.3.2", "451 4.3.2 ", true },
	{ 421, NULL, "451 4.3.2 ", true },
	{ 530, "5.7.0", "451 4.3.5 ", true },
	{ 534, NULL, "451 4.3.5 ", true },
	{ 535, "5.7.8", "451 4.3.5 ", true },
	{ 538, NULL, "451 4.3.5 ", true },
};

static const struct proxy_reply_rules plain = { 0 };

START_TEST(one_reply)
{
	struct smtp_reply said, passed;
	struct arena a = ARENA_INIT;
	struct buf line;

	buf_init(&line, SMTP_REPLY_READ_MAX);
	smtp_reply_set(&said, cases[_i].code, cases[_i].enhanced, "words");
	ck_assert_int_eq(smtp_reply_is_about_session(&said), cases[_i].about_us);
	proxy_reply_pass(&a, &said, "1.5", &plain, &passed);
	smtp_reply_format_line(&line, &passed);
	ck_assert_msg(slice_starts(buf_slice(&line), slice_str(cases[_i].passed)), "%.*s",
		SLICE_ARG(buf_slice(&line)));
	ck_assert(cases[_i].about_us || slice_ends(buf_slice(&line), S(" words")));
	buf_done(&line);
	arena_reset(&a);
}
END_TEST

/* What the client reads. */
static void check_text(int code, const char *enhanced, struct slice text,
	const struct proxy_reply_rules *rules, const char *wanted)
{
	struct smtp_reply said, passed;
	struct arena a = ARENA_INIT;
	struct buf b;

	buf_init(&b, 8 * SMTP_REPLY_READ_MAX);
	smtp_reply_set_text(&said, code, enhanced, text);
	proxy_reply_pass(&a, &said, "1.5", rules, &passed);
	smtp_reply_format(&b, &passed);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(wanted)), "%.*s", SLICE_ARG(buf_slice(&b)));
	buf_done(&b);
	arena_reset(&a);
}

/* RFC 6531 section 3.7.4.1 */
START_TEST(text_beyond_ascii)
{
	static const struct proxy_reply_rules rich = { .utf8 = true };

	check_text(550, "5.1.1", S("<\xc3\xb6@x>"), &rich, "550 5.1.1 <\xc3\xb6@x>\r\n");
	check_text(550, "5.1.1", S("<\xc3\xb6@x>"), &plain, "550 5.1.1 <\\xc3\\xb6@x>\r\n");
	check_text(551, "5.1.6", S("try \xc3\xb6"), &rich, "551 5.1.6 try \xc3\xb6\r\n");
	check_text(551, "5.1.6", S("try \xc3\xb6"), &plain, "550 5.6.8 try \\xc3\\xb6\r\n");
	check_text(251, "2.1.5", S("to \xc3\xb6"), &plain, "250 2.1.5 to \\xc3\\xb6\r\n");
	check_text(551, "5.1.6", S("try o@x"), &plain, "551 5.1.6 try o@x\r\n");
	/* not well-formed, or nothing to be seen */
	check_text(550, "5.1.1", S("a\xc3(\x80\xed\xa0\x80"), &rich,
		"550 5.1.1 a\\xc3(\\x80\\xed\\xa0\\x80\r\n");
	check_text(550, "5.1.1", S("a\x1b\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa6\x7f"), &rich,
		"550 5.1.1 a\\x1b\\xc2\\x9b\\xe2\\x80\\xa8\\xe2\\x80\\xa9\xe2\x80\xa6\\x7f\r\n");
}
END_TEST

static const struct {
	const char *said, *passed;
} names[] = {
	{ "mx1.in.test is full", "front.test is full" },
	{ "by MX1.in.Test, MX1", "by front.test, front.test" },
	{ "[10.0.0.5]:25 says no", "[front.test]:25 says no" },
	{ "ask mx1.in.test.", "ask front.test." },
	{ "ask mx1.in.test.\nor 10.0.0.5", "ask front.test.\r\n550 5.0.0 or front.test" },
	{ "IPv6:2001:db8::5 full", "IPv6:front.test full" },
	{ "2001:db8::5: full", "front.test: full" },
	/* others */
	{ "a.mx1.in.test", "a.mx1.in.test" },
	{ "mx1.in.test.example", "mx1.in.test.example" },
	{ "mx1x mx12 xmx1 mx1-a a_mx1", "mx1x mx12 xmx1 mx1-a a_mx1" },
	{ "<bob@mx1.in.test> is unknown", "<bob@mx1.in.test> is unknown" },
	{ "10.0.0.51 110.0.0.5 10.0.0.5.1", "10.0.0.51 110.0.0.5 10.0.0.5.1" },
	{ "2001:db8::5:1 1:2001:db8::5 2001:db8::5::",
		"2001:db8::5:1 1:2001:db8::5 2001:db8::5::" },
};

START_TEST(hidden_names)
{
	static const struct slice hidden[] = { SLICE("mx1"), SLICE("mx1.in.test"), SLICE(""),
		SLICE("10.0.0.5"), SLICE("2001:db8::5") };
	const struct proxy_reply_rules rules = { .hidden = hidden,
		.hidden_n = sizeof(hidden) / sizeof(hidden[0]),
		.instead = S("front.test") };
	char wanted[200];

	snprintf(wanted, sizeof(wanted), "550%c5.0.0 %s\r\n",
		strchr(names[_i].said, '\n') ? '-' : ' ', names[_i].passed);
	check_text(550, "5.0.0", slice_str(names[_i].said), &rules, wanted);
}
END_TEST

/* How long a passed text is; it was n times `piece`. */
static size_t length(const char *piece, size_t n, const struct proxy_reply_rules *rules)
{
	struct smtp_reply said, passed;
	struct arena a = ARENA_INIT;
	struct buf b;

	buf_init(&b, SMTP_REPLY_READ_MAX);
	for (size_t i = 0; i < n; i++)
		buf_puts(&b, piece);
	smtp_reply_set_text(&said, 550, NULL, buf_slice(&b));
	proxy_reply_pass(&a, &said, "1.5", rules, &passed);
	size_t is = smtp_reply_text(&passed).n;

	buf_done(&b);
	arena_reset(&a);
	return is;
}

START_TEST(long_texts)
{
	const struct slice x = SLICE("x");
	const struct proxy_reply_rules longer = {
		.hidden = &x, .hidden_n = 1, .instead = S("front.test")
	};

	ck_assert_uint_eq(length("x", 4096, &plain), 4096);
	ck_assert_uint_eq(length("x", 4097, &plain), 4096);
	ck_assert_uint_eq(length("\xe2\x80\xa6", 2000, &plain), 4095); /* not in a character */
	ck_assert_uint_eq(length("x\n", 15, &plain), 30);
	ck_assert_uint_eq(length("x\n", 40, &plain), 31); /* sixteen lines */
	ck_assert_uint_eq(length("x ", 1000, &longer), 4096);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("proxy-reply");
	TCase *t = tcase_create("proxy-reply");

	tcase_add_loop_test(t, one_reply, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, text_beyond_ascii);
	tcase_add_loop_test(t, hidden_names, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(t, long_texts);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
