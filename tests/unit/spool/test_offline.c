/* What an open journal says and what is read from its files afterwards must be the same; and what
 * has been damaged must be told. In the simulated world. */
#include "spool/offline.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"
#include "conform.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/sim/sim.h"

#define MESSAGES 60

struct found {
	struct spool_offline *so;
	struct spool_offline_report report;
	unsigned segments, records, rotten, torn;
	int result;
	int (*then)(struct job *job, struct found *f);
};

static void see_segment(void *arg, const struct spool_offline_segment *s)
{
	struct found *f = arg;

	ck_assert_uint_eq(s->partition, 5);
	f->segments++;
}

static void see_record(void *arg, const struct spool_offline_record *r)
{
	struct found *f = arg;

	ck_assert(r->header.type != SPOOL_RECORD_MSG || r->facts.n > 0 || r->header.in_file);
	f->records++;
}

static void see_trouble(void *arg, const char *file, uint32_t offset, bool rotten, const char *what)
{
	struct found *f = arg;

	(void)offset;
	ck_assert_ptr_nonnull(what);
	ck_assert(strncmp(file, "seg-", 4) == 0 || strncmp(file, "msg-", 4) == 0);
	f->rotten += rotten;
	f->torn += !rotten;
}

static int read_job(struct job *job, void *arg)
{
	struct found *f = arg;
	const struct spool_offline_watch watch = {
		.segment = see_segment, .record = see_record, .trouble = see_trouble, .arg = f
	};

	f->result = spool_offline_open(job, "spool", &watch, &f->so, &f->report);
	if (f->result == 0 && f->then)
		ck_assert_int_eq(f->then(job, f), 0);
	return 0;
}

static void read_files(struct ctx *ctx, struct found *f)
{
	struct pool *pool = pool_new("read", 1, 1);

	ck_assert_int_eq(pool_run(ctx, pool, &(struct job_call){ .run = read_job, .arg = f }), 0);
	pool_free(pool);
}

/* ---- equal ---- */

static uint64_t ids[MESSAGES];
static const struct spool_options options = {
	.kind = SPOOL_JOURNAL,
	.path = "spool",
	.partition = 5,
	.segment_bytes = SPOOL_SEGMENT_MIN,
};

/* Messages of all sizes, some changed by hand. Returns how many are left. */
static unsigned fill(struct ctx *ctx, struct spool *sp)
{
	unsigned left = 0;

	for (unsigned i = 0; i < MESSAGES; i++) {
		ck_assert_int_eq(conform_put(ctx, sp, i, i * 977, 1 + i % 3, NULL, 0, &ids[i]), 0);
		if (i % 4 == 1)
			ck_assert_int_eq(spool_hold(ctx, sp, ids[i], 0), 0);
		if (i % 4 == 2)
			ck_assert_int_eq(spool_remove(ctx, sp, ids[i], SPOOL_ALL, S("x")), 0);
		left += i % 4 != 2;
	}
	return left;
}

static int add_size(void *arg, struct slice piece)
{
	*(uint64_t *)arg += piece.n;
	return 0;
}

static int compare_all(struct job *job, struct found *f)
{
	struct arena arena = ARENA_INIT;

	for (unsigned i = 0; i < MESSAGES; i++) {
		struct spool_info info;
		struct spool_rcpt_info rcpt;
		struct spool_envelope e;
		struct slice reason;
		uint64_t size = 0;
		bool here = spool_offline_look(f->so, ids[i], &info);

		ck_assert(here == (i % 4 != 2));
		if (!here) {
			ck_assert_int_eq(spool_offline_envelope(job, f->so, ids[i], &arena, &e),
				ERR_NOTFOUND);
			continue;
		}
		ck_assert_uint_eq(info.rcpts, 1 + i % 3);
		ck_assert_int_eq(spool_offline_envelope(job, f->so, ids[i], &arena, &e), 0);
		ck_assert_uint_eq(e.rcpts_n, info.rcpts);
		ck_assert(slice_eq(e.rcpts[0].forward_path, S("rcpt0@example.net")));
		ck_assert(spool_offline_rcpt(f->so, ids[i], 0, &rcpt));
		ck_assert_int_eq(rcpt.state, i % 4 == 1 ? SPOOL_HELD : SPOOL_WAITING);
		ck_assert_int_eq(spool_offline_reason(job, f->so, ids[i], 0, &arena, &reason), 0);
		ck_assert(slice_eq(reason, i % 4 == 1 ? S("held by hand") : SLICE_NIL));
		ck_assert_int_eq(spool_offline_content(job, f->so, ids[i], add_size, &size), 0);
		ck_assert_uint_eq(size, info.size);
		ck_assert(!spool_offline_rcpt(f->so, ids[i], info.rcpts, &rcpt));
	}
	arena_reset(&arena);
	return 0;
}

static void equals(struct ctx *ctx)
{
	struct found f = { .then = compare_all };
	struct spool *sp;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, NULL), 0);
	unsigned left = fill(ctx, sp);

	read_files(ctx, &f); /* while it is open */
	ck_assert_int_eq(f.result, 0);
	ck_assert(f.report.in_use);
	ck_assert_uint_eq(f.report.messages, left);
	spool_offline_close(f.so);
	spool_close(ctx, sp);

	f = (struct found){ .then = compare_all };
	read_files(ctx, &f);
	ck_assert_int_eq(f.result, 0);
	ck_assert(!f.report.in_use);
	ck_assert_uint_eq(f.report.messages, left);
	ck_assert_uint_eq(f.report.rotten + f.report.torn + f.rotten + f.torn, 0);
	ck_assert_uint_eq(f.report.records, f.records);
	ck_assert_uint_eq(f.report.segments, f.segments);
	ck_assert_uint_eq(f.report.recipients[SPOOL_HELD], MESSAGES / 4);
	spool_offline_close(f.so);

	/* It has changed nothing: the journal opens as if nobody had looked. */
	struct spool_report report;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, &report), 0);
	ck_assert_uint_eq(report.messages, left);
	ck_assert_uint_eq(report.quarantined, 0);
	conform_check(ctx, sp, ids[0]);
	spool_close(ctx, sp);
}

/* ---- damaged ---- */

static const char *damaged; /* name of the file */
static uint64_t damage_at;

static int damage_job(struct job *job, void *arg)
{
	struct dir *dir;
	struct file *file;

	(void)arg;
	ck_assert_int_eq(dir_open(job, "spool", false, &dir), 0);
	ck_assert_int_eq(file_open(job, dir, damaged, FILE_READ | FILE_WRITE, &file), 0);
	ck_assert_int_eq(file_pwrite(job, file, S("????????"), damage_at), 0);
	file_close(file);
	dir_close(dir);
	return 0;
}

/* The first message's record stands behind the header block and the batch that opening writes. */
static void tells_damage(struct ctx *ctx)
{
	static const struct {
		uint64_t at;
		bool lost; /* the message cannot be listed */
	} cases[] = {
		{ 0, false }, /* one of two headers */
		{ SPOOL_BLOCK * 2 + SPOOL_BATCH_HEADER + SPOOL_RECORD_HEADER + 8,
			true }, /* facts */
		{ SPOOL_BLOCK * 2, true }, /* a batch's header */
	};
	struct pool *pool = pool_new("damage", 1, 1);
	struct spool *sp;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, NULL), 0);
	ck_assert_int_eq(conform_put(ctx, sp, 0, 1000, 2, NULL, 0, &ids[0]), 0);
	ck_assert_int_eq(conform_put(ctx, sp, 1, 1000, 2, NULL, 0, &ids[1]), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0); /* an empty batch follows */
	spool_close(ctx, sp);
	damaged = "seg-000001";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct found f = { 0 };

		damage_at = cases[i].at;
		ck_assert_int_eq(pool_run(ctx, pool, &(struct job_call){ .run = damage_job }), 0);
		read_files(ctx, &f);
		ck_assert_int_eq(f.result, 0);
		ck_assert_msg((f.rotten > 0) == cases[i].lost, "case %zu", i);
		ck_assert_uint_eq(f.rotten, f.report.rotten);
		spool_offline_close(f.so);
	}
	pool_free(pool);
}

static void finds_nothing(struct ctx *ctx)
{
	struct found f = { 0 };

	read_files(ctx, &f);
	ck_assert_int_eq(f.result, ERR_NOTFOUND);
}

/* ---- the world ---- */

typedef void case_fn(struct ctx *ctx);
static case_fn *const cases[] = { equals, tells_damage, finds_nothing };

static int on_host(struct ctx *ctx, void *arg)
{
	cases[*(int *)arg](ctx);
	return 0;
}

static int in_world(struct ctx *ctx, void *arg)
{
	return sim_host_run(ctx, sim_host_new("mx", "192.0.2.1"), "offline", on_host, arg);
}

START_TEST(reads)
{
	int which = _i;

	sim_start(1);
	ck_assert_int_eq(sim_run("test", in_world, &which), 0);
	ck_assert_uint_eq(sim_stop(), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("offline");
	TCase *t = tcase_create("offline");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, reads, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
