/* A server that has said 354 is its client's until the content is whole, however long that takes,
 * and what a client's content will be like is only known when it has come. So contents may have a
 * share of the places for connections, and no more: beyond that each is gathered here, whoever it
 * is from. The session is kept in hand for a moment meanwhile, as nothing was said on it that could
 * not be taken back: a quick client costs nothing but memory, a slow one costs an envelope that is
 * said again. */
#include "server/proxy_gather.h"

#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/quiet.h"
#include "rt/clock.h"
#include "server/proxy_tx.h"
#include "server/proxy_wide.h"
#include "server/session.h"

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

int proxy_gather_begin(struct ctx *ctx, struct proxy_tx *t)
{
	struct proxy_backend *b = &t->backend;
	char id[TEXT_ID_CHARS]; /* the transaction has one, which was told already */

	if (b->lost.code || b->pretence || proxy_tx_backends(t) == 0)
		return 0;
	if ((b->live && nexthop_quiet_is_held(nexthop_live_conn(b->live))) || !is_wise(t))
		return 0;
	if (!proxy_keep_borrow(&t->keep, &t->arena, t->session, b->params.size))
		return 0;
	int r = proxy_keep_prepare(ctx, &t->keep, id);

	if (r < 0 || !proxy_keep_holds(&t->keep)) {
		if (t->keep.lent)
			proxy_keep_drop(&t->keep);
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
