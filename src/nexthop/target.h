/* Destinations: where mail goes. Recipients with the same key share a queue, a limit and
 * connections. Pure. */
#ifndef SLUICE_NEXTHOP_TARGET_H
#define SLUICE_NEXTHOP_TARGET_H

#include "base/slice.h"

struct arena;
struct config_hops;
struct nexthop_route;

/* A set of hops, which fixes login and TLS policy, or the mail exchangers of a domain. */
struct nexthop_target {
	const struct config_hops *hops; /* NULL: direct, by MX */
	struct slice domain; /* direct: lower case, or an address literal with its brackets */
	struct slice key; /* "hops:provider", "mx:example.org"; for maps and logs */
	const char *no_route; /* static: why there is no way at all; NULL for a real target */
};

/* Fill *ret; key and domain live in the arena, hops in the configuration. */
void nexthop_target_hops(
	struct arena *a, const struct config_hops *hops, struct nexthop_target *ret);
void nexthop_target_mx(struct arena *a, struct slice domain, struct nexthop_target *ret);
/* The target of a recipient's route, which is not NEXTHOP_NONE. domain: the recipient's. */
void nexthop_target_of(struct arena *a, const struct nexthop_route *route, struct slice domain,
	struct nexthop_target *ret);

#endif
