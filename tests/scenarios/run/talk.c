/* The few things about lines that clients and servers share. */
#include "talk.h"

#include "base/buf.h"
#include "rt/stream.h"

int talk_line(struct ctx *ctx, struct stream *s, struct buf *b)
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

int talk_reply(struct ctx *ctx, struct stream *s, struct buf *b)
{
	int r;

	buf_clear(b);
	for (;;) {
		size_t begin = b->n;

		r = talk_line(ctx, s, b);
		if (r < 0 || b->n < begin + 4 || b->p[begin + 3] != '-')
			return r;
		buf_putc(b, '\n');
	}
}

void talk_put_lines(struct buf *b, struct slice text)
{
	while (text.n) {
		buf_put(b, slice_split(&text, '\n'));
		buf_puts(b, "\r\n");
	}
}

void talk_put_content(struct buf *b, struct slice text)
{
	while (text.n) {
		struct slice line = slice_split(&text, '\n');

		if (slice_starts(line, S(".")))
			buf_putc(b, '.');
		buf_put(b, line);
		buf_puts(b, "\r\n");
	}
	buf_puts(b, ".\r\n");
}
