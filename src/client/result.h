/* Private to client: what became of each recipient while a message is being sent. */
#ifndef SLUICE_CLIENT_RESULT_H
#define SLUICE_CLIENT_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "client/message.h"

struct client_failure;

/* The n recipients of one transaction. A result without a status is undecided yet: not answered,
 * or accepted at RCPT. */
struct client_results {
	struct client_result *v;
	size_t n;
	size_t accepted; /* undecided ones whose RCPT was answered 2xx */
};

void client_results_init(struct client_results *rs, struct client_result *v, size_t n);
/* RCPT was answered 2xx (anything else: client_results_reply). */
void client_results_accept(struct client_results *rs, size_t i, const struct smtp_reply *reply);
/* Decides one recipient by a reply; does nothing when it is decided. */
void client_results_reply(struct client_results *rs, size_t i, enum client_stage stage,
	const struct smtp_reply *reply);
/* Decides all that were accepted, or all that are undecided. */
void client_results_reply_accepted(
	struct client_results *rs, enum client_stage stage, const struct smtp_reply *reply);
void client_results_reply_all(
	struct client_results *rs, enum client_stage stage, const struct smtp_reply *reply);
/* True for a recipient that was accepted and is undecided. */
bool client_results_is_accepted(const struct client_results *rs, size_t i);
/* Decides all that are undecided, by what ended the session. sent: the whole message was on its
 * way, so that those accepted are in doubt. */
void client_results_fail(
	struct client_results *rs, const struct client_failure *failure, bool sent);
/* Decides all without the peer; text is static or in ctx->arena. */
void client_results_own(struct client_results *rs, enum client_outcome outcome,
	struct smtp_status status, const char *text);

#endif
