/* Blocks read back as they were written, and refuse every changed bit. */
#include "spool/format.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "check_main.h"
#include "spool/scan.h"
#include "spool/spool.h"

static void flip(char *p, size_t bit)
{
	p[bit / 8] = (char)(p[bit / 8] ^ (1 << bit % 8));
}

START_TEST(segment_headers)
{
	struct spool_segment_header h = { 7, 3, 1023, SPOOL_SEGMENT_MIN, 0x1122334455667788 }, got;
	static char block[SPOOL_BLOCK];

	spool_format_put_segment(block, &h);
	ck_assert_int_eq(spool_format_segment(slice_of(block, sizeof(block)), &got), 0);
	ck_assert(got.number == 7 && got.generation == 3 && got.partition == 1023 &&
		  got.size == SPOOL_SEGMENT_MIN && got.salt == h.salt);
	for (size_t bit = 0; bit < SPOOL_SEGMENT_HEADER * 8; bit++) {
		flip(block, bit); /* the copy is still there */
		ck_assert_int_eq(spool_format_segment(slice_of(block, sizeof(block)), &got), 0);
		flip(block + SPOOL_SECOND_HEADER, bit);
		ck_assert_int_eq(
			spool_format_segment(slice_of(block, sizeof(block)), &got), ERR_CORRUPT);
		flip(block, bit);
		flip(block + SPOOL_SECOND_HEADER, bit);
	}
	h.generation = 4; /* torn between the copies */
	static char newer[SPOOL_BLOCK];

	spool_format_put_segment(newer, &h);
	memcpy(block, newer, 512);
	ck_assert_int_eq(spool_format_segment(slice_of(block, sizeof(block)), &got), 0);
	ck_assert_uint_eq(got.generation, 4);
	ck_assert_int_eq(spool_format_segment(slice_of(block, 10), &got), ERR_CORRUPT);
}
END_TEST

START_TEST(later_versions_are_refused)
{
	struct spool_segment_header h = { 7, 3, 0, SPOOL_SEGMENT_MIN, 5 };
	struct spool_batch_header b = { .bytes = SPOOL_BATCH_HEADER }, got;
	static char block[SPOOL_BLOCK];
	uint32_t sum;

	spool_format_put_segment(block, &h);
	block[8] = 3;
	sum = hash_crc32c(0, block, SPOOL_SEGMENT_HEADER - 4);
	memcpy(block + SPOOL_SEGMENT_HEADER - 4, &sum, 4);
	ck_assert_int_eq(spool_format_segment(slice_of(block, sizeof(block)), &h), ERR_UNSUPPORTED);
	spool_format_put_batch(block, &b);
	block[8] = 3;
	sum = hash_crc32c(0, block, SPOOL_BATCH_HEADER - 4);
	memcpy(block + SPOOL_BATCH_HEADER - 4, &sum, 4);
	ck_assert_int_eq(spool_format_batch(slice_of(block, sizeof(block)), &got), ERR_UNSUPPORTED);
}
END_TEST

START_TEST(batch_headers)
{
	struct spool_batch_header h = { .segment = 1,
		.generation = 2,
		.records = 3,
		.bytes = 4000,
		.salt = 5,
		.number = 6,
		.previous = 7,
		.first = 8,
		.id_limit_ms = 9 };
	struct spool_batch_header got;
	char at[SPOOL_BATCH_HEADER];

	spool_format_put_batch(at, &h);
	ck_assert_int_eq(spool_format_batch(slice_of(at, sizeof(at)), &got), 0);
	ck_assert(got.segment == 1 && got.generation == 2 && got.records == 3 &&
		  got.bytes == 4000 && got.salt == 5 && got.number == 6 && got.previous == 7 &&
		  got.first == 8 && got.id_limit_ms == 9);
	for (size_t bit = 0; bit < sizeof(at) * 8; bit++) {
		flip(at, bit);
		ck_assert_int_lt(spool_format_batch(slice_of(at, sizeof(at)), &got), 0);
		flip(at, bit);
	}
	h.under_way = 1;
	spool_format_put_batch(at, &h);
	ck_assert_int_eq(spool_format_batch(slice_of(at, sizeof(at)), &got), 0);
	ck_assert_uint_eq(spool_batch_durable(&got), 6);
	h.under_way = 2;
	spool_format_put_batch(at, &h);
	ck_assert_int_eq(spool_format_batch(slice_of(at, sizeof(at)), &got), ERR_CORRUPT);
	h.under_way = 0;
	h.bytes = 1;
	spool_format_put_batch(at, &h);
	ck_assert_int_eq(spool_format_batch(slice_of(at, sizeof(at)), &got), ERR_CORRUPT);
	ck_assert_int_eq(spool_format_batch(slice_of(at, 20), &got), ERR_CORRUPT);
}
END_TEST

START_TEST(records)
{
	struct spool_record_header h = { .type = SPOOL_RECORD_MOVE,
		.cause = SPOOL_CAUSE_COMPACTION,
		.in_file = 1 << SPOOL_PART_BODY | 1 << SPOOL_PART_HEADER,
		.rcpts = 4,
		.id = 5,
		.home_segment = 6,
		.home_generation = 7,
		.bytes = { 10, 20, 30 },
		.sum = { 11, 21, 31 },
		.states_bytes = 40,
		.states_sum = 41,
		.batch = 9 };
	struct spool_record_header got;
	char at[SPOOL_RECORD_HEADER];

	spool_format_put_record(at, &h, 77);
	ck_assert_int_eq(spool_format_record(slice_of(at, sizeof(at)), 78, &got), ERR_CORRUPT);
	ck_assert_int_eq(spool_format_record(slice_of(at, sizeof(at)), 77, &got), 0);
	ck_assert(got.type == h.type && got.cause == h.cause && got.in_file == h.in_file &&
		  got.rcpts == 4 && got.id == 5 && got.home_segment == 6 &&
		  got.home_generation == 7 && got.bytes[2] == 30 && got.sum[1] == 21 &&
		  got.states_bytes == 40 && got.states_sum == 41 && got.batch == 9);
	for (size_t bit = 0; bit < sizeof(at) * 8; bit++) {
		flip(at, bit);
		ck_assert_int_eq(
			spool_format_record(slice_of(at, sizeof(at)), 77, &got), ERR_CORRUPT);
		flip(at, bit);
	}
	ck_assert_uint_eq(spool_format_part_at(&h, SPOOL_PART_FACTS), 64);
	ck_assert_uint_eq(spool_format_part_at(&h, SPOOL_PART_BODY), 0);
	ck_assert_uint_eq(spool_format_part_at(&h, SPOOL_PART_HEADER), 30);
	ck_assert_uint_eq(spool_format_states_at(&h), 74);
	ck_assert_uint_eq(spool_format_record_bytes(&h), 120);
}
END_TEST

START_TEST(states_and_summaries)
{
	struct spool_state_entry e = { .rcpt = 3,
		.state = SPOOL_HELD,
		.held = SPOOL_HELD_BY_HAND,
		.attempts = 500,
		.warned = true,
		.due = -5,
		.reason = S("because") };
	struct spool_record_header h = { .type = SPOOL_RECORD_STATE, .id = 9 }, got_header;
	struct spool_state_entry got;
	struct slice states;
	uint32_t offset;
	struct buf b, summary;

	buf_init(&b, 4096);
	buf_init(&summary, 4096);
	spool_format_put_state(&b, &e);
	spool_format_put_state(&b, &e);
	spool_format_put_summary(&summary, &h, 4242, buf_slice(&b));
	for (int turn = 0; turn < 2; turn++) {
		struct cursor c = cursor_of(buf_slice(turn ? &summary : &b));

		if (turn) {
			ck_assert(spool_format_summary(&c, &got_header, &offset, &states));
			ck_assert(got_header.id == 9 && offset == 4242);
			ck_assert(!spool_format_summary(&c, &got_header, &offset, &states));
			ck_assert(!c.failed);
			c = cursor_of(states);
		}
		for (int i = 0; i < 2; i++) {
			ck_assert(spool_format_state(&c, &got));
			ck_assert(got.rcpt == 3 && got.state == SPOOL_HELD &&
				  got.held == SPOOL_HELD_BY_HAND && got.attempts == 500 &&
				  got.warned && got.due == -5);
			ck_assert(slice_eq(got.reason, turn ? SLICE_NIL : e.reason));
		}
		ck_assert(!spool_format_state(&c, &got) && !c.failed);
	}
	for (size_t n = 1; n < b.n; n++) { /* cut anywhere */
		struct cursor c = cursor_of(slice_of(b.p, n));

		while (spool_format_state(&c, &got))
			;
		ck_assert(c.failed || n == b.n / 2);
	}
	b.p[2] = SPOOL_STATES;
	struct cursor c = cursor_of(buf_slice(&b));

	ck_assert(!spool_format_state(&c, &got) && c.failed);
	buf_done(&b);
	buf_done(&summary);
}
END_TEST

START_TEST(trailers)
{
	struct spool_trailer t = { 1, 2, 8192, 3, 4 }, got;
	char at[SPOOL_TRAILER];

	spool_format_put_trailer(at, &t);
	ck_assert_int_eq(spool_format_trailer(slice_of(at, sizeof(at)), &got), 0);
	ck_assert(got.segment == 1 && got.generation == 2 && got.batch_offset == 8192 &&
		  got.salt == 3 && got.number == 4);
	flip(at, 100);
	ck_assert_int_eq(spool_format_trailer(slice_of(at, sizeof(at)), &got), ERR_CORRUPT);
	ck_assert_int_eq(spool_format_trailer(slice_of(at, 10), &got), ERR_CORRUPT);
}
END_TEST

/* A segment with batches 5, 6, 7 and a stale one of the former generation behind them. */
static char *small_segment(void)
{
	char *p = calloc(1, SPOOL_SEGMENT_MIN);
	struct spool_segment_header h = { 1, 2, 0, SPOOL_SEGMENT_MIN, 99 };

	spool_format_put_segment(p, &h);
	for (uint32_t i = 0; i < 4; i++) {
		struct spool_batch_header b = { .segment = 1,
			.generation = i == 3 ? 1 : 2,
			.bytes = SPOOL_BATCH_HEADER,
			.salt = i == 3 ? 98 : 99,
			.number = i == 3 ? 3 : 5 + i,
			.previous = 4 + i,
			.first = 5 };

		spool_format_put_batch(p + SPOOL_BLOCK * (1 + i), &b);
	}
	return p;
}

START_TEST(scans)
{
	char *p = small_segment();
	struct slice bytes = slice_of(p, SPOOL_SEGMENT_MIN);
	struct spool_scan s;

	ck_assert_int_eq(spool_scan(bytes, 1, &s), 0);
	ck_assert(s.n == 3 && s.end == 4 * SPOOL_BLOCK && !s.header_rotten);
	ck_assert(s.batches[0].gap == 0 && s.batches[2].gap == 0);
	ck_assert(spool_scan_is_whole(bytes, &s.batches[2]));
	spool_scan_done(&s);
	flip(p + 2 * SPOOL_BLOCK, 77); /* the middle one rots */
	ck_assert_int_eq(spool_scan(bytes, 1, &s), 0);
	ck_assert(s.n == 2 && s.batches[1].gap == SPOOL_BLOCK);
	spool_scan_done(&s);
	flip(p + SPOOL_BLOCK, 77); /* and the first */
	flip(p, 3);
	flip(p + SPOOL_SECOND_HEADER, 3); /* and both headers */
	ck_assert_int_eq(spool_scan(bytes, 1, &s), 0);
	ck_assert(s.header_rotten && s.header.generation == 2 && s.n == 1);
	ck_assert_uint_eq(s.batches[0].gap, 2 * SPOOL_BLOCK);
	spool_scan_done(&s);
	ck_assert_int_eq(spool_scan(bytes, 2, &s), ERR_CORRUPT);
	free(p);
}
END_TEST

/* A block of the segment was written over another one. */
START_TEST(a_copy_of_a_batch_is_none)
{
	static const struct {
		unsigned from, to; /* blocks */
		unsigned first, last; /* numbers of the two batches that are left */
		unsigned gap_at; /* 2: behind them */
	} cases[] = {
		{ 1, 2, 5, 7, 1 },
		{ 1, 3, 5, 6, 2 },
		{ 2, 1, 6, 7, 0 },
		{ 2, 3, 5, 6, 2 },
		{ 3, 1, 6, 7, 0 },
		{ 3, 2, 5, 7, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *p = small_segment();
		struct spool_scan s;

		memcpy(p + SPOOL_BLOCK * cases[i].to, p + SPOOL_BLOCK * cases[i].from, SPOOL_BLOCK);
		ck_assert_int_eq(spool_scan(slice_of(p, SPOOL_SEGMENT_MIN), 1, &s), 0);
		ck_assert_uint_eq(s.n, 2);
		ck_assert_uint_eq(s.batches[0].header.number, cases[i].first);
		ck_assert_uint_eq(s.batches[1].header.number, cases[i].last);
		ck_assert_uint_eq(s.end, SPOOL_BLOCK * (cases[i].gap_at == 2 ? 3 : 4));
		for (unsigned k = 0; k < 2; k++) {
			ck_assert(s.batches[k].breaks == (cases[i].gap_at == k));
			ck_assert_uint_eq(s.batches[k].gap, cases[i].gap_at == k ? SPOOL_BLOCK : 0);
		}
		spool_scan_done(&s);
		free(p);
	}
}
END_TEST

/* Batches 5 to 8, of which some carry no record, one is not whole, or one cannot be seen. */
START_TEST(torn_or_rotten)
{
	static const struct {
		uint16_t under_way[4]; /* as their headers say */
		int missing; /* index of one whose header is lost, or -1 */
		uint64_t elsewhere; /* what other segments know for durable */
		bool torn;
	} cases[] = {
		{ { 0, 0, 0, 0 }, 3, 0, false }, /* nothing is seen of it */
		{ { 0, 0, 0, 0 }, 2, 0, false }, /* 8 knows it for durable */
		{ { 0, 0, 0, 1 }, 2, 0, true },
		{ { 0, 0, 0, 1 }, 1, 0, false },
		{ { 0, 0, 1, 1 }, 1, 0, false }, /* 8 knows that 6 is durable */
		{ { 0, 0, 0, 1 }, 2, 7, false },
		{ { 0, 0, 0, 1 }, 2, 9, false },
		{ { 0, 0, 0, 1 }, 0, 0, false },
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		char *p = calloc(1, SPOOL_SEGMENT_MIN);
		struct slice bytes = slice_of(p, SPOOL_SEGMENT_MIN);
		struct spool_segment_header h = { 1, 2, 0, SPOOL_SEGMENT_MIN, 99 };
		struct spool_batch_header missing;
		struct spool_scan s;
		uint64_t durable;
		bool torn = false;

		spool_format_put_segment(p, &h);
		for (uint32_t i = 0; i < 4; i++) {
			struct spool_batch_header b = { .segment = 1,
				.generation = 2,
				.bytes = SPOOL_BATCH_HEADER,
				.salt = 99,
				.number = 5 + i,
				.previous = 4 + i,
				.first = 5,
				.under_way = cases[k].under_way[i] };

			if ((int)i != cases[k].missing)
				spool_format_put_batch(p + SPOOL_BLOCK * (1 + i), &b);
		}
		ck_assert_int_eq(spool_scan(bytes, 1, &s), 0);
		durable = spool_scan_durable(&s);
		if (cases[k].elsewhere > durable)
			durable = cases[k].elsewhere;
		for (size_t i = 0; i < s.n; i++) {
			ck_assert(!spool_scan_is_torn(bytes, &s.batches[i], durable));
			torn |= spool_scan_gap_is_torn(&s, i, durable, &missing);
		}
		ck_assert_msg(torn == cases[k].torn, "case %zu", k);
		ck_assert(!torn || (missing.number == 7 && missing.previous == 6 &&
					   missing.records == 0 && missing.under_way == 0));
		spool_scan_done(&s);
		free(p);
	}
}
END_TEST

/* The first batch of a segment is torn: the one before it stands in another. */
START_TEST(torn_at_the_beginning)
{
	char *p = calloc(1, SPOOL_SEGMENT_MIN);
	struct slice bytes = slice_of(p, SPOOL_SEGMENT_MIN);
	struct spool_segment_header h = { 1, 2, 0, SPOOL_SEGMENT_MIN, 99 };
	struct spool_batch_header b = { .segment = 1,
		.generation = 2,
		.bytes = SPOOL_BATCH_HEADER,
		.salt = 99,
		.number = 8,
		.previous = 7,
		.first = 7,
		.under_way = 1 };
	struct spool_batch_header missing;
	struct spool_scan s;

	spool_format_put_segment(p, &h);
	spool_format_put_batch(p + SPOOL_BLOCK * 3, &b);
	ck_assert_int_eq(spool_scan(bytes, 1, &s), 0);
	ck_assert(spool_scan_gap_is_torn(&s, 0, spool_scan_durable(&s), &missing));
	ck_assert(missing.number == 7 && missing.previous == 6 && missing.first == 7);
	spool_scan_done(&s);
	b.records = 1; /* which is not there */
	spool_format_put_batch(p + SPOOL_BLOCK * 3, &b);
	ck_assert_int_eq(spool_scan(bytes, 1, &s), 0);
	ck_assert(spool_scan_is_torn(bytes, &s.batches[0], 7));
	ck_assert(!spool_scan_is_torn(bytes, &s.batches[0], 8));
	spool_scan_done(&s);
	free(p);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("format");
	TCase *t = tcase_create("format");

	tcase_add_test(t, segment_headers);
	tcase_add_test(t, later_versions_are_refused);
	tcase_add_test(t, batch_headers);
	tcase_add_test(t, records);
	tcase_add_test(t, states_and_summaries);
	tcase_add_test(t, trailers);
	tcase_add_test(t, scans);
	tcase_add_test(t, a_copy_of_a_batch_is_none);
	tcase_add_test(t, torn_or_rotten);
	tcase_add_test(t, torn_at_the_beginning);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
