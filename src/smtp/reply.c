/* A reply is mostly short, so its text lies inside the value; what a remote server writes at length
 * lies in an arena. Formatting makes any text safe, so that nothing a peer sent can add a line.
 *
 * The reader takes one line at a time through smtp/line.h. The enhanced code of a remote is taken
 * off the text and put back by the formatter. */
#include "smtp/reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/text.h"

struct slice smtp_reply_text(const struct smtp_reply *r)
{
	return r->far.n ? r->far : slice_of(r->near, r->n);
}

/* status-code = class "." subject "." detail
 * class = "2"/"4"/"5"; subject = 1*3digit; detail = 1*3digit     RFC 3463 section 2 */
bool smtp_status_parse(struct slice s, struct smtp_status *ret)
{
	struct slice class = slice_split(&s, '.'), subject = slice_split(&s, '.');
	uint64_t first, second, third;

	if (class.n != 1 || (class.p[0] != '2' && class.p[0] != '4' && class.p[0] != '5'))
		return false;
	if (subject.n > 3 || s.n > 3 || !slice_to_u64(class, 5, &first) ||
		!slice_to_u64(subject, 999, &second) || !slice_to_u64(s, 999, &third))
		return false;
	*ret = (struct smtp_status){ (uint8_t)first, (uint16_t)second, (uint16_t)third };
	return true;
}

void smtp_status_format(struct buf *b, struct smtp_status status)
{
	buf_put_uint(b, status.class, 1);
	buf_putc(b, '.');
	buf_put_uint(b, status.subject, 1);
	buf_putc(b, '.');
	buf_put_uint(b, status.detail, 1);
}

static void set_codes(struct smtp_reply *r, int code, const char *enhanced)
{
	assert(code >= 200 && code <= 599);
	*r = (struct smtp_reply){ .code = (uint16_t)code };
	if (enhanced) {
		bool ok = smtp_status_parse(slice_str(enhanced), &r->status);

		assert(ok);
		(void)ok; /* only the assertion reads it */
	}
}

void smtp_reply_set(struct smtp_reply *ret, int code, const char *enhanced, const char *fmt, ...)
{
	char text[SMTP_REPLY_TEXT_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	va_end(ap);
	assert(n >= 0);
	set_codes(ret, code, enhanced);
	ret->n = (uint16_t)(n < SMTP_REPLY_TEXT_MAX ? n : SMTP_REPLY_TEXT_MAX);
	memcpy(ret->near, text, ret->n);
}

void smtp_reply_set_text(struct smtp_reply *ret, int code, const char *enhanced, struct slice text)
{
	set_codes(ret, code, enhanced);
	ret->far = text;
}

void smtp_reply_keep(const struct smtp_reply *reply, struct smtp_reply *ret)
{
	struct slice text = slice_take(smtp_reply_text(reply), SMTP_REPLY_TEXT_MAX);

	*ret = *reply;
	ret->far = SLICE_NIL;
	ret->n = (uint16_t)text.n;
	if (reply->far.n)
		memcpy(ret->near, text.p, text.n);
}

bool smtp_reply_is_about_session(const struct smtp_reply *r)
{
	switch (r->code) {
	case 421:
	case 530:
	case 534:
	case 535:
	case 538:
		return true;
	default:
		return false;
	}
}

/* C1, and what parts lines for programs that know Unicode (U+2028, U+2029). */
static bool is_control(struct slice character)
{
	const unsigned char *p = (const unsigned char *)character.p;

	return (p[0] == 0xc2 && p[1] < 0xa0) ||
	       (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9));
}

/* Bytes of the character at the beginning of s if it is shown as it is, else 0. */
static size_t shown_as_it_is(struct slice s, bool utf8)
{
	if (ascii_is_print(s.p[0]))
		return 1;
	size_t n = utf8 ? text_utf8_char(s) : 0;

	return n > 1 && !is_control(slice_take(s, n)) ? n : 0;
}

/* Appends text from *s until the line has max bytes, made safe; a line that does not end is broken
 * at its last space if it has one. */
static void put_text_line(struct buf *b, struct slice *s, size_t max, bool utf8)
{
	size_t start = b->n, space = 0, at_space = 0, n = text_print_run(*s);

	if (n == s->n && n <= max) { /* nearly all that is ever said */
		buf_put(b, *s);
		*s = SLICE_NIL;
		return;
	}

	for (size_t i = 0; i < s->n; i += n ? n : 1) {
		char c = s->p[i];

		if (c == '\n') {
			*s = slice_skip(*s, i + 1);
			return;
		}
		if (c == ' ') {
			space = i;
			at_space = b->n;
		}
		n = shown_as_it_is(slice_skip(*s, i), utf8);
		if (b->n - start + (n ? n : 4) > max) {
			if (space)
				b->n = at_space;
			*s = slice_skip(*s, space ? space + 1 : i);
			return;
		}
		if (n)
			buf_put(b, slice_take(slice_skip(*s, i), n));
		else
			text_escape(b, slice_of(&c, 1), 4);
	}
	*s = SLICE_NIL;
}

/* Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 *                                              RFC 5321 section 4.2 */
void smtp_reply_format(struct buf *b, const struct smtp_reply *r)
{
	struct slice text = smtp_reply_text(r);

	do {
		size_t start = b->n, mark = b->n + 3;

		buf_put_uint(b, r->code, 3);
		buf_putc(b, ' ');
		if (r->status.class) {
			smtp_status_format(b, r->status);
			buf_putc(b, ' ');
		}
		if (b->failed)
			return;
		put_text_line(b, &text, SMTP_REPLY_LINE_MAX - 2 - (b->n - start), r->utf8);
		buf_puts(b, "\r\n");
		if (text.n && !b->failed)
			b->p[mark] = '-';
	} while (text.n && !b->failed);
}

void smtp_reply_format_line(struct buf *b, const struct smtp_reply *r)
{
	struct slice text = smtp_reply_text(r);

	buf_put_uint(b, r->code, 3);
	if (r->status.class) {
		buf_putc(b, ' ');
		smtp_status_format(b, r->status);
	}
	while (text.n) {
		buf_putc(b, ' ');
		text_escape(b, slice_split(&text, '\n'), SIZE_MAX);
	}
}

void smtp_reply_reader_init(struct smtp_reply_reader *r)
{
	*r = (struct smtp_reply_reader){ 0 };
	smtp_line_init(&r->line, SMTP_REPLY_READ_LINE);
	r->line.auth_max = SMTP_REPLY_READ_LINE;
	buf_init(&r->text, SMTP_REPLY_READ_MAX);
}

void smtp_reply_reader_done(struct smtp_reply_reader *r)
{
	buf_done(&r->text);
}

const char *smtp_reply_problem(const struct smtp_reply_reader *r)
{
	return r->problem;
}

/* The enhanced code at the start of *text, which is then moved behind it, or class 0. It counts
 * only where its class is the reply code's (RFC 2034 section 4). */
static struct smtp_status take_status(unsigned code, struct slice *text)
{
	struct smtp_status status = { 0 };
	size_t n = slice_find(*text, ' ');

	if (!smtp_status_parse(slice_take(*text, n), &status) || status.class != code / 100)
		return (struct smtp_status){ 0 };
	*text = slice_skip(*text, n + 1);
	return status;
}

static bool same_status(struct smtp_status a, struct smtp_status b)
{
	return a.class == b.class && a.subject == b.subject && a.detail == b.detail;
}

/* One line: code, "-" or " " or nothing, text. False with r->problem set when it is not one. */
static bool take_line(struct smtp_reply_reader *r, struct slice line, bool *ret_last)
{
	uint64_t code;

	if (!slice_to_u64(slice_take(line, 3), 599, &code) || code < 200 ||
		(line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')) {
		r->problem = "a line is not an SMTP reply";
		return false;
	}
	if (r->lines > 0 && code != r->code) {
		r->problem = "the lines of a reply have different codes";
		return false;
	}
	if (++r->lines > SMTP_REPLY_LINES_MAX) {
		r->problem = "a reply has too many lines";
		return false;
	}
	if (r->lines > 1)
		buf_putc(&r->text, '\n');
	buf_put(&r->text, slice_skip(line, 4));
	if (r->text.failed) {
		r->problem = "a reply is too long";
		return false;
	}
	r->code = (unsigned)code;
	*ret_last = line.n < 4 || line.p[3] == ' ';
	return true;
}

/* The first line's enhanced code is the reply's; it is taken off every line that bears it. In
 * place: the text only shrinks. */
static void strip_status(struct smtp_reply_reader *r)
{
	struct slice rest = buf_slice(&r->text), first = slice_take(rest, slice_find(rest, '\n'));
	size_t n = 0;

	r->status = take_status(r->code, &first);
	for (bool more = r->status.class != 0; more;) {
		more = slice_find(rest, '\n') < rest.n;
		struct slice line = slice_split(&rest, '\n'), bare = line;

		if (same_status(take_status(r->code, &bare), r->status))
			line = bare;
		if (line.n)
			memmove(r->text.p + n, line.p, line.n);
		n += line.n;
		if (more)
			r->text.p[n++] = '\n';
	}
	if (r->status.class != 0)
		r->text.n = n;
}

static void deliver(struct smtp_reply_reader *r, struct arena *a, struct smtp_reply *ret)
{
	strip_status(r);
	struct slice text = buf_slice(&r->text);

	*ret = (struct smtp_reply){ .code = (uint16_t)r->code, .status = r->status };
	if (text.n > SMTP_REPLY_TEXT_MAX) {
		ret->far = arena_dup(a, text);
	} else if (text.n) {
		memcpy(ret->near, text.p, text.n);
		ret->n = (uint16_t)text.n;
	}
	buf_clear(&r->text);
	r->lines = 0;
}

enum smtp_reply_step smtp_reply_read(struct smtp_reply_reader *r, struct slice in, struct arena *a,
	size_t *ret_used, struct smtp_reply *ret)
{
	*ret_used = 0;
	while (r->problem == NULL) {
		struct slice line;
		size_t used;
		bool last;
		enum smtp_line_status status = smtp_line_next(&r->line, in, &used, &line);

		*ret_used += used;
		in = slice_skip(in, used);
		if (status == SMTP_LINE_MORE && r->line.damage == SMTP_LINE_MORE)
			return SMTP_REPLY_MORE;
		if (status == SMTP_LINE_MORE)
			status = r->line.damage; /* its end is not waited for */
		if (status != SMTP_LINE_OK) {
			r->problem = smtp_line_status_text(status);
			break;
		}
		if (!take_line(r, line, &last))
			break;
		if (last) {
			deliver(r, a, ret);
			return SMTP_REPLY_DONE;
		}
	}
	return SMTP_REPLY_BROKEN;
}
