/* The shared table of members: counts over slots and their bounds, the way of a member down and
 * back, who may try it, who checks it. */
#include "nexthop/board.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "smtp/caps.h"

#include "check_main.h"

#define AWAY (60 * USEC_PER_SEC)
#define NOON (12 * USEC_PER_HOUR)

static struct nexthop_board *new_board(size_t entries, unsigned slots)
{
	return nexthop_board_init(mem_zalloc(nexthop_board_bytes(entries, slots)), entries, slots,
		(struct hash_key){ 1, 2 });
}

static struct nexthop_health health_of(const struct nexthop_entry *e)
{
	struct nexthop_health h;

	nexthop_entry_health(e, &h);
	return h;
}

static const struct smtp_caps caps = {
	.set = 1 << SMTP_CAP_SIZE | 1 << SMTP_CAP_8BITMIME, .size = 1000, .rcpt_max = 50
};

START_TEST(names)
{
	struct nexthop_board *b = new_board(4, 2);
	struct nexthop_entry *a = nexthop_board_entry(b, S("a"));

	ck_assert_ptr_eq(nexthop_board_entry(b, S("a")), a);
	ck_assert_ptr_ne(nexthop_board_entry(b, S("b")), a);
	ck_assert_ptr_nonnull(nexthop_board_entry(b, S("c")));
	ck_assert_ptr_nonnull(nexthop_board_entry(b, S("d")));
	ck_assert_ptr_null(nexthop_board_entry(b, S("e"))); /* all are taken */
	ck_assert_ptr_eq(nexthop_board_entry(b, S("a")), a);
	free(b);
}
END_TEST

START_TEST(counts)
{
	struct nexthop_board *b = new_board(4, 3);
	struct nexthop_entry *e = nexthop_board_entry(b, S("a"));

	ck_assert(nexthop_entry_take(e, 0, NEXTHOP_OPEN, 2));
	ck_assert(nexthop_entry_take(e, 1, NEXTHOP_OPEN, 2));
	ck_assert(!nexthop_entry_take(e, 2, NEXTHOP_OPEN, 2));
	ck_assert(nexthop_entry_take(e, 2, NEXTHOP_BUSY, 2)); /* counted apart */
	ck_assert(nexthop_entry_take(e, 2, NEXTHOP_OPEN, 0)); /* without limit */
	ck_assert_uint_eq(nexthop_entry_sum(e, NEXTHOP_OPEN), 3);
	nexthop_entry_give(e, 0, NEXTHOP_OPEN);
	nexthop_board_forget(b, 2);
	ck_assert_uint_eq(nexthop_entry_sum(e, NEXTHOP_OPEN), 1);
	ck_assert_uint_eq(nexthop_entry_sum(e, NEXTHOP_BUSY), 0);
	free(b);
}
END_TEST

START_TEST(members_by_state)
{
	struct nexthop_board *b = new_board(8, 1);
	struct nexthop_entry *x = nexthop_board_entry(b, S("x")),
			     *y = nexthop_board_entry(b, S("y"));

	(void)nexthop_board_entry(b, S("a pool"));
	nexthop_entry_is_member(x, true);
	nexthop_entry_is_member(y, true);
	ck_assert_uint_eq(nexthop_board_count(b, NEXTHOP_MEMBER_UNKNOWN), 2);
	(void)nexthop_entry_opened(x, &caps, false, NOON);
	(void)nexthop_entry_failed(y, AWAY, NOON);
	ck_assert_uint_eq(nexthop_board_count(b, NEXTHOP_MEMBER_UP), 1);
	ck_assert_uint_eq(nexthop_board_count(b, NEXTHOP_MEMBER_DOWN), 1);
	nexthop_entry_is_member(y, false);
	ck_assert_uint_eq(nexthop_board_count(b, NEXTHOP_MEMBER_DOWN), 0);
	free(b);
}
END_TEST

START_TEST(down_and_back)
{
	struct nexthop_board *b = new_board(4, 1);
	struct nexthop_entry *e = nexthop_board_entry(b, S("a"));
	struct smtp_caps heard;

	ck_assert(!nexthop_entry_caps(e, &heard));
	ck_assert(!nexthop_entry_opened(e, &caps, false, NOON)); /* it was not away */
	ck_assert_int_eq(health_of(e).state, NEXTHOP_MEMBER_UP);
	ck_assert_int_eq(health_of(e).since, 0); /* no slow start at the beginning */
	ck_assert(nexthop_entry_caps(e, &heard));
	ck_assert(heard.set == caps.set && heard.size == 1000 && heard.rcpt_max == 50);

	ck_assert(nexthop_entry_failed(e, AWAY, NOON));
	ck_assert(!nexthop_entry_failed(e, AWAY, NOON + 1)); /* told once */
	ck_assert_int_eq(health_of(e).state, NEXTHOP_MEMBER_DOWN);
	ck_assert_int_eq(health_of(e).until, NOON + 1 + AWAY);
	ck_assert(nexthop_entry_opened(e, &caps, true, NOON + 5));
	ck_assert_int_eq(health_of(e).state, NEXTHOP_MEMBER_UP);
	ck_assert_int_eq(health_of(e).since, NOON + 5);
	free(b);
}
END_TEST

/* One tries while the others leave it alone; each time it takes twice as long, up to a limit. */
START_TEST(tried_by_one)
{
	struct nexthop_board *b = new_board(4, 1);
	struct nexthop_entry *e = nexthop_board_entry(b, S("a"));
	usec_t now = NOON, away = AWAY;

	ck_assert(nexthop_entry_try(e, AWAY, now)); /* well enough for everybody */
	ck_assert(nexthop_entry_failed(e, AWAY, now));
	for (unsigned i = 0; i < 20; i++) {
		ck_assert(!nexthop_entry_try(e, AWAY, now + away - 1));
		now += away;
		ck_assert(nexthop_entry_try(e, AWAY, now));
		ck_assert(!nexthop_entry_try(e, AWAY, now));
		away = away * 2 < NEXTHOP_AWAY_MAX ? away * 2 : NEXTHOP_AWAY_MAX;
		ck_assert(!nexthop_entry_failed(e, AWAY, now));
		ck_assert_int_eq(health_of(e).until, now + away);
	}
	(void)nexthop_entry_opened(e, &caps, false, now);
	ck_assert(nexthop_entry_failed(e, AWAY, now));
	ck_assert_int_eq(health_of(e).until, now + AWAY); /* from the beginning */
	ck_assert(nexthop_entry_opened(e, &caps, false, now));
	ck_assert(nexthop_entry_failed(e, 0, now)); /* never left alone */
	ck_assert(nexthop_entry_try(e, 0, now));
	ck_assert(nexthop_entry_try(e, 0, now));
	free(b);
}
END_TEST

START_TEST(losing_sessions)
{
	struct nexthop_board *b = new_board(4, 1);
	struct nexthop_entry *e = nexthop_board_entry(b, S("a"));
	usec_t now = NOON;

	for (unsigned i = 0; i < 10; i++) {
		ck_assert(!nexthop_entry_lost(e, AWAY, now));
		ck_assert(!nexthop_entry_lost(e, AWAY, now));
		ck_assert(!nexthop_entry_opened(e, &caps, false, now)); /* no proof */
		nexthop_entry_finished(e); /* a proof */
	}
	for (unsigned i = 0; i + 1 < NEXTHOP_LOSSES_MAX; i++)
		ck_assert(!nexthop_entry_lost(e, AWAY, now));
	ck_assert(nexthop_entry_lost(e, AWAY, now));
	ck_assert_int_eq(health_of(e).until, now + AWAY);
	ck_assert(!nexthop_entry_opened(e, &caps, true, now + 1)); /* a check says little */
	ck_assert(nexthop_entry_opened(e, &caps, true, now += AWAY));
	for (unsigned i = 0; i < NEXTHOP_LOSSES_MAX; i++)
		(void)nexthop_entry_lost(e, AWAY, now);
	ck_assert_int_eq(health_of(e).until, now + 2 * AWAY); /* it did nothing well meanwhile */
	free(b);
}
END_TEST

START_TEST(checks)
{
	struct nexthop_board *b = new_board(4, 1);
	struct nexthop_entry *e = nexthop_board_entry(b, S("a"));

	ck_assert(nexthop_entry_check(e, 0, NOON));
	ck_assert(!nexthop_entry_check(e, 0, NOON)); /* another worker makes it */
	ck_assert_int_eq(health_of(e).checked, NOON);
	ck_assert(nexthop_entry_check(e, NOON + USEC_PER_SEC, NOON + 2 * USEC_PER_SEC));
	ck_assert(!nexthop_entry_check(e, NOON + USEC_PER_SEC, NOON + 2 * USEC_PER_SEC));
	free(b);
}
END_TEST

/* ---- workers at once ---- */

#define THREADS 4
#define ROUNDS	20000
#define PLACES	2

struct racer {
	struct nexthop_entry *e;
	unsigned slot;
	size_t taken, downs, ups;
};

static void *race(void *arg)
{
	struct racer *r = arg;

	for (usec_t now = NOON; now < NOON + ROUNDS; now++) {
		if (!nexthop_entry_take(r->e, r->slot, NEXTHOP_OPEN, PLACES))
			continue;
		r->taken++;
		if (r->taken % 3)
			r->ups += nexthop_entry_opened(r->e, &caps, false, now);
		else
			r->downs += nexthop_entry_failed(r->e, AWAY, now);
		nexthop_entry_give(r->e, r->slot, NEXTHOP_OPEN);
	}
	return NULL;
}

/* Each change of the state is told exactly once, and no count is left over. */
START_TEST(board_race)
{
	struct nexthop_board *b = new_board(4, THREADS);
	struct racer racers[THREADS];
	pthread_t threads[THREADS];
	size_t downs = 0, ups = 0;

	for (unsigned i = 0; i < THREADS; i++) {
		racers[i] = (struct racer){ nexthop_board_entry(b, S("a")), i, 0, 0, 0 };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		downs += racers[i].downs;
		ups += racers[i].ups;
	}
	ck_assert_uint_eq(nexthop_entry_sum(racers[0].e, NEXTHOP_OPEN), 0);
	ck_assert_uint_eq(
		downs, ups + (health_of(racers[0].e).state == NEXTHOP_MEMBER_DOWN ? 1 : 0));
	free(b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("board");
	TCase *t = tcase_create("board");

	tcase_add_test(t, names);
	tcase_add_test(t, counts);
	tcase_add_test(t, members_by_state);
	tcase_add_test(t, down_and_back);
	tcase_add_test(t, tried_by_one);
	tcase_add_test(t, losing_sessions);
	tcase_add_test(t, checks);
	tcase_add_test(t, board_race);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
