/* Buffers: growth to the maximum and not beyond, the sticky failure, giving memory away. */
#include "base/buf.h"

#include "check_main.h"

START_TEST(buf_grows_to_its_maximum)
{
	struct buf b;

	buf_init(&b, 1000);
	ck_assert_ptr_null(b.p);
	for (int i = 0; i < 1000; i++)
		buf_putc(&b, (char)('a' + i % 26));
	ck_assert(!b.failed);
	ck_assert_uint_eq(b.n, 1000);
	ck_assert_uint_le(b.cap, 1000);
	buf_putc(&b, 'x');
	ck_assert(b.failed);
	ck_assert_uint_eq(b.n, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(b.p[i], 'a' + i % 26);
	buf_done(&b);
	ck_assert_uint_eq(b.max, 1000);
	ck_assert(!b.failed);
}
END_TEST

START_TEST(buf_failure_sticks)
{
	struct buf b;

	buf_init(&b, 4);
	buf_puts(&b, "12345");
	ck_assert(b.failed && b.n == 0);
	buf_puts(&b, "1");
	ck_assert(b.failed && b.n == 0);
	ck_assert_ptr_null(buf_room(&b, 1));
	buf_clear(&b);
	buf_puts(&b, "1234");
	ck_assert(!b.failed);
	ck_assert(slice_eq(buf_slice(&b), S("1234")));
	buf_put(&b, SLICE_NIL);
	ck_assert(!b.failed);
	buf_done(&b);
	buf_init(&b, 0);
	buf_puts(&b, "");
	ck_assert(!b.failed);
	buf_putc(&b, 'x');
	ck_assert(b.failed);
	buf_done(&b);
}
END_TEST

START_TEST(buf_prints)
{
	struct buf b;
	char expected[401];

	buf_init(&b, 1000);
	buf_printf(&b, "%d %s", -5, "five");
	ck_assert(slice_eq(buf_slice(&b), S("-5 five")));
	buf_clear(&b);
	memset(expected, 'y', 400);
	expected[400] = '\0';
	buf_printf(&b, "%s", expected); /* longer than the small copy */
	ck_assert(slice_eq(buf_slice(&b), slice_str(expected)));
	buf_clear(&b);
	buf_printf(&b, "%s", "");
	ck_assert(b.n == 0 && !b.failed);
	buf_done(&b);
}
END_TEST

START_TEST(buf_puts_numbers)
{
	static const struct {
		uint64_t number;
		unsigned digits;
		const char *text;
	} cases[] = {
		{ 0, 0, "0" },
		{ 0, 1, "0" },
		{ 0, 3, "000" },
		{ 7, 2, "07" },
		{ 42, 2, "42" },
		{ 420, 2, "420" },
		{ 1, 20, "00000000000000000001" },
		{ UINT64_MAX, 1, "18446744073709551615" },
		{ UINT64_MAX, 20, "18446744073709551615" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;

		buf_init(&b, 100);
		buf_put_uint(&b, cases[i].number, cases[i].digits);
		ck_assert(slice_eq(buf_slice(&b), slice_str(cases[i].text)));
		buf_done(&b);
	}
}
END_TEST

START_TEST(buf_room_and_consume)
{
	struct buf b;
	char *at;

	buf_init(&b, 300);
	at = buf_room(&b, 200);
	ck_assert_ptr_nonnull(at);
	memcpy(at, "abcdef", 6);
	buf_added(&b, 6);
	buf_consume(&b, 2);
	ck_assert(slice_eq(buf_slice(&b), S("cdef")));
	buf_consume(&b, 0);
	ck_assert_uint_eq(b.n, 4);
	buf_consume(&b, 4);
	ck_assert_uint_eq(b.n, 0);
	buf_consume(&b, 0);
	ck_assert_ptr_nonnull(buf_room(&b, 300));
	ck_assert_ptr_null(buf_room(&b, 301));
	buf_done_secret(&b);
	ck_assert_ptr_null(b.p);
}
END_TEST

START_TEST(buf_gives_away)
{
	struct buf b;
	char *p;

	buf_init(&b, 100);
	ck_assert_ptr_null(buf_take(&b));
	buf_puts(&b, "mine");
	p = buf_take(&b);
	ck_assert_int_eq(memcmp(p, "mine", 4), 0);
	ck_assert(b.n == 0 && b.p == NULL && b.max == 100);
	free(p);
	buf_done(&b);
	struct buf zero = { 0 };

	buf_done(&zero);
	buf_done_secret(&zero);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buf");

	tcase_add_test(t, buf_grows_to_its_maximum);
	tcase_add_test(t, buf_failure_sticks);
	tcase_add_test(t, buf_prints);
	tcase_add_test(t, buf_puts_numbers);
	tcase_add_test(t, buf_room_and_consume);
	tcase_add_test(t, buf_gives_away);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
