/* A spool without room: what comes may be refused, but what becomes of that which was taken is
 * recorded, room is won again, and nothing waits for ever. */
#include <limits.h>
#include <string.h>

#include "base/err.h"
#include "conform.h"
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

/* ---- nobody asks while nothing comes ---- */

#define QUIET USEC_PER_HOUR

static unsigned turns; /* of the keeper */

static void count_turn(void *arg, const struct sim_park *park)
{
	(void)arg;
	turns += strcmp(park->coroutine, "spool keeper") == 0;
}

/* How often the keeper did something in an hour without mail, once all was quiet. */
static unsigned turns_of_an_hour(struct ctx *ctx)
{
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	turns = 0;
	sim_on_park(count_turn, NULL);
	ck_assert_int_eq(ctx_sleep(ctx, QUIET), 0);
	sim_on_park(NULL, NULL);
	return turns;
}

/* What others write is seen at the next question, which a message brings. */
static void fill(struct ctx *ctx, struct spool *sp, uint64_t capacity)
{
	sim_disk_set_capacity(host, capacity);
	(void)spool_has_room(sp, 0);
	ck_assert_int_eq(ctx_sleep(ctx, 500 * USEC_PER_MSEC), 0);
	ck_assert(!spool_has_room(sp, 4000));
}

/* The first message after that is taken, though nobody asked for room before it. */
static void room_again(struct ctx *ctx, struct spool *sp)
{
	uint64_t id;

	sim_disk_set_capacity(host, 1 << 30);
	ck_assert_int_eq(ctx_sleep(ctx, 40 * USEC_PER_SEC), 0);
	ck_assert_int_eq(conform_put(ctx, sp, 1, 4000, 1, NULL, 0, &id), 0);
	ck_assert_uint_eq(turns_of_an_hour(ctx), 0);
}

/* As much as is used, and all that must stay free. */
static uint64_t least(struct spool *sp)
{
	struct spool_counts c;

	spool_counts(sp, &c);
	return c.disk_bytes + 2 * SPOOL_SEGMENT_MIN;
}

/* So many messages that the current segment takes no more of them. */
static void fill_segment(struct ctx *ctx, struct spool *sp)
{
	uint64_t id;

	for (unsigned n = 2; spool_has_room(sp, 4000); n++)
		ck_assert_int_eq(conform_put(ctx, sp, n, 4000, 1, NULL, 0, &id), 0);
}

/* As with a quota: there is room by the figure, but the file of a segment cannot be made. */
static void refuse_segment(struct ctx *ctx, struct spool *sp)
{
	sim_disk_fail(host, SIM_DISK_CREATE, 1, ERR_FULL);
	fill_segment(ctx, sp);
}

static int quiet_life(struct ctx *ctx, void *arg)
{
	struct spool_options o = {
		.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
	};
	struct spool *sp;

	(void)arg;
	ck_assert_int_eq(spool_open(ctx, &o, &sp, NULL), 0);
	ck_assert_uint_eq(turns_of_an_hour(ctx), 0);
	fill(ctx, sp, 1); /* less is free than must stay */
	room_again(ctx, sp);
	sim_disk_set_capacity(host, least(sp) + SPOOL_SEGMENT_MIN / 2);
	(void)spool_has_room(sp, 0);
	ck_assert_int_eq(ctx_sleep(ctx, 500 * USEC_PER_MSEC), 0);
	fill_segment(ctx, sp); /* and what is free beyond that is not a segment */
	room_again(ctx, sp);
	refuse_segment(ctx, sp);
	room_again(ctx, sp);
	spool_close(ctx, sp);
	return 0;
}

static int quiet(struct ctx *ctx, void *arg)
{
	host = sim_host_new("mx", "192.0.2.1");
	return sim_host_run(ctx, host, "spool", quiet_life, arg);
}

START_TEST(room_is_seen_without_mail)
{
	run_seed(740 + (uint64_t)_i, quiet, NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("full");
	TCase *t = tcase_create("full");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, the_limit_is_reached, 0, 8);
	tcase_add_loop_test(t, the_disk_is_full, 0, 8);
	tcase_add_loop_test(t, room_is_seen_without_mail, 0, 4);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
