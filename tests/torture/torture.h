/* Torture: each scenario is played again and again, each time struck at another point. */
#ifndef SLUICE_TESTS_TORTURE_H
#define SLUICE_TESTS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum torture_kind {
	TORTURE_CANCEL, /* the coroutine that suspends there is cancelled */
	TORTURE_STOP, /* the program gets SIGTERM */
	TORTURE_KILL, /* kill -9 */
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

/* What one file needs, in a process of its own. */
struct torture;
/* Reads the scenario, plays it without a strike to see what its points are. NULL: it does not pass
 * (why says so). */
struct torture *torture_new(
	const char *folder, const char *name, uint64_t seed, char why[TORTURE_WHY_BYTES]);
size_t torture_count(const struct torture *t);
struct torture_point torture_point(const struct torture *t, size_t i);
/* Plays it with one strike. False: something went wrong, and why says what. */
bool torture_at(struct torture *t, const struct torture_point *point, char why[TORTURE_WHY_BYTES]);
void torture_free(struct torture *t);

/* judge.c: true when each message that a client was told to be queued is kept, was taken by a next
 * hop, or ended with a log line; from the lines that a run observed. *ret_id: one that did not. */
bool torture_nothing_lost(struct slice lines, struct slice *ret_id);

#endif
