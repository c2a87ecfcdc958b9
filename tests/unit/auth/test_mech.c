/* Names of mechanisms, lists of capabilities, outcome words. */
#include "auth/mech.h"

#include "check_main.h"

START_TEST(names)
{
	for (unsigned i = 0; i < AUTH_MECH_COUNT; i++)
		ck_assert_uint_eq(auth_mech_parse(slice_str(auth_mech_name((enum auth_mech)i))), i);
	ck_assert_uint_eq(auth_mech_parse(S("plain")), AUTH_PLAIN);
	ck_assert_uint_eq(auth_mech_parse(S("PLAIN ")), AUTH_MECH_COUNT);
	ck_assert_uint_eq(auth_mech_parse(S("")), AUTH_MECH_COUNT);
	ck_assert_str_eq(auth_mech_name(AUTH_MECH_COUNT), "none");
}
END_TEST

START_TEST(lists)
{
	ck_assert_uint_eq(auth_mech_parse_list(S("PLAIN  login GSSAPI")),
		AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN));
	ck_assert_uint_eq(auth_mech_parse_list(S("")), 0);
	ck_assert_uint_eq(auth_mech_parse_list(S("SCRAM-SHA-256-PLUS CRAM-MD5")),
		AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS) | AUTH_BIT(AUTH_CRAM_MD5));
}
END_TEST

START_TEST(outcomes)
{
	for (int i = AUTH_OK; i <= AUTH_FAULT; i++)
		ck_assert_str_ne(auth_outcome_name((enum auth_outcome)i), "unknown");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("mech");
	TCase *t = tcase_create("mech");

	tcase_add_test(t, names);
	tcase_add_test(t, lists);
	tcase_add_test(t, outcomes);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
