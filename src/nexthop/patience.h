/* Private to nexthop: how long a host may take for each step. RFC 5321 section 4.5.3.2 is generous,
 * which suits mail that waits in a queue. Where a client waits, we must answer before its own
 * patience ends, and another host may still have to be asked within that time. */
#ifndef SLUICE_NEXTHOP_PATIENCE_H
#define SLUICE_NEXTHOP_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"
#include "client/client.h"

struct config;
struct config_hops;

/* All hosts together, from the first connect until a session is there, where a client waits. */
#define NEXTHOP_PATIENCE_ALL (30 * USEC_PER_SEC)

/* hops: NULL where mail goes directly. client: one waits, and so much is left of its patience. */
struct client_timeouts nexthop_patience_session(
	const struct config *config, const struct config_hops *hops, bool client, usec_t left);
/* For the replies to MAIL and a recipient, or to DATA, while others could take over: twice as much
 * of `all`, the client's patience with them, as is left for each of those. spent: of it before.
 * 0: what is configured counts, or there are no others. */
usec_t nexthop_patience_hurried(
	const struct config_hops *hops, size_t others, usec_t all, usec_t spent);
/* For all of a step with n recipients; hurried: as from above, 0 where there is no other host. *t,
 * where a client waits, becomes what each reply may take. */
usec_t nexthop_patience_step(usec_t hurried, size_t n, struct client_timeouts *t);
/* For a connect. */
usec_t nexthop_patience_connect(const struct config *config, bool client, usec_t left);

#endif
