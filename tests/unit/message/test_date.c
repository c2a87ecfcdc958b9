/* Dates: written, read, obsolete forms, rubbish. */
#include "message/date.h"

#include "base/buf.h"
#include "check_main.h"

static const struct {
	usec_t wall; /* seconds */
	const char *text;
} written[] = {
	{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
	{ 1795569059, "Wed, 25 Nov 2026 01:10:59 +0000" },
	{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 253402300799, "Fri, 31 Dec 9999 23:59:59 +0000" },
};

START_TEST(date_written)
{
	struct buf b;
	usec_t back;

	buf_init(&b, 100);
	message_date_format(&b, written[_i].wall * USEC_PER_SEC + 5);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(written[_i].text)), "%.*s", (int)b.n, b.p);
	ck_assert(message_date_parse(buf_slice(&b), &back));
	ck_assert_int_eq(back, written[_i].wall * USEC_PER_SEC);
	buf_done(&b);
}
END_TEST

static const struct {
	const char *text;
	usec_t wall; /* seconds; -1 is malformed */
} reads[] = {
	{ "25 Nov 2026 01:10:59 +0000", 1795569059 },
	{ "25 Nov 2026 01:10 +0000", 1795569000 },
	{ " Wed , 25 Nov 2026 02:40:59 +0130 ", 1795569059 },
	{ "wed, 25 NOV 2026 01:10:59 gmt", 1795569059 },
	{ "Tue, 24 Nov 2026 20:10:59 EST", 1795569059 },
	{ "Tue, 24 Nov 2026 18:10:59 -0700 (a (nested \\) comment))", 1795569059 },
	{ "25 Nov 26 01:10:59 UT", 1795569059 },
	{ "25 Nov 126 01:10:59 XYZ", 1795569059 },
	{ "Wed,\r\n 25 Nov(x)2026\r\n\t01 : 10:59 +0000", 1795569059 },
	{ "1 Jan 70 00:00 Z", 0 },
	{ "29 Feb 2024 00:00:00 +0000", 1709164800 },
	{ "", -1 },
	{ "now", -1 },
	{ "Wed 25 Nov 2026 01:10:59 +0000", -1 },
	{ "Foo, 25 Nov 2026 01:10:59 +0000", -1 },
	{ "25 Foo 2026 01:10:59 +0000", -1 },
	{ "0 Nov 2026 01:10:59 +0000", -1 },
	{ "31 Nov 2026 01:10:59 +0000", -1 },
	{ "29 Feb 2023 00:00:00 +0000", -1 },
	{ "29 Feb 2100 00:00:00 +0000", -1 },
	{ "25 Nov 2026 24:00:00 +0000", -1 },
	{ "25 Nov 2026 01:60:00 +0000", -1 },
	{ "25 Nov 2026 01:10:61 +0000", -1 },
	{ "25 Nov 2026 1:10:59 +0000", -1 },
	{ "25 Nov 2026 01:10:59", -1 },
	{ "25 Nov 2026 01:10:59 +000", -1 },
	{ "25 Nov 2026 01:10:59 +0060", -1 },
	{ "25 Nov 2026 01:10:59 +0000 x", -1 },
	{ "25 Nov 2026 01:10:59 +0000 (open", -1 },
	{ "25 Nov 20266 01:10:59 +0000", -1 },
	{ "25 Nov 6 01:10:59 +0000", -1 },
	{ "31 Dec 1969 23:59:59 +0000", -1 },
	{ "1 Jan 1970 00:00:00 +0100", -1 },
};

START_TEST(date_reads)
{
	usec_t wall = -1;
	bool ok = message_date_parse(slice_str(reads[_i].text), &wall);

	ck_assert_msg(ok == (reads[_i].wall >= 0), "%s", reads[_i].text);
	if (ok)
		ck_assert_int_eq(wall, reads[_i].wall * USEC_PER_SEC);
	else
		ck_assert_int_eq(wall, -1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("date");
	TCase *t = tcase_create("date");

	tcase_add_loop_test(t, date_written, 0, sizeof(written) / sizeof(written[0]));
	tcase_add_loop_test(t, date_reads, 0, sizeof(reads) / sizeof(reads[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
