/* Views: comparing, searching, cutting, numbers, patterns. */
#include "base/slice.h"

#include "check_main.h"

START_TEST(slice_compares)
{
	ck_assert(slice_eq(S("a"), S("a")) && !slice_eq(S("a"), S("A")));
	ck_assert(slice_eq(SLICE_NIL, S("")) && !slice_eq(S("a"), S("ab")));
	ck_assert(slice_eq_nocase(S("aZ[\xc3"), S("Az[\xc3")));
	ck_assert(!slice_eq_nocase(S("["), S("{")) && !slice_eq_nocase(S("\xc3"), S("\xe3")));
	ck_assert_int_lt(slice_cmp(S("a"), S("b")), 0);
	ck_assert_int_lt(slice_cmp(S("a"), S("ab")), 0);
	ck_assert_int_gt(slice_cmp(S("b"), S("ab")), 0);
	ck_assert_int_gt(slice_cmp(S("\xff"), S("a")), 0);
	ck_assert_int_eq(slice_cmp(SLICE_NIL, S("")), 0);
	ck_assert_uint_eq(slice_str(NULL).n, 0);
}
END_TEST

START_TEST(slice_ends_and_starts)
{
	ck_assert(slice_starts(S("abc"), S("ab")) && !slice_starts(S("abc"), S("AB")));
	ck_assert(slice_starts(S("abc"), SLICE_NIL) && !slice_starts(S("a"), S("ab")));
	ck_assert(slice_starts_nocase(S("abc"), S("AB")) && !slice_starts_nocase(S("a"), S("AB")));
	ck_assert(slice_ends(S("abc"), S("bc")) && !slice_ends(S("abc"), S("BC")));
	ck_assert(slice_ends_nocase(S("abc"), S("BC")) && !slice_ends_nocase(S("c"), S("bc")));
}
END_TEST

START_TEST(slice_searches)
{
	ck_assert_uint_eq(slice_find(S("abcb"), 'b'), 1);
	ck_assert_uint_eq(slice_rfind(S("abcb"), 'b'), 3);
	ck_assert_uint_eq(slice_find(S("abc"), 'x'), 3);
	ck_assert_uint_eq(slice_rfind(S("abc"), 'x'), 3);
	ck_assert_uint_eq(slice_find(SLICE_NIL, 'x'), 0);
	ck_assert_uint_eq(slice_search(S("aabab"), S("ab")), 1);
	ck_assert_uint_eq(slice_search(S("aabab"), S("abc")), 5);
	ck_assert_uint_eq(slice_search(SLICE_NIL, S("a")), 0);
	ck_assert(slice_is_ascii(S("a\0\x7f")) && !slice_is_ascii(S("a\x80")));
	ck_assert(slice_is_ascii(SLICE_NIL));
}
END_TEST

START_TEST(slice_cuts)
{
	struct slice s = S("a,,b");

	ck_assert(slice_eq(slice_skip(S("abc"), 1), S("bc")));
	ck_assert_uint_eq(slice_skip(S("abc"), 9).n, 0);
	ck_assert_uint_eq(slice_skip(SLICE_NIL, 9).n, 0);
	ck_assert(slice_eq(slice_take(S("abc"), 2), S("ab")));
	ck_assert(slice_eq(slice_take(S("abc"), 9), S("abc")));
	ck_assert(slice_eq(slice_trim(S(" \t\r\na b \r\n")), S("a b")));
	ck_assert_uint_eq(slice_trim(S(" \t")).n, 0);
	ck_assert(slice_eq(slice_split(&s, ','), S("a")));
	ck_assert(slice_eq(s, S(",b")));
	ck_assert_uint_eq(slice_split(&s, ',').n, 0);
	ck_assert(slice_eq(slice_split(&s, ','), S("b")));
	ck_assert_uint_eq(s.n, 0);
	ck_assert_uint_eq(slice_split(&s, ',').n, 0);
}
END_TEST

START_TEST(slice_numbers)
{
	uint64_t n = 77;

	ck_assert(slice_to_u64(S("0"), 0, &n) && n == 0);
	ck_assert(slice_to_u64(S("007"), 7, &n) && n == 7);
	ck_assert(slice_to_u64(S("18446744073709551615"), UINT64_MAX, &n) && n == UINT64_MAX);
	n = 77;
	ck_assert(!slice_to_u64(S("18446744073709551616"), UINT64_MAX, &n));
	ck_assert(!slice_to_u64(S("99999999999999999999999"), UINT64_MAX, &n));
	ck_assert(!slice_to_u64(S("8"), 7, &n));
	ck_assert(!slice_to_u64(S(""), 7, &n));
	ck_assert(!slice_to_u64(S("-1"), 7, &n));
	ck_assert(!slice_to_u64(S("+1"), 7, &n));
	ck_assert(!slice_to_u64(S("1 "), 7, &n));
	ck_assert(!slice_to_u64(S("1a"), 7, &n));
	ck_assert_uint_eq(n, 77);
}
END_TEST

static const struct {
	const char *pattern, *text;
	bool match;
} globs[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "*", "", true },
	{ "*", "anything", true },
	{ "*@Example.org", "me@example.ORG", true },
	{ "*@example.org", "me@example.org.evil", false },
	{ "a?c", "abc", true },
	{ "a?c", "ac", false },
	{ "a*b*c", "aXXbYYc", true },
	{ "a*b*c", "aXXcYYb", false },
	{ "**a", "bba", true },
	{ "*aab", "aaaaaab", true },
	{ "?", "", false },
	{ "a*", "a", true },
	{ "a", "a*", false },
};

START_TEST(slice_globs)
{
	ck_assert_msg(slice_glob(slice_str(globs[_i].pattern), slice_str(globs[_i].text)) ==
			      globs[_i].match,
		"%s on %s", globs[_i].pattern, globs[_i].text);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("slice");
	TCase *t = tcase_create("slice");

	tcase_add_test(t, slice_compares);
	tcase_add_test(t, slice_ends_and_starts);
	tcase_add_test(t, slice_searches);
	tcase_add_test(t, slice_cuts);
	tcase_add_test(t, slice_numbers);
	tcase_add_loop_test(t, slice_globs, 0, sizeof(globs) / sizeof(globs[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
