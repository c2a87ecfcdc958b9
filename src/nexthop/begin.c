/* New connections: each is counted at the member that it is made with, and keeps the configuration
 * under which it began. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/connect.h"
#include "nexthop/failure.h"
#include "nexthop/inside.h"
#include "nexthop/members.h"
#include "nexthop/nexthop.h"
#include "rt/ctx.h"
#include "rt/tls.h"
#include "smtp/caps.h"

void nexthop_conn_set_busy(struct nexthop_conn *conn, bool busy)
{
	const struct nexthop_group *g = conn->group;

	if (conn->member != NEXTHOP_NO_MEMBER && busy && !conn->busy)
		(void)nexthop_entry_take(g->members[conn->member], g->slot, NEXTHOP_BUSY, 0);
	else if (conn->member != NEXTHOP_NO_MEMBER && !busy && conn->busy)
		nexthop_entry_give(g->members[conn->member], g->slot, NEXTHOP_BUSY);
	if (!busy && conn->streams) {
		nexthop_entry_give(g->entry, g->slot, NEXTHOP_STREAMS);
		conn->streams = false;
	}
	conn->busy = busy;
}

void nexthop_conn_leave(struct nexthop_conn *conn)
{
	const struct nexthop_group *g = conn->group;

	nexthop_conn_set_busy(conn, false);
	if (conn->member != NEXTHOP_NO_MEMBER)
		nexthop_entry_give(g->members[conn->member], g->slot, NEXTHOP_OPEN);
	conn->member = NEXTHOP_NO_MEMBER;
}

static struct slice keep_text(struct slice s)
{
	return s.n ? slice_of(mem_strdup(s), s.n) : SLICE_NIL;
}

void nexthop_conn_set_ask(struct nexthop_conn *conn, const struct nexthop_ask *ask)
{
	struct slice identity = conn->ask.identity;

	if (!slice_eq(identity, ask->identity)) {
		free((void *)(uintptr_t)identity.p);
		identity = keep_text(ask->identity);
	}
	conn->ask = *ask;
	conn->ask.identity = identity;
	conn->ask.avoid = NULL;
	conn->ask.avoid_n = 0;
	conn->hurried = 0;
	conn->strict = false;
}

static struct nexthop_conn *new_conn(
	struct nexthop *nh, const struct nexthop_target *t, const struct nexthop_ask *ask)
{
	struct nexthop_conn *conn = mem_zalloc(sizeof(*conn));

	conn->nexthop = nh;
	conn->config = config_ref(nh->config);
	conn->groups = nexthop_groups_ref(nh->groups);
	conn->member = NEXTHOP_NO_MEMBER;
	conn->target.key = keep_text(t->key);
	conn->target.domain = keep_text(t->domain);
	conn->has_place = true;
	nexthop_conn_set_ask(conn, ask);
	nh->conns++;
	return conn;
}

/* What all sessions have in common. */
static struct nexthop_way make_way(struct nexthop *nh, const struct config *config,
	const struct nexthop_group *group, struct tls_client *tls, const struct nexthop_ask *ask)
{
	return (struct nexthop_way){
		.nexthop = nh,
		.config = config,
		.hops = group ? group->hops : NULL,
		.tls_client = tls,
		.pool = nh->pool,
		.dead = &nh->dead,
		.clear = &nh->clear,
		.rng = &nh->rng,
		.ask = ask,
		.group = group,
		.first = NEXTHOP_NO_MEMBER,
	};
}

static int connect_conn(struct ctx *ctx, struct nexthop_conn *conn, const struct nexthop_ask *ask,
	size_t first, struct nexthop_failure *ret_failure)
{
	struct nexthop *nh = conn->nexthop;
	struct tls_client *tls = tls_client_ref(
		nexthop_authorities_of(&nh->authorities, conn->hops));
	struct nexthop_way way = make_way(nh, conn->config, conn->group, tls, ask);
	struct nexthop_with with;

	way.target = &conn->target;
	way.first = first;
	int r = nexthop_connect_run(ctx, &way, &with, ret_failure); /* suspends */

	tls_client_unref(tls);
	waitq_wake_all(&nh->changed); /* somebody may be dead now */
	if (r < 0)
		return r;
	conn->client = with.client;
	conn->peer = with.peer;
	conn->member = with.member;
	conn->busy = conn->group != NULL;
	free(conn->host);
	free(conn->name);
	conn->host = with.host;
	conn->name = nexthop_connect_name(slice_str(with.host), &with.peer);
	conn->kept = false;
	return 0;
}

/* A new connection, for which a place was taken. */
int nexthop_begin(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, size_t first, struct nexthop_conn **ret,
	struct nexthop_failure *ret_failure)
{
	struct nexthop_conn *conn = new_conn(nh, t, ask);
	int r;

	conn->hops = t->hops ? config_hops_find(nh->config, t->hops->name) : NULL;
	conn->group = conn->hops ? nexthop_groups_find(conn->groups, conn->hops) : NULL;
	if (t->hops && !conn->hops)
		r = nexthop_failure_set(ctx, ret_failure, "4.3.5", SLICE_NIL,
			"the hops %.*s are no longer in the configuration",
			SLICE_ARG(t->hops->name));
	else
		r = connect_conn(ctx, conn, ask, first, ret_failure);
	if (r < 0) {
		nexthop_conn_free(conn);
		return r;
	}
	*ret = conn;
	return 0;
}

int nexthop_conn_renew(
	struct ctx *ctx, struct nexthop_conn *conn, struct nexthop_failure *ret_failure)
{
	client_free(conn->client);
	conn->client = NULL;
	nexthop_conn_leave(conn);
	return connect_conn(ctx, conn, &conn->ask, NEXTHOP_NO_MEMBER, ret_failure);
}

int nexthop_check(struct ctx *ctx, struct nexthop *nh, const struct nexthop_group *g, size_t member,
	struct smtp_caps *ret, struct nexthop_failure *ret_failure)
{
	const struct nexthop_ask nothing = { 0 };
	struct nexthop_target target;
	struct arena arena = ARENA_INIT;
	struct tls_client *tls = tls_client_ref(nexthop_authorities_of(&nh->authorities, g->hops));
	struct nexthop_way way = make_way(nh, g->config, g, tls, &nothing);
	struct nexthop_with with;

	nexthop_target_hops(&arena, g->hops, &target);
	way.target = &target;
	way.check = true;
	int r = nexthop_connect_check(ctx, &way, member, &with, ret_failure); /* suspends */

	if (r == 0) {
		*ret = *client_caps(with.client);
		free(with.host);
		client_quit(ctx, with.client); /* suspends */
	}
	arena_reset(&arena);
	tls_client_unref(tls);
	return r;
}
