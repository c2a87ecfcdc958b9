/* Private to nexthop: what is remembered about addresses for a while: that a host did not answer,
 * that its TLS does not work. Bounded: the oldest is forgotten first. Pure; times are the
 * caller's. */
#ifndef SLUICE_NEXTHOP_MEMORY_H
#define SLUICE_NEXTHOP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"
#include "base/time.h"

struct ip_port;

struct nexthop_memory {
	struct map map; /* address and port to an entry */
	struct list entries; /* in order of marking */
	size_t max;
};

void nexthop_memory_init(struct nexthop_memory *m, struct hash_key key, size_t max);
void nexthop_memory_done(struct nexthop_memory *m);
/* Remembered until then. Marking again renews the end, not the beginning. */
void nexthop_memory_mark(
	struct nexthop_memory *m, const struct ip_port *at, usec_t now, usec_t until);
void nexthop_memory_clear(struct nexthop_memory *m, const struct ip_port *at);
/* True while it is remembered; *ret_since is when it was first marked. */
bool nexthop_memory_has(
	const struct nexthop_memory *m, const struct ip_port *at, usec_t now, usec_t *ret_since);
/* Drops what has run out. */
void nexthop_memory_sweep(struct nexthop_memory *m, usec_t now);
size_t nexthop_memory_count(const struct nexthop_memory *m);

#endif
