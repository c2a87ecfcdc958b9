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
#include "nexthop/conn.h"
#include "nexthop/connect.h"
#include "nexthop/memory.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/random.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "rt/tls.h"

/* How often idle connections are looked at. */
#define ROUND	   USEC_PER_SEC
#define ROUND_IDLE (100 * USEC_PER_MSEC) /* while connections are kept: others may want them */

/* The authorities of one set of hops. */
struct authorities {
	const struct config_hops *hops; /* NULL: everybody else's */
	struct tls_client *client;
};

struct nexthop {
	const struct config *config;
	struct authorities *authorities; /* the last one is for all others */
	size_t authorities_n;
	struct tls_client *system; /* given by the caller, or NULL */
	struct pool *pool;
	struct nexthop_limits limits, own_limits;
	struct nexthop_idle idle;
	struct nexthop_memory dead, clear;
	struct rng rng;
	struct scope farewells;
	struct waitq changed; /* there is something to keep house for */
	size_t conns;
};

/* ---- configuration ---- */

static void free_authorities(struct authorities *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tls_client_unref(v[i].client);
	free(v);
}

static int load_authorities(const struct config *config, struct tls_client *system, struct buf *why,
	struct authorities **ret, size_t *ret_n)
{
	struct authorities *v = mem_zalloc((config->hops.n + 1) * sizeof(*v));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < config->hops.n && r == 0; i++) {
		const struct config_hops *hops = &config->hops.v[i];

		if (hops->ca_file.path.n == 0)
			continue;
		v[n].hops = hops;
		r = tls_client_new(hops->ca_file.content, why, &v[n].client);
		n += r == 0;
	}
	if (r == 0 && system)
		v[n].client = tls_client_ref(system);
	else if (r == 0)
		r = tls_client_new(SLICE_NIL, why, &v[n].client);
	n += r == 0;
	if (r < 0) {
		free_authorities(v, n);
		return r;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

/* By name: a connection may have begun under a former configuration. */
static struct tls_client *authorities_for(const struct nexthop *nh, const struct config_hops *hops)
{
	for (size_t i = 0; hops && i + 1 < nh->authorities_n; i++)
		if (slice_eq_nocase(nh->authorities[i].hops->name, hops->name))
			return nh->authorities[i].client;
	return nh->authorities[nh->authorities_n - 1].client;
}

int nexthop_new(const struct nexthop_options *o, struct buf *why, struct nexthop **ret)
{
	struct authorities *authorities;
	size_t n;
	int r = load_authorities(o->config, o->authorities, why, &authorities, &n);

	if (r < 0)
		return r;

	struct nexthop *nh = mem_zalloc(sizeof(*nh));

	nh->config = config_ref(o->config);
	nh->authorities = authorities;
	nh->authorities_n = n;
	nh->system = o->authorities ? tls_client_ref(o->authorities) : NULL;
	nh->pool = o->pool;
	nexthop_limits_init(&nh->own_limits, random_hash_key(), NULL, 0);
	nh->limits = o->limits ? *o->limits : nh->own_limits;
	nexthop_idle_init(&nh->idle, random_hash_key());
	nexthop_memory_init(&nh->dead, random_hash_key(), NEXTHOP_DEAD_MAX);
	nexthop_memory_init(&nh->clear, random_hash_key(), NEXTHOP_DEAD_MAX);
	rng_seed(&nh->rng, random_u64());
	scope_init(&nh->farewells, SCOPE_SERVE);
	waitq_init(&nh->changed);
	*ret = nh;
	return 0;
}

/* ---- the end of connections ---- */

static void free_conn(struct nexthop_conn *conn)
{
	struct nexthop *nh = conn->nexthop;

	if (conn->has_place)
		nh->limits.release(nh->limits.arg, conn->target.key);
	nh->conns--;
	client_free(conn->client);
	config_unref(conn->config);
	free(conn->host);
	free(conn->name);
	free((void *)(uintptr_t)conn->target.key.p);
	free((void *)(uintptr_t)conn->target.domain.p);
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
	struct authorities *authorities;
	size_t n;
	int r = load_authorities(config, nh->system, why, &authorities, &n);

	if (r < 0)
		return r;
	list_each_safe (it, &nh->idle.all)
		close_idle(container_of(it, struct nexthop_conn, all));
	free_authorities(nh->authorities, nh->authorities_n);
	nh->authorities = authorities;
	nh->authorities_n = n;
	config_unref(nh->config);
	nh->config = config_ref(config);
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
	free_authorities(nh->authorities, nh->authorities_n);
	if (nh->system)
		tls_client_unref(nh->system);
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

static unsigned missing(const struct nexthop_conn *conn, unsigned needs)
{
	const struct smtp_caps *caps = client_caps(conn->client);
	unsigned has = (smtp_caps_has(caps, SMTP_CAP_8BITMIME) ? NEXTHOP_NEED_8BIT : 0U) |
		       (smtp_caps_has(caps, SMTP_CAP_SMTPUTF8) ? NEXTHOP_NEED_UTF8 : 0U);

	return needs & ~has;
}

/* An idle connection that is alive and fit, the newest first. Those whose peer went away are
 * dropped on the way. */
static struct nexthop_conn *take_idle(
	struct nexthop *nh, const struct nexthop_target *t, unsigned needs, bool with_place)
{
	struct nexthop_conn *conn = nexthop_idle_newest(&nh->idle, t->key);

	while (conn) {
		struct nexthop_conn *older = nexthop_idle_older(&nh->idle, conn);

		if (!client_reusable(conn->client)) {
			close_idle(conn);
		} else if (!missing(conn, needs) && (conn->has_place || !with_place)) {
			nexthop_idle_remove(&nh->idle, conn);
			conn->kept = true;
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

static struct nexthop_conn *new_conn(struct nexthop *nh, const struct nexthop_target *t)
{
	struct nexthop_conn *conn = mem_zalloc(sizeof(*conn));

	conn->nexthop = nh;
	conn->config = config_ref(nh->config);
	conn->target.key = keep_text(t->key);
	conn->target.domain = keep_text(t->domain);
	conn->has_place = true;
	nh->conns++;
	return conn;
}

static int connect_conn(
	struct ctx *ctx, struct nexthop_conn *conn, struct nexthop_failure *ret_failure)
{
	struct nexthop *nh = conn->nexthop;
	struct tls_client *tls = tls_client_ref(authorities_for(nh, conn->hops));
	const struct nexthop_way way = {
		.config = conn->config,
		.hops = conn->hops,
		.target = &conn->target,
		.tls_client = tls,
		.pool = nh->pool,
		.dead = &nh->dead,
		.clear = &nh->clear,
		.rng = &nh->rng,
		.needs = conn->needs,
	};
	struct nexthop_with with;
	int r = nexthop_connect_run(ctx, &way, &with, ret_failure); /* suspends */

	tls_client_unref(tls);
	waitq_wake_all(&nh->changed); /* somebody may be dead now */
	if (r < 0)
		return r;
	conn->client = with.client;
	conn->peer = with.peer;
	free(conn->host);
	free(conn->name);
	conn->host = with.host;
	conn->name = nexthop_connect_name(slice_str(with.host), &with.peer);
	conn->kept = false;
	return 0;
}

/* A new connection, for which a place was taken. */
static int begin_conn(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	unsigned needs, struct nexthop_conn **ret, struct nexthop_failure *ret_failure)
{
	struct nexthop_conn *conn = new_conn(nh, t);
	int r;

	conn->needs = needs;
	conn->hops = t->hops ? config_hops_find(nh->config, t->hops->name) : NULL;
	if (t->hops && !conn->hops)
		r = nexthop_failure_set(ctx, ret_failure, "4.3.5", SLICE_NIL,
			"the hops %.*s are no longer in the configuration",
			SLICE_ARG(t->hops->name));
	else
		r = connect_conn(ctx, conn, ret_failure);
	if (r < 0) {
		free_conn(conn);
		return r;
	}
	*ret = conn;
	return 0;
}

int nexthop_acquire(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	unsigned needs, struct nexthop_conn **ret, struct nexthop_failure *ret_failure)
{
	struct nexthop_conn *conn = take_idle(nh, t, needs, true);

	if (!conn) {
		ctx->log.action = "waiting for a connection's place";

		int r = nh->limits.acquire(
			ctx, nh->limits.arg, t->key, places_max(nh, t)); /* suspends */

		if (r < 0)
			return r;
		conn = take_idle(nh, t, needs, false);
		if (!conn)
			return begin_conn(ctx, nh, t, needs, ret, ret_failure);
		if (conn->has_place)
			nh->limits.release(nh->limits.arg, t->key);
		conn->has_place = true;
	}
	conn->needs = needs;
	*ret = conn;
	return 0;
}

bool nexthop_reusable(const struct nexthop_conn *conn)
{
	return conn->client && client_reusable(conn->client) &&
	       conn->config == conn->nexthop->config &&
	       client_messages(conn->client) < conn->config->delivery.messages_per_connection;
}

void nexthop_release(struct nexthop_conn *conn)
{
	if (!conn)
		return;

	struct nexthop *nh = conn->nexthop;

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

/* ---- sending ---- */

/* The peer closed the kept session before it saw anything of this message. */
static bool is_stale(const struct nexthop_conn *conn, const struct client_failure *failure,
	const struct client_result *first)
{
	return conn->kept && first->outcome == CLIENT_TEMPORARY && failure->stage == CLIENT_MAIL &&
	       (failure->why == CLIENT_LOST || failure->reply.code == 421);
}

static void fail_all(const struct nexthop_failure *f, struct client_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++)
		results[i] = (struct client_result){
			.outcome = f->fate == NEXTHOP_FAIL ? CLIENT_PERMANENT : CLIENT_TEMPORARY,
			.stage = CLIENT_CONNECT,
			.status = f->status,
			.reply = f->reply,
			.text = f->text,
		};
}

static void cancel_all(struct client_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++)
		results[i] = (struct client_result){
			.outcome = CLIENT_UNTRIED,
			.stage = CLIENT_CONNECT,
			.status = { 4, 3, 0 },
			.text = "the attempt was cancelled",
		};
}

int nexthop_conn_renew(
	struct ctx *ctx, struct nexthop_conn *conn, struct nexthop_failure *ret_failure)
{
	client_free(conn->client);
	conn->client = NULL;
	return connect_conn(ctx, conn, ret_failure);
}

static int send_anew(struct ctx *ctx, struct nexthop_conn *conn, const struct client_message *m,
	struct client_result *ret_results)
{
	struct nexthop_failure no_session;
	struct client_failure failure;
	int r = nexthop_conn_renew(ctx, conn, &no_session);

	if (r < 0 && ctx_check(ctx) < 0) {
		cancel_all(ret_results, m->n);
		return ctx_check(ctx);
	}
	if (r < 0) {
		fail_all(&no_session, ret_results, m->n);
		return 0;
	}
	r = client_send(ctx, conn->client, m, ret_results, &failure);
	return r < 0 ? ctx_check(ctx) : 0;
}

int nexthop_send(struct ctx *ctx, struct nexthop_conn *conn, const struct client_message *m,
	struct client_result *ret_results)
{
	struct client_failure failure;

	assert(conn->client);

	int r = client_send(ctx, conn->client, m, ret_results, &failure);

	if (r < 0) {
		r = ctx_check(ctx);
		if (r == 0 && is_stale(conn, &failure, ret_results))
			r = send_anew(ctx, conn, m, ret_results);
	}
	conn->kept = true; /* whatever comes next finds a session that was idle */
	for (size_t i = 0; i < m->n; i++)
		if (ret_results[i].outcome == CLIENT_INDOUBT)
			metric_add(METRIC_INDOUBT, 1);
	return r;
}

/* ---- with whom ---- */

struct slice nexthop_conn_host(const struct nexthop_conn *conn)
{
	return slice_str(conn->host);
}

struct slice nexthop_conn_name(const struct nexthop_conn *conn)
{
	return slice_str(conn->name);
}

bool nexthop_conn_tls(const struct nexthop_conn *conn, struct tls_info *ret)
{
	return conn->client && client_tls_info(conn->client, ret);
}

const struct smtp_caps *nexthop_conn_caps(const struct nexthop_conn *conn)
{
	static const struct smtp_caps nothing;

	return conn->client ? client_caps(conn->client) : &nothing;
}

bool nexthop_conn_is_lmtp(const struct nexthop_conn *conn)
{
	return conn->client && client_protocol(conn->client) == CLIENT_LMTP;
}

uint32_t nexthop_conn_rcpt_max(const struct nexthop_conn *conn)
{
	return conn->client ? client_caps(conn->client)->rcpt_max : 0;
}
