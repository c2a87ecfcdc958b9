/* Counts by key. An entry lives while somebody holds or waits for a place. */
#include "nexthop/limits.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "rt/waitq.h"

struct counter {
	struct map map;
};

struct places {
	uint32_t taken, waiting;
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

static int count_acquire(struct ctx *ctx, void *arg, struct slice key, uint32_t max)
{
	struct places *p = places_of(arg, key);
	int r = 0;

	p->waiting++;
	while (r == 0 && p->taken >= max)
		r = waitq_wait(ctx, &p->free); /* suspends */
	p->waiting--;
	if (r == 0)
		p->taken++;
	drop_unused(arg, key, p);
	return r;
}

static void count_release(void *arg, struct slice key)
{
	struct places *p = places_of(arg, key);

	p->taken--;
	(void)waitq_wake(&p->free); /* true or not: nobody may be waiting */
	drop_unused(arg, key, p);
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
	uint32_t used = p ? p->taken + p->waiting : 0;

	return used < max ? max - used : 0;
}

void nexthop_limits_init(struct nexthop_limits *ret, struct hash_key key)
{
	struct counter *c = mem_zalloc(sizeof(*c));

	map_init(&c->map, key, false);
	*ret = (struct nexthop_limits){ c, count_acquire, count_release, count_wanted, count_room };
}

void nexthop_limits_done(struct nexthop_limits *l)
{
	struct counter *c = l->arg;

	map_done(&c->map);
	free(c);
	l->arg = NULL;
}
