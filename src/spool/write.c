/* The writer: one coroutine that lays out whatever waits as one batch, gives it to the lane (which
 * does nothing but write and sync), and tells the waiters. While a sync runs, the next batch
 * gathers: no timer, no linger. A batch is copied into one buffer, so that the lane's thread
 * touches nothing else. */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "spool/journal.h"

#define BATCH_MAX (4u << 20) /* bytes; a longer item goes alone */
#define IDLE_MARK                                                                                  \
	(100 * USEC_PER_MSEC) /* then an empty batch tells the last one's rot from a tear */
#define ID_LEAD_MS 60000 /* how far ahead of the clock ids may be given out */

/* A batch being laid out. */
struct batch {
	struct segment *s;
	struct list items; /* that are in it */
	struct spool_batch_header header;
	size_t n; /* bytes so far, header included */
	size_t summary; /* bytes that its records add to the summary */
};

void journal_lane(struct job *job, struct lane *lane, void *arg)
{
	struct list items, answered;

	(void)arg;
	list_init(&items);
	list_init(&answered);
	while (lane_receive(job, lane, USEC_INFINITY, &items) || !list_empty(&items)) {
		struct list *node;

		while ((node = list_pop(&items))) {
			struct journal_write *w = container_of(
				container_of(node, struct lane_item, node), struct journal_write,
				item);
			struct iovec iov = { w->bytes, w->n };

			w->result = file_pwritev_durable(job, w->file, &iov, 1, w->offset);
			list_append(&answered, node);
		}
		lane_answer(job, lane, &answered);
	}
}

void journal_lane_done(struct lane_item *item, void *arg)
{
	struct journal *j = arg;

	container_of(item, struct journal_write, item)->done = true;
	waitq_wake_all(&j->written);
}

static void need(struct journal_write *w, size_t n)
{
	if (w->cap >= n)
		return;
	free(w->bytes);
	w->cap = spool_format_align(n, 64 * SPOOL_BLOCK);
	w->bytes = mem_alloc(w->cap);
}

/* Suspends until the bytes are durable; nothing interrupts it. */
static int write_out(struct ctx *ctx, struct journal *j, struct segment *s, uint64_t offset)
{
	struct journal_write *w = &j->write;
	struct deadline d;

	w->file = s->file;
	w->offset = offset;
	w->done = false;
	lane_send(j->lane, &w->item);
	ctx_shield(ctx, &d, USEC_INFINITY);
	while (!w->done)
		(void)waitq_wait(ctx, &j->written); /* shielded, without limit: cannot fail */
	(void)ctx_widen(ctx, &d, 0);
	metric_add(METRIC_COMMITS, 1);
	return w->result;
}

/* Bytes of the batch that seals a segment. */
static size_t seal_bytes(size_t summary)
{
	return spool_format_align(SPOOL_BATCH_HEADER + SPOOL_RECORD_HEADER +
					  spool_format_align(summary, SPOOL_RECORD_ALIGN) +
					  SPOOL_TRAILER,
		SPOOL_BLOCK);
}

uint64_t journal_room_in(const struct segment *s)
{
	uint64_t taken = s->used + seal_bytes(s->summary.n + SPOOL_RECORD_HEADER * 2) +
			 SPOOL_BATCH_HEADER + SPOOL_RECORD_HEADER;

	return taken < s->size ? s->size - taken : 0;
}

static size_t item_summary(const struct spool_item *item)
{
	size_t n = 0;

	for (unsigned i = 0; i < item->n; i++)
		n += SPOOL_RECORD_HEADER + 4 + spool_item_states(item, &item->recs[i]).n;
	return n;
}

/* Does a batch of n bytes leave room for the seal of a summary so long? */
static bool leaves_room(const struct segment *s, uint64_t n, size_t summary)
{
	return s->used + (n + SPOOL_BLOCK - 1) / SPOOL_BLOCK * SPOOL_BLOCK + seal_bytes(summary) <=
	       s->size;
}

static bool fits(const struct batch *b, const struct spool_item *item)
{
	uint64_t n = b->n + spool_item_bytes(item);

	if (n > BATCH_MAX && !list_empty(&b->items))
		return false;
	return leaves_room(b->s, n, b->s->summary.n + b->summary + item_summary(item));
}

static void fill_record(
	struct journal *j, const struct batch *b, struct spool_item *item, struct spool_rec *rec)
{
	struct slice states = spool_item_states(item, rec);

	rec->header.states_sum = hash_crc32c(0, states.p, states.n);
	rec->header.batch = (uint32_t)b->header.number;
	if (rec->message && rec->header.type != SPOOL_RECORD_MSG) {
		const struct segment *home = journal_segment(j, rec->message->home.segment);

		assert(home);
		rec->header.home_segment = home->number;
		rec->header.home_generation = home->generation;
	}
}

static void put_record(
	const struct batch *b, char *at, const struct spool_item *item, const struct spool_rec *rec)
{
	struct slice states = spool_item_states(item, rec);
	char *end = at + spool_format_record_bytes(&rec->header);

	spool_format_put_record(at, &rec->header, b->s->salt);
	at += SPOOL_RECORD_HEADER;
	if (rec->content)
		at = spool_content_copy(rec->content, at);
	if (rec->raw.n)
		memcpy(at, rec->raw.p, rec->raw.n);
	at += rec->raw.n;
	if (states.n)
		memcpy(at, states.p, states.n);
	at += states.n;
	memset(at, 0, (size_t)(end - at));
}

/* Takes what fits of what waits. */
static void gather(struct journal *j, struct batch *b)
{
	list_each_safe (it, &j->pending) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		if (!fits(b, item))
			break;
		list_remove(&item->node);
		list_append(&b->items, &item->node);
		for (unsigned i = 0; i < item->n; i++)
			fill_record(j, b, item, &item->recs[i]);
		b->n += spool_item_bytes(item);
		b->summary += item_summary(item);
		b->header.records += item->n;
	}
}

static void batch_begin(struct journal *j, struct segment *s, struct batch *b)
{
	uint64_t last = spool_id_ms(j->sp->last_id), wall = spool_wall_ms();

	*b = (struct batch){ .s = s, .n = SPOOL_BATCH_HEADER };
	list_init(&b->items);
	b->header = (struct spool_batch_header){
		.segment = s->number,
		.generation = s->generation,
		.salt = s->salt,
		.number = j->next_number,
		.previous = j->number,
		.first = s->first ? s->first : j->next_number,
		.id_limit_ms = j->ending ? last + 1 : (last > wall ? last : wall) + ID_LEAD_MS,
	};
}

/* The batch is durable: everybody learns. */
static void batch_end(struct journal *j, struct batch *b)
{
	struct list *node;
	uint32_t at = b->s->used + SPOOL_BATCH_HEADER;

	j->number = b->header.number;
	j->next_number = j->number + 1;
	j->sp->id_limit_ms = b->header.id_limit_ms;
	j->last_empty = b->header.records == 0;
	j->mark = false;
	b->s->first = b->header.first;
	b->s->used += (uint32_t)spool_format_align(b->n, SPOOL_BLOCK);
	metric_add(METRIC_COMMIT_RECORDS, b->header.records);
	while ((node = list_pop(&b->items))) {
		struct spool_item *item = container_of(node, struct spool_item, node);

		for (unsigned i = 0; i < item->n; i++) {
			struct spool_rec *rec = &item->recs[i];
			struct slice states = spool_item_states(item, rec);

			spool_format_put_summary(&b->s->summary, &rec->header, at, states);
			account_record(j, b->s, at, &rec->header, rec->message, states);
			at += (uint32_t)spool_format_record_bytes(&rec->header);
		}
		spool_item_finish(item, 0);
	}
	j->batches++;
	waitq_wake_all(&j->written);
}

static void fail_all(struct list *items, int result)
{
	struct list *node;

	while ((node = list_pop(items)))
		spool_item_finish(container_of(node, struct spool_item, node), result);
}

/* The disk has failed us: nothing is known about the batch, nothing more is written. */
static void give_up(struct journal *j, struct list *items)
{
	spool_fail(j->sp);
	fail_all(items, ERR_IO);
	fail_all(&j->pending, ERR_IO);
	fail_all(&j->sp->held_back, ERR_IO);
	waitq_wake_all(&j->written);
}

static void lay_out(struct journal *j, struct batch *b)
{
	size_t at = SPOOL_BATCH_HEADER, whole = spool_format_align(b->n, SPOOL_BLOCK);

	need(&j->write, whole);
	b->header.bytes = (uint32_t)b->n;
	spool_format_put_batch(j->write.bytes, &b->header);
	list_each (it, &b->items) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		for (unsigned i = 0; i < item->n; i++) {
			put_record(b, j->write.bytes + at, item, &item->recs[i]);
			at += spool_format_record_bytes(&item->recs[i].header);
		}
	}
	assert(at == b->n);
	memset(j->write.bytes + at, 0, whole - at);
	j->write.n = whole;
}

/* Writes one batch; an empty one when nothing waits or fits. */
static void write_batch(struct ctx *ctx, struct journal *j)
{
	struct batch b;

	batch_begin(j, j->current, &b);
	gather(j, &b);
	lay_out(j, &b);
	if (write_out(ctx, j, b.s, b.s->used) < 0)
		give_up(j, &b.items);
	else
		batch_end(j, &b);
}

/* Writes the summary as the segment's last batch, ending at the segment's end. */
static void seal(struct ctx *ctx, struct journal *j)
{
	struct segment *s = j->current;
	struct batch b;
	size_t whole = seal_bytes(s->summary.n), padded;
	uint32_t offset = (uint32_t)(s->size - whole);
	struct slice entries = buf_slice(&s->summary);
	struct spool_record_header h = { .type = SPOOL_RECORD_SUMMARY,
		.batch = (uint32_t)j->next_number,
		.bytes = { (uint32_t)entries.n },
		.sum = { hash_crc32c(0, entries.p, entries.n) } };

	assert(offset >= s->used);
	batch_begin(j, s, &b);
	padded = spool_format_record_bytes(&h);
	b.header.records = 1;
	b.header.bytes = (uint32_t)(SPOOL_BATCH_HEADER + padded);
	need(&j->write, whole);
	memset(j->write.bytes, 0, whole);
	spool_format_put_batch(j->write.bytes, &b.header);
	spool_format_put_record(j->write.bytes + SPOOL_BATCH_HEADER, &h, s->salt);
	if (entries.n)
		memcpy(j->write.bytes + SPOOL_BATCH_HEADER + SPOOL_RECORD_HEADER, entries.p,
			entries.n);
	spool_format_put_trailer(j->write.bytes + whole - SPOOL_TRAILER,
		&(struct spool_trailer){ .segment = s->number,
			.generation = s->generation,
			.batch_offset = offset,
			.salt = s->salt,
			.number = b.header.number });
	j->write.n = whole;
	if (write_out(ctx, j, s, offset) < 0) {
		give_up(j, &b.items);
		return;
	}
	b.s->used = offset;
	b.n = whole;
	batch_end(j, &b);
	buf_done(&s->summary);
	s->state = SEGMENT_SEALED;
	j->current = NULL;
	journal_kick(j);
}

static void take_spare(struct journal *j)
{
	struct segment *s = container_of(list_pop(&j->spares), struct segment, node);

	j->spare_n--;
	s->state = SEGMENT_CURRENT;
	j->current = s;
	journal_kick(j);
}

enum way { WAY_WRITE, WAY_SEAL, WAY_STUCK };

static enum way to_front(struct journal *j, struct spool_item *item, enum way way)
{
	list_remove(&item->node);
	list_prepend(&j->pending, &item->node);
	return way;
}

/* Decides with which item to go on, and moves it to the front. Mail from outside never takes a
 * segment of the reserve: it waits for the next one to be made, or is refused when none can be;
 * what comes from inside may overtake it, but never each other. */
static enum way choose(struct journal *j)
{
	bool beyond = j->spare_n > j->reserve_n, full = j->cannot_grow || journal_growth(j) == 0;
	struct batch b;

	if (j->current)
		batch_begin(j, j->current, &b);
	list_each_safe (it, &j->pending) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		if (j->current && fits(&b, item))
			return to_front(j, item, WAY_WRITE);
		if (item->inside ? j->spare_n > 0 : beyond)
			return to_front(j, item, WAY_SEAL);
		if (item->inside)
			return WAY_STUCK;
		if (full)
			spool_item_finish(item, ERR_FULL);
	}
	if (!list_empty(&j->pending) || !j->mark)
		return WAY_STUCK;
	if (j->current && leaves_room(j->current, SPOOL_BATCH_HEADER, j->current->summary.n))
		return WAY_WRITE;
	return j->spare_n ? WAY_SEAL : WAY_STUCK;
}

/* Makes the current segment one in which the next item fits. False: nothing can be written now. */
static bool make_way(struct ctx *ctx, struct journal *j)
{
	enum way way = choose(j);

	if (way == WAY_STUCK)
		journal_kick(j);
	if (way != WAY_SEAL)
		return way == WAY_WRITE;
	if (j->current)
		seal(ctx, j);
	if (j->sp->failed)
		return false;
	take_spare(j);
	return true;
}

/* Suspends until there is something to do. */
static void wait_for_work(struct ctx *ctx, struct journal *j, bool stuck)
{
	struct deadline d;
	bool mark = !j->last_empty && j->current && !j->sp->failed;

	if (!stuck && (!list_empty(&j->pending) || j->mark || j->ending))
		return;
	ctx_shield(ctx, &d, mark ? IDLE_MARK : USEC_INFINITY);
	int r = ctx_widen(ctx, &d, waitq_wait(ctx, &j->work));

	if (r == ERR_TIMEOUT && list_empty(&j->pending))
		j->mark = true;
}

int journal_writer(struct ctx *ctx, void *arg)
{
	struct journal *j = arg;
	bool stuck = false;

	while (!j->sp->failed && !(j->ending && list_empty(&j->pending))) {
		wait_for_work(ctx, j, stuck);
		stuck = false;
		if (list_empty(&j->pending) && !j->mark)
			continue;
		if (make_way(ctx, j))
			write_batch(ctx, j);
		else if (j->ending)
			break;
		else
			stuck = true;
	}
	if (!j->sp->failed && j->current &&
		leaves_room(j->current, SPOOL_BATCH_HEADER, j->current->summary.n))
		write_batch(ctx, j); /* says exactly which ids were given out */
	fail_all(&j->pending, ERR_FULL);
	return 0;
}
