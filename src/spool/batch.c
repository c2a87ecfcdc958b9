/* What a batch consists of: as many of the waiting items as fit, copied into one buffer, so that
 * the lane's thread touches nothing else. The segment's next place and summary move on when the
 * batch is laid out; whatever its records mean for the index and for other segments waits until it
 * is durable. */
#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "rt/clock.h"
#include "spool/journal.h"

#define BATCH_MAX  (4u << 20) /* bytes; a longer item goes alone */
#define ID_LEAD_MS 60000 /* how far ahead of the clock ids may be given out */

/* ---- what fits ---- */

size_t journal_seal_bytes(size_t summary)
{
	return spool_format_align(SPOOL_BATCH_HEADER + SPOOL_RECORD_HEADER +
					  spool_format_align(summary, SPOOL_RECORD_ALIGN) +
					  SPOOL_TRAILER,
		SPOOL_BLOCK);
}

uint64_t journal_room_in(const struct segment *s)
{
	uint64_t taken = s->used + journal_seal_bytes(s->summary.n + SPOOL_RECORD_HEADER * 2) +
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
	return s->used + (n + SPOOL_BLOCK - 1) / SPOOL_BLOCK * SPOOL_BLOCK +
		       journal_seal_bytes(summary) <=
	       s->size;
}

bool journal_room_for_mark(const struct segment *s)
{
	return leaves_room(s, SPOOL_BATCH_HEADER, s->summary.n);
}

bool journal_batch_fits(const struct journal_batch *b, const struct spool_item *item)
{
	uint64_t n = b->n + spool_item_bytes(item);

	if (n > BATCH_MAX && !list_empty(&b->items))
		return false;
	return leaves_room(b->s, n, b->s->summary.n + b->summary + item_summary(item));
}

/* ---- gathering ---- */

void journal_batch_init(const struct journal *j, struct segment *s, struct journal_batch *b)
{
	uint64_t last = spool_id_ms(j->sp->last_id), wall = spool_wall_ms();

	b->s = s;
	b->n = SPOOL_BATCH_HEADER;
	b->summary = 0;
	b->waited_n = 0;
	list_init(&b->items);
	b->header = (struct spool_batch_header){
		.segment = s->number,
		.generation = s->generation,
		.salt = s->salt,
		.number = j->next_number,
		.previous = j->number,
		.first = s->first ? s->first : j->next_number,
		.id_limit_ms = j->ending ? last + 1 : (last > wall ? last : wall) + ID_LEAD_MS,
		.under_way = (uint16_t)j->under_way,
	};
}

static void fill_record(struct journal *j, const struct journal_batch *b, struct spool_item *item,
	struct spool_rec *rec)
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

/* How many items that somebody waits for it may take. */
static size_t share(const struct journal *j)
{
	size_t waiting = 0, under_way = 0;

	list_each (it, &j->pending)
		waiting += container_of(it, struct spool_item, node)->waited;
	for (unsigned i = 0; i < j->under_way; i++)
		under_way += j->batch[(j->head + i) % JOURNAL_BATCHES].waited_n;
	return pace_share(&j->pace, waiting, under_way);
}

void journal_batch_gather(struct journal *j, struct journal_batch *b)
{
	size_t most = share(j);

	list_each_safe (it, &j->pending) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		if ((item->waited && b->waited_n == most) || !journal_batch_fits(b, item))
			break;
		b->waited_n += item->waited;
		list_remove(&item->node);
		list_append(&b->items, &item->node);
		for (unsigned i = 0; i < item->n; i++)
			fill_record(j, b, item, &item->recs[i]);
		b->n += spool_item_bytes(item);
		b->summary += item_summary(item);
		b->header.records += item->n;
	}
}

/* ---- laying out ---- */

static char *buffer(struct journal_batch *b, size_t n)
{
	if (b->cap < n) {
		free(b->bytes);
		b->cap = spool_format_align(n, 64 * SPOOL_BLOCK);
		b->bytes = mem_alloc(b->cap);
	}
	b->n = n;
	return b->bytes;
}

static void put_record(const struct journal_batch *b, char *at, const struct spool_item *item,
	struct spool_rec *rec)
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

/* The bytes are made: what comes next comes behind them. */
static void move_on(struct journal *j, struct journal_batch *b, uint64_t offset)
{
	b->offset = offset;
	b->s->used = (uint32_t)(offset + b->n);
	b->s->first = b->header.first;
	j->number = b->header.number;
	j->next_number = j->number + 1;
}

void journal_batch_lay_out(struct journal *j, struct journal_batch *b)
{
	size_t at = SPOOL_BATCH_HEADER, n = b->n;
	char *bytes = buffer(b, spool_format_align(n, SPOOL_BLOCK));

	b->header.bytes = (uint32_t)n;
	spool_format_put_batch(bytes, &b->header);
	list_each (it, &b->items) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		for (unsigned i = 0; i < item->n; i++) {
			struct spool_rec *rec = &item->recs[i];

			put_record(b, bytes + at, item, rec);
			spool_format_put_summary(&b->s->summary, &rec->header,
				b->s->used + (uint32_t)at, spool_item_states(item, rec));
			at += spool_format_record_bytes(&rec->header);
		}
	}
	assert(at == n);
	memset(bytes + at, 0, b->n - at);
	move_on(j, b, b->s->used);
}

void journal_batch_lay_seal(struct journal *j, struct journal_batch *b)
{
	struct segment *s = b->s;
	struct slice entries = buf_slice(&s->summary);
	struct spool_record_header h = { .type = SPOOL_RECORD_SUMMARY,
		.batch = (uint32_t)b->header.number,
		.bytes = { (uint32_t)entries.n },
		.sum = { hash_crc32c(0, entries.p, entries.n) } };
	char *bytes = buffer(b, journal_seal_bytes(entries.n)), *at = bytes;
	uint32_t offset = (uint32_t)(s->size - b->n);

	assert(offset >= s->used && j->under_way == 0);
	memset(bytes, 0, b->n);
	b->header.records = 1;
	b->header.bytes = (uint32_t)(SPOOL_BATCH_HEADER + spool_format_record_bytes(&h));
	spool_format_put_batch(at, &b->header);
	at += SPOOL_BATCH_HEADER;
	spool_format_put_record(at, &h, s->salt);
	at += SPOOL_RECORD_HEADER;
	if (entries.n)
		memcpy(at, entries.p, entries.n);
	spool_format_put_trailer(
		bytes + b->n - SPOOL_TRAILER, &(struct spool_trailer){ .segment = s->number,
						      .generation = s->generation,
						      .batch_offset = offset,
						      .salt = s->salt,
						      .number = b->header.number });
	move_on(j, b, offset);
}

/* ---- telling ---- */

void journal_batch_finish(struct journal *j, struct journal_batch *b)
{
	uint32_t at = (uint32_t)b->offset + SPOOL_BATCH_HEADER;
	struct list *node;

	j->sp->id_limit_ms = b->header.id_limit_ms;
	j->last_empty = b->header.records == 0;
	j->batches++;
	metric_add(METRIC_COMMITS, 1);
	metric_add(METRIC_COMMIT_RECORDS, b->header.records);
	while ((node = list_pop(&b->items))) {
		struct spool_item *item = container_of(node, struct spool_item, node);

		for (unsigned i = 0; i < item->n; i++) {
			struct spool_rec *rec = &item->recs[i];

			account_record(j, b->s, at, &rec->header, rec->message,
				spool_item_states(item, rec));
			at += (uint32_t)spool_format_record_bytes(&rec->header);
		}
		spool_item_finish(item, 0);
	}
	waitq_wake_all(&j->written);
}
