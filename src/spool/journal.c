/* The embedded spool: a journal of segments in one folder. Here its parts join the seam. */
#include "spool/journal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/random.h"

#define JOBS 4 /* threads for files */
/* Every session may wait for one job, while a disk stands still for seconds: that many are allowed
 * (limits.sessions), so that their messages are late and not refused. */
#define JOBS_QUEUE 1000000

/* What max_bytes leaves is for segments; other files shall not be larger than all of them. */
static uint64_t free_bytes(struct spool *sp)
{
	struct journal *j = journal_of(sp);
	uint64_t limit = sp->o.max_bytes ? sp->o.max_bytes : UINT64_MAX, n = journal_beyond(j);

	journal_ask_if_old(j);
	return n < limit ? n : limit;
}

static bool room(struct spool *sp, uint64_t bytes)
{
	struct journal *j = journal_of(sp);
	uint64_t quarter = sp->o.segment_bytes / 4, usable = sp->o.segment_bytes - quarter;
	uint64_t growth = journal_growth(j);
	uint64_t inline_bytes = bytes < quarter ? bytes : quarter;
	uint64_t capacity = j->current ? journal_room_in(j->current) : 0;

	journal_ask_if_old(j);
	if (sp->failed || j->free_bytes < sp->o.min_free_bytes)
		return false;
	if (j->spare_n > j->reserve_n)
		growth += j->spare_n - j->reserve_n;
	capacity += growth < UINT32_MAX ? growth * usable : UINT64_MAX / 2;
	if (capacity < inline_bytes + SPOOL_BLOCK)
		return false;
	return bytes < quarter || journal_beyond(j) >= bytes;
}

/* Asks the writer for a batch, and waits for it. */
static int mark(struct ctx *ctx, struct spool *sp)
{
	struct journal *j = journal_of(sp);
	uint64_t before = j->batches;
	int r = 0;

	j->mark = true;
	waitq_wake_all(&j->work);
	while (r == 0 && j->batches == before && !sp->failed)
		r = waitq_wait(ctx, &j->written);
	return r < 0	    ? r
	       : sp->failed ? ctx_fail(ctx, ERR_IO, "spool", "the spool could not be written")
			    : 0;
}

static void submit(struct spool *sp, struct spool_item *item)
{
	struct journal *j = journal_of(sp);

	if (sp->failed) {
		spool_item_finish(item, ERR_IO);
		return;
	}
	list_append(&j->pending, &item->node);
	waitq_wake_all(&j->work);
}

static void gone(struct spool *sp, struct spool_message *m)
{
	struct journal *j = journal_of(sp);

	account_gone(j, m);
	journal_kick(j);
}

static void forget(struct spool *sp, struct spool_message *m)
{
	if (m->in_file)
		journal_remove_later(journal_of(sp), m->id);
}

static void counts(const struct spool *sp, struct spool_counts *ret)
{
	const struct journal *j = journal_of(sp);

	ret->segments = j->count;
	ret->spare_segments = j->spare_n;
	for (uint32_t n = 1; n < j->segments_n; n++) {
		if (j->segments[n] == NULL)
			continue;
		ret->disk_bytes += j->segments[n]->size;
		ret->live_bytes += j->segments[n]->live_bytes;
	}
}

static void journal_free(struct journal *j)
{
	for (uint32_t n = 1; n < j->segments_n; n++)
		if (j->segments[n])
			segment_free(j, j->segments[n]);
	free(j->segments);
	for (unsigned i = 0; i < JOURNAL_BATCHES; i++)
		free(j->batch[i].bytes);
	free(j->removals);
	file_close(j->lock);
	dir_close(j->dir);
	free(j);
}

/* The keeper ends first, since it waits for the writer. */
static void close_journal(struct ctx *ctx, struct spool *sp)
{
	struct journal *j = journal_of(sp);

	j->closing = true;
	waitq_wake_all(&j->upkeep);
	(void)scope_wait(ctx, &j->keeper);
	j->ending = true;
	waitq_wake_all(&j->work);
	(void)scope_wait(ctx, &j->writer);
	journal_lanes_close(ctx, j);
	pool_free(j->pool);
	journal_free(j);
	sp->store = NULL;
}

static const struct spool_ops journal_ops = {
	.room = room,
	.free_bytes = free_bytes,
	.extend_ids = mark,
	.spill = journal_spill,
	.prepare = journal_prepare,
	.discard = journal_discard,
	.submit = submit,
	.pin = journal_pin,
	.unpin = journal_unpin,
	.load = journal_load,
	.read = journal_read,
	.reason = journal_reason,
	.gone = gone,
	.forget = forget,
	.counts = counts,
	.close = close_journal,
};

static struct journal *journal_new(struct spool *sp, struct spool_report *report)
{
	struct journal *j = mem_zalloc(sizeof(*j));

	j->sp = sp;
	j->report = report;
	j->reserve_n = (uint32_t)((sp->o.reserve_bytes + sp->o.segment_bytes - 1) /
				  sp->o.segment_bytes);
	j->pool = pool_new("spool", JOBS, JOBS_QUEUE);
	list_init(&j->spares);
	list_init(&j->pending);
	waitq_init(&j->work);
	waitq_init(&j->written);
	waitq_init(&j->upkeep);
	scope_init(&j->keeper, SCOPE_SERVE);
	scope_init(&j->writer, SCOPE_SERVE);
	return j;
}

static int start(struct ctx *ctx, struct journal *j)
{
	journal_lanes_open(j);
	int r = scope_spawn(&j->writer, "spool writer", journal_writer, j);

	if (r == 0)
		r = scope_spawn(&j->keeper, "spool keeper", journal_keeper, j);
	if (r < 0)
		return ctx_fail(ctx, r, "spool", "no coroutine for the spool");
	journal_kick(j);
	/* After this batch a tail that was cut stays cut, whatever its blocks hold. */
	return mark(ctx, j->sp);
}

static void forget_index(struct spool *sp)
{
	while (sp->index.root) {
		struct spool_message *m = sp->index.root;

		spool_index_remove(&sp->index, m);
		spool_unref(sp, m);
	}
}

int spool_journal_open(struct ctx *ctx, struct spool *sp, struct spool_report *report)
{
	struct journal *j = journal_new(sp, report);

	sp->store = j;
	sp->ops = &journal_ops;
	int r = journal_job(ctx, j, journal_recover, j);

	if (r < 0) {
		pool_free(j->pool); /* the job may still run when our process is being killed */
		journal_free(j);
		forget_index(sp);
		return ctx_fail(ctx, r, "spool", "%s: %s%s%s", sp->o.path, err_name(r),
			report->first_trouble[0] ? "; " : "", report->first_trouble);
	}
	j->report = NULL;
	j->free_asked = clock_now();
	j->next_number = j->number + 1 + (random_u64() & UINT32_MAX);
	r = start(ctx, j);
	if (r < 0) {
		close_journal(ctx, sp);
		forget_index(sp);
	}
	return r;
}
