/* DATA (RFC 5321 section 4.1.1.4) and BDAT (RFC 3030): two ways for the same message to arrive.
 * What becomes of it when it is whole is the same for both: finish(). */
#include "base/event.h"
#include "base/metrics.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "server/content.h"
#include "server/flow.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

void session_drop_content(struct session *s)
{
	content_free(s->content);
	s->content = NULL;
}

/* More input, within the time for content. */
static int fill(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	ctx_narrow(ctx, &d, s->config->limits.data_timeout);
	ctx->log.action = "receiving content";
	usec_t began = clock_now();
	int r = ctx_widen(ctx, &d, session_fill(ctx, s));

	slow_received(s, clock_now() - began);
	return r;
}

/* Asks the service to begin. False: refused, *ret says why. Errors end the session. here: the
 * content is in the buffer already, all of it. */
static int open_content(struct ctx *ctx, struct session *s, enum smtp_content_format format,
	bool here, struct smtp_reply *ret_refusal)
{
	enum content_mode mode;

	ret_refusal->code = 0;
	s->content_is_here = here;
	int r = s->tx->ops->open(ctx, s->tx, &mode, ret_refusal);

	if (r == 0 && ret_refusal->code == 0) {
		s->content = content_new(s, mode, format);
		ctx->log.queue_id = arena_dup(&s->tx_arena, s->tx->queue_id); /* outlives the tx */
	}
	return r;
}

/* The answers of recipients, before the last word: draft-hall-prdr-00 section 4.5. They are one
 * reply, so none of them counts as an error or may end the session. */
static int say_verdicts(struct ctx *ctx, struct session *s)
{
	struct smtp_reply begin;
	struct buf text;
	int r = 0;

	smtp_reply_set(&begin, 353, NULL, "An answer for each recipient follows");
	buf_init(&text, 2 * SMTP_REPLY_READ_MAX);
	smtp_reply_format(&text, &begin);
	for (size_t i = 0; i < s->verdicts_n && r == 0; i++) {
		const struct session_verdict *v = &s->verdicts[i];

		smtp_reply_format(&text, &v->reply);
		if (!smtp_reply_is_positive(&v->reply))
			session_log_refusal(ctx, s, "content", v->recipient, &v->reply);
		r = session_write(ctx, s, buf_slice(&text));
		buf_clear(&text);
	}
	buf_done(&text);
	return r;
}

/* The message is whole: judge it, hand it over, say what became of it. */
static int finish(struct ctx *ctx, struct session *s)
{
	struct buf header;
	struct smtp_reply reply;
	int r = 0;

	slow_whole(s, content_bytes(s->content));
	r = content_end(ctx, s);
	if (r < 0)
		return r;
	buf_init(&header, 0);
	ctx->log.action = "handing the message over";
	if (content_verdict(s, &header, &reply)) {
		const struct edits edits = { .header = buf_slice(&header),
			.eight_bit = s->content->reader.eight_bit };
		struct tx *tx = s->tx;

		s->tx = NULL;
		r = tx->ops->finish(ctx, tx, &edits, &reply);
	}
	buf_done(&header);
	session_drop_content(s);
	if (r == 0 && s->verdicts_n)
		r = say_verdicts(ctx, s);
	if (r == 0 && !smtp_reply_is_positive(&reply)) {
		metric_add(METRIC_MESSAGES_REJECTED, 1);
		r = session_refuse(ctx, s, "content", SLICE_NIL, &reply);
	} else if (r == 0) {
		r = session_reply(ctx, s, &reply);
	}
	s->commands = 0;
	slow_answered(s);
	flow_spare_reply(s);
	session_drop_transaction(ctx, s, SESSION_READY, ABORT_REFUSE);
	return r;
}

/* ---- DATA ---- */

static int receive_data(struct ctx *ctx, struct session *s)
{
	for (;;) {
		struct slice in = stream_peek(s->stream), text;
		size_t before = in.n;
		enum smtp_content_step step = smtp_content_next(&s->content->reader, &in, &text);
		int r = 0;

		if (step == SMTP_CONTENT_TEXT)
			r = content_add(ctx, s, text);
		stream_take(s->stream, before - in.n);
		if (step == SMTP_CONTENT_END)
			return 0;
		if (r == 0 && step == SMTP_CONTENT_MORE)
			r = fill(ctx, s);
		if (r < 0)
			return r;
	}
}

int cmd_data(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct smtp_reply refusal;
	int r = open_content(ctx, s, SMTP_CONTENT_DATA, false, &refusal);

	(void)cmd;
	if (r == 0 && refusal.code)
		return session_refuse(ctx, s, "DATA", SLICE_NIL, &refusal);
	if (r == 0)
		r = session_say(ctx, s, 354, NULL, "Send the message, end with a dot alone");
	stream_take(s->stream, s->taken);
	s->taken = 0;
	if (r == 0)
		r = receive_data(ctx, s);
	return r == 0 ? finish(ctx, s) : r;
}

/* ---- BDAT ---- */

/* Takes the bytes of one chunk, whatever becomes of them: the client sends them in any case. */
static int receive_chunk(struct ctx *ctx, struct session *s, struct smtp_bdat *chunk)
{
	while (!smtp_bdat_chunk_done(chunk)) {
		struct slice all = stream_peek(s->stream), in = all, text;
		struct slice part = smtp_bdat_take(chunk, &in);
		int r = 0;

		while (s->content && part.n && r == 0 &&
			smtp_content_next(&s->content->reader, &part, &text) == SMTP_CONTENT_TEXT)
			r = content_add(ctx, s, text);
		stream_take(s->stream, all.n - in.n);
		if (r == 0 && !smtp_bdat_chunk_done(chunk))
			r = fill(ctx, s);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A chunk that belongs to no message. */
static int waste_chunk(struct ctx *ctx, struct session *s, const struct smtp_bdat_cmd *cmd,
	const struct smtp_reply *reply)
{
	struct smtp_bdat chunk;

	smtp_bdat_init(&chunk, UINT64_MAX);
	(void)smtp_bdat_chunk(&chunk, cmd->size, true);
	int r = receive_chunk(ctx, s, &chunk);

	return r == 0 ? session_refuse(ctx, s, "BDAT", SLICE_NIL, reply) : r;
}

int cmd_bdat(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct smtp_reply refusal = { 0 };
	const struct smtp_bdat_cmd bdat = cmd->bdat;
	bool due = s->state == SESSION_RCPT || s->state == SESSION_BDAT;
	int r = 0;

	stream_take(s->stream, s->taken);
	s->taken = 0;
	if (!due)
		smtp_reply_set(&refusal, 503, "5.5.1", "BDAT needs a recipient first");
	else if (s->content == NULL)
		r = open_content(ctx, s, SMTP_CONTENT_BDAT,
			bdat.last && stream_peek(s->stream).n >= bdat.size, &refusal);
	if (r < 0)
		return r;
	if (refusal.code)
		r = waste_chunk(ctx, s, &bdat, &refusal);
	/* A client cannot tell it from an answer to the message, which has failed (RFC 3030
	 * section 2). */
	if (refusal.code && due)
		session_drop_transaction(ctx, s, SESSION_READY, ABORT_REFUSE);
	if (refusal.code)
		return r;
	s->state = SESSION_BDAT;
	s->commands -= bdat.size > 0; /* a message may have many chunks; its size bounds them */
	(void)smtp_bdat_chunk(&s->content->chunks, bdat.size, bdat.last);
	r = receive_chunk(ctx, s, &s->content->chunks);
	if (r == 0 && bdat.last)
		r = content_end_chunks(ctx, s);
	if (r == 0 && !bdat.last && !content_is_refused(s->content))
		return session_say(
			ctx, s, 250, "2.0.0", "%llu bytes received", (unsigned long long)bdat.size);
	return r == 0 ? finish(ctx, s) : r;
}
