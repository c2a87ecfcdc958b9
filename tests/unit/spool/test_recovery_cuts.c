/* The power fails, and fails again while the spool recovers: at every single operation of the
 * recovery. And every kind of operation fails at every turn: in a life that works, and in the
 * recovery. Or a process is killed, and the power fails in the life of the next one. Whatever
 * happens, the next opening without faults finds what was acknowledged, and leaves nothing to do
 * for the one after it.
 *
 * With SPOOL_CUTS_ALL set the first life is cut at every operation, else at some of them. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "model.h"

#include "sim_check.h"

static struct sim_host *host;
static struct model_options working = {
	.spool = { .kind = SPOOL_JOURNAL,
		.path = "spool",
		.segment_bytes = SPOOL_SEGMENT_MIN,
		.memory_bytes = 200000 },
	.large = 12,
	.keep = 5,
	.gap = 60,
};

static int life(struct ctx *ctx, void *arg)
{
	return model_life(ctx, &working, arg);
}

static int live(struct ctx *ctx, unsigned steps, struct spool_report *ret_report)
{
	working.steps = steps;
	return sim_host_run(ctx, host, "spool", life, ret_report);
}

struct opening {
	struct spool_report report;
	int result;
};

static int opens(struct ctx *ctx, void *arg)
{
	struct opening *o = arg;
	struct spool *sp;

	o->result = spool_open(ctx, &working.spool, &sp, &o->report);
	if (o->result == 0)
		spool_close(ctx, sp);
	return o->result;
}

/* ---- two lives without faults settle everything ---- */

static void judge(struct ctx *ctx, unsigned steps)
{
	struct spool_report report = { .messages = 0 };

	ck_assert_int_eq(live(ctx, 0, &report), 0);
	ck_assert_uint_eq(report.quarantined, 0);
	ck_assert_int_eq(live(ctx, steps, &report), 0);
	ck_assert(report.quarantined == 0 && report.cut == 0 && report.orphans == 0);
	ck_assert_int_eq(live(ctx, 0, &report), 0);
}

/* Rarely enough to end soon, unless all is asked for. */
static uint64_t stride(uint64_t n, uint64_t samples)
{
	return getenv("SPOOL_CUTS_ALL") || n < samples ? 1 : n / samples;
}

/* ---- cuts within cuts ---- */

struct cuts {
	unsigned steps; /* of the first life */
	uint64_t at; /* its operation at which the power fails; 0: none */
	uint64_t again; /* operation of the recovery, counted from its start; 0: none */
	bool after;
	uint64_t ops, recovery_ops; /* returned */
};

static int cut_twice(struct ctx *ctx, void *arg)
{
	struct cuts *c = arg;
	struct opening o;
	struct spool_report report;

	host = sim_host_new("mx", "192.0.2.1");
	model_reset();
	sim_disk_cut_at(host, c->at, c->after);
	(void)live(ctx, c->steps, &report);
	c->ops = sim_disk_ops(host);
	sim_disk_cut_at(host, c->again ? c->ops + c->again : 0, c->after);
	(void)sim_host_run(ctx, host, "opening", opens, &o);
	c->recovery_ops = sim_disk_ops(host) - c->ops;
	sim_disk_cut_at(host, 0, false);
	judge(ctx, 3);
	return 0;
}

static unsigned recoveries;

static void cut_recovery_everywhere(uint64_t seed, const struct cuts *first)
{
	struct cuts c = *first;

	run_seed(seed, cut_twice, &c);
	for (uint64_t again = 1, n = c.recovery_ops; again <= n; again++) {
		c.again = again;
		c.after = (again + seed) & 1;
		run_seed(seed, cut_twice, &c);
		recoveries++;
	}
}

static void cut_sampled(uint64_t seed, unsigned steps, uint64_t samples)
{
	struct cuts whole = { .steps = steps };

	run_seed(seed, cut_twice, &whole);
	for (uint64_t at = 1 + seed % 5; at <= whole.ops; at += stride(whole.ops, samples)) {
		struct cuts c = { .steps = steps, .at = at };

		cut_recovery_everywhere(seed, &c);
	}
}

START_TEST(a_recovery_may_be_cut_at_every_operation)
{
	cut_sampled(300 + (uint64_t)_i, 12, 6);
	ck_assert_uint_gt(recoveries, 50);
}
END_TEST

/* Enough work that segments are recycled and compacted. */
START_TEST(also_after_recycling_and_compaction)
{
	cut_sampled(310 + (uint64_t)_i, 100, 3);
	ck_assert_uint_gt(recoveries, 50);
}
END_TEST

/* ---- operations that fail ---- */

static const struct failing {
	enum sim_disk_kind kind;
	int err;
} failing[] = {
	{ SIM_DISK_OPEN, ERR_IO },
	{ SIM_DISK_CREATE, ERR_IO },
	{ SIM_DISK_CREATE, ERR_FULL },
	{ SIM_DISK_WRITE, ERR_IO },
	{ SIM_DISK_WRITE, ERR_FULL },
	{ SIM_DISK_WRITE_DURABLE, ERR_IO },
	{ SIM_DISK_WRITE_DURABLE, ERR_FULL },
	{ SIM_DISK_SYNC, ERR_IO },
	{ SIM_DISK_SYNC_DIR, ERR_IO },
	{ SIM_DISK_TRUNCATE, ERR_IO },
	{ SIM_DISK_RENAME, ERR_IO },
	{ SIM_DISK_REMOVE, ERR_IO },
	{ SIM_DISK_READ, ERR_IO },
	{ SIM_DISK_LIST, ERR_IO },
	{ SIM_DISK_LOCK, ERR_IO },
};
#define FAILING_N ((int)(sizeof(failing) / sizeof(failing[0])))

struct fault {
	struct failing what;
	uint64_t nth; /* of its kind; 0: none */
	bool cut; /* the power fails when the life that met it has ended */
	bool later; /* or one life later: what that one read may never have reached the disk */
	uint64_t kinds[SIM_DISK_KINDS]; /* returned: how many of each the life did */
};

static void count_kind(void *arg, const struct sim_disk_op *op)
{
	struct fault *f = arg;

	if (!op->after)
		f->kinds[op->kind]++;
}

static void plan(const struct fault *f)
{
	if (getenv("SPOOL_VERBOSE"))
		fprintf(stderr, "seed %" PRIu64 ", %s %" PRIu64 " fails%s\n", sim_seed(),
			sim_disk_kind_name(f->what.kind), f->nth, f->cut ? ", then a cut" : "");
	if (f->nth)
		sim_disk_fail(host, f->what.kind, f->nth, f->what.err);
}

/* One more life without any fault; then the power fails. In a hundred steps much is recycled. */
static void live_and_cut(struct ctx *ctx, unsigned steps)
{
	struct spool_report report;

	ck_assert_int_eq(live(ctx, steps, &report), 0);
	sim_power_cut(host);
}

/* While it works; reads fail below, since the model expects to read what is there. */
static int fails_working(struct ctx *ctx, void *arg)
{
	struct fault *f = arg;
	struct spool_report report;

	host = sim_host_new("mx", "192.0.2.1");
	model_reset();
	sim_disk_on_op(count_kind, f);
	plan(f);
	int r = live(ctx, 60, &report);

	sim_disk_on_op(NULL, NULL);
	ck_assert(r == 0 || f->nth);
	if (f->cut)
		sim_power_cut(host);
	/* A fault that was not met yet waits for the next life. */
	sim_disk_forget(host);
	if (f->later)
		live_and_cut(ctx, 100);
	judge(ctx, 10);
	return 0;
}

static void fail_everywhere(coro_fn *fn, uint64_t seed, const struct failing *what)
{
	struct fault whole = { .nth = 0 };

	run_seed(seed, fn, &whole);
	uint64_t n = whole.kinds[what->kind];

	for (uint64_t nth = 1; nth <= n; nth += stride(n, 10)) {
		struct fault f = { .what = *what,
			.nth = nth,
			.cut = (nth + seed) % 2,
			.later = (nth + seed) % 4 / 2 };

		run_seed(seed, fn, &f);
	}
}

START_TEST(any_operation_of_a_working_spool_may_fail)
{
	if (failing[_i].kind != SIM_DISK_READ)
		fail_everywhere(fails_working, 400 + (uint64_t)_i, &failing[_i]);
}
END_TEST

static int fails_recovering(struct ctx *ctx, void *arg)
{
	struct fault *f = arg;
	struct opening o = { .result = 0 };

	host = sim_host_new("mx", "192.0.2.1");
	model_reset();
	/* The kinder half of the seeds closes in order. */
	sim_disk_cut_at(host, sim_seed() % 2 ? 150 : 0, true);
	(void)live(ctx, 60, &o.report);
	sim_disk_cut_at(host, 0, false);
	sim_disk_on_op(count_kind, f);
	plan(f);
	(void)sim_host_run(ctx, host, "opening", opens, &o);
	sim_disk_on_op(NULL, NULL);
	ck_assert(o.result == 0 || f->nth);
	/* An error of the disk is not rot: nothing may be put aside for it. */
	ck_assert_uint_eq(o.report.quarantined, 0);
	if (f->cut)
		sim_power_cut(host);
	sim_disk_forget(host);
	judge(ctx, 10);
	return 0;
}

START_TEST(any_operation_of_a_recovery_may_fail)
{
	fail_everywhere(fails_recovering, 500 + (uint64_t)_i, &failing[_i]);
	fail_everywhere(fails_recovering, 501 + (uint64_t)_i, &failing[_i]);
}
END_TEST

/* ---- a process is killed, the next one works on, then the power fails ---- */

struct killing {
	enum sim_disk_kind kind; /* a durable write; or the renaming of a new segment */
	bool header; /* only those writes that begin a segment anew */
	uint64_t nth; /* of the life, before whose sync it happens; 0: none */
	uint64_t seen; /* returned */
	bool names; /* the spool's folder was synced behind the kill */
	unsigned acked; /* before it */
};

static void kill_before_sync(void *arg, const struct sim_disk_op *op)
{
	struct killing *k = arg;

	if (k->header && (op->offset || strncmp(op->name, "seg-", 4) != 0))
		return;
	if (op->kind == k->kind && op->after && ++k->seen == k->nth)
		sim_strike_at(host, sim_parks(host) + 1, SIM_STRIKE_KILL);
}

/* A message is acknowledged behind a start, and no name that it found is durable yet. */
static void see_names_first(void *arg, const struct sim_disk_op *op)
{
	struct killing *k = arg;

	k->names |= op->kind == SIM_DISK_SYNC_DIR && op->after && strcmp(op->name, "spool") == 0;
	ck_assert_msg(k->names || model_acked() == k->acked,
		"a message is acknowledged, and no name is durable");
}

static int killed_then_cut(struct ctx *ctx, void *arg)
{
	struct killing *k = arg;
	struct spool_report report;

	host = sim_host_new("mx", "192.0.2.1");
	model_reset();
	sim_disk_on_op(kill_before_sync, k);
	(void)live(ctx, 150, &report);
	sim_disk_on_op(NULL, NULL);
	sim_strike_at(host, 0, SIM_STRIKE_KILL);
	if (k->kind == SIM_DISK_RENAME) {
		/* No other segment can be made, whose name would be synced with the first one's. */
		sim_disk_set_capacity(host, SPOOL_SEGMENT_MIN);
		k->acked = model_acked();
		sim_disk_on_op(see_names_first, k);
	}
	live_and_cut(ctx, k->header ? 20 : 100);
	sim_disk_on_op(NULL, NULL);
	judge(ctx, 10);
	return 0;
}

/* What was written and not synced is still there for the next process, and gone after a cut: that
 * process must not rely on it before it has made it durable. */
START_TEST(what_a_killed_process_left_is_made_durable)
{
	struct killing whole = { .kind = SIM_DISK_WRITE_DURABLE };
	uint64_t seed = 600 + (uint64_t)_i;

	run_seed(seed, killed_then_cut, &whole);
	ck_assert_uint_gt(whole.seen, 40);
	for (uint64_t nth = 1; nth <= whole.seen; nth += stride(whole.seen, 60)) {
		struct killing k = { .kind = SIM_DISK_WRITE_DURABLE, .nth = nth };

		run_seed(seed, killed_then_cut, &k);
	}
}
END_TEST

/* Also the header of a segment that is begun anew, as long as the segment is not recycled again. */
START_TEST(a_header_that_a_killed_process_left_is_made_durable)
{
	struct killing whole = { .kind = SIM_DISK_WRITE_DURABLE, .header = true };
	uint64_t seed = 640 + (uint64_t)_i;

	run_seed(seed, killed_then_cut, &whole);
	ck_assert_uint_gt(whole.seen, 3);
	for (uint64_t nth = 1; nth <= whole.seen; nth++) {
		struct killing k = { .kind = whole.kind, .header = true, .nth = nth };

		run_seed(seed, killed_then_cut, &k);
	}
}
END_TEST

/* Also the name of a new segment. No message has a file of its own, large or for want of memory: its
 * name would be synced, and with it all others. */
START_TEST(a_name_that_a_killed_process_left_is_made_durable)
{
	const struct model_options before = working;

	working.large = UINT_MAX;
	working.spool.memory_bytes = 0;
	for (uint64_t nth = 1; nth <= 8; nth++) {
		struct killing k = { .kind = SIM_DISK_RENAME, .nth = nth };

		run_seed(620 + (uint64_t)_i, killed_then_cut, &k);
	}
	working = before;
}
END_TEST

static int loops(int few)
{
	return getenv("SPOOL_CUTS_ALL") ? 20 : few;
}

static Suite *suite(void)
{
	Suite *s = suite_create("recovery cuts");
	TCase *t = tcase_create("recovery cuts");

	tcase_set_timeout(t, getenv("SPOOL_CUTS_ALL") ? 36000 : 300);
	tcase_add_loop_test(t, a_recovery_may_be_cut_at_every_operation, 0, loops(3));
	tcase_add_loop_test(t, also_after_recycling_and_compaction, 0, loops(2));
	tcase_add_loop_test(t, any_operation_of_a_working_spool_may_fail, 0, FAILING_N);
	tcase_add_loop_test(t, any_operation_of_a_recovery_may_fail, 0, FAILING_N);
	tcase_add_loop_test(t, what_a_killed_process_left_is_made_durable, 0, loops(6));
	tcase_add_loop_test(t, a_header_that_a_killed_process_left_is_made_durable, 0, loops(6));
	tcase_add_loop_test(t, a_name_that_a_killed_process_left_is_made_durable, 0, loops(6));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
