/* The table of counters: sums over slots, limits, eviction, the turn of those who wait. */
#include "base/tally.h"

#include <stdio.h>

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

#include "check_main.h"

static struct tally *new_tally(size_t entries, unsigned slots)
{
	return tally_init(
		mem_zalloc(tally_bytes(entries, slots)), entries, slots, (struct hash_key){ 1, 2 });
}

START_TEST(tally_limit_over_slots)
{
	struct tally *t = new_tally(64, 3);

	ck_assert(tally_take(t, 0, S("a"), 2, 0));
	ck_assert(tally_take(t, 1, S("a"), 2, 0));
	ck_assert(!tally_take(t, 2, S("a"), 2, 0));
	ck_assert(!tally_take(t, 0, S("a"), 2, 0));
	ck_assert(tally_take(t, 2, S("b"), 1, 0));
	ck_assert_uint_eq(tally_sum(t, S("a")), 2);
	tally_give(t, 2, S("a"), 0); /* has none: nothing happens */
	ck_assert_uint_eq(tally_sum(t, S("a")), 2);
	tally_give(t, 1, S("a"), 0);
	ck_assert_uint_eq(tally_sum(t, S("a")), 1);
	ck_assert(tally_take(t, 2, S("a"), 2, 0));
	ck_assert_uint_eq(tally_sum(t, S("unknown")), 0);
	free(t);
}
END_TEST

START_TEST(tally_forgets_the_dead)
{
	struct tally *t = new_tally(64, 2);

	ck_assert(tally_take(t, 0, S("a"), 9, 0));
	ck_assert(tally_take(t, 1, S("a"), 9, 0));
	tally_wait(t, 1, S("b"), true);
	tally_forget(t, 1);
	ck_assert_uint_eq(tally_sum(t, S("a")), 1);
	ck_assert_uint_eq(tally_others_wait(t, 0, S("b")), 0);
	free(t);
}
END_TEST

START_TEST(tally_waiting)
{
	struct tally *t = new_tally(64, 2);

	ck_assert_uint_eq(tally_others_wait(t, 0, S("a")), 0);
	tally_wait(t, 1, S("a"), true);
	tally_wait(t, 1, S("a"), true);
	ck_assert_uint_eq(tally_others_wait(t, 0, S("a")), 2);
	ck_assert_uint_eq(tally_others_wait(t, 1, S("a")), 0);
	ck_assert_uint_eq(tally_others_wait(t, 0, S("b")), 0);
	ck_assert_uint_eq(tally_sum(t, S("a")), 0);
	tally_wait(t, 1, S("a"), false);
	tally_wait(t, 1, S("a"), false);
	ck_assert_uint_eq(tally_others_wait(t, 0, S("a")), 0);
	free(t);
}
END_TEST

START_TEST(tally_gives_others_their_turn)
{
	struct tally *t = new_tally(64, 2);

	ck_assert(tally_take(t, 0, S("a"), 1, 0));
	tally_wait(t, 1, S("a"), true);
	tally_give(t, 0, S("a"), 1000);
	ck_assert(!tally_take(t, 0, S("a"), 1, 1001));
	ck_assert(tally_take(t, 1, S("a"), 1, 1002));
	tally_wait(t, 1, S("a"), false);
	tally_give(t, 1, S("a"), 1003);
	ck_assert(tally_take(t, 0, S("a"), 1, 1004)); /* nobody waits any more */
	tally_wait(t, 1, S("a"), true);
	tally_give(t, 0, S("a"), 2000);
	ck_assert(!tally_take(t, 0, S("a"), 1, 2000 + TALLY_YIELD - 1));
	ck_assert(tally_take(t, 0, S("a"), 1, 2000 + TALLY_YIELD)); /* they had their chance */
	free(t);
}
END_TEST

static struct slice numbered(char room[static 8], unsigned n)
{
	room[0] = (char)('a' + n % 26);
	room[1] = (char)('a' + n / 26 % 26);
	return slice_of(room, 2);
}

/* One row of eight. */
START_TEST(tally_evicts_the_idle_only)
{
	struct tally *t = new_tally(8, 1);
	char room[8];

	for (unsigned i = 0; i < 8; i++)
		ck_assert(tally_take(t, 0, numbered(room, i), 1, i + 1));
	/* Full of keys in use: a new one is let in and not counted. */
	ck_assert(tally_take(t, 0, S("new"), 1, 20));
	ck_assert(tally_take(t, 0, S("new"), 1, 20));
	ck_assert_uint_eq(tally_sum(t, S("new")), 0);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_uint_eq(tally_sum(t, numbered(room, i)), 1);
	/* Two are idle: the one used longest ago leaves. */
	tally_give(t, 0, numbered(room, 5), 30);
	tally_give(t, 0, numbered(room, 2), 31);
	ck_assert(tally_take(t, 0, S("new"), 1, 40));
	ck_assert(!tally_take(t, 0, S("new"), 1, 41));
	ck_assert_uint_eq(tally_sum(t, S("new")), 1);
	ck_assert(tally_take(t, 0, S("newer"), 1, 42));
	ck_assert(!tally_take(t, 0, S("newer"), 1, 43));
	ck_assert_uint_eq(tally_sum(t, numbered(room, 0)), 1);
	free(t);
}
END_TEST

#define THREADS 4
#define ROUNDS	20000
#define MOST	2

struct racer {
	struct tally *t;
	unsigned slot;
	unsigned *inside;
	bool too_many;
};

/* Keys come and go in one row, so that places are evicted under the others' hands. */
static void *race(void *arg)
{
	struct racer *r = arg;
	char room[8];

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned n = (i * 7 + r->slot) % 3;

		if (!tally_take(r->t, r->slot, numbered(room, n), MOST, i))
			continue;
		if (__atomic_add_fetch(&r->inside[n], 1, __ATOMIC_SEQ_CST) > MOST)
			r->too_many = true;
		__atomic_sub_fetch(&r->inside[n], 1, __ATOMIC_SEQ_CST);
		tally_give(r->t, r->slot, numbered(room, n), i);
		struct slice passing = numbered(room, 100 + (i + r->slot) % 2);

		(void)tally_take(r->t, r->slot, passing, MOST, i);
		tally_give(r->t, r->slot, passing, i);
	}
	return NULL;
}

START_TEST(tally_race)
{
	struct tally *t = new_tally(8, THREADS);
	struct racer racers[THREADS];
	pthread_t threads[THREADS];
	unsigned inside[3] = { 0 };
	char room[8];

	for (unsigned i = 0; i < THREADS; i++) {
		racers[i] = (struct racer){ t, i, inside, false };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert(!racers[i].too_many);
	}
	for (unsigned n = 0; n < 3; n++)
		ck_assert_uint_eq(tally_sum(t, numbered(room, n)), 0);
	free(t);
}
END_TEST

/* One bucket over all slots; a key evicted by others begins anew, and one without place owes
 * nothing. */
START_TEST(tally_paces)
{
	static _Alignas(16) char memory[1 << 20];
	struct tally *t = tally_init(memory, 8, 3, (struct hash_key){ 1, 2 });
	const usec_t now = 1000;
	char name[8];

	ck_assert_uint_le(tally_bytes(8, 3), sizeof(memory));
	ck_assert_int_eq(tally_pace(t, 0, S("a"), 10, now), now + 10);
	ck_assert_int_eq(tally_pace(t, 2, S("a"), 10, now), now + 20);
	ck_assert_int_eq(tally_pace(t, 1, S("b"), 10, now), now + 10);
	ck_assert_int_eq(tally_pace(t, 1, S("a"), 0, now + 50), now + 50);
	tally_forget(t, 0);
	ck_assert_int_eq(tally_pace(t, 2, S("b"), 5, now), now + 15);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "k%d", i);
		ck_assert(tally_take(t, 0, slice_str(name), 100, now + 60));
	}
	ck_assert_int_eq(tally_pace(t, 1, S("b"), 10, now), now); /* no place is left */
	tally_give(t, 0, S("k0"), now + 61);
	ck_assert_int_eq(tally_pace(t, 1, S("b"), 10, now), now + 10);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base-tally");
	TCase *t = tcase_create("all");

	tcase_add_test(t, tally_limit_over_slots);
	tcase_add_test(t, tally_forgets_the_dead);
	tcase_add_test(t, tally_waiting);
	tcase_add_test(t, tally_gives_others_their_turn);
	tcase_add_test(t, tally_evicts_the_idle_only);
	tcase_add_test(t, tally_race);
	tcase_add_test(t, tally_paces);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
