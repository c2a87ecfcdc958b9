/* What all processes of the program share in memory: metrics, the table of counters, who is
 * ready. */
#ifndef SLUICE_APP_SHARED_H
#define SLUICE_APP_SHARED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/metrics.h"
#include "rt/tls.h"

struct auth_throttle;
struct doubts;
struct nexthop_board;
struct tally;

/* Made by the supervisor before it starts its children; lasts as long as they do. */
struct shared {
	unsigned workers;
	uint64_t *metrics; /* a row a worker, and one of those that are gone */
	uint32_t *ready; /* a word a worker */
	struct tally *tally; /* a slot a worker */
	struct nexthop_board *board; /* the members of pools; a slot a worker */
	struct doubts *doubts; /* of the proxy, at any worker */
	struct auth_throttle *throttle; /* failed log-ins at any worker */
	uint8_t ticket_key[TLS_TICKET_KEY_BYTES]; /* clients resume at any worker */
};

void shared_init(struct shared *s, unsigned workers);

/* Where worker n counts. */
uint64_t *shared_row(const struct shared *s, unsigned worker);
/* The worker's end: its gauges and places are nobody's, what it has counted stays counted. */
void shared_bury(const struct shared *s, unsigned worker);
/* The sum over all workers, dead ones included. arg is a struct shared. */
uint64_t shared_metric(void *arg, enum metric m);

void shared_set_ready(const struct shared *s, unsigned worker, bool ready);
bool shared_is_ready(const struct shared *s, unsigned worker);

#endif
