/* Header blocks: where they end, walking, finding, writing fields. */
#include "message/header.h"

#include "base/buf.h"
#include "check_main.h"

static const struct {
	const char *text;
	bool complete;
	int block, body; /* -1: the end is not known yet */
} splits[] = {
	{ "A: b\r\n\r\nbody\r\n", false, 6, 8 },
	{ "A: b\r\nC: d\r\n e\r\n\r\n", false, 16, 18 },
	{ "\r\nbody", false, 0, 2 },
	{ "A: b\r\n", false, -1, -1 },
	{ "A: b\r\n", true, 6, 6 },
	{ "A: b", false, -1, -1 },
	{ "A: b", true, 4, 4 },
	{ "A: b\r\n\r", false, -1, -1 },
	{ "", false, -1, -1 },
	{ "", true, 0, 0 },
	{ "no header here\r\n", false, 0, 0 },
	{ "A: b\r\nno field\r\n\r\n", false, 6, 6 },
	{ " fold without field\r\n\r\n", false, 0, 0 },
	{ "A: b\r\n \r\nC: d\r\n\r\n", false, 15, 17 },
	{ "From x Mon Jan\r\nA: b\r\n\r\n", false, 22, 24 },
	{ "From x\r\n fold\r\n\r\n", false, 8, 8 },
	{ "From : x\r\n\r\n", false, 10, 12 },
	{ ">From x\r\nA: b\r\n\r\n", false, 15, 17 },
	{ "A: b\r\nFrom x\r\n\r\n", false, 6, 6 },
	{ "A : b\r\n\r\n", false, 7, 9 },
	{ ": b\r\n\r\n", false, 0, 0 },
	{ "\xc3\xa4: b\r\n\r\n", false, 0, 0 },
};

START_TEST(header_splits)
{
	size_t block = 99, body = 99;
	bool ok = message_header_split(
		slice_str(splits[_i].text), splits[_i].complete, &block, &body);

	ck_assert_msg(ok == (splits[_i].block >= 0), "%s", splits[_i].text);
	ck_assert_int_eq((int)block, ok ? splits[_i].block : 99);
	ck_assert_int_eq((int)body, ok ? splits[_i].body : 99);
}
END_TEST

START_TEST(header_walks)
{
	struct message_header h = message_header_walk(
		S("From x y\r\nSubject: one\r\n two\r\nX-Empty:\r\nTo :a@b\r\n\r\nNot: this\r\n"));
	struct message_field f;

	ck_assert(message_header_next(&h, &f));
	ck_assert(slice_eq(f.name, S("Subject")));
	ck_assert(slice_eq(f.value, S(" one\r\n two")));
	ck_assert(slice_eq(f.all, S("Subject: one\r\n two\r\n")));
	ck_assert(message_header_next(&h, &f));
	ck_assert(slice_eq(f.name, S("X-Empty")) && f.value.n == 0);
	ck_assert(message_header_next(&h, &f));
	ck_assert(slice_eq(f.name, S("To")) && slice_eq(f.value, S("a@b")));
	ck_assert(!message_header_next(&h, &f));
	ck_assert(!h.malformed);
	h = message_header_walk(S("A: b\r\nrubbish\r\nC: d\r\n"));
	ck_assert(message_header_next(&h, &f));
	ck_assert(!message_header_next(&h, &f));
	ck_assert(h.malformed);
	ck_assert(!message_header_next(&h, &f));
	h = message_header_walk(S("A: b")); /* no line end */
	ck_assert(message_header_next(&h, &f));
	ck_assert(slice_eq(f.value, S(" b")));
	ck_assert(!message_header_next(&h, &f));
	h = message_header_walk(S("From : a@b\r\n")); /* a field, however it is spaced */
	ck_assert(message_header_next(&h, &f));
	ck_assert(slice_eq(f.name, S("From")));
	h = message_header_walk(S("From x"));
	ck_assert(!message_header_next(&h, &f));
}
END_TEST

START_TEST(header_finds)
{
	struct slice block = S("Received: a\r\nSubject: b\r\nreceived: c\r\nReceived-SPF: d\r\n");
	struct message_field f;

	ck_assert(message_header_find(block, S("RECEIVED"), &f));
	ck_assert(slice_eq(f.value, S(" a")));
	ck_assert(!message_header_find(block, S("From"), &f));
	ck_assert_uint_eq(message_header_count(block, S("Received")), 2);
	ck_assert_uint_eq(message_header_count(block, S("Date")), 0);
	ck_assert(!message_header_needs_utf8(block));
	ck_assert(message_header_needs_utf8(S("Subject: \xc3\xa4\r\n")));
}
END_TEST

START_TEST(header_unfolds)
{
	struct buf b;

	buf_init(&b, 100);
	message_header_unfold(&b, S(" one\r\n two\r\n\tthree "));
	ck_assert(slice_eq(buf_slice(&b), S("one two\tthree")));
	buf_done(&b);
}
END_TEST

static const struct {
	struct slice value;
	const char *field;
} puts_[] = {
	{ SLICE("short"), "X: short\r\n" },
	{ SLICE(" trimmed \t"), "X: trimmed\r\n" },
	{ SLICE(""), "X:\r\n" },
	{ SLICE("a\r\nEvil: b"), "X: a  Evil: b\r\n" },
	{ SLICE("a\0b"), "X: ab\r\n" },
	{ SLICE("0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"),
		"X: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\r\n"
		" 0123456789 0123456789\r\n" },
};

START_TEST(header_puts)
{
	struct buf b;

	buf_init(&b, 1000);
	message_header_put(&b, S("X"), puts_[_i].value);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(puts_[_i].field)), "%.*s", (int)b.n, b.p);
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("header");
	TCase *t = tcase_create("header");

	tcase_add_loop_test(t, header_splits, 0, sizeof(splits) / sizeof(splits[0]));
	tcase_add_test(t, header_walks);
	tcase_add_test(t, header_finds);
	tcase_add_test(t, header_unfolds);
	tcase_add_loop_test(t, header_puts, 0, sizeof(puts_) / sizeof(puts_[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
