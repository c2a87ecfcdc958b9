/* First messages of PLAIN (RFC 4616) and SCRAM (RFC 5802, RFC 7677). */
#include "auth/message.h"

#include <string.h>

#include "auth/mech.h"
#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"

#define PLAIN(text_) (text_), sizeof(text_) - 1

START_TEST(plain)
{
	static const struct {
		const char *text;
		size_t n;
		const char *authzid, *authcid, *password; /* authcid NULL: refused */
	} cases[] = {
		{ PLAIN("\0tim\0tanstaaftanstaaf"), "", "tim", "tanstaaftanstaaf" },
		{ PLAIN("Ursel\0Kurt\0xipj3plmq"), "Ursel", "Kurt", "xipj3plmq" },
		{ PLAIN(""), NULL, NULL, NULL },
		{ PLAIN("tim"), NULL, NULL, NULL },
		{ PLAIN("\0tim"), NULL, NULL, NULL },
		{ PLAIN("\0tim\0"), NULL, NULL, NULL },
		{ PLAIN("\0\0secret"), NULL, NULL, NULL },
		{ PLAIN("\0tim\0a\0b"), NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_plain p;
		int r = auth_message_plain(slice_of(cases[i].text, cases[i].n), &p);

		ck_assert_msg(r == (cases[i].authcid ? 0 : ERR_INVALID), "%zu", i);
		if (r < 0)
			continue;
		ck_assert(slice_eq(p.authzid, slice_str(cases[i].authzid)));
		ck_assert(slice_eq(p.authcid, slice_str(cases[i].authcid)));
		ck_assert(slice_eq(p.password, slice_str(cases[i].password)));
	}
}
END_TEST

START_TEST(plain_limits)
{
	char text[2 + AUTH_NAME_MAX + 1 + AUTH_PASSWORD_MAX + 1];
	struct auth_plain p;

	memset(text, 'x', sizeof(text));
	text[0] = 0;
	text[1 + AUTH_NAME_MAX] = 0;
	ck_assert_int_eq(
		auth_message_plain(slice_of(text, 2 + AUTH_NAME_MAX + AUTH_PASSWORD_MAX), &p), 0);
	ck_assert_int_eq(
		auth_message_plain(slice_of(text, 3 + AUTH_NAME_MAX + AUTH_PASSWORD_MAX), &p),
		ERR_INVALID);
	text[1 + AUTH_NAME_MAX] = 'x';
	text[2 + AUTH_NAME_MAX] = 0;
	ck_assert_int_eq(auth_message_plain(slice_of(text, 10 + AUTH_NAME_MAX), &p), ERR_INVALID);
}
END_TEST

START_TEST(scram_first)
{
	static const struct {
		const char *text;
		int want;
		enum auth_gs2 gs2;
		const char *binding, *authzid, *name;
	} cases[] = {
		{ "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", 0, AUTH_GS2_NONE, "", "", "user" },
		{ "y,,n=user,r=x", 0, AUTH_GS2_UNSEEN, "", "", "user" },
		{ "p=tls-exporter,a=boss,n=us=2Cer,r=x,e=1", 0, AUTH_GS2_BOUND, "tls-exporter",
			"boss", "us=2Cer" },
		{ "p=,,n=user,r=x", ERR_INVALID, 0, NULL, NULL, NULL },
		{ "q,,n=user,r=x", ERR_INVALID, 0, NULL, NULL, NULL },
		{ "n,n=user,r=x", ERR_INVALID, 0, NULL, NULL, NULL },
		{ "n,,m=ext,n=user,r=x", ERR_UNSUPPORTED, 0, NULL, NULL, NULL },
		{ "n,,n=,r=x", ERR_INVALID, 0, NULL, NULL, NULL },
		{ "n,,n=user,r=", ERR_INVALID, 0, NULL, NULL, NULL },
		{ "n,,n=user", ERR_INVALID, 0, NULL, NULL, NULL },
		{ "", ERR_INVALID, 0, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_scram_first f;
		int r = auth_message_scram_first(slice_str(cases[i].text), &f);

		ck_assert_msg(r == cases[i].want, "%zu: %d", i, r);
		if (r < 0)
			continue;
		ck_assert_int_eq(f.gs2, cases[i].gs2);
		ck_assert(slice_eq(f.binding, slice_str(cases[i].binding)));
		ck_assert(slice_eq(f.authzid, slice_str(cases[i].authzid)));
		ck_assert(slice_eq(f.name, slice_str(cases[i].name)));
	}
}
END_TEST

START_TEST(saslname)
{
	static const char *const cases[][2] = {
		{ "user", "user" },
		{ "a=2Cb=3Dc=2c", "a,b=c," },
		{ "a=2", NULL },
		{ "a=", NULL },
		{ "=41", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		int r;

		buf_init(&b, 100);
		r = auth_message_saslname(slice_str(cases[i][0]), &b);
		ck_assert_msg(r == (cases[i][1] ? 0 : ERR_INVALID), "%zu", i);
		if (r == 0)
			ck_assert(slice_eq(buf_slice(&b), slice_str(cases[i][1])));
		buf_done(&b);
	}
}
END_TEST

START_TEST(rounds)
{
	static const struct {
		const char *text;
		int want;
		uint64_t rounds;
	} cases[] = {
		{ "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,"
		  "i=4096",
			0, 4096 },
		{ "r=x,s=eA==,i=1,t=2", 0, 1 },
		{ "r=x,s=eA==,i=4294967295", 0, 4294967295 },
		{ "r=x,s=eA==,i=4294967296", ERR_INVALID, 0 },
		{ "r=x,s=eA==,i=", ERR_INVALID, 0 },
		{ "r=x,s=eA==,i=4096x", ERR_INVALID, 0 },
		{ "r=x,s=eA==", ERR_INVALID, 0 },
		{ "m=x,r=x,s=eA==,i=4096", ERR_INVALID, 0 },
		{ "", ERR_INVALID, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t n = 0;
		int r = auth_message_scram_rounds(slice_str(cases[i].text), &n);

		ck_assert_msg(r == cases[i].want && n == cases[i].rounds, "%zu", i);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("message");
	TCase *t = tcase_create("message");

	tcase_add_test(t, plain);
	tcase_add_test(t, plain_limits);
	tcase_add_test(t, scram_first);
	tcase_add_test(t, saslname);
	tcase_add_test(t, rounds);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
