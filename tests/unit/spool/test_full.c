/* A spool without room: what comes may be refused, but what becomes of that which was taken is
 * recorded, room is won again, and nothing waits for ever. */
#include <limits.h>

#include "base/err.h"
#include "model.h"
#include "rt/clock.h"
#include "rt/ctx.h"

#include "sim_check.h"

#define SEGMENTS_LEAST 4

static struct sim_host *host;
static struct model_options options;

struct narrow {
	unsigned segments; /* that there are for all, and the reserve */
	bool disk; /* the disk has no more, or the limit allows no more */
};

static int life(struct ctx *ctx, void *arg)
{
	return model_life(ctx, &options, arg);
}

static int live(struct ctx *ctx, unsigned steps, unsigned keep)
{
	struct spool_report report;

	options.steps = steps;
	options.keep = keep;
	return sim_host_run(ctx, host, "spool", life, &report);
}

/* Messages are kept until there is no room for more; then most are delivered, on a disk that may
 * be full by what others wrote; then many come again. */
static int lives(struct ctx *ctx, void *arg)
{
	const struct narrow *n = arg;
	uint64_t bytes = n->segments * (uint64_t)SPOOL_SEGMENT_MIN;

	options = (struct model_options){ .spool = { .kind = SPOOL_JOURNAL,
						  .path = "spool",
						  .segment_bytes = SPOOL_SEGMENT_MIN,
						  .memory_bytes = 200000,
						  .max_bytes = bytes },
		.large = UINT_MAX,
		.gap = 60 };
	host = sim_host_new("mx", "192.0.2.1");
	model_reset();
	ck_assert_int_eq(live(ctx, 100, UINT_MAX), 0);
	unsigned ended = model_ended();

	if (n->disk)
		sim_disk_set_capacity(host, bytes / 2);
	ck_assert_int_eq(live(ctx, 100, 0), 0);
	ck_assert_uint_gt(model_ended(), ended);
	unsigned acked = model_acked();

	sim_disk_set_capacity(host, 1 << 30);
	ck_assert_int_eq(live(ctx, 200, 5), 0);
	ck_assert_uint_gt(model_acked(), acked + 20);
	return 0;
}

static void narrows(bool disk, uint64_t seed)
{
	for (unsigned segments = SEGMENTS_LEAST; segments <= 9; segments++) {
		struct narrow n = { .segments = segments, .disk = disk };

		run_seed(seed, lives, &n);
	}
}

START_TEST(the_limit_is_reached)
{
	narrows(false, 700 + (uint64_t)_i);
}
END_TEST

START_TEST(the_disk_is_full)
{
	narrows(true, 720 + (uint64_t)_i);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("full");
	TCase *t = tcase_create("full");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, the_limit_is_reached, 0, 8);
	tcase_add_loop_test(t, the_disk_is_full, 0, 8);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
