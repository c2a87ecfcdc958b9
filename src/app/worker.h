/* A worker: one event loop, one partition of the spool, all services. */
#ifndef SLUICE_APP_WORKER_H
#define SLUICE_APP_WORKER_H

#include <stddef.h>

#include "base/slice.h"

struct config;
struct listen_sock;

/* A socket that listens for a listener of the configuration. */
struct worker_socket {
	struct slice name;
	struct listen_sock *sock;
};

struct worker_setup {
	const struct config *config; /* a reference is taken */
	unsigned number; /* from 0; also the number of its partition */
	const struct worker_socket *sockets;
	size_t sockets_n;
};

/* Runs until loop_stop or until it cannot go on. Returns an exit status (sysexits). The sockets are
 * the worker's from now on. */
int worker_run(const struct worker_setup *setup);

#endif
