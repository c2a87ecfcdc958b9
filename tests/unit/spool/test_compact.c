/* Compaction while the disk fails: whatever cannot be read, what it writes is whole. */
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "conform.h"
#include "rt/clock.h"
#include "rt/ctx.h"

#include "sim_check.h"

#define RCPTS 6

static struct sim_host *host;
static struct spool_options options;
static uint64_t id, moved;
static uint64_t nth; /* read that fails */

typedef void life_fn(struct ctx *ctx, struct spool *sp);

static int with_spool(struct ctx *ctx, void *arg)
{
	life_fn *fn = *(life_fn **)arg;
	struct spool *sp;
	int r = spool_open(ctx, &options, &sp, NULL);

	if (r < 0)
		return r;
	fn(ctx, sp);
	spool_close(ctx, sp);
	return 0;
}

static int live(struct ctx *ctx, life_fn *fn)
{
	return sim_host_run(ctx, host, "spool", with_spool, &fn);
}

/* Others come, and go until little else lives in the first segment; in the next one most stay, so
 * that nothing is moved twice. */
static void fill(struct ctx *ctx, struct spool *sp)
{
	uint64_t ids[60];

	for (unsigned i = 0; i < 60; i++)
		ck_assert_int_eq(conform_put(ctx, sp, 10 + i, 1200, 1, NULL, 0, &ids[i]), 0);
	for (unsigned i = 0; i < 40; i++) {
		conform_lease(sp, ids[i], 0);
		conform_record(sp, ids[i], 0, SPOOL_DELIVERED);
	}
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
}

/* All but the last recipient have it, each in a record of its own. */
static void moves(struct ctx *ctx, struct spool *sp)
{
	ck_assert_int_eq(conform_put(ctx, sp, 0, 1200, RCPTS, NULL, 0, &id), 0);
	for (uint16_t i = 0; i + 1 < RCPTS; i++) {
		conform_lease(sp, id, i);
		conform_record(sp, id, i, SPOOL_DELIVERED);
		ck_assert_int_eq(spool_flush(ctx, sp), 0);
	}
	sim_disk_fail(host, SIM_DISK_READ, nth, ERR_IO);
	fill(ctx, sp);
	sim_disk_forget(host);
}

/* Where it was first has gone, as if it had been recycled. */
static void said_all(struct ctx *ctx, struct spool *sp)
{
	struct spool_info info;

	(void)ctx;
	if (!spool_look(sp, id, &info))
		return; /* it had not moved */
	moved++;
	for (uint16_t i = 0; i + 1 < RCPTS; i++)
		ck_assert_int_eq(conform_rcpt(sp, id, i).state, SPOOL_DONE);
}

static unsigned times(struct slice bytes)
{
	unsigned n = 0;

	for (size_t at;
		(at = slice_search(bytes, slice_of((const char *)&id, sizeof(id)))) < bytes.n; n++)
		bytes = slice_skip(bytes, at + sizeof(id));
	return n;
}

/* The segment with the message and a record for each of its recipients. */
static void forget_origin(void)
{
	static char nothing[SPOOL_SEGMENT_MIN];
	char path[40];
	struct buf bytes;

	buf_init(&bytes, SPOOL_SEGMENT_MIN);
	for (unsigned n = 1; n < 20; n++) {
		snprintf(path, sizeof(path), "spool/seg-%06u", n);
		buf_clear(&bytes);
		if (sim_disk_read(host, path, &bytes) == 0 && times(buf_slice(&bytes)) >= RCPTS)
			sim_disk_write(host, path, slice_of(nothing, sizeof(nothing)));
	}
	buf_done(&bytes);
}

static int reads_fail(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("mx", "192.0.2.1");
	options = (struct spool_options){
		.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
	};
	ck_assert_int_eq(live(ctx, moves), 0);
	forget_origin();
	ck_assert_int_eq(live(ctx, said_all), 0);
	return 0;
}

START_TEST(a_moved_message_has_all_its_states)
{
	for (nth = 1; nth <= 12; nth++)
		run_seed(nth, reads_fail, NULL);
	ck_assert_uint_gt(moved, 6);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("compact");
	TCase *t = tcase_create("compact");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_moved_message_has_all_its_states);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
