/* For nexthop; laid out by whoever starts the workers: how the members of pools do, as
 * all workers have seen it. It lies in memory that the processes share (one slot for each process)
 * and uses no lock, so that a process may die anywhere in it. Pure; times are of a clock that all
 * the processes share.
 *
 * Size is fixed. An entry stays with its member for good: what comes when all are taken gets none,
 * and its worker keeps one of its own. */
#ifndef SLUICE_NEXTHOP_BOARD_H
#define SLUICE_NEXTHOP_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/slice.h"
#include "base/time.h"
#include "nexthop/pool.h"

struct smtp_caps;
struct nexthop_board;
struct nexthop_entry;

/* Sessions lost one after the other that take a member out. */
#define NEXTHOP_LOSSES_MAX 3
/* The longest time for which it is left alone, unless the first one is longer. */
#define NEXTHOP_AWAY_MAX (10 * USEC_PER_MIN)

size_t nexthop_board_bytes(size_t entries, unsigned slots);
/* Lays one out in zeroed memory of that size, which it uses from now on. */
struct nexthop_board *nexthop_board_init(
	void *memory, size_t entries, unsigned slots, struct hash_key key);
/* The entry of this name, made if there is none; NULL when all are taken. Lasts as long as the
 * board. */
struct nexthop_entry *nexthop_board_entry(struct nexthop_board *b, struct slice name);
/* One that is no part of the board, zeroed; the caller frees it (free). */
struct nexthop_entry *nexthop_board_own_entry(unsigned slots);
/* Members in that state; entries of which nobody said that they are members are not counted. */
unsigned nexthop_board_count(const struct nexthop_board *b, enum nexthop_member_state state);
/* The process of this slot is gone: what it counted is nobody's. */
void nexthop_board_forget(struct nexthop_board *b, unsigned slot);

/* ---- counts ---- each slot is used by one process, from one thread */

enum nexthop_count {
	NEXTHOP_OPEN, /* connections */
	NEXTHOP_BUSY, /* those that carry a transaction, or are being opened for one */
	NEXTHOP_WAITING, /* transactions that wait for a connection */
	NEXTHOP_STREAMS, /* busy ones within a content that its client sends meanwhile */
	NEXTHOP_COUNTS
};

/* Counts one more, unless all slots together have max already (0: no limit). */
bool nexthop_entry_take(
	struct nexthop_entry *e, unsigned slot, enum nexthop_count what, uint32_t max);
void nexthop_entry_give(struct nexthop_entry *e, unsigned slot, enum nexthop_count what);
uint32_t nexthop_entry_sum(const struct nexthop_entry *e, enum nexthop_count what);

/* ---- health ---- */

struct nexthop_health {
	enum nexthop_member_state state;
	usec_t since; /* of the state; 0: from the beginning */
	usec_t until; /* DOWN: left alone until then */
	usec_t heard; /* when a session was last opened; 0: never */
	usec_t checked; /* when a check was last begun; 0: never */
	unsigned losses; /* sessions lost since a transaction last came to its end */
};
void nexthop_entry_health(const struct nexthop_entry *e, struct nexthop_health *ret);
/* What it said to EHLO last; false when nobody has heard it. */
bool nexthop_entry_caps(const struct nexthop_entry *e, struct smtp_caps *ret);

/* It is a member, and to be counted. */
void nexthop_entry_is_member(struct nexthop_entry *e, bool yes);
/* A session was opened and offers this; check: only to see how it is. True when the member is back
 * by it. A check does not bring back a member that loses sessions before its time is over. */
bool nexthop_entry_opened(
	struct nexthop_entry *e, const struct smtp_caps *caps, bool check, usec_t now);
/* No session could be opened. True when the member is down by it, for `away` or, each time it goes
 * down anew, twice as long; a member that is down already is left alone for `away` from now on. */
bool nexthop_entry_failed(struct nexthop_entry *e, usec_t away, usec_t now);
/* A session broke in the middle of a transaction, or the greeting was a no. True as above; it takes
 * NEXTHOP_LOSSES_MAX of them. */
bool nexthop_entry_lost(struct nexthop_entry *e, usec_t away, usec_t now);
/* A transaction came to its end, whatever the answer. */
void nexthop_entry_finished(struct nexthop_entry *e);
/* A member's time of being left alone is over: true for the one session of all workers that may try
 * it; for the others it begins again. */
bool nexthop_entry_try(struct nexthop_entry *e, usec_t away, usec_t now);
/* This caller makes the check that was due since `due`: true for one of all workers. */
bool nexthop_entry_check(struct nexthop_entry *e, usec_t due, usec_t now);

#endif
