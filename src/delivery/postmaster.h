/* What the postmaster is told by mail: alarms, and mail that may not bounce. One message
 * gathers what comes within a moment, then at most one an hour, however much goes wrong. */
#ifndef SLUICE_DELIVERY_POSTMASTER_H
#define SLUICE_DELIVERY_POSTMASTER_H

#include "base/slice.h"
#include "base/time.h"

struct config;
struct ctx;
struct spool;

#define POSTMASTER_GATHER   (10 * USEC_PER_SEC)
#define POSTMASTER_INTERVAL USEC_PER_HOUR
#define POSTMASTER_BYTES    (64u << 10) /* of one message; what does not fit is counted */

struct postmaster;

struct postmaster *postmaster_new(void);
void postmaster_free(struct postmaster *p); /* NULL is fine; what was not sent is in the log */
/* Adds a line. Does not suspend. */
void postmaster_note(struct postmaster *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* When the next message is to be sent (clock_now), USEC_INFINITY when there is nothing to say. */
usec_t postmaster_due(const struct postmaster *p);
/* Stores the message if it is due and a postmaster is configured. Suspends for a sync; a failure is
 * logged and tried again. 0 or ERR_CANCELLED. */
int postmaster_send(
	struct ctx *ctx, struct postmaster *p, const struct config *config, struct spool *spool);

#endif
