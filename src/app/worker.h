/* A worker: one event loop, one partition of the spool, all services. */
#ifndef SLUICE_APP_WORKER_H
#define SLUICE_APP_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct config_spool;
struct ctx;
struct home;
struct shared;
struct sockets;

/* What the supervisor hands to the worker that it has just forked; all of it outlives it. */
struct worker_setup {
	unsigned number; /* from 0; also the number of its partition */
	unsigned workers; /* of the program */
	const struct config *config;
	/* The program's, which a reload does not change. */
	const struct config_spool *spool;
	const struct home *home;
	const struct shared *shared;
	struct sockets *sockets; /* only the worker's slot is open */
	int channel; /* from the supervisor */
	bool keeps_doubts; /* there is a real disk: messages in doubt are kept beyond a restart */
};

/* Runs until loop_stop or until it cannot go on, with the spool as working folder. Returns an exit
 * status (sysexits). */
int worker_run(const struct worker_setup *setup);

/* The same in its parts, for a process whose loop runs already: new, live, free. */
struct worker;
/* Takes the channel and the worker's slot of the sockets over; setup outlives it. */
struct worker *worker_new(const struct worker_setup *setup);
/* Serves until cancelled or until it cannot go on, and closes all. A coroutine; arg is the worker.
 * */
int worker_live(struct ctx *ctx, void *arg);
/* Returns the exit status. */
int worker_free(struct worker *w);

#endif
