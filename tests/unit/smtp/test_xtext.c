/* xtext and utf-8-addr-xtext, both ways. */
#include "smtp/xtext.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"

static const struct {
	struct slice bytes, text;
} cases[] = {
	{ SLICE(""), SLICE("") },
	{ SLICE("plain"), SLICE("plain") },
	{ SLICE("a+b=c d"), SLICE("a+2Bb+3Dc+20d") },
	{ SLICE("\0\xff\r\n"), SLICE("+00+FF+0D+0A") },
	{ SLICE("~!"), SLICE("~!") },
};

START_TEST(xtext_both_ways)
{
	struct arena a = ARENA_INIT;
	struct slice back;
	struct buf b;

	buf_init(&b, 100);
	smtp_xtext_encode(&b, cases[_i].bytes);
	ck_assert(slice_eq(buf_slice(&b), cases[_i].text));
	ck_assert(smtp_xtext_decode(&a, buf_slice(&b), &back));
	ck_assert(slice_eq(back, cases[_i].bytes));
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

static const char *const bad[] = { "a b", "a=b", "a+", "a+2", "a+2b", "+2G", "a\x80", "a\r" };

START_TEST(xtext_malformed)
{
	struct arena a = ARENA_INIT;
	struct slice back;

	ck_assert(!smtp_xtext_decode(&a, slice_str(bad[_i]), &back));
	arena_reset(&a);
}
END_TEST

static const struct {
	struct slice utf8, text;
} utf8_cases[] = {
	{ SLICE("plain@example"), SLICE("plain@example") },
	{ SLICE("a+b=c\\d e"), SLICE("a\\x{2B}b\\x{3D}c\\x{5C}d\\x{20}e") },
	{ SLICE("j\xc3\xbc"), SLICE("j\\x{FC}") },
	{ SLICE("\xe4\xb8\xad"), SLICE("\\x{4E2D}") },
	{ SLICE("\xf0\x9f\x98\x80"), SLICE("\\x{1F600}") },
	{ SLICE("\xf4\x8f\xbf\xbf"), SLICE("\\x{10FFFF}") },
};

START_TEST(xtext_utf8_both_ways)
{
	struct arena a = ARENA_INIT;
	struct slice back;
	struct buf b;

	buf_init(&b, 100);
	smtp_xtext_encode_utf8(&b, utf8_cases[_i].utf8);
	ck_assert(slice_eq(buf_slice(&b), utf8_cases[_i].text));
	ck_assert(smtp_xtext_decode_utf8(&a, buf_slice(&b), &back));
	ck_assert(slice_eq(back, utf8_cases[_i].utf8));
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

static const char *const bad_utf8[] = { "a b", "a+b", "a=b", "\\", "\\x{}", "\\x{4}", "\\x{4E2D",
	"\\x{4e2d}", "\\x{110000}", "\\x{1234567}", "\\x{D800}", "\xc3", "\\x4E" };

START_TEST(xtext_utf8_malformed)
{
	struct arena a = ARENA_INIT;
	struct slice back;

	ck_assert_msg(
		!smtp_xtext_decode_utf8(&a, slice_str(bad_utf8[_i]), &back), "%s", bad_utf8[_i]);
	arena_reset(&a);
}
END_TEST

START_TEST(xtext_utf8_edges)
{
	struct arena a = ARENA_INIT;
	struct slice back;
	struct buf b;

	ck_assert(smtp_xtext_decode_utf8(&a, S("j\xc3\xbc"), &back)); /* unitext */
	ck_assert(slice_eq(back, S("j\xc3\xbc")));
	buf_init(&b, 100);
	smtp_xtext_encode_utf8(&b, S("\xff"));
	ck_assert(b.failed);
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("xtext");
	TCase *t = tcase_create("xtext");

	tcase_add_loop_test(t, xtext_both_ways, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(t, xtext_malformed, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(t, xtext_utf8_both_ways, 0, sizeof(utf8_cases) / sizeof(utf8_cases[0]));
	tcase_add_loop_test(t, xtext_utf8_malformed, 0, sizeof(bad_utf8) / sizeof(bad_utf8[0]));
	tcase_add_test(t, xtext_utf8_edges);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
