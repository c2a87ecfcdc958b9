/* Capabilities: what is read from other servers' EHLO, what ours says, and the round trip. */
#include "smtp/caps.h"

#include "base/buf.h"
#include "check_main.h"

START_TEST(caps_reads_a_reply)
{
	struct smtp_caps c;

	smtp_caps_read(S("mx.example greets SIZE\n"
			 "pipelining\nSIZE 52428800\n8BITMIME\nAUTH PLAIN login SCRAM-SHA-256-PLUS "
			 "GSSAPI\nAUTH=XOAUTH2\nLIMITS RCPTMAX=100 MAILMAX=5 RCPTDOMAINMAX=1 "
			 "OTHER=1 RCPT=x\nXUNKNOWN 1 2\nDSN\n"),
		&c);
	ck_assert(smtp_caps_has(&c, SMTP_CAP_PIPELINING));
	ck_assert(smtp_caps_has(&c, SMTP_CAP_SIZE));
	ck_assert(smtp_caps_has(&c, SMTP_CAP_8BITMIME));
	ck_assert(smtp_caps_has(&c, SMTP_CAP_DSN));
	ck_assert(!smtp_caps_has(&c, SMTP_CAP_STARTTLS));
	ck_assert_uint_eq(c.size, 52428800);
	ck_assert_uint_eq(c.rcpt_max, 100);
	ck_assert_uint_eq(c.mail_max, 5);
	ck_assert_uint_eq(c.rcpt_domain_max, 1);
	ck_assert(smtp_caps_has_mech(&c, SMTP_MECH_PLAIN));
	ck_assert(smtp_caps_has_mech(&c, SMTP_MECH_LOGIN));
	ck_assert(smtp_caps_has_mech(&c, SMTP_MECH_SCRAM_SHA_256_PLUS));
	ck_assert(smtp_caps_has_mech(&c, SMTP_MECH_XOAUTH2));
	ck_assert(!smtp_caps_has_mech(&c, SMTP_MECH_SCRAM_SHA_256));
}
END_TEST

START_TEST(caps_malformed_values)
{
	struct smtp_caps c;

	smtp_caps_read(
		S("h\nSIZE 12x\nLIMITS RCPTMAX=0 MAILMAX= RCPTMAX=99999999999\n\n \nSIZEX 5"), &c);
	ck_assert(smtp_caps_has(&c, SMTP_CAP_SIZE));
	ck_assert_uint_eq(c.size, 0);
	ck_assert_uint_eq(c.rcpt_max, 0);
	ck_assert_uint_eq(c.mail_max, 0);
	smtp_caps_read(S("SIZE 5"), &c); /* the first line is a greeting */
	ck_assert_uint_eq(c.set, 0);
	smtp_caps_read(SLICE_NIL, &c);
	ck_assert_uint_eq(c.set, 0);
}
END_TEST

START_TEST(caps_formats)
{
	struct smtp_caps c = { 0 };
	struct buf b;

	buf_init(&b, 1000);
	smtp_caps_format(&b, &c, S("mx.example"), SLICE_NIL);
	ck_assert(slice_eq(buf_slice(&b), S("250 mx.example\r\n")));
	buf_clear(&b);
	smtp_caps_add(&c, SMTP_CAP_PIPELINING);
	smtp_caps_add(&c, SMTP_CAP_SIZE);
	smtp_caps_add(&c, SMTP_CAP_AUTH);
	smtp_caps_add(&c, SMTP_CAP_LIMITS);
	smtp_caps_add(&c, SMTP_CAP_HELP);
	smtp_caps_drop(&c, SMTP_CAP_HELP);
	c.size = 1000;
	smtp_caps_format(&b, &c, S("h"), SLICE_NIL); /* AUTH without a mechanism is not shown */
	ck_assert(slice_eq(
		buf_slice(&b), S("250-h\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250 LIMITS\r\n")));
	buf_clear(&b);
	c.mechs = 1u << SMTP_MECH_PLAIN | 1u << SMTP_MECH_SCRAM_SHA_256;
	c.rcpt_max = 100;
	smtp_caps_format(&b, &c, S("mx.example"), S("at your service"));
	ck_assert(slice_eq(buf_slice(&b),
		S("250-mx.example at your service\r\n250-PIPELINING\r\n250-SIZE 1000\r\n"
		  "250-AUTH PLAIN SCRAM-SHA-256\r\n250 LIMITS RCPTMAX=100\r\n")));
	buf_done(&b);
}
END_TEST

/* Every capability and mechanism survives being written and read. */
START_TEST(caps_round_trip)
{
	struct smtp_caps c = { .set = (1u << SMTP_CAP_COUNT) - 1,
		.mechs = (1u << SMTP_MECH_COUNT) - 1,
		.size = UINT64_MAX,
		.mail_max = 1,
		.rcpt_max = 2,
		.rcpt_domain_max = UINT32_MAX };
	struct smtp_caps back = { 0 };
	struct buf b;

	buf_init(&b, 4000);
	smtp_caps_format(&b, &c, S("h"), SLICE_NIL);
	struct slice text = buf_slice(&b);

	slice_split(&text, '\n');
	while (text.n)
		smtp_caps_read_line(&back, slice_trim(slice_skip(slice_split(&text, '\n'), 4)));
	ck_assert_uint_eq(back.set, c.set);
	ck_assert_uint_eq(back.mechs, c.mechs);
	ck_assert_uint_eq(back.size, c.size);
	ck_assert_uint_eq(back.mail_max, c.mail_max);
	ck_assert_uint_eq(back.rcpt_max, c.rcpt_max);
	ck_assert_uint_eq(back.rcpt_domain_max, c.rcpt_domain_max);
	buf_done(&b);
}
END_TEST

START_TEST(caps_names)
{
	enum smtp_mech m;

	for (unsigned i = 0; i < SMTP_MECH_COUNT; i++) {
		ck_assert(smtp_mech_parse(slice_str(smtp_mech_name((enum smtp_mech)i)), &m));
		ck_assert_uint_eq(m, i);
	}
	ck_assert(!smtp_mech_parse(S("NTLM"), &m));
	for (unsigned i = 0; i < SMTP_CAP_COUNT; i++)
		ck_assert_ptr_nonnull(smtp_cap_name((enum smtp_cap)i));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("caps");
	TCase *t = tcase_create("caps");

	tcase_add_test(t, caps_reads_a_reply);
	tcase_add_test(t, caps_malformed_values);
	tcase_add_test(t, caps_formats);
	tcase_add_test(t, caps_round_trip);
	tcase_add_test(t, caps_names);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
