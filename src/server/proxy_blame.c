/* What a client asks for may be what servers are lost by: each in turn, since a lost step is asked
 * again at the next one. Only what one of them can do and another cannot tells them apart. Where
 * none can, the first is to blame only while there are more of them than one transaction asks: so
 * a pool whose first members hang gets past them, and no client can leave it fewer than it asks. */
#include "server/proxy_blame.h"

#include "nexthop/live.h"
#include "nexthop/nexthop.h"
#include "server/proxy_ask.h"
#include "server/proxy_backend.h"
#include "smtp/reply.h"

_Static_assert(PROXY_BLAME_MAX == PROXY_REPLACE_MAX + 1, "each that is asked");

void proxy_blame_begin(struct proxy_backend *b)
{
	b->blame.n = 0;
}

void proxy_blame_heard(struct proxy_backend *b, const struct smtp_reply *said, size_t n)
{
	for (size_t i = 0; i < n && !b->blame.refused; i++)
		b->blame.refused = said[i].code >= 400;
}

/* It may end a session for what its client does there: asking for strangers, or, once somebody has
 * logged in on it, for anything. One that says nothing has not ended it. */
static bool is_excused(const struct proxy_backend *b, const struct nexthop_broken *broken)
{
	return (b->blame.refused && !broken->silent) || (b->held && broken->reply.code);
}

static bool was_lost(const struct proxy_blame *all, uint64_t member)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].member == member)
			return true;
	return false;
}

void proxy_blame_lost(struct proxy_backend *b, const struct nexthop_broken *broken)
{
	struct proxy_blame *all = &b->blame;

	if (broken->member == 0 || was_lost(all, broken->member) || all->n == PROXY_BLAME_MAX)
		return;
	all->v[all->n].member = broken->member;
	all->v[all->n].why = broken->text;
	all->v[all->n++].excused = is_excused(b, broken);
}

static void blame(struct ctx *ctx, const struct proxy_backend *b, size_t i)
{
	if (!b->blame.v[i].excused)
		nexthop_live_blame(
			ctx, b->nexthop, &b->target, b->blame.v[i].member, b->blame.v[i].why);
}

void proxy_blame_done(struct ctx *ctx, struct proxy_backend *b)
{
	for (size_t i = 0; i < b->blame.n; i++)
		blame(ctx, b, i);
	b->blame.n = 0;
}

/* Members that are well and were not asked. */
static bool are_more(const struct proxy_backend *b)
{
	const struct nexthop_ask ask = proxy_ask_of(b, b->answered.rcpts, b->answered.n);

	return nexthop_others(b->nexthop, &b->target, &ask, b->member) > 0;
}

void proxy_blame_failed(struct ctx *ctx, struct proxy_backend *b, bool in_time)
{
	bool cut_off = !in_time && b->live && !was_lost(&b->blame, b->member);
	size_t asked = b->blame.n + cut_off;

	if (b->blame.n && (asked == 1 || (b->replaced == PROXY_REPLACE_MAX && are_more(b))))
		blame(ctx, b, 0);
	b->blame.n = 0;
}
