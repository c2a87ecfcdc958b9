/* A small state machine, but only at the seams: inside a piece memchr runs from LF to LF. What
 * lies between is yielded as a view; bytes that may have to be taken back (a dot that begins a
 * line, a CR whose LF has not come) are held in the state, never yielded early, so that nothing raw
 * leaves here however the network cuts the text.
 *
 * A bare LF in REPAIR mode ends a line for the removal of dots too, since a client that writes bare
 * LF stuffs its lines by them; but the end of data needs real CRLFs, so a "." alone that touches a
 * bare LF stays as text and is stuffed again when it is sent on. */
#include "smtp/content.h"

#include "smtp/reply.h"

enum state {
	START, /* behind CRLF */
	START_LF, /* behind a repaired bare LF */
	DOT, /* a dot held, behind CRLF */
	DOT_LF, /* a dot held, behind a repaired bare LF */
	DOT_CR, /* dot and CR held, behind CRLF */
	DOT_CR_LF, /* dot and CR held, behind a repaired bare LF */
	TEXT,
	CR, /* a CR held */
	ENDED,
};

void smtp_content_init(struct smtp_content *c, enum smtp_content_mode mode,
	enum smtp_content_format format, uint64_t max_bytes)
{
	*c = (struct smtp_content){
		.mode = mode, .format = format, .max_bytes = max_bytes, .state = START
	};
}

static void set_fault(struct smtp_content *c, enum smtp_content_fault fault)
{
	if (c->fault == SMTP_CONTENT_SOUND)
		c->fault = fault;
}

static bool has_high_bit(struct slice s)
{
	uint64_t all = 0, word;
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		memcpy(&word, s.p + i, 8);
		all |= word;
	}
	for (; i < s.n; i++)
		all |= (uint64_t)(unsigned char)s.p[i] << 56;
	return (all & UINT64_C(0x8080808080808080)) != 0;
}

/* Counts n bytes onto the unfinished line; ended: a line end follows them. */
static void count_line(struct smtp_content *c, size_t n, bool ended)
{
	c->line += n;
	if (c->line > c->longest_line)
		c->longest_line = c->line;
	if (c->line > SMTP_CONTENT_LINE_MAX)
		set_fault(c, SMTP_CONTENT_LINE_TOO_LONG);
	if (ended)
		c->line = 0;
}

/* Last checks of a piece; true when it may be yielded. */
static bool emit(struct smtp_content *c, struct slice piece)
{
	if (piece.n == 0)
		return false;
	if (memchr(piece.p, '\0', piece.n))
		set_fault(c, SMTP_CONTENT_NUL);
	if (piece.n > c->max_bytes - c->bytes)
		set_fault(c, SMTP_CONTENT_TOO_LARGE);
	if (c->fault != SMTP_CONTENT_SOUND)
		return false;
	c->bytes += piece.n;
	if (!c->eight_bit)
		c->eight_bit = has_high_bit(piece);
	return true;
}

/* Length of the longest start of in that may be yielded as it is: text and CRLFs. Stops before a
 * stuffed dot and before a CR or LF that does not belong to a CRLF seen whole. Sets the state
 * behind it. */
static size_t run(struct smtp_content *c, struct slice in)
{
	size_t at = 0;

	while (at < in.n) {
		struct slice rest = slice_skip(in, at);
		size_t lf = slice_find(rest, '\n'), end = slice_find(slice_take(rest, lf), '\r');

		if (end + 1 != lf || lf == rest.n) { /* no CRLF ends this line here */
			if (end > 0)
				c->state = TEXT;
			count_line(c, end, false);
			return at + end;
		}
		count_line(c, end, true);
		at += lf + 1;
		c->state = START;
		if (at < in.n && in.p[at] == '.' && c->format == SMTP_CONTENT_DATA)
			break;
	}
	return at;
}

/* The line break that a bare LF becomes, or the fault. */
static struct slice bare_lf(struct smtp_content *c, struct slice text)
{
	if (c->mode == SMTP_CONTENT_REFUSE)
		set_fault(c, SMTP_CONTENT_BARE_LF);
	else
		c->repaired = true;
	c->state = START_LF;
	return text;
}

/* A CR is held and this is the byte behind it. */
static struct slice after_cr(struct smtp_content *c, struct slice *in)
{
	bool lone_dot = c->state == DOT_CR_LF;

	if (in->p[0] != '\n') {
		set_fault(c, SMTP_CONTENT_BARE_CR);
		c->state = TEXT;
		return SLICE_NIL;
	}
	*in = slice_skip(*in, 1);
	c->state = c->state == DOT_CR ? ENDED : START;
	if (c->state == ENDED)
		return SLICE_NIL;
	count_line(c, lone_dot ? 1 : 0, true);
	return lone_dot ? S(".\r\n") : S("\r\n");
}

/* A dot that begins a line is held and this is the byte behind it. */
static struct slice after_dot(struct smtp_content *c, struct slice *in)
{
	if (in->p[0] == '\r') {
		*in = slice_skip(*in, 1);
		c->state = c->state == DOT ? DOT_CR : DOT_CR_LF;
	} else if (in->p[0] == '\n') {
		*in = slice_skip(*in, 1);
		count_line(c, 1, true);
		return bare_lf(c, S(".\r\n"));
	} else {
		c->state = TEXT; /* the dot was stuffed */
	}
	return SLICE_NIL;
}

static struct slice in_line(struct smtp_content *c, struct slice *in)
{
	size_t n = run(c, *in);
	char first = in->p[0];
	struct slice piece = slice_take(*in, n);

	*in = slice_skip(*in, n ? n : 1);
	if (n)
		return piece;
	if (first == '\r') {
		c->state = CR;
		return SLICE_NIL;
	}
	count_line(c, 0, true);
	return bare_lf(c, S("\r\n"));
}

/* One step at the state; the piece it yields may be empty. */
static struct slice advance(struct smtp_content *c, struct slice *in)
{
	switch ((enum state)c->state) {
	case DOT:
	case DOT_LF:
		return after_dot(c, in);
	case CR:
	case DOT_CR:
	case DOT_CR_LF:
		return after_cr(c, in);
	case START:
	case START_LF:
		if (in->p[0] == '.' && c->format == SMTP_CONTENT_DATA) {
			*in = slice_skip(*in, 1);
			c->state = c->state == START ? DOT : DOT_LF;
			return SLICE_NIL;
		}
		break;
	case TEXT:
	case ENDED:
		break;
	}
	return in_line(c, in);
}

enum smtp_content_step smtp_content_next(
	struct smtp_content *c, struct slice *in, struct slice *ret_text)
{
	while (c->state != ENDED && in->n) {
		struct slice piece = advance(c, in);

		if (emit(c, piece)) {
			*ret_text = piece;
			return SMTP_CONTENT_TEXT;
		}
	}
	return c->state == ENDED ? SMTP_CONTENT_END : SMTP_CONTENT_MORE;
}

struct slice smtp_content_finish(struct smtp_content *c)
{
	if (c->state == CR)
		set_fault(c, SMTP_CONTENT_BARE_CR);
	bool open = c->state == TEXT && c->fault == SMTP_CONTENT_SOUND;

	c->state = ENDED;
	if (!open)
		return SLICE_NIL;
	c->bytes += 2;
	return S("\r\n");
}

void smtp_content_refusal(enum smtp_content_fault fault, struct smtp_reply *ret)
{
	switch (fault) {
	case SMTP_CONTENT_TOO_LARGE:
		smtp_reply_set(ret, 552, "5.3.4", "The message is larger than this server takes");
		return;
	case SMTP_CONTENT_LINE_TOO_LONG:
		smtp_reply_set(ret, 550, "5.6.0", "The message has a line of over %d bytes",
			SMTP_CONTENT_LINE_MAX);
		return;
	case SMTP_CONTENT_NUL:
		smtp_reply_set(ret, 550, "5.6.0", "The message has a NUL byte");
		return;
	case SMTP_CONTENT_BARE_LF:
		smtp_reply_set(ret, 550, "5.6.11",
			"The message has a line feed without a carriage return before it");
		return;
	case SMTP_CONTENT_BARE_CR:
		smtp_reply_set(ret, 550, "5.6.11",
			"The message has a carriage return without a line feed behind it");
		return;
	case SMTP_CONTENT_SOUND:
		break;
	}
	*ret = (struct smtp_reply){ 0 };
}
