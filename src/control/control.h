/* The control process: listens on the admin socket, asks the workers, merges their answers. It runs
 * without privileges, and without it mail flows all the same. docs/control-protocol.md has the
 * lines that are spoken. */
#ifndef SLUICE_CONTROL_CONTROL_H
#define SLUICE_CONTROL_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/metrics.h"

struct listen_sock;

struct control_setup {
	/* The admin socket, opened by local_listen (rt/local.h) before rights are given up; the
	 * control process' own from now on. */
	struct listen_sock *socket;
	const char *spool_path; /* the workers' sockets are there */
	unsigned workers;
	/* The total of a counter or gauge over all workers, those that have died included; called
	 * on the loop, must not block. */
	uint64_t (*metric)(void *arg, enum metric m);
	void *arg;
};

/* Answers until loop_stop, which the caller's signal handlers call. Returns an exit status
 * (sysexits). */
int control_run(const struct control_setup *setup);

/* Where worker n listens for the control process: SPOOL/control-N.sock. The caller frees it. */
char *control_worker_path(const char *spool_path, unsigned worker);

#endif
