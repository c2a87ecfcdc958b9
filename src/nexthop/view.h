/* What a pool can take now, as far as its members have said: for those who promise something to
 * their own clients in its name. Pure but for the board. */
#ifndef SLUICE_NEXTHOP_VIEW_H
#define SLUICE_NEXTHOP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nexthop/board.h"
#include "smtp/caps.h"

struct config_host;
struct config_hops;
struct nexthop;

/* What at least one member that is well offers; of SIZE and LIMITS the smallest value. False when
 * no such member has been heard. hops: of this or an older configuration. */
bool nexthop_view_caps(
	const struct nexthop *nh, const struct config_hops *hops, struct smtp_caps *ret);
/* What of `needs` (enum nexthop_need; size as in nexthop_lacks) the best of the members that are
 * well lacks. 0 when one has it all, and when none has been heard. */
unsigned nexthop_view_lacks(
	const struct nexthop *nh, const struct config_hops *hops, unsigned needs, uint64_t size);

/* One member that is well has all of `needs`, and another has not. */
bool nexthop_view_divides(const struct nexthop *nh, const struct config_hops *hops, unsigned needs);

/* One member as it stands, for people. */
struct nexthop_view_member {
	const struct config_host *host;
	const char *name; /* "192.0.2.30:25" */
	struct nexthop_health health;
	uint32_t connections, transactions; /* open now, of all workers */
	bool known; /* caps are what it said to EHLO last */
	struct smtp_caps caps;
};
/* The i-th; false behind the last, and when these hops are no longer in the configuration. What it
 * points at lives as long as that configuration. */
bool nexthop_view_member(const struct nexthop *nh, const struct config_hops *hops, size_t i,
	struct nexthop_view_member *ret);
/* Transactions that wait for a connection, of all workers. */
uint32_t nexthop_view_waiting(const struct nexthop *nh, const struct config_hops *hops);

#endif
