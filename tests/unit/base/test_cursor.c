/* Cursors: reads in order, the sticky error, little-endian integers. */
#include "base/cursor.h"

#include "base/ascii.h"
#include "check_main.h"

START_TEST(cursor_reads)
{
	struct cursor c = cursor_of(S("abc123 Mail:x"));

	ck_assert_int_eq(cursor_peek(&c), 'a');
	ck_assert(slice_eq(cursor_run(&c, ascii_is_alpha), S("abc")));
	ck_assert_uint_eq(cursor_run(&c, ascii_is_alpha).n, 0);
	ck_assert(slice_eq(cursor_take(&c, 3), S("123")));
	ck_assert(!cursor_accept(&c, 'x'));
	ck_assert(cursor_accept(&c, ' '));
	ck_assert(!cursor_accept_nocase(&c, S("MAILX")));
	ck_assert(cursor_accept_nocase(&c, S("MAIL")));
	cursor_expect(&c, ':');
	ck_assert(!c.failed && !cursor_at_end(&c));
	ck_assert(cursor_accept(&c, 'x'));
	ck_assert(cursor_at_end(&c));
	ck_assert_int_eq(cursor_peek(&c), -1);
	ck_assert(!cursor_accept(&c, '\0'));
	ck_assert(!c.failed);
}
END_TEST

START_TEST(cursor_failure_sticks)
{
	struct cursor c = cursor_of(S("ab"));

	ck_assert_uint_eq(cursor_take(&c, 3).n, 0);
	ck_assert(c.failed);
	ck_assert_uint_eq(cursor_take(&c, 1).n, 0);
	ck_assert_int_eq(cursor_peek(&c), -1);
	ck_assert(!cursor_accept(&c, 'a'));
	ck_assert(!cursor_accept_nocase(&c, S("a")));
	ck_assert_uint_eq(cursor_run(&c, ascii_is_alpha).n, 0);
	ck_assert_uint_eq(cursor_u32(&c), 0);
	c = cursor_of(S("ab"));
	cursor_expect(&c, 'b');
	ck_assert(c.failed);
}
END_TEST

START_TEST(cursor_integers)
{
	struct cursor c = cursor_of(
		S("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff"));

	ck_assert_uint_eq(cursor_u8(&c), 0x01);
	ck_assert_uint_eq(cursor_u16(&c), 0x0302);
	ck_assert_uint_eq(cursor_u32(&c), 0x07060504);
	ck_assert(!c.failed);
	ck_assert_uint_eq(cursor_u64(&c), 0xff0e0d0c0b0a0908);
	ck_assert(!c.failed && cursor_at_end(&c));
	ck_assert_uint_eq(cursor_u16(&c), 0);
	ck_assert(c.failed);
}
END_TEST

START_TEST(cursor_blobs)
{
	struct cursor c = cursor_of(S("\x03\0\0\0abc\0\0\0\0\x05\0\0\0ab"));

	ck_assert(slice_eq(cursor_blob(&c), S("abc")));
	ck_assert_uint_eq(cursor_blob(&c).n, 0);
	ck_assert(!c.failed);
	ck_assert_uint_eq(cursor_blob(&c).n, 0);
	ck_assert(c.failed);
	c = cursor_of(S("\xff\xff\xff\xff"));
	cursor_blob(&c);
	ck_assert(c.failed);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cursor");
	TCase *t = tcase_create("cursor");

	tcase_add_test(t, cursor_reads);
	tcase_add_test(t, cursor_failure_sticks);
	tcase_add_test(t, cursor_integers);
	tcase_add_test(t, cursor_blobs);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
