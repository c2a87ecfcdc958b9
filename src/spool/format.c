/* Every block is written by a row of put_ calls and read by the same row of cursor calls; lengths
 * are believed only after the checksum of the header that holds them. Nothing here knows about
 * files. */
#include "spool/format.h"

#include <assert.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "spool/spool.h"

#define SEGMENT_MAGIC 0x3147455349554c53ULL /* "SLUISEG1" */
#define BATCH_MAGIC   0x3154414249554c53ULL /* "SLUIBAT1" */
#define TRAILER_MAGIC 0x3144454e4955454cULL /* "LUEINED1" */
#define RECORD_MAGIC  0x63724c53u /* "SLrc" */
#define STATE_WARNED  1
#define SUMMARY_ENTRY (SPOOL_RECORD_HEADER + 4)

/* Writes little-endian numbers into a block whose size the caller has set. */
struct out {
	char *p;
};

static void put(struct out *o, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*o->p++ = (char)(v >> (8 * i) & 0xff);
}

/* The sum takes the last four bytes of a block of n. */
static void put_sum(char *block, size_t n, uint32_t seed)
{
	struct out o = { block + n - 4 };

	put(&o, hash_crc32c(seed, block, n - 4), 4);
}

static bool sum_matches(struct slice block, uint32_t seed)
{
	struct cursor c = cursor_of(slice_skip(block, block.n - 4));

	return cursor_u32(&c) == hash_crc32c(seed, block.p, block.n - 4);
}

static bool is_known(uint32_t version)
{
	return version >= 1 && version <= SPOOL_FORMAT_VERSION;
}

static void put_segment_once(char *at, const struct spool_segment_header *h)
{
	struct out o = { at };

	memset(at, 0, SPOOL_SEGMENT_HEADER);
	put(&o, SEGMENT_MAGIC, 8);
	put(&o, SPOOL_FORMAT_VERSION, 4);
	put(&o, h->number, 4);
	put(&o, h->generation, 4);
	put(&o, h->partition, 4);
	put(&o, h->size, 4);
	put(&o, h->salt, 8);
	put_sum(at, SPOOL_SEGMENT_HEADER, 0);
}

void spool_format_put_segment(char block[SPOOL_BLOCK], const struct spool_segment_header *h)
{
	memset(block, 0, SPOOL_BLOCK);
	put_segment_once(block, h);
	put_segment_once(block + SPOOL_SECOND_HEADER, h);
}

static bool size_is_sane(uint32_t size)
{
	return size >= SPOOL_SEGMENT_MIN && size <= SPOOL_SEGMENT_MAX && (size & (size - 1)) == 0;
}

static int segment_once(struct slice s, struct spool_segment_header *ret)
{
	if (s.n < SPOOL_SEGMENT_HEADER)
		return ERR_CORRUPT;
	s = slice_take(s, SPOOL_SEGMENT_HEADER);
	struct cursor c = cursor_of(s);

	if (cursor_u64(&c) != SEGMENT_MAGIC || !sum_matches(s, 0))
		return ERR_CORRUPT;
	if (!is_known(cursor_u32(&c)))
		return ERR_UNSUPPORTED;
	struct spool_segment_header h = {
		.number = cursor_u32(&c),
		.generation = cursor_u32(&c),
		.partition = cursor_u32(&c),
		.size = cursor_u32(&c),
		.salt = cursor_u64(&c),
	};

	if (!size_is_sane(h.size))
		return ERR_CORRUPT;
	*ret = h;
	return 0;
}

int spool_format_segment(struct slice block, struct spool_segment_header *ret)
{
	struct spool_segment_header a, b;
	int ra = segment_once(block, &a);
	int rb = segment_once(slice_skip(block, SPOOL_SECOND_HEADER), &b);

	if (ra == ERR_UNSUPPORTED || rb == ERR_UNSUPPORTED)
		return ERR_UNSUPPORTED;
	if (ra < 0 && rb < 0)
		return ERR_CORRUPT;
	/* A release that was torn between the copies has happened. */
	*ret = rb < 0 || (ra == 0 && a.generation > b.generation) ? a : b;
	return 0;
}

void spool_format_put_batch(char at[SPOOL_BATCH_HEADER], const struct spool_batch_header *h)
{
	struct out o = { at };

	put(&o, BATCH_MAGIC, 8);
	put(&o, SPOOL_FORMAT_VERSION, 2);
	put(&o, h->under_way, 2);
	put(&o, h->segment, 4);
	put(&o, h->generation, 4);
	put(&o, h->records, 4);
	put(&o, h->salt, 8);
	put(&o, h->number, 8);
	put(&o, h->previous, 8);
	put(&o, h->first, 8);
	put(&o, h->bytes, 4);
	put(&o, h->id_limit_ms, 8);
	put_sum(at, SPOOL_BATCH_HEADER, 0);
}

int spool_format_batch(struct slice s, struct spool_batch_header *ret)
{
	if (s.n < SPOOL_BATCH_HEADER)
		return ERR_CORRUPT;
	s = slice_take(s, SPOOL_BATCH_HEADER);
	struct cursor c = cursor_of(s);

	if (cursor_u64(&c) != BATCH_MAGIC || !sum_matches(s, 0))
		return ERR_CORRUPT;
	if (!is_known(cursor_u16(&c)))
		return ERR_UNSUPPORTED;
	struct spool_batch_header h = { .under_way = cursor_u16(&c) };

	h.segment = cursor_u32(&c);
	h.generation = cursor_u32(&c);
	h.records = cursor_u32(&c);
	h.salt = cursor_u64(&c);
	h.number = cursor_u64(&c);
	h.previous = cursor_u64(&c);
	h.first = cursor_u64(&c);
	h.bytes = cursor_u32(&c);
	h.id_limit_ms = cursor_u64(&c);
	if (h.bytes < SPOOL_BATCH_HEADER || h.bytes > SPOOL_SEGMENT_MAX ||
		h.under_way > SPOOL_UNDER_WAY_MAX || h.previous < h.under_way)
		return ERR_CORRUPT;
	*ret = h;
	return 0;
}

static uint32_t record_seed(uint64_t salt)
{
	char bytes[8];
	struct out o = { bytes };

	put(&o, salt, 8);
	return hash_crc32c(0, bytes, sizeof(bytes));
}

/* The header's bytes without its checksum; summaries use the same. */
static void put_record_fields(char *at, const struct spool_record_header *h)
{
	struct out o = { at };

	put(&o, RECORD_MAGIC, 4);
	put(&o, (uint64_t)h->type | (uint64_t)h->cause << 4, 1);
	put(&o, h->in_file, 1);
	put(&o, h->rcpts, 2);
	put(&o, h->id, 8);
	put(&o, h->home_segment, 4);
	put(&o, h->home_generation, 4);
	for (int i = 0; i < SPOOL_PARTS; i++)
		put(&o, h->bytes[i], 4);
	for (int i = 0; i < SPOOL_PARTS; i++)
		put(&o, h->sum[i], 4);
	put(&o, h->states_bytes, 4);
	put(&o, h->states_sum, 4);
	put(&o, h->batch, 4);
	put(&o, 0, 4);
}

static int record_fields(struct slice s, struct spool_record_header *ret)
{
	struct cursor c = cursor_of(s);
	struct spool_record_header h = { .cause = SPOOL_CAUSE_NONE };

	if (cursor_u32(&c) != RECORD_MAGIC)
		return ERR_CORRUPT;
	uint8_t kind = cursor_u8(&c);

	h.type = (enum spool_record_type)(kind & 15);
	h.cause = (enum spool_cause)(kind >> 4);
	h.in_file = cursor_u8(&c);
	h.rcpts = cursor_u16(&c);
	h.id = cursor_u64(&c);
	h.home_segment = cursor_u32(&c);
	h.home_generation = cursor_u32(&c);
	for (int i = 0; i < SPOOL_PARTS; i++)
		h.bytes[i] = cursor_u32(&c);
	for (int i = 0; i < SPOOL_PARTS; i++)
		h.sum[i] = cursor_u32(&c);
	h.states_bytes = cursor_u32(&c);
	h.states_sum = cursor_u32(&c);
	h.batch = cursor_u32(&c);
	if (c.failed || h.type < SPOOL_RECORD_MSG || h.type > SPOOL_RECORD_SUMMARY ||
		h.cause > SPOOL_CAUSE_COMPACTION || h.in_file >= 1 << SPOOL_PARTS)
		return ERR_CORRUPT;
	*ret = h;
	return 0;
}

void spool_format_put_record(
	char at[SPOOL_RECORD_HEADER], const struct spool_record_header *h, uint64_t salt)
{
	put_record_fields(at, h);
	put_sum(at, SPOOL_RECORD_HEADER, record_seed(salt));
}

int spool_format_record(struct slice s, uint64_t salt, struct spool_record_header *ret)
{
	if (s.n < SPOOL_RECORD_HEADER)
		return ERR_CORRUPT;
	s = slice_take(s, SPOOL_RECORD_HEADER);
	if (!sum_matches(s, record_seed(salt)))
		return ERR_CORRUPT;
	return record_fields(s, ret);
}

static bool in_file(const struct spool_record_header *h, enum spool_part part)
{
	return h->in_file & 1u << part;
}

uint64_t spool_format_states_at(const struct spool_record_header *h)
{
	uint64_t at = SPOOL_RECORD_HEADER;

	for (int i = 0; i < SPOOL_PARTS; i++)
		if (!in_file(h, (enum spool_part)i))
			at += h->bytes[i];
	return at;
}

uint64_t spool_format_record_bytes(const struct spool_record_header *h)
{
	uint64_t n = spool_format_states_at(h) + h->states_bytes;

	return (n + SPOOL_RECORD_ALIGN - 1) / SPOOL_RECORD_ALIGN * SPOOL_RECORD_ALIGN;
}

/* In the file: body, header block, facts, since the body comes first. In the record: the parts'
 * own order. */
uint64_t spool_format_part_at(const struct spool_record_header *h, enum spool_part part)
{
	bool file = in_file(h, part);
	uint64_t at = file ? 0 : SPOOL_RECORD_HEADER;

	for (int i = 0; i < SPOOL_PARTS; i++) {
		bool before = file ? i > (int)part : i < (int)part;

		if (before && in_file(h, (enum spool_part)i) == file)
			at += h->bytes[i];
	}
	return at;
}

static void put_state(struct out *o, const struct spool_state_entry *e)
{
	put(o, e->rcpt, 2);
	put(o, e->state, 1);
	put(o, e->held, 1);
	put(o, e->attempts, 2);
	put(o, e->warned ? STATE_WARNED : 0, 1);
	put(o, 0, 1);
	put(o, (uint64_t)e->due, 8);
	put(o, e->reason.n, 2);
}

void spool_format_put_state(struct buf *b, const struct spool_state_entry *e)
{
	char fixed[SPOOL_STATE_BYTES];
	struct out o = { fixed };

	assert(e->reason.n <= SPOOL_REASON_MAX);
	put_state(&o, e);
	buf_put(b, slice_of(fixed, sizeof(fixed)));
	buf_put(b, e->reason);
}

bool spool_format_state(struct cursor *c, struct spool_state_entry *ret)
{
	if (c->failed || cursor_at_end(c))
		return false;
	struct spool_state_entry e = { .rcpt = cursor_u16(c) };

	e.state = cursor_u8(c);
	e.held = cursor_u8(c);
	e.attempts = cursor_u16(c);
	e.warned = cursor_u8(c) & STATE_WARNED;
	cursor_u8(c);
	e.due = (usec_t)cursor_u64(c);
	e.reason = cursor_take(c, cursor_u16(c));
	if (e.state >= SPOOL_STATES || e.held > SPOOL_HELD_CORRUPT || e.reason.n > SPOOL_REASON_MAX)
		c->failed = true;
	if (c->failed)
		return false;
	*ret = e;
	return true;
}

void spool_format_put_summary(
	struct buf *b, const struct spool_record_header *h, uint32_t offset, struct slice states)
{
	char fixed[SUMMARY_ENTRY];
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;
	struct out o = { fixed + SPOOL_RECORD_HEADER - 4 };
	uint32_t n = 0;

	put_record_fields(fixed, h);
	while (spool_format_state(&c, &e))
		n++;
	put(&o, n, 4);
	put(&o, offset, 4);
	buf_put(b, slice_of(fixed, sizeof(fixed)));
	c = cursor_of(states);
	while (spool_format_state(&c, &e)) {
		e.reason = SLICE_NIL;
		spool_format_put_state(b, &e);
	}
}

bool spool_format_summary(struct cursor *c, struct spool_record_header *ret, uint32_t *ret_offset,
	struct slice *ret_states)
{
	if (c->failed || cursor_at_end(c))
		return false;
	struct slice fixed = cursor_take(c, SPOOL_RECORD_HEADER - 4);
	uint32_t n = cursor_u32(c), offset = cursor_u32(c);

	if (c->failed || record_fields(fixed, ret) < 0 || n > c->rest.n / SPOOL_STATE_BYTES) {
		c->failed = true;
		return false;
	}
	*ret_states = cursor_take(c, n * SPOOL_STATE_BYTES);
	*ret_offset = offset;
	return !c->failed;
}

void spool_format_put_trailer(char at[SPOOL_TRAILER], const struct spool_trailer *t)
{
	struct out o = { at };

	memset(at, 0, SPOOL_TRAILER);
	put(&o, TRAILER_MAGIC, 8);
	put(&o, t->segment, 4);
	put(&o, t->generation, 4);
	put(&o, t->batch_offset, 4);
	put(&o, t->salt, 8);
	put(&o, t->number, 8);
	put_sum(at, SPOOL_TRAILER, 0);
}

int spool_format_trailer(struct slice s, struct spool_trailer *ret)
{
	if (s.n < SPOOL_TRAILER)
		return ERR_CORRUPT;
	s = slice_take(s, SPOOL_TRAILER);
	struct cursor c = cursor_of(s);

	if (cursor_u64(&c) != TRAILER_MAGIC || !sum_matches(s, 0))
		return ERR_CORRUPT;
	struct spool_trailer t = { .segment = cursor_u32(&c) };

	t.generation = cursor_u32(&c);
	t.batch_offset = cursor_u32(&c);
	t.salt = cursor_u64(&c);
	t.number = cursor_u64(&c);
	*ret = t;
	return 0;
}

static bool part_good(const struct spool_batch_item *item, enum spool_part part)
{
	const struct spool_record_header *h = &item->header;

	if (in_file(h, part))
		return true;
	return hash_crc32c(0, item->record.p + spool_format_part_at(h, part), h->bytes[part]) ==
	       h->sum[part];
}

bool spool_format_content_good(const struct spool_batch_item *item)
{
	return part_good(item, SPOOL_PART_HEADER) && part_good(item, SPOOL_PART_BODY);
}

int spool_format_walk(struct spool_batch_walk *w, bool check_content, struct spool_batch_item *ret)
{
	struct slice rest = slice_skip(w->batch, w->at);

	if (w->seen == w->header.records)
		return 0;
	int r = spool_format_record(rest, w->header.salt, &ret->header);

	if (r < 0 || ret->header.batch != (uint32_t)w->header.number)
		return ERR_CORRUPT;
	uint64_t bytes = spool_format_record_bytes(&ret->header);

	if (bytes > rest.n)
		return ERR_CORRUPT;
	ret->record = slice_take(rest, bytes);
	ret->states = slice_take(slice_skip(ret->record, spool_format_states_at(&ret->header)),
		ret->header.states_bytes);
	ret->facts_good = part_good(ret, SPOOL_PART_FACTS) &&
			  hash_crc32c(0, ret->states.p, ret->states.n) == ret->header.states_sum;
	ret->content_good = !check_content || spool_format_content_good(ret);
	w->at += (uint32_t)bytes;
	w->seen++;
	return 1;
}
