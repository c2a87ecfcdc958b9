/* A lease that outlives transactions. It is never worth more than a connection made at the first
 * recipient: where it cannot carry one, or the server has closed it, another one is taken. */
#include "server/ahead.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/event.h"
#include "base/mem.h"
#include "nexthop/nexthop.h"
#include "nexthop/pass.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "server/introduce.h"
#include "server/server.h"
#include "server/session.h"

struct ahead {
	struct nexthop_conn *conn; /* NULL: it was lost */
	struct client_who who;
	struct slice identity; /* that it was made for */
	struct arena arena;
};

static int acquire(struct ctx *ctx, struct session *s, struct ahead *a)
{
	struct nexthop_ask ask = { .client = s->peer.ip, .who = &a->who, .bounded = true };
	struct nexthop_target target;
	struct nexthop_failure failure;

	nexthop_target_hops(&a->arena, s->listener->hops, &target);
	introduce_client(s, &a->arena, SLICE_NIL, &a->who, &a->identity);
	ask.identity = a->identity;
	s->introduced |= nexthop_is_told_once(s->listener->hops);
	int r = nexthop_acquire(ctx, s->server->nexthop, &target, &ask, &a->conn, &failure);

	if (r == 0 || ctx_check(ctx) < 0)
		return r < 0 ? ctx_check(ctx) : 0;
	bool stays = s->listener->on_backend_failure == CONFIG_FAILURE_SPOOL;

	LOG(ctx, EV_BACKEND_LOST, FIELD("backend", s->listener->via),
		FIELD_STR("why", failure.text),
		FIELD_STR("mail", stays ? "what the client sends may be kept here"
					: "the client is turned away"));
	return stays ? 0 : ERR_UNREACHABLE;
}

int ahead_connect(struct ctx *ctx, struct session *s, enum config_connect here)
{
	if (s->listener->service != CONFIG_SERVICE_PROXY || s->listener->connect != here ||
		s->server->pretence)
		return 0;
	ctx->log.action = "connecting to a server behind us";
	s->ahead = mem_zalloc(sizeof(*s->ahead));
	int r = acquire(ctx, s, s->ahead);

	if (r == 0 && s->ahead->conn)
		nexthop_hold(s->ahead->conn);
	else
		ahead_end(s);
	return r;
}

/* By XCLIENT it was told what has changed since: another EHLO, say. */
static bool is_outdated(const struct session *s, const struct ahead *a)
{
	struct arena scratch = ARENA_INIT;
	struct client_who who;
	struct slice now;
	bool differs = false;

	if (s->listener->hops->tell_client == CONFIG_TELL_XCLIENT) {
		introduce_client(s, &scratch, SLICE_NIL, &who, &now);
		differs = !slice_eq(now, a->identity);
	}
	arena_reset(&scratch);
	return differs;
}

struct nexthop_conn *ahead_conn(struct session *s, unsigned needs, uint64_t size)
{
	struct ahead *a = s->ahead;

	if (a == NULL || a->conn == NULL)
		return NULL;
	if (!nexthop_pass_is_alive(a->conn) || !nexthop_reusable(a->conn) || is_outdated(s, a)) {
		nexthop_give_back(a->conn);
		a->conn = NULL;
		return NULL;
	}
	return nexthop_conn_lacks(a->conn, needs, size) ? NULL : a->conn;
}

struct nexthop_conn *ahead_lease(const struct session *s)
{
	return s->ahead ? s->ahead->conn : NULL;
}

struct client_who *ahead_who(struct session *s)
{
	return &s->ahead->who;
}

void ahead_end(struct session *s)
{
	if (s->ahead == NULL)
		return;
	nexthop_give_back(s->ahead->conn);
	arena_reset(&s->ahead->arena);
	free(s->ahead);
	s->ahead = NULL;
}
