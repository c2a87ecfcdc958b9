/* Private to the proxy: one line of the log for each transaction, whatever became of it, also where
 * no server behind us was asked. Each refused recipient has a line of its own beside it. */
#ifndef SLUICE_SERVER_PROXY_LOG_H
#define SLUICE_SERVER_PROXY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct arena;
struct ctx;
struct proxy_backend;
struct session;
struct smtp_reply;

/* What the line will say. The slices live in the transaction's arena. */
struct proxy_log {
	usec_t began; /* MAIL was taken */
	usec_t waited; /* for the client, before that */
	struct slice first; /* recipient that was taken */
	size_t accepted; /* recipients */
	size_t kept; /* of them, for whom it was stored */
	uint64_t size; /* bytes of content passed on */
	bool gathered; /* it was gathered first, since the client was slow, or places were few */
	struct slice said, told; /* the backend's last reply that counts, and ours */
	unsigned decided; /* code of ours that ended it; 0: none did */
	bool refused; /* DATA, by us alone */
	const char
		*as; /* the verdict, where it does not follow from the replies; static, or NULL */
	struct slice twin; /* id of the message that it is a duplicate of */
};

void proxy_log_begin(struct proxy_log *l, const struct session *s);
/* The backend said no to MAIL, a recipient or DATA, or answered the content. said: also what it was
 * lost by; code 0 where there was no answer. */
void proxy_log_reply(struct proxy_log *l, struct arena *a, const struct smtp_reply *said,
	const struct smtp_reply *told);
/* A recipient was taken. */
void proxy_log_recipient(struct proxy_log *l, struct slice path);
/* Writes the line. `ended` is why it ended where no reply did: "abandoned", "client-lost",
 * proxy_log_refused, "stopped". "refused", with our reply, is also said where all recipients
 * were refused, and not by a server behind us. Verdicts by a reply are "accepted", "deferred"
 * and "rejected"; without an answer about the mail "kept" where we stored it, "in-doubt" where
 * the whole message was sent, else "lost"; "duplicate" where it was not passed on because it was
 * before.
 * gathered, where it was said to a backend when it was whole, since its client was slow or places
 * were few; released, how often one was left before that. took-ms is the whole time from MAIL on:
 * client-ms of it we waited for the client, backend-ms for servers behind us; the rest,
 * checks-ms, are our own checks and deliberate delays. */
extern const char proxy_log_refused[]; /* "refused": the content, by us */
void proxy_log_end(struct ctx *ctx, const struct proxy_log *l, const struct session *s,
	const struct proxy_backend *b, const char *ended);

#endif
