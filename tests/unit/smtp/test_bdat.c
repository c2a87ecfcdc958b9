/* BDAT: chunks are counted off exactly, refused ones too. */
#include "smtp/bdat.h"

#include "check_main.h"

START_TEST(bdat_two_chunks)
{
	struct smtp_bdat b;
	struct slice in = S("abcdeBDAT");

	smtp_bdat_init(&b, 100);
	ck_assert(smtp_bdat_chunk_done(&b));
	ck_assert(!smtp_bdat_done(&b));
	ck_assert(smtp_bdat_chunk(&b, 3, false));
	ck_assert(slice_eq(smtp_bdat_take(&b, &in), S("abc")));
	ck_assert(smtp_bdat_chunk_done(&b));
	ck_assert(!smtp_bdat_done(&b));
	ck_assert_uint_eq(smtp_bdat_take(&b, &in).n, 0);
	ck_assert(smtp_bdat_chunk(&b, 2, true));
	ck_assert(!smtp_bdat_done(&b));
	ck_assert(slice_eq(smtp_bdat_take(&b, &in), S("de")));
	ck_assert(smtp_bdat_done(&b));
	ck_assert(slice_eq(in, S("BDAT")));
	ck_assert_uint_eq(b.total, 5);
}
END_TEST

START_TEST(bdat_arrives_in_parts)
{
	struct smtp_bdat b;
	struct slice one = S("ab"), two = S("cdX");

	smtp_bdat_init(&b, 4);
	ck_assert(smtp_bdat_chunk(&b, 4, true));
	ck_assert(slice_eq(smtp_bdat_take(&b, &one), S("ab")));
	ck_assert(!smtp_bdat_done(&b));
	ck_assert(slice_eq(smtp_bdat_take(&b, &two), S("cd")));
	ck_assert(smtp_bdat_done(&b));
	ck_assert(slice_eq(two, S("X")));
}
END_TEST

START_TEST(bdat_empty_last)
{
	struct smtp_bdat b;

	smtp_bdat_init(&b, 4);
	ck_assert(smtp_bdat_chunk(&b, 0, true));
	ck_assert(smtp_bdat_done(&b));
}
END_TEST

START_TEST(bdat_refusals)
{
	struct smtp_bdat b;
	struct slice in = S("12345678");

	smtp_bdat_init(&b, 4);
	ck_assert(smtp_bdat_chunk(&b, 3, false));
	smtp_bdat_take(&b, &in);
	ck_assert(!smtp_bdat_chunk(&b, 2, false)); /* over the limit, still counted off */
	ck_assert(slice_eq(smtp_bdat_take(&b, &in), S("45")));
	ck_assert(!smtp_bdat_chunk(&b, 0, true)); /* sticks */
	ck_assert(smtp_bdat_done(&b));
	ck_assert_uint_eq(b.total, 3);

	smtp_bdat_init(&b, UINT64_MAX);
	ck_assert(smtp_bdat_chunk(&b, 3, true));
	in = S("123");
	smtp_bdat_take(&b, &in);
	ck_assert(!smtp_bdat_chunk(&b, 1, false)); /* behind the last */
	ck_assert(smtp_bdat_chunk_done(&b) == false);

	smtp_bdat_init(&b, UINT64_MAX - 1);
	ck_assert(!smtp_bdat_chunk(&b, UINT64_MAX, false));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("bdat");
	TCase *t = tcase_create("bdat");

	tcase_add_test(t, bdat_two_chunks);
	tcase_add_test(t, bdat_arrives_in_parts);
	tcase_add_test(t, bdat_empty_last);
	tcase_add_test(t, bdat_refusals);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
