/* Clients that are slow, by themselves or because we slow them down: who is one, and what is done
 * while we wait for a client's next command. */
#ifndef SLUICE_SERVER_SLOW_H
#define SLUICE_SERVER_SLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

struct ctx;
struct session;

/* Part of a session; zeroed nothing is known. */
struct slow {
	usec_t since; /* the next command is waited for since then; 0: it is not */
	usec_t receiving; /* of the transaction: for its content, our pauses included */
	bool now, before; /* in this transaction; in one before it, the last message's or later */
	bool answered; /* the transaction's content */
	unsigned noops; /* said for it since the last content was answered */
};

/* The next command is waited for; it has come. What was waited for the command of a further chunk
 * was waited for its content. Neither suspends. */
void slow_listen(struct session *s);
void slow_heard(struct session *s);
/* More input: as session_fill, and meanwhile the service may give back what it holds
 * (service.h). Suspends; fails as stream_fill. */
int slow_fill(struct ctx *ctx, struct session *s);
/* We let the client wait for so long ourselves. Suspends shortly; 0 or as ctx_check. */
int slow_pause(struct ctx *ctx, struct session *s, usec_t duration);
/* So much time passed until more content came. */
void slow_received(struct session *s, usec_t waited);
/* The content, of so many bytes, is whole. */
void slow_whole(struct session *s, uint64_t bytes);
/* The content was answered, whatever was said. */
void slow_answered(struct session *s);
/* A transaction begins. */
void slow_begin(struct session *s);
/* What comes from this client will come slowly, as far as its commands tell. */
bool slow_is(const struct session *s);

#endif
