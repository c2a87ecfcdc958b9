/* Lines are looked at one by one: a field begins with a name and a colon, a fold with white space.
 * Everything else here is a walk over those. */
#include "message/header.h"

#include "base/ascii.h"
#include "base/buf.h"

#define FOLD_COLUMN 78 /* RFC 5322 section 2.1.1 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Length of the line at the start of s with its line end, or 0 when it has none. */
static size_t line_span(struct slice s)
{
	size_t lf = slice_find(s, '\n');

	return lf == s.n ? 0 : lf + 1;
}

/* field-name = 1*ftext; ftext = %d33-57 / %d59-126     RFC 5322 section 3.6.8
 * obs-optional = field-name *WSP ":" unstructured      RFC 5322 section 4.5.8
 * Length of the name, or 0 when the line begins no field; *ret_colon is the colon's offset. */
static size_t name_span(struct slice line, size_t *ret_colon)
{
	size_t n = 0, colon;

	while (n < line.n && line.p[n] > ' ' && line.p[n] <= '~' && line.p[n] != ':')
		n++;
	for (colon = n; colon < line.n && is_blank(line.p[colon]); colon++)
		;
	if (colon == line.n || line.p[colon] != ':')
		return 0;
	*ret_colon = colon;
	return n;
}

/* What mbox files put before a message. "From :" is a field in obsolete syntax, not this. */
static bool is_mbox_line(struct slice line)
{
	size_t colon;

	return (slice_starts(line, S("From ")) || slice_starts(line, S(">From "))) &&
	       name_span(line, &colon) == 0;
}

static bool starts_empty(struct slice s)
{
	return slice_starts(s, S("\r\n")) || slice_starts(s, S("\n"));
}

bool message_header_split(struct slice text, bool complete, size_t *ret_block, size_t *ret_body)
{
	size_t at = 0, colon;
	bool in_field = false;

	while (at < text.n) {
		struct slice rest = slice_skip(text, at);
		size_t n = line_span(rest);

		if (n == 0 && !complete)
			return false;
		struct slice line = n ? slice_take(rest, n) : rest;

		bool fold = in_field && is_blank(line.p[0]), mbox = at == 0 && is_mbox_line(line);

		in_field = fold || name_span(line, &colon) > 0;
		if (starts_empty(line) || !(in_field || mbox)) {
			*ret_block = at;
			*ret_body = starts_empty(line) ? at + n : at;
			return true;
		}
		at += line.n;
	}
	if (!complete)
		return false;
	*ret_block = *ret_body = text.n;
	return true;
}

struct message_header message_header_walk(struct slice block)
{
	struct message_header h = { block, false };

	if (is_mbox_line(block)) {
		size_t n = line_span(block);

		h.rest = slice_skip(block, n ? n : block.n);
	}
	return h;
}

/* Length of the field at the start of s with its folds. */
static size_t field_span(struct slice s)
{
	size_t at = 0;

	do {
		size_t n = line_span(slice_skip(s, at));

		if (n == 0)
			return s.n;
		at += n;
	} while (at < s.n && is_blank(s.p[at]));
	return at;
}

bool message_header_next(struct message_header *h, struct message_field *ret)
{
	size_t colon, name = name_span(h->rest, &colon);

	if (h->malformed || h->rest.n == 0 || starts_empty(h->rest))
		return false;
	if (name == 0) {
		h->malformed = true;
		return false;
	}
	struct message_field f = { .name = slice_take(h->rest, name),
		.all = slice_take(h->rest, field_span(h->rest)) };

	f.value = slice_skip(f.all, colon + 1);
	if (slice_ends(f.value, S("\n")))
		f.value.n--;
	if (slice_ends(f.value, S("\r")))
		f.value.n--;
	h->rest = slice_skip(h->rest, f.all.n);
	*ret = f;
	return true;
}

bool message_header_find(struct slice block, struct slice name, struct message_field *ret)
{
	struct message_header h = message_header_walk(block);
	struct message_field f;

	while (message_header_next(&h, &f)) {
		if (slice_eq_nocase(f.name, name)) {
			*ret = f;
			return true;
		}
	}
	return false;
}

size_t message_header_count(struct slice block, struct slice name)
{
	struct message_header h = message_header_walk(block);
	struct message_field f;
	size_t n = 0;

	while (message_header_next(&h, &f))
		n += slice_eq_nocase(f.name, name);
	return n;
}

void message_header_unfold(struct buf *b, struct slice value)
{
	value = slice_trim(value);
	while (value.n) {
		struct slice line = slice_split(&value, '\n');

		if (slice_ends(line, S("\r")))
			line.n--;
		buf_put(b, line);
	}
}

/* The next word of s with the white space before it. */
static struct slice take_word(struct slice *s)
{
	size_t n = 0;

	while (n < s->n && is_blank(s->p[n]))
		n++;
	while (n < s->n && !is_blank(s->p[n]))
		n++;
	struct slice word = slice_take(*s, n);

	*s = slice_skip(*s, n);
	return word;
}

static void put_clean(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\0')
			buf_putc(b, s.p[i] == '\r' || s.p[i] == '\n' ? ' ' : s.p[i]);
}

void message_header_put(struct buf *b, struct slice name, struct slice value)
{
	size_t column = name.n + 1;

	buf_put(b, name);
	buf_putc(b, ':');
	value = slice_trim(value);
	for (bool first = true; value.n; first = false) {
		struct slice word = take_word(&value);

		if (first)
			buf_putc(b, ' ');
		else if (column + word.n > FOLD_COLUMN) {
			buf_puts(b, "\r\n");
			column = 0;
		}
		put_clean(b, word);
		column += word.n + first;
	}
	buf_puts(b, "\r\n");
}
