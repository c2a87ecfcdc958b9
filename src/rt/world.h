/* Private to rt: what the runtime's core asks of a world, and what a world asks of the core. An
 * executable links exactly one world: rt/linux or rt/sim. */
#ifndef SLUICE_RT_WORLD_H
#define SLUICE_RT_WORLD_H

#include <stdbool.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/slice.h"
#include "base/time.h"

struct ctx;
struct coro;

/* Asked of the world. */

/* Monotonic time. The core calls it once a turn; clock_now() gives the cached value. */
usec_t world_now(void);
/* Called when no coroutine is ready (until > now) or after every turn (until <= now: do not wait).
 * Waits for outside events until the given instant at most (USEC_INFINITY: no limit) and wakes
 * those concerned with wait_wake. */
void world_poll(usec_t until);
/* Makes a world_poll that waits now (or the next one) return at once; loop_stop sets its flag and
 * calls this. Safe in a signal handler and before world_start; the simulated world does nothing. */
void world_interrupt(void);
/* The running coroutine is about to suspend. The simulated world may cancel it there. */
void world_parks(void);
/* A coroutine (world_current) is about to run. The simulated world gives it its process's memory.
 * */
void world_resumes(void);
/* Before and after the loop runs. */
void world_start(void);
void world_stop(void);
/* One finished log line. Must not block. False when it was dropped. */
bool world_log(struct slice line);

/* Offered to the world. */

/* One suspension of one coroutine. Lives in the frame of the function that suspends; `node` is the
 * world's own, for whatever list it keeps. */
struct wait {
	struct list node;
	struct coro *coro;
	bool done;
	int result;
};

/* Prepares w for the running coroutine. The world then puts it where the event will find it. */
void wait_init(struct ctx *ctx, struct wait *w);
/* Suspends until wait_wake(w), cancellation or deadline; returns the result given to wait_wake, or
 * ERR_TIMEOUT or ERR_CANCELLED. Fails at once when cancelled or past the deadline already (unless w
 * is done). The caller unlinks w->node in any case. `what` is static text for the list of
 * coroutines. */
int wait_park(struct ctx *ctx, struct wait *w, const char *what);
/* Queues the coroutine; a second wake of the same wait does nothing. On the loop's thread only. */
void wait_wake(struct wait *w, int result);

/* A call at an instant, on the loop, outside coroutines (the simulated network's deliveries). */
struct timer {
	struct heap_node node;
	void (*fire)(struct timer *t);
};
void timer_set(struct timer *t, usec_t at);
void timer_cancel(struct timer *t);

/* The context of the coroutine that runs now, or NULL outside. */
struct ctx *world_current(void);
/* Cancels every coroutine with this tag; they unwind at the next turn (the simulated power cut). */
void world_cancel_tagged(const void *tag);

/* A word that the world keeps with each coroutine; children inherit their parent's. The simulated
 * world stores there on which host the coroutine runs. */
void *world_tag(void);
void world_set_tag(void *tag);

#endif
