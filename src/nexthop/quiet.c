/* A host waits five minutes for a command (RFC 5321 section 4.5.3.2.7), and so do we for our
 * client's: without a word from us the host would be the first to give up. */
#include "nexthop/quiet.h"

#include "base/metrics.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/conn.h"
#include "nexthop/inside.h"
#include "nexthop/members.h"
#include "rt/ctx.h"

#define SHARE	  2 /* one part of so many: what those may take whose time is not ours to say */
#define NOOP_TIME (30 * USEC_PER_SEC) /* the client's next command may wait behind it */

bool nexthop_quiet_is_anyones(const struct nexthop_conn *conn)
{
	return !conn->held && !nexthop_is_told_once(conn->hops);
}

bool nexthop_quiet_is_held(const struct nexthop_conn *conn)
{
	return conn->held;
}

static bool is_wanted(const struct nexthop *nh, struct slice key)
{
	const struct nexthop_limits *l = &nh->limits;

	return l->wanted(l->arg, key) || l->wanted_elsewhere(l->arg, key);
}

bool nexthop_quiet_is_wanted(const struct nexthop_conn *conn)
{
	return is_wanted(conn->nexthop, conn->target.key) ||
	       (conn->group && nexthop_entry_sum(conn->group->entry, NEXTHOP_WAITING) > 0);
}

/* ---- before a content ---- */

/* Of a pool. Its members may bound it more than it says itself; those that are down have none. */
static uint32_t places_of(const struct nexthop_group *g, uint32_t max)
{
	struct nexthop_health health;
	uint32_t sum = 0;

	for (size_t i = 0; i < g->hops->hosts.n && sum < max; i++) {
		uint32_t its = g->hops->hosts.v[i].max_connections;

		nexthop_entry_health(g->members[i], &health);
		if (health.state != NEXTHOP_MEMBER_DOWN)
			sum += its ? its : max;
	}
	return sum && sum < max ? sum : max;
}

/* Idle connections are no transactions. */
static uint32_t transactions_of(const struct nexthop_group *g)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < g->hops->hosts.n; i++)
		sum += nexthop_entry_sum(g->members[i], NEXTHOP_BUSY);
	return sum;
}

bool nexthop_quiet_is_short(const struct nexthop *nh, const struct nexthop_target *t, uint32_t more)
{
	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;
	uint32_t max = nexthop_places_max(nh, t);

	if (is_wanted(nh, t->key))
		return true;
	if (!hops) {
		uint32_t room = nexthop_room(nh, t);

		return (room < max ? max - room : 0) + more > max / SHARE;
	}
	const struct nexthop_group *g = nexthop_groups_find(nh->groups, hops);

	return nexthop_entry_sum(g->entry, NEXTHOP_WAITING) > 0 ||
	       transactions_of(g) + more > places_of(g, max) / SHARE;
}

bool nexthop_quiet_stream(struct nexthop_conn *conn, bool bounded)
{
	const struct nexthop_group *g = conn->group;
	uint32_t max = 0;

	if (!g || conn->streams) /* mail that goes by MX records has no pool that could be short */
		return true;
	if (bounded) {
		max = g->hops->max_connections;
		max = places_of(g, max ? max : conn->config->delivery.connections_per_destination);
		max = max > SHARE ? max / SHARE : 1;
	}
	conn->streams = nexthop_entry_take(g->entry, g->slot, NEXTHOP_STREAMS, max);
	return conn->streams;
}

bool nexthop_quiet_streams(const struct nexthop_conn *conn)
{
	return conn->streams;
}

/* ---- kept alive ---- */

usec_t nexthop_quiet_noop_in(const struct nexthop_conn *conn)
{
	if (!conn->client || !client_reusable(conn->client) || !conn->hops ||
		conn->hops->noop_after == 0)
		return USEC_INFINITY;
	usec_t silence = client_silence(conn->client);

	return silence < conn->hops->noop_after ? conn->hops->noop_after - silence : 0;
}

int nexthop_quiet_noop(struct ctx *ctx, struct nexthop_conn *conn, const char **ret_why)
{
	struct client_failure failure;
	int r = client_noop(ctx, conn->client, NOOP_TIME, &failure);

	metric_add(METRIC_NOOPS, 1);
	if (r == 0)
		return 0;
	if (ctx_check(ctx) < 0)
		return ctx_check(ctx);
	*ret_why = failure.text;
	/* How long a client holds its own session in silence is the client's doing. */
	if (failure.why != CLIENT_LOCAL && !(conn->held && failure.reply.code))
		nexthop_conn_lost(ctx, conn, failure.text);
	return ERR_UNREACHABLE;
}
