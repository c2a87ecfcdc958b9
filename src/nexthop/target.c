/* Keys are text that a person can read, since they stand in logs and in `sluice queue`. */
#include "nexthop/target.h"

#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "config/config.h"
#include "nexthop/route.h"

static struct slice key_of(struct arena *a, const char *kind, struct slice name)
{
	return slice_str(arena_printf(a, "%s:%.*s", kind, SLICE_ARG(name)));
}

void nexthop_target_hops(
	struct arena *a, const struct config_hops *hops, struct nexthop_target *ret)
{
	*ret = (struct nexthop_target){ .hops = hops, .key = key_of(a, "hops", hops->name) };
}

void nexthop_target_mx(struct arena *a, struct slice domain, struct nexthop_target *ret)
{
	char *lower = arena_strdup(a, domain);

	for (size_t i = 0; i < domain.n; i++)
		lower[i] = ascii_lower(lower[i]);
	*ret = (struct nexthop_target){ .domain = slice_of(lower, domain.n) };
	ret->key = key_of(a, "mx", ret->domain);
}

void nexthop_target_of(struct arena *a, const struct nexthop_route *route, struct slice domain,
	struct nexthop_target *ret)
{
	assert(route->kind != NEXTHOP_NONE);
	if (route->kind == NEXTHOP_HOPS)
		nexthop_target_hops(a, route->hops, ret);
	else
		nexthop_target_mx(a, domain, ret);
}
