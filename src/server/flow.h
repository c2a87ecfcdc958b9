/* How a session is slowed down, as its listener's `flow` says: a pause before the greeting, replies
 * that come late or in pieces, input that is read slowly. All of it happens at three places: before
 * the greeting, between a command's reply and the next command, and before a read. While it pauses
 * a session holds no buffers; no time-out of the client runs. So many pause at once in a worker,
 * then the one that was slowed down first has to go. */
#ifndef SLUICE_SERVER_FLOW_H
#define SLUICE_SERVER_FLOW_H

#include <stdbool.h>

struct ctx;
struct session;

/* Makes session.flow, unless the listener slows nobody down or all is pretence. */
void flow_begin(struct session *s);
/* The session ends. */
void flow_end(struct session *s);

/* Before the greeting: pauses, then looks whether the client has spoken. Suspends. 0, or an error
 * that ends the session; *ret_refused is set when the client is to be refused for it. */
int flow_greet(struct ctx *ctx, struct session *s, bool *ret_refused);
/* A reply was queued. Never suspends, and NULL session.flow is fine, as in all that follow. */
void flow_note_reply(struct session *s);
/* What is queued goes out at once: a message was answered. */
void flow_spare_reply(struct session *s);
/* Before the next command is read: sends what is queued, late and slowly. Suspends. 0, or an error
 * that ends the session; ERR_LIMIT when it was told 421 here. */
int flow_answer(struct ctx *ctx, struct session *s);
/* What it sends comes faster than we want to read it: the last read was put off. */
bool flow_slows_reading(const struct session *s);
/* Before a read: lets the client wait for what was read of it so far; the innermost deadline is
 * postponed by as much. Suspends; as flow_answer. */
int flow_before_read(struct ctx *ctx, struct session *s);

#endif
