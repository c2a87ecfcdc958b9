/* What a backend is told of the client for whom a transaction is. */
#ifndef SLUICE_SERVER_INTRODUCE_H
#define SLUICE_SERVER_INTRODUCE_H

#include "base/slice.h"
#include "nexthop/nexthop.h"

struct arena;
struct session;

/* Fills *ret; texts live with the session and in the arena, the shorter of both. id names the
 * transaction. *ret_identity, in the arena, begins with the session's own id and changes with
 * everything that stands in *ret but what is the transaction's. Does not suspend. */
void introduce_client(const struct session *s, struct arena *a, struct slice id,
	struct client_who *ret, struct slice *ret_identity);

#endif
