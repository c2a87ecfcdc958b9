/* An act on many messages waits for many syncs, and a filter may look at a million messages before
 * it finds one: the time-out is for a process that has stopped, not for one that works. */
#include "control/client.h"

#include "base/err.h"
#include "control/json.h"
#include "control/line.h"
#include "control/request.h"
#include "rt/ctx.h"
#include "rt/local.h"
#include "rt/net.h"
#include "rt/stream.h"

#define LINE_TIME (5 * USEC_PER_MIN)

int control_client_ask(struct ctx *ctx, const char *path, const struct control_request *request,
	struct control_client *ret)
{
	struct sock *sock;
	struct buf text;

	*ret = (struct control_client){ 0 };
	buf_init(&ret->line, CONTROL_LINE_MAX);
	int r = local_connect(ctx, path, &sock);

	if (r < 0)
		return r;
	ret->stream = stream_new(sock);
	buf_init(&text, CONTROL_REQUEST_MAX);
	control_request_format(&text, request);
	r = text.failed ? ctx_fail(ctx, ERR_LIMIT, "control", "the request is too long")
			: stream_write(ctx, ret->stream, buf_slice(&text));
	buf_done(&text);
	return r < 0 ? r : stream_flush(ctx, ret->stream);
}

int control_client_next(struct ctx *ctx, struct control_client *c)
{
	struct deadline d;

	json_decref(c->now);
	c->now = NULL;
	ctx_narrow(ctx, &d, LINE_TIME);
	int r = ctx_widen(ctx, &d, control_line_read(ctx, c->stream, &c->line));

	if (r < 0)
		return r;
	c->now = control_json_parse(buf_slice(&c->line));
	if (c->now == NULL)
		return ctx_fail(ctx, ERR_PROTOCOL, "control", "an answer is no JSON object");
	c->ended = json_is_true(json_object_get(c->now, "end"));
	return 0;
}

void control_client_done(struct control_client *c)
{
	json_decref(c->now);
	stream_free(c->stream);
	buf_done(&c->line);
	*c = (struct control_client){ 0 };
}
