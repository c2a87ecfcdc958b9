/* A worker's messages, as they are asked for: found by ids or by a filter, shown or changed one by
 * one. */
#ifndef SLUICE_CONTROL_QUERY_H
#define SLUICE_CONTROL_QUERY_H

#include <jansson.h>

struct control_request;
struct ctx;
struct spool;
struct stream;

/* Answers list, show, cat, hold, release, retry and remove for one spool: a line a message (see
 * docs/control-protocol.md). Messages that are not here are passed over in silence: another worker
 * may have them. What goes wrong with the spool as a whole becomes the "error" of end. Suspends.
 * Negative only when the connection or the coroutine has to end. */
int control_query_answer(struct ctx *ctx, struct spool *spool,
	const struct control_request *request, struct stream *to, json_t *end);

#endif
