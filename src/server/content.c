/* Splitting a message while it streams. Lines go into the header buffer until the empty line, or
 * until a line that cannot belong to a header section (RFC 5322 section 2.2): then the body has
 * begun without one. The header section stays in memory, because what is added and checked there
 * depends on all of it; the body is handed on piece by piece. */
#include "server/content.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "config/config.h"
#include "message/trace.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/front.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "server/submission.h"
#include "smtp/cmd.h"

struct content *content_new(
	const struct session *s, enum content_mode mode, enum smtp_content_format format)
{
	struct content *c = mem_zalloc(sizeof(*c));

	c->server = s->server;
	c->mode = mode;
	bool strangers = s->listener->for_whom == CONFIG_FOR_MX;

	smtp_content_init(&c->reader, strangers ? SMTP_CONTENT_REFUSE : SMTP_CONTENT_REPAIR, format,
		s->caps.size);
	smtp_bdat_init(&c->chunks, s->caps.size);
	buf_init(&c->header, s->config->limits.header_size);
	return c;
}

void content_free(struct content *c)
{
	if (c == NULL)
		return;
	buf_done(&c->header);
	c->server->held -= c->held;
	free(c);
}

/* ---- the header section ---- */

/* field-name ":" (RFC 5322 section 2.2, white space before the colon as in 4.5), or a folded line
 * behind another. */
static bool is_header_line(const struct content *c, struct slice line)
{
	size_t n = 0;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return c->line_start > 0;
	while (n < line.n && ascii_is_print(line.p[n]) && line.p[n] != ':' && line.p[n] != ' ')
		n++;
	size_t name = n;

	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return name > 0 && n < line.n && line.p[n] == ':';
}

/* Looks at the lines completed by the last addition. True when the body begins; *ret_body is what
 * of the buffer belongs to it. */
static bool header_ended(struct content *c, struct slice *ret_body)
{
	for (;;) {
		struct slice rest = slice_skip(buf_slice(&c->header), c->line_start);
		size_t end = slice_find(rest, '\n');

		if (end == rest.n)
			return false;
		struct slice line = slice_take(rest, end + 1);

		if (slice_eq(line, S("\r\n"))) {
			*ret_body = slice_skip(rest, line.n);
			return true;
		}
		if (!is_header_line(c, line)) {
			*ret_body = rest;
			return true;
		}
		c->line_start += line.n;
	}
}

/* ---- what we add to it ---- */

static void add_received(const struct session *s, struct buf *b)
{
	struct tls_info tls;
	char tls_text[96];
	int n = 0;

	if (stream_tls_info(s->stream, &tls))
		n = snprintf(tls_text, sizeof(tls_text), "%s cipher %s", tls.version, tls.cipher);
	message_trace_received(b, &(struct message_trace){
					  .helo = s->helo,
					  .rdns = front_client_name(s),
					  .ip = s->peer.ip,
					  .by = s->config->hostname,
					  .esmtp = s->esmtp,
					  .tls = s->tls,
					  .authenticated = s->login.n > 0 || s->passage,
					  .smtputf8 = s->smtputf8,
					  .tls_text = slice_of(tls_text, (size_t)n),
					  .id = s->tx->queue_id,
					  .when = clock_wall(),
				  });
}

/* The new header section. False: *ret_refusal. */
static bool build_header(struct session *s, struct buf *ret_header, struct smtp_reply *ret_refusal)
{
	struct slice header = buf_slice(&s->content->header);

	if (message_trace_hops(header) > s->config->limits.hops) {
		smtp_reply_set(ret_refusal, 554, "5.4.6", "Too many hops: the message is looping");
		return false;
	}
	ret_header->max = header.n + CONTENT_ADDED_BYTES;
	add_received(s, ret_header);
	if (s->listener->for_whom == CONFIG_FOR_SUBMISSION && !s->passage &&
		!submission_fix(s, header, ret_header, ret_refusal))
		return false;
	buf_put(ret_header, header);
	if (!ret_header->failed)
		return true;
	smtp_reply_set(ret_refusal, 552, "5.3.4", "The header section is too large");
	return false;
}

/* ---- the body ---- */

static bool is_spoiled(const struct content *c)
{
	return c->failed || c->refusal.code || c->reader.fault || c->chunks.refused;
}

static int note_failure(struct content *c, int r)
{
	if (r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r;
	c->failed = r;
	return 0;
}

static int write_body(struct ctx *ctx, struct session *s, struct slice body)
{
	struct content *c = s->content;

	if (body.n == 0 || is_spoiled(c))
		return 0;
	c->body_bytes += body.n;
	return note_failure(c, s->tx->ops->write(ctx, s->tx, body));
}

/* STREAM: the header section goes first. */
static int send_header(struct ctx *ctx, struct session *s)
{
	struct content *c = s->content;
	struct buf header;
	int r = 0;

	if (c->mode != CONTENT_STREAM || is_spoiled(c))
		return 0;
	buf_init(&header, 0);
	if (build_header(s, &header, &c->refusal)) {
		header.max += 2;
		buf_puts(&header, "\r\n");
		r = note_failure(c, s->tx->ops->header(ctx, s->tx, buf_slice(&header)));
	}
	buf_done(&header);
	return r;
}

/* It was handed on, and whoever needs it further has a copy. */
static void give_up_header(struct content *c)
{
	buf_done(&c->header);
	c->server->held -= c->held;
	c->held = 0;
}

static int add_header(struct ctx *ctx, struct session *s, struct slice text)
{
	struct content *c = s->content;
	struct slice body;

	buf_put(&c->header, text);
	if (c->header.failed) {
		c->header_too_large = c->in_body = true;
		return 0;
	}
	c->held += text.n;
	s->server->held += text.n;
	if (s->server->held > s->server->held_max) {
		c->failed = ERR_FULL;
		c->in_body = true;
		buf_done(&c->header);
		return 0;
	}
	if (!header_ended(c, &body))
		return 0;
	c->in_body = true;
	c->header.n = c->line_start; /* what it began with stays where it is */
	int r = send_header(ctx, s);

	if (r == 0)
		r = write_body(ctx, s, body);
	if (c->mode == CONTENT_STREAM)
		give_up_header(c);
	return r;
}

uint64_t content_bytes(const struct content *c)
{
	return (c->in_body ? c->line_start : c->header.n) + c->body_bytes;
}

/* Line by line until the body begins: what arrives behind the header section in the same breath
 * does not count as a part of it. */
int content_add(struct ctx *ctx, struct session *s, struct slice text)
{
	int r = 0;

	while (!s->content->in_body && text.n && r == 0) {
		struct slice line = slice_take(text, slice_find(text, '\n') + 1);

		text = slice_skip(text, line.n);
		r = add_header(ctx, s, line);
	}
	if (r < 0 || s->content->header_too_large)
		return r;
	return write_body(ctx, s, text);
}

int content_end(struct ctx *ctx, struct session *s)
{
	struct content *c = s->content;

	if (c->in_body)
		return 0;
	c->in_body = true;
	return send_header(ctx, s);
}

int content_end_chunks(struct ctx *ctx, struct session *s)
{
	struct slice rest = smtp_content_finish(&s->content->reader);

	return rest.n ? content_add(ctx, s, rest) : 0;
}

/* ---- the verdict ---- */

static bool judge_failure(const struct content *c, struct smtp_reply *ret)
{
	if (c->reader.fault)
		smtp_content_refusal(c->reader.fault, ret);
	else if (c->chunks.refused)
		smtp_content_refusal(SMTP_CONTENT_TOO_LARGE, ret);
	else if (c->header_too_large)
		smtp_reply_set(ret, 552, "5.3.4", "The header section is larger than %zu bytes",
			c->header.max);
	else if (c->failed == ERR_FULL)
		smtp_reply_set(ret, 452, "4.3.1", "No room for the message now; try again later");
	else if (c->failed)
		smtp_reply_set(
			ret, 451, "4.3.0", "The message could not be stored; try again later");
	else if (c->refusal.code)
		*ret = c->refusal;
	else
		return true;
	return false;
}

bool content_is_refused(const struct content *c)
{
	struct smtp_reply why;

	return !judge_failure(c, &why);
}

bool content_verdict(struct session *s, struct buf *ret_header, struct smtp_reply *ret_refusal)
{
	if (!judge_failure(s->content, ret_refusal))
		return false;
	return s->content->mode == CONTENT_STREAM || build_header(s, ret_header, ret_refusal);
}
