/* Which behaviours the scenarios were seen to show: read from the observations of their runs, never from
 * what their files say about themselves. */
#ifndef SLUICE_SCENARIOS_COVERAGE_H
#define SLUICE_SCENARIOS_COVERAGE_H

#include <stdio.h>

#include "base/slice.h"

struct coverage;

struct coverage *coverage_new(void);
void coverage_free(struct coverage *c);
/* A run that passed. name lives as long as c. */
void coverage_add(struct coverage *c, const char *name, struct slice lines);
/* Writes both tables. Returns how many behaviours nobody showed, and how often replies differ from those
 * that `replies` (the text of replies.table) expects; each is named on a line of `missing`. */
unsigned coverage_write(const struct coverage *c, struct slice replies, FILE *out, FILE *missing);

/* A behaviour is covered by a run whose observations fit all patterns, one line each, in this order.
 * A pattern is a glob on the whole line. One that begins with "!" fits when no line of the whole run fits
 * the rest, with "=" when exactly one does, with "+" when any does, whatever the order; with ">" when the next line that has the
 * same first word does. "$" is the queue id of one message that was answered 250, the same in all
 * patterns. */
#define COVERAGE_PATTERNS 24
struct coverage_row {
	const char *group; /* "section 8", "retry", ... */
	const char *what; /* one line for people */
	const char *patterns[COVERAGE_PATTERNS];
};
/* A file of its own each. */
extern const struct coverage_row coverage_rows[], coverage_front_rows[], coverage_backend_rows[],
	coverage_ends_rows[], coverage_relay_rows[];
extern const size_t coverage_rows_n, coverage_front_rows_n, coverage_backend_rows_n,
	coverage_ends_rows_n, coverage_relay_rows_n;

#endif
