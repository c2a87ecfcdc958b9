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
	size_t conns;
};

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
	*ret = nh;
	return 0;
}

/* ---- the end of connections ---- */

static void set_busy(struct nexthop_conn *conn, bool busy)
{
	const struct nexthop_group *g = conn->group;

	if (conn->member != NEXTHOP_NO_MEMBER && busy && !conn->busy)
		(void)nexthop_entry_take(g->members[conn->member], g->slot, NEXTHOP_BUSY, 0);
	else if (conn->member != NEXTHOP_NO_MEMBER && !busy && conn->busy)
		nexthop_entry_give(g->members[conn->member], g->slot, NEXTHOP_BUSY);
	conn->busy = busy;
}

static void leave_member(struct nexthop_conn *conn)
{
	const struct nexthop_group *g = conn->group;

	set_busy(conn, false);
	if (conn->member != NEXTHOP_NO_MEMBER)
		nexthop_entry_give(g->members[conn->member], g->slot, NEXTHOP_OPEN);
	conn->member = NEXTHOP_NO_MEMBER;
}

static void free_conn(struct nexthop_conn *conn)
{
	struct nexthop *nh = conn->nexthop;

	leave_member(conn);
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
	free_conn(conn);
	return 0;
}

/* The place stays taken until QUIT is answered: the peer counts the connection until then too. */
static void close_conn(struct nexthop_conn *conn)
{
	if (!conn->client || !client_reusable(conn->client) ||
		scope_spawn(&conn->nexthop->farewells, "farewell", farewell, conn) < 0)
		free_conn(conn);
}

static bool wanted_elsewhere(const struct nexthop_conn *conn)
{
	const struct nexthop_limits *l = &conn->nexthop->limits;

	return l->wanted_elsewhere(l->arg, conn->target.key);
}

static void close_idle(struct nexthop_conn *conn)
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
		close_idle(container_of(it, struct nexthop_conn, all));
	nexthop_authorities_done(&nh->authorities);
	nh->authorities = authorities;
	config_unref(nh->config);
	nh->config = config_ref(config);
	nexthop_groups_show(nh->groups, false);
	nexthop_groups_unref(nh->groups);
	nh->groups = nexthop_groups_new(config, nh->board, nh->slot);
	nexthop_groups_show(nh->groups, true);
	return 0;
}

void nexthop_free(struct ctx *ctx, struct nexthop *nh)
{
	if (!nh)
		return;
	list_each_safe (it, &nh->idle.all)
		close_idle(container_of(it, struct nexthop_conn, all));
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
			close_idle(conn);
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

static uint32_t places_max(const struct nexthop *nh, const struct nexthop_target *t)
{
	uint32_t max = t->hops ? t->hops->max_connections : 0;

	return max ? max : nh->config->delivery.connections_per_destination;
}

uint32_t nexthop_room(const struct nexthop *nh, const struct nexthop_target *t)
{
	return nh->limits.room(nh->limits.arg, t->key, places_max(nh, t)) +
	       (uint32_t)nexthop_idle_count(&nh->idle, t->key);
}

/* ---- leases ---- */

unsigned nexthop_lacks(const struct smtp_caps *caps, unsigned needs, uint64_t size)
{
	static const struct {
		unsigned need;
		enum smtp_cap cap;
	} rows[] = {
		{ NEXTHOP_NEED_8BIT, SMTP_CAP_8BITMIME },
		{ NEXTHOP_NEED_UTF8, SMTP_CAP_SMTPUTF8 },
		{ NEXTHOP_NEED_DSN, SMTP_CAP_DSN },
		{ NEXTHOP_NEED_BINARY, SMTP_CAP_BINARYMIME },
		{ NEXTHOP_NEED_REQUIRETLS, SMTP_CAP_REQUIRETLS },
		{ NEXTHOP_NEED_PRIORITY, SMTP_CAP_MT_PRIORITY },
	};
	unsigned lacks = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!smtp_caps_has(caps, rows[i].cap))
			lacks |= needs & rows[i].need;
	if (smtp_caps_has(caps, SMTP_CAP_SIZE) && caps->size && size > caps->size)
		lacks |= needs & NEXTHOP_NEED_SIZE;
	return lacks;
}

static bool was_avoided(const struct nexthop_ask *ask, size_t member)
{
	for (size_t i = 0; i < ask->avoid_n; i++)
		if (ask->avoid[i] == member)
			return true;
	return false;
}

/* An idle connection may carry this transaction. member: that one only, unless it is
 * NEXTHOP_NO_MEMBER. */
static bool fits(const struct nexthop_conn *conn, const struct nexthop_ask *ask, size_t member)
{
	struct nexthop_health health = { 0 };

	if (conn->group)
		nexthop_entry_health(conn->group->members[conn->member], &health);
	bool alone = !conn->group || conn->group->hops->hosts.n == 1;

	return !nexthop_lacks(client_caps(conn->client), ask->needs, ask->size) &&
	       slice_eq(conn->ask.identity, ask->identity) &&
	       (member == NEXTHOP_NO_MEMBER || member == conn->member) &&
	       (alone || (health.state != NEXTHOP_MEMBER_DOWN && !was_avoided(ask, conn->member)));
}

/* An idle connection that is alive and fit, the newest first. Those whose peer went away are
 * dropped on the way. */
static struct nexthop_conn *take_idle(struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, size_t member, bool with_place)
{
	struct nexthop_conn *conn = nexthop_idle_newest(&nh->idle, t->key);

	while (conn) {
		struct nexthop_conn *older = nexthop_idle_older(&nh->idle, conn);

		if (!client_reusable(conn->client)) {
			close_idle(conn);
		} else if (fits(conn, ask, member) && (conn->has_place || !with_place)) {
			nexthop_idle_remove(&nh->idle, conn);
			conn->kept = true;
			set_busy(conn, true);
			metric_add(METRIC_REUSED, 1);
			return conn;
		}
		conn = older;
	}
	return NULL;
}

static struct slice keep_text(struct slice s)
{
	return s.n ? slice_of(mem_strdup(s), s.n) : SLICE_NIL;
}

static void set_ask(struct nexthop_conn *conn, const struct nexthop_ask *ask)
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
	set_ask(conn, ask);
	nh->conns++;
	return conn;
}

static int connect_conn(struct ctx *ctx, struct nexthop_conn *conn, const struct nexthop_ask *ask,
	size_t first, struct nexthop_failure *ret_failure)
{
	struct nexthop *nh = conn->nexthop;
	struct tls_client *tls = tls_client_ref(
		nexthop_authorities_of(&nh->authorities, conn->hops));
	const struct nexthop_way way = {
		.config = conn->config,
		.hops = conn->hops,
		.target = &conn->target,
		.tls_client = tls,
		.pool = nh->pool,
		.dead = &nh->dead,
		.clear = &nh->clear,
		.rng = &nh->rng,
		.ask = ask,
		.group = conn->group,
		.first = first,
	};
	struct nexthop_with with;
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
static int begin_conn(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
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
		free_conn(conn);
		return r;
	}
	*ret = conn;
	return 0;
}

/* The member that is to take it; NEXTHOP_NO_MEMBER where an idle connection with any will do. One
 * that is full is as good as another while a connection with it is idle here. */
static size_t choose(
	struct nexthop *nh, const struct nexthop_target *t, const struct nexthop_ask *ask)
{
	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;
	struct nexthop_member *v;
	struct nexthop_pool pool;

	if (!hops || hops->balance == CONFIG_BALANCE_ORDERED)
		return NEXTHOP_NO_MEMBER;
	v = mem_zalloc(hops->hosts.n * sizeof(*v));
	(void)nexthop_group_pool(nexthop_groups_find(nh->groups, hops), ask, v, &pool);
	for (struct nexthop_conn *c = nexthop_idle_newest(&nh->idle, t->key); c;
		c = nexthop_idle_older(&nh->idle, c))
		if (fits(c, ask, NEXTHOP_NO_MEMBER))
			v[c->member].full = false;
	size_t member = nexthop_pool_choose(&pool, &nh->rng);

	free(v);
	return member;
}

static bool has_room(const struct nexthop *nh, const struct nexthop_target *t)
{
	return nh->limits.room(nh->limits.arg, t->key, places_max(nh, t)) > 0;
}

/* An idle connection that nobody can use now must not keep others from connecting. */
static void make_room(struct nexthop *nh, const struct nexthop_target *t)
{
	struct nexthop_conn *conn = nexthop_idle_newest(&nh->idle, t->key);

	for (; conn; conn = nexthop_idle_older(&nh->idle, conn))
		if (conn->has_place) {
			close_idle(conn);
			return;
		}
}

static int take_place(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t)
{
	ctx->log.action = "waiting for a connection's place";
	return nh->limits.acquire(ctx, nh->limits.arg, t->key, places_max(nh, t));
}

/* A client waits: others of them, and time, are bounded. */
static int take_place_bounded(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	struct nexthop_failure *ret_failure)
{
	const struct config_hops *hops = config_hops_find(nh->config, t->hops->name);
	const struct nexthop_group *g = hops ? nexthop_groups_find(nh->groups, hops) : NULL;
	struct nexthop_groups *held;
	struct deadline d;

	if (!g || has_room(nh, t))
		return take_place(ctx, nh, t);
	if (nexthop_group_wait(g) < 0)
		return nexthop_failure_crowded(ctx, ret_failure, t->hops->name, false);
	held = nexthop_groups_ref(nh->groups);
	ctx_narrow(ctx, &d, g->hops->waiting_timeout);
	int r = ctx_widen(ctx, &d, take_place(ctx, nh, t)); /* suspends */

	nexthop_group_waited(g);
	nexthop_groups_unref(held);
	if (r == ERR_TIMEOUT)
		return nexthop_failure_crowded(ctx, ret_failure, t->hops->name, true);
	return r;
}

int nexthop_acquire(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, struct nexthop_conn **ret,
	struct nexthop_failure *ret_failure)
{
	size_t member = choose(nh, t, ask);
	struct nexthop_conn *conn = take_idle(nh, t, ask, member, true);

	if (!conn) {
		if (!has_room(nh, t))
			make_room(nh, t);

		int r = t->hops && ask->bounded ? take_place_bounded(ctx, nh, t, ret_failure)
						: take_place(ctx, nh, t); /* suspends */

		if (r < 0)
			return r;
		conn = take_idle(nh, t, ask, member, false);
		if (!conn)
			return begin_conn(ctx, nh, t, ask, member, ret, ret_failure);
		if (conn->has_place)
			nh->limits.release(nh->limits.arg, t->key);
		conn->has_place = true;
	}
	set_ask(conn, ask);
	*ret = conn;
	return 0;
}

bool nexthop_reusable(const struct nexthop_conn *conn)
{
	uint32_t max = conn->config->delivery.messages_per_connection;

	if (!conn->client || !client_reusable(conn->client) ||
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

	set_busy(conn, false);
	if (!nexthop_reusable(conn) || nh->config->delivery.idle_timeout == 0 ||
		wanted_elsewhere(conn)) {
		close_conn(conn);
		return;
	}
	if (nh->idle.n >= NEXTHOP_IDLE_MAX)
		close_idle(container_of(nh->idle.all.next, struct nexthop_conn, all));
	conn->idle_since = clock_now();
	nexthop_idle_put(&nh->idle, conn);
	if (nh->limits.wanted(nh->limits.arg, conn->target.key)) {
		conn->has_place = false;
		nh->limits.release(nh->limits.arg, conn->target.key);
	}
	waitq_wake_all(&nh->changed);
}

int nexthop_conn_renew(
	struct ctx *ctx, struct nexthop_conn *conn, struct nexthop_failure *ret_failure)
{
	client_free(conn->client);
	conn->client = NULL;
	leave_member(conn);
	return connect_conn(ctx, conn, &conn->ask, NEXTHOP_NO_MEMBER, ret_failure);
}
