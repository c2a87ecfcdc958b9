/* Private to the server: a proxy's connection that is made before a recipient is known (`connect:
 * accept` and `auth`), and is the session's own as long as both live. */
#ifndef SLUICE_SERVER_AHEAD_H
#define SLUICE_SERVER_AHEAD_H

#include <stdint.h>

#include "config/config.h"

struct client_who;
struct ctx;
struct nexthop_conn;
struct session;

/* Connects, if this is where the listener does. Suspends. 0; ERR_UNREACHABLE: nobody can be reached
 * now, and the log says why; or as ctx_check. */
int ahead_connect(struct ctx *ctx, struct session *s, enum config_connect here);
/* The session's connection, good for one transaction with these needs (nexthop.h) and bytes; NULL:
 * it has none. Does not suspend. */
struct nexthop_conn *ahead_conn(struct session *s, unsigned needs, uint64_t size);
/* The same connection, good for a transaction or not; NULL: there is none. */
struct nexthop_conn *ahead_lease(const struct session *s);
/* What is told of the client there; may be changed between transactions. */
struct client_who *ahead_who(struct session *s);
/* The session ends. Does not suspend. */
void ahead_end(struct session *s);

#endif
