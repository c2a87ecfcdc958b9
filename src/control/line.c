/* A line may be longer than a stream's input buffer, so it is gathered piece by piece. */
#include "control/line.h"

#include "base/buf.h"
#include "base/err.h"
#include "control/json.h"
#include "rt/ctx.h"
#include "rt/stream.h"

/* A person may read what is printed with a pager; beyond this the pager was forgotten. */
#define SEND_TIME (10 * USEC_PER_MIN)

int control_line_read(struct ctx *ctx, struct stream *s, struct buf *ret)
{
	buf_clear(ret);
	for (;;) {
		struct slice seen = stream_peek(s);
		size_t end = slice_find(seen, '\n');

		buf_put(ret, slice_take(seen, end));
		stream_take(s, end < seen.n ? end + 1 : seen.n);
		if (ret->failed)
			return ctx_fail(ctx, ERR_LIMIT, "control", "a line is too long");
		if (end < seen.n)
			return 0;
		int r = stream_fill(ctx, s);

		if (r < 0)
			return r;
	}
}

static int send(struct ctx *ctx, struct stream *s, json_t *take, bool flush)
{
	struct deadline d;
	struct buf line;

	buf_init(&line, CONTROL_LINE_MAX);
	control_json_put(&line, take);
	json_decref(take);
	ctx_narrow(ctx, &d, SEND_TIME);
	int r = line.failed ? ctx_fail(ctx, ERR_LIMIT, "control", "an answer is too long")
			    : stream_write(ctx, s, buf_slice(&line));

	if (r == 0 && flush)
		r = stream_flush(ctx, s);
	buf_done(&line);
	return ctx_widen(ctx, &d, r);
}

int control_line_send(struct ctx *ctx, struct stream *s, json_t *take)
{
	return send(ctx, s, take, false);
}

int control_line_finish(struct ctx *ctx, struct stream *s, json_t *take)
{
	return send(ctx, s, take, true);
}
