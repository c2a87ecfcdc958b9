/* One command out, one reply in. Every wait has a deadline of its own, and whatever ends a session
 * is turned into words here, once, from the stage it happened in: callers only say where they are.
 * Texts of replies are cut before they are kept, since a peer may send sixteen kilobytes with each
 * of a thousand replies. */
#include "client/talk.h"

#include "base/text.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/stream.h"

static const char *const stage_names[CLIENT_STAGES] = {
	[CLIENT_CONNECT] = "connection",
	[CLIENT_GREETING] = "greeting",
	[CLIENT_EHLO] = "reply to EHLO",
	[CLIENT_STARTTLS] = "TLS",
	[CLIENT_TELL] = "reply to XCLIENT or XFORWARD",
	[CLIENT_AUTH] = "log-in",
	[CLIENT_MAIL] = "reply to MAIL",
	[CLIENT_RCPT] = "reply to RCPT",
	[CLIENT_DATA] = "reply to DATA",
	[CLIENT_BODY] = "transfer of the message",
	[CLIENT_DOT] = "reply to the message",
};

const char *client_stage_name(enum client_stage stage)
{
	return stage_names[stage];
}

struct buf *client_talk_line(struct client *c)
{
	buf_clear(&c->line);
	return &c->line;
}

int client_talk_send(struct ctx *ctx, struct client *c, usec_t timeout)
{
	struct deadline d;
	int r;

	buf_puts(&c->line, "\r\n");
	if (c->line.failed)
		return ctx_fail(ctx, ERR_LIMIT, "client", "the command is too long");
	ctx_narrow(ctx, &d, timeout);
	r = stream_write(ctx, c->stream, buf_slice(&c->line));
	return ctx_widen(ctx, &d, r);
}

static int read_reply(struct ctx *ctx, struct client *c, struct smtp_reply *ret)
{
	for (;;) {
		struct slice in = stream_peek(c->stream);
		size_t used = 0;
		enum smtp_reply_step step = smtp_reply_read(
			&c->reader, in, &c->scratch, &used, ret);

		stream_take(c->stream, used);
		if (step == SMTP_REPLY_DONE)
			return 0;
		if (step == SMTP_REPLY_BROKEN)
			return ctx_fail(
				ctx, ERR_PROTOCOL, "client", "%s", smtp_reply_problem(&c->reader));

		int r = stream_fill(ctx, c->stream); /* suspends */

		if (r == ERR_LIMIT)
			return ctx_fail(ctx, ERR_PROTOCOL, "client", "line too long");
		if (r < 0)
			return r;
	}
}

int client_talk_reply_whole(
	struct ctx *ctx, struct client *c, usec_t timeout, struct smtp_reply *ret)
{
	struct smtp_reply reply = { 0 };
	struct deadline d;

	arena_reset(&c->scratch);
	ctx->log.action = stage_names[c->stage];
	ctx_narrow(ctx, &d, timeout);

	int r = ctx_widen(ctx, &d, read_reply(ctx, c, &reply));

	if (r < 0) {
		c->over = true;
		return r;
	}
	c->used = clock_now();
	*ret = reply;
	if (reply.code == 421) {
		c->over = true;
		smtp_reply_keep(&reply, &c->goodbye); /* it is remembered beyond ctx->arena */
	}
	return 0;
}

static int reply_cut(
	struct ctx *ctx, struct client *c, usec_t timeout, size_t max, struct smtp_reply *ret)
{
	struct smtp_reply reply;
	int r = client_talk_reply_whole(ctx, c, timeout, &reply);

	if (r < 0)
		return r;
	if (reply.far.n)
		reply.far = arena_dup(ctx->arena, slice_take(reply.far, max));
	*ret = reply;
	return 0;
}

int client_talk_reply(struct ctx *ctx, struct client *c, usec_t timeout, struct smtp_reply *ret)
{
	return reply_cut(ctx, c, timeout, CLIENT_TEXT_MAX, ret);
}

int client_talk_reply_passed(
	struct ctx *ctx, struct client *c, usec_t timeout, struct smtp_reply *ret)
{
	return reply_cut(ctx, c, timeout, CLIENT_TEXT_PASSED, ret);
}

int client_talk_write(struct ctx *ctx, struct client *c, struct slice bytes)
{
	struct deadline d;

	ctx_narrow(ctx, &d, c->timeouts.block);
	return ctx_widen(ctx, &d, stream_write(ctx, c->stream, bytes));
}

int client_talk_words(struct ctx *ctx, struct client *c, bool *ret)
{
	struct deadline d;
	int r = 0;

	if (stream_peek(c->stream).n == 0 && stream_has_input(c->stream)) {
		ctx_narrow(ctx, &d, USEC_PER_MSEC);
		r = ctx_widen(ctx, &d, stream_fill(ctx, c->stream));
		if (r == ERR_TIMEOUT)
			r = 0;
	}
	*ret = stream_peek(c->stream).n > 0;
	return r;
}

int client_talk_listen(struct ctx *ctx, struct client *c)
{
	struct smtp_reply reply;
	bool words = false;
	int r = client_talk_words(ctx, c, &words);

	if (r < 0 || !words)
		return r;
	r = client_talk_reply(ctx, c, CLIENT_LAST_WORDS, &reply);
	if (r == 0 && reply.code == 421)
		return ctx_fail(ctx, ERR_EOF, "client", "the host closes the session");
	return r < 0 ? r : ctx_fail(ctx, ERR_PROTOCOL, "client", "a reply that nobody asked for");
}

bool client_talk_interrupted(const struct client *c)
{
	return stream_peek(c->stream).n > 0 || stream_has_input(c->stream);
}

static enum client_why why_of(int code)
{
	switch (code) {
	case ERR_CANCELLED:
	case ERR_CORRUPT:
	case ERR_IO:
	case ERR_LIMIT:
		return CLIENT_LOCAL;
	case ERR_TIMEOUT:
		return CLIENT_TIMEOUT;
	case ERR_PROTOCOL:
		return CLIENT_BROKEN;
	default:
		return CLIENT_LOST;
	}
}

int client_talk_failed(struct ctx *ctx, struct client *c, int code, struct client_failure *ret)
{
	enum client_why why = why_of(code);
	const char *where = stage_names[c->stage];
	const char *what = ctx->err.code == code && ctx->err.text ? ctx->err.text : err_name(code);

	c->over = true;
	*ret = (struct client_failure){ .why = why, .stage = c->stage };
	if (why != CLIENT_LOCAL && c->goodbye.code) {
		(void)client_talk_refused(ctx, c, CLIENT_REPLY, &c->goodbye, ret);
		return code;
	}
	if (why == CLIENT_TIMEOUT)
		ret->text = arena_printf(ctx->arena, "timed out, waiting for the %s", where);
	else if (why == CLIENT_BROKEN)
		ret->text = arena_printf(ctx->arena, "the %s broke the protocol: %s", where, what);
	else if (why == CLIENT_LOST)
		ret->text = arena_printf(ctx->arena, "%s, waiting for the %s",
			code == ERR_EOF ? "the connection was closed" : what, where);
	else
		ret->text = what;
	return code;
}

int client_talk_refused(struct ctx *ctx, struct client *c, enum client_why why,
	const struct smtp_reply *reply, struct client_failure *ret)
{
	struct buf text;
	struct smtp_reply said = *reply;

	buf_init(&text, 4 * CLIENT_TEXT_MAX);
	smtp_reply_format_line(&text, reply);
	if (said.far.n)
		said.far = arena_dup(ctx->arena, slice_take(said.far, CLIENT_TEXT_MAX));
	*ret = (struct client_failure){ .why = why, .stage = c->stage, .reply = said };
	ret->text = arena_printf(ctx->arena, "%s%s: %.*s", stage_names[c->stage],
		c->stage == CLIENT_STARTTLS || c->stage == CLIENT_AUTH ? " refused" : "",
		SLICE_ARG(slice_take(buf_slice(&text), CLIENT_TEXT_MAX)));
	buf_done(&text);
	return ERR_REFUSED;
}
