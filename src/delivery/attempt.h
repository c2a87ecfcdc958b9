/* One attempt: a coroutine that serves one destination's line of jobs over one connection, then
 * another, until the line is empty or the destination cannot be reached. */
#ifndef SLUICE_DELIVERY_ATTEMPT_H
#define SLUICE_DELIVERY_ATTEMPT_H

struct ctx;
struct sched_destination;

/* Suspends. Whatever happens, each job taken is settled: its recipients have results in the
 * spool, or their leases are given back. */
void attempt_run(struct ctx *ctx, struct sched_destination *d);

#endif
