/* Backends have few places and short patience, clients are many and slow. A session that anybody
 * can use goes back after a while, sooner where others wait for one; what it was told is said
 * again when the client goes on. A session that is the client's own stays, and hears NOOP in
 * time; so does one that only speaks for him, as long as nobody waits. In a content no command may
 * be said; what is gathered meanwhile has a say of its own (proxy_gather.c). */
#include "server/proxy_rest.h"

#include "base/event.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/nexthop.h"
#include "nexthop/quiet.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "server/ahead.h"
#include "server/passage.h"
#include "server/proxy_gather.h"
#include "server/proxy_tx.h"
#include "server/session.h"

#define LOOK	  (100 * USEC_PER_MSEC) /* for others who wait */
#define NOOPS_MAX 30 /* between two contents: nobody holds a backend by saying nothing */

/* ---- what is the client's own ---- */

/* The next NOOP, if there may be one more. True: it is due. */
static bool is_noop_due(const struct session *s, const struct nexthop_conn *conn, usec_t *ret_next)
{
	if (s->slow.noops >= NOOPS_MAX)
		return false;
	*ret_next = nexthop_quiet_noop_in(conn);
	return *ret_next == 0;
}

static int rest_own(struct ctx *ctx, struct session *s, struct proxy_backend *b, usec_t *ret_next)
{
	if (!is_noop_due(s, nexthop_live_conn(b->live), ret_next))
		return 0;
	s->slow.noops++;
	int r = proxy_backend_noop(ctx, b);

	*ret_next = USEC_INFINITY;
	if (r == 0 && b->live)
		(void)is_noop_due(s, nexthop_live_conn(b->live), ret_next);
	return r;
}

/* A connection that the session has beyond its transactions, between two of them. That it is lost
 * is noticed by the next one. */
static int rest_between(
	struct ctx *ctx, struct session *s, struct nexthop_conn *conn, usec_t *ret_next)
{
	const char *why;

	if (!is_noop_due(s, conn, ret_next))
		return 0;
	s->slow.noops++;
	int r = nexthop_quiet_noop(ctx, conn, &why);

	if (r == ERR_UNREACHABLE) {
		LOG(ctx, EV_BACKEND_LOST, FIELD("backend", nexthop_conn_name(conn)),
			FIELD_STR("why", why), FIELD_STR("mail", "there is none at the moment"));
		r = 0;
	}
	*ret_next = USEC_INFINITY;
	(void)is_noop_due(s, conn, ret_next);
	return r;
}

/* ---- what can be left ---- */

/* silence: the time since its client said anything that it had to hear: NOOP, and what we refuse
 * ourselves, is silence for it. */
static bool is_time(const struct session *s, const struct nexthop_conn *conn, usec_t silence,
	usec_t coming, bool wanted)
{
	const struct config_listener *l = s->listener;
	usec_t all = silence + coming;

	if (wanted && (slow_is(s) || (l->slow_after && silence >= l->slow_after)))
		return true;
	return nexthop_quiet_is_anyones(conn) &&
	       (all >= l->release_after || (coming && l->slow_after && all >= l->slow_after));
}

/* What speaks for this client alone is left only where others wait. What was left too often is
 * kept, as the client's own is, until they do. */
static int rest_lent(struct ctx *ctx, struct session *s, struct proxy_backend *b, usec_t coming,
	usec_t *ret_next)
{
	const struct nexthop_conn *conn = nexthop_live_conn(b->live);
	const usec_t after = s->listener->release_after, silence = clock_now() - b->told;
	bool wanted = after && nexthop_quiet_is_wanted(conn),
	     anyones = nexthop_quiet_is_anyones(conn);
	int r = 0;

	if (after && is_time(s, conn, silence, coming, wanted) && proxy_backend_part_in_silence(b))
		return 0;
	if (b->stays && wanted && silence >= after) {
		proxy_backend_leave_to_others(b);
		return 0;
	}
	if (!anyones || b->stays)
		r = rest_own(ctx, s, b, ret_next);
	if (r == 0 && after && b->live && *ret_next > LOOK)
		*ret_next = !anyones || b->stays || after - silence > LOOK ? LOOK : after - silence;
	return r;
}

/* ---- any ---- */

static struct nexthop_conn *own_conn(const struct session *s)
{
	return s->passage ? passage_conn(s->passage) : ahead_lease(s);
}

int proxy_rest(struct ctx *ctx, struct session *s, usec_t coming, usec_t *ret_next)
{
	struct proxy_backend *b = s->tx ? &proxy_tx_of(s->tx)->backend : NULL;
	struct nexthop_conn *conn = own_conn(s);
	usec_t began = clock_now();
	int r = 0;

	if (s->content) {
		if (b)
			proxy_gather_rest(proxy_tx_of(s->tx), coming, ret_next);
		return 0;
	}
	if (b && b->live && !nexthop_quiet_is_held(nexthop_live_conn(b->live)))
		r = rest_lent(ctx, s, b, coming, ret_next);
	else if (b && b->live)
		r = rest_own(ctx, s, b, ret_next);
	else if (conn)
		r = rest_between(ctx, s, conn, ret_next);
	ctx_postpone(ctx, clock_now() - began); /* the client's time does not run meanwhile */
	return r;
}
