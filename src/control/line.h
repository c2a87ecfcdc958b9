/* Lines of JSON over a stream, and the conversation that every process holds in them: a request,
 * then the answer's lines, then a line whose member "end" is true. */
#ifndef SLUICE_CONTROL_LINE_H
#define SLUICE_CONTROL_LINE_H

#include <jansson.h>

struct buf;
struct ctx;
struct stream;

#define CONTROL_LINE_MAX (4u << 20) /* bytes of an answer's line */

/* Reads one line, without its newline, into the emptied buffer, whose maximum bounds it. Suspends.
 * ERR_EOF, ERR_LIMIT, ERR_RESET, or as ctx_check. */
int control_line_read(struct ctx *ctx, struct stream *s, struct buf *ret);
/* Sends a value as a line and gives the reference back, also on failure. Suspends while the peer
 * does not take it, for some minutes at most. */
int control_line_send(struct ctx *ctx, struct stream *s, json_t *take);
/* The same for the last line: nothing of it waits in the stream afterwards. */
int control_line_finish(struct ctx *ctx, struct stream *s, json_t *take);

#endif
