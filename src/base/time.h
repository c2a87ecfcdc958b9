/* The one type of time: microseconds, signed, for instants and durations alike. Pure: nobody asks a
 * clock here (rt/clock.h does). */
#ifndef SLUICE_BASE_TIME_H
#define SLUICE_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct buf;

typedef int64_t usec_t;

#define USEC_PER_MSEC ((usec_t)1000)
#define USEC_PER_SEC  ((usec_t)1000000)
#define USEC_PER_MIN  (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MIN)
#define USEC_PER_DAY  (24 * USEC_PER_HOUR)
/* Never; adding a duration to it is the caller's error, so use time_add. */
#define USEC_INFINITY INT64_MAX

/* Sum that stops at USEC_INFINITY. b is a duration >= 0. */
usec_t time_add(usec_t a, usec_t b);
/* "30s", "5m", "1h30m", "5d", "250ms", plain digits are seconds. False when malformed or over 10
 * years. */
bool time_parse(struct slice s, usec_t *ret);
/* Appends the shortest exact form: "5d", "1h30m", "250ms", "0s". */
void time_format(struct buf *b, usec_t duration);
/* Appends "2026-11-25T01:10:59.123456Z" for microseconds since 1970 (UTC). */
void time_format_iso(struct buf *b, usec_t wall);

/* A broken-down UTC date; year from 1970 to 9999. */
struct time_civil {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
	int weekday; /* 0 is Sunday */
};
/* Appends "01:10:59". */
void time_format_clock(struct buf *b, const struct time_civil *c);
void time_civil(usec_t wall, struct time_civil *ret);
usec_t time_from_civil(const struct time_civil *c);

#endif
