/* The parser walks tokens parted by CFWS: numbers, words and the zone; comments nest, counted, not
 * recursed into. */
#include "message/date.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/cursor.h"

static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

void message_date_format(struct buf *b, usec_t wall)
{
	struct time_civil c;

	time_civil(wall, &c);
	buf_puts(b, days[c.weekday]);
	buf_puts(b, ", ");
	buf_put_uint(b, (uint64_t)c.day, 1);
	buf_putc(b, ' ');
	buf_puts(b, months[c.month - 1]);
	buf_putc(b, ' ');
	buf_put_uint(b, (uint64_t)c.year, 4);
	buf_putc(b, ' ');
	time_format_clock(b, &c);
	buf_puts(b, " +0000");
}

/* CFWS = (1*([FWS] comment) [FWS]) / FWS     RFC 5322 section 3.2.2 */
static void skip_cfws(struct cursor *c)
{
	size_t depth = 0;

	for (; !cursor_at_end(c) && !c->failed; cursor_take(c, 1)) {
		int ch = cursor_peek(c);

		if (ch == '(')
			depth++;
		else if (ch == ')' && depth > 0)
			depth--;
		else if (ch == '\\' && depth > 0)
			cursor_take(c, 1);
		else if (depth == 0 && ch != ' ' && ch != '\t' && ch != '\r' && ch != '\n')
			return;
	}
	if (depth > 0)
		c->failed = true;
}

/* Between min and max digits. */
static int number(struct cursor *c, size_t min, size_t max)
{
	uint64_t value = 0;

	skip_cfws(c);
	struct slice run = cursor_run(c, ascii_is_digit);

	if (run.n < min || run.n > max || !slice_to_u64(run, UINT64_MAX, &value))
		c->failed = true;
	return (int)value;
}

/* A word of three letters out of n; from 0. */
static int word_of(struct cursor *c, const char (*words)[4], int n)
{
	skip_cfws(c);
	struct slice word = cursor_run(c, ascii_is_alpha);

	for (int i = 0; i < n; i++)
		if (slice_eq_nocase(word, slice_of(words[i], 3)))
			return i;
	c->failed = true;
	return 0;
}

static void colon(struct cursor *c)
{
	skip_cfws(c);
	cursor_expect(c, ':');
}

/* obs-year = [CFWS] 2*DIGIT [CFWS]: two digits are 1950 to 2049, three count from 1900
 *                                              RFC 5322 section 4.3 */
static int year(struct cursor *c)
{
	skip_cfws(c);
	size_t before = c->rest.n;
	int y = number(c, 2, 4);
	size_t digits = before - c->rest.n;

	if (digits == 2)
		return y < 50 ? y + 2000 : y + 1900;
	return digits == 3 ? y + 1900 : y;
}

/* obs-zone = "UT" / "GMT" / "EST" / ...     RFC 5322 section 4.3; minutes east of UTC */
static int named_zone(struct slice name)
{
	static const struct {
		struct slice name;
		int hours;
	} zones[] = { { SLICE("EST"), -5 }, { SLICE("EDT"), -4 }, { SLICE("CST"), -6 },
		{ SLICE("CDT"), -5 }, { SLICE("MST"), -7 }, { SLICE("MDT"), -6 },
		{ SLICE("PST"), -8 }, { SLICE("PDT"), -7 } };

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (slice_eq_nocase(name, zones[i].name))
			return zones[i].hours * 60;
	return 0;
}

/* zone = (FWS ( "+" / "-" ) 4DIGIT) / obs-zone     RFC 5322 section 3.3 */
static int zone(struct cursor *c)
{
	skip_cfws(c);
	bool west = cursor_peek(c) == '-';

	if (!west && cursor_peek(c) != '+') {
		struct slice name = cursor_run(c, ascii_is_alpha);

		if (name.n == 0)
			c->failed = true;
		return named_zone(name);
	}
	cursor_take(c, 1);
	struct slice digits = cursor_run(c, ascii_is_digit);
	uint64_t n = 0;

	if (digits.n != 4 || !slice_to_u64(digits, 9959, &n) || n % 100 > 59)
		c->failed = true;
	int minutes = (int)(n / 100 * 60 + n % 100);

	return west ? -minutes : minutes;
}

static bool in_range(const struct time_civil *d)
{
	static const int month_days[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	if (d->year < 1970 || d->day < 1 || d->day > month_days[d->month - 1])
		return false;
	if (d->month == 2 && d->day == 29 && !leap)
		return false;
	return d->hour <= 23 && d->minute <= 59 && d->second <= 60;
}

/* date-time = [ day-of-week "," ] date time [CFWS]
 * date = day month year; time = time-of-day zone
 * time-of-day = hour ":" minute [ ":" second ]     RFC 5322 section 3.3 */
bool message_date_parse(struct slice s, usec_t *ret)
{
	struct cursor c = cursor_of(s);
	struct time_civil d = { 0 };

	skip_cfws(&c);
	if (!ascii_is_digit((char)cursor_peek(&c))) {
		(void)word_of(
			&c, days, 7); /* the day of the week is not checked against the date */
		skip_cfws(&c);
		cursor_expect(&c, ',');
	}
	d.day = number(&c, 1, 2);
	d.month = word_of(&c, months, 12) + 1;
	d.year = year(&c);
	d.hour = number(&c, 2, 2);
	colon(&c);
	d.minute = number(&c, 2, 2);
	skip_cfws(&c);
	if (cursor_accept(&c, ':'))
		d.second = number(&c, 2, 2);
	int east = zone(&c);

	skip_cfws(&c);
	if (c.failed || !cursor_at_end(&c) || !in_range(&d))
		return false;
	usec_t wall = time_from_civil(&d) - east * USEC_PER_MIN;

	if (wall < 0)
		return false;
	*ret = wall;
	return true;
}
