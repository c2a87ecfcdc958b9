/* The route is chosen anew at every attempt, from facts alone (nexthop/route.h). */
#include "delivery/where.h"

#include "base/arena.h"
#include "nexthop/nexthop.h"
#include "nexthop/route.h"
#include "smtp/path.h"
#include "spool/envelope.h"

void where_to(const struct config *config, const struct spool_envelope *e, size_t rcpt,
	struct arena *arena, struct nexthop_target *ret)
{
	const struct nexthop_facts facts = { e->reverse_path, e->login, e->listener,
		e->entitlement };
	struct nexthop_route route = { .why = "the stored address cannot be read" };
	struct smtp_path path = { 0 };

	if (smtp_path_parse_mailbox(arena, e->rcpts[rcpt].forward_path, &path) == SMTP_PATH_OK)
		route = nexthop_route_find(config, &facts, &path);
	if (route.kind == NEXTHOP_NONE)
		*ret = (struct nexthop_target){
			.key = slice_str(arena_printf(arena, "none:%s", route.why)),
			.no_route = route.why,
		};
	else
		nexthop_target_of(arena, &route, path.domain, ret);
}
