#include "client/script.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "rt/ctx.h"
#include "rt/stream.h"

static int script_read(struct ctx *ctx, struct transport *t, void *p, size_t n, size_t *ret_n)
{
	struct script *s = (struct script *)t;
	struct slice now = slice_take(s->piece, n);

	if (now.n == 0 && s->closed)
		return ctx_fail(ctx, ERR_EOF, "script", "%s", err_name(ERR_EOF));
	if (now.n == 0)
		return ERR_BUSY;
	memcpy(p, now.p, now.n);
	s->piece = slice_skip(s->piece, now.n);
	*ret_n = now.n;
	return 0;
}

static int script_wait(struct ctx *ctx, struct transport *t)
{
	struct script *s = (struct script *)t;

	if (s->text.n == 0 && s->hangs)
		return ctx_sleep(ctx, USEC_PER_DAY);
	s->closed = s->text.n == 0;
	s->piece = slice_split(&s->text, s->mark);
	return 0;
}

static bool script_has_input(const struct transport *t)
{
	return ((const struct script *)t)->piece.n > 0;
}

static int script_writev(struct ctx *ctx, struct transport *t, const struct iovec *iov, int n)
{
	struct script *s = (struct script *)t;

	for (int i = 0; i < n; i++)
		buf_put(&s->heard, slice_of(iov[i].iov_base, iov[i].iov_len));
	if (s->reset_after && s->heard.n >= s->reset_after)
		return ctx_fail(ctx, ERR_RESET, "script", "%s", err_name(ERR_RESET));
	return 0;
}

static int script_shutdown(struct ctx *ctx, struct transport *t)
{
	(void)ctx;
	(void)t;
	return 0;
}

static void script_free(struct transport *t)
{
	(void)t; /* the test's */
}

static const struct transport_ops script_ops = { script_read, script_wait, script_has_input,
	script_writev, script_shutdown, script_free };

struct stream *script_stream(struct script *s, struct slice text, char mark)
{
	struct stream *stream = stream_memory(SLICE_NIL, NULL);

	s->transport.ops = &script_ops;
	s->text = text;
	s->mark = mark;
	buf_init(&s->heard, 1 << 20);
	stream_set_transport(stream, &s->transport);
	return stream;
}
