/* The table of doubtful messages: what is found by what, what replaces what, the ring's end, time. */
#include "server/doubts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"

#define NOW (1000 * DOUBTS_KEPT)

static struct doubts *table;

static void set_up(void)
{
	table = doubts_init(calloc(1, doubts_bytes()), (struct hash_key){ 1, 2 });
}

static void tear_down(void)
{
	free(table);
}

static struct doubt make(uint64_t first, uint64_t content, enum doubt_outcome outcome, usec_t at)
{
	struct doubt d = {
		.first = first,
		.content = { content, content ? ~content : 0 },
		.member = first * 3,
		.at = (uint64_t)at,
		.outcome = outcome,
	};

	memcpy(d.id, "0123456789abc", TEXT_ID_CHARS);
	return d;
}

static void put(uint64_t first, uint64_t content, enum doubt_outcome outcome, usec_t at)
{
	struct doubt d = make(first, content, outcome, at);

	doubts_put(table, &d);
}

static bool has(uint64_t content, usec_t now)
{
	struct doubt found;

	return doubts_find_committed(
		table, (struct hash_128){ content, content ? ~content : 0 }, now, &found);
}

START_TEST(found_by_either_hash)
{
	struct doubt found;

	ck_assert(doubts_is_empty(table));
	ck_assert(!doubts_find(table, 5, NOW, &found));
	put(5, 50, DOUBT_UNKNOWN, NOW);
	put(6, 60, DOUBT_COMMITTED, NOW);
	ck_assert(!doubts_is_empty(table));
	ck_assert_uint_eq(doubts_count(table, NOW), 2);
	ck_assert(doubts_find(table, 5, NOW, &found));
	ck_assert_uint_eq(found.member, 15);
	ck_assert_uint_eq(found.outcome, DOUBT_UNKNOWN);
	ck_assert_str_eq(found.id, "0123456789abc");
	ck_assert(!doubts_find(table, 7, NOW, &found));
	ck_assert(!doubts_find(table, 5 + (1ULL << 32), NOW, &found)); /* the same lower half */
	ck_assert(!has(50, NOW)); /* nobody knows */
	ck_assert(has(60, NOW));
	ck_assert(!has(60 + (1ULL << 32), NOW));
}
END_TEST

START_TEST(same_message_replaces)
{
	struct doubt found;

	put(5, 50, DOUBT_UNKNOWN, NOW);
	put(5, 50, DOUBT_COMMITTED, NOW + 1);
	ck_assert_uint_eq(doubts_count(table, NOW), 1);
	ck_assert(has(50, NOW));
	/* Committed once is committed, and stays with that member. */
	struct doubt later = make(5, 50, DOUBT_UNKNOWN, NOW + 2);

	later.member = 99;
	doubts_put(table, &later);
	ck_assert_uint_eq(doubts_count(table, NOW), 1);
	ck_assert(has(50, NOW));
	ck_assert(doubts_find(table, 5, NOW, &found));
	ck_assert_uint_eq(found.member, 15);
	ck_assert_uint_eq(found.at, NOW + 2);
	/* Unless that was long ago. */
	later.at = NOW + 3 * DOUBTS_KEPT;
	doubts_put(table, &later);
	ck_assert(!has(50, NOW + 3 * DOUBTS_KEPT));
	ck_assert(doubts_find(table, 5, NOW + 3 * DOUBTS_KEPT, &found));
	ck_assert_uint_eq(found.member, 99);
	/* Where the message was not hashed the newest counts, whatever it says. */
	put(8, 0, DOUBT_COMMITTED, NOW);
	put(8, 0, DOUBT_UNKNOWN, NOW);
	ck_assert(doubts_find(table, 8, NOW, &found));
	ck_assert_uint_eq(found.outcome, DOUBT_UNKNOWN);
}
END_TEST

START_TEST(newest_of_one_envelope)
{
	struct doubt found;

	put(5, 50, DOUBT_UNKNOWN, NOW + 2);
	put(5, 51, DOUBT_UNKNOWN, NOW + 1);
	ck_assert(doubts_find(table, 5, NOW, &found));
	ck_assert_uint_eq(found.content.a, 50);
	put(5, 52, DOUBT_UNKNOWN, NOW + 2);
	ck_assert(doubts_find(table, 5, NOW, &found));
	ck_assert_uint_eq(found.content.a, 52);
}
END_TEST

static bool settle(uint64_t content, struct doubt *ret)
{
	return doubts_take_unknown(
		table, (struct hash_128){ content, content ? ~content : 0 }, ret);
}

START_TEST(settled_is_forgotten)
{
	struct doubt found;

	put(5, 50, DOUBT_UNKNOWN, NOW);
	put(6, 50, DOUBT_UNKNOWN, NOW); /* the same by another listener */
	put(7, 51, DOUBT_UNKNOWN, NOW);
	put(8, 52, DOUBT_COMMITTED, NOW);
	ck_assert(!settle(50 + (1ULL << 32), &found)); /* the same lower half */
	ck_assert(!settle(52, &found)); /* committed it stays */
	ck_assert(settle(50, &found));
	ck_assert_uint_eq(found.first, 5);
	ck_assert(!doubts_find(table, 5, NOW, &found));
	ck_assert(doubts_find(table, 6, NOW, &found));
	ck_assert(settle(50, &found));
	ck_assert_uint_eq(found.first, 6);
	ck_assert(!settle(50, &found));
	ck_assert(doubts_find(table, 7, NOW, &found));
	ck_assert(has(52, NOW));
	ck_assert_uint_eq(doubts_count(table, NOW), 2);
	put(5, 50, DOUBT_UNKNOWN, NOW + 1);
	ck_assert(doubts_find(table, 5, NOW, &found));
}
END_TEST

START_TEST(a_day)
{
	struct doubt found;

	put(5, 50, DOUBT_COMMITTED, NOW);
	ck_assert(has(50, NOW + DOUBTS_KEPT));
	ck_assert(!has(50, NOW + DOUBTS_KEPT + 1));
	ck_assert(!doubts_find(table, 5, NOW + DOUBTS_KEPT + 1, &found));
	ck_assert(has(50, NOW - DOUBTS_KEPT)); /* the clock was put back */
	ck_assert(!has(50, NOW - DOUBTS_KEPT - 1));
	ck_assert_uint_eq(doubts_count(table, NOW + DOUBTS_KEPT + 1), 0);
}
END_TEST

START_TEST(oldest_goes_first)
{
	struct doubt found;

	for (uint64_t i = 1; i <= DOUBTS_MAX + 10; i++)
		put(i, 1000000 + i, DOUBT_COMMITTED, NOW);
	ck_assert_uint_eq(doubts_count(table, NOW), DOUBTS_MAX);
	for (uint64_t i = 1; i <= DOUBTS_MAX + 10; i++) {
		ck_assert_int_eq(doubts_find(table, i, NOW, &found), i > 10);
		ck_assert_int_eq(has(1000000 + i, NOW), i > 10);
	}
}
END_TEST

/* Of one that was just put in again another is older. */
START_TEST(again_is_new)
{
	struct doubt found;

	for (uint64_t i = 1; i <= DOUBTS_MAX; i++)
		put(i, i, DOUBT_UNKNOWN, NOW);
	put(1, 1, DOUBT_UNKNOWN, NOW);
	put(DOUBTS_MAX + 1, 1, DOUBT_UNKNOWN, NOW);
	ck_assert(doubts_find(table, 1, NOW, &found));
	ck_assert(!doubts_find(table, 2, NOW, &found));
	ck_assert(doubts_find(table, 3, NOW, &found));
}
END_TEST

/* However many of the one come, all of the other stay. */
START_TEST(outcomes_have_their_own_room)
{
	const enum doubt_outcome few = _i ? DOUBT_UNKNOWN : DOUBT_COMMITTED;
	const enum doubt_outcome many = _i ? DOUBT_COMMITTED : DOUBT_UNKNOWN;
	struct doubt found;

	for (uint64_t i = 1; i <= 10; i++)
		put(i, i, few, NOW);
	for (uint64_t i = 1; i <= 2 * DOUBTS_MAX; i++)
		put(1000 + i, 1000 + i, many, NOW);
	ck_assert_uint_eq(doubts_count(table, NOW), DOUBTS_MAX + 10);
	for (uint64_t i = 1; i <= 10; i++) {
		ck_assert(doubts_find(table, i, NOW, &found));
		ck_assert_uint_eq(found.outcome, few);
	}
}
END_TEST

static bool put_of(uint64_t client, uint64_t first, enum doubt_outcome outcome)
{
	struct doubt d = make(first, first, outcome, NOW);

	d.client = client;
	return doubts_put(table, &d);
}

START_TEST(a_client_has_a_share)
{
	struct doubt found;

	for (uint64_t i = 1; i <= DOUBTS_SHARE; i++)
		ck_assert(!put_of(7, i, DOUBT_COMMITTED));
	ck_assert(!put_of(7, 1, DOUBT_COMMITTED)); /* it was there, and is the newest now */
	ck_assert(!put_of(8, 1000, DOUBT_COMMITTED)); /* another's */
	ck_assert(!put_of(7, 2000, DOUBT_UNKNOWN)); /* another outcome */
	ck_assert(put_of(7, 101, DOUBT_COMMITTED));
	ck_assert(!doubts_find(table, 2, NOW, &found));
	ck_assert(put_of(7, 102, DOUBT_COMMITTED));
	ck_assert(!doubts_find(table, 3, NOW, &found));
	ck_assert(doubts_find(table, 1, NOW, &found));
	ck_assert(doubts_find(table, 4, NOW, &found));
	for (uint64_t i = 0; i < 2 * DOUBTS_MAX; i++)
		ck_assert(put_of(7, 10000 + i, DOUBT_COMMITTED));
	ck_assert_uint_eq(doubts_count(table, NOW), DOUBTS_SHARE + 2);
	ck_assert(doubts_find(table, 1000, NOW, &found));
	ck_assert(doubts_find(table, 2000, NOW, &found));
	/* Whom nobody can tell has none. */
	for (uint64_t i = 0; i < 2 * DOUBTS_SHARE; i++)
		ck_assert(!put_of(0, 50000 + i, DOUBT_COMMITTED));
}
END_TEST

/* When there is no room any more, and what had a place is too old, nothing is lost. */
START_TEST(tells_what_had_to_go)
{
	struct doubt d = make(1, 1, DOUBT_UNKNOWN, NOW);

	for (uint64_t i = 1; i <= DOUBTS_MAX; i++)
		ck_assert(!put_of(i, i, DOUBT_UNKNOWN));
	ck_assert(put_of(DOUBTS_MAX + 1, DOUBTS_MAX + 1, DOUBT_UNKNOWN));
	ck_assert(!doubts_find(table, 1, NOW, &d));
	d = make(1, 1, DOUBT_UNKNOWN, NOW + DOUBTS_KEPT + 1);
	ck_assert(!doubts_put(table, &d));
	/* A place that became free is used first. */
	ck_assert(doubts_take_unknown(table, (struct hash_128){ 100, ~100ULL }, &d));
	ck_assert(!put_of(9, 20000, DOUBT_UNKNOWN));
	ck_assert(doubts_find(table, 3, NOW, &d));
}
END_TEST

#define PUTS 1500

static void *put_many(void *arg)
{
	uint64_t from = *(const uint64_t *)arg;

	for (uint64_t i = 0; i < PUTS; i++)
		(void)put_of(from + i, from + i, DOUBT_UNKNOWN);
	return NULL;
}

/* Those who put in at the same moment take different places. */
START_TEST(nobody_is_overwritten)
{
	static uint64_t from[] = { 10000, 20000 };
	pthread_t threads[2];

	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, put_many, &from[i]), 0);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(doubts_count(table, NOW), 2 * PUTS);
}
END_TEST

/* One that is read while it is written does not add up. */
START_TEST(torn_entry_is_none)
{
	struct doubt found, d = make(5, 50, DOUBT_COMMITTED, NOW);
	unsigned hits = 0;

	doubts_put(table, &d);
	for (size_t i = 0; i + sizeof(uint64_t) <= doubts_bytes(); i += sizeof(uint64_t)) {
		uint64_t *word = (uint64_t *)(void *)((char *)table + i);

		if (*word != d.member)
			continue;
		*word ^= 1;
		ck_assert(!doubts_find(table, 5, NOW, &found));
		ck_assert(!has(50, NOW));
		*word ^= 1;
		hits++;
	}
	ck_assert_uint_eq(hits, 1);
	ck_assert(has(50, NOW));
}
END_TEST

START_TEST(one_loads)
{
	ck_assert_int_eq(doubts_loaded(table), DOUBTS_NOT_LOADED);
	ck_assert(doubts_begin_load(table));
	ck_assert(!doubts_begin_load(table));
	ck_assert_int_eq(doubts_loaded(table), DOUBTS_LOADING);
	doubts_set_key(table, (struct hash_key){ 3, 4 });
	doubts_end_load(table, DOUBTS_LOADED);
	ck_assert_int_eq(doubts_loaded(table), DOUBTS_LOADED);
	ck_assert(!doubts_begin_load(table));
	ck_assert_uint_eq(doubts_key(table).a, 3);
	ck_assert_uint_eq(doubts_key(table).b, 4);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("doubts");
	TCase *t = tcase_create("doubts");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, found_by_either_hash);
	tcase_add_test(t, same_message_replaces);
	tcase_add_test(t, newest_of_one_envelope);
	tcase_add_test(t, settled_is_forgotten);
	tcase_add_test(t, a_day);
	tcase_add_test(t, oldest_goes_first);
	tcase_add_test(t, again_is_new);
	tcase_add_loop_test(t, outcomes_have_their_own_room, 0, 2);
	tcase_add_test(t, a_client_has_a_share);
	tcase_add_test(t, tells_what_had_to_go);
	tcase_add_test(t, nobody_is_overwritten);
	tcase_add_test(t, torn_entry_is_none);
	tcase_add_test(t, one_loads);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
