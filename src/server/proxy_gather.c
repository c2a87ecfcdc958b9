/* A server that has said 354 is its client's until the content is whole, however long that takes,
 * and what a client's content will be like is only known when it has come. So contents may have a
 * share of the places for connections, and no more: beyond that each is gathered here, whoever it
 * is from. The session is kept in hand for a moment meanwhile, as nothing was said on it that could
 * not be taken back: a quick client costs nothing but memory, a slow one costs an envelope that is
 * said again. Who finds no room here does not stream for that reason: he is asked to come again,
 * unless contents have less than their share of the places. */
#include "server/proxy_gather.h"

#include "base/err.h"
#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/quiet.h"
#include "rt/clock.h"
#include "server/envelope.h"
#include "server/proxy_tx.h"
#include "server/proxy_wide.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/reply.h"
#include "spool/spool.h"

/* For others who wait. A client nearby needs less for its content. */
#define LOOK (20 * USEC_PER_MSEC)

static bool is_short(const struct proxy_tx *t)
{
	const struct proxy_backend *b = &t->backend;

	return t->session->listener->slow_after &&
	       nexthop_quiet_is_short(b->nexthop, &b->target, b->live ? 0 : 1);
}

bool proxy_gather_may_ask_ahead(struct proxy_tx *t)
{
	const struct proxy_backend *b = &t->backend;

	t->asked_ahead = t->session->data_follows &&
			 (b->held || b->ahead || b->pretence ||
				 !(is_short(t) || proxy_wide_divides(b)));
	return t->asked_ahead;
}

static bool is_wise(const struct proxy_tx *t)
{
	if (slow_is(t->session))
		return true;
	return !t->asked_ahead && (proxy_wide_may_be_elsewhere(&t->backend) ||
					  (!t->session->content_is_here && is_short(t)));
}

/* There is no room for the content here. own: its client has taken what he may have; then it does
 * not stream either while places are short. */
static void stream_or_refuse(struct proxy_tx *t, bool own, struct smtp_reply *ret_refusal)
{
	struct nexthop_live *live = t->backend.live;

	if (t->asked_ahead || !is_short(t))
		return;
	if (own || !live || !nexthop_quiet_stream(nexthop_live_conn(live), true)) {
		server_spool_refusal(ERR_FULL, ret_refusal);
		t->log.refused = true;
	}
}

/* False: there is no room, *ret_own says whether that is the client's own doing. */
static bool borrow(struct proxy_tx *t, bool *ret_own)
{
	const struct server *server = t->session->server;

	*ret_own = false;
	if (proxy_keep_borrow(&t->keep, &t->arena, t->session, t->backend.params.size))
		return true;
	*ret_own = gathering_has_room(&server->gathering, spool_room(server->spool));
	return false;
}

int proxy_gather_begin(struct ctx *ctx, struct proxy_tx *t, struct smtp_reply *ret_refusal)
{
	struct proxy_backend *b = &t->backend;
	char id[TEXT_ID_CHARS]; /* the transaction has one, which was told already */
	bool own;
	int r = 0;

	if (b->lost.code || b->pretence || proxy_tx_backends(t) == 0)
		return 0;
	if ((b->live && nexthop_quiet_is_held(nexthop_live_conn(b->live))) || !is_wise(t))
		return 0;
	bool borrowed = borrow(t, &own);

	if (borrowed)
		r = proxy_keep_prepare(ctx, &t->keep, id);
	if (r < 0 || !borrowed || !proxy_keep_holds(&t->keep)) {
		if (borrowed && t->keep.lent)
			proxy_keep_drop(&t->keep);
		if (r == 0)
			stream_or_refuse(t, own, ret_refusal);
		return r;
	}
	if (slow_is(t->session))
		proxy_backend_part(b);
	b->parted = true; /* whoever comes after it hears the envelope again */
	t->late = true;
	t->gathering = clock_now();
	t->log.gathered = true;
	metric_add(METRIC_GATHERED, 1);
	return 0;
}

void proxy_gather_streams(struct proxy_tx *t)
{
	if (t->backend.live)
		(void)nexthop_quiet_stream(nexthop_live_conn(t->backend.live), false);
}

void proxy_gather_rest(struct proxy_tx *t, usec_t coming, usec_t *ret_next)
{
	struct proxy_backend *b = &t->backend;

	if (!t->late || !b->live)
		return;
	usec_t all = clock_now() - t->gathering + coming;

	if (all >= t->session->listener->slow_after ||
		(all >= LOOK && nexthop_quiet_is_wanted(nexthop_live_conn(b->live))))
		proxy_backend_part(b);
	else
		*ret_next = LOOK;
}
