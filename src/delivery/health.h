/* How the destinations do, seen from a person's side: one that takes nothing for long, or that
 * needs a person, raises one alarm, and clears it once. */
#ifndef SLUICE_DELIVERY_HEALTH_H
#define SLUICE_DELIVERY_HEALTH_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/time.h"

struct ctx;
struct postmaster;

/* A destination that accepted nothing for this long raises an alarm. */
#define HEALTH_PATIENCE (15 * USEC_PER_MIN)
/* Destinations remembered; beyond it new troubles are still logged, but not as alarms. */
#define HEALTH_MAX 4096

struct health;

/* Alarms go to the log and to the postmaster, whom it borrows. */
struct health *health_new(struct postmaster *postmaster);
void health_free(struct health *h); /* NULL is fine */
/* The destination took a recipient. */
void health_good(struct ctx *ctx, struct health *h, struct slice key);
/* It did not, for the reason given. at_once: a person must act (wrong password, certificate, bogus
 * names), so the alarm does not wait. */
void health_bad(
	struct ctx *ctx, struct health *h, struct slice key, const char *reason, bool at_once);

#endif
