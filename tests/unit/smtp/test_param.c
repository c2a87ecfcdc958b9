/* Parameters of MAIL and RCPT: the table read and written, every refusal. */
#include "smtp/param.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "smtp/caps.h"

static const struct smtp_caps all = { .set = (1u << SMTP_CAP_COUNT) - 1 };

/* Read, then written in the table's order. */
static const struct {
	const char *text, *written;
} mail_cases[] = {
	{ "", "" },
	{ "   ", "" },
	{ "SIZE=1000", " SIZE=1000" },
	{ " size=0  body=8bitmime ", " SIZE=0 BODY=8BITMIME" },
	{ "SIZE=18446744073709551615", " SIZE=18446744073709551615" },
	{ "BODY=7BIT", " BODY=7BIT" },
	{ "BODY=BINARYMIME", " BODY=BINARYMIME" },
	{ "SMTPUTF8 SIZE=1", " SIZE=1 SMTPUTF8" },
	{ "RET=FULL ENVID=a+20b", " RET=FULL ENVID=a+20b" },
	{ "RET=hdrs", " RET=HDRS" },
	{ "AUTH=<>", " AUTH=<>" },
	{ "AUTH=a+2Bb@example.org", " AUTH=a+2Bb@example.org" },
	{ "REQUIRETLS", " REQUIRETLS" },
	{ "PRDR", " PRDR" },
	{ "MT-PRIORITY=-9", " MT-PRIORITY=-9" },
	{ "MT-PRIORITY=0", " MT-PRIORITY=0" },
	{ "BY=120;R", " BY=120;R" },
	{ "BY=-120;nt", " BY=-120;NT" },
	{ "BY=+1;RT", " BY=1;RT" },
	{ "HOLDFOR=86400", " HOLDFOR=86400" },
	{ "HOLDUNTIL=2026-02-03T04:05:06Z", " HOLDUNTIL=2026-02-03T04:05:06Z" },
	{ "HOLDUNTIL=2026-02-03t04:05:06.789-01:30", " HOLDUNTIL=2026-02-03T05:35:06Z" },
	{ "HOLDUNTIL=2026-02-03T04:05:06+01:00", " HOLDUNTIL=2026-02-03T03:05:06Z" },
};

START_TEST(param_mail)
{
	struct arena a = ARENA_INIT;
	struct smtp_mail_params p, copy;
	struct slice culprit;
	struct buf b;

	ck_assert_int_eq(
		smtp_param_parse_mail(&a, slice_str(mail_cases[_i].text), &all, &p, &culprit),
		SMTP_PARAM_OK);
	smtp_mail_params_dup(&a, &p, &copy);
	buf_init(&b, 1000);
	smtp_param_format_mail(&b, &copy, &all);
	ck_assert_msg(
		slice_eq(buf_slice(&b), slice_str(mail_cases[_i].written)), "%.*s", (int)b.n, b.p);
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

static const struct {
	const char *text, *written;
} rcpt_cases[] = {
	{ "", "" },
	{ "NOTIFY=NEVER", " NOTIFY=NEVER" },
	{ "notify=delay,Success", " NOTIFY=SUCCESS,DELAY" },
	{ "ORCPT=rfc822;a+2Bb@example.org NOTIFY=FAILURE",
		" NOTIFY=FAILURE ORCPT=rfc822;a+2Bb@example.org" },
	{ "ORCPT=utf-8;j\\x{FC}@example.org", " ORCPT=utf-8;j\\x{FC}@example.org" },
	{ "ORCPT=UTF-8;j\xc3\xbc@example.org", " ORCPT=UTF-8;j\\x{FC}@example.org" },
	{ "ORCPT=x400;/C=de/", NULL },
	{ "ORCPT=x400;/C+3Dde/", " ORCPT=x400;/C+3Dde/" },
};

START_TEST(param_rcpt)
{
	struct arena a = ARENA_INIT;
	struct smtp_rcpt_params p, copy;
	struct slice culprit;
	struct buf b;
	enum smtp_param_error e = smtp_param_parse_rcpt(
		&a, slice_str(rcpt_cases[_i].text), &all, &p, &culprit);

	ck_assert_int_eq(e, rcpt_cases[_i].written ? SMTP_PARAM_OK : SMTP_PARAM_VALUE);
	if (e == SMTP_PARAM_OK) {
		smtp_rcpt_params_dup(&a, &p, &copy);
		buf_init(&b, 1000);
		smtp_param_format_rcpt(&b, &copy, &all);
		ck_assert_msg(slice_eq(buf_slice(&b), slice_str(rcpt_cases[_i].written)), "%.*s",
			(int)b.n, b.p);
		buf_done(&b);
	}
	arena_reset(&a);
}
END_TEST

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	bool rcpt;
	const char *text;
	enum smtp_param_error error;
	const char *culprit;
} bad[] = {
	{ false, "SIZE=1 FOO", SMTP_PARAM_UNKNOWN, "FOO" },
	{ false, "FOO=1", SMTP_PARAM_UNKNOWN, "FOO=1" },
	{ false, "=1", SMTP_PARAM_UNKNOWN, "=1" },
	{ false, "NOTIFY=NEVER", SMTP_PARAM_UNKNOWN, "NOTIFY=NEVER" },
	{ true, "SIZE=1", SMTP_PARAM_UNKNOWN, "SIZE=1" },
	{ false, "SIZE=1 size=2", SMTP_PARAM_TWICE, "size=2" },
	{ true, "NOTIFY=NEVER NOTIFY=NEVER", SMTP_PARAM_TWICE, "NOTIFY=NEVER" },
	{ false, "SIZE", SMTP_PARAM_VALUE, "SIZE" },
	{ false, "SIZE=", SMTP_PARAM_VALUE, "SIZE=" },
	{ false, "SIZE=-1", SMTP_PARAM_VALUE, "SIZE=-1" },
	{ false, "SIZE=18446744073709551616", SMTP_PARAM_VALUE, "SIZE=18446744073709551616" },
	{ false, "SIZE=000000000000000000001", SMTP_PARAM_VALUE, "SIZE=000000000000000000001" },
	{ false, "BODY=9BIT", SMTP_PARAM_VALUE, "BODY=9BIT" },
	{ false, "SMTPUTF8=1", SMTP_PARAM_VALUE, "SMTPUTF8=1" },
	{ false, "PRDR=1", SMTP_PARAM_VALUE, "PRDR=1" },
	{ true, "PRDR", SMTP_PARAM_UNKNOWN, "PRDR" },
	{ false, "REQUIRETLS=", SMTP_PARAM_VALUE, "REQUIRETLS=" },
	{ false, "RET=ALL", SMTP_PARAM_VALUE, "RET=ALL" },
	{ false, "ENVID=", SMTP_PARAM_VALUE, "ENVID=" },
	{ false, "ENVID=a+0Ab", SMTP_PARAM_VALUE, "ENVID=a+0Ab" },
	{ false, "ENVID=a+0", SMTP_PARAM_VALUE, "ENVID=a+0" },
	{ false, "ENVID=" X50 X50 "x", SMTP_PARAM_VALUE, "ENVID=" X50 X50 "x" },
	{ false, "AUTH=a", SMTP_PARAM_VALUE, "AUTH=a" },
	{ false, "AUTH=", SMTP_PARAM_VALUE, "AUTH=" },
	{ false, "MT-PRIORITY=10", SMTP_PARAM_VALUE, "MT-PRIORITY=10" },
	{ false, "MT-PRIORITY=-0", SMTP_PARAM_VALUE, "MT-PRIORITY=-0" },
	{ false, "MT-PRIORITY=-", SMTP_PARAM_VALUE, "MT-PRIORITY=-" },
	{ false, "BY=0;R", SMTP_PARAM_VALUE, "BY=0;R" },
	{ false, "BY=-5;R", SMTP_PARAM_VALUE, "BY=-5;R" },
	{ false, "BY=5", SMTP_PARAM_VALUE, "BY=5" },
	{ false, "BY=;N", SMTP_PARAM_VALUE, "BY=;N" },
	{ false, "BY=5;X", SMTP_PARAM_VALUE, "BY=5;X" },
	{ false, "BY=5;NX", SMTP_PARAM_VALUE, "BY=5;NX" },
	{ false, "BY=5;NTT", SMTP_PARAM_VALUE, "BY=5;NTT" },
	{ false, "BY=1234567890;N", SMTP_PARAM_VALUE, "BY=1234567890;N" },
	{ false, "HOLDFOR=0", SMTP_PARAM_VALUE, "HOLDFOR=0" },
	{ false, "HOLDFOR=1234567890", SMTP_PARAM_VALUE, "HOLDFOR=1234567890" },
	{ false, "HOLDUNTIL=2026-02-03", SMTP_PARAM_VALUE, "HOLDUNTIL=2026-02-03" },
	{ false, "HOLDUNTIL=2026-13-03T04:05:06Z", SMTP_PARAM_VALUE,
		"HOLDUNTIL=2026-13-03T04:05:06Z" },
	{ false, "HOLDUNTIL=2026-02-03T04:05:06.Z", SMTP_PARAM_VALUE,
		"HOLDUNTIL=2026-02-03T04:05:06.Z" },
	{ false, "HOLDUNTIL=2026-02-03T04:05:06+24:00", SMTP_PARAM_VALUE,
		"HOLDUNTIL=2026-02-03T04:05:06+24:00" },
	{ false, "HOLDUNTIL=2026-02-03T04:05:06Zx", SMTP_PARAM_VALUE,
		"HOLDUNTIL=2026-02-03T04:05:06Zx" },
	{ true, "NOTIFY=", SMTP_PARAM_VALUE, "NOTIFY=" },
	{ true, "NOTIFY=NEVER,DELAY", SMTP_PARAM_VALUE, "NOTIFY=NEVER,DELAY" },
	{ true, "NOTIFY=DELAY,", SMTP_PARAM_VALUE, "NOTIFY=DELAY," },
	{ true, "NOTIFY=,DELAY", SMTP_PARAM_VALUE, "NOTIFY=,DELAY" },
	{ true, "NOTIFY=ALWAYS", SMTP_PARAM_VALUE, "NOTIFY=ALWAYS" },
	{ true, "ORCPT=a@b", SMTP_PARAM_VALUE, "ORCPT=a@b" },
	{ true, "ORCPT=;a@b", SMTP_PARAM_VALUE, "ORCPT=;a@b" },
	{ true, "ORCPT=rfc822;", SMTP_PARAM_VALUE, "ORCPT=rfc822;" },
	{ true, "ORCPT=rfc822;a+0Ab@c", SMTP_PARAM_VALUE, "ORCPT=rfc822;a+0Ab@c" },
	{ true, "ORCPT=utf-8;a\\x{0D}@c", SMTP_PARAM_VALUE, "ORCPT=utf-8;a\\x{0D}@c" },
	{ true, "ORCPT=rfc/822;a@c", SMTP_PARAM_VALUE, "ORCPT=rfc/822;a@c" },
};

START_TEST(param_refused)
{
	struct arena a = ARENA_INIT;
	struct smtp_mail_params m = { .size = 77 };
	struct smtp_rcpt_params r = { .notify = 77 };
	struct slice culprit = SLICE_NIL, text = slice_str(bad[_i].text);
	enum smtp_param_error e = bad[_i].rcpt
					  ? smtp_param_parse_rcpt(&a, text, &all, &r, &culprit)
					  : smtp_param_parse_mail(&a, text, &all, &m, &culprit);

	ck_assert_msg(e == bad[_i].error, "%s", bad[_i].text);
	ck_assert(slice_eq(culprit, slice_str(bad[_i].culprit)));
	ck_assert_uint_eq(m.size, 77);
	ck_assert_uint_eq(r.notify, 77);
	arena_reset(&a);
}
END_TEST

START_TEST(param_needs_its_capability)
{
	struct arena a = ARENA_INIT;
	struct smtp_caps none = { 0 }, some = { 0 };
	struct smtp_mail_params m;
	struct smtp_rcpt_params r;
	struct slice culprit;
	struct buf b;

	ck_assert_int_eq(
		smtp_param_parse_mail(&a, S("SIZE=1"), &none, &m, &culprit), SMTP_PARAM_UNKNOWN);
	ck_assert_int_eq(smtp_param_parse_rcpt(&a, S("NOTIFY=NEVER"), &none, &r, &culprit),
		SMTP_PARAM_UNKNOWN);
	smtp_caps_add(&some, SMTP_CAP_8BITMIME);
	ck_assert_int_eq(smtp_param_parse_mail(&a, S("BODY=8BITMIME"), &some, &m, &culprit), 0);
	ck_assert_int_eq(smtp_param_parse_mail(&a, S("BODY=BINARYMIME"), &some, &m, &culprit),
		SMTP_PARAM_VALUE);
	/* written only where the other side has it */
	ck_assert_int_eq(
		smtp_param_parse_mail(&a, S("SIZE=5 BODY=8BITMIME RET=FULL"), &all, &m, &culprit),
		0);
	buf_init(&b, 100);
	smtp_param_format_mail(&b, &m, &some);
	ck_assert(slice_eq(buf_slice(&b), S(" BODY=8BITMIME")));
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("param");
	TCase *t = tcase_create("param");

	tcase_add_loop_test(t, param_mail, 0, sizeof(mail_cases) / sizeof(mail_cases[0]));
	tcase_add_loop_test(t, param_rcpt, 0, sizeof(rcpt_cases) / sizeof(rcpt_cases[0]));
	tcase_add_loop_test(t, param_refused, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, param_needs_its_capability);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
