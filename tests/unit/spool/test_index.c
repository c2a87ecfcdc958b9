/* The index keeps its order whatever is added and removed; states move and count as the table
 * says. */
#include "spool/index.h"

#include <stdlib.h>

#include "base/hash.h"
#include "check_main.h"

#define N 3000

static void add(struct spool_index *x, uint64_t id, uint16_t rcpts)
{
	spool_index_add(x, spool_message_new(id, rcpts, 0));
}

static void take(struct spool_index *x, uint64_t id)
{
	struct spool_message *m = spool_index_get(x, id);

	spool_index_remove(x, m);
	spool_message_unref(m);
}

static void check_order(const struct spool_index *x, const bool *there)
{
	const struct spool_message *m = spool_index_next(x, 0);
	uint64_t n = 0;

	for (uint64_t id = 1; id <= N; id++) {
		ck_assert_int_eq(spool_index_get(x, id) != NULL, there[id]);
		if (!there[id])
			continue;
		ck_assert_uint_eq(m->id, id);
		m = spool_index_next(x, id);
		n++;
	}
	ck_assert(m == NULL && x->messages == n);
}

START_TEST(keeps_order)
{
	struct spool_index x = { .root = NULL };
	bool *there = calloc(N + 1, sizeof(bool));

	for (uint64_t id = 1; id <= N; id += 2) {
		add(&x, id, 1);
		there[id] = true;
	}
	check_order(&x, there);
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t id = 1 + hash_u64(i + 7) % N;

		if (there[id])
			take(&x, id);
		else
			add(&x, id, 1);
		there[id] = !there[id];
		if (i % 5000 == 0)
			check_order(&x, there);
	}
	check_order(&x, there);
	for (uint64_t id = 1; id <= N; id++)
		if (there[id])
			take(&x, id);
	ck_assert(x.root == NULL && x.messages == 0 && x.states[SPOOL_WAITING] == 0);
	free(there);
}
END_TEST

START_TEST(counts_states)
{
	struct spool_index x = { .root = NULL };
	struct spool_message *m = spool_message_new(5, 3, 77);

	spool_index_add(&x, m);
	ck_assert_uint_eq(x.states[SPOOL_WAITING], 3);
	spool_index_move(&x, m, 0, SPOOL_LEASED);
	spool_index_move(&x, m, 1, SPOOL_HELD);
	ck_assert(x.states[SPOOL_LEASED] == 1 && x.states[SPOOL_HELD] == 1 && m->open == 3);
	spool_index_move(&x, m, 0, SPOOL_FAILED);
	spool_index_move(&x, m, 1, SPOOL_DONE);
	ck_assert(m->open == 1 && x.states[SPOOL_FAILED] == 1);
	struct spool_state_entry e = spool_index_entry(m, 2);

	ck_assert(e.state == SPOOL_WAITING && e.due == 77);
	spool_index_move(&x, m, 2, SPOOL_LEASED);
	ck_assert_int_eq(spool_index_entry(m, 2).state, SPOOL_WAITING);
	m->rcpts[2].wish = SPOOL_WISH_CORRUPT;
	e = spool_index_entry(m, 2);
	ck_assert(e.state == SPOOL_HELD && e.held == SPOOL_HELD_CORRUPT);
	e.rcpt = 0; /* what was terminal may be restored to anything */
	spool_index_restore(&x, m, &e);
	ck_assert(m->open == 2 && m->rcpts[0].held == SPOOL_HELD_CORRUPT);
	take(&x, 5);
	for (int i = 0; i < SPOOL_STATES; i++)
		ck_assert_uint_eq(x.states[i], 0);
}
END_TEST

static int illegal[][2] = {
	{ SPOOL_DONE, SPOOL_WAITING },
	{ SPOOL_FAILED, SPOOL_LEASED },
	{ SPOOL_HELD, SPOOL_LEASED },
	{ SPOOL_WAITING, SPOOL_FAILED },
	{ SPOOL_HELD, SPOOL_FAILED },
};

START_TEST(asserts_the_table)
{
	struct spool_index x = { .root = NULL };
	struct spool_message *m = spool_message_new(5, 1, 0);

	spool_index_add(&x, m);
	m->rcpts[0].state = (uint8_t)illegal[_i][0];
	spool_index_move(&x, m, 0, (enum spool_state)illegal[_i][1]);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("index");
	TCase *t = tcase_create("index");

	tcase_add_test(t, keeps_order);
	tcase_add_test(t, counts_states);
	tcase_add_loop_test_raise_signal(t, asserts_the_table, 6, 0, 5);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
