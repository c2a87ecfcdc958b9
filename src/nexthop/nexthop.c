/* Leases of sessions. A connection is counted against its destination from before it is begun until
 * it is closed, idle time included. When somebody waits for a place of the same destination, a
 * connection that becomes idle gives its place away and is taken by whoever got that place; if he
 * has gone meanwhile, it is closed at the next round of housekeeping.
 *
 * QUIT waits for an answer, and giving a lease back must not: farewells are said by coroutines of
 * their own, which end with the nexthop. */
#include "nexthop/nexthop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/rng.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/authorities.h"
#include "nexthop/board.h"
#include "nexthop/conn.h"
#include "nexthop/connect.h"
#include "nexthop/inside.h"
#include "nexthop/members.h"
#include "nexthop/memory.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/random.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "smtp/caps.h"

/* How often idle connections are looked at. */
#define ROUND	   USEC_PER_SEC
#define ROUND_IDLE (100 * USEC_PER_MSEC) /* while connections are kept: others may want them */

/* Members that one worker alone keeps in mind. */
#define OWN_BOARD 256

/* ---- configuration ---- */

int nexthop_new(const struct nexthop_options *o, struct buf *why, struct nexthop **ret)
{
	struct nexthop_authorities authorities;
	int r = nexthop_authorities_load(o->config, o->authorities, why, &authorities);

	if (r < 0)
		return r;

	struct nexthop *nh = mem_zalloc(sizeof(*nh));

	nh->config = config_ref(o->config);
	nh->authorities = authorities;
	nh->pool = o->pool;
	nexthop_limits_init(&nh->own_limits, random_hash_key(), NULL, 0);
	nh->limits = o->limits ? *o->limits : nh->own_limits;
	nexthop_idle_init(&nh->idle, random_hash_key());
	nexthop_memory_init(&nh->dead, random_hash_key(), NEXTHOP_DEAD_MAX);
	nexthop_memory_init(&nh->clear, random_hash_key(), NEXTHOP_DEAD_MAX);
	if (!o->board)
		nh->own_board = nexthop_board_init(mem_zalloc(nexthop_board_bytes(OWN_BOARD, 1)),
			OWN_BOARD, 1, random_hash_key());
	nh->board = o->board ? o->board : nh->own_board;
	nh->slot = o->board ? o->slot : 0;
	nh->groups = nexthop_groups_new(nh->config, nh->board, nh->slot);
	nexthop_groups_show(nh->groups, true);
	rng_seed(&nh->rng, random_u64());
	scope_init(&nh->farewells, SCOPE_SERVE);
	waitq_init(&nh->changed);
	waitq_init(&nh->reconfigured);
	*ret = nh;
	return 0;
}

/* ---- the end of connections ---- */

void nexthop_conn_free(struct nexthop_conn *conn)
{
	struct nexthop *nh = conn->nexthop;

	nexthop_conn_leave(conn);
	nexthop_groups_unref(conn->groups);

	if (conn->has_place)
		nh->limits.release(nh->limits.arg, conn->target.key);
	nh->conns--;
	client_free(conn->client);
	config_unref(conn->config);
	free(conn->host);
	free(conn->name);
	free((void *)(uintptr_t)conn->target.key.p);
	free((void *)(uintptr_t)conn->target.domain.p);
	free((void *)(uintptr_t)conn->ask.identity.p);
	free(conn);
}

static int farewell(struct ctx *ctx, void *arg)
{
	struct nexthop_conn *conn = arg;

	client_quit(ctx, conn->client);
	conn->client = NULL;
	nexthop_conn_free(conn);
	return 0;
}

/* The place stays taken until QUIT is answered: the peer counts the connection until then too. */
static void close_conn(struct nexthop_conn *conn)
{
	if (!conn->client || !client_reusable(conn->client) ||
		scope_spawn(&conn->nexthop->farewells, "farewell", farewell, conn) < 0)
		nexthop_conn_free(conn);
}

static bool wanted_elsewhere(const struct nexthop_conn *conn)
{
	const struct nexthop_limits *l = &conn->nexthop->limits;

	return l->wanted_elsewhere(l->arg, conn->target.key);
}

/* Who waits for room at a member looks for a connection that has ended, not for an idle one. */
static bool wanted_at_member(const struct nexthop_conn *conn)
{
	return conn->group && conn->member != NEXTHOP_NO_MEMBER &&
	       nexthop_entry_sum(conn->group->entry, NEXTHOP_WAITING) > 0 &&
	       nexthop_group_is_full(conn->group, conn->member);
}

void nexthop_close_idle(struct nexthop_conn *conn)
{
	nexthop_idle_remove(&conn->nexthop->idle, conn);
	close_conn(conn);
}

int nexthop_set_config(struct nexthop *nh, const struct config *config, struct buf *why)
{
	struct nexthop_authorities authorities;
	int r = nexthop_authorities_load(config, nh->authorities.system, why, &authorities);

	if (r < 0)
		return r;
	list_each_safe (it, &nh->idle.all)
		nexthop_close_idle(container_of(it, struct nexthop_conn, all));
	nexthop_authorities_done(&nh->authorities);
	nh->authorities = authorities;
	config_unref(nh->config);
	nh->config = config_ref(config);
	nexthop_groups_show(nh->groups, false);
	nexthop_groups_unref(nh->groups);
	nh->groups = nexthop_groups_new(config, nh->board, nh->slot);
	nexthop_groups_show(nh->groups, true);
	waitq_wake_all(&nh->reconfigured);
	return 0;
}

void nexthop_free(struct ctx *ctx, struct nexthop *nh)
{
	if (!nh)
		return;
	list_each_safe (it, &nh->idle.all)
		nexthop_close_idle(container_of(it, struct nexthop_conn, all));
	scope_end(ctx, &nh->farewells);
	assert(nh->conns == 0); /* somebody still has a lease */
	nexthop_idle_done(&nh->idle);
	nexthop_memory_done(&nh->dead);
	nexthop_memory_done(&nh->clear);
	nexthop_limits_done(&nh->own_limits);
	nexthop_authorities_done(&nh->authorities);
	nexthop_groups_unref(nh->groups);
	free(nh->own_board);
	config_unref(nh->config);
	free(nh);
}

/* ---- housekeeping ---- */

static void keep_house(struct nexthop *nh)
{
	usec_t now = clock_now();

	list_each_safe (it, &nh->idle.all) {
		struct nexthop_conn *conn = container_of(it, struct nexthop_conn, all);

		if (!conn->has_place || !client_reusable(conn->client) ||
			now - conn->idle_since >= nh->config->delivery.idle_timeout ||
			wanted_elsewhere(conn))
			nexthop_close_idle(conn);
	}
	nexthop_memory_sweep(&nh->dead, now);
	nexthop_memory_sweep(&nh->clear, now);
}

int nexthop_run(struct ctx *ctx, void *arg)
{
	struct nexthop *nh = arg;
	int r = 0;

	while (r == 0) {
		if (nh->idle.n || nexthop_memory_count(&nh->dead) ||
			nexthop_memory_count(&nh->clear))
			r = ctx_sleep(ctx, nh->idle.n ? ROUND_IDLE : ROUND);
		else
			r = waitq_wait(ctx, &nh->changed);
		if (r == 0)
			keep_house(nh);
	}
	return r;
}

void nexthop_counts(const struct nexthop *nh, struct nexthop_counts *ret)
{
	*ret = (struct nexthop_counts){
		.connections = nh->conns,
		.idle = nh->idle.n,
		.dead = nexthop_memory_count(&nh->dead),
	};
}

uint32_t nexthop_places_max(const struct nexthop *nh, const struct nexthop_target *t)
{
	uint32_t max = t->hops ? t->hops->max_connections : 0;

	return max ? max : nh->config->delivery.connections_per_destination;
}

uint32_t nexthop_room(const struct nexthop *nh, const struct nexthop_target *t)
{
	return nh->limits.room(nh->limits.arg, t->key, nexthop_places_max(nh, t)) +
	       (uint32_t)nexthop_idle_count(&nh->idle, t->key);
}

/* ---- leases ---- */

void nexthop_forget(struct nexthop *nh, struct slice identity)
{
	list_each_safe (it, &nh->idle.all) {
		struct nexthop_conn *conn = container_of(it, struct nexthop_conn, all);

		if (identity.n && slice_starts(conn->ask.identity, identity))
			nexthop_close_idle(conn);
	}
}

bool nexthop_reusable(const struct nexthop_conn *conn)
{
	uint32_t max = conn->config->delivery.messages_per_connection;

	if (conn->spent || !conn->client || !client_reusable(conn->client) ||
		conn->config != conn->nexthop->config)
		return false;
	if (client_caps(conn->client)->mail_max && client_caps(conn->client)->mail_max < max)
		max = client_caps(conn->client)->mail_max; /* RFC 9422 section 4.1 */
	return client_messages(conn->client) < max;
}

void nexthop_release(struct nexthop_conn *conn)
{
	if (!conn)
		return;

	struct nexthop *nh = conn->nexthop;

	nexthop_conn_set_busy(conn, false);
	conn->ask.who = NULL;
	if (!nexthop_reusable(conn) || nh->config->delivery.idle_timeout == 0 ||
		wanted_elsewhere(conn) || wanted_at_member(conn)) {
		close_conn(conn);
		return;
	}
	if (nh->idle.n >= NEXTHOP_IDLE_MAX)
		nexthop_close_idle(container_of(nh->idle.all.next, struct nexthop_conn, all));
	conn->idle_since = clock_now();
	nexthop_idle_put(&nh->idle, conn);
	if (nh->limits.wanted(nh->limits.arg, conn->target.key)) {
		conn->has_place = false;
		nh->limits.release(nh->limits.arg, conn->target.key);
	}
	waitq_wake_all(&nh->changed);
}

/* ---- for checks ---- */

struct nexthop_groups *nexthop_groups_now(const struct nexthop *nh)
{
	return nh->groups;
}

int nexthop_wait_config(struct ctx *ctx, struct nexthop *nh, usec_t time)
{
	struct deadline d;

	if (time == USEC_INFINITY)
		return waitq_wait(ctx, &nh->reconfigured);
	ctx_narrow(ctx, &d, time);
	int r = ctx_widen(ctx, &d, waitq_wait(ctx, &nh->reconfigured));

	return r == ERR_TIMEOUT ? ctx_check(ctx) : r;
}
