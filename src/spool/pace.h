/* When a second batch may be begun while one is under way, learned from how long syncs take. Pure.
 */
#ifndef SLUICE_SPOOL_PACE_H
#define SLUICE_SPOOL_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

/* Zeroed at first. */
struct pace {
	usec_t alone,
		together; /* how long a sync takes, by whether another was under way before it */
	unsigned tries; /* measurements in `together`, up to enough */
	unsigned rest; /* batches until it is tried again */
};

/* A sync took so long; another was under way when it began. */
void pace_learn(struct pace *p, usec_t took, bool together);
/* The earliest instant for a second batch when the first began at `began`; USEC_INFINITY: only when
 * the first is durable. */
usec_t pace_second(const struct pace *p, usec_t began);
/* How many items that somebody waits for a batch may take, when so many wait and are under way.
 * Clients that were answered together come back together: a bit more than half of them each time
 * keeps two groups in turn. SIZE_MAX: all, one batch at a time. */
size_t pace_share(const struct pace *p, size_t waiting, size_t under_way);

#endif
