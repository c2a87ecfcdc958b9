/* What becomes of a session with a host while the client for whom it is says nothing. */
#ifndef SLUICE_NEXTHOP_QUIET_H
#define SLUICE_NEXTHOP_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

struct ctx;
struct nexthop;
struct nexthop_conn;
struct nexthop_target;

/* It may be given back and another one taken later, with nothing lost: it neither is held by the
 * client's session nor speaks for this client alone. */
bool nexthop_quiet_is_anyones(const struct nexthop_conn *conn);
/* The client's session holds it beyond its transactions (pass.h). */
bool nexthop_quiet_is_held(const struct nexthop_conn *conn);
/* Somebody, in any worker, waits for a place for a connection to the same target. */
bool nexthop_quiet_is_wanted(const struct nexthop_conn *conn);
/* Places for connections to that target run short: somebody waits for one, or transactions, in all
 * workers and so many more of ours, would have taken more than half of them. */
bool nexthop_quiet_is_short(
	const struct nexthop *nh, const struct nexthop_target *t, uint32_t more);
/* A content goes there while its client sends it: counted until the transaction's end. bounded: not
 * where such contents have half of the places already, or one of one; false then. */
bool nexthop_quiet_stream(struct nexthop_conn *conn, bool bounded);
/* It is counted so. */
bool nexthop_quiet_streams(const struct nexthop_conn *conn);
/* How long until the host should hear from us, as its hops say; 0: now. USEC_INFINITY: never, or it
 * is gone. */
usec_t nexthop_quiet_noop_in(const struct nexthop_conn *conn);
/* NOOP, anywhere but in a content. Suspends for half a minute at most. 0; ERR_CANCELLED; else
 * ERR_UNREACHABLE: the session is over, *ret_why is a sentence in ctx->arena. */
int nexthop_quiet_noop(struct ctx *ctx, struct nexthop_conn *conn, const char **ret_why);

#endif
