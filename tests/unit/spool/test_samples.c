/* Folders written by earlier versions of the format are read, message by message. With SAMPLES_WRITE
 * set to a prefix ("samples/1") this program writes new ones instead. */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/metrics.h"
#include "conform.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "sample.h"

#include "sim_check.h"

#define FILLERS	    40
#define TEXT_MAX    (1u << 20)
#define SEED	    7
#define IN_OWN_FILE 17000 /* bytes: more than a record takes */
#define PATH_MAX_   300

static struct sim_host *host;
static const struct spool_options options = {
	.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
};

/* ---- reading what others wrote ---- */

struct reading {
	struct buf expected, found;
	struct spool_report report;
	bool work; /* takes a message, too */
};

static int reads(struct ctx *ctx, void *arg)
{
	struct reading *r = arg;
	struct spool *sp;
	uint64_t id;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, &r->report), 0);
	buf_clear(&r->found);
	sample_describe(ctx, sp, &r->found);
	if (r->work) {
		ck_assert_int_eq(conform_put(ctx, sp, 1, 40000, 1, NULL, 0, &id), 0);
		conform_lease(sp, id, 0);
		conform_record(sp, id, 0, SPOOL_DELIVERED);
		ck_assert_int_eq(spool_flush(ctx, sp), 0);
	}
	spool_close(ctx, sp);
	return 0;
}

static int is_read(struct ctx *ctx, void *arg)
{
	struct reading r = { .work = true };

	buf_init(&r.expected, TEXT_MAX);
	buf_init(&r.found, TEXT_MAX);
	host = sim_host_new("mx", "192.0.2.1");
	sample_load(host, arg, &r.expected);
	sim_clock_step(USEC_PER_DAY); /* the samples' clocks began where this one does */
	for (int life = 0; life < 3; life++) {
		ck_assert_int_eq(sim_host_run(ctx, host, "spool", reads, &r), 0);
		ck_assert_uint_eq(r.report.quarantined, 0);
		ck_assert_uint_gt(r.report.messages, 10);
		ck_assert_msg(slice_eq(buf_slice(&r.expected), buf_slice(&r.found)),
			"life %d\nexpected:\n%.*s\nfound:\n%.*s", life,
			SLICE_ARG(buf_slice(&r.expected)), SLICE_ARG(buf_slice(&r.found)));
	}
	buf_done(&r.expected);
	buf_done(&r.found);
	return 0;
}

/* By format version: after a closing in order, and after a power cut. */
static const char *const samples[] = { "1-closed", "1-cut", "2-closed", "2-cut" };

START_TEST(samples_are_read)
{
	char path[PATH_MAX_];

	snprintf(path, sizeof(path), SAMPLES "/%s.txt", samples[_i]);
	run_seed(SEED, is_read, path);
}
END_TEST

/* ---- writing new ones ---- */

static void rich_envelope(struct ctx *ctx, struct spool *sp)
{
	struct spool_envelope_rcpt rcpts[3] = {
		{ S("one@example.net"), S("rfc822;one+40example.net"), SPOOL_NOTIFY_NEVER },
		{ S("zwei@b\xc3\xbc"
		    "cher.example"),
			SLICE_NIL, SPOOL_NOTIFY_SUCCESS | SPOOL_NOTIFY_DELAY },
		{ S("three@example.com"), SLICE_NIL, 0 },
	};
	struct spool_envelope e = {
		.reverse_path = S("sender@example.org"),
		.login = S("sender"),
		.listener = S("submissions"),
		.helo = S("client.example"),
		.client = { { IP_V6, { 0x20, 1, 0xd, 0xb8, [15] = 9 } }, 40000 },
		.arrived = clock_wall(),
		.entitlement = SPOOL_ENTITLED_LOGIN,
		.vouched = SPOOL_VOUCHED_LOGIN,
		.body = SPOOL_BODY_8BITMIME,
		.smtputf8 = true,
		.requiretls = true,
		.ret = SPOOL_RET_HDRS,
		.envid = S("QQ314159"),
		.rcpts = rcpts,
		.rcpts_n = 3,
	};
	struct spool_writer *w;

	ck_assert_int_eq(spool_begin(ctx, sp, 0, &w), 0);
	ck_assert_int_eq(spool_write(ctx, w, S("A body.\r\n")), 0);
	ck_assert_int_eq(spool_commit(ctx, w, &e, S("Subject: rich\r\n"), NULL, 0), 0);
}

static uint64_t put(struct ctx *ctx, struct spool *sp, size_t size, unsigned rcpts)
{
	static unsigned seed = 1000;
	uint64_t id;

	ck_assert_int_eq(conform_put(ctx, sp, ++seed, size, rcpts, NULL, 0, &id), 0);
	return id;
}

static void record(struct spool *sp, uint64_t id, uint16_t rcpt, enum spool_outcome outcome,
	const char *reason)
{
	struct spool_result result = { .id = id,
		.rcpt = rcpt,
		.outcome = outcome,
		.due = clock_wall() + USEC_PER_HOUR,
		.attempts = 3,
		.warned = rcpt == 0,
		.reason = slice_str(reason) };

	conform_lease(sp, id, rcpt);
	spool_record(sp, &result, 1);
}

/* One of each state, in a segment that is sealed and compacted afterwards, and in later ones. */
static void one_of_each(struct ctx *ctx, struct spool *sp, size_t own)
{
	uint64_t bounced = put(ctx, sp, 300, 1), dsn;
	struct spool_result fail = {
		.id = bounced, .outcome = SPOOL_FAIL, .attempts = 9, .reason = S("no such user")
	};

	rich_envelope(ctx, sp);
	put(ctx, sp, 100, 2);
	record(sp, put(ctx, sp, 0, 1), 0, SPOOL_DEFER, "451 busy");
	record(sp, put(ctx, sp, 200, 1), 0, SPOOL_UNDELIVERABLE, "550 no");
	ck_assert_int_eq(spool_hold(ctx, sp, put(ctx, sp, 400, 1), SPOOL_ALL), 0);
	uint64_t three = put(ctx, sp, 500, 3);

	record(sp, three, 0, SPOOL_DELIVERED, "250 taken");
	record(sp, three, 1, SPOOL_DEFER, "452 full");
	put(ctx, sp, own, 1);
	ck_assert_int_eq(spool_remove(ctx, sp, put(ctx, sp, 300, 1), SPOOL_ALL, S("spam")), 0);
	conform_lease(sp, bounced, 0);
	ck_assert_int_eq(conform_put(ctx, sp, 999, 700, 1, &fail, 1, &dsn), 0);
}

static void fill_and_deliver(struct ctx *ctx, struct spool *sp)
{
	uint64_t ids[FILLERS];

	for (unsigned i = 0; i < FILLERS; i++)
		ids[i] = put(ctx, sp, 30, 1);
	for (unsigned i = 0; i < FILLERS; i++)
		record(sp, ids[i], 0, SPOOL_DELIVERED, "250 ok");
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 2 * USEC_PER_SEC), 0);
}

struct writing {
	struct buf description;
	bool cut;
};

static int writes(struct ctx *ctx, void *arg)
{
	struct writing *w = arg;
	struct spool *sp;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, NULL), 0);
	one_of_each(ctx, sp, IN_OWN_FILE);
	fill_and_deliver(ctx, sp);
	one_of_each(ctx, sp, 100);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	sample_describe(ctx, sp, &w->description);
	if (w->cut)
		sim_power_cut(host);
	spool_close(ctx, sp);
	return 0;
}

static int sample(struct ctx *ctx, void *arg)
{
	struct writing w = { .cut = strstr(arg, "cut") != NULL };

	buf_init(&w.description, TEXT_MAX);
	host = sim_host_new("mx", "192.0.2.1");
	uint64_t compacted = metric_read(METRIC_SPOOL_COMPACTED);

	(void)sim_host_run(ctx, host, "spool", writes, &w);
	ck_assert_uint_gt(metric_read(METRIC_SPOOL_COMPACTED), compacted);
	sample_save(host, &w.description, arg);
	buf_done(&w.description);
	return 0;
}

START_TEST(writes_samples)
{
	static const char *const kinds[] = { "closed", "cut" };
	char path[PATH_MAX_];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s-%s.txt", getenv("SAMPLES_WRITE"), kinds[i]);
		run_seed(SEED, sample, path);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("samples");
	TCase *t = tcase_create("samples");

	tcase_set_timeout(t, 60);
	if (getenv("SAMPLES_WRITE"))
		tcase_add_test(t, writes_samples);
	else
		tcase_add_loop_test(
			t, samples_are_read, 0, (int)(sizeof(samples) / sizeof(samples[0])));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
