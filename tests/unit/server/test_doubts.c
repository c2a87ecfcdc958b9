/* The table of doubtful messages: what is found by what, what replaces what, the ring's end, time. */
#include "server/doubts.h"

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
	tcase_add_test(t, found_by_either_hash);
	tcase_add_test(t, same_message_replaces);
	tcase_add_test(t, newest_of_one_envelope);
	tcase_add_test(t, settled_is_forgotten);
	tcase_add_test(t, a_day);
	tcase_add_test(t, oldest_goes_first);
	tcase_add_test(t, torn_entry_is_none);
	tcase_add_test(t, one_loads);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
