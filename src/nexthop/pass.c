/* A connection on which somebody has tried to log in is never kept for others, whatever came of
 * it. */
#include "nexthop/pass.h"

#include "client/client.h"
#include "client/pass.h"
#include "nexthop/conn.h"
#include "nexthop/inside.h"
#include "rt/ctx.h"
#include "rt/tls.h"

bool nexthop_pass_is_private(const struct nexthop_conn *conn)
{
	struct tls_info tls;

	return nexthop_conn_tls(conn, &tls) || ip_is_loopback(&conn->peer.ip);
}

int nexthop_pass_login(struct ctx *ctx, struct nexthop_conn *conn, const struct nexthop_pass *p,
	struct smtp_reply *ret, int *ret_asked, struct nexthop_broken *ret_broken)
{
	const struct client_pass pass = { p->mechanism, p->initial, p->has_initial, p->ask,
		p->arg };
	struct client_failure failure;

	conn->spent = true;
	int r = client_pass_login(ctx, conn->client, &pass, ret, ret_asked, &failure);

	if (r == 0) {
		conn->held = ret->code == 235;
		return 0;
	}
	if (*ret_asked == 0 && ctx_check(ctx) == 0) {
		*ret_broken = (struct nexthop_broken){
			.reply = failure.reply,
			.text = failure.text,
		};
		nexthop_conn_lost(ctx, conn, failure.text);
		return ERR_UNREACHABLE;
	}
	return r;
}

bool nexthop_pass_is_alive(const struct nexthop_conn *conn)
{
	return conn->client && client_reusable(conn->client);
}

void nexthop_hold(struct nexthop_conn *conn)
{
	conn->held = conn->kept = true;
	nexthop_conn_set_busy(conn, false);
}

void nexthop_give_back(struct nexthop_conn *conn)
{
	if (conn == NULL)
		return;
	conn->held = false;
	nexthop_release(conn);
}

void nexthop_pass_end(struct nexthop_conn *conn)
{
	if (conn == NULL)
		return;
	conn->held = false;
	conn->spent = true;
	nexthop_release(conn);
}
