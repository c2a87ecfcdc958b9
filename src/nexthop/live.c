/* The lease and the transaction on it, in one. */
#include "nexthop/live.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "client/client.h"
#include "client/live.h"
#include "config/config.h"
#include "nexthop/conn.h"
#include "nexthop/inside.h"
#include "nexthop/members.h"
#include "nexthop/patience.h"
#include "rt/ctx.h"

struct nexthop_live {
	struct nexthop_conn *conn;
	struct client_live live;
};

/* How we and the host are set up does not fit: it does not let us say who our client is, or does
 * not let us in. */
static bool is_misfit(const struct client_failure *f)
{
	return f->why == CLIENT_NOT_TOLD ||
	       (f->reply.code != 421 && smtp_reply_is_about_session(&f->reply));
}

static int broken(struct ctx *ctx, struct nexthop_live *l, const struct client_failure *failure,
	struct nexthop_broken *ret_broken)
{
	int r = ctx_check(ctx);

	if (r < 0)
		return r;
	*ret_broken = (struct nexthop_broken){
		.misfit = is_misfit(failure),
		.in_doubt = failure->stage == CLIENT_DOT,
		.silent = failure->why == CLIENT_TIMEOUT,
		.member = failure->why == CLIENT_LOCAL ? 0 : nexthop_conn_member_id(l->conn),
		.reply = failure->reply,
		.text = failure->text,
	};
	if (ret_broken->misfit && l->conn->member != NEXTHOP_NO_MEMBER)
		nexthop_group_misfit(ctx, l->conn->group, l->conn->member, failure->text);
	if (ret_broken->in_doubt)
		metric_add(METRIC_INDOUBT, 1);
	return ERR_UNREACHABLE;
}

void nexthop_live_blame(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	uint64_t member, const char *why)
{
	const struct config_hops *hops = t->hops ? config_hops_find(nh->config, t->hops->name)
						 : NULL;

	if (!hops)
		return;
	const struct nexthop_group *g = nexthop_groups_find(nh->groups, hops);

	for (size_t i = 0; i < hops->hosts.n; i++)
		if (g->ids[i] == member)
			nexthop_group_lost(ctx, g, i, why);
}

/* The host closed the kept session before it saw anything of this transaction. */
static bool is_stale(const struct nexthop_conn *conn, const struct client_failure *failure)
{
	/* What a client's log-in has opened cannot be opened again without him. */
	return conn->kept && !conn->spent && failure->stage == CLIENT_MAIL &&
	       (failure->why == CLIENT_LOST || failure->reply.code == 421);
}

/* ---- patience ---- */

void nexthop_live_hurry(
	struct nexthop_conn *conn, size_t others, usec_t all, usec_t spent, bool strict)
{
	conn->strict = strict && others > 0;
	conn->hurried = nexthop_patience_hurried(conn->hops, others, all, spent);
}

/* From here to step_end a step is bounded, each reply and all of them. */
static void step_begin(
	struct ctx *ctx, struct deadline *d, const struct nexthop_conn *conn, size_t n)
{
	struct client_timeouts t = nexthop_patience_session(
		conn->config, conn->hops, conn->ask.bounded, NEXTHOP_PATIENCE_ALL);

	ctx_narrow(ctx, d, nexthop_patience_step(conn->hurried, conn->strict ? 1 : n, &t));
	client_set_timeouts(conn->client, &t);
}

static int step_end(struct ctx *ctx, struct deadline *d, int r, struct client_failure *failure)
{
	r = ctx_widen(ctx, d, r);
	if (r == ERR_TIMEOUT && failure->why != CLIENT_TIMEOUT) { /* each reply came in time */
		failure->why = CLIENT_TIMEOUT;
		failure->text = arena_printf(ctx->arena,
			"timed out, waiting for the %s and those before it",
			client_stage_name(failure->stage));
	}
	return r;
}

/* ---- the steps ---- */

/* Who is told with this transaction. */
static const struct client_who *forwarded(const struct nexthop_conn *conn)
{
	return conn->hops && conn->hops->tell_client == CONFIG_TELL_XFORWARD ? conn->ask.who : NULL;
}

int nexthop_live_begin(struct ctx *ctx, struct nexthop_conn *conn, struct slice reverse_path,
	const struct smtp_mail_params *params, const struct client_rcpt *rcpts, size_t n,
	struct nexthop_live **ret, struct smtp_reply *ret_mail, struct smtp_reply *ret_rcpts,
	struct nexthop_broken *ret_broken)
{
	struct nexthop_live *l = *ret = mem_zalloc(sizeof(*l));
	struct nexthop_failure no_session;
	struct client_failure failure;
	struct deadline d;
	int r;

	l->conn = conn;
	nexthop_conn_set_busy(conn, true);
	step_begin(ctx, &d, conn, n);
	r = client_live_begin(ctx, conn->client, reverse_path, params, forwarded(conn), rcpts, n,
		&l->live, ret_mail, ret_rcpts, &failure);
	r = step_end(ctx, &d, r, &failure);
	if (r == 0)
		return 0;
	if (ctx_check(ctx) < 0 || !is_stale(conn, &failure))
		return broken(ctx, l, &failure, ret_broken);
	r = nexthop_conn_renew(ctx, conn, &no_session);
	if (r < 0 && ctx_check(ctx) == 0) {
		*ret_broken = (struct nexthop_broken){ .reply = no_session.reply,
			.misfit = no_session.alarm,
			.text = no_session.text };
		return ERR_UNREACHABLE;
	}
	if (r < 0)
		return broken(ctx, l, &failure, ret_broken);
	step_begin(ctx, &d, conn, n);
	r = client_live_begin(ctx, conn->client, reverse_path, params, forwarded(conn), rcpts, n,
		&l->live, ret_mail, ret_rcpts, &failure);
	r = step_end(ctx, &d, r, &failure);
	return r < 0 ? broken(ctx, l, &failure, ret_broken) : 0;
}

int nexthop_live_rcpts(struct ctx *ctx, struct nexthop_live *l, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret, struct nexthop_broken *ret_broken)
{
	struct client_failure failure;
	struct deadline d;

	step_begin(ctx, &d, l->conn, n);
	int r = client_live_rcpts(ctx, &l->live, rcpts, n, ret, &failure);

	r = step_end(ctx, &d, r, &failure);
	return r < 0 ? broken(ctx, l, &failure, ret_broken) : 0;
}

size_t nexthop_live_accepted(const struct nexthop_live *l)
{
	return l->live.accepted;
}

int nexthop_live_open(struct ctx *ctx, struct nexthop_live *l, struct smtp_reply *ret,
	struct nexthop_broken *ret_broken)
{
	struct client_failure failure;
	struct deadline d;

	step_begin(ctx, &d, l->conn, 0);
	int r = client_live_open(ctx, &l->live, ret, &failure);

	r = step_end(ctx, &d, r, &failure);
	return r < 0 ? broken(ctx, l, &failure, ret_broken) : 0;
}

int nexthop_live_write(struct ctx *ctx, struct nexthop_live *l, struct slice piece,
	struct nexthop_broken *ret_broken)
{
	struct client_failure failure;
	int r = client_live_write(ctx, &l->live, piece, &failure);

	return r < 0 ? broken(ctx, l, &failure, ret_broken) : 0;
}

bool nexthop_live_unsent(const struct nexthop_live *l, struct slice *ret)
{
	return client_live_unsent(&l->live, ret);
}

int nexthop_live_finish(struct ctx *ctx, struct nexthop_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n, struct nexthop_broken *ret_broken)
{
	struct client_failure failure;
	int r = client_live_finish(ctx, &l->live, ret, ret_each, ret_n, &failure);

	if (r == 0)
		nexthop_conn_finished(l->conn);
	return r < 0 ? broken(ctx, l, &failure, ret_broken) : 0;
}

struct slice nexthop_live_name(const struct nexthop_live *l)
{
	return slice_str(l->conn->name);
}

struct ip nexthop_live_ip(const struct nexthop_live *l)
{
	return l->conn->peer.ip;
}

struct slice nexthop_live_called(const struct nexthop_live *l)
{
	return l->conn->client ? client_called(l->conn->client) : SLICE_NIL;
}

struct nexthop_conn *nexthop_live_conn(const struct nexthop_live *l)
{
	return l->conn;
}

size_t nexthop_live_member(const struct nexthop_live *l)
{
	return nexthop_conn_member(l->conn);
}

uint64_t nexthop_live_member_id(const struct nexthop_live *l)
{
	return nexthop_conn_member_id(l->conn);
}

const struct smtp_caps *nexthop_live_caps(const struct nexthop_live *l)
{
	return nexthop_conn_caps(l->conn);
}

bool nexthop_live_is_lmtp(const struct nexthop_live *l)
{
	return nexthop_conn_is_lmtp(l->conn);
}

void nexthop_live_settle(struct ctx *ctx, struct nexthop_live *l)
{
	if (l && l->conn->client)
		client_live_settle(ctx, &l->live);
}

void nexthop_live_end(struct nexthop_live *l)
{
	if (l == NULL)
		return;
	if (l->conn->client)
		client_live_abandon(&l->live);
	if (l->conn->held) {
		nexthop_conn_set_busy(l->conn, false);
		free(l);
		return;
	}
	l->conn->kept = true; /* whatever comes next finds a session that was idle */
	nexthop_release(l->conn);
	free(l);
}
