/* Messages that arrive while the spool's memory is taken by others: even a small one goes to a file
 * of its own, and is as good as any. */
#include "base/buf.h"
#include "base/err.h"
#include "conform.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "spool/content.h"

#include "sim_check.h"

/* Ten messages of a page each leave the two that one may need next, and next to nothing else. */
#define MEMORY	(12 * sizeof(struct spool_page) + 50)
#define WRITERS 9

static const struct spool_options options = { .kind = SPOOL_JOURNAL,
	.path = "spool",
	.segment_bytes = SPOOL_SEGMENT_MIN,
	.memory_bytes = MEMORY };
static struct sim_host *host;
static uint64_t id; /* of a small message in its own file */

static unsigned own_files(void)
{
	struct buf names;
	unsigned n = 0;

	buf_init(&names, 1 << 20);
	sim_disk_list(host, &names);
	for (struct slice rest = buf_slice(&names), name = S("spool/msg-");; n++) {
		size_t at = slice_search(rest, name);

		if (at == rest.n)
			break;
		rest = slice_skip(rest, at + name.n);
	}
	buf_done(&names);
	return n;
}

static size_t memory(struct spool *sp)
{
	struct spool_counts c;

	spool_counts(sp, &c);
	return c.memory_bytes;
}

static void put_small(struct ctx *ctx, struct spool *sp, unsigned seed, uint64_t *ret_id)
{
	ck_assert_int_eq(conform_put(ctx, sp, seed, 200, 1, NULL, 0, ret_id), 0);
	ck_assert_uint_le(memory(sp), MEMORY);
}

static void write_some(struct ctx *ctx, struct spool_writer *w)
{
	ck_assert_int_eq(spool_write(ctx, w, S("some words\r\n")), 0);
	ck_assert(!spool_writer_has_file(w));
}

static int full_life(struct ctx *ctx, void *arg)
{
	struct spool_writer *writers[WRITERS];
	struct spool_reader *reader;
	struct spool *sp;
	uint64_t other;

	(void)arg;
	ck_assert_int_eq(spool_open(ctx, &options, &sp, NULL), 0);
	for (unsigned i = 0; i < WRITERS; i++) {
		ck_assert_int_eq(spool_begin(ctx, sp, 0, &writers[i]), 0);
		write_some(ctx, writers[i]);
	}
	put_small(ctx, sp, 1, &other); /* the tenth; its reader keeps it, and its envelope */
	ck_assert_int_eq(spool_body_open(sp, other, &reader), 0);
	ck_assert_uint_eq(own_files(), 0);
	put_small(ctx, sp, 2, &id);
	ck_assert_uint_eq(own_files(), 1);
	conform_check(ctx, sp, id);
	/* What has its memory already stays there: a file for each would be too many. */
	for (unsigned i = 0; i < WRITERS; i++)
		write_some(ctx, writers[i]);
	spool_body_close(reader);
	for (unsigned i = 0; i < WRITERS; i++)
		spool_abort(writers[i]);
	put_small(ctx, sp, 3, &other); /* there is room again */
	ck_assert_uint_eq(own_files(), 1);
	spool_close(ctx, sp);
	return 0;
}

static int next_life(struct ctx *ctx, void *arg)
{
	struct spool *sp;

	(void)arg;
	ck_assert_int_eq(spool_open(ctx, &options, &sp, NULL), 0);
	conform_check(ctx, sp, id);
	conform_lease(sp, id, 0);
	conform_record(sp, id, 0, SPOOL_DELIVERED);
	ck_assert_int_eq(spool_flush(ctx, sp), 0);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	ck_assert_uint_eq(own_files(), 0);
	spool_close(ctx, sp);
	return 0;
}

static int lives(struct ctx *ctx, void *arg)
{
	host = sim_host_new("mx", "192.0.2.1");
	ck_assert_int_eq(sim_host_run(ctx, host, "spool", full_life, arg), 0);
	return sim_host_run(ctx, host, "spool", next_life, arg);
}

START_TEST(a_small_message_finds_the_memory_taken)
{
	run_seeds(lives);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("put");
	TCase *t = tcase_create("put");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_small_message_finds_the_memory_taken);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
