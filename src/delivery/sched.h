/* The scheduler: which recipients are due, where they go, how many attempts run at once. It
 * learns of messages from the spool's events and keeps no address text: a message is read when it
 * is due. */
#ifndef SLUICE_DELIVERY_SCHED_H
#define SLUICE_DELIVERY_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/time.h"

struct config;
struct ctx;
struct health;
struct nexthop;
struct nexthop_target;
struct postmaster;
struct rng;
struct spool;

/* One a worker. */
struct sched;

/* Borrows spool and nexthop, which outlive it; takes a reference of the configuration. */
struct sched *sched_new(struct spool *spool, struct nexthop *nexthop, const struct config *config);
/* sched_run has ended. NULL is fine. */
void sched_free(struct sched *s);
/* Takes a reference; attempts under way keep the old one, everything queued is routed anew. */
void sched_set_config(struct sched *s, const struct config *config);
/* Delivers until cancelled: takes up what the spool holds, then whatever becomes due. arg is the
 * sched. A coroutine of its own; returns when its attempts have ended. */
int sched_run(struct ctx *ctx, void *arg);

struct sched_counts {
	size_t messages; /* known */
	size_t queued; /* jobs that wait for a free attempt */
	size_t attempts; /* under way */
	size_t destinations; /* with work */
};
void sched_counts(const struct sched *s, struct sched_counts *ret);

/* ---- for delivery/attempt ---- */

/* Recipients of one message for one destination, routed and ready. */
struct sched_job {
	struct list node; /* in its destination's line */
	struct list of_message; /* with the other jobs of its message */
	uint64_t id;
	size_t n;
	uint16_t rcpts[]; /* indexes into the envelope, ascending */
};

struct sched_destination;

/* The next job, or NULL; the caller owns it until sched_job_done. */
struct sched_job *sched_take(struct sched_destination *d);
/* Jobs in the line. */
size_t sched_queued(const struct sched_destination *d);
const struct nexthop_target *sched_target(const struct sched_destination *d);
struct sched *sched_of(struct sched_destination *d);
struct spool *sched_spool(struct sched *s);
struct nexthop *sched_nexthop(struct sched *s);
const struct config *sched_config(const struct sched *s);
struct health *sched_health(struct sched *s);
struct postmaster *sched_postmaster(struct sched *s);
struct rng *sched_rng(struct sched *s);
/* Results for all recipients of the job have been recorded: frees it and looks at the message
 * again. */
void sched_job_done(struct sched *s, struct sched_job *job);
/* The message has changed its dues: look at it again. */
void sched_touch(struct sched *s, uint64_t id);

#endif
