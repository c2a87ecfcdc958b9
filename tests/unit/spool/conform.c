/* The cases. Nothing here knows which implementation is behind the interface. */
#include "conform.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"

/* The body's bytes from a position on: eight equal letters at a time. */
static void fill(unsigned seed, size_t at, char *to, size_t n)
{
	while (n) {
		size_t run = 8 - at % 8;

		if (run > n)
			run = n;
		memset(to, (char)('a' + hash_u64((uint64_t)seed << 32 | at / 8) % 26), run);
		to += run;
		at += run;
		n -= run;
	}
}

static bool is_body(unsigned seed, size_t at, struct slice piece)
{
	char *expected = mem_alloc(piece.n);

	fill(seed, at, expected, piece.n);
	bool same = piece.n == 0 || memcmp(expected, piece.p, piece.n) == 0;

	free(expected);
	return same;
}

static int write_body(struct ctx *ctx, struct spool_writer *w, unsigned seed, size_t size)
{
	char piece[3000];
	size_t at = 0;
	int r = 0;

	while (at < size && r == 0) {
		size_t n = size - at < sizeof(piece) ? size - at : sizeof(piece);

		fill(seed, at, piece, n);
		at += n;
		r = spool_write(ctx, w, slice_of(piece, n));
	}
	return r;
}

static int commit(struct ctx *ctx, struct spool_writer *w, unsigned seed, size_t size,
	unsigned rcpts, const struct spool_result *results, size_t n)
{
	struct arena arena = ARENA_INIT;
	struct spool_envelope e = { .reverse_path = S("from@example.org"),
		.listener = S("here"),
		.arrived = clock_wall(),
		.rcpts = arena_array(&arena, struct spool_envelope_rcpt, rcpts),
		.rcpts_n = rcpts };

	for (unsigned i = 0; i < rcpts; i++)
		e.rcpts[i].forward_path = slice_str(arena_printf(&arena, "rcpt%u@example.net", i));
	char *header = arena_printf(&arena, "Subject: %u %zu %u\r\n", seed, size, rcpts);
	int r = spool_commit(ctx, w, &e, slice_str(header), results, n);

	arena_reset(&arena);
	return r;
}

int conform_put(struct ctx *ctx, struct spool *sp, unsigned seed, size_t size, unsigned rcpts,
	const struct spool_result *results, size_t n, uint64_t *ret_id)
{
	struct spool_writer *w;
	int r = n ? spool_begin_own(ctx, sp, &w) : spool_begin(ctx, sp, size, &w);

	if (r < 0)
		return r;
	*ret_id = spool_writer_id(w);
	r = write_body(ctx, w, seed, size);
	if (r < 0) {
		spool_abort(w);
		return r;
	}
	return commit(ctx, w, seed, size, rcpts, results, n);
}

void conform_check_body(struct ctx *ctx, struct spool_reader *reader, unsigned seed)
{
	struct slice piece;
	size_t at = 0;

	do {
		ck_assert_int_eq(spool_body_read(ctx, reader, &piece), 0);
		ck_assert_msg(is_body(seed, at, piece), "the body is not what was written");
		at += piece.n;
	} while (piece.n);
	ck_assert_uint_eq(at, spool_body_size(reader));
}

void conform_check(struct ctx *ctx, struct spool *sp, uint64_t id)
{
	struct arena arena = ARENA_INIT;
	struct spool_envelope e;
	struct slice header;
	struct spool_reader *reader;
	unsigned seed, rcpts;
	size_t size;

	ck_assert_int_eq(spool_read_header(ctx, sp, id, &arena, &header), 0);
	ck_assert_int_eq(sscanf(arena_strdup(&arena, header), "Subject: %u %zu %u\r\n", &seed,
				 &size, &rcpts),
		3);
	ck_assert_int_eq(spool_read_envelope(ctx, sp, id, &arena, &e), 0);
	ck_assert(slice_eq(e.reverse_path, S("from@example.org")));
	ck_assert_uint_eq(e.rcpts_n, rcpts);
	ck_assert(slice_starts(e.rcpts[rcpts - 1].forward_path, S("rcpt")));
	ck_assert_int_eq(spool_body_open(sp, id, &reader), 0);
	ck_assert_uint_eq(spool_body_size(reader), size);
	conform_check_body(ctx, reader, seed);
	spool_body_close(reader);
	arena_reset(&arena);
}

static uint64_t put(struct ctx *ctx, struct spool *sp, size_t size, unsigned rcpts)
{
	static unsigned seed;
	uint64_t id;

	ck_assert_int_eq(conform_put(ctx, sp, ++seed, size, rcpts, NULL, 0, &id), 0);
	return id;
}

struct spool_rcpt_info conform_rcpt(struct spool *sp, uint64_t id, uint16_t rcpt)
{
	struct spool_rcpt_info info;

	ck_assert(spool_look_rcpt(sp, id, rcpt, &info));
	return info;
}

static enum spool_state state(struct spool *sp, uint64_t id, uint16_t rcpt)
{
	return conform_rcpt(sp, id, rcpt).state;
}

void conform_lease(struct spool *sp, uint64_t id, uint16_t rcpt)
{
	struct spool_lease lease;

	ck_assert_int_eq(spool_lease(sp, id, &rcpt, 1, &lease), 0);
	ck_assert(spool_lease_valid(sp, &lease));
}

void conform_record(struct spool *sp, uint64_t id, uint16_t rcpt, enum spool_outcome outcome)
{
	struct spool_rcpt_info info = conform_rcpt(sp, id, rcpt);
	struct spool_result r = { .id = id,
		.rcpt = rcpt,
		.outcome = outcome,
		.due = clock_wall() + USEC_PER_MIN,
		.attempts = (uint16_t)(info.attempts + 1),
		.reason = S("they said so") };

	spool_record(sp, &r, 1);
}

static bool here(struct spool *sp, uint64_t id)
{
	struct spool_info info;

	return spool_look(sp, id, &info);
}

static void keeps_what_was_committed(struct ctx *ctx, struct spool *sp)
{
	static const size_t sizes[] = { 0, 1, 100, 4096, 8175, 8176, 8177, 20000, 70000, 300000,
		600001 };
	uint64_t ids[sizeof(sizes) / sizeof(sizes[0])], last = 0;
	struct spool_info info;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ids[i] = put(ctx, sp, sizes[i], (unsigned)i + 1);
		ck_assert(ids[i] > last);
		last = ids[i];
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		conform_check(ctx, sp, ids[i]);
		ck_assert_int_eq(state(sp, ids[i], (uint16_t)i), SPOOL_WAITING);
		ck_assert_int_le(conform_rcpt(sp, ids[i], 0).due, clock_wall());
	}
	for (uint64_t at = 0; spool_next(sp, at, &info); at = info.id, n++)
		ck_assert(info.id == ids[n] && info.rcpts == n + 1 && info.open == n + 1);
	ck_assert_uint_eq(n, sizeof(sizes) / sizeof(sizes[0]));
}

static void forgets_what_was_aborted(struct ctx *ctx, struct spool *sp)
{
	struct spool_writer *w;
	struct spool_counts counts;

	spool_abort(NULL);
	for (size_t size = 10; size < 1000000; size *= 60) {
		ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), 0);
		ck_assert_int_eq(write_body(ctx, w, 1, size), 0);
		ck_assert_uint_eq(spool_writer_size(w), size);
		spool_abort(w);
	}
	spool_counts(sp, &counts);
	ck_assert_uint_eq(counts.messages, 0);
	ck_assert_uint_eq(counts.memory_bytes, 0);
}

static int add_piece(void *arg, struct slice piece)
{
	size_t *at = arg;

	ck_assert(is_body(7, *at, piece));
	*at += piece.n;
	return *at > 3000000 ? ERR_LIMIT : 0;
}

static void shows_the_body_while_it_is_written(struct ctx *ctx, struct spool *sp)
{
	static const size_t sizes[] = { 0, 5000, 262144, 700000 };
	struct spool_writer *w;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t seen = 0;

		ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), 0);
		ck_assert_int_eq(write_body(ctx, w, 7, sizes[i]), 0);
		ck_assert_int_eq(spool_writer_each(ctx, w, add_piece, &seen), 0);
		ck_assert_uint_eq(seen, sizes[i]);
		spool_abort(w);
	}
}

static void refuses_what_breaks_limits(struct ctx *ctx, struct spool *sp)
{
	struct spool_envelope_rcpt rcpt = { S("a@example.org"), SLICE_NIL, 0 };
	struct spool_envelope e = { .rcpts = &rcpt };
	char *header = mem_zalloc(SPOOL_HEADER_MAX + 1);
	struct spool_writer *w;

	ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), 0);
	ck_assert_int_eq(spool_commit(ctx, w, &e, S("A: b\r\n"), NULL, 0), ERR_INVALID);
	e.rcpts_n = 1;
	ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), 0);
	ck_assert_int_eq(spool_commit(ctx, w, &e, slice_of(header, SPOOL_HEADER_MAX + 1), NULL, 0),
		ERR_LIMIT);
	ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), 0);
	ck_assert_int_eq(spool_commit(ctx, w, &e, slice_of(header, SPOOL_HEADER_MAX), NULL, 0), 0);
	free(header);
}

static void leases_once(struct ctx *ctx, struct spool *sp)
{
	uint64_t id = put(ctx, sp, 10, 3);
	const uint16_t both[] = { 0, 1 }, next[] = { 1, 2 }, beyond[] = { 3 };
	struct spool_lease lease;

	ck_assert_int_eq(spool_lease(sp, id + 1, both, 2, &lease), ERR_NOTFOUND);
	ck_assert_int_eq(spool_lease(sp, id, beyond, 1, &lease), ERR_NOTFOUND);
	ck_assert_int_eq(spool_lease(sp, id, both, 2, &lease), 0);
	ck_assert_int_eq(spool_lease(sp, id, next, 2, &lease), ERR_BUSY);
	ck_assert_int_eq(state(sp, id, 2), SPOOL_WAITING);
	lease.fence++;
	ck_assert(!spool_lease_valid(sp, &lease));
	conform_record(sp, id, 0, SPOOL_RETURN);
	ck_assert_int_eq(state(sp, id, 0), SPOOL_WAITING);
	ck_assert_int_eq(conform_rcpt(sp, id, 0).attempts, 0);
	conform_lease(sp, id, 0);
}

static void records_outcomes(struct ctx *ctx, struct spool *sp)
{
	struct arena arena = ARENA_INIT;
	uint64_t id = put(ctx, sp, 10, 4);
	struct slice reason;
	struct spool_info info;

	for (uint16_t i = 0; i < 4; i++)
		conform_lease(sp, id, i);
	ck_assert_int_eq(spool_read_reason(ctx, sp, id, 1, &arena, &reason), 0);
	ck_assert_uint_eq(reason.n, 0);
	conform_record(sp, id, 0, SPOOL_DELIVERED);
	conform_record(sp, id, 1, SPOOL_DEFER);
	conform_record(sp, id, 2, SPOOL_FAIL);
	conform_record(sp, id, 3, SPOOL_UNDELIVERABLE);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(state(sp, id, 0), SPOOL_DONE);
	ck_assert_int_eq(state(sp, id, 1), SPOOL_WAITING);
	ck_assert_int_eq(state(sp, id, 2), SPOOL_FAILED);
	ck_assert_int_eq(state(sp, id, 3), SPOOL_HELD);
	ck_assert_int_eq(conform_rcpt(sp, id, 3).held, SPOOL_HELD_UNDELIVERABLE);
	ck_assert_int_gt(conform_rcpt(sp, id, 1).due, clock_wall());
	ck_assert_int_eq(conform_rcpt(sp, id, 1).attempts, 1);
	ck_assert_int_eq(spool_read_reason(ctx, sp, id, 1, &arena, &reason), 0);
	ck_assert(slice_eq(reason, S("they said so")));
	ck_assert(spool_look(sp, id, &info) && info.open == 2);
	conform_lease(sp, id, 1);
	conform_record(sp, id, 1, SPOOL_DELIVERED);
	ck_assert_int_eq(spool_remove(ctx, sp, id, 3, S("by the test")), 0);
	ck_assert(!here(sp, id));
	ck_assert_int_eq(spool_read_envelope(ctx, sp, id, &arena, &(struct spool_envelope){ 0 }),
		ERR_NOTFOUND);
	arena_reset(&arena);
}

static void commits_results_with_a_message(struct ctx *ctx, struct spool *sp)
{
	uint64_t id = put(ctx, sp, 10, 2), dsn;
	struct spool_result results[] = {
		{ .id = id, .rcpt = 0, .outcome = SPOOL_FAIL, .attempts = 1, .reason = S("no") },
		{ .id = id,
			.rcpt = 1,
			.outcome = SPOOL_DEFER,
			.due = 5,
			.attempts = 3,
			.warned = true },
	};

	conform_lease(sp, id, 0);
	conform_lease(sp, id, 1);
	ck_assert_int_eq(conform_put(ctx, sp, 3, 500, 1, results, 2, &dsn), 0);
	conform_check(ctx, sp, dsn);
	ck_assert_int_eq(state(sp, id, 0), SPOOL_FAILED);
	ck_assert_int_eq(state(sp, id, 1), SPOOL_WAITING);
	ck_assert(conform_rcpt(sp, id, 1).warned);
	ck_assert_int_eq(conform_rcpt(sp, id, 1).attempts, 3);
	conform_lease(sp, id, 1);
	results[1].outcome = SPOOL_FAIL;
	ck_assert_int_eq(conform_put(ctx, sp, 4, 500, 1, results + 1, 1, &dsn), 0);
	ck_assert(!here(sp, id) && here(sp, dsn));
}

static void obeys_people(struct ctx *ctx, struct spool *sp)
{
	uint64_t id = put(ctx, sp, 10, 2);

	ck_assert_int_eq(spool_hold(ctx, sp, id + 1, SPOOL_ALL), ERR_NOTFOUND);
	ck_assert_int_eq(spool_hold(ctx, sp, id, 2), ERR_NOTFOUND);
	ck_assert_int_eq(spool_release(ctx, sp, id, SPOOL_ALL), ERR_NOTFOUND);
	ck_assert_int_eq(spool_hold(ctx, sp, id, SPOOL_ALL), 0);
	ck_assert_int_eq(state(sp, id, 0), SPOOL_HELD);
	ck_assert_int_eq(conform_rcpt(sp, id, 1).held, SPOOL_HELD_BY_HAND);
	ck_assert_int_eq(spool_retry(ctx, sp, id, 0), ERR_NOTFOUND);
	ck_assert_int_eq(spool_release(ctx, sp, id, 0), 0);
	ck_assert_int_eq(state(sp, id, 0), SPOOL_WAITING);
	ck_assert_int_eq(state(sp, id, 1), SPOOL_HELD);
	conform_lease(sp, id, 0);
	conform_record(sp, id, 0, SPOOL_DEFER);
	ck_assert_int_gt(conform_rcpt(sp, id, 0).due, clock_wall());
	ck_assert_int_eq(spool_retry(ctx, sp, id, 0), 0);
	ck_assert_int_le(conform_rcpt(sp, id, 0).due, clock_wall());
	ck_assert_int_eq(spool_remove(ctx, sp, id, SPOOL_ALL, S("by the test")), 0);
	ck_assert(!here(sp, id));
}

static void lets_attempts_finish_first(struct ctx *ctx, struct spool *sp)
{
	static const struct {
		int wish; /* 0 hold, 1 remove, 2 hold and release */
		enum spool_outcome outcome;
		int becomes; /* -1: gone */
	} table[] = {
		{ 0, SPOOL_DEFER, SPOOL_HELD },
		{ 0, SPOOL_RETURN, SPOOL_HELD },
		{ 0, SPOOL_DELIVERED, SPOOL_DONE },
		{ 0, SPOOL_UNDELIVERABLE, SPOOL_HELD },
		{ 1, SPOOL_DEFER, SPOOL_DONE },
		{ 1, SPOOL_RETURN, SPOOL_DONE },
		{ 1, SPOOL_FAIL, SPOOL_FAILED },
		{ 2, SPOOL_DEFER, SPOOL_WAITING },
		{ 2, SPOOL_RETURN, SPOOL_WAITING },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t id = put(ctx, sp, 10, 2);

		conform_lease(sp, id, 0);
		if (table[i].wish == 1)
			ck_assert_int_eq(spool_remove(ctx, sp, id, 0, S("x")), 0);
		else
			ck_assert_int_eq(spool_hold(ctx, sp, id, 0), 0);
		if (table[i].wish == 2)
			ck_assert_int_eq(spool_release(ctx, sp, id, 0), 0);
		ck_assert_int_eq(state(sp, id, 0), SPOOL_LEASED);
		conform_record(sp, id, 0, table[i].outcome);
		ck_assert_int_eq((int)state(sp, id, 0), table[i].becomes);
		ck_assert_int_eq(spool_remove(ctx, sp, id, 1, S("x")), 0);
	}
	uint64_t id = put(ctx, sp, 10, 1);

	conform_lease(sp, id, 0);
	ck_assert_int_eq(spool_remove(ctx, sp, id, 0, S("x")), 0);
	conform_record(sp, id, 0, SPOOL_RETURN);
	ck_assert(!here(sp, id));
}

static void readers_outlive_the_message(struct ctx *ctx, struct spool *sp)
{
	uint64_t id = put(ctx, sp, 30000, 1);
	struct spool_reader *reader;
	struct slice piece;
	size_t n = 0;

	ck_assert_int_eq(spool_body_open(sp, id + 1, &reader), ERR_NOTFOUND);
	ck_assert_int_eq(spool_body_open(sp, id, &reader), 0);
	conform_lease(sp, id, 0);
	conform_record(sp, id, 0, SPOOL_DELIVERED);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert(!here(sp, id));
	for (int turn = 0; turn < 2; turn++, spool_body_rewind(reader)) {
		do {
			ck_assert_int_eq(spool_body_read(ctx, reader, &piece), 0);
			n += piece.n;
		} while (piece.n);
	}
	ck_assert_uint_eq(n, 60000);
	spool_body_close(reader);
	spool_body_close(NULL);
}

static uint64_t told[64];
static size_t told_n;

static void on_message(void *arg, uint64_t id)
{
	(void)arg;
	told[told_n++ % 64] = id;
}

static void on_quarantined(void *arg, uint64_t id)
{
	(void)arg, (void)id;
	ck_abort_msg("nothing has changed");
}

static void on_failed(void *arg)
{
	(void)arg;
	ck_abort_msg("the spool failed");
}

static void tells_what_happens(struct ctx *ctx, struct spool *sp)
{
	static const struct spool_events events = { on_message, on_quarantined, on_failed };

	told_n = 0;
	spool_listen(sp, &events, NULL);
	uint64_t id = put(ctx, sp, 10, 1);

	ck_assert(told_n == 1 && told[0] == id);
	conform_lease(sp, id, 0);
	conform_record(sp, id, 0, SPOOL_DEFER);
	ck_assert_uint_eq(told_n, 1);
	ck_assert_int_eq(spool_retry(ctx, sp, id, 0), 0);
	ck_assert_uint_eq(told_n, 2);
	conform_lease(sp, id, 0);
	ck_assert_int_eq(spool_hold(ctx, sp, id, 0), 0);
	conform_record(sp, id, 0, SPOOL_DEFER);
	ck_assert_uint_eq(told_n, 4);
	spool_listen(sp, NULL, NULL);
}

static void finds_and_pages(struct ctx *ctx, struct spool *sp)
{
	struct spool_found found[3];
	struct spool_filter any = { .states = 0 }, to = { .to = S("RCPT3@*") },
			    held = { .states = 1 << SPOOL_HELD }, from = { .from = S("nobody@*") },
			    said = { .reason = S("said") };
	uint64_t ids[7], next;
	size_t n;

	for (unsigned i = 0; i < 7; i++)
		ids[i] = put(ctx, sp, 10, i + 1);
	ck_assert_int_eq(spool_find(ctx, sp, &any, 0, found, 3, &n, &next), 0);
	ck_assert(n == 3 && found[2].info.id == ids[2] && next == ids[2]);
	ck_assert_int_eq(spool_find(ctx, sp, &any, ids[5], found, 3, &n, &next), 0);
	ck_assert(n == 1 && next == 0);
	ck_assert_int_eq(spool_find(ctx, sp, &to, 0, found, 3, &n, &next), 0);
	ck_assert(n == 3 && found[0].info.id == ids[3] && found[0].rcpt == 3);
	ck_assert_int_eq(spool_find(ctx, sp, &from, 0, found, 3, &n, &next), 0);
	ck_assert(n == 0 && next == 0);
	ck_assert_int_eq(spool_hold(ctx, sp, ids[4], 2), 0);
	ck_assert_int_eq(spool_find(ctx, sp, &held, 0, found, 3, &n, &next), 0);
	ck_assert(n == 1 && found[0].info.id == ids[4] && found[0].rcpt == 2);
	conform_lease(sp, ids[6], 5);
	conform_record(sp, ids[6], 5, SPOOL_DEFER);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(spool_find(ctx, sp, &said, 0, found, 3, &n, &next), 0);
	ck_assert(n == 1 && found[0].info.id == ids[6] && found[0].rcpt == 5);
	any.arrived_before = spool_id_time(ids[0]);
	ck_assert_int_eq(spool_find(ctx, sp, &any, 0, found, 3, &n, &next), 0);
	ck_assert_uint_eq(n, 0);
}

static void counts_recipients(struct ctx *ctx, struct spool *sp)
{
	uint64_t id = put(ctx, sp, 10, 5);
	struct spool_counts c;

	conform_lease(sp, id, 0);
	conform_lease(sp, id, 1);
	conform_record(sp, id, 1, SPOOL_DELIVERED);
	ck_assert_int_eq(spool_hold(ctx, sp, id, 2), 0);
	spool_counts(sp, &c);
	ck_assert(c.messages == 1 && c.accepting);
	ck_assert(c.recipients[SPOOL_LEASED] == 1 && c.recipients[SPOOL_DONE] == 1 &&
		  c.recipients[SPOOL_HELD] == 1 && c.recipients[SPOOL_WAITING] == 2);
}

static void takes_many_recipients(struct ctx *ctx, struct spool *sp)
{
	uint64_t id = put(ctx, sp, 10, 2000);
	struct spool_result *results = mem_zalloc(2000 * sizeof(*results));

	ck_assert_int_eq(spool_hold(ctx, sp, id, SPOOL_ALL), 0);
	ck_assert_int_eq(state(sp, id, 1999), SPOOL_HELD);
	ck_assert_int_eq(spool_release(ctx, sp, id, SPOOL_ALL), 0);
	for (uint16_t i = 0; i < 2000; i++) {
		conform_lease(sp, id, i);
		results[i] = (struct spool_result){ .id = id,
			.rcpt = i,
			.outcome = i % 100 ? SPOOL_DELIVERED : SPOOL_RETURN,
			.attempts = 1,
			.reason = S("fine") };
	}
	spool_record(sp, results, 2000);
	free(results);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	struct spool_info info;

	ck_assert(spool_look(sp, id, &info) && info.open == 20);
	conform_check(ctx, sp, id);
}

#define CASE(name)                                                                                 \
	{                                                                                          \
#name, name                                                                        \
	}
const struct conform_case conform_cases[] = {
	CASE(keeps_what_was_committed),
	CASE(forgets_what_was_aborted),
	CASE(shows_the_body_while_it_is_written),
	CASE(refuses_what_breaks_limits),
	CASE(leases_once),
	CASE(records_outcomes),
	CASE(commits_results_with_a_message),
	CASE(obeys_people),
	CASE(lets_attempts_finish_first),
	CASE(readers_outlive_the_message),
	CASE(tells_what_happens),
	CASE(finds_and_pages),
	CASE(counts_recipients),
	CASE(takes_many_recipients),
};
const size_t conform_cases_n = sizeof(conform_cases) / sizeof(conform_cases[0]);
