/* Every worker looks at the board; when a member's check is due, the first one that says so there
 * makes it. So no worker is special, and one that dies is not missed. What real sessions have heard
 * counts as a check. */
#include "nexthop/health.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/conn.h"
#include "nexthop/connect.h"
#include "nexthop/failure.h"
#include "nexthop/members.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/scope.h"
#include "smtp/caps.h"

/* One check under way; a coroutine each, so that a silent host does not hold up the others. */
struct check {
	struct nexthop *nexthop;
	struct nexthop_groups *groups; /* a reference */
	const struct nexthop_group *group;
	size_t member;
};

static void conclude(struct ctx *ctx, const struct check *c, int r, const struct smtp_caps *caps,
	const struct nexthop_failure *failure)
{
	if (r == 0)
		nexthop_group_opened(ctx, c->group, c->member, caps, true);
	else if (r == ERR_TIMEOUT)
		nexthop_group_failed(
			ctx, c->group, c->member, "no answer to a check in time", true);
	else if (r != ERR_CANCELLED)
		nexthop_group_failed(ctx, c->group, c->member, failure->text, true);
}

static int run_check(struct ctx *ctx, void *arg)
{
	struct check *c = arg;
	struct nexthop_failure failure = { 0 };
	struct smtp_caps caps;
	struct deadline d;

	ctx->log.action = "checking a pool's member";
	metric_add(METRIC_HEALTH_CHECKS, 1);
	ctx_narrow(ctx, &d, c->group->hops->health.timeout);
	int r = ctx_widen(
		ctx, &d, nexthop_check(ctx, c->nexthop, c->group, c->member, &caps, &failure));

	conclude(ctx, c, r, &caps, &failure);
	nexthop_groups_unref(c->groups);
	free(c);
	return 0;
}

/* When the member is to be checked next; in the past: now. */
static usec_t due(const struct nexthop_group *g, size_t member, usec_t *ret_every)
{
	struct nexthop_health h;
	usec_t every = g->hops->health.every;
	bool well;

	nexthop_entry_health(g->members[member], &h);
	well = h.state == NEXTHOP_MEMBER_UP;
	*ret_every = well ? every * NEXTHOP_WELL : every;
	if (h.checked == 0 && h.heard == 0)
		return 0;
	return time_add(well && h.heard > h.checked ? h.heard : h.checked, *ret_every);
}

static void begin(struct nexthop *nh, struct scope *checks, struct nexthop_groups *groups,
	const struct nexthop_group *g, size_t member)
{
	struct check *c = mem_zalloc(sizeof(*c));

	*c = (struct check){ nh, nexthop_groups_ref(groups), g, member };
	if (scope_spawn(checks, "check", run_check, c) == 0)
		return;
	nexthop_groups_unref(groups);
	free(c);
}

/* Begins what is due; returns when to look again: USEC_INFINITY when nothing is ever checked. */
static usec_t look(struct nexthop *nh, struct scope *checks)
{
	struct nexthop_groups *groups = nexthop_groups_now(nh);
	const struct nexthop_group *g;
	usec_t now = clock_now(), next = USEC_INFINITY, every;

	for (size_t i = 0; (g = nexthop_groups_at(groups, i)) != NULL; i++) {
		for (size_t k = 0; g->hops->health.at && k < g->hops->hosts.n; k++) {
			usec_t at = due(g, k, &every);

			if (at <= now && nexthop_entry_check(g->members[k], at, now))
				begin(nh, checks, groups, g, k);
			if (at <= now || at > time_add(now, g->hops->health.every))
				at = time_add(
					now, g->hops->health.every); /* it may go down meanwhile */
			next = at < next ? at : next;
		}
	}
	return next;
}

int nexthop_health_run(struct ctx *ctx, void *arg)
{
	struct nexthop *nh = arg;
	struct scope checks;
	int r = 0;

	scope_init(&checks, SCOPE_SERVE);
	while (r == 0) {
		usec_t next = look(nh, &checks);

		r = nexthop_wait_config(
			ctx, nh, next == USEC_INFINITY ? next : next - clock_now()); /* suspends */
	}
	scope_end(ctx, &checks);
	return r;
}
