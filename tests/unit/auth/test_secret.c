/* SCRAM keys against the example of RFC 7677 section 3, crypt(3) strings, SASLprep's examples
 * (RFC 4013 section 3), malformed secrets. */
#include "auth/secret.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "check_main.h"

/* The code under test only hands the permission on. */
static struct job *no_job(void)
{
	return NULL;
}

START_TEST(rfc7677)
{
	struct auth_scram s;
	struct buf salt, text;

	buf_init(&salt, 64);
	buf_init(&text, 500);
	ck_assert(text_base64_decode(&salt, S("W22ZaJ0SNY7soEsUEjb6gQ==")));
	ck_assert_int_eq(auth_secret_derive(no_job(), S("pencil"), buf_slice(&salt), 4096, &s), 0);
	auth_secret_format_scram(&text, &s);
	ck_assert(slice_eq(buf_slice(&text), S("{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
					       "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
					       "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")));

	struct auth_secret back;
	const char *why = NULL;

	ck_assert_int_eq(auth_secret_parse(buf_slice(&text), &back, &why), 0);
	ck_assert_int_eq(back.kind, AUTH_SECRET_SCRAM);
	ck_assert_uint_eq(back.scram.rounds, 4096);
	ck_assert_mem_eq(back.scram.server, s.server, sizeof(s.server));
	ck_assert_int_eq(auth_secret_check(no_job(), &back, S("pencil"), S("pencil")), 0);
	ck_assert_int_eq(auth_secret_check(no_job(), &back, S("pencils"), S("pencils")), ERR_AUTH);
	buf_done(&salt);
	buf_done(&text);
}
END_TEST

START_TEST(derive_limits)
{
	struct auth_scram s;
	char salt[AUTH_SALT_MAX + 1] = { 0 };

	ck_assert_int_eq(
		auth_secret_derive(no_job(), S("x"), slice_of(salt, sizeof(salt)), 4096, &s),
		ERR_LIMIT);
	ck_assert_int_eq(
		auth_secret_derive(no_job(), S("x"), S("12345678"), AUTH_ROUNDS_MAX + 1, &s),
		ERR_LIMIT);
}
END_TEST

START_TEST(crypt_strings)
{
	static const struct {
		const char *stored, *password;
		int want;
	} cases[] = {
		/* as `openssl passwd` writes them */
		{ "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBF"
		  "dcbYEdFCoEOfaS35inz1",
			"Hello world!", 0 },
		{ "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", "Hello world!", 0 },
		{ "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", "Hello world",
			ERR_AUTH },
		{ "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", "", ERR_AUTH },
		{ "$nosuch$x$y", "Hello world!", ERR_UNSUPPORTED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_secret s;
		const char *why = NULL;
		struct slice password = slice_str(cases[i].password);

		ck_assert_int_eq(auth_secret_parse(slice_str(cases[i].stored), &s, &why), 0);
		ck_assert_int_eq(s.kind, AUTH_SECRET_CRYPT);
		ck_assert_int_eq(
			auth_secret_check(no_job(), &s, password, password), cases[i].want);
	}
}
END_TEST

START_TEST(malformed)
{
	static const char *const cases[] = {
		"",
		"plain",
		"$",
		"$6",
		"{SCRAM-SHA-1}4096,W22ZaJ0SNY7soEsUEjb6gQ==,x,y",
		"{SCRAM-SHA-256}4095,W22ZaJ0SNY7soEsUEjb6gQ==,"
		"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
		"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
		"{SCRAM-SHA-256}100001,W22ZaJ0SNY7soEsUEjb6gQ==,"
		"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
		"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
		"{SCRAM-SHA-256}4096,W22Za===,"
		"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
		"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
		"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
		"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
		"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
		"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
		"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=,",
		"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm,wfPLwcE6",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_secret s;
		const char *why = NULL;

		ck_assert_msg(
			auth_secret_parse(slice_str(cases[i]), &s, &why) == ERR_INVALID, "%zu", i);
		ck_assert_ptr_nonnull(why);
	}
}
END_TEST

START_TEST(saslprep)
{
	static const struct {
		const char *in, *out; /* out NULL: forbidden */
	} cases[] = {
		{ "user", "user" },
		{ "USER", "USER" },
		{ "I\xc2\xadX", "IX" },
		{ "\xc2\xaa", "a" },
		{ "\xe2\x85\xa8", "IX" },
		{ "\x07", NULL },
		{ "\xd8\xa7"
		  "1",
			NULL },
		{ "", NULL },
		{ "\xff\xfe", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		int r;

		buf_init(&b, 512);
		r = auth_secret_prepare(slice_str(cases[i].in), &b);
		ck_assert_msg(r == (cases[i].out ? 0 : ERR_INVALID), "%zu", i);
		if (cases[i].out)
			ck_assert(slice_eq(buf_slice(&b), slice_str(cases[i].out)));
		buf_done(&b);
	}
}
END_TEST

START_TEST(saslprep_limits)
{
	char long_text[514];
	struct buf b;

	memset(long_text, 'x', sizeof(long_text));
	buf_init(&b, 512);
	ck_assert_int_eq(auth_secret_prepare(slice_of(long_text, 513), &b), ERR_INVALID);
	ck_assert_int_eq(auth_secret_prepare(slice_of("a\0b", 3), &b), ERR_INVALID);
	ck_assert_int_eq(auth_secret_prepare(slice_of(long_text, 512), &b), 0);
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("secret");
	TCase *t = tcase_create("secret");

	tcase_add_test(t, rfc7677);
	tcase_add_test(t, derive_limits);
	tcase_add_test(t, crypt_strings);
	tcase_add_test(t, malformed);
	tcase_add_test(t, saslprep);
	tcase_add_test(t, saslprep_limits);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
