/* Members that cannot be chosen are passed over first, then the balance decides among the rest.
 *
 * Sticky is rendezvous hashing with weights: each member draws a number from the client's key and
 * its own id, and the best one has the client. When a member goes, its clients move to their second
 * best and nobody else moves; a weight w wins in proportion to w if the draw u in (0, 1) counts as
 * log(u) / w (the least of exponential variables with rates w). */
#include "nexthop/pool.h"

#include <math.h>

#include "base/hash.h"
#include "base/rng.h"

#define WHOLE 1000 /* thousandths */
#define FIRST 100 /* of them when a member comes back */

bool nexthop_member_is_away(const struct nexthop_member *m, usec_t now)
{
	return m->state == NEXTHOP_MEMBER_DOWN && now < m->until;
}

uint64_t nexthop_member_share(const struct nexthop_member *m, usec_t slow_start, usec_t now)
{
	/* Another worker may have seen it come up since we looked at the clock. */
	usec_t age = now > m->since ? now - m->since : 0;
	uint64_t part = WHOLE;

	if (slow_start == 0)
		return m->weight * part;
	if (m->state == NEXTHOP_MEMBER_DOWN)
		part = FIRST;
	else if (m->state == NEXTHOP_MEMBER_UP && m->since && age < slow_start)
		part = FIRST + (WHOLE - FIRST) * (uint64_t)age / (uint64_t)slow_start;
	return m->weight * part;
}

static bool is_fit(const struct nexthop_pool *p, const struct nexthop_member *m, bool last)
{
	return !m->out && m->last == last && !m->full && !nexthop_member_is_away(m, p->now);
}

/* busy + 1 for its share, compared without division. */
static int compare_load(const struct nexthop_member *a, uint64_t share_a,
	const struct nexthop_member *b, uint64_t share_b)
{
	uint64_t x = ((uint64_t)a->busy + 1) * share_b, y = ((uint64_t)b->busy + 1) * share_a;

	return x < y ? -1 : x > y;
}

static double draw(const struct nexthop_pool *p, const struct nexthop_member *m)
{
	uint64_t h = hash_u64(hash_u64(p->client) ^ m->id);
	double u = ((double)(h >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */

	return log(u) / (double)nexthop_member_share(m, p->slow_start, p->now);
}

/* Below 0: a is the better choice; 0: chance decides. b stands before a in the pool. */
static int compare(const struct nexthop_pool *p, const struct nexthop_member *a,
	const struct nexthop_member *b)
{
	switch (p->balance) {
	case CONFIG_BALANCE_ORDERED:
		return 1;
	case CONFIG_BALANCE_STICKY:
		return !p->has_client ? 0 : draw(p, a) > draw(p, b) ? -1 : 1;
	case CONFIG_BALANCE_LEAST:
		return compare_load(a, nexthop_member_share(a, p->slow_start, p->now), b,
			nexthop_member_share(b, p->slow_start, p->now));
	case CONFIG_BALANCE_WEIGHTED:
		break;
	}
	return 0;
}

/* The k-th of those among which chance decides replaces the ones before it with the probability of
 * its share in the sum of the k shares: in the end each has its own. */
static size_t best_of(const struct nexthop_pool *p, struct rng *rng, bool last)
{
	size_t best = NEXTHOP_NO_MEMBER;
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct nexthop_member *m = &p->v[i];

		if (!is_fit(p, m, last))
			continue;
		int order = best == NEXTHOP_NO_MEMBER ? -1 : compare(p, m, &p->v[best]);
		uint64_t share = nexthop_member_share(m, p->slow_start, p->now);

		if (order > 0)
			continue;
		sum = order < 0 ? share : sum + share;
		if (order < 0 || rng_below(rng, sum) < share)
			best = i;
	}
	return best;
}

/* All are away: the one whose time is over first. */
static size_t next_back(const struct nexthop_pool *p)
{
	size_t best = NEXTHOP_NO_MEMBER;

	for (size_t i = 0; i < p->n; i++) {
		const struct nexthop_member *m = &p->v[i];

		if (m->out)
			continue;
		if (!nexthop_member_is_away(m, p->now))
			return NEXTHOP_NO_MEMBER;
		if (!m->full && (best == NEXTHOP_NO_MEMBER || m->until < p->v[best].until))
			best = i;
	}
	return best;
}

size_t nexthop_pool_choose(const struct nexthop_pool *p, struct rng *rng)
{
	size_t i = best_of(p, rng, false);

	if (i == NEXTHOP_NO_MEMBER)
		i = best_of(p, rng, true);
	return i == NEXTHOP_NO_MEMBER ? next_back(p) : i;
}

size_t nexthop_pool_find(const struct nexthop_pool *p, uint64_t id)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].id == id && is_fit(p, &p->v[i], false))
			return i;
	return NEXTHOP_NO_MEMBER;
}

size_t nexthop_pool_count_well(const struct nexthop_pool *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += is_fit(p, &p->v[i], false);
	return n;
}

bool nexthop_pool_is_full(const struct nexthop_pool *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].out && p->v[i].full)
			return true;
	return false;
}
