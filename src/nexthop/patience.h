/* Private to nexthop: how long a host may take for each step. RFC 5321 section 4.5.3.2 is generous,
 * which suits mail that waits in a queue. Where a client waits, we must answer before its own
 * patience ends, and another host may still have to be asked within that time. */
#ifndef SLUICE_NEXTHOP_PATIENCE_H
#define SLUICE_NEXTHOP_PATIENCE_H

#include <stdbool.h>

#include "base/time.h"
#include "client/client.h"

struct config;
struct config_hops;

/* All hosts together, from the first connect until a session is there, where a client waits. */
#define NEXTHOP_PATIENCE_ALL (30 * USEC_PER_SEC)

/* hops: NULL where mail goes directly. client: one waits, and so much is left of its patience. */
struct client_timeouts nexthop_patience_session(
	const struct config *config, const struct config_hops *hops, bool client, usec_t left);
/* For a connect. */
usec_t nexthop_patience_connect(const struct config *config, bool client, usec_t left);

#endif
