/* One answer out of many workers'. */
#ifndef SLUICE_CONTROL_MERGE_H
#define SLUICE_CONTROL_MERGE_H

#include <jansson.h>

struct control_request;
struct ctx;
struct stream;

/* Asks every worker at once, sends their lines in order of queue id (those without one in order of
 * workers), at most request->limit messages. Workers that do not answer, or stop doing so, are
 * named in "missing" of the end; the first "error" of a worker is its "error". Summaries are added
 * up to one line. Suspends. Negative only when the connection or the coroutine has to end. */
int control_merge_answer(struct ctx *ctx, const char *spool_path, unsigned workers,
	const struct control_request *request, struct stream *to, json_t *end);

#endif
