/* A worker's side of control: answers what the control process asks about this worker's partition,
 * sessions and deliveries. */
#ifndef SLUICE_CONTROL_AGENT_H
#define SLUICE_CONTROL_AGENT_H

#include "base/time.h"

struct ctx;
struct nexthop;
struct sched;
struct server;
struct spool;

/* Filled by the worker; everything is borrowed and outlives control_agent_run. */
struct control_agent {
	unsigned worker;
	const char *spool_path; /* the folder of all partitions */
	struct spool *spool;
	const struct sched *sched;
	const struct nexthop *nexthop;
	struct server *server; /* NULL: a partition into which nobody stores any more */
	usec_t started; /* clock_wall() */
};

/* Listens on control_worker_path and answers until cancelled (ERR_CANCELLED). A coroutine of its
 * own; arg is a struct control_agent. Trouble with the socket is logged and ends it with 0: mail
 * flows all the same. */
int control_agent_run(struct ctx *ctx, void *arg);

#endif
