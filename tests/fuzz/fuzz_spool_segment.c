/* A hostile segment through everything that reads one. The input is a row of pieces (block,
 * offset, length, bytes) laid over a segment of zeros; where a header's magic stands, its
 * checksums are made right if the first byte asks for it, so that the search gets behind them. */
#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "spool/envelope.h"
#include "spool/scan.h"
#include "spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char segment[SPOOL_SEGMENT_MIN];

static void lay_out(struct cursor c)
{
	memset(segment, 0, sizeof(segment));
	while (!c.failed && !cursor_at_end(&c)) {
		size_t at = (size_t)cursor_u8(&c) % (SPOOL_SEGMENT_MIN / SPOOL_BLOCK) * SPOOL_BLOCK;
		size_t offset = cursor_u16(&c) % SPOOL_BLOCK;
		struct slice bytes = cursor_take(&c, cursor_u16(&c));

		bytes = slice_take(bytes, sizeof(segment) - at - offset);
		if (bytes.n)
			memcpy(segment + at + offset, bytes.p, bytes.n);
	}
}

static void mend(char *p, size_t n, uint32_t seed)
{
	uint32_t sum = hash_crc32c(seed, p, n - 4);

	memcpy(p + n - 4, &sum, 4);
}

static uint32_t word(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

/* The sums of the parts, as far as they lie within the record, then the header's. */
static uint64_t mend_record(char *p, size_t room, const char *salt)
{
	uint64_t at = SPOOL_RECORD_HEADER;

	for (unsigned i = 0; i < SPOOL_PARTS; i++) {
		uint64_t n = p[5] & 1 << i ? 0 : word(p + 24 + 4 * i);

		if (at + n > room)
			return room;
		uint32_t sum = hash_crc32c(0, p + at, n);

		memcpy(p + 36 + 4 * i, &sum, 4);
		at += n;
	}
	uint64_t n = word(p + 48);

	if (at + n > room)
		return room;
	uint32_t sum = hash_crc32c(0, p + at, n);

	memcpy(p + 52, &sum, 4);
	mend(p, SPOOL_RECORD_HEADER, hash_crc32c(0, salt, 8));
	return (at + n + 7) / 8 * 8;
}

static void mend_all(void)
{
	mend(segment, SPOOL_SEGMENT_HEADER, 0);
	for (size_t at = SPOOL_BLOCK; at < sizeof(segment); at += SPOOL_BLOCK) {
		char *p = segment + at;
		size_t room = sizeof(segment) - at, next = SPOOL_BATCH_HEADER;

		if (memcmp(p, "SLUIBAT1", 8) != 0)
			continue;
		mend(p, SPOOL_BATCH_HEADER, 0);
		for (uint32_t n = word(p + 20); n && next + SPOOL_RECORD_HEADER < room; n--)
			next += mend_record(p + next, room - next, p + 24);
	}
}

static void read_states(struct slice states)
{
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e))
		assert(e.state < SPOOL_STATES && e.reason.n <= SPOOL_REASON_MAX);
}

static void read_record(const struct spool_batch_item *item)
{
	struct slice facts = slice_take(slice_skip(item->record, SPOOL_RECORD_HEADER),
		item->header.in_file & 1 ? 0 : item->header.bytes[SPOOL_PART_FACTS]);
	struct arena arena = ARENA_INIT;
	struct spool_envelope e;

	read_states(item->states);
	if (item->header.type == SPOOL_RECORD_SUMMARY) {
		struct cursor c = cursor_of(facts);
		struct spool_record_header h;
		struct slice states;
		uint32_t offset;

		while (spool_format_summary(&c, &h, &offset, &states))
			read_states(states);
	} else if (spool_envelope_decode(facts, &arena, &e) == 0) {
		assert(e.rcpts_n > 0);
	}
	arena_reset(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(slice_of(data, size));
	struct slice bytes = slice_of(segment, sizeof(segment));
	uint8_t mode = cursor_u8(&c);
	struct spool_trailer t;
	struct spool_scan s;

	lay_out(c);
	if (mode & 1)
		mend_all();
	(void)spool_format_trailer(slice_skip(bytes, bytes.n - SPOOL_TRAILER), &t);
	if (spool_scan(bytes, 1, &s) < 0)
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		struct spool_batch_walk w = spool_scan_walk(bytes, &s.batches[i]);
		struct spool_batch_item item;

		assert(s.batches[i].offset + s.batches[i].header.bytes <= bytes.n);
		while (spool_format_walk(&w, true, &item) > 0)
			read_record(&item);
		(void)spool_scan_is_whole(bytes, &s.batches[i]);
	}
	spool_scan_done(&s);
	return 0;
}
