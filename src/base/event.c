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

/* Printable text as it is, quote and backslash escaped, other bytes as \xHH (logfmt) or \u00HH. */
static void put_quoted(struct buf *b, struct slice s, bool json)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (i == EVENT_TEXT_MAX) {
			buf_puts(b, "...");
			break;
		}
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_putc(b, '\\');
		if (ascii_is_print(s.p[i]))
			buf_putc(b, s.p[i]);
		else
			buf_printf(b, json ? "\\u%04x" : "\\x%02x", (unsigned char)s.p[i]);
	}
	buf_putc(b, '"');
}

static void put_logfmt(struct buf *b, const struct event_field *f)
{
	buf_putc(b, ' ');
	buf_puts(b, f->key);
	buf_putc(b, '=');
	if (f->is_number)
		buf_printf(b, "%lld", (long long)f->number);
	else if (f->text.n <= EVENT_TEXT_MAX && is_bare(f->text))
		buf_put(b, f->text);
	else
		put_quoted(b, f->text, false);
}

static void put_json(struct buf *b, const struct event_field *f)
{
	buf_printf(b, ",\"%s\":", f->key);
	if (f->is_number)
		buf_printf(b, "%lld", (long long)f->number);
	else
		put_quoted(b, f->text, true);
}

void event_format(struct buf *b, enum event_format format, usec_t wall, enum event e,
	const struct event_field *fields, size_t n)
{
	bool json = format == EVENT_JSON;

	buf_puts(b, json ? "{\"time\":\"" : "");
	time_format_iso(b, wall);
	buf_printf(b, json ? "\",\"level\":\"%s\",\"event\":\"%s\"" : " %s %s",
		level_names[infos[e].level], infos[e].name);
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
