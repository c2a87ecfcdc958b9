/* The event loop: one a process (in the simulated world one for all simulated processes). */
#ifndef SLUICE_RT_LOOP_H
#define SLUICE_RT_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"
#include "rt/scope.h"

/* Starts fn as the root coroutine and runs until it has ended. Returns fn's result. Called once at
 * a time, from a thread that runs no coroutine. */
int loop_run(const char *name, coro_fn *fn, void *arg);

/* Linux world: the root coroutine is cancelled when one of these is called, also from a signal
 * handler. */
void loop_stop(void);

/* Slices over this long are counted and logged once a minute (0 turns it off). */
void loop_set_slice_limit(usec_t limit);

struct loop_stats {
	size_t coroutines; /* alive now */
	size_t stacks; /* mapped, used or pooled */
	uint64_t turns;
	uint64_t long_slices;
	usec_t longest_slice;
};
void loop_stats(struct loop_stats *ret);

/* Walks over all coroutines, for `sluice` tools and tests: name, age, what it waits for, until
 * when. */
struct coro_info {
	const char *name, *action;
	struct slice session;
	usec_t started, deadline;
};
void loop_each_coro(void (*visit)(void *arg, const struct coro_info *info), void *arg);

#endif
