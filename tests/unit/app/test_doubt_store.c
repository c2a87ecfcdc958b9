/* The worker's side, with real threads: what was kept is in the table of the next start. */
#include <check.h>
#include <string.h>

#include "app/doubt_base.h"
#include "app/doubt_store.h"
#include "base/mem.h"
#include "folder.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "server/doubts.h"

#include "check_main.h"

static struct doubts *new_table(uint64_t key)
{
	return doubts_init(mem_zalloc(doubts_bytes()), (struct hash_key){ key, key });
}

static struct doubt make(uint64_t first)
{
	return (struct doubt){ .first = first,
		.member = 77,
		.at = (uint64_t)clock_wall(),
		.outcome = DOUBT_UNKNOWN,
		.id = "0123456789abc" };
}

/* One life of a program: a store, whose writer runs a while. */
static void live(struct ctx *ctx, struct doubts *table, uint64_t keeps)
{
	struct doubt_store *s = doubt_store_new(table);
	struct scope scope;

	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(doubt_store_load(ctx, s), 0);
	(void)scope_spawn(&scope, "doubts", doubt_store_run, s);
	for (uint64_t i = 1; i <= keeps; i++) {
		struct doubt d = make(i);

		doubts_put(table, &d);
		doubt_store_keep(s, &d);
		if (i == keeps / 2)
			ck_assert_int_eq(ctx_sleep(ctx, 20 * USEC_PER_MSEC), 0);
	}
	scope_end(ctx, &scope);
	doubt_store_free(ctx, s);
}

static int two_lives(struct ctx *ctx, void *arg)
{
	struct doubts *first = new_table(5), *second = new_table(6);
	struct doubt found;

	(void)arg;
	live(ctx, first, 100);
	live(ctx, second, 0);
	ck_assert_int_eq(doubts_loaded(second), DOUBTS_LOADED);
	ck_assert_uint_eq(doubts_key(second).a, 5);
	ck_assert_uint_eq(doubts_count(second, clock_wall()), 100);
	ck_assert(doubts_find(second, 100, clock_wall(), &found) && found.member == 77);
	ck_assert_str_eq(found.id, "0123456789abc");
	free(first);
	free(second);
	return 0;
}

START_TEST(a_restart_remembers)
{
	ck_assert_int_eq(loop_run("test", two_lives, NULL), 0);
}
END_TEST

static void keep_waiting(struct doubt_store *s, uint64_t first, uint64_t client, uint64_t outcome)
{
	struct doubt d = make(first);

	d.client = client;
	d.outcome = outcome;
	doubt_store_keep(s, &d);
}

/* More than can wait: what was committed goes before what is unknown, and of one client the oldest. */
static int too_many_wait(struct ctx *ctx, void *arg)
{
	struct doubts *first = new_table(5), *second = new_table(6);
	struct doubt_store *s = doubt_store_new(first);
	struct doubt found;

	(void)arg;
	ck_assert_int_eq(doubt_store_load(ctx, s), 0);
	for (uint64_t i = 1; i <= 10; i++)
		keep_waiting(s, i, 100 + i, DOUBT_UNKNOWN);
	for (uint64_t i = 11; i <= 266; i++)
		keep_waiting(s, i, 100 + i, DOUBT_COMMITTED);
	keep_waiting(s, 267, 101, DOUBT_UNKNOWN);
	doubt_store_free(ctx, s);
	live(ctx, second, 0);
	ck_assert_uint_eq(doubts_count(second, clock_wall()), 256);
	for (uint64_t i = 1; i <= 267; i++)
		ck_assert_int_eq(doubts_find(second, i, clock_wall(), &found),
			(i >= 2 && i <= 10) || i > 20);
	free(first);
	free(second);
	return 0;
}

START_TEST(unknown_waits_first)
{
	ck_assert_int_eq(loop_run("test", too_many_wait, NULL), 0);
}
END_TEST

static int without_disk(struct ctx *ctx, void *arg)
{
	struct doubts *table = new_table(5);
	struct doubt found;

	(void)arg;
	live(ctx, table, 3);
	ck_assert_int_eq(doubts_loaded(table), DOUBTS_NOT_KEPT);
	ck_assert(doubts_find(table, 2, clock_wall(), &found));
	free(table);
	return 0;
}

START_TEST(goes_on_without)
{
	FILE *f = fopen(DOUBT_BASE_FILE, "w");

	fputs("no database, and longer than its first page would have to be\n", f);
	fclose(f);
	ck_assert_int_eq(loop_run("test", without_disk, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("doubt_store");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, enter_folder, leave_folder);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, a_restart_remembers);
	tcase_add_test(t, unknown_waits_first);
	tcase_add_test(t, goes_on_without);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
