/* Commands: each verb's argument, and the reply class of every refusal. */
#include "smtp/cmd.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "smtp/caps.h"
#include "smtp/reply.h"

static const struct smtp_caps all = { .set = (1u << SMTP_CAP_COUNT) - 1 };
static const struct smtp_cmd_context plain = { &all, false };
static const struct smtp_cmd_context utf8 = { &all, true };

static const struct {
	const char *line;
	enum smtp_verb verb;
	const char *reply; /* NULL: taken; else how the refusal begins */
} cases[] = {
	{ "EHLO example.org", SMTP_EHLO, NULL },
	{ "ehlo [192.0.2.1]", SMTP_EHLO, NULL },
	{ "HELO my_pc", SMTP_HELO, NULL },
	{ "HELO what?ever", SMTP_HELO, NULL },
	{ "LHLO a", SMTP_LHLO, NULL },
	{ "EHLO", SMTP_EHLO, "501 5.5.4" },
	{ "HELO a b", SMTP_HELO, "501 5.5.4" },
	{ "MAIL FROM:<a@b>", SMTP_MAIL, NULL },
	{ "mail from: <a@b>  SIZE=5 ", SMTP_MAIL, NULL },
	{ "MAIL FROM:<>", SMTP_MAIL, NULL },
	{ "MAIL FROM:<\"a b\"@c> SIZE=5", SMTP_MAIL, NULL },
	{ "MAIL FROM:<\xc3\xbc@b> SMTPUTF8", SMTP_MAIL, NULL },
	{ "MAIL FROM:<\xc3\xbc@b>", SMTP_MAIL, "550 5.6.7" },
	{ "MAIL FROM:<\xc3@b> SMTPUTF8", SMTP_MAIL, "501 5.6.7" },
	{ "MAIL", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM:", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM:a@b", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM:<a@b", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM:<a@b>SIZE=5", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL TO:<a@b>", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM:<a>", SMTP_MAIL, "501 5.1.7" },
	{ "MAIL FROM:<a@b..c>", SMTP_MAIL, "501 5.1.7" },
	{ "MAIL FROM:<a@b> FOO=1", SMTP_MAIL, "555 5.5.4" },
	{ "MAIL FROM:<a@b> SIZE=x", SMTP_MAIL, "501 5.5.4" },
	{ "MAIL FROM:<a@b> SIZE=1 SIZE=1", SMTP_MAIL, "501 5.5.4" },
	{ "RCPT TO:<a@b>", SMTP_RCPT, NULL },
	{ "RCPT TO:<postmaster> NOTIFY=NEVER", SMTP_RCPT, NULL },
	{ "RCPT TO:<>", SMTP_RCPT, "501 5.1.3" },
	{ "RCPT TO:<a>", SMTP_RCPT, "501 5.1.3" },
	{ "RCPT TO:<\xc3\xbc@b>", SMTP_RCPT, "553 5.6.7" },
	{ "RCPT TO:<a@b> SIZE=1", SMTP_RCPT, "555 5.5.4" },
	{ "RCPT TO:a@b", SMTP_RCPT, "501 5.5.4" },
	{ "DATA", SMTP_DATA, NULL },
	{ "data  ", SMTP_DATA, NULL },
	{ "DATA now", SMTP_DATA, "501 5.5.4" },
	{ "BDAT 5", SMTP_BDAT, NULL },
	{ "BDAT 0 last", SMTP_BDAT, NULL },
	{ "BDAT", SMTP_BDAT, "501 5.5.4" },
	{ "BDAT LAST", SMTP_BDAT, "501 5.5.4" },
	{ "BDAT -1", SMTP_BDAT, "501 5.5.4" },
	{ "BDAT 5 LAST x", SMTP_BDAT, "501 5.5.4" },
	{ "BDAT 99999999999999999999", SMTP_BDAT, "501 5.5.4" },
	{ "RSET", SMTP_RSET, NULL },
	{ "RSET x", SMTP_RSET, "501 5.5.4" },
	{ "NOOP", SMTP_NOOP, NULL },
	{ "NOOP whatever you like", SMTP_NOOP, NULL },
	{ "QUIT", SMTP_QUIT, NULL },
	{ "QUIT now", SMTP_QUIT, "501 5.5.4" },
	{ "VRFY user", SMTP_VRFY, NULL },
	{ "VRFY", SMTP_VRFY, "501 5.5.4" },
	{ "EXPN list", SMTP_EXPN, NULL },
	{ "EXPN", SMTP_EXPN, "501 5.5.4" },
	{ "HELP", SMTP_HELP, NULL },
	{ "HELP MAIL", SMTP_HELP, NULL },
	{ "STARTTLS", SMTP_STARTTLS, NULL },
	{ "STARTTLS x", SMTP_STARTTLS, "501 5.5.4" },
	{ "AUTH PLAIN", SMTP_AUTH, NULL },
	{ "AUTH PLAIN dGVzdA==", SMTP_AUTH, NULL },
	{ "AUTH", SMTP_AUTH, "501 5.5.4" },
	{ "AUTH PL/AIN", SMTP_AUTH, "501 5.5.4" },
	{ "AUTH ABCDEFGHIJKLMNOPQRSTU", SMTP_AUTH, "501 5.5.4" },
	{ "AUTH PLAIN a*b", SMTP_AUTH, "501 5.5.4" },
	{ "ETRN example.org", SMTP_ETRN, NULL },
	{ "ETRN", SMTP_ETRN, "501 5.5.4" },
	{ "ATRN", SMTP_ATRN, NULL },
	{ "XCLIENT ADDR=192.0.2.1", SMTP_XCLIENT, NULL },
	{ "XCLIENT", SMTP_XCLIENT, "501 5.5.4" },
	{ "", SMTP_UNKNOWN, "500 5.5.2" },
	{ "FOO", SMTP_UNKNOWN, "500 5.5.2" },
	{ "MAILFROM:<a@b>", SMTP_UNKNOWN, "500 5.5.2" },
	{ "GET / HTTP/1.1", SMTP_UNKNOWN, "500 5.5.2" },
	{ "Subject: hello", SMTP_UNKNOWN, "500 5.5.2" },
	{ "MAIL FROM:<a@b>\tSIZE=1", SMTP_MAIL, "501 5.5.2" },
	{ "NOOP \x1b[2J", SMTP_NOOP, "501 5.5.2" },
};

START_TEST(cmd_cases)
{
	struct arena a = ARENA_INIT;
	struct smtp_cmd cmd;
	struct smtp_reply refusal;
	bool ok = smtp_cmd_parse(&a, slice_str(cases[_i].line), &plain, &cmd, &refusal);

	ck_assert_msg(ok == (cases[_i].reply == NULL), "%s", cases[_i].line);
	ck_assert_int_eq(cmd.verb, cases[_i].verb);
	if (!ok) {
		struct buf b;

		buf_init(&b, 600);
		smtp_reply_format_line(&b, &refusal);
		ck_assert_msg(slice_starts(buf_slice(&b), slice_str(cases[_i].reply)), "%s: %.*s",
			cases[_i].line, (int)b.n, b.p);
		ck_assert_uint_gt(smtp_reply_text(&refusal).n, 5);
		buf_done(&b);
	}
	arena_reset(&a);
}
END_TEST

static struct smtp_cmd parse(
	struct arena *a, const char *line, const struct smtp_cmd_context *context)
{
	struct smtp_cmd cmd;
	struct smtp_reply refusal;

	ck_assert_msg(smtp_cmd_parse(a, slice_str(line), context, &cmd, &refusal), "%s", line);
	return cmd;
}

START_TEST(cmd_values)
{
	struct arena a = ARENA_INIT;
	struct smtp_cmd c = parse(&a, "MAIL FROM:<a@b> SIZE=5 BODY=8BITMIME", &plain);

	ck_assert(slice_eq(c.mail.path.local, S("a")));
	ck_assert_uint_eq(c.mail.params.size, 5);
	ck_assert_int_eq(c.mail.params.body, SMTP_BODY_8BITMIME);
	c = parse(&a, "RCPT TO:<\xc3\xbc@b> NOTIFY=DELAY", &utf8);
	ck_assert(c.rcpt.path.is_utf8);
	ck_assert_uint_eq(c.rcpt.params.notify, SMTP_NOTIFY_DELAY);
	c = parse(&a, "BDAT 1000 LAST", &plain);
	ck_assert_uint_eq(c.bdat.size, 1000);
	ck_assert(c.bdat.last);
	c = parse(&a, "BDAT 7", &plain);
	ck_assert(!c.bdat.last);
	c = parse(&a, "EHLO [IPv6:2001:db8::1]", &plain);
	ck_assert(c.helo.is_valid);
	ck_assert_int_eq(c.helo.literal.family, IP_V6);
	c = parse(&a, "HELO what?ever", &plain);
	ck_assert(!c.helo.is_valid);
	ck_assert(slice_eq(c.helo.name, S("what?ever")));
	c = parse(&a, "auth plain dGVzdA==", &plain);
	ck_assert(c.auth.has_initial && slice_eq(c.auth.initial, S("dGVzdA==")));
	ck_assert(slice_eq(c.auth.mechanism, S("plain")));
	c = parse(&a, "AUTH EXTERNAL =", &plain);
	ck_assert(c.auth.has_initial && c.auth.initial.n == 0);
	c = parse(&a, "AUTH LOGIN", &plain);
	ck_assert(!c.auth.has_initial);
	c = parse(&a, "VRFY  some one ", &plain);
	ck_assert(slice_eq(c.arg, S("some one")));
	arena_reset(&a);
}
END_TEST

/* What a peer wrote comes back in the reply only made safe, and not at length. */
START_TEST(cmd_refusal_quotes_safely)
{
	struct arena a = ARENA_INIT;
	struct smtp_cmd cmd;
	struct smtp_reply refusal;
	char line[300] = "MAIL FROM:<a@b> \xff\xfe";

	memset(line + 18, 'x', 280);
	ck_assert(!smtp_cmd_parse(&a, slice_of(line, 298), &plain, &cmd, &refusal));
	ck_assert(slice_is_ascii(smtp_reply_text(&refusal)));
	ck_assert_uint_lt(smtp_reply_text(&refusal).n, 120);
	arena_reset(&a);
}
END_TEST

START_TEST(cmd_names)
{
	for (int v = SMTP_EHLO; v < SMTP_VERB_COUNT; v++)
		ck_assert_uint_ge(strlen(smtp_verb_name((enum smtp_verb)v)), 4);
	ck_assert_str_eq(smtp_verb_name(SMTP_UNKNOWN), "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cmd");
	TCase *t = tcase_create("cmd");

	tcase_add_loop_test(t, cmd_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, cmd_values);
	tcase_add_test(t, cmd_refusal_quotes_safely);
	tcase_add_test(t, cmd_names);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
