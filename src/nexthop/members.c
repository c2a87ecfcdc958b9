/* Entries are found once for each configuration, so that a choice costs no look-up. A member is
 * named by its pool and place: two pools with one host count apart, as they have limits and checks
 * of their own. */
#include "nexthop/members.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "smtp/caps.h"

#define NAME_BYTES 512

#define ALARM_PAUSE (10 * USEC_PER_MIN) /* one alarm says enough */

struct nexthop_groups {
	unsigned refs;
	unsigned slot;
	const struct config *config;
	struct nexthop_group *v; /* one for each of config->hops */
	struct arena arena;
	struct nexthop_entry **own; /* those that the board had no room for */
	size_t own_n;
};

/* ---- entries ---- */

static struct nexthop_entry *entry_for(
	struct nexthop_groups *g, struct nexthop_board *board, struct slice name)
{
	struct nexthop_entry *e = nexthop_board_entry(board, name);

	if (e)
		return e;
	return g->own[g->own_n++] = nexthop_board_own_entry(g->slot + 1);
}

static size_t entries_of(const struct config *config)
{
	size_t n = config->hops.n;

	for (size_t i = 0; i < config->hops.n; i++)
		n += config->hops.v[i].hosts.n;
	return n;
}

static const char *name_of(struct arena *a, const struct config_endpoint *p)
{
	bool v6 = p->ip.family == IP_V6;

	return arena_printf(
		a, "%s%.*s%s:%u", v6 ? "[" : "", SLICE_ARG(p->name), v6 ? "]" : "", p->port);
}

static void fill_group(struct nexthop_groups *g, struct nexthop_board *board,
	const struct config_hops *hops, struct nexthop_group *ret)
{
	const struct hash_key fixed = { 0, 0 }; /* the same clients after a restart */
	size_t n = hops->hosts.n;

	*ret = (struct nexthop_group){ .config = g->config, .hops = hops, .slot = g->slot };
	ret->key = arena_printf(&g->arena, "hops:%.*s", SLICE_ARG(hops->name));
	ret->members = arena_array(&g->arena, struct nexthop_entry *, n);
	ret->ids = arena_array(&g->arena, uint64_t, n);
	ret->names = arena_array(&g->arena, const char *, n);
	ret->alarms = arena_array(&g->arena, usec_t, n);
	ret->entry = entry_for(
		g, board, slice_str(arena_printf(&g->arena, "pool %.*s", SLICE_ARG(hops->name))));
	for (size_t i = 0; i < n; i++) {
		ret->names[i] = name_of(&g->arena, &hops->hosts.v[i].place);
		ret->ids[i] = hash_slice_nocase(&fixed, slice_str(ret->names[i]));
		ret->members[i] = entry_for(g, board,
			slice_str(arena_printf(&g->arena, "pool %.*s member %s",
				SLICE_ARG(hops->name), ret->names[i])));
	}
}

struct nexthop_groups *nexthop_groups_new(
	const struct config *config, struct nexthop_board *board, unsigned slot)
{
	struct nexthop_groups *g = mem_zalloc(sizeof(*g));

	g->refs = 1;
	g->slot = slot;
	g->config = config_ref(config);
	g->v = mem_zalloc((config->hops.n + 1) * sizeof(*g->v));
	g->own = mem_zalloc((entries_of(config) + 1) * sizeof(*g->own));
	for (size_t i = 0; i < config->hops.n; i++)
		fill_group(g, board, &config->hops.v[i], &g->v[i]);
	return g;
}

struct nexthop_groups *nexthop_groups_ref(struct nexthop_groups *g)
{
	g->refs++;
	return g;
}

void nexthop_groups_unref(struct nexthop_groups *g)
{
	if (!g || --g->refs)
		return;
	for (size_t i = 0; i < g->own_n; i++)
		free(g->own[i]);
	free(g->own);
	free(g->v);
	arena_reset(&g->arena);
	config_unref(g->config);
	free(g);
}

void nexthop_groups_show(struct nexthop_groups *g, bool yes)
{
	for (size_t i = 0; i < g->config->hops.n; i++)
		for (size_t k = 0; k < g->v[i].hops->hosts.n; k++)
			nexthop_entry_is_member(g->v[i].members[k], yes);
}

const struct nexthop_group *nexthop_groups_find(
	const struct nexthop_groups *g, const struct config_hops *hops)
{
	return &g->v[hops - g->config->hops.v];
}

const struct nexthop_group *nexthop_groups_at(const struct nexthop_groups *g, size_t i)
{
	return i < g->config->hops.n ? &g->v[i] : NULL;
}

/* ---- how they look ---- */

bool nexthop_group_is_full(const struct nexthop_group *g, size_t member)
{
	uint32_t max = g->hops->hosts.v[member].max_connections;

	return max && nexthop_entry_sum(g->members[member], NEXTHOP_OPEN) >= max;
}

static void view(const struct nexthop_group *g, struct nexthop_member *v)
{
	for (size_t i = 0; i < g->hops->hosts.n; i++) {
		const struct config_host *h = &g->hops->hosts.v[i];
		struct nexthop_health health;

		nexthop_entry_health(g->members[i], &health);
		v[i] = (struct nexthop_member){
			.id = g->ids[i],
			.weight = h->weight,
			.busy = nexthop_entry_sum(g->members[i], NEXTHOP_BUSY),
			.state = health.state,
			.since = health.since,
			.until = health.until,
			.full = nexthop_group_is_full(g, i),
		};
	}
}

static uint64_t client_key(const struct nexthop_group *g, const struct ip *client)
{
	const struct hash_key fixed = { 0, 0 };
	size_t whole = client->family == IP_V4 ? 4 : 16, network = client->family == IP_V4 ? 3 : 8;
	size_t n = g->hops->sticky == CONFIG_STICKY_NETWORK ? network : whole;

	return hash_slice(&fixed, slice_of((const char *)client->b, n));
}

unsigned nexthop_group_pool(const struct nexthop_group *g, const struct nexthop_ask *ask,
	struct nexthop_member *v, struct nexthop_pool *ret)
{
	unsigned lacks = 0;
	struct smtp_caps caps;

	view(g, v);
	for (size_t i = 0; i < g->hops->hosts.n && ask->bounded; i++) {
		/* One that is away may have changed. */
		unsigned its = v[i].state != NEXTHOP_MEMBER_DOWN &&
					       nexthop_entry_caps(g->members[i], &caps)
				       ? nexthop_lacks(&caps, ask->needs, ask->size)
				       : 0;

		v[i].out = its != 0;
		lacks |= its;
	}
	for (size_t i = 0; i < ask->avoid_n; i++)
		if (ask->avoid[i] < g->hops->hosts.n)
			v[ask->avoid[i]].last = true;
	*ret = (struct nexthop_pool){
		.balance = g->hops->balance,
		.slow_start = g->hops->slow_start,
		.now = clock_now(),
		.v = v,
		.n = g->hops->hosts.n,
		.has_client = ask->client.family != IP_NONE,
		.client = client_key(g, &ask->client),
	};
	return lacks;
}

/* ---- what happens to them ---- */

static void tell_down(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why)
{
	struct nexthop_health health;

	nexthop_entry_health(g->members[member], &health);
	metric_add(METRIC_MEMBERS_WENT_DOWN, 1);
	LOG(ctx, EV_MEMBER_DOWN, FIELD("hops", g->hops->name),
		FIELD_STR("member", g->names[member]), FIELD_STR("why", why),
		FIELD_INT("for-s", (health.until - clock_now()) / USEC_PER_SEC),
		FIELD_STR("mail",
			g->hops->hosts.n > 1 ? "goes to the others" : "waits, or is told to"));
}

void nexthop_group_opened(struct ctx *ctx, const struct nexthop_group *g, size_t member,
	const struct smtp_caps *caps, bool check)
{
	struct nexthop_health before;

	nexthop_entry_health(g->members[member], &before);
	if (nexthop_entry_opened(g->members[member], caps, check, clock_now()))
		LOG(ctx, EV_MEMBER_UP, FIELD("hops", g->hops->name),
			FIELD_STR("member", g->names[member]),
			FIELD_INT("away-s", (clock_now() - before.since) / USEC_PER_SEC),
			FIELD_STR("by", check ? "check" : "session"));
}

void nexthop_group_failed(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why, bool check)
{
	usec_t away = g->config->delivery.dead_host;

	if (check && away < 3 * g->hops->health.every)
		away = 3 * g->hops->health.every; /* the next checks find out that it is back */
	if (nexthop_entry_failed(g->members[member], away, clock_now()))
		tell_down(ctx, g, member, why);
}

void nexthop_group_lost(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why)
{
	if (nexthop_entry_lost(g->members[member], g->config->delivery.dead_host, clock_now()))
		tell_down(ctx, g, member, why);
}

void nexthop_group_misfit(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why)
{
	usec_t now = clock_now();

	metric_add(METRIC_MISCONFIGURED, 1);
	if (now < g->alarms[member])
		return;
	g->alarms[member] = now + ALARM_PAUSE;
	LOG(ctx, EV_ALARM, FIELD_STR("destination", g->key), FIELD_STR("member", g->names[member]),
		FIELD_STR("why", why));
}

/* ---- those who wait ---- */

int nexthop_group_wait(const struct nexthop_group *g)
{
	uint32_t max = g->hops->max_waiting;

	if (max == 0 || !nexthop_entry_take(g->entry, g->slot, NEXTHOP_WAITING, max))
		return ERR_LIMIT;
	metric_add(METRIC_POOL_WAITING, 1);
	return 0;
}

void nexthop_group_waited(const struct nexthop_group *g)
{
	nexthop_entry_give(g->entry, g->slot, NEXTHOP_WAITING);
	metric_sub(METRIC_POOL_WAITING, 1);
}
