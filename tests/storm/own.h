/* The program's own mail: reports to senders, alarms to the postmaster. It is delivered like any other,
 * and a report has to be true. */
#ifndef SLUICE_STORM_OWN_H
#define SLUICE_STORM_OWN_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/time.h"

struct program_rcpt;

/* A next hop took it, by a connection that began then. */
void own_delivered(struct slice to, struct slice text, usec_t began, bool awaited);
/* At the end it is in the queue. */
void own_queued(const struct program_rcpt *in);
/* At the end of all. */
void own_judge(void);
void own_forget(void);

#endif
