/* Private to nexthop: which member of a pool takes the next session. Pure: members as they look at
 * the moment, a generator of chance and the client's key in, one of them out. */
#ifndef SLUICE_NEXTHOP_POOL_H
#define SLUICE_NEXTHOP_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "config/config.h"

struct rng;

#define NEXTHOP_NO_MEMBER SIZE_MAX

enum nexthop_member_state {
	NEXTHOP_MEMBER_UNKNOWN, /* nobody has tried it yet: as good as up */
	NEXTHOP_MEMBER_UP,
	NEXTHOP_MEMBER_DOWN, /* left alone until `until`; then one session may try it */
};

/* A member as it looks now. */
struct nexthop_member {
	uint64_t id; /* of the host itself: the same at every worker, start and order of hosts */
	uint32_t weight; /* 1 to 1000 */
	uint32_t busy; /* transactions under way, of all workers */
	enum nexthop_member_state state;
	usec_t since; /* UP: when it came back; 0: it was never away */
	usec_t until; /* DOWN */
	bool out; /* must not be chosen: lacks something, was tried already */
	bool last; /* only where there is no other: failed a moment ago */
	bool full; /* has as many connections as it may have */
};

struct nexthop_pool {
	enum config_balance balance;
	usec_t slow_start; /* 0: none */
	usec_t now;
	const struct nexthop_member *v;
	size_t n;
	bool has_client;
	uint64_t client; /* a hash, for sticky; without one sticky is weighted */
};

/* It is left alone at the moment. */
bool nexthop_member_is_away(const struct nexthop_member *m, usec_t now);
/* Thousandths of a share of weight 1 that it has now: after coming back a tenth of its weight,
 * rising to all of it. At least 1. */
uint64_t nexthop_member_share(const struct nexthop_member *m, usec_t slow_start, usec_t now);

/* The index of a member, or NEXTHOP_NO_MEMBER. One that is away is only chosen when all that are
 * not out are away: the one whose time is over first, since somebody has to find out that it is
 * back. */
size_t nexthop_pool_choose(const struct nexthop_pool *p, struct rng *rng);
/* The member of this id if it could be chosen and did not fail a moment ago; else
 * NEXTHOP_NO_MEMBER. */
size_t nexthop_pool_find(const struct nexthop_pool *p, uint64_t id);
/* Those that could be chosen, are not away and did not fail a moment ago. */
size_t nexthop_pool_count_well(const struct nexthop_pool *p);
/* None can be chosen, but only because all that could be are full: it makes sense to wait. */
bool nexthop_pool_is_full(const struct nexthop_pool *p);

#endif
