/* Lines and replies on a stream, for both sides of a dialogue. */
#ifndef SLUICE_SCENARIOS_TALK_H
#define SLUICE_SCENARIOS_TALK_H

#include "base/slice.h"

struct buf;
struct ctx;
struct stream;

/* One line without its end, appended to b. Suspends. Fails as stream_fill. */
int talk_line(struct ctx *ctx, struct stream *s, struct buf *b);
/* A whole reply into b (emptied first), lines parted by '\n'. */
int talk_reply(struct ctx *ctx, struct stream *s, struct buf *b);
/* Text with '\n' between lines as lines with CRLF, appended; a line end at the end is no line. */
void talk_put_lines(struct buf *b, struct slice text);
/* The same, dots at the beginning of lines doubled, and the final dot. */
void talk_put_content(struct buf *b, struct slice text);

#endif
