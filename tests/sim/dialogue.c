/* The scripted client. */
#include "dialogue.h"

#include <check.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/ip.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/stream.h"

#define PATIENCE (30 * USEC_PER_MIN) /* virtual: longer than any time-out of the server */

struct stream *dialogue_open(struct ctx *ctx, const char *to)
{
	struct ip_port at;
	struct sock *sock;

	ck_assert(ip_port_parse(slice_str(to), &at));
	ck_assert_msg(sock_connect(ctx, &at, NULL, &sock) == 0, "connect to %s", to);
	return stream_new(sock);
}

/* One line without its CRLF, appended to b; 0 or the error. */
static int read_line(struct ctx *ctx, struct stream *s, struct buf *b)
{
	for (;;) {
		struct slice in = stream_peek(s);
		size_t end = slice_find(in, '\n');

		if (end < in.n) {
			buf_put(b, slice_take(in, end));
			if (b->n && b->p[b->n - 1] == '\r')
				b->n--;
			stream_take(s, end + 1);
			return 0;
		}
		buf_put(b, in);
		stream_take(s, in.n);
		int r = stream_fill(ctx, s);

		if (r < 0)
			return r;
	}
}

static int read_reply(struct ctx *ctx, struct stream *s, struct buf *b)
{
	struct deadline d;
	int r;

	ctx_narrow(ctx, &d, PATIENCE);
	do {
		buf_clear(b);
		r = read_line(ctx, s, b);
	} while (r == 0 && b->n > 3 && b->p[3] == '-');
	return ctx_widen(ctx, &d, r);
}

static void expect(struct ctx *ctx, struct stream *s, struct slice text, unsigned line)
{
	struct buf reply;

	buf_init(&reply, 65536);
	int r = read_reply(ctx, s, &reply);

	ck_assert_msg(r == 0, "script line %u: expected '%.*s', got: %s", line, SLICE_ARG(text),
		err_name(r));
	ck_assert_msg(slice_starts(buf_slice(&reply), text),
		"script line %u: expected '%.*s', got '%.*s'", line, SLICE_ARG(text),
		SLICE_ARG(buf_slice(&reply)));
	buf_done(&reply);
}

static void expect_end(struct ctx *ctx, struct stream *s, unsigned line)
{
	struct deadline d;

	ctx_narrow(ctx, &d, PATIENCE);
	int r = stream_peek(s).n ? 0 : stream_fill(ctx, s);

	r = ctx_widen(ctx, &d, r);
	ck_assert_msg(r == ERR_EOF || r == ERR_RESET,
		"script line %u: expected the end, got '%.*s'", line, SLICE_ARG(stream_peek(s)));
}

static void put_escaped(struct buf *b, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\\' && i + 1 < text.n) {
			c = text.p[++i];
			c = c == 'r' ? '\r' : c == 'n' ? '\n' : c == '0' ? '\0' : c;
		}
		buf_putc(b, c);
	}
}

static void say(struct ctx *ctx, struct stream *s, struct slice text, bool raw)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	if (raw)
		put_escaped(&b, text);
	else
		buf_put(&b, text);
	if (!raw)
		buf_puts(&b, "\r\n");
	/* The server may have closed: the next expectation tells. */
	(void)stream_write(ctx, s, buf_slice(&b));
	buf_done(&b);
}

void dialogue_run(struct ctx *ctx, struct stream *s, const char *script)
{
	struct slice rest = slice_str(script);

	for (unsigned line = 1; rest.n; line++) {
		struct slice step = slice_split(&rest, '\n');
		struct slice text = slice_skip(step, 3);

		if (slice_starts(step, S("S:"))) {
			expect(ctx, s, text, line);
		} else if (slice_starts(step, S("E:"))) {
			expect_end(ctx, s, line);
		} else if (slice_starts(step, S("C:")) || slice_starts(step, S("R:"))) {
			say(ctx, s, text, step.p[0] == 'R');
		} else if (step.n) {
			ck_abort_msg("script line %u: '%.*s'", line, SLICE_ARG(step));
		}
	}
	(void)stream_flush(ctx, s);
}

unsigned dialogue_ask(struct ctx *ctx, struct stream *s, const char *text)
{
	struct buf reply;

	say(ctx, s, slice_str(text), false);
	buf_init(&reply, 65536);
	int r = read_reply(ctx, s, &reply);

	ck_assert_msg(r == 0 && reply.n > 3, "'%s': %s", text, err_name(r));
	unsigned code = (unsigned)((reply.p[0] - '0') * 100 + (reply.p[1] - '0') * 10 +
				   (reply.p[2] - '0'));

	buf_done(&reply);
	return code;
}

void dialogue(struct ctx *ctx, const char *to, const char *script)
{
	struct stream *s = dialogue_open(ctx, to);

	dialogue_run(ctx, s, script);
	stream_free(s);
}
