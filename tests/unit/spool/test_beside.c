/* Two batches under way at once, on a disk whose syncs take 5 ms: whatever a power cut makes of them,
 * what was acknowledged is there, what is torn is told from what has rotted, and a failed sync
 * acknowledges nothing behind it. */
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"
#include "conform.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/scope.h"
#include "spool/offline.h"
#include "spool/scan.h"

#include "sim_check.h"

#define SYNC (5 * USEC_PER_MSEC)
#define CUTS 120

static struct sim_host *host;
static struct spool_options options;
static struct spool_report report;

/* Messages 0 and 1 are put half a sync apart, so that their batches overlap. */
static struct {
	uint64_t id[2];
	int result[2];
	bool returned[2];
	usec_t cut_after; /* from the first one on; 0: no cut */
	uint64_t fail_sync; /* the nth from the first one on; 0: none */
	uint64_t beside; /* out: batches begun beside another */
} plan;

static void start_world(void)
{
	host = sim_host_new("mx", "192.0.2.1");
	sim_disk_set_sync_time(host, SYNC, SYNC);
	options = (struct spool_options){
		.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
	};
}

struct putter {
	struct spool *sp;
	unsigned number;
};

static int put(struct ctx *ctx, void *arg)
{
	const struct putter *p = arg;
	unsigned i = p->number;
	size_t size = sim_seed() % 3 ? 50 : 2500; /* few sectors or many */

	if (ctx_sleep(ctx, i * SYNC * 3 / 5) < 0)
		return 0;
	plan.result[i] = conform_put(ctx, p->sp, i, size, 1, NULL, 0, &plan.id[i]);
	plan.returned[i] = true;
	return 0;
}

static int first_life(struct ctx *ctx, void *arg)
{
	struct putter putters[2];
	struct scope scope;
	struct spool *sp;
	uint64_t id, before = metric_read(METRIC_COMMITS_BESIDE);
	int r = spool_open(ctx, &options, &sp, &report);

	(void)arg;
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(conform_put(ctx, sp, 7, 100, 1, NULL, 0, &id), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	if (plan.fail_sync)
		sim_disk_fail(host, SIM_DISK_SYNC, plan.fail_sync, ERR_IO);
	scope_init(&scope, SCOPE_SERVE);
	for (unsigned i = 0; i < 2; i++) {
		putters[i] = (struct putter){ sp, i };
		scope_spawn(&scope, "put", put, &putters[i]);
	}
	if (plan.cut_after) {
		ck_assert_int_eq(ctx_sleep(ctx, plan.cut_after), 0);
		sim_power_cut(host);
	}
	(void)scope_wait(ctx, &scope);
	if (plan.cut_after == 0)
		(void)ctx_sleep(ctx, USEC_PER_SEC);
	plan.beside = metric_read(METRIC_COMMITS_BESIDE) - before;
	spool_close(ctx, sp);
	return 0;
}

static bool here[2];

static int later_life(struct ctx *ctx, void *arg)
{
	struct spool_info info;
	struct spool *sp;

	(void)arg;
	ck_assert_int_eq(spool_open(ctx, &options, &sp, &report), 0);
	for (unsigned i = 0; i < 2; i++) {
		here[i] = plan.id[i] && spool_look(sp, plan.id[i], &info);
		if (here[i])
			conform_check(ctx, sp, plan.id[i]);
	}
	spool_close(ctx, sp);
	return 0;
}

static void live(struct ctx *ctx, coro_fn *fn)
{
	(void)sim_host_run(ctx, host, "spool", fn, NULL);
}

static int verify_job(struct job *job, void *arg)
{
	const struct spool_offline_watch watch = { 0 };
	struct spool_offline *so;

	ck_assert_int_eq(spool_offline_open(job, "spool", &watch, &so, arg), 0);
	spool_offline_close(so);
	return 0;
}

static int verify(struct ctx *ctx, void *arg)
{
	struct pool *pool = pool_new("verify", 1, 1);

	ck_assert_int_eq(
		pool_run(ctx, pool, &(struct job_call){ .run = verify_job, .arg = arg }), 0);
	pool_free(pool);
	return 0;
}

/* ---- power cuts ---- */

static unsigned seen[2][2];

static int cuts(struct ctx *ctx, void *arg)
{
	struct spool_offline_report files;
	bool first, second;

	(void)arg;
	start_world();
	sim_disk_set_loss(host, SIM_LOSE_SOME);
	live(ctx, first_life);
	ck_assert_uint_eq(plan.beside, 1);
	(void)sim_host_run(ctx, host, "verify", verify, &files);
	ck_assert_uint_eq(files.rotten, 0);
	live(ctx, later_life);
	ck_assert_uint_eq(report.quarantined, 0);
	ck_assert_uint_eq(report.cut, files.torn);
	first = here[0];
	second = here[1];
	ck_assert(first || !plan.returned[0] || plan.result[0] < 0);
	seen[first][second]++;
	live(ctx, later_life);
	ck_assert(report.quarantined == 0 && report.cut == 0);
	ck_assert(here[0] == first && here[1] == second);
	return 0;
}

static void cut_all(usec_t after)
{
	memset(seen, 0, sizeof(seen));
	for (uint64_t seed = 1; seed <= CUTS; seed++) {
		memset(&plan, 0, sizeof(plan));
		plan.cut_after = after;
		run_seed(seed, cuts, NULL);
	}
}

START_TEST(any_of_two_may_be_lost)
{
	cut_all(SYNC * 9 / 10);
	ck_assert(seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]);
}
END_TEST

START_TEST(the_first_is_acknowledged_alone)
{
	cut_all(SYNC * 13 / 10);
	ck_assert(plan.returned[0] && plan.result[0] == 0);
	ck_assert(!seen[0][0] && !seen[0][1] && seen[1][0] && seen[1][1]);
}
END_TEST

/* ---- rot ---- */

/* Rots the header of the batch that holds message 0. */
static void rot_first(void)
{
	struct buf b;
	struct spool_scan scan;
	struct spool_batch_item item;
	uint32_t at = 0;

	buf_init(&b, SPOOL_SEGMENT_MAX);
	ck_assert_int_eq(sim_disk_read(host, "spool/seg-000001", &b), 0);
	ck_assert_int_eq(spool_scan(buf_slice(&b), 1, &scan), 0);
	for (size_t i = 0; i < scan.n; i++) {
		struct spool_batch_walk w = spool_scan_walk(buf_slice(&b), &scan.batches[i]);

		if (spool_format_walk(&w, false, &item) > 0 && item.header.id == plan.id[0])
			at = scan.batches[i].offset;
	}
	ck_assert_uint_gt(at, 0);
	ck_assert_int_eq(sim_disk_flip(host, "spool/seg-000001", at + 30, 3), 0);
	spool_scan_done(&scan);
	buf_done(&b);
}

static int rots(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	sim_disk_set_loss(host, SIM_LOSE_NONE);
	live(ctx, first_life);
	ck_assert(plan.result[0] == 0 && plan.result[1] == 0 && plan.beside == 1);
	rot_first();
	live(ctx, later_life);
	ck_assert(!here[0] && here[1]);
	return 0;
}

START_TEST(rot_is_told_from_tear_once_an_empty_batch_follows)
{
	memset(&plan, 0, sizeof(plan));
	run_seed(1, rots, NULL);
	ck_assert(report.quarantined == 1 && report.cut == 0);
	memset(&plan, 0, sizeof(plan));
	plan.cut_after = SYNC * 2; /* both have returned, and nothing was written since */
	run_seed(2, rots, NULL);
	ck_assert(report.quarantined == 0 && report.cut == 1);
}
END_TEST

/* ---- failed syncs ---- */

static int fails(struct ctx *ctx, void *arg)
{
	(void)arg;
	start_world();
	live(ctx, first_life);
	return 0;
}

START_TEST(nothing_is_acknowledged_behind_a_failure)
{
	for (uint64_t nth = 1; nth <= 2; nth++) {
		memset(&plan, 0, sizeof(plan));
		plan.fail_sync = nth;
		run_seed(nth, fails, NULL);
		ck_assert_uint_eq(plan.beside, 1);
		ck_assert_int_eq(plan.result[0], nth == 1 ? ERR_IO : 0);
		ck_assert_int_eq(plan.result[1], ERR_IO);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("beside");
	TCase *t = tcase_create("beside");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, any_of_two_may_be_lost);
	tcase_add_test(t, the_first_is_acknowledged_alone);
	tcase_add_test(t, rot_is_told_from_tear_once_an_empty_batch_follows);
	tcase_add_test(t, nothing_is_acknowledged_behind_a_failure);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
