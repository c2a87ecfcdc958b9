/* Compaction of one segment: what lives in it is written again at the head of the journal. The
 * loop owns the index, so this is a coroutine; only the reading is done in jobs. A message in hand
 * is marked as moving: records about it wait until its new home is durable, so that none names the
 * old one.
 *
 * What has rotted is not written again: should the program end right behind that, the next one
 * would take the batch that holds it for torn, and cut it. Its segment stays until a person has
 * decided about the message. */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "spool/journal.h"
#include "spool/scan.h"

#define RECORDS_MOST 64 /* in one item */

struct compaction {
	struct journal *j;
	struct segment *s;
	char *bytes; /* of the segment */
	struct spool_scan scan;
	bool scanned;
	struct spool_message *moving[RECORDS_MOST]; /* referenced */
	unsigned moving_n;
	struct spool_item *item; /* being filled */
};

static int read_job(struct job *job, void *arg)
{
	struct compaction *c = arg;
	size_t got;
	int r = file_pread(job, c->s->file, c->bytes, c->s->size, 0, &got);

	if (r < 0 || got != c->s->size)
		return r < 0 ? r : ERR_CORRUPT;
	r = spool_scan(slice_of(c->bytes, c->s->size), c->s->number, &c->scan);
	c->scanned = r == 0;
	return r;
}

/* Writes what was gathered; suspends until it is durable. */
static int flush(struct ctx *ctx, struct compaction *c)
{
	struct spool *sp = c->j->sp;
	struct spool_item *item = c->item;
	int r = 0;

	c->item = NULL;
	if (item) {
		item->waited = item->inside = true;
		spool_item_submit(item);
		r = spool_item_wait(ctx, item);
	}
	while (c->moving_n) {
		struct spool_message *m = c->moving[--c->moving_n];

		spool_moved(sp, m);
		spool_unref(sp, m);
	}
	return r;
}

/* Room for one more record in the item: writes it out first when it is full. */
static int make_room(struct ctx *ctx, struct compaction *c)
{
	bool full = c->item &&
		    (c->item->n == RECORDS_MOST || spool_item_bytes(c->item) > c->s->size / 8 ||
			    c->item->states.n > SPOOL_STATES_MAX);

	return full ? flush(ctx, c) : 0;
}

static struct spool_rec *add(
	struct compaction *c, enum spool_record_type type, struct spool_message *m)
{
	if (c->item == NULL)
		c->item = spool_item_new(c->j->sp, RECORDS_MOST);
	return spool_item_add(c->item, type, SPOOL_CAUSE_COMPACTION, m);
}

/* Takes the message in hand, with room for a record about it, and no other record about it under
 * way. 1; 0 when the message is gone; or an error. Nothing suspends between this and add. */
static int take(struct ctx *ctx, struct compaction *c, struct spool_message *m)
{
	struct spool *sp = c->j->sp;
	int r = make_room(ctx, c);

	while (r == 0 && !m->moving && m->busy && !sp->failed) {
		r = flush(ctx, c); /* what it waits for may wait for us */
		if (r == 0 && m->busy)
			r = waitq_wait(ctx, &sp->settled);
	}
	if (r < 0 || sp->failed)
		return r < 0 ? r : ERR_IO;
	if (m->gone)
		return 0;
	if (!m->moving) {
		m->moving = true;
		c->moving[c->moving_n++] = spool_message_ref(m);
	}
	return 1;
}

/* Where the reasons in a record that is copied come from: the record itself, if it still is the
 * recipient's last. */
static struct slice reason_in(struct slice states, uint16_t rcpt)
{
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e))
		if (e.rcpt == rcpt)
			return e.reason;
	return SLICE_NIL;
}

/* The record stands in the item already and will be written: whatever fails, it has all states. */
static int add_states(struct ctx *ctx, struct compaction *c, struct spool_message *m,
	struct spool_place from, struct slice states, bool all)
{
	struct buf reason;
	int result = 0;

	buf_init(&reason, SPOOL_REASON_MAX);
	for (uint16_t i = 0; i < m->rcpts_n; i++) {
		struct spool_rcpt *rcpt = &m->rcpts[i];
		struct spool_state_entry e = spool_index_entry(m, i);
		bool here = rcpt->said.segment == from.segment && rcpt->said.offset == from.offset;

		if (!here && !all)
			continue;
		buf_clear(&reason);
		if (here) {
			e.reason = reason_in(states, i);
		} else {
			int r = journal_reason(ctx, c->j->sp, m, i, &reason);

			if (r == 0)
				e.reason = buf_slice(&reason);
			else if (r != ERR_CORRUPT && result == 0)
				result = r; /* else the words are lost, the state is not */
		}
		if (all && c->item->states.n > c->s->size / 4)
			e.reason = SLICE_NIL;
		spool_item_state(c->item, &e);
	}
	buf_done(&reason);
	return result;
}

static int move_message(struct ctx *ctx, struct compaction *c, struct spool_message *m,
	const struct spool_batch_item *found, struct spool_place from)
{
	if ((uint64_t)m->rcpts_n * SPOOL_STATE_BYTES > c->s->size / 4)
		return ERR_LIMIT;
	int r = take(ctx, c, m);

	if (r <= 0)
		return r;
	struct spool_rec *rec = add(c, SPOOL_RECORD_MOVE, m);

	memcpy(rec->header.bytes, found->header.bytes, sizeof(rec->header.bytes));
	memcpy(rec->header.sum, found->header.sum, sizeof(rec->header.sum));
	rec->header.in_file = found->header.in_file;
	rec->header.rcpts = m->rcpts_n;
	rec->raw = slice_of(found->record.p + SPOOL_RECORD_HEADER,
		spool_format_states_at(&found->header) - SPOOL_RECORD_HEADER);
	return add_states(ctx, c, m, from, found->states, true);
}

static bool says_last(const struct spool_message *m, struct spool_place at)
{
	for (uint16_t i = 0; i < m->rcpts_n; i++)
		if (m->rcpts[i].said.segment == at.segment && m->rcpts[i].said.offset == at.offset)
			return true;
	return false;
}

/* A record about a message that is gone, but whose home is still there. */
static int keep_dead(struct ctx *ctx, struct compaction *c, const struct spool_record_header *h)
{
	int r = make_room(ctx, c);
	const struct segment *home = journal_segment(c->j, h->home_segment);

	if (r < 0 || home == NULL || home == c->s || home->generation != h->home_generation)
		return r;
	struct spool_rec *rec = add(c, SPOOL_RECORD_DEAD, NULL);

	rec->header.id = h->id;
	rec->header.home_segment = h->home_segment;
	rec->header.home_generation = h->home_generation;
	return 0;
}

static int keep_state(struct ctx *ctx, struct compaction *c, struct spool_message *m,
	const struct spool_batch_item *found, struct spool_place from)
{
	if (m->home.segment == c->s->number || !says_last(m, from))
		return 0; /* moves with its message, or has been superseded */
	int r = take(ctx, c, m);

	if (r == 0) /* it has ended meanwhile, and that record is newer */
		return 0;
	if (r < 0 || !says_last(m, from))
		return r < 0 ? r : 0;
	add(c, SPOOL_RECORD_STATE, m);
	return add_states(ctx, c, m, from, found->states, false);
}

static int take_record(struct ctx *ctx, struct compaction *c, const struct spool_batch_item *found)
{
	const struct spool_record_header *h = &found->header;
	struct spool_message *m = spool_index_get(&c->j->sp->index, h->id);
	struct spool_place at = { c->s->number, (uint32_t)(found->record.p - c->bytes) };
	int r = 0;

	if (h->type == SPOOL_RECORD_SUMMARY)
		return 0;
	if (!found->facts_good)
		return ERR_CORRUPT;
	if (h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE) {
		if (m == NULL || m->home.segment != at.segment || m->home.offset != at.offset)
			return 0;
		if (!spool_format_content_good(found))
			return ERR_CORRUPT;
		spool_message_ref(m);
		r = move_message(ctx, c, m, found, at);
		spool_unref(c->j->sp, m);
		return r;
	}
	if (m == NULL || h->type == SPOOL_RECORD_DEAD)
		return keep_dead(ctx, c, h);
	spool_message_ref(m);
	r = keep_state(ctx, c, m, found, at);
	spool_unref(c->j->sp, m);
	return r;
}

static int take_all(struct ctx *ctx, struct compaction *c)
{
	struct slice bytes = slice_of(c->bytes, c->s->size);
	int r = 0;

	for (size_t i = 0; i < c->scan.n && r == 0; i++) {
		struct spool_batch_walk w = spool_scan_walk(bytes, &c->scan.batches[i]);
		struct spool_batch_item found;
		int more;

		while (r == 0 && (more = spool_format_walk(&w, false, &found)) > 0)
			r = take_record(ctx, c, &found);
		if (r == 0 && more < 0)
			r = ERR_CORRUPT;
		if (r == 0)
			r = ctx_yield(ctx);
	}
	int flushed = flush(ctx, c);

	return r == 0 ? flushed : r;
}

int journal_compact(struct ctx *ctx, struct journal *j, struct segment *s)
{
	struct compaction *c = mem_zalloc(sizeof(*c));
	struct deadline d;

	c->j = j;
	c->s = s;
	c->bytes = mem_alloc(s->size);
	ctx_shield(ctx, &d, USEC_INFINITY);
	int r = journal_job(ctx, j, read_job, c);

	if (r == 0)
		r = take_all(ctx, c);
	(void)ctx_widen(ctx, &d, 0);
	/* All that mattered stands elsewhere now, or its home is gone; but not what was in a batch
	 * that nobody can find any more. */
	if (r == 0 && (s->live_messages || s->live_states))
		r = ERR_CORRUPT;
	if (r == 0)
		s->deps_n = 0;
	if (c->scanned)
		spool_scan_done(&c->scan);
	free(c->bytes);
	free(c);
	return r;
}
