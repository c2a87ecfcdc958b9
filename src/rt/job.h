/* Offload: what blocks or burns runs on other threads. A function that may block takes `struct job
 * *` first and is called only in a job. In the simulated world a job is a coroutine for which every
 * file call is a scheduling point, so that a power cut can fall between any two. */
#ifndef SLUICE_RT_JOB_H
#define SLUICE_RT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct ctx;

/* The permission to block. Owned by the thread that runs the job. */
struct job;

/* A bounded set of threads. */
struct pool;

/* At most `threads` jobs run at once, at most `queue` wait. Threads start when first needed. */
struct pool *pool_new(const char *name, unsigned threads, unsigned queue);
/* For what burns the processor at strangers' request (verifying passwords): the threads that start
 * from now on run behind the loop's when processors are short. */
void pool_set_background(struct pool *p);
/* Waits for running jobs; queued ones are dropped as if cancelled. NULL is fine. Not from a
 * coroutine unless idle. */
void pool_free(struct pool *p);

/* What a job works on. The job owns the memory behind `arg` while it runs; `drop` (may be NULL)
 * frees it when the waiter was cancelled meanwhile: then drop is called instead of returning arg to
 * the waiter. */
struct job_call {
	int (*run)(
		struct job *job, void *arg); /* on the other thread; returns 0 or an error code */
	void (*drop)(void *arg); /* on the loop's thread, after run ended or was never begun */
	void *arg;
};

/* Runs the call on the pool; suspends until it has ended and returns its result. ERR_BUSY at once
 * when the queue is full (ERR_FULL when no thread is to be had): arg is then still the caller's.
 * When cancelled or timed out, returns so at once: the job goes on, and drop is called when it has
 * ended (at once if nobody had begun it); the caller must then no longer touch arg. */
int pool_run(struct ctx *ctx, struct pool *p, const struct job_call *call);

/* A thread of its own with a queue of messages: the committer. */
struct lane;

/* One message; embed it. Owned by the loop's side until lane_send, by the lane until it answers. */
struct lane_item {
	struct list node;
	struct lane *lane;
};

/* body runs on its own thread until lane_receive returns false. done is called on the loop's
 * thread, outside any coroutine, for each item given to lane_answer: it must not suspend; it
 * wakes. */
struct lane *lane_new(const char *name, void (*body)(struct job *job, struct lane *lane, void *arg),
	void (*done)(struct lane_item *item, void *arg), void *arg);
/* Loop side. Never blocks. */
void lane_send(struct lane *l, struct lane_item *item);
/* Lane side: blocks until there are items or the lane closes; moves all that wait to the empty list
 * ret_items, in order. timeout: at most that long (0 items then); USEC_INFINITY waits forever.
 * False when closed and nothing is left. */
bool lane_receive(struct job *job, struct lane *l, int64_t timeout_us, struct list *ret_items);
/* Lane side: hands the items (all members of the list, emptied) back to the loop. */
void lane_answer(struct job *job, struct lane *l, struct list *items);
/* Closes, waits until the lane has answered what it had and ended (suspends). */
void lane_close(struct ctx *ctx, struct lane *l);

/* A job for code that runs before the loop starts (the supervisor reads its files) and in tests.
 * Never on the loop. */
struct job *job_outside_loop(void);

#endif
