/* A transaction goes to a member that has what it needs (lease.c, connect.c), so that one member is
 * enough for the promise. */
#include "nexthop/view.h"

#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/inside.h"
#include "nexthop/members.h"
#include "nexthop/nexthop.h"
#include "smtp/caps.h"

/* By name: a session may have begun under a former configuration. */
static const struct nexthop_group *group_of(
	const struct nexthop *nh, const struct config_hops *hops)
{
	const struct config_hops *now = config_hops_find(nh->config, hops->name);

	return now ? nexthop_groups_find(nh->groups, now) : NULL;
}

static bool heard(const struct nexthop_entry *e, struct smtp_caps *ret)
{
	struct nexthop_health health;

	nexthop_entry_health(e, &health);
	return health.state != NEXTHOP_MEMBER_DOWN && nexthop_entry_caps(e, ret);
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a == 0 || (b && b < a) ? b : a;
}

static void add(struct smtp_caps *sum, const struct smtp_caps *its)
{
	sum->set |= its->set;
	sum->mechs |= its->mechs;
	if (smtp_caps_has(its, SMTP_CAP_SIZE) && its->size)
		sum->size = sum->size && sum->size < its->size ? sum->size : its->size;
	sum->mail_max = lesser(sum->mail_max, its->mail_max);
	sum->rcpt_max = lesser(sum->rcpt_max, its->rcpt_max);
}

bool nexthop_view_caps(
	const struct nexthop *nh, const struct config_hops *hops, struct smtp_caps *ret)
{
	const struct nexthop_group *g = group_of(nh, hops);
	struct smtp_caps sum = { 0 }, its;
	bool any = false;

	for (size_t i = 0; g && i < g->hops->hosts.n; i++) {
		if (!heard(g->members[i], &its))
			continue;
		any = true;
		add(&sum, &its);
	}
	if (any && g->hops->assume_8bit)
		smtp_caps_add(&sum, SMTP_CAP_8BITMIME);
	if (any)
		*ret = sum;
	return any;
}

unsigned nexthop_view_lacks(
	const struct nexthop *nh, const struct config_hops *hops, unsigned needs, uint64_t size)
{
	const struct nexthop_group *g = group_of(nh, hops);
	unsigned least = 0;
	bool any = false;
	struct smtp_caps its;

	for (size_t i = 0; g && i < g->hops->hosts.n; i++) {
		if (!heard(g->members[i], &its))
			continue;
		unsigned lacks = nexthop_lacks(&its, nexthop_needs(g->hops, needs), size);

		if (lacks == 0)
			return 0;
		if (!any || __builtin_popcount(lacks) < __builtin_popcount(least))
			least = lacks;
		any = true;
	}
	return least;
}

bool nexthop_view_divides(const struct nexthop *nh, const struct config_hops *hops, unsigned needs)
{
	const struct nexthop_group *g = hops->hosts.n > 1 ? group_of(nh, hops) : NULL;
	bool with = false, without = false;
	struct smtp_caps its;

	for (size_t i = 0; g && i < g->hops->hosts.n; i++) {
		if (!heard(g->members[i], &its))
			continue;
		if (nexthop_lacks(&its, nexthop_needs(g->hops, needs), 0))
			without = true;
		else
			with = true;
	}
	return with && without;
}

bool nexthop_view_member(const struct nexthop *nh, const struct config_hops *hops, size_t i,
	struct nexthop_view_member *ret)
{
	const struct nexthop_group *g = group_of(nh, hops);

	if (!g || i >= g->hops->hosts.n)
		return false;
	*ret = (struct nexthop_view_member){
		.host = &g->hops->hosts.v[i],
		.name = g->names[i],
		.connections = nexthop_entry_sum(g->members[i], NEXTHOP_OPEN),
		.transactions = nexthop_entry_sum(g->members[i], NEXTHOP_BUSY),
	};
	nexthop_entry_health(g->members[i], &ret->health);
	ret->known = nexthop_entry_caps(g->members[i], &ret->caps);
	return true;
}

uint32_t nexthop_view_waiting(const struct nexthop *nh, const struct config_hops *hops)
{
	const struct nexthop_group *g = group_of(nh, hops);

	return g ? nexthop_entry_sum(g->entry, NEXTHOP_WAITING) : 0;
}
