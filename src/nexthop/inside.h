/* Private to nexthop: what nexthop.c, begin.c and lease.c share. */
#ifndef SLUICE_NEXTHOP_INSIDE_H
#define SLUICE_NEXTHOP_INSIDE_H

#include "base/rng.h"
#include "nexthop/authorities.h"
#include "nexthop/conn.h"
#include "nexthop/limits.h"
#include "nexthop/memory.h"
#include "rt/scope.h"
#include "rt/waitq.h"

struct nexthop_board;
struct nexthop_member;

struct nexthop {
	const struct config *config;
	struct nexthop_authorities authorities;
	struct pool *pool;
	struct nexthop_limits limits, own_limits;
	struct nexthop_idle idle;
	struct nexthop_memory dead, clear;
	struct nexthop_board *board, *own_board;
	struct nexthop_groups *groups; /* of the configuration */
	unsigned slot;
	struct rng rng;
	struct scope farewells;
	struct waitq changed; /* there is something to keep house for */
	struct waitq reconfigured;
	size_t conns;
};

/* ---- nexthop.c ---- */

/* Connections that there may be at once. */
uint32_t nexthop_places_max(const struct nexthop *nh, const struct nexthop_target *t);
/* Takes it out of the idle ones and says QUIT. */
void nexthop_close_idle(struct nexthop_conn *conn);
/* Closes at once, gives everything back. */
void nexthop_conn_free(struct nexthop_conn *conn);

/* ---- begin.c ---- */

/* A new connection, for which a place was taken, which it keeps or gives back. first: the member to
 * begin with, or NEXTHOP_NO_MEMBER. Suspends. As nexthop_acquire. */
int nexthop_begin(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, size_t first, struct nexthop_conn **ret,
	struct nexthop_failure *ret_failure);
/* From now on it is leased for this. */
void nexthop_conn_set_ask(struct nexthop_conn *conn, const struct nexthop_ask *ask);
/* Counted at its member as busy, or not; or not at all, since it is not connected any more. */
/* What of `needs` still counts with these hops; NULL: with any host. */
unsigned nexthop_needs(const struct config_hops *hops, unsigned needs);
void nexthop_conn_set_busy(struct nexthop_conn *conn, bool busy);
void nexthop_conn_leave(struct nexthop_conn *conn);

/* ---- lease.c ---- */

/* Where only members are left that have as many connections as they may have: closes an idle one of
 * theirs that speaks for somebody else; there will be room when QUIT is answered. False: there is
 * none, or one that this transaction can use itself. Does not suspend. */
bool nexthop_replace_idle(struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_group *g, const struct nexthop_ask *ask,
	const struct nexthop_member *v);

#endif
