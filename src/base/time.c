/* Durations and dates. The calendar is computed here (days from civil, Gregorian), because libc's
 * functions read the environment and take locks. */
#include "base/time.h"

#include "base/ascii.h"
#include "base/buf.h"

static const struct unit {
	struct slice name;
	usec_t usec;
} units[] = {
	{ SLICE("d"), USEC_PER_DAY },
	{ SLICE("h"), USEC_PER_HOUR },
	{ SLICE("m"), USEC_PER_MIN },
	{ SLICE("s"), USEC_PER_SEC },
	{ SLICE("ms"), USEC_PER_MSEC },
	{ SLICE("us"), 1 },
};

#define UNITS	 (sizeof(units) / sizeof(units[0]))
#define MAX_USEC (3650 * USEC_PER_DAY)

usec_t time_add(usec_t a, usec_t b)
{
	return a >= USEC_INFINITY - b ? USEC_INFINITY : a + b;
}

static usec_t unit_of(struct slice name)
{
	if (name.n == 0)
		return USEC_PER_SEC;
	for (size_t i = 0; i < UNITS; i++)
		if (slice_eq(units[i].name, name))
			return units[i].usec;
	return 0;
}

bool time_parse(struct slice s, usec_t *ret)
{
	usec_t sum = 0;

	if (s.n == 0)
		return false;
	while (s.n) {
		size_t digits = 0, letters;
		uint64_t number;

		while (digits < s.n && ascii_is_digit(s.p[digits]))
			digits++;
		if (!slice_to_u64(slice_take(s, digits), MAX_USEC, &number))
			return false;
		s = slice_skip(s, digits);
		for (letters = 0; letters < s.n && ascii_is_alpha(s.p[letters]); letters++)
			;
		usec_t unit = unit_of(slice_take(s, letters));

		s = slice_skip(s, letters);
		if (unit == 0 || (usec_t)number > (MAX_USEC - sum) / unit)
			return false;
		sum += (usec_t)number * unit;
	}
	*ret = sum;
	return true;
}

void time_format(struct buf *b, usec_t duration)
{
	if (duration == 0)
		buf_puts(b, "0s");
	for (size_t i = 0; i < UNITS; i++) {
		usec_t n = duration / units[i].usec;

		if (n) {
			buf_printf(b, "%lld", (long long)n);
			buf_put(b, units[i].name);
		}
		duration -= n * units[i].usec;
	}
}

void time_civil(usec_t wall, struct time_civil *ret)
{
	int64_t seconds = wall / USEC_PER_SEC;
	int64_t days = seconds / 86400, rest = seconds % 86400;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	/* Years begin in March here, so that the leap day is the last of its year. */
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	ret->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	ret->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	ret->year = (int)(yoe + era * 400 + (ret->month <= 2));
	ret->hour = (int)(rest / 3600);
	ret->minute = (int)(rest / 60 % 60);
	ret->second = (int)(rest % 60);
	ret->weekday = (int)(((days + 4) % 7 + 7) % 7);
}

usec_t time_from_civil(const struct time_civil *c)
{
	int64_t y = c->year - (c->month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (c->month + (c->month > 2 ? -3 : 9)) + 2) / 5 + c->day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	int64_t days = era * 146097 + doe - 719468;

	return (days * 86400 + c->hour * 3600 + c->minute * 60 + c->second) * USEC_PER_SEC;
}

/* None of them is negative: years are those of mail. */
static void put(struct buf *b, int number, unsigned digits, char behind)
{
	buf_put_uint(b, (uint64_t)number, digits);
	buf_putc(b, behind);
}

void time_format_clock(struct buf *b, const struct time_civil *c)
{
	put(b, c->hour, 2, ':');
	put(b, c->minute, 2, ':');
	buf_put_uint(b, (uint64_t)c->second, 2);
}

void time_format_iso(struct buf *b, usec_t wall)
{
	struct time_civil c;

	time_civil(wall, &c);
	put(b, c.year, 4, '-');
	put(b, c.month, 2, '-');
	put(b, c.day, 2, 'T');
	time_format_clock(b, &c);
	buf_putc(b, '.');
	put(b, (int)(wall % USEC_PER_SEC), 6, 'Z');
}
