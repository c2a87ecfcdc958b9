/* How many connections a destination may have at once: of this worker, or of all workers when they
 * share a table. */
#ifndef SLUICE_NEXTHOP_LIMITS_H
#define SLUICE_NEXTHOP_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/slice.h"

struct ctx;
struct tally;

struct nexthop_limits {
	void *arg;
	/* Takes a place for this key, of at most max; suspends while there is none. 0, or fails as
	 * ctx_check. */
	int (*acquire)(struct ctx *ctx, void *arg, struct slice key, uint32_t max);
	/* Gives it back. */
	void (*release)(void *arg, struct slice key);
	/* Somebody waits for a place of this key: an idle connection should be given up. */
	bool (*wanted)(void *arg, struct slice key);
	/* Somebody in another process does: the connection should be closed, not kept. */
	bool (*wanted_elsewhere)(void *arg, struct slice key);
	/* Places that are free now. */
	uint32_t (*room)(void *arg, struct slice key, uint32_t max);
};

/* The built-in one; arg is owned by *ret until nexthop_limits_done. shared: NULL, or the table of
 * all workers, in which this one has the slot; it must outlive the limits. */
void nexthop_limits_init(
	struct nexthop_limits *ret, struct hash_key key, struct tally *shared, unsigned slot);
/* Nobody holds or waits for a place any more. */
void nexthop_limits_done(struct nexthop_limits *l);

#endif
