/* Many clients declare nothing for anything, so what a content needs is seen when it comes. Where
 * it is gathered, the need counts before a server is chosen. Where it streams, the server is chosen
 * already: what it does not take does not go there, and changing it would break signatures; so it
 * is refused, for ever where nobody of its pool takes it. */
#include "server/proxy_wide.h"

#include "nexthop/live.h"
#include "nexthop/view.h"
#include "server/proxy_backend.h"

static void refuse(struct proxy_backend *b)
{
	smtp_reply_set(&b->lost, 554, "5.6.3",
		"The content has bytes over 127, which the server behind us does not take");
	b->too_wide = true;
	b->absent = false;
}

static bool fits(const struct proxy_backend *b, const struct nexthop_conn *conn)
{
	return !b->wide || !nexthop_conn_lacks(conn, NEXTHOP_NEED_8BIT, 0);
}

/* Another server of the pool takes them. */
static bool is_elsewhere(const struct proxy_backend *b)
{
	return b->target.hops && !b->held &&
	       !nexthop_view_lacks(b->nexthop, b->target.hops, NEXTHOP_NEED_8BIT, 0);
}

bool proxy_wide_divides(const struct proxy_backend *b)
{
	return b->params.body == SMTP_BODY_7BIT && b->target.hops &&
	       nexthop_view_divides(b->nexthop, b->target.hops, NEXTHOP_NEED_8BIT);
}

bool proxy_wide_may_be_elsewhere(const struct proxy_backend *b)
{
	return b->params.body == SMTP_BODY_7BIT && b->live &&
	       nexthop_conn_lacks(nexthop_live_conn(b->live), NEXTHOP_NEED_8BIT, 0) &&
	       is_elsewhere(b);
}

bool proxy_wide_streams(struct proxy_backend *b)
{
	b->wide = true;
	if (!b->live || b->lost.code || fits(b, nexthop_live_conn(b->live)))
		return false;
	refuse(b);
	if (is_elsewhere(b))
		smtp_reply_set(&b->lost, 451, "4.6.3",
			"The server at hand does not take bytes over 127, another does; try again "
			"later");
	return true;
}

void proxy_wide_gathered(struct proxy_backend *b)
{
	if (b->params.body != SMTP_BODY_7BIT)
		return;
	b->wide = true;
	b->params.body = SMTP_BODY_8BITMIME;
	b->params.present |= 1U << SMTP_PARAM_BODY;
	if (b->live && !fits(b, nexthop_live_conn(b->live)))
		proxy_backend_part(b);
}

bool proxy_wide_may_connect(struct proxy_backend *b, const char **ret_why)
{
	if (b->ahead && !fits(b, b->ahead))
		b->ahead = NULL;
	if (!b->held || fits(b, b->held))
		return true;
	refuse(b);
	*ret_why = "it does not take bytes over 127";
	return false;
}

bool proxy_wide_is_why(struct proxy_backend *b, const struct nexthop_failure *failure)
{
	if (!b->wide || !(failure->lacks & NEXTHOP_NEED_8BIT) || failure->status.class != 5)
		return false;
	refuse(b);
	return true;
}
