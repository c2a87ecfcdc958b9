/* What a pool can take now, as far as its members have said: for those who promise something to
 * their own clients in its name. Pure but for the board. */
#ifndef SLUICE_NEXTHOP_VIEW_H
#define SLUICE_NEXTHOP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

struct config_hops;
struct nexthop;
struct smtp_caps;

/* What at least one member that is well offers; of SIZE and LIMITS the smallest value. False when
 * no such member has been heard. hops: of this or an older configuration. */
bool nexthop_view_caps(
	const struct nexthop *nh, const struct config_hops *hops, struct smtp_caps *ret);
/* What of `needs` (enum nexthop_need; size as in nexthop_lacks) the best of the members that are
 * well lacks. 0 when one has it all, and when none has been heard. */
unsigned nexthop_view_lacks(
	const struct nexthop *nh, const struct config_hops *hops, unsigned needs, uint64_t size);

#endif
