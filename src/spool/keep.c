/* The keeper: one coroutine that has segments made before they are needed, releases those in which
 * nothing lives, has others compacted, and removes the files of messages that ended. */
#include <stdlib.h>

#include "base/err.h"
#include "base/metrics.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "spool/journal.h"

#define AHEAD	    1 /* spare segments beyond the reserve */
#define SPARES_MOST 8 /* beyond that; more are removed */
#define ASK_EVERY   USEC_PER_SEC /* how old a figure of the free space may be, when it matters */
/* How long nothing happens while room is short: nobody tells us that others made some. After an
 * attempt to make a segment that failed it is longer, since where the figure promises more than a
 * quota allows each attempt fills what the quota leaves. */
#define ASK_SHORT	(5 * USEC_PER_SEC)
#define ASK_CANNOT_GROW (30 * USEC_PER_SEC)

void journal_kick(struct journal *j)
{
	j->upkeep_due = true;
	waitq_wake_all(&j->upkeep);
}

static bool is_old(const struct journal *j)
{
	return clock_now() - j->free_asked >= ASK_EVERY;
}

void journal_ask_if_old(struct journal *j)
{
	if (is_old(j))
		journal_kick(j);
}

uint64_t journal_beyond(const struct journal *j)
{
	uint64_t least = j->sp->o.min_free_bytes;

	return j->free_bytes > least ? j->free_bytes - least : 0;
}

static uint64_t growth_by_disk(const struct journal *j)
{
	return j->cannot_grow ? 0 : journal_beyond(j) / j->sp->o.segment_bytes;
}

uint64_t journal_growth(const struct journal *j)
{
	const struct spool_options *o = &j->sp->o;
	uint64_t by_disk = growth_by_disk(j), by_limit = UINT64_MAX;

	if (o->max_bytes) {
		by_limit = o->max_bytes / o->segment_bytes;
		by_limit = by_limit > j->count ? by_limit - j->count : 0;
	}
	return by_disk < by_limit ? by_disk : by_limit;
}

struct space {
	struct dir *dir;
	uint64_t free, total;
};

static int space_job(struct job *job, void *arg)
{
	struct space *s = arg;

	return dir_space(job, s->dir, &s->free, &s->total);
}

static void ask_space(struct ctx *ctx, struct journal *j)
{
	struct space s = { .dir = j->dir };

	if (journal_job(ctx, j, space_job, &s) < 0)
		s.free = 0;
	else
		j->cannot_grow = false;
	j->free_bytes = s.free;
	j->free_asked = clock_now();
}

static int make_job(struct job *job, void *arg)
{
	return segment_make(job, arg);
}

static int renew_job(struct job *job, void *arg)
{
	return segment_renew(job, arg);
}

static int remove_job(struct job *job, void *arg)
{
	const struct segment_work *w = arg;
	char name[JOURNAL_NAME_BYTES];

	journal_segment_name(name, "seg", w->header.number);
	int r = dir_remove(job, w->dir, name);

	if (r == 0)
		(void)dir_sync(job, w->dir); /* the room is free when the removal is durable */
	return r;
}

static uint32_t free_number(const struct journal *j)
{
	uint32_t n = 1;

	while (journal_segment(j, n))
		n++;
	return n;
}

static void add_spare(struct journal *j, struct segment *s)
{
	s->state = SEGMENT_SPARE;
	list_append(&j->spares, &s->node);
	j->spare_n++;
	waitq_wake_all(&j->work);
}

/* The limits bind what is accepted. What becomes of that must be recorded: a reserve that has been
 * touched is made whole as long as the disk has room. */
static bool wants_one(const struct journal *j)
{
	if (j->cannot_grow || j->free_bytes < j->sp->o.segment_bytes)
		return false;
	return j->spare_n < j->reserve_n ||
	       (j->spare_n < j->reserve_n + AHEAD && journal_growth(j) > 0);
}

/* Makes one segment if one is wanted. True when it made one. */
static bool make_one(struct ctx *ctx, struct journal *j)
{
	if (!wants_one(j))
		return false;
	struct segment *s = segment_new(j, free_number(j));
	struct segment_work w = segment_work(j, s);

	s->state = SEGMENT_BUSY;
	if (journal_job(ctx, j, make_job, &w) < 0) {
		segment_free(j, s);
		ask_space(ctx, j);
		j->cannot_grow = true;
		waitq_wake_all(&j->work);
		return false;
	}
	segment_worked(s, &w);
	add_spare(j, s);
	ask_space(ctx, j);
	return true;
}

/* Of another size, one of many spares, or one of those made beyond the limits for the reserve. */
static bool is_unwanted(const struct journal *j, const struct segment *s)
{
	const struct spool_options *o = &j->sp->o;
	bool beyond = (o->max_bytes && j->count > o->max_bytes / o->segment_bytes) ||
		      j->free_bytes < o->min_free_bytes;

	return s->size != o->segment_bytes ||
	       j->spare_n >= j->reserve_n + AHEAD + (beyond ? 0 : SPARES_MOST);
}

static void release(struct ctx *ctx, struct journal *j, struct segment *s)
{
	struct segment_work w = segment_work(j, s);
	bool unwanted = is_unwanted(j, s);

	s->state = SEGMENT_BUSY;
	if (journal_job(ctx, j, renew_job, &w) < 0) { /* a failed sync, as any other */
		s->state = SEGMENT_SEALED;
		spool_fail(j->sp);
		return;
	}
	metric_add(METRIC_SPOOL_RECYCLED, 1);
	segment_worked(s, &w);
	account_released(j, s);
	s->unmovable = false;
	if (unwanted && journal_job(ctx, j, remove_job, &w) == 0) {
		segment_free(j, s);
		ask_space(ctx, j);
	} else {
		add_spare(j, s);
	}
}

/* Releases what is free; true when something was. */
static bool release_some(struct ctx *ctx, struct journal *j)
{
	bool any = false;

	for (uint32_t n = 1; n < j->segments_n && !j->sp->failed; n++) {
		struct segment *s = j->segments[n];

		if (s && s->state == SEGMENT_SEALED && account_is_free(s)) {
			release(ctx, j, s);
			any = true;
		}
	}
	return any;
}

/* The sealed segment in which least lives, if that is less than a quarter of it; or half, when
 * the reserve is short. */
static struct segment *candidate(const struct journal *j)
{
	unsigned part = j->spare_n < j->reserve_n ? 2 : 4;
	struct segment *best = NULL;

	for (uint32_t n = 1; n < j->segments_n; n++) {
		struct segment *s = j->segments[n];

		if (s == NULL || s->state != SEGMENT_SEALED ||
			(s->live_messages == 0 && s->deps_n == 0) || /* free, once unpinned */
			account_live(s) >= s->size / part)
			continue;
		if (best == NULL || account_live(s) < account_live(best))
			best = s;
	}
	return best;
}

/* True when it compacted one. */
static bool compact_one(struct ctx *ctx, struct journal *j)
{
	struct segment *s = candidate(j);

	if (s == NULL || j->spare_n == 0)
		return false;
	s->state = SEGMENT_BUSY;
	if (journal_compact(ctx, j, s) < 0)
		s->unmovable = true;
	else
		metric_add(METRIC_SPOOL_COMPACTED, 1);
	s->state = SEGMENT_SEALED;
	return true;
}

struct removal {
	struct journal *j;
	uint64_t id;
};

static int remove_own_job(struct job *job, void *arg)
{
	struct removal *r = arg;
	char name[JOURNAL_NAME_BYTES];

	journal_own_name(name, r->id);
	return dir_remove(job, r->j->dir, name);
}

static void remove_files(struct ctx *ctx, struct journal *j)
{
	while (j->removals_n) {
		struct removal r = { j, j->removals[--j->removals_n] };

		/* A file that stays is an orphan, which the next start removes. */
		(void)journal_job(ctx, j, remove_own_job, &r);
	}
}

/* How long to wait for a kick. An idle process whose disk has room does not wake up; while the
 * reserve is not whole, or less than must stay free is, there is none for a segment. */
static usec_t patience(const struct journal *j)
{
	if (j->cannot_grow)
		return ASK_CANNOT_GROW;
	return growth_by_disk(j) ? USEC_INFINITY : ASK_SHORT;
}

static void wait_for_kick(struct ctx *ctx, struct journal *j)
{
	struct deadline d;

	ctx_shield(ctx, &d, patience(j));
	if (ctx_widen(ctx, &d, waitq_wait(ctx, &j->upkeep)) == ERR_TIMEOUT)
		j->upkeep_due = true;
}

int journal_keeper(struct ctx *ctx, void *arg)
{
	struct journal *j = arg;

	while (!j->closing && !j->sp->failed) {
		if (!j->upkeep_due) {
			wait_for_kick(ctx, j);
			continue;
		}
		j->upkeep_due = false;
		if (is_old(j))
			ask_space(ctx, j);
		bool more = release_some(ctx, j);

		more |= make_one(ctx, j);
		remove_files(ctx, j);
		more |= !j->closing && !j->sp->failed && compact_one(ctx, j);
		j->upkeep_due |= more;
	}
	remove_files(ctx, j);
	return 0;
}
