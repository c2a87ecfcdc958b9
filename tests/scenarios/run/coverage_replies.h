/* The table of commands by states: which replies each command was seen to get in each state, against
 * the ones that tests/scenarios/replies.table expects there. */
#ifndef SLUICE_SCENARIOS_COVERAGE_REPLIES_H
#define SLUICE_SCENARIOS_COVERAGE_REPLIES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/slice.h"

struct coverage_replies;

struct coverage_replies *coverage_replies_new(void);
void coverage_replies_free(struct coverage_replies *c);
/* A run that passed. name lives as long as c. */
void coverage_replies_add(struct coverage_replies *c, const char *name, struct slice lines);
/* Whether a reply was seen in that scenario alone. */
bool coverage_replies_own(const struct coverage_replies *c, const char *name);
/* Writes the table to out. Returns how many replies were seen that `expected` (the text of
 * replies.table) does not have, how many it has that were not seen, and how many of its lines are
 * wrong or missing; each is named on a line of `missing`. */
unsigned coverage_replies_write(
	const struct coverage_replies *c, struct slice expected, FILE *out, FILE *missing);

#endif
