/* When a recipient is tried again, when its sender is told of a delay, when it is given up.
 * Pure. */
#ifndef SLUICE_DELIVERY_RETRY_H
#define SLUICE_DELIVERY_RETRY_H

#include <stdbool.h>

#include "base/time.h"

struct config;
struct rng;
struct spool_envelope;

/* What the clock says about a recipient after an attempt that deferred it. */
enum retry_verdict {
	RETRY_LATER,
	RETRY_WARN, /* later, and the sender is to be told of the delay now */
	RETRY_EXPIRED,
};

struct retry_state {
	usec_t arrived; /* wall clock */
	usec_t now; /* wall clock */
	unsigned attempts; /* made so far, the last one included; at least 1 */
	bool warned;
	bool null_sender; /* mail with the null reverse-path is kept for retry.keep-dsn */
	usec_t keep; /* of the recipient's domain when it is one of ours, or 0 */
};

/* *ret_due (wall clock) is set unless expired: the schedule's wait for this attempt, changed by the
 * jitter, never beyond the end of its life, where one last attempt is made. */
enum retry_verdict retry_decide(const struct config *config, const struct retry_state *state,
	struct rng *rng, usec_t *ret_due);
/* How long such mail is kept. */
usec_t retry_keep(const struct config *config, const struct retry_state *state);

#endif
