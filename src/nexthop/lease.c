/* Which session a transaction gets: an idle one where that is as good as any, else a new one for
 * which there is room. With a balance the member is chosen first; an idle connection with another
 * one is of no use then. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/failure.h"
#include "nexthop/inside.h"
#include "nexthop/members.h"
#include "nexthop/nexthop.h"
#include "nexthop/patience.h"
#include "rt/ctx.h"
#include "smtp/caps.h"

/* What a message may need: the one that says most about it first. */
static const struct {
	unsigned need;
	enum smtp_cap cap;
	const char *detail, *name;
} rows[] = {
	{ NEXTHOP_NEED_UTF8, SMTP_CAP_SMTPUTF8, "6.7", "internationalised addresses (SMTPUTF8)" },
	{ NEXTHOP_NEED_8BIT, SMTP_CAP_8BITMIME, "6.3", "8-bit content (8BITMIME)" },
	{ NEXTHOP_NEED_BINARY, SMTP_CAP_BINARYMIME, "6.3", "binary content (BINARYMIME)" },
	{ NEXTHOP_NEED_REQUIRETLS, SMTP_CAP_REQUIRETLS, "7.30",
		"messages that demand TLS (REQUIRETLS)" },
	{ NEXTHOP_NEED_DSN, SMTP_CAP_DSN, "3.3", "requests for delivery reports (DSN)" },
	{ NEXTHOP_NEED_PRIORITY, SMTP_CAP_MT_PRIORITY, "3.3", "priorities (MT-PRIORITY)" },
	{ NEXTHOP_NEED_SIZE, SMTP_CAP_SIZE, "3.4", "messages of this size" },
};

unsigned nexthop_lacks(const struct smtp_caps *caps, unsigned needs, uint64_t size)
{
	unsigned lacks = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].cap != SMTP_CAP_SIZE && !smtp_caps_has(caps, rows[i].cap))
			lacks |= needs & rows[i].need;
	if (smtp_caps_has(caps, SMTP_CAP_SIZE) && caps->size && size > caps->size)
		lacks |= needs & NEXTHOP_NEED_SIZE;
	return lacks;
}

const char *nexthop_need_status(unsigned needs, const char **ret_name)
{
	size_t i = 0;

	while (i + 1 < sizeof(rows) / sizeof(rows[0]) && !(rows[i].need & needs))
		i++;
	*ret_name = rows[i].name;
	return rows[i].detail;
}

unsigned nexthop_needs(const struct config_hops *hops, unsigned needs)
{
	return hops && hops->assume_8bit ? needs & ~(unsigned)NEXTHOP_NEED_8BIT : needs;
}

unsigned nexthop_conn_lacks(const struct nexthop_conn *conn, unsigned needs, uint64_t size)
{
	return nexthop_lacks(client_caps(conn->client), nexthop_needs(conn->hops, needs), size);
}

static bool was_avoided(const struct nexthop_ask *ask, size_t member)
{
	for (size_t i = 0; i < ask->avoid_n; i++)
		if (ask->avoid[i] == member)
			return true;
	return false;
}

bool nexthop_is_told_once(const struct config_hops *hops)
{
	return hops && hops->tell_client >= CONFIG_TELL_XCLIENT;
}

/* A session that speaks for one client must never speak for another. */
static bool is_his(const struct nexthop_conn *conn, const struct nexthop_ask *ask)
{
	return !nexthop_is_told_once(conn->hops) || slice_eq(conn->ask.identity, ask->identity);
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
	       is_his(conn, ask) && (member == NEXTHOP_NO_MEMBER || member == conn->member) &&
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
			nexthop_close_idle(conn);
		} else if (fits(conn, ask, member) && (conn->has_place || !with_place)) {
			nexthop_idle_remove(&nh->idle, conn);
			conn->kept = true;
			nexthop_conn_set_busy(conn, true);
			metric_add(METRIC_REUSED, 1);
			return conn;
		}
		conn = older;
	}
	return NULL;
}

/* One that is full is as good as another while a connection with it is idle here. */
static void note_idle(struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, struct nexthop_member *v)
{
	for (struct nexthop_conn *c = nexthop_idle_newest(&nh->idle, t->key); c;
		c = nexthop_idle_older(&nh->idle, c))
		if (fits(c, ask, NEXTHOP_NO_MEMBER))
			v[c->member].full = false;
}

bool nexthop_replace_idle(struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_group *g, const struct nexthop_ask *ask,
	const struct nexthop_member *v)
{
	struct nexthop_conn *found = NULL;

	for (struct nexthop_conn *c = nexthop_idle_newest(&nh->idle, t->key); c;
		c = nexthop_idle_older(&nh->idle, c)) {
		if (fits(c, ask, NEXTHOP_NO_MEMBER))
			return false; /* the caller can have it as it is */
		if (c->group == g && c->has_place && v[c->member].full && !v[c->member].out &&
			v[c->member].state != NEXTHOP_MEMBER_DOWN && !is_his(c, ask) &&
			!nexthop_lacks(client_caps(c->client), ask->needs, ask->size))
			found = c; /* in the end the one that has been idle longest */
	}
	if (found)
		nexthop_close_idle(found);
	return found != NULL;
}

/* The member that is to take it; NEXTHOP_NO_MEMBER where an idle connection with any will do. */
static size_t choose(
	struct nexthop *nh, const struct nexthop_target *t, const struct nexthop_ask *ask)
{
	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;
	struct nexthop_member *v;
	struct nexthop_pool pool;

	bool ordered = hops && hops->balance == CONFIG_BALANCE_ORDERED;

	if (!hops || (ordered && !ask->prefer))
		return NEXTHOP_NO_MEMBER;
	v = mem_zalloc(hops->hosts.n * sizeof(*v));
	(void)nexthop_group_pool(nexthop_groups_find(nh->groups, hops), ask, v, &pool);
	note_idle(nh, t, ask, v);
	size_t member = ask->prefer ? nexthop_pool_find(&pool, ask->prefer) : NEXTHOP_NO_MEMBER;

	if (member == NEXTHOP_NO_MEMBER && !ordered)
		member = nexthop_pool_choose(&pool, &nh->rng);

	free(v);
	return member;
}

bool nexthop_prefers(
	struct nexthop *nh, const struct nexthop_target *t, const struct nexthop_ask *asked)
{
	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;
	struct nexthop_ask ask = *asked;
	struct nexthop_pool pool;

	if (!hops || !ask.prefer || nexthop_room(nh, t) == 0)
		return false;
	ask.needs = nexthop_needs(hops, ask.needs);
	struct nexthop_member *v = mem_zalloc(hops->hosts.n * sizeof(*v));

	(void)nexthop_group_pool(nexthop_groups_find(nh->groups, hops), &ask, v, &pool);
	bool yes = nexthop_pool_find(&pool, ask.prefer) != NEXTHOP_NO_MEMBER;

	free(v);
	return yes;
}

size_t nexthop_others(struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *asked, uint64_t member)
{
	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;
	struct nexthop_ask ask = *asked;
	struct nexthop_pool pool;

	if (!hops || hops->hosts.n == 1)
		return 0;
	ask.needs = nexthop_needs(hops, ask.needs);
	struct nexthop_member *v = mem_zalloc(hops->hosts.n * sizeof(*v));

	(void)nexthop_group_pool(nexthop_groups_find(nh->groups, hops), &ask, v, &pool);
	for (size_t i = 0; i < pool.n; i++)
		v[i].out |= v[i].id == member;
	if (nexthop_pool_is_full(&pool))
		note_idle(nh, t, &ask, v);
	size_t others = nexthop_pool_count_well(&pool);

	free(v);
	return others;
}

static bool has_room(const struct nexthop *nh, const struct nexthop_target *t)
{
	return nh->limits.room(nh->limits.arg, t->key, nexthop_places_max(nh, t)) > 0;
}

/* An idle connection that nobody can use now must not keep others from connecting. */
static void make_room(struct nexthop *nh, const struct nexthop_target *t)
{
	struct nexthop_conn *conn = nexthop_idle_newest(&nh->idle, t->key);

	for (; conn; conn = nexthop_idle_older(&nh->idle, conn))
		if (conn->has_place) {
			nexthop_close_idle(conn);
			return;
		}
}

/* One whose place was handed to who waited; or NULL. */
static struct nexthop_conn *placeless(const struct nexthop *nh, const struct nexthop_target *t)
{
	struct nexthop_conn *conn = nexthop_idle_newest(&nh->idle, t->key);

	while (conn && conn->has_place)
		conn = nexthop_idle_older(&nh->idle, conn);
	return conn;
}

/* Who was to have its place, and perhaps it, has gone: nobody counts it any more. */
static void close_placeless(struct nexthop *nh, const struct nexthop_target *t)
{
	struct nexthop_conn *conn = placeless(nh, t);

	if (conn == NULL)
		return;
	nexthop_idle_remove(&nh->idle, conn);
	nexthop_conn_free(conn); /* QUIT would take a while in which there were one too many */
}

static int take_place(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t)
{
	ctx->log.action = "waiting for a connection's place";
	return nh->limits.acquire(ctx, nh->limits.arg, t->key, nexthop_places_max(nh, t));
}

/* Hops that have gone from the configuration bound nothing: beginning there fails at once. */
static bool is_bounded(
	const struct nexthop *nh, const struct nexthop_target *t, const struct nexthop_ask *ask)
{
	return ask->bounded && t->hops && config_hops_find(nh->config, t->hops->name);
}

/* A client waits: others of them, and time, are bounded. */
static int take_place_bounded(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	struct nexthop_failure *ret_failure)
{
	const struct config_hops *hops = config_hops_find(nh->config, t->hops->name);
	struct nexthop_groups *held = nexthop_groups_ref(nh->groups);
	const struct nexthop_group *g = nexthop_groups_find(held, hops);
	bool queues = !has_room(nh, t);
	struct deadline d;
	int r = queues ? nexthop_group_wait(g) : 0;

	if (r < 0) {
		nexthop_groups_unref(held);
		return nexthop_failure_crowded(ctx, ret_failure, t->hops->name, false);
	}
	ctx_narrow(ctx, &d, g->hops->waiting_timeout);
	r = ctx_widen(ctx, &d, take_place(ctx, nh, t)); /* suspends */
	if (queues)
		nexthop_group_waited(g);
	nexthop_groups_unref(held);
	return r == ERR_TIMEOUT ? nexthop_failure_crowded(ctx, ret_failure, t->hops->name, true)
				: r;
}

/* Nobody lets us in anew: who could not be asked, since he has as many connections as he may have,
 * may have an idle one. */
static struct nexthop_conn *instead(struct ctx *ctx, struct nexthop *nh,
	const struct nexthop_target *t, const struct nexthop_ask *ask)
{
	return ctx_check(ctx) == 0 ? take_idle(nh, t, ask, NEXTHOP_NO_MEMBER, true) : NULL;
}

int nexthop_acquire(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *asked, struct nexthop_conn **ret,
	struct nexthop_failure *ret_failure)
{
	assert(!asked->who || asked->identity.n > 0);

	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;
	struct nexthop_ask own = *asked, *ask = &own;

	own.needs = nexthop_needs(hops, own.needs);

	size_t member = choose(nh, t, ask);
	struct nexthop_conn *conn = take_idle(nh, t, ask, member, true);

	while (!conn) {
		bool at_once = has_room(nh, t);

		if (!at_once)
			make_room(nh, t);

		int r = is_bounded(nh, t, ask) ? take_place_bounded(ctx, nh, t, ret_failure)
					       : take_place(ctx, nh, t); /* suspends */

		if (r < 0) {
			close_placeless(nh, t);
			return r;
		}
		if (!at_once)
			member = choose(nh, t, ask); /* things have changed */
		conn = take_idle(nh, t, ask, member, false);
		struct nexthop_conn *left = conn ? NULL : placeless(nh, t);

		if (!conn && !left) {
			r = nexthop_begin(ctx, nh, t, ask, member, ret, ret_failure); /* suspends */
			conn = r == ERR_UNREACHABLE ? instead(ctx, nh, t, ask) : NULL;
			if (!conn)
				return r;
			break;
		}
		if (left) { /* the place was handed over with it; it has it until it is closed */
			left->has_place = true;
			nexthop_close_idle(left);
			continue;
		}
		if (conn->has_place)
			nh->limits.release(nh->limits.arg, t->key);
		conn->has_place = true;
	}
	hops = t->hops ? config_hops_find(nh->config, t->hops->name) : NULL; /* as it is now */
	const struct client_timeouts patience = nexthop_patience_session(
		nh->config, hops, ask->bounded, NEXTHOP_PATIENCE_ALL);

	client_set_timeouts(conn->client, &patience);
	nexthop_conn_set_ask(conn, ask);
	*ret = conn;
	return 0;
}
