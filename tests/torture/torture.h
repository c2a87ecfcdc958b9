/* Torture: each scenario is played again and again, each time struck at another point. */
#ifndef SLUICE_TESTS_TORTURE_H
#define SLUICE_TESTS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

enum torture_kind {
	TORTURE_CANCEL, /* the coroutine that suspends there is cancelled */
	TORTURE_STOP, /* the program gets SIGTERM */
	TORTURE_KILL, /* kill -9 */
	TORTURE_RELOAD, /* the program gets SIGHUP */
	TORTURE_MEMORY, /* this allocation fails */
	TORTURE_KINDS
};
/* "cancel 17": the 17th suspension of the program, or its 17th allocation. */
struct torture_point {
	enum torture_kind kind;
	uint64_t number;
};
const char *torture_kind_name(enum torture_kind kind);

#define TORTURE_WHY_BYTES 1000

/* What of a run are its points. */
struct torture_choice {
	/* So many suspensions; behind them one of 29, since a run of days repeats itself. */
	uint64_t dense;
	enum {
		TORTURE_FEW, /* a dozen of the allocations between two suspensions, if very many */
		TORTURE_PLACES, /* then those that tell places apart: docs/torture.md */
		TORTURE_ALL,
	} allocations;
};

/* What one file needs, in a process of its own. */
struct torture;
/* Reads the scenario and plays it twice without a strike, to see what its points are. NULL: it does
 * not pass, or loses mail (why says so). */
struct torture *torture_new(const char *folder, const char *name, uint64_t seed,
	const struct torture_choice *choice, char why[TORTURE_WHY_BYTES]);
size_t torture_count(const struct torture *t);
enum torture_kind torture_kind_at(const struct torture *t, size_t i);
/* Plays the scenario once more, and at each point that `wants` forks a process that is struck there and
 * plays to the end; so all have one beginning, and find the libraries as they were. `result` is told
 * of each; its why is NULL when all was well; false ends it. Neither may allocate memory. */
struct torture_walk {
	bool (*wants)(void *arg, size_t i, const struct torture_point *point); /* i: which of all */
	bool (*result)(void *arg, const struct torture_point *point, const char *why);
	void *arg;
};
void torture_walk(struct torture *t, const struct torture_walk *walk);
void torture_free(struct torture *t);

/* judge.c: true when each recipient of each message that a client was told to be queued is kept, was
 * taken by a next hop, or is named as failed by a report that is kept or was taken (by a log line, if
 * nobody wanted a report); from the lines that a run observed. *ret: one that is not; its path is empty
 * when no recipient is known. */
struct torture_lost {
	struct slice id, path;
};
bool torture_nothing_lost(struct slice lines, struct torture_lost *ret);

/* deliveries.c: true when each message that a next hop got has the bytes that its client sent, our trace
 * apart, and no recipient got it again without a reason: the strike took the 250, or killed the program
 * before it could be written down, or the transcript killed it in between. What the plain run's lines show
 * too is as the transcript wants it. */
#define TORTURE_UNWRITTEN (10 * USEC_PER_SEC) /* a 250 so long before the end may be unwritten */
#define TORTURE_UNHEARD	  (11 * USEC_PER_MIN) /* a client waits so long for one (RFC 5321 4.5.3.2) */
struct torture_strike {
	bool ends; /* the process is dead by it */
	size_t offset; /* of the first line behind it */
	int64_t at; /* virtual, since the transcript began */
};
struct torture_wrong {
	struct slice id, path;
	const char *what;
};
bool torture_as_sent(struct slice lines, struct slice plain, const struct torture_strike *strike,
	struct torture_wrong *ret);

#endif
