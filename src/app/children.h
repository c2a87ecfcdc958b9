/* The supervisor's children: who runs, when one that died starts again. */
#ifndef SLUICE_APP_CHILDREN_H
#define SLUICE_APP_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

struct child {
	const char *what; /* "worker", "control process" */
	unsigned number; /* among those of its kind */
	int pid; /* 0: does not run */
	int channel; /* our end, -1: none */
	usec_t started;
	usec_t due; /* when it is started again; USEC_INFINITY: never */
	unsigned deaths; /* within a minute of their start, one after the other */
};

struct children {
	struct child *v;
	size_t n;
};

/* n children that do not run yet and are due now. */
void children_init(struct children *c, size_t n);
void children_done(struct children *c);
size_t children_running(const struct children *c);
/* The one that runs under this number, or NULL. */
struct child *children_find(const struct children *c, int pid);
/* Starts it: true in the child, where everything of the other children is closed and *ret_channel
 * is its end of a channel. Where the system has no room for it it becomes due again later. */
bool children_start(struct children *c, struct child *child, int *ret_channel);
/* It has ended: decides when it is due again. */
void children_ended(struct child *child);
/* When the next one is due. */
usec_t children_next_due(const struct children *c);
/* Asks all to end, or ends them; none is started again. */
void children_end(struct children *c, bool at_once);

#endif
