/* Text is passed on as it lies; only where a line begins with a dot is the input cut, and the dot
 * comes out as a static piece. */
#include "smtp/dot.h"

void smtp_dot_init(struct smtp_dot *d)
{
	*d = (struct smtp_dot){ .at_start = true };
}

/* Bytes before the first "." that begins a line, or all of s. */
static size_t plain_run(struct slice s)
{
	size_t at = 0;

	for (;;) {
		at += slice_find(slice_skip(s, at), '\n') + 1;
		if (at >= s.n)
			return s.n;
		if (s.p[at] == '.')
			return at;
	}
}

bool smtp_dot_next(struct smtp_dot *d, struct slice *in, struct slice *ret_piece)
{
	if (in->n == 0)
		return false;
	if (d->at_start && in->p[0] == '.') {
		d->at_start = false;
		*ret_piece = S(".");
		return true;
	}
	struct slice piece = slice_take(*in, plain_run(*in));
	char last = piece.p[piece.n - 1];

	d->at_start = last == '\n';
	d->after_cr = last == '\r';
	*in = slice_skip(*in, piece.n);
	*ret_piece = piece;
	return true;
}

struct slice smtp_dot_end(const struct smtp_dot *d)
{
	if (d->at_start)
		return S(".\r\n");
	return d->after_cr ? S("\n.\r\n") : S("\r\n.\r\n");
}
