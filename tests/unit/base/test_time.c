/* Time: durations both ways, the calendar against every day of four centuries. */
#include "base/time.h"

#include "base/buf.h"
#include "check_main.h"

static const struct {
	const char *text;
	usec_t usec; /* -1: malformed */
	const char *canonical;
} durations[] = {
	{ "30", 30 * USEC_PER_SEC, "30s" },
	{ "0", 0, "0s" },
	{ "90s", 90 * USEC_PER_SEC, "1m30s" },
	{ "1h30m", 90 * USEC_PER_MIN, "1h30m" },
	{ "5d", 5 * USEC_PER_DAY, "5d" },
	{ "250ms", 250 * USEC_PER_MSEC, "250ms" },
	{ "7us", 7, "7us" },
	{ "36h", 36 * USEC_PER_HOUR, "1d12h" },
	{ "3650d", 3650 * USEC_PER_DAY, "3650d" },
	{ "3651d", -1, NULL },
	{ "3650d1us", -1, NULL },
	{ "99999999999999999999d", -1, NULL },
	{ "", -1, NULL },
	{ "5x", -1, NULL },
	{ "d", -1, NULL },
	{ "-5s", -1, NULL },
	{ "1.5h", -1, NULL },
	{ "5 m", -1, NULL },
	{ "5D", -1, NULL },
};

START_TEST(time_durations)
{
	usec_t usec = -7;
	struct buf b;
	bool ok = time_parse(slice_str(durations[_i].text), &usec);

	ck_assert_msg(ok == (durations[_i].usec >= 0), "%s", durations[_i].text);
	ck_assert_int_eq(usec, ok ? durations[_i].usec : -7);
	if (!ok)
		return;
	buf_init(&b, 100);
	time_format(&b, usec);
	ck_assert(slice_eq(buf_slice(&b), slice_str(durations[_i].canonical)));
	buf_done(&b);
}
END_TEST

START_TEST(time_sums)
{
	ck_assert_int_eq(time_add(5, 7), 12);
	ck_assert_int_eq(time_add(USEC_INFINITY, 7), USEC_INFINITY);
	ck_assert_int_eq(time_add(USEC_INFINITY - 3, 7), USEC_INFINITY);
	ck_assert_int_eq(time_add(-5, 7), 2);
}
END_TEST

static int month_days(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

START_TEST(time_calendar)
{
	int year = 1970, month = 1, day = 1, weekday = 4;

	for (int64_t n = 0; year < 2410; n++) {
		struct time_civil c;

		time_civil(n * USEC_PER_DAY + USEC_PER_HOUR, &c);
		ck_assert(c.year == year && c.month == month && c.day == day);
		ck_assert(c.weekday == weekday && c.hour == 1 && c.minute == 0 && c.second == 0);
		ck_assert_int_eq(time_from_civil(&c), n * USEC_PER_DAY + USEC_PER_HOUR);
		weekday = (weekday + 1) % 7;
		if (++day > month_days(year, month)) {
			day = 1;
			year += month == 12;
			month = month % 12 + 1;
		}
	}
}
END_TEST

START_TEST(time_iso)
{
	struct buf b;

	buf_init(&b, 100);
	time_format_iso(&b, 1795569059 * USEC_PER_SEC + 123456);
	ck_assert(slice_eq(buf_slice(&b), S("2026-11-25T01:10:59.123456Z")));
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("time");
	TCase *t = tcase_create("time");

	tcase_add_loop_test(t, time_durations, 0, sizeof(durations) / sizeof(durations[0]));
	tcase_add_test(t, time_sums);
	tcase_add_test(t, time_calendar);
	tcase_add_test(t, time_iso);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
