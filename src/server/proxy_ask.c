/* Half a minute is what a client waits in a step whose backend is lost: the lost one has twice as
 * much of it as is left for each of those that could come after it. Only where nobody else could
 * take over, one that is silent is waited for as long as the client would wait itself. */
#include "server/proxy_ask.h"

#include "config/config.h"
#include "nexthop/live.h"
#include "rt/clock.h"
#include "server/proxy_backend.h"
#include "server/proxy_offers.h"
#include "smtp/reply.h"

/* How long the client waits until a lost backend is replaced; what is left for that at least. */
#define REPLACE_TIME  (30 * USEC_PER_SEC)
#define REPLACE_LEAST (10 * USEC_PER_SEC)

struct nexthop_ask proxy_ask_of(
	const struct proxy_backend *b, const struct client_rcpt *rcpts, size_t n)
{
	return (struct nexthop_ask){
		.needs = proxy_offers_needs(&b->params, rcpts, n) | b->more_needs |
			 (b->wide ? NEXTHOP_NEED_8BIT : 0),
		.size = b->params.size,
		.client = b->client,
		.prefer = b->prefer || !b->parted ? b->prefer : b->member,
		.who = b->who,
		.identity = b->identity,
		.bounded = true,
		.avoid = b->failed,
		.avoid_n = b->failed_n,
	};
}

void proxy_ask_hurry(
	const struct proxy_backend *b, struct nexthop_conn *conn, const struct nexthop_ask *ask)
{
	size_t others = nexthop_others(b->nexthop, &b->target, ask, nexthop_conn_member_id(conn));
	size_t max = b->held ? 0 : PROXY_REPLACE_MAX - b->replaced;
	usec_t now = clock_now();

	others = others < max ? others : max;
	if (b->until == 0)
		nexthop_live_hurry(conn, others, REPLACE_TIME, now - b->began, false);
	else
		nexthop_live_hurry(conn, others, now < b->until ? b->until - now : 1, 0, true);
}

void proxy_ask_begin(struct proxy_backend *b)
{
	b->began = clock_now();
	b->until = 0;
	proxy_blame_begin(b);
}

usec_t proxy_ask_replace_time(struct proxy_backend *b)
{
	usec_t now = clock_now(), spent = now - b->began;
	usec_t left = spent < REPLACE_TIME - REPLACE_LEAST ? REPLACE_TIME - spent : REPLACE_LEAST;

	b->until = now + left;
	return left;
}

static bool is_about_rights(const struct smtp_reply *said)
{
	return said->code != 421 && smtp_reply_is_about_session(said);
}

/* Who does not let us in is not asked again when nobody else is there. */
bool proxy_ask_may_replace(const struct proxy_backend *b)
{
	const struct config_hops *hops = b->target.hops;
	bool alone = hops && b->failed_n + 1 >= hops->hosts.n;

	return b->live && !b->held && b->replaced < PROXY_REPLACE_MAX &&
	       !(alone && is_about_rights(&b->last_word));
}
