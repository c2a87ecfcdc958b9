/* What becomes of a recipient after an attempt: the one place that turns replies and failures into
 * delivered, deferred or bounced, writes the log line that says so, and sends the reports that are
 * due (DSN, RFC 3461). */
#ifndef SLUICE_DELIVERY_OUTCOME_H
#define SLUICE_DELIVERY_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
struct client_result;
#include "smtp/reply.h"

struct ctx;
struct nexthop_failure;
struct sched;
struct spool_envelope;

/* What the attempt came to for one recipient. Views live until outcome_settle returns. */
enum outcome_kind {
	OUTCOME_DELIVERED,
	OUTCOME_TEMPORARY,
	OUTCOME_PERMANENT,
	OUTCOME_UNTRIED, /* no attempt was made: nothing changes */
};
struct outcome {
	uint16_t rcpt; /* index into the envelope */
	enum outcome_kind kind;
	struct smtp_status status;
	struct smtp_reply reply; /* of the next hop; code 0: none */
	const char *text; /* where there is no reply */
};

/* Everything about the message and the attempt that the reports need. */
struct outcome_context {
	struct sched *sched;
	uint64_t id;
	const struct spool_envelope *envelope;
	struct slice header; /* the original header section */
	struct slice host; /* next hop's name, may be empty: Remote-MTA */
	struct slice name; /* the same with address and port, for the log */
	bool relays_dsn; /* the next hop takes on success notifications (it offers DSN) */
	bool is_final; /* LMTP: delivered, not relayed */
};

/* Fills an outcome from what the client said, or from why there was no session. */
void outcome_from_result(struct outcome *ret, uint16_t rcpt, const struct client_result *result);
void outcome_from_failure(
	struct outcome *ret, uint16_t rcpt, const struct nexthop_failure *failure);

/* Records results for n leased recipients of one message, with the reports that are due, and logs
 * each. Suspends only when a report has to be stored. Works while cancelled: what has been
 * delivered must be known. */
void outcome_settle(
	struct ctx *ctx, const struct outcome_context *oc, const struct outcome *v, size_t n);

#endif
