/* What a client can do. */
#include "base/err.h"
#include "guest_parts.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "talk.h"

#define TEXT_MAX (64u << 20)

/* ---- sending ---- */

/* What a log-in shows may stand in no log line. */
static void keep_secrets(struct guest *c, struct slice bytes)
{
	while (bytes.n) {
		struct slice line = slice_trim(slice_split(&bytes, '\n'));

		if (c->wire.state == WIRE_AUTH)
			play_secret(c->play, line);
		if (!slice_starts_nocase(line, S("AUTH ")))
			continue;
		(void)slice_split(&line, ' ');
		(void)slice_split(&line, ' ');
		play_secret(c->play, line);
	}
}

void guest_send(struct ctx *ctx, struct guest *c, struct slice bytes)
{
	struct deadline d;

	if (c->stream == NULL)
		return;
	keep_secrets(c, bytes);
	wire_sent(&c->wire, bytes);
	ctx_narrow(ctx, &d, GUEST_PATIENCE);
	int r = stream_write(ctx, c->stream, bytes);

	if (r == 0)
		r = stream_flush(ctx, c->stream);
	(void)ctx_widen(ctx, &d, r);
}

static int send_built(struct ctx *ctx, struct guest *c, const struct stmt *s, struct buf *b)
{
	bool failed = b->failed;

	if (!failed)
		guest_send(ctx, c, buf_slice(b));
	buf_done(b);
	return failed ? play_fail(c->play, s, "too much text") : 0;
}

static int op_send(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct buf b;

	(void)p;
	buf_init(&b, TEXT_MAX);
	for (size_t i = 1; i < s->n; i++) {
		buf_put(&b, stmt_word(s, i));
		buf_puts(&b, "\r\n");
	}
	return send_built(ctx, self, s, &b);
}

static int op_raw(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct buf b;

	(void)p;
	buf_init(&b, TEXT_MAX);
	for (size_t i = 1; i < s->n; i++)
		buf_put(&b, stmt_word(s, i));
	return send_built(ctx, self, s, &b);
}

static int op_repeat(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct buf b;
	uint64_t n;

	if (!play_number(p, s, 1, &n))
		return ERR_INVALID;
	buf_init(&b, TEXT_MAX);
	while (n-- > 0 && !b.failed)
		buf_put(&b, stmt_word(s, 2));
	return send_built(ctx, self, s, &b);
}

static int op_lines(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct buf b;

	(void)p;
	buf_init(&b, TEXT_MAX);
	talk_put_lines(&b, stmt_word(s, 1));
	return send_built(ctx, self, s, &b);
}

static int op_content(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct buf b;

	(void)p;
	buf_init(&b, TEXT_MAX);
	talk_put_content(&b, stmt_word(s, 1));
	return send_built(ctx, self, s, &b);
}

static int op_chunk(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct buf text, b;

	(void)p;
	buf_init(&text, TEXT_MAX);
	buf_init(&b, TEXT_MAX);
	talk_put_lines(&text, stmt_word(s, 1));
	buf_printf(&b, "BDAT %zu%s\r\n", text.n, stmt_is(s, 2, "last") ? " LAST" : "");
	buf_put(&b, buf_slice(&text));
	buf_done(&text);
	return send_built(ctx, self, s, &b);
}

/* ---- replies ---- */

int guest_read(struct ctx *ctx, struct guest *c)
{
	struct deadline d;

	if (c->has_reply)
		return 0;
	if (c->stream == NULL)
		return ERR_EOF;
	ctx_narrow(ctx, &d, GUEST_PATIENCE);
	int r = ctx_widen(ctx, &d, talk_reply(ctx, c->stream, &c->reply));

	if (r == 0) {
		c->has_reply = true;
		wire_reply(&c->wire, buf_slice(&c->reply));
	}
	return r;
}

static struct slice last_line(struct slice reply)
{
	size_t at = slice_rfind(reply, '\n');

	return at < reply.n ? slice_skip(reply, at + 1) : reply;
}

int guest_want(struct ctx *ctx, struct guest *c, const struct stmt *s, const char *text)
{
	int r = guest_read(ctx, c);

	c->has_reply = false;
	if (r == ERR_CANCELLED)
		return r;
	if (r < 0)
		return play_fail(c->play, s, "expected %s, got: %s", text, err_name(r));
	struct slice line = last_line(buf_slice(&c->reply));

	if (slice_starts(line, slice_str(text)))
		return 0;
	return play_fail(c->play, s, "expected %s, got: %.*s", text, SLICE_ARG(line));
}

static int expect_end(struct ctx *ctx, struct guest *c, const struct stmt *s)
{
	struct deadline d;
	int r = 0;

	if (c->stream == NULL)
		return 0;
	ctx_narrow(ctx, &d, GUEST_PATIENCE);
	while (r == 0 && stream_peek(c->stream).n == 0)
		r = stream_fill(ctx, c->stream);
	r = ctx_widen(ctx, &d, r);
	if (r == ERR_CANCELLED)
		return r;
	if (r != ERR_EOF && r != ERR_RESET && r != ERR_TLS)
		return play_fail(c->play, s, "expected the end, got: %.*s",
			SLICE_ARG(stream_peek(c->stream)));
	wire_ended(&c->wire);
	play_see(c->play, "client %.*s ended %s", SLICE_ARG(c->name), err_name(r));
	guest_disconnect(c);
	return 0;
}

static int expect_nothing(struct ctx *ctx, struct guest *c, const struct stmt *s)
{
	struct deadline d;
	usec_t time;
	int r = 0;

	if (!play_time(c->play, s, 2, &time))
		return ERR_INVALID;
	if (c->stream == NULL)
		return play_fail(c->play, s, "the connection has ended");
	ctx_narrow(ctx, &d, time);
	while (r == 0 && stream_peek(c->stream).n == 0)
		r = stream_fill(ctx, c->stream);
	r = ctx_widen(ctx, &d, r);
	if (r == ERR_TIMEOUT || r == ERR_CANCELLED)
		return r == ERR_TIMEOUT ? 0 : r;
	return play_fail(c->play, s, "expected nothing, got: %.*s",
		SLICE_ARG(r < 0 ? slice_str(err_name(r)) : stream_peek(c->stream)));
}

/* expect CODE ["text behind it"] [has TEXT] [lacks TEXT] */
static int expect_reply(struct ctx *ctx, struct guest *c, const struct stmt *s)
{
	struct slice code = stmt_word(s, 1);
	int r = guest_read(ctx, c);
	struct slice all = buf_slice(&c->reply), line = last_line(all);

	c->has_reply = false;
	if (r == ERR_CANCELLED)
		return r;
	if (r < 0)
		return play_fail(
			c->play, s, "expected %.*s, got: %s", SLICE_ARG(code), err_name(r));
	if (!slice_starts(line, code))
		return play_fail(
			c->play, s, "expected %.*s, got: %.*s", SLICE_ARG(code), SLICE_ARG(line));
	for (size_t i = 2; i < s->n; i++) {
		bool has = stmt_is(s, i, "has"), lacks = stmt_is(s, i, "lacks");
		struct slice text = stmt_word(s, has || lacks ? ++i : i);
		bool there = text.n && slice_search(all, text) < all.n;

		if (!has && !lacks)
			there = slice_starts(slice_skip(line, 4), text);
		if (there == lacks)
			return play_fail(c->play, s, "expected %s'%.*s', got: %.*s",
				lacks ? "no " : "", SLICE_ARG(text), SLICE_ARG(all));
	}
	return 0;
}

static int op_expect(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)p;
	if (stmt_is(s, 1, "end"))
		return expect_end(ctx, self, s);
	if (stmt_is(s, 1, "nothing"))
		return expect_nothing(ctx, self, s);
	return expect_reply(ctx, self, s);
}

/* skip N: replies that are nobody's affair. */
static int op_skip(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;
	uint64_t n;
	int r = 0;

	if (!play_number(p, s, 1, &n))
		return ERR_INVALID;
	while (n-- > 0 && r == 0) {
		r = guest_read(ctx, c);
		c->has_reply = false;
	}
	return r == 0 || r == ERR_CANCELLED ? r
					    : play_fail(p, s, "no further reply: %s", err_name(r));
}

/* ---- several commands in one statement ---- */

static int command(struct ctx *ctx, struct guest *c, const struct stmt *s, const char *before,
	struct slice arg, const char *after, const char *want)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_puts(&b, before);
	buf_put(&b, arg);
	buf_puts(&b, after);
	guest_send(ctx, c, buf_slice(&b));
	buf_done(&b);
	return guest_want(ctx, c, s, want);
}

static int op_hello(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;
	int r = c->wire.greeted ? 0 : guest_want(ctx, c, s, "220");

	(void)p;
	if (r == 0)
		r = command(ctx, c, s, "EHLO ", s->n > 1 ? stmt_word(s, 1) : S("client.test"),
			"\r\n", "250");
	return r;
}

/* message FROM TO... ["""text"""]: a whole transaction, each step answered as it should be. */
static int op_message(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;
	size_t last = s->n - 1;
	struct slice text = S("Subject: test\n\nHello\n");
	int r = c->wire.state < WIRE_HELO || c->wire.state == WIRE_TLS
			? op_hello(ctx, p, self,
				  &(struct stmt){ .file = s->file, .line = s->line, .n = 0 })
			: 0;

	if (s->words[last].quoted)
		text = stmt_word(s, last--);
	if (r == 0)
		r = command(ctx, c, s, "MAIL FROM:<", stmt_word(s, 1), ">\r\n", "250");
	for (size_t i = 2; i <= last && r == 0; i++)
		r = command(ctx, c, s, "RCPT TO:<", stmt_word(s, i), ">\r\n", "250");
	if (r == 0)
		r = command(ctx, c, s, "DATA", SLICE_NIL, "\r\n", "354");
	if (r < 0)
		return r;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	talk_put_content(&b, text);
	r = send_built(ctx, c, s, &b);
	return r == 0 ? guest_want(ctx, c, s, "250 2.0.0") : r;
}

static int op_data(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	int r = command(ctx, self, s, "DATA", SLICE_NIL, "\r\n", "354");

	return r == 0 ? op_content(ctx, p, self, s) : r;
}

/* ---- the connection ---- */

static int op_wait(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	usec_t time;

	(void)self;
	return play_time(p, s, 1, &time) ? ctx_sleep(ctx, time) : ERR_INVALID;
}

static int op_close(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;

	(void)ctx;
	(void)s;
	if (c->stream)
		play_see(p, "client %.*s closes in %s", SLICE_ARG(c->name),
			wire_state_names[c->wire.state]);
	guest_disconnect(c);
	return 0;
}

static int op_half_close(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;

	(void)s;
	if (c->stream == NULL)
		return 0;
	play_see(p, "client %.*s sends no more in %s", SLICE_ARG(c->name),
		wire_state_names[c->wire.state]);
	return stream_shutdown(ctx, c->stream);
}

static int op_reset(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;

	if (c->sock)
		sim_sock_reset(c->sock);
	return op_close(ctx, p, self, s);
}

static int op_lose(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;

	(void)ctx;
	(void)p;
	if (c->sock)
		sim_sock_lose(c->sock, !stmt_is(s, 1, "in"), !stmt_is(s, 1, "out"));
	return 0;
}

static int op_window(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;
	uint64_t n;

	(void)ctx;
	if (!play_number(p, s, 1, &n))
		return ERR_INVALID;
	if (c->sock)
		sim_sock_set_window(c->sock, (size_t)n);
	return 0;
}

const struct op guest_ops[] = {
	{ "expect", 1, 30, BLOCK_NONE, NULL, op_expect },
	{ "skip", 1, 1, BLOCK_NONE, NULL, op_skip },
	{ "send", 1, 60, BLOCK_NONE, NULL, op_send },
	{ "raw", 1, 60, BLOCK_NONE, NULL, op_raw },
	{ "repeat", 2, 2, BLOCK_NONE, NULL, op_repeat },
	{ "lines", 1, 1, BLOCK_NONE, NULL, op_lines },
	{ "content", 1, 1, BLOCK_NONE, NULL, op_content },
	{ "data", 1, 1, BLOCK_NONE, NULL, op_data },
	{ "chunk", 1, 2, BLOCK_NONE, NULL, op_chunk },
	{ "hello", 0, 1, BLOCK_NONE, NULL, op_hello },
	{ "message", 2, 60, BLOCK_NONE, NULL, op_message },
	{ "starttls", 0, 1, BLOCK_NONE, NULL, guest_starttls },
	{ "tls", 0, 1, BLOCK_NONE, NULL, guest_tls },
	{ "auth", 3, 3, BLOCK_NONE, NULL, guest_auth },
	{ "wait", 1, 1, BLOCK_NONE, NULL, op_wait },
	{ "close", 0, 0, BLOCK_NONE, NULL, op_close },
	{ "half-close", 0, 0, BLOCK_NONE, NULL, op_half_close },
	{ "reset", 0, 0, BLOCK_NONE, NULL, op_reset },
	{ "lose", 0, 1, BLOCK_NONE, NULL, op_lose },
	{ "window", 1, 1, BLOCK_NONE, NULL, op_window },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};
