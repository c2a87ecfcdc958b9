/* Which next hop takes a recipient: the `via` of the listener that it came in by, then that of its
 * domain, then `routes`, first match. The same
 * function answers RCPT, and is asked again at every attempt, recovery and reload, from the facts
 * that the spool keeps; the route itself is never stored. Pure. */
#ifndef SLUICE_NEXTHOP_ROUTE_H
#define SLUICE_NEXTHOP_ROUTE_H

#include "base/slice.h"
#include "spool/envelope.h"

struct config;
struct config_domain;
struct config_hops;
struct config_route;
struct smtp_path;

enum nexthop_kind {
	/* None. At RCPT: 550 5.4.4. At an attempt the route has vanished since: defer with `why`,
	 * never bounce. */
	NEXTHOP_NONE,
	NEXTHOP_HOPS, /* a set of hosts of the configuration */
	NEXTHOP_MX, /* directly: the MX of the recipient's domain, or the literal's address */
};

struct nexthop_facts {
	struct slice sender; /* reverse-path without brackets, empty is the null one */
	struct slice login; /* empty: not logged in */
	struct slice listener; /* where it came in; empty: nowhere */
	enum spool_entitlement entitlement;
};

/* A plain value; points into the configuration. */
struct nexthop_route {
	enum nexthop_kind kind;
	const struct config_hops *hops; /* for NEXTHOP_HOPS */
	const struct config_domain *domain; /* the entry of `domains` that decided, or NULL */
	const struct config_route *rule; /* the entry of `routes` that decided, or NULL */
	const char *why; /* static; for NEXTHOP_NONE: what to say after "550 5.4.4 " or in a log */
};

/* Never fails. The recipient is a forward-path with a domain (the postmaster's was put in place of
 * <postmaster> before). Mail to the configured postmaster is our own and may take any route. */
struct nexthop_route nexthop_route_find(const struct config *c, const struct nexthop_facts *facts,
	const struct smtp_path *recipient);

#endif
