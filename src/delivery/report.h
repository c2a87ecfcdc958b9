/* Reports to senders: delivery status notifications (RFC 3461 to 3464), stored in the spool in
 * one step with the outcomes that they tell of. */
#ifndef SLUICE_DELIVERY_REPORT_H
#define SLUICE_DELIVERY_REPORT_H

#include <stddef.h>

#include "base/slice.h"
#include "base/time.h"
#include "smtp/reply.h"
#include "spool/spool.h"

struct ctx;
struct outcome_context;

enum report_kind {
	REPORT_NONE,
	REPORT_FAILED,
	REPORT_DELAYED,
	REPORT_SUCCESS, /* delivered, or relayed to a host that will not report */
	REPORT_KINDS
};

/* One recipient of a report. Views. */
struct report_rcpt {
	struct spool_result result; /* to be recorded with it */
	enum report_kind kind;
	struct smtp_status status;
	struct slice diagnostic; /* what the next hop said, or empty */
	usec_t keep_until; /* wall clock; for delays */
};

/* Stores one report about the recipients of v whose kind is `kind` (at least one) and their
 * results, atomically. Suspends for a sync. 0, or an error of the spool: then nothing was stored
 * and nothing recorded. */
int report_commit(struct ctx *ctx, const struct outcome_context *oc, enum report_kind kind,
	const struct report_rcpt *v, size_t n);

#endif
