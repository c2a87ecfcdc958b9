/* What the journal does when bytes rot, disks are full, syncs fail; and that recycling and
 * compaction bring nothing back to life. */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "conform.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "spool/scan.h"

#include "sim_check.h"

#define MANY 400

static struct sim_host *host;
static struct spool_options options;
static struct spool_report report;
static uint64_t ids[MANY];

static void start_world(void)
{
	host = sim_host_new("mx", "192.0.2.1");
	options = (struct spool_options){
		.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
	};
}

/* One life of a process on the host, with the spool open. */
typedef void life_fn(struct ctx *ctx, struct spool *sp);
static int open_result; /* what spool_open returned */
static char open_why[300]; /* and why it failed */

static int with_spool(struct ctx *ctx, void *arg)
{
	life_fn *fn = *(life_fn **)arg;
	struct spool *sp;

	open_result = spool_open(ctx, &options, &sp, &report);
	if (open_result < 0) {
		snprintf(open_why, sizeof(open_why), "%s", ctx->err.text);
		return open_result;
	}
	if (fn)
		fn(ctx, sp);
	spool_close(ctx, sp);
	return 0;
}

static void live(struct ctx *ctx, life_fn *fn)
{
	(void)sim_host_run(ctx, host, "spool", with_spool, &fn);
}

static void put_many(struct ctx *ctx, struct spool *sp, unsigned from, unsigned n, size_t size)
{
	for (unsigned i = from; i < from + n; i++)
		ck_assert_int_eq(conform_put(ctx, sp, i, size, 1, NULL, 0, &ids[i]), 0);
}

static void deliver(struct spool *sp, unsigned i)
{
	conform_lease(sp, ids[i], 0);
	conform_record(sp, ids[i], 0, SPOOL_DELIVERED);
}

static uint64_t count(struct spool *sp)
{
	struct spool_counts c;

	spool_counts(sp, &c);
	return c.messages;
}

static bool here(struct spool *sp, uint64_t id)
{
	struct spool_info info;

	return spool_look(sp, id, &info);
}

/* ---- nothing comes back to life ---- */

/* The first segment keeps a third of its messages; the records of the others' end stand in later
 * segments, of which everything else dies. */
static void ends_far_from_home(struct ctx *ctx, struct spool *sp)
{
	put_many(ctx, sp, 0, 36, 1200);
	for (unsigned round = 0; round < 6; round++) {
		put_many(ctx, sp, 50 + round * 50, 50, 1200);
		for (unsigned i = 0; i < 50; i++)
			deliver(sp, 50 + round * 50 + i);
		for (unsigned i = round; i < 36; i += 6)
			if (i % 3)
				deliver(sp, i);
		ck_assert_int_eq(spool_flush(ctx, sp), 0);
		ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	}
}

static void nothing_came_back(struct ctx *ctx, struct spool *sp)
{
	for (unsigned i = 0; i < 36; i++) {
		ck_assert_int_eq(here(sp, ids[i]), i % 3 == 0);
		if (i % 3 == 0)
			conform_check(ctx, sp, ids[i]);
	}
	for (unsigned i = 50; i < 350; i++)
		ck_assert(!here(sp, ids[i]));
	ck_assert_uint_eq(report.messages, 12);
}

static int recycles(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, ends_far_from_home);
	live(ctx, nothing_came_back);
	return 0;
}

START_TEST(a_state_outlives_its_segment)
{
	run_seeds(recycles);
	ck_assert_uint_gt(metric_read(METRIC_SPOOL_RECYCLED), 0);
}
END_TEST

/* A reader keeps the first segment in place while its message moves, ends, and everything at its
 * new home ends too. */
static void moves_and_ends(struct ctx *ctx, struct spool *sp)
{
	struct spool_reader *reader;

	put_many(ctx, sp, 0, 60, 1200);
	ck_assert_int_eq(spool_body_open(sp, ids[0], &reader), 0);
	for (unsigned i = 1; i < 60; i++)
		if (i != 7)
			deliver(sp, i);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	put_many(ctx, sp, 60, 50, 1200);
	deliver(sp, 0);
	deliver(sp, 7);
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 60; i < 110; i++)
			deliver(sp, i);
		ck_assert_int_eq(spool_flush(ctx, sp), 0);
		ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
		put_many(ctx, sp, 60, 50, 1200);
	}
	conform_check_body(ctx, reader, 0);
	spool_body_close(reader);
	sim_power_cut(host);
}

static void moved_stay_ended(struct ctx *ctx, struct spool *sp)
{
	(void)ctx;
	ck_assert(!here(sp, ids[0]) && !here(sp, ids[7]));
	ck_assert_uint_eq(count(sp), 50);
}

static int moves(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	/* The reader reads from the disk: a segment, or the message's own file. */
	options.memory_bytes = sim_seed() % 2 ? 20000 : 90000;
	live(ctx, moves_and_ends);
	live(ctx, moved_stay_ended);
	return 0;
}

START_TEST(a_move_is_remembered_while_its_origin_stays)
{
	uint64_t before = metric_read(METRIC_SPOOL_COMPACTED);

	run_seeds(moves);
	ck_assert_uint_gt(metric_read(METRIC_SPOOL_COMPACTED), before);
}
END_TEST

/* ---- rot ---- */

/* What the flipped bit is to hit, in the second message's record, or around it. */
enum target {
	IN_SEGMENT_HEADER,
	IN_FIRST_BATCH,
	IN_BATCH_HEADER,
	IN_RECORD_HEADER,
	IN_FACTS,
	IN_HEADER,
	IN_BODY,
	IN_LAST_BATCH,
	IN_SUMMARY,
	IN_TRAILER,
	TARGETS
};

static void three(struct ctx *ctx, struct spool *sp)
{
	for (unsigned i = 0; i < 3; i++) {
		put_many(ctx, sp, i, 1, 500);
		ck_assert_int_eq(ctx_sleep(ctx, 300 * USEC_PER_MSEC), 0); /* an empty batch */
	}
	sim_power_cut(host);
}

static void fill(struct ctx *ctx, struct spool *sp)
{
	put_many(ctx, sp, 0, 60, 1200);
}

static void flip(uint64_t at, unsigned bit)
{
	ck_assert_int_eq(sim_disk_flip(host, "spool/seg-000001", at, bit), 0);
}

static void damage(enum target target)
{
	struct buf b;
	struct spool_scan scan;
	struct spool_batch_item item;
	struct spool_scan_batch *batch = NULL, *last = NULL;
	uint64_t at;

	buf_init(&b, SPOOL_SEGMENT_MAX);
	ck_assert_int_eq(sim_disk_read(host, "spool/seg-000001", &b), 0);
	ck_assert_int_eq(spool_scan(buf_slice(&b), 1, &scan), 0);
	for (size_t i = 0; i < scan.n; i++) {
		struct spool_batch_walk w = spool_scan_walk(buf_slice(&b), &scan.batches[i]);

		if (scan.batches[i].header.records == 0)
			continue;
		last = &scan.batches[i];
		while (batch == NULL && spool_format_walk(&w, true, &item) > 0)
			if (item.header.id == ids[1])
				batch = &scan.batches[i];
	}
	ck_assert(batch && last);
	at = (uint64_t)(item.record.p - b.p);
	switch (target) {
	case IN_SEGMENT_HEADER:
		flip(9, 1);
		flip(SPOOL_SECOND_HEADER + 9, 1);
		break;
	case IN_FIRST_BATCH:
		flip(SPOOL_BLOCK + 30, 3);
		break;
	case IN_BATCH_HEADER:
		flip(batch->offset + 30, 3);
		break;
	case IN_RECORD_HEADER:
		flip(at + 20, 3);
		break;
	case IN_FACTS:
		flip(at + SPOOL_RECORD_HEADER + 5, 0);
		break;
	case IN_HEADER:
		flip(at + spool_format_part_at(&item.header, SPOOL_PART_HEADER) + 1, 5);
		break;
	case IN_BODY:
		flip(at + spool_format_part_at(&item.header, SPOOL_PART_BODY) + 100, 7);
		break;
	case IN_LAST_BATCH:
	case IN_SUMMARY:
		flip(last->offset + SPOOL_BATCH_HEADER + 80, 2);
		break;
	case IN_TRAILER:
		flip(b.n - SPOOL_TRAILER + 3, 2);
		break;
	case TARGETS:
		break;
	}
	spool_scan_done(&scan);
	buf_done(&b);
}

static enum target target;

static bool is_corrupt(struct spool *sp, uint64_t id)
{
	struct spool_rcpt_info info = conform_rcpt(sp, id, 0);

	return info.state == SPOOL_HELD && info.held == SPOOL_HELD_CORRUPT;
}

static unsigned failures, quarantined;

static void on_message(void *arg, uint64_t id)
{
	(void)arg, (void)id;
}

static void on_quarantined(void *arg, uint64_t id)
{
	ck_assert(is_corrupt(arg, id));
	quarantined++;
}

static void on_failed(void *arg)
{
	(void)arg;
	failures++;
}

static const struct spool_events events = { on_message, on_quarantined, on_failed };

static int read_all(struct ctx *ctx, struct spool *sp, uint64_t id)
{
	struct arena arena = ARENA_INIT;
	struct spool_envelope e;
	struct spool_reader *reader;
	struct slice s;
	int r = spool_read_envelope(ctx, sp, id, &arena, &e);

	if (r == 0)
		r = spool_read_header(ctx, sp, id, &arena, &s);
	if (r == 0)
		r = spool_body_open(sp, id, &reader);
	if (r == 0) {
		do
			r = spool_body_read(ctx, reader, &s);
		while (r == 0 && s.n);
		spool_body_close(reader);
	}
	arena_reset(&arena);
	return r;
}

/* What has rotted is not written again: a batch with it, found last after a crash, would be taken for
 * a torn one. */
static uint64_t cut_at, cut_ops;

static void ends_around_rot(struct ctx *ctx, struct spool *sp)
{
	for (unsigned i = 0; i < 60; i++)
		if (i != 1)
			deliver(sp, i);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);

	uint64_t before = sim_disk_ops(host);

	if (cut_at)
		sim_disk_cut_at(host, before + cut_at, cut_at % 2);
	(void)ctx_sleep(ctx, USEC_PER_SEC);
	cut_ops = sim_disk_ops(host) - before;
}

static void rot_is_held(struct ctx *ctx, struct spool *sp)
{
	ck_assert_msg(here(sp, ids[1]), "lost by a cut at operation %d", (int)cut_at);
	ck_assert_int_eq(read_all(ctx, sp, ids[1]), ERR_CORRUPT);
	ck_assert(is_corrupt(sp, ids[1]));
	ck_assert_uint_eq(count(sp), 1);
}

static int rots_and_cuts(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	sim_disk_set_loss(host, SIM_LOSE_NONE);
	live(ctx, fill);
	damage(IN_BODY);
	live(ctx, ends_around_rot);
	sim_disk_cut_at(host, 0, false);
	live(ctx, rot_is_held);
	live(ctx, rot_is_held);
	return 0;
}

START_TEST(rot_stays_where_it_is)
{
	cut_at = 0;
	run_seed(1, rots_and_cuts, NULL);
	for (uint64_t n = cut_ops; cut_at < n;) {
		cut_at++;
		run_seed(1, rots_and_cuts, NULL);
	}
	ck_assert_uint_gt(cut_at, 5);
}
END_TEST

/* A batch that cannot be found any more is nothing that another attempt would move. */
static void loses_a_batch(struct ctx *ctx, struct spool *sp)
{
	fill(ctx, sp);
	damage(IN_BATCH_HEADER);
	for (unsigned i = 0; i < 60; i++)
		if (i != 1)
			deliver(sp, i);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);

	uint64_t before = sim_disk_ops(host);

	(void)ctx_sleep(ctx, 10 * USEC_PER_SEC);
	ck_assert_uint_lt(sim_disk_ops(host) - before, 100);
	ck_assert_int_eq(read_all(ctx, sp, ids[1]), 0); /* its record is whole */
}

static int loses_and_compacts(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, loses_a_batch);
	return 0;
}

START_TEST(a_lost_batch_is_tried_once)
{
	run_seed(1, loses_and_compacts, NULL);
}
END_TEST

/* Who listens is told once, whatever reads, and however often. */
static void found_by_reading(struct ctx *ctx, struct spool *sp)
{
	uint64_t before = metric_read(METRIC_SPOOL_CORRUPT);

	spool_listen(sp, &events, sp);
	quarantined = 0;
	for (int turn = 0; turn < 2; turn++) {
		ck_assert_int_eq(read_all(ctx, sp, ids[1]), ERR_CORRUPT);
		ck_assert(is_corrupt(sp, ids[1]));
		ck_assert_uint_eq(quarantined, 1);
	}
	ck_assert_uint_eq(metric_read(METRIC_SPOOL_CORRUPT) - before, 1);
	spool_listen(sp, NULL, NULL);
}

static void after_damage(struct ctx *ctx, struct spool *sp)
{
	conform_check(ctx, sp, ids[0]);
	ck_assert_uint_eq(report.cut, 0);
	if (target != IN_LAST_BATCH)
		conform_check(ctx, sp, ids[2]);
	switch (target) {
	case IN_SEGMENT_HEADER:
	case IN_FIRST_BATCH:
		ck_assert_uint_eq(report.quarantined, 1);
		conform_check(ctx, sp, ids[1]);
		break;
	case IN_BATCH_HEADER:
	case IN_RECORD_HEADER:
		ck_assert(!here(sp, ids[1]));
		ck_assert_uint_eq(report.quarantined, 1);
		break;
	case IN_FACTS:
		ck_assert(is_corrupt(sp, ids[1]));
		ck_assert_uint_eq(report.quarantined, 1);
		break;
	case IN_HEADER:
	case IN_BODY:
		ck_assert_uint_eq(report.quarantined, 0);
		ck_assert_int_eq(conform_rcpt(sp, ids[1], 0).state, SPOOL_WAITING);
		found_by_reading(ctx, sp);
		break;
	case IN_LAST_BATCH:
		ck_assert(is_corrupt(sp, ids[2]));
		ck_assert_uint_eq(report.quarantined, 1);
		break;
	case IN_SUMMARY:
	case IN_TRAILER:
	case TARGETS:
		break;
	}
}

static void still_so(struct ctx *ctx, struct spool *sp)
{
	conform_check(ctx, sp, ids[0]);
	if (target == IN_HEADER || target == IN_BODY)
		ck_assert(is_corrupt(sp, ids[1]));
}

static int rots(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, three);
	damage(target);
	live(ctx, after_damage);
	ck_assert_int_eq(open_result, 0);
	live(ctx, still_so);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(rot_is_told_apart)
{
	for (target = 0; target < IN_SUMMARY; target++)
		run_seed((uint64_t)_i + 1, rots, NULL);
}
END_TEST

/* What has rotted is copied once; no room for the copy is told as such. */
static int rots_and_fills(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, three);
	damage(IN_FACTS);
	sim_disk_set_capacity(host, 1);
	live(ctx, still_so);
	ck_assert_int_eq(open_result, ERR_FULL);
	ck_assert_msg(strstr(open_why, err_name(ERR_FULL)) && strstr(open_why, "has rotted"), "%s",
		open_why);
	target = IN_FACTS;
	sim_disk_set_capacity(host, 1 << 30);
	live(ctx, after_damage);
	ck_assert_int_eq(open_result, 0);
	sim_disk_set_capacity(host, 1);
	live(ctx, after_damage);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(rot_needs_room_once)
{
	run_seed(1, rots_and_fills, NULL);
}
END_TEST

static void all_sixty(struct ctx *ctx, struct spool *sp)
{
	for (unsigned i = 0; i < 60; i++)
		conform_check(ctx, sp, ids[i]);
	ck_assert_uint_ge(report.segments_scanned, 2);
}

static int summary_rots(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, fill);
	damage(target);
	live(ctx, all_sixty);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(a_rotten_summary_costs_only_a_scan)
{
	for (target = IN_SUMMARY; target < TARGETS; target++)
		run_seed((uint64_t)_i + 1, summary_rots, NULL);
}
END_TEST

static void one(struct ctx *ctx, struct spool *sp)
{
	put_many(ctx, sp, 0, 2, 500);
	sim_power_cut(host);
}

static void first_only(struct ctx *ctx, struct spool *sp)
{
	conform_check(ctx, sp, ids[0]);
	ck_assert(!here(sp, ids[1]));
	ck_assert(report.cut == 1 && report.quarantined == 0);
}

static int tears(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	sim_disk_set_loss(host, SIM_LOSE_ALL);
	live(ctx, one);
	damage(IN_BODY);
	live(ctx, first_only);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

/* Without an empty batch behind it, rot in the last batch cannot be told from a tear. */
START_TEST(a_torn_tail_is_cut)
{
	run_seeds(tears);
}
END_TEST

/* After a crash the times in ids are ahead of the clock: what came then waits for nothing. */
static void put_and_crash(struct ctx *ctx, struct spool *sp)
{
	put_many(ctx, sp, 0, 3, 500);
	sim_power_cut(host);
}

static void all_due(struct ctx *ctx, struct spool *sp)
{
	struct spool_rcpt_info info;

	(void)ctx;
	ck_assert(spool_id_time(ids[0]) > clock_wall());
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(spool_look_rcpt(sp, ids[i], 0, &info));
		ck_assert_int_eq(info.state, SPOOL_WAITING);
		ck_assert_int_le(info.due, clock_wall());
	}
}

/* ---- the end of a segment that was sealed is gone ---- */

#define LARGE 20000 /* in its own file */

static void fill_two(struct ctx *ctx, struct spool *sp)
{
	put_many(ctx, sp, 0, 5, 1200);
	put_many(ctx, sp, 5, 1, LARGE);
	put_many(ctx, sp, 6, 45, 1200);
}

static void told_and_kept(struct ctx *ctx, struct spool *sp)
{
	struct buf names;
	bool missing = false;

	for (unsigned i = 0; i < 51; i++)
		if (here(sp, ids[i]))
			conform_check(ctx, sp, ids[i]);
		else
			missing = true;
	ck_assert(missing);
	ck_assert_uint_eq(report.quarantined, 1);
	ck_assert_uint_eq(report.orphans, 0);
	ck_assert_ptr_nonnull(strstr(report.first_trouble, "summary"));
	ck_assert(!here(sp, ids[5]));
	buf_init(&names, 1 << 16);
	sim_disk_list(host, &names);
	ck_assert_uint_lt(slice_search(buf_slice(&names), S("spool/msg-")), names.n);
	buf_done(&names);
}

static int end_rots(struct ctx *ctx, void *arg)
{
	struct buf b;

	(void)arg;
	start_world();
	live(ctx, fill_two);
	buf_init(&b, SPOOL_SEGMENT_MAX);
	ck_assert_int_eq(sim_disk_read(host, "spool/seg-000001", &b), 0);
	memset(b.p + 2 * SPOOL_BLOCK, 0, b.n - 2 * SPOOL_BLOCK);
	sim_disk_write(host, "spool/seg-000001", buf_slice(&b));
	buf_done(&b);
	live(ctx, told_and_kept);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(what_is_missing_at_the_end_of_a_segment_is_told)
{
	run_seed(1, end_rots, NULL);
}
END_TEST

/* ---- the last segment that can be read is full, and its header cannot be read ---- */

static void goes_on(struct ctx *ctx, struct spool *sp)
{
	uint64_t id;

	conform_check(ctx, sp, ids[0]);
	ck_assert_int_eq(conform_put(ctx, sp, 0, 100, 1, NULL, 0, &id), 0);
	conform_check(ctx, sp, id);
}

static int full_one_is_last(struct ctx *ctx, void *arg)
{
	char zeros[SPOOL_BLOCK] = { 0 };
	struct buf b;

	(void)arg;
	start_world();
	live(ctx, fill_two);
	buf_init(&b, SPOOL_SEGMENT_MAX);
	ck_assert_int_eq(sim_disk_read(host, "spool/seg-000001", &b), 0);
	memcpy(b.p, zeros, sizeof(zeros));
	sim_disk_write(host, "spool/seg-000001", buf_slice(&b));
	buf_done(&b);
	for (unsigned n = 2; n < 9; n++) {
		char name[32];

		snprintf(name, sizeof(name), "spool/seg-%06u", n);
		sim_disk_write(host, name, S("cut short"));
	}
	for (unsigned i = 0; i < 2; i++) {
		live(ctx, goes_on);
		ck_assert_int_eq(open_result, 0);
	}
	return 0;
}

START_TEST(a_full_segment_is_not_written_on)
{
	run_seed(1, full_one_is_last, NULL);
}
END_TEST

static int crashes_twice(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, put_and_crash);
	live(ctx, put_and_crash);
	live(ctx, all_due);
	return 0;
}

START_TEST(what_a_crash_leaves_is_due_at_once)
{
	run_seeds(crashes_twice);
}
END_TEST

/* Any bit anywhere: nothing is lost or changed without being said. */
static void said_or_intact(struct ctx *ctx, struct spool *sp)
{
	bool said = report.quarantined || report.cut || report.first_trouble[0];
	struct arena arena = ARENA_INIT;

	for (unsigned i = 0; i < 60; i++) {
		if (!here(sp, ids[i])) {
			ck_assert_msg(said, "lost in silence");
			continue;
		}
		int r = read_all(ctx, sp, ids[i]);

		if (r == 0 && !is_corrupt(sp, ids[i]))
			conform_check(ctx, sp, ids[i]);
		else
			ck_assert(is_corrupt(sp, ids[i]));
	}
	arena_reset(&arena);
}

static int flips(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, fill);
	for (uint64_t n = 1 + sim_choose(3); n > 0; n--)
		ck_assert_int_eq(
			sim_disk_flip(host, sim_choose(2) ? "spool/seg-000001" : "spool/seg-000002",
				sim_choose(SPOOL_SEGMENT_MIN), (unsigned)sim_choose(8)),
			0);
	live(ctx, said_or_intact);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(nothing_rots_in_silence)
{
	for (uint64_t seed = 1; seed <= 300; seed++)
		run_seed(seed, flips, NULL);
}
END_TEST

/* ---- full disks, failing disks ---- */

static void until_full(struct ctx *ctx, struct spool *sp)
{
	unsigned n = 0;
	int r = 0;
	struct spool_counts c;

	while (n < MANY && r == 0) {
		r = conform_put(ctx, sp, n, 3000, 1, NULL, 0, &ids[n]);
		if (r == 0)
			n++;
	}
	ck_assert_int_eq(r, ERR_FULL);
	ck_assert_uint_gt(n, 20);
	ck_assert(spool_healthy(sp));
	spool_counts(sp, &c);
	ck_assert(!c.accepting && c.spare_segments >= 2);
	/* Outcomes and DSNs still find room, and room comes back. */
	for (unsigned i = 0; i < n; i++) {
		struct spool_result result = {
			.id = ids[i], .outcome = SPOOL_FAIL, .attempts = 1, .reason = S("no")
		};

		conform_lease(sp, ids[i], 0);
		if (i % 10 == 0)
			ck_assert_int_eq(
				conform_put(ctx, sp, 500 + i, 1000, 1, &result, 1, &ids[i]), 0);
		else
			conform_record(sp, ids[i], 0, SPOOL_DELIVERED);
	}
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 10 * USEC_PER_SEC), 0);
	ck_assert_uint_eq(count(sp), (n + 9) / 10);
	for (unsigned i = 0; i < n; i += 10)
		conform_check(ctx, sp, ids[i]);
	put_many(ctx, sp, n, 5, 3000);
}

static int fills_up(struct ctx *ctx, void *arg)
{
	start_world();
	if (arg)
		sim_disk_set_capacity(host, 10 * SPOOL_SEGMENT_MIN);
	else
		options.max_bytes = 8 * SPOOL_SEGMENT_MIN;
	live(ctx, until_full);
	live(ctx, NULL);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(a_full_disk_is_answered_before_it_is_full)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		run_seed(seed, fills_up, NULL);
		run_seed(seed, fills_up, &seed);
	}
}
END_TEST

struct writers {
	struct spool *sp;
	struct spool_writer *v[60];
	unsigned at, full;
};

static int commit_one(struct ctx *ctx, void *arg)
{
	struct writers *w = arg;
	struct spool_envelope_rcpt rcpt = { S("a@example.org"), SLICE_NIL, 0 };
	struct spool_envelope e = { .rcpts = &rcpt, .rcpts_n = 1 };
	int r = spool_commit(ctx, w->v[w->at++], &e, S("A: b\r\n"), NULL, 0);

	ck_assert(r == 0 || r == ERR_FULL);
	w->full += r == ERR_FULL;
	return 0;
}

/* Many were let in while there was room for each. */
static void all_at_once(struct ctx *ctx, struct spool *sp)
{
	static char body[12000];
	struct writers w = { .sp = sp };
	struct scope scope;
	struct spool_counts c;

	for (unsigned i = 0; i < 60; i++) {
		ck_assert_int_eq(spool_begin(ctx, sp, sizeof(body), &w.v[i]), 0);
		ck_assert_int_eq(spool_write(ctx, w.v[i], slice_of(body, sizeof(body))), 0);
	}
	scope_init(&scope, SCOPE_ALL);
	for (unsigned i = 0; i < 60; i++)
		ck_assert_int_eq(scope_spawn(&scope, "commit", commit_one, &w), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	spool_counts(sp, &c);
	ck_assert(w.full > 10 && w.full < 50 && c.spare_segments >= 2 && spool_healthy(sp));
	ck_assert_uint_eq(c.messages, 60 - w.full);
}

static int overcommits(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	options.max_bytes = 9 * SPOOL_SEGMENT_MIN;
	live(ctx, all_at_once);
	return 0;
}

START_TEST(the_reserve_stays_untouched)
{
	run_seeds(overcommits);
}
END_TEST

static void sync_fails(struct ctx *ctx, struct spool *sp)
{
	struct spool_writer *w;
	struct spool_lease lease;
	uint64_t id;

	spool_listen(sp, &events, NULL);
	failures = 0;
	put_many(ctx, sp, 0, 3, 500);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	sim_disk_fail(host, SIM_DISK_SYNC, 1, ERR_IO);
	ck_assert_int_eq(conform_put(ctx, sp, 9, 500, 1, NULL, 0, &id), ERR_IO);
	ck_assert_uint_eq(failures, 1);
	ck_assert(!spool_healthy(sp));
	ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), ERR_IO);
	ck_assert_int_eq(spool_lease(sp, ids[0], (uint16_t[]){ 0 }, 1, &lease), ERR_IO);
	ck_assert_int_eq(spool_flush(ctx, sp), ERR_IO);
	ck_assert_int_eq(spool_hold(ctx, sp, ids[0], 0), ERR_IO);
	conform_check(ctx, sp, ids[0]);
}

static void three_are_there(struct ctx *ctx, struct spool *sp)
{
	for (unsigned i = 0; i < 3; i++)
		conform_check(ctx, sp, ids[i]);
	put_many(ctx, sp, 3, 1, 500);
}

static int fails(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, sync_fails);
	live(ctx, three_are_there);
	ck_assert_int_eq(open_result, 0);
	return 0;
}

START_TEST(a_failed_sync_ends_acceptance)
{
	run_seeds(fails);
}
END_TEST

static int second_open(struct ctx *ctx, void *arg)
{
	struct spool *sp;

	(void)arg;
	return spool_open(ctx, &options, &sp, NULL);
}

static void locked(struct ctx *ctx, struct spool *sp)
{
	(void)sp;
	ck_assert_int_eq(
		sim_proc_wait(ctx, sim_proc_start(host, "other", second_open, NULL)), ERR_BUSY);
}

static int refuses(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, locked);
	options.partition = 7;
	live(ctx, NULL);
	ck_assert_int_eq(open_result, ERR_INVALID);
	options.partition = 0;
	options.segment_bytes = 100000;
	live(ctx, NULL);
	ck_assert_int_eq(open_result, ERR_INVALID);
	options.segment_bytes = 2 * SPOOL_SEGMENT_MIN; /* the old ones are used up first */
	live(ctx, fill);
	ck_assert_int_eq(open_result, 0);
	live(ctx, all_sixty);
	return 0;
}

START_TEST(refuses_what_is_not_its_own)
{
	run_seed(1, refuses, NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("journal");
	TCase *t = tcase_create("journal");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, a_state_outlives_its_segment);
	tcase_add_test(t, a_move_is_remembered_while_its_origin_stays);
	tcase_add_loop_test(t, rot_is_told_apart, 0, 5);
	tcase_add_loop_test(t, a_rotten_summary_costs_only_a_scan, 0, 5);
	tcase_add_test(t, what_is_missing_at_the_end_of_a_segment_is_told);
	tcase_add_test(t, a_full_segment_is_not_written_on);
	tcase_add_test(t, a_torn_tail_is_cut);
	tcase_add_test(t, what_a_crash_leaves_is_due_at_once);
	tcase_add_test(t, nothing_rots_in_silence);
	tcase_add_test(t, a_full_disk_is_answered_before_it_is_full);
	tcase_add_test(t, the_reserve_stays_untouched);
	tcase_add_test(t, a_failed_sync_ends_acceptance);
	tcase_add_test(t, refuses_what_is_not_its_own);
	tcase_add_test(t, rot_stays_where_it_is);
	tcase_add_test(t, a_lost_batch_is_tried_once);
	tcase_add_test(t, rot_needs_room_once);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
