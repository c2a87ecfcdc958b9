/* A host waits five minutes for a command (RFC 5321 section 4.5.3.2.7), and so do we for our
 * client's: without a word from us the host would be the first to give up. */
#include "nexthop/quiet.h"

#include "base/metrics.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/conn.h"
#include "nexthop/inside.h"
#include "rt/ctx.h"

#define NOOP_TIME (30 * USEC_PER_SEC) /* the client's next command may wait behind it */

bool nexthop_quiet_is_anyones(const struct nexthop_conn *conn)
{
	return !conn->held && !nexthop_is_told_once(conn->hops);
}

bool nexthop_quiet_is_held(const struct nexthop_conn *conn)
{
	return conn->held;
}

bool nexthop_quiet_is_wanted(const struct nexthop_conn *conn)
{
	const struct nexthop_limits *l = &conn->nexthop->limits;

	return l->wanted(l->arg, conn->target.key) || l->wanted_elsewhere(l->arg, conn->target.key);
}

usec_t nexthop_quiet_noop_in(const struct nexthop_conn *conn)
{
	if (!conn->client || !client_reusable(conn->client) || !conn->hops ||
		conn->hops->noop_after == 0)
		return USEC_INFINITY;
	usec_t silence = client_silence(conn->client);

	return silence < conn->hops->noop_after ? conn->hops->noop_after - silence : 0;
}

int nexthop_quiet_noop(struct ctx *ctx, struct nexthop_conn *conn, const char **ret_why)
{
	struct client_failure failure;
	int r = client_noop(ctx, conn->client, NOOP_TIME, &failure);

	metric_add(METRIC_NOOPS, 1);
	if (r == 0)
		return 0;
	if (ctx_check(ctx) < 0)
		return ctx_check(ctx);
	*ret_why = failure.text;
	if (failure.why != CLIENT_LOCAL)
		nexthop_conn_lost(ctx, conn, failure.text);
	return ERR_UNREACHABLE;
}
