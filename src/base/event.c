/* Log lines in logfmt or JSON, from one table. */
#include "base/event.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/text.h"

static const struct event_info infos[EVENT_COUNT] = {
#define EVENT(id, name_, level_, sentence_) [EV_##id] = { name_, EVENT_##level_, sentence_ },
#include "base/event.def"
#undef EVENT
};

static const char *const level_names[] = { "debug", "info", "warning", "error" };

const struct event_info *event_info(enum event e)
{
	return &infos[e];
}

static bool is_bare(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_print(s.p[i]) || s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=' ||
			s.p[i] == '\\')
			return false;
	return true;
}

/* The first character as JSON names it; a byte that is no UTF-8 by its number. Returns how many
 * bytes it was. */
static size_t put_json_character(struct buf *b, struct slice s)
{
	uint32_t c = (unsigned char)s.p[0];
	size_t n = 2;

	while (n <= 4 && n <= s.n && c >= 0xc0 && !text_is_utf8(slice_take(s, n)))
		n++;
	if (n > 4 || n > s.n || c < 0xc0) {
		buf_printf(b, "\\u%04x", c);
		return 1;
	}
	c &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3fU);
	if (c > 0xffff) {
		buf_printf(b, "\\u%04x", 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	buf_printf(b, "\\u%04x", c);
	return n;
}

/* Bytes that stand between quotes as they are. */
static size_t plain_run(struct slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_is_print(s.p[n]) && s.p[n] != '"' && s.p[n] != '\\')
		n++;
	return n;
}

/* Printable ASCII as it is, quote and backslash escaped; all else as \xHH a byte (logfmt) or \uHHHH
 * a character (JSON), so that no peer decides what a terminal does. */
static void put_quoted(struct buf *b, struct slice s, bool json)
{
	bool cut = s.n > EVENT_TEXT_MAX;

	buf_putc(b, '"');
	s = slice_take(s, EVENT_TEXT_MAX);
	while (s.n) {
		size_t plain = plain_run(s), n = 1;

		if (plain) {
			buf_put(b, slice_take(s, plain));
			n = plain;
		} else if (ascii_is_print(s.p[0])) {
			buf_putc(b, '\\');
			buf_putc(b, s.p[0]);
		} else if (json) {
			n = put_json_character(b, s);
		} else {
			buf_printf(b, "\\x%02x", (unsigned char)s.p[0]);
		}
		s = slice_skip(s, n);
	}
	buf_puts(b, cut ? "...\"" : "\"");
}

static void put_number(struct buf *b, int64_t number)
{
	if (number < 0)
		buf_putc(b, '-');
	buf_put_uint(b, number < 0 ? -(uint64_t)number : (uint64_t)number, 1);
}

static void put_logfmt(struct buf *b, const struct event_field *f)
{
	buf_putc(b, ' ');
	buf_puts(b, f->key);
	buf_putc(b, '=');
	if (f->is_number)
		put_number(b, f->number);
	else if (f->text.n <= EVENT_TEXT_MAX && is_bare(f->text))
		buf_put(b, f->text);
	else
		put_quoted(b, f->text, false);
}

static void put_json(struct buf *b, const struct event_field *f)
{
	buf_printf(b, ",\"%s\":", f->key);
	if (f->is_number)
		put_number(b, f->number);
	else
		put_quoted(b, f->text, true);
}

void event_format(struct buf *b, enum event_format format, usec_t wall, enum event e,
	const struct event_field *fields, size_t n)
{
	bool json = format == EVENT_JSON;

	buf_puts(b, json ? "{\"time\":\"" : "");
	time_format_iso(b, wall);
	buf_puts(b, json ? "\",\"level\":\"" : " ");
	buf_puts(b, level_names[infos[e].level]);
	buf_puts(b, json ? "\",\"event\":\"" : " ");
	buf_puts(b, infos[e].name);
	buf_puts(b, json ? "\"" : "");
	for (size_t i = 0; i < n; i++) {
		if (!fields[i].is_number && fields[i].text.n == 0)
			continue;
		if (json)
			put_json(b, &fields[i]);
		else
			put_logfmt(b, &fields[i]);
	}
	buf_puts(b, json ? "}\n" : "\n");
}
