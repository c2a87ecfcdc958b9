/* Where a recipient's mail goes now: the stored facts of the message, put to the route. Pure. */
#ifndef SLUICE_DELIVERY_WHERE_H
#define SLUICE_DELIVERY_WHERE_H

#include <stddef.h>

struct arena;
struct config;
struct nexthop_target;
struct spool_envelope;

/* Fills *ret; its texts live in the arena, its hops in the configuration. When the route has
 * vanished since the message was accepted, ret->no_route says so: the recipient is to be deferred,
 * never bounced. */
void where_to(const struct config *config, const struct spool_envelope *e, size_t rcpt,
	struct arena *arena, struct nexthop_target *ret);

#endif
