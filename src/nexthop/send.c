/* One message on a leased session, and what is known about the session. */
#include <assert.h>

#include "base/metrics.h"
#include "client/client.h"
#include "nexthop/board.h"
#include "nexthop/conn.h"
#include "nexthop/failure.h"
#include "nexthop/members.h"
#include "nexthop/nexthop.h"
#include "rt/ctx.h"

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
	if (r < 0 && ctx_check(ctx) == 0 && failure.why != CLIENT_LOCAL)
		nexthop_conn_lost(ctx, conn, failure.text);
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
		else if (r == 0 && failure.why != CLIENT_LOCAL)
			nexthop_conn_lost(ctx, conn, failure.text);
	} else {
		nexthop_conn_finished(conn);
	}
	conn->kept = true; /* whatever comes next finds a session that was idle */
	for (size_t i = 0; i < m->n; i++)
		if (ret_results[i].outcome == CLIENT_INDOUBT)
			metric_add(METRIC_INDOUBT, 1);
	return r;
}

/* ---- its member's health ---- */

void nexthop_conn_finished(struct nexthop_conn *conn)
{
	if (conn->member != NEXTHOP_NO_MEMBER)
		nexthop_entry_finished(conn->group->members[conn->member]);
}

void nexthop_conn_lost(struct ctx *ctx, struct nexthop_conn *conn, const char *why)
{
	if (conn->member != NEXTHOP_NO_MEMBER)
		nexthop_group_lost(ctx, conn->group, conn->member, why);
}

/* ---- with whom ---- */

struct slice nexthop_conn_host(const struct nexthop_conn *conn)
{
	return slice_str(conn->host);
}

size_t nexthop_conn_member(const struct nexthop_conn *conn)
{
	return conn->member;
}

uint64_t nexthop_conn_member_id(const struct nexthop_conn *conn)
{
	const struct nexthop_group *g = conn->group;

	return g && conn->member != NEXTHOP_NO_MEMBER ? g->ids[conn->member] : 0;
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
