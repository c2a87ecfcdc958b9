/* Compaction while the disk fails: whatever cannot be read, what it writes of a message is whole. */
#include "base/buf.h"
#include "base/err.h"
#include "conform.h"
#include "rt/clock.h"
#include "rt/ctx.h"

#include "sim_check.h"

#define RCPTS 6
#define FILL  16 /* messages that fill a segment */

static struct sim_host *host;
static struct spool_options options;
static uint64_t id;
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

static void live(struct ctx *ctx, life_fn *fn)
{
	ck_assert_int_eq(sim_host_run(ctx, host, "spool", with_spool, &fn), 0);
}

static void fill(struct ctx *ctx, struct spool *sp, uint64_t *ret_ids)
{
	for (unsigned i = 0; i < FILL; i++)
		ck_assert_int_eq(conform_put(ctx, sp, 10 + i, 1200, 1, NULL, 0, &ret_ids[i]), 0);
}

static void deliver(struct spool *sp, uint64_t message, uint16_t rcpt)
{
	conform_lease(sp, message, rcpt);
	conform_record(sp, message, rcpt, SPOOL_DELIVERED);
}

/* All but the last recipient have it, each by a record of its own in the segment behind the
 * message's. Then what came with the message goes, so that its segment is compacted, which reads
 * those records; and so much comes that the segment is written over. */
static void move(struct ctx *ctx, struct spool *sp)
{
	uint64_t goes[FILL], stays[FILL];

	ck_assert_int_eq(conform_put(ctx, sp, 0, 1200, RCPTS, NULL, 0, &id), 0);
	fill(ctx, sp, goes);
	for (uint16_t i = 0; i + 1 < RCPTS; i++) {
		deliver(sp, id, i);
		ck_assert_int_eq(spool_flush(ctx, sp), 0);
	}
	fill(ctx, sp, stays);
	sim_disk_fail(host, SIM_DISK_READ, nth, ERR_IO);
	for (unsigned i = 0; i < FILL; i++)
		deliver(sp, goes[i], 0);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	sim_disk_forget(host);
	for (unsigned i = 0; i < 6; i++)
		fill(ctx, sp, stays);
}

static void look(struct ctx *ctx, struct spool *sp)
{
	(void)ctx;
	for (uint16_t i = 0; i < RCPTS; i++)
		ck_assert_int_eq(
			conform_rcpt(sp, id, i).state, i + 1 < RCPTS ? SPOOL_DONE : SPOOL_WAITING);
}

static bool names_message(const char *path)
{
	struct buf bytes;

	buf_init(&bytes, SPOOL_SEGMENT_MIN);
	ck_assert_int_eq(sim_disk_read(host, path, &bytes), 0);
	bool found = slice_search(buf_slice(&bytes), slice_of((const char *)&id, sizeof(id))) <
		     buf_slice(&bytes).n;
	buf_done(&bytes);
	return found;
}

static int read_fails(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("mx", "192.0.2.1");
	options = (struct spool_options){
		.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
	};
	live(ctx, move);
	/* What cannot be read at all is not moved: its segment stays. */
	ck_assert_int_eq(names_message("spool/seg-000001"), nth == 1);
	live(ctx, look);
	return 0;
}

START_TEST(a_moved_message_has_all_its_states)
{
	for (nth = 1; nth <= 12; nth++)
		run_seed(nth, read_fails, NULL);
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
