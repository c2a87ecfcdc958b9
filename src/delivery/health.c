/* One record for each destination in trouble; a destination that does well needs none. One to which
 * nothing was tried for a day is forgotten when the room is needed: its mail has gone one way or
 * the other, and it must not keep an alarm about another one from being raised. */
#include "delivery/health.h"

#include <stdlib.h>

#include "base/event.h"
#include "base/map.h"
#include "base/mem.h"
#include "delivery/postmaster.h"
#include "rt/clock.h"
#include "rt/log.h"
#include "rt/random.h"

#define FORGET USEC_PER_DAY /* retries are never so far apart */

struct trouble {
	usec_t since, last; /* clock_now() */
	bool alarmed;
};

struct health {
	struct postmaster *postmaster;
	struct map troubles; /* key of the destination -> struct trouble */
};

struct health *health_new(struct postmaster *postmaster)
{
	struct health *h = mem_zalloc(sizeof(*h));

	h->postmaster = postmaster;
	map_init(&h->troubles, random_hash_key(), true);
	return h;
}

void health_free(struct health *h)
{
	size_t pos = 0;

	if (h == NULL)
		return;
	for (const struct map_entry *it; (it = map_next(&h->troubles, &pos));)
		free(it->value);
	map_done(&h->troubles);
	free(h);
}

static void say_cleared(struct ctx *ctx, struct health *h, struct slice key)
{
	LOG(ctx, EV_ALARM_CLEARED, FIELD("destination", key));
	postmaster_note(h->postmaster, "Mail is delivered to %.*s again.", SLICE_ARG(key));
}

void health_good(struct ctx *ctx, struct health *h, struct slice key)
{
	struct trouble *t = h->troubles.live ? map_remove(&h->troubles, key) : NULL;

	if (t && t->alarmed)
		say_cleared(ctx, h, key);
	free(t);
}

static void forget_old(struct health *h, usec_t now)
{
	size_t pos = 0;

	for (const struct map_entry *it; (it = map_next(&h->troubles, &pos));) {
		struct trouble *t = it->value;

		if (now - t->last < FORGET)
			continue;
		(void)map_remove(&h->troubles, it->key);
		free(t);
	}
}

void health_bad(
	struct ctx *ctx, struct health *h, struct slice key, const char *reason, bool at_once)
{
	struct trouble *t = map_get(&h->troubles, key);

	if (t == NULL) {
		if (h->troubles.live >= HEALTH_MAX)
			forget_old(h, clock_now());
		if (h->troubles.live >= HEALTH_MAX)
			return;
		t = mem_zalloc(sizeof(*t));
		t->since = clock_now();
		(void)map_set(&h->troubles, key, t);
	}
	t->last = clock_now();
	if (t->alarmed || (!at_once && clock_now() - t->since < HEALTH_PATIENCE))
		return;
	t->alarmed = true;
	LOG(ctx, EV_ALARM, FIELD("destination", key), FIELD_STR("reason", reason),
		FIELD_INT("minutes", (clock_now() - t->since) / USEC_PER_MIN),
		FIELD_STR("mail", "waits in the queue"));
	postmaster_note(h->postmaster, "Nothing can be delivered to %.*s: %s. The mail waits.",
		SLICE_ARG(key), reason);
}
