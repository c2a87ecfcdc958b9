/* Counts by key. An entry lives while somebody holds or waits for a place. With a table of all
 * workers a place is counted there as well; one that becomes free passes to who waits here without
 * leaving the table, unless others wait elsewhere. Other processes cannot wake us: whoever waits
 * for them looks again after a short sleep of random length. */
#include "nexthop/limits.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/tally.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/random.h"
#include "rt/waitq.h"

#define LOOK_MIN_MS 20
#define LOOK_MAX_MS 100

struct counter {
	struct map map;
	struct tally *shared; /* NULL: this worker is alone */
	unsigned slot;
	struct rng rng;
};

struct places {
	uint32_t taken, waiting;
	uint32_t handed; /* counted in the table, for who waits here */
	struct waitq free;
};

static struct places *places_of(struct counter *c, struct slice key)
{
	struct places *p = map_get(&c->map, key);

	if (p)
		return p;
	p = mem_zalloc(sizeof(*p));
	waitq_init(&p->free);
	(void)map_set(&c->map, key, p); /* there was none */
	return p;
}

static void drop_unused(struct counter *c, struct slice key, struct places *p)
{
	if (p->taken || p->waiting)
		return;
	(void)map_remove(&c->map, key);
	free(p);
}

static bool take(struct counter *c, struct places *p, struct slice key, uint32_t max)
{
	if (p->handed) {
		p->handed--;
		return true;
	}
	return p->taken < max &&
	       (!c->shared || tally_take(c->shared, c->slot, key, max, clock_now()));
}

/* Suspends until it makes sense to look again. */
static int wait_free(struct ctx *ctx, struct counter *c, struct places *p)
{
	usec_t ms = LOOK_MIN_MS + (usec_t)rng_below(&c->rng, LOOK_MAX_MS - LOOK_MIN_MS);
	struct deadline d;

	if (!c->shared)
		return waitq_wait(ctx, &p->free);
	ctx_narrow(ctx, &d, ms * USEC_PER_MSEC);
	int r = ctx_widen(ctx, &d, waitq_wait(ctx, &p->free));

	return r == ERR_TIMEOUT ? ctx_check(ctx) : r;
}

static int take_or_wait(
	struct ctx *ctx, struct counter *c, struct places *p, struct slice key, uint32_t max)
{
	int r = 0;

	if (take(c, p, key, max))
		return 0;
	if (c->shared)
		tally_wait(c->shared, c->slot, key, true);
	while (r == 0 && !take(c, p, key, max))
		r = wait_free(ctx, c, p); /* suspends */
	if (c->shared)
		tally_wait(c->shared, c->slot, key, false);
	return r;
}

static int count_acquire(struct ctx *ctx, void *arg, struct slice key, uint32_t max)
{
	struct counter *c = arg;
	struct places *p = places_of(c, key);

	p->waiting++;
	int r = take_or_wait(ctx, c, p, key, max);

	p->waiting--;
	if (r == 0)
		p->taken++;
	for (; p->handed > p->waiting; p->handed--)
		tally_give(c->shared, c->slot, key, clock_now());
	drop_unused(c, key, p);
	return r;
}

static bool count_wanted_elsewhere(void *arg, struct slice key)
{
	const struct counter *c = arg;

	return c->shared && tally_others_wait(c->shared, c->slot, key) > 0;
}

static void count_release(void *arg, struct slice key)
{
	struct counter *c = arg;
	struct places *p = places_of(c, key);

	p->taken--;
	if (c->shared && p->waiting > p->handed && !count_wanted_elsewhere(c, key))
		p->handed++;
	else if (c->shared)
		tally_give(c->shared, c->slot, key, clock_now());
	(void)waitq_wake(&p->free); /* true or not: nobody may be waiting */
	drop_unused(c, key, p);
}

static bool count_wanted(void *arg, struct slice key)
{
	const struct counter *c = arg;
	const struct places *p = map_get(&c->map, key);

	return p && p->waiting > 0;
}

static uint32_t count_room(void *arg, struct slice key, uint32_t max)
{
	const struct counter *c = arg;
	const struct places *p = map_get(&c->map, key);
	uint32_t used = (p ? p->waiting : 0) +
			(c->shared ? tally_sum(c->shared, key) +
						tally_others_wait(c->shared, c->slot, key)
				   : (p ? p->taken : 0));

	return used < max ? max - used : 0;
}

void nexthop_limits_init(
	struct nexthop_limits *ret, struct hash_key key, struct tally *shared, unsigned slot)
{
	struct counter *c = mem_zalloc(sizeof(*c));

	map_init(&c->map, key, false);
	c->shared = shared;
	c->slot = slot;
	rng_seed(&c->rng, random_u64());
	*ret = (struct nexthop_limits){ c, count_acquire, count_release, count_wanted,
		count_wanted_elsewhere, count_room };
}

void nexthop_limits_done(struct nexthop_limits *l)
{
	struct counter *c = l->arg;

	map_done(&c->map);
	free(c);
	l->arg = NULL;
}
