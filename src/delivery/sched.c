/* Two queues. `due` orders messages by the instant at which something must be done about them; when
 * that comes, the message's envelope is read, its due recipients are routed, and those that share a
 * destination become one job. Each destination has its line of jobs; destinations take turns, so
 * that a long line delays nobody else. An attempt (attempt.c) serves one destination: it takes jobs
 * from its line for as long as its connection serves.
 *
 * Nothing here is a promise: the spool alone knows what is left to do, and after a crash the same
 * queues are built again from it. */
#include "delivery/sched.h"

#include <assert.h>
#include <stdlib.h>

#include "base/event.h"
#include "base/heap.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "config/config.h"
#include "delivery/attempt.h"
#include "delivery/health.h"
#include "delivery/postmaster.h"
#include "delivery/where.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/random.h"
#include "rt/scope.h"
#include "spool/spool.h"

#define ATTEMPT_GRACE  (10 * USEC_PER_SEC) /* when the worker stops */
#define LOOK_AGAIN     USEC_PER_MIN /* the wall clock may have been set */
#define TROUBLE_PAUSE  (10 * USEC_PER_SEC) /* before a message that cannot be read is tried again */
#define PATIENCE       (50 * USEC_PER_MSEC) /* a job waits so long before one more attempt begins */
#define ROUTED_AT_ONCE 64 /* messages */
#define JOBS_EACH      4 /* or until each attempt has this many in its line */

struct message {
	struct heap_node due; /* in sched.due, key: wall clock; not linked while nothing is due */
	uint64_t id;
	struct list jobs; /* in the lines of destinations, or in the hands of attempts */
};

struct sched_destination {
	struct sched *sched;
	const struct config *config; /* a reference: the target points into it */
	struct arena arena; /* the target's key */
	struct nexthop_target target;
	bool stale; /* no longer in the map: the configuration has changed */
	struct list jobs;
	size_t queued, active;
	usec_t oldest; /* clock_now() when the first of the line came */
	struct list turn; /* in sched.turns while it has jobs */
	uint64_t pass; /* of routing, in which... */
	struct sched_job *gathering; /* ...this job is being filled */
};

struct sched {
	struct spool *spool;
	struct nexthop *nexthop;
	const struct config *config;
	struct rng rng;
	struct health *health;
	struct postmaster *postmaster;
	struct map messages; /* id -> struct message */
	struct heap due;
	struct map destinations; /* key of the target -> struct sched_destination */
	struct list turns; /* destinations with jobs, next first */
	struct scope attempts;
	struct waitq news;
	bool woken;
	size_t queued;
	uint64_t pass; /* counts the messages routed */
};

/* ---- small services ---- */

struct spool *sched_spool(struct sched *s)
{
	return s->spool;
}

struct nexthop *sched_nexthop(struct sched *s)
{
	return s->nexthop;
}

const struct config *sched_config(const struct sched *s)
{
	return s->config;
}

struct health *sched_health(struct sched *s)
{
	return s->health;
}

struct postmaster *sched_postmaster(struct sched *s)
{
	return s->postmaster;
}

struct rng *sched_rng(struct sched *s)
{
	return &s->rng;
}

struct sched *sched_of(struct sched_destination *d)
{
	return d->sched;
}

const struct nexthop_target *sched_target(const struct sched_destination *d)
{
	return &d->target;
}

size_t sched_queued(const struct sched_destination *d)
{
	return d->queued;
}

static void wake(struct sched *s)
{
	s->woken = true;
	waitq_wake_all(&s->news);
}

/* ---- messages ---- */

/* Which recipients are in jobs already: a byte each. */
static uint8_t *in_jobs(struct arena *a, struct message *m, size_t rcpts)
{
	uint8_t *taken = arena_array(a, uint8_t, rcpts);

	list_each (it, &m->jobs) {
		const struct sched_job *job = container_of(it, struct sched_job, of_message);

		for (size_t i = 0; i < job->n; i++)
			taken[job->rcpts[i]] = 1;
	}
	return taken;
}

/* The earliest due of the recipients that wait and are in no job; USEC_INFINITY for none. */
static usec_t next_due(const struct sched *s, struct message *m, uint16_t rcpts)
{
	struct arena scratch = ARENA_INIT;
	const uint8_t *taken = in_jobs(&scratch, m, rcpts);
	usec_t first = USEC_INFINITY;

	for (uint16_t i = 0; i < rcpts; i++) {
		struct spool_rcpt_info info;

		if (!taken[i] && spool_look_rcpt(s->spool, m->id, i, &info) &&
			info.state == SPOOL_WAITING && info.due < first)
			first = info.due;
	}
	arena_reset(&scratch);
	return first;
}

static void forget(struct sched *s, struct message *m)
{
	if (!list_empty(&m->jobs))
		return; /* the last job to end comes here again */
	heap_remove(&s->due, &m->due);
	(void)map_remove_u64(&s->messages, m->id);
	free(m);
}

static struct message *message_of(struct sched *s, uint64_t id)
{
	struct message *m = map_get_u64(&s->messages, id);

	if (m == NULL) {
		m = mem_zalloc(sizeof(*m));
		m->id = id;
		list_init(&m->jobs);
		(void)map_set_u64(&s->messages, id, m);
	}
	return m;
}

void sched_touch(struct sched *s, uint64_t id)
{
	struct spool_info info;
	struct message *m = message_of(s, id);

	if (!spool_look(s->spool, id, &info) || info.open == 0) {
		forget(s, m);
		return;
	}
	usec_t due = next_due(s, m, info.rcpts);

	heap_remove(&s->due, &m->due);
	if (due != USEC_INFINITY) {
		heap_insert(&s->due, &m->due, due);
		wake(s);
	}
}

/* ---- destinations and jobs ---- */

static struct sched_destination *destination_of(
	struct sched *s, const struct nexthop_target *target)
{
	struct sched_destination *d = map_get(&s->destinations, target->key);

	if (d == NULL) {
		d = mem_zalloc(sizeof(*d));
		d->sched = s;
		d->config = config_ref(s->config);
		d->target = *target;
		d->target.domain = arena_dup(&d->arena, target->domain);
		d->target.key = arena_dup(&d->arena, target->key);
		list_init(&d->jobs);
		(void)map_set(&s->destinations, d->target.key, d);
	}
	return d;
}

static void forget_destination(struct sched *s, struct sched_destination *d)
{
	if (d->active || d->queued)
		return;
	if (!d->stale)
		(void)map_remove(&s->destinations, d->target.key);
	arena_reset(&d->arena);
	config_unref(d->config);
	free(d);
}

static void add_to_job(struct sched_destination *d, struct message *m, uint16_t rcpt, size_t room)
{
	struct sched_job *job = d->pass == d->sched->pass ? d->gathering : NULL;

	if (job == NULL) {
		d->pass = d->sched->pass;
		job = d->gathering = mem_alloc(sizeof(*job) + room * sizeof(job->rcpts[0]));
		job->id = m->id;
		job->n = 0;
		list_append(&m->jobs, &job->of_message);
		if (d->queued++ == 0) {
			d->oldest = clock_now();
			list_append(&d->sched->turns, &d->turn);
		}
		list_append(&d->jobs, &job->node);
		d->sched->queued++;
	}
	job->rcpts[job->n++] = rcpt;
}

struct sched_job *sched_take(struct sched_destination *d)
{
	struct list *first = list_pop(&d->jobs);

	if (first == NULL)
		return NULL;
	d->sched->queued--;
	d->oldest = clock_now();
	if (--d->queued == 0)
		list_remove(&d->turn);
	return container_of(first, struct sched_job, node);
}

void sched_job_done(struct sched *s, struct sched_job *job)
{
	uint64_t id = job->id;

	list_remove(&job->of_message);
	free(job);
	sched_touch(s, id);
}

/* ---- routing ---- */

/* Puts the due recipients of one message into jobs. */
static void make_jobs(struct sched *s, struct message *m, const struct spool_envelope *e)
{
	struct arena scratch = ARENA_INIT;
	const uint8_t *taken = in_jobs(&scratch, m, e->rcpts_n);
	usec_t now = clock_wall();

	s->pass++;
	for (size_t i = 0; i < e->rcpts_n; i++) {
		uint16_t rcpt = (uint16_t)i;
		struct spool_rcpt_info info;
		struct nexthop_target target;

		if (taken[i] || !spool_look_rcpt(s->spool, m->id, rcpt, &info) ||
			info.state != SPOOL_WAITING || info.due > now)
			continue;
		where_to(s->config, e, rcpt, &scratch, &target);
		add_to_job(destination_of(s, &target), m, rcpt, e->rcpts_n - i);
	}
	arena_reset(&scratch);
}

/* The message came to its due: read it and line its recipients up. Suspends. */
static int route(struct ctx *ctx, struct sched *s, uint64_t id)
{
	struct arena scratch = ARENA_INIT;
	struct spool_envelope e;
	int r = spool_read_envelope(ctx, s->spool, id, &scratch, &e);
	struct message *m = map_get_u64(&s->messages, id); /* may have gone meanwhile */

	if (r == 0 && m) {
		make_jobs(s, m, &e);
		sched_touch(s, id);
	} else if (r == ERR_NOTFOUND || r == ERR_CORRUPT) {
		sched_touch(s, id);
		r = 0;
	} else if (r == ERR_IO || r == ERR_BUSY) {
		if (m && !heap_linked(&m->due))
			heap_insert(&s->due, &m->due, clock_wall() + TROUBLE_PAUSE);
		r = 0;
	}
	arena_reset(&scratch);
	return r;
}

/* Some of what is due; the rest after others had their turn: a million messages may be due at once,
 * and reading them need not suspend. */
static int route_due(struct ctx *ctx, struct sched *s)
{
	for (unsigned n = 0; n < ROUTED_AT_ONCE; n++) {
		struct heap_node *first = heap_first(&s->due);

		if (first == NULL || first->key > clock_wall())
			return 0;
		struct message *m = container_of(first, struct message, due);

		heap_remove(&s->due, first);
		int r = route(ctx, s, m->id);

		if (r < 0)
			return r;
	}
	return ctx_yield(ctx);
}

/* ---- attempts ---- */

static int attempt(struct ctx *ctx, void *arg)
{
	struct sched_destination *d = arg;
	struct sched *s = d->sched;

	attempt_run(ctx, d);
	d->active--;
	forget_destination(s, d);
	wake(s);
	return 0;
}

static bool wants_attempt(const struct sched *s, const struct sched_destination *d)
{
	if (d->queued == 0 || (d->active && nexthop_room(s->nexthop, &d->target) == 0))
		return false;
	return d->active == 0 || d->queued > d->active * JOBS_EACH ||
	       clock_now() - d->oldest >= PATIENCE;
}

/* Destinations take turns: each gets one attempt more at most, then goes to the end. */
static void start_attempts(struct sched *s)
{
	size_t n = 0;

	list_each (it, &s->turns)
		n++;
	for (; n > 0 && s->attempts.count < s->config->delivery.connections; n--) {
		struct list *first = list_pop(&s->turns);
		struct sched_destination *d = container_of(first, struct sched_destination, turn);

		list_append(&s->turns, first);
		if (!wants_attempt(s, d))
			continue;
		if (scope_spawn(&s->attempts, "attempt", attempt, d) < 0)
			return;
		d->active++;
	}
}

/* ---- the loop ---- */

static int wait_for_news(struct ctx *ctx, struct sched *s)
{
	struct heap_node *first = heap_first(&s->due);
	usec_t pause = LOOK_AGAIN;
	struct deadline d;
	int r = 0;

	if (first && first->key - clock_wall() < pause)
		pause = first->key - clock_wall();
	if (postmaster_due(s->postmaster) - clock_now() < pause)
		pause = postmaster_due(s->postmaster) - clock_now();
	if (s->queued && pause > PATIENCE)
		pause = PATIENCE;
	ctx_narrow(ctx, &d, pause < 0 ? 0 : pause);
	if (!s->woken)
		r = waitq_wait(ctx, &s->news);
	r = ctx_widen(ctx, &d, r);
	s->woken = false;
	return r == ERR_TIMEOUT ? 0 : r;
}

static void on_message(void *arg, uint64_t id)
{
	sched_touch(arg, id);
}

static void on_quarantined(void *arg, uint64_t id)
{
	struct sched *s = arg;
	char text[TEXT_ID_CHARS];

	text_id(id, text);
	postmaster_note(s->postmaster,
		"The stored bytes of message %.*s have changed. It is held in the queue.",
		TEXT_ID_CHARS, text);
	wake(s);
}

static void on_failed(void *arg)
{
	wake(arg);
}

static const struct spool_events events = {
	.message = on_message, .quarantined = on_quarantined, .failed = on_failed
};

static bool in_quarantine(const struct sched *s, const struct spool_info *m)
{
	struct spool_rcpt_info info;

	for (uint16_t i = 0; i < m->rcpts; i++)
		if (spool_look_rcpt(s->spool, m->id, i, &info) && info.state == SPOOL_HELD &&
			info.held == SPOOL_HELD_CORRUPT)
			return true;
	return false;
}

/* What is in quarantine already is told at each start: the process that found it may have ended
 * before its mail to the postmaster was stored. */
static void take_up(struct sched *s)
{
	struct spool_info info;

	for (uint64_t after = 0; spool_next(s->spool, after, &info); after = info.id) {
		if (in_quarantine(s, &info))
			on_quarantined(s, info.id);
		sched_touch(s, info.id);
	}
}

/* Empties all lines; the messages come to their dues again. Attempts under way end on their own. */
static void drop_destinations(struct sched *s)
{
	size_t pos = 0;

	for (const struct map_entry *it; (it = map_next(&s->destinations, &pos));) {
		struct sched_destination *d = it->value;

		for (struct sched_job *job; (job = sched_take(d));)
			sched_job_done(s, job);
		(void)map_remove(&s->destinations, d->target.key);
		d->stale = true;
		forget_destination(s, d);
	}
}

/* Attempts under way get the time to finish the message in hand: cut off behind the final dot, it
 * would be sent twice. */
static void finish_attempts(struct ctx *ctx, struct sched *s)
{
	struct deadline d;

	drop_destinations(s);
	ctx_shield(ctx, &d, ATTEMPT_GRACE);
	(void)ctx_widen(ctx, &d, scope_wait_below(ctx, &s->attempts, 0));
	scope_end(ctx, &s->attempts);
}

int sched_run(struct ctx *ctx, void *arg)
{
	struct sched *s = arg;
	int r = 0;

	spool_listen(s->spool, &events, s);
	take_up(s);
	ctx->log.action = "scheduling";
	while (r == 0 && spool_healthy(s->spool)) {
		r = postmaster_send(ctx, s->postmaster, s->config, s->spool);
		if (r == 0)
			r = route_due(ctx, s);
		if (r == 0)
			start_attempts(s);
		if (r == 0)
			r = wait_for_news(ctx, s);
	}
	if (r == 0) {
		LOG(ctx, EV_FATAL, FIELD_STR("reason", "the spool has failed: no attempts begin"));
		r = ERR_IO;
	}
	finish_attempts(ctx, s);
	spool_listen(s->spool, NULL, NULL);
	return r;
}

/* ---- life ---- */

struct sched *sched_new(struct spool *spool, struct nexthop *nexthop, const struct config *config)
{
	struct sched *s = mem_zalloc(sizeof(*s));

	s->spool = spool;
	s->nexthop = nexthop;
	s->config = config_ref(config);
	rng_seed(&s->rng, random_u64());
	s->postmaster = postmaster_new();
	s->health = health_new(s->postmaster);
	map_init(&s->messages, random_hash_key(), false);
	map_init(&s->destinations, random_hash_key(), true);
	list_init(&s->turns);
	scope_init(&s->attempts, SCOPE_SERVE);
	waitq_init(&s->news);
	return s;
}

void sched_set_config(struct sched *s, const struct config *config)
{
	const struct config *old = s->config;

	s->config = config_ref(config);
	config_unref(old);
	drop_destinations(s);
	wake(s);
}

void sched_free(struct sched *s)
{
	if (s == NULL)
		return;
	drop_destinations(s);
	assert(s->destinations.live == 0);
	size_t pos = 0;

	for (const struct map_entry *it; (it = map_next(&s->messages, &pos));)
		free(it->value);
	map_done(&s->messages);
	map_done(&s->destinations);
	heap_done(&s->due);
	health_free(s->health);
	postmaster_free(s->postmaster);
	config_unref(s->config);
	free(s);
}

void sched_counts(const struct sched *s, struct sched_counts *ret)
{
	*ret = (struct sched_counts){
		.messages = s->messages.live,
		.queued = s->queued,
		.attempts = s->attempts.count,
		.destinations = s->destinations.live,
	};
}
