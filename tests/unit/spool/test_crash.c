/* The journal on a disk that forgets, lies and rots: what commit acknowledged is there afterwards,
 * what ended stays ended, whatever operation the power fails at. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/metrics.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "model.h"

#include "sim_check.h"

#define PATH "spool"

static struct sim_host *host;
static struct model_options options;

static void set_options(unsigned steps, unsigned large, unsigned keep, unsigned gap)
{
	options = (struct model_options){
		.spool = { .kind = SPOOL_JOURNAL,
			.path = PATH,
			.segment_bytes = SPOOL_SEGMENT_MIN,
			.memory_bytes = 200000 },
		.steps = steps,
		.large = large,
		.keep = keep,
		.gap = gap,
	};
}

static int life(struct ctx *ctx, void *arg)
{
	return model_life(ctx, &options, arg);
}

static int live(struct ctx *ctx, struct spool_report *ret_report)
{
	return sim_host_run(ctx, host, "spool", life, ret_report);
}

/* ---- power cuts ---- */

struct cut {
	uint64_t at; /* operation of the first life */
	bool after;
	uint64_t at_again; /* of the second, counted from its start; 0: none */
	uint64_t ops; /* out: how many the first life took */
};

static int lives_with_cuts(struct ctx *ctx, void *arg)
{
	struct cut *cut = arg;
	struct spool_report report = { .messages = 0 };

	if (getenv("SPOOL_VERBOSE"))
		fprintf(stderr, "seed %" PRIu64 ", cut at %" PRIu64 "%s, again at %" PRIu64 "\n",
			sim_seed(), cut->at, cut->after ? ", after" : "", cut->at_again);
	host = sim_host_new("mx", "192.0.2.1");
	model_reset();
	if (cut->at)
		sim_disk_cut_at(host, cut->at, cut->after);
	int r = live(ctx, &report);

	ck_assert(r == 0 || cut->at);
	cut->ops = sim_disk_ops(host);
	sim_clock_step(-(usec_t)sim_choose(2) * USEC_PER_HOUR);
	if (cut->at_again) {
		sim_disk_cut_at(host, sim_disk_ops(host) + cut->at_again, !cut->after);
		(void)live(ctx, &report);
	}
	sim_disk_cut_at(host, 0, false);
	ck_assert_int_eq(live(ctx, &report), 0);
	ck_assert_uint_eq(report.quarantined, 0);
	ck_assert_int_eq(live(ctx, &report), 0);
	ck_assert(report.quarantined == 0 && report.cut == 0 && report.orphans == 0);
	return 0;
}

static void cut_everywhere(uint64_t seed, uint64_t from, uint64_t every)
{
	struct cut whole = { .at = 0 };

	run_seed(seed, lives_with_cuts, &whole);
	for (uint64_t at = from; at <= whole.ops; at += every) {
		struct cut cut = {
			.at = at, .after = (at + seed) & 1, .at_again = at % 3 ? 1 + at % 29 : 0
		};

		run_seed(seed, lives_with_cuts, &cut);
	}
}

START_TEST(survives_a_cut_at_every_operation)
{
	set_options(25, 12, 3, 200);
	cut_everywhere(100 + (uint64_t)_i, 1, 1);
	ck_assert_uint_gt(metric_read(METRIC_COMMITS_BESIDE), 100);
}
END_TEST

/* Lives of some 800 operations. The first one is cut at each of them, an equal part in each test;
 * the others at some. */
#define PARTS 7

START_TEST(survives_cuts_while_recycling_and_compacting)
{
	uint64_t part = (uint64_t)_i;

	set_options(150, 40, 8, 30);
	if (part < PARTS)
		cut_everywhere(200, 1 + part, PARTS);
	else
		cut_everywhere(201 + part - PARTS, 1, 3 * PARTS);
	ck_assert_uint_gt(metric_read(METRIC_SPOOL_RECYCLED), 20);
	ck_assert_uint_gt(metric_read(METRIC_SPOOL_COMPACTED), 20);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("spool");
	TCase *t = tcase_create("spool");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, survives_a_cut_at_every_operation, 0, 4);
	tcase_add_loop_test(t, survives_cuts_while_recycling_and_compacting, 0, PARTS + 3);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
