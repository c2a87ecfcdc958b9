/* Apart from src/ on purpose: the comparison with what arrived is worth something then. */
#include "wire_text.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/hash.h"
#include "wire.h"

#define BODY_MAX 5000 /* bytes of a body that are shown */

void wire_text_read(struct slice content, bool dotted, struct buf *verbs, struct buf *text)
{
	unsigned seen = 0;

	while (content.n) {
		size_t end = slice_find(content, '\n');
		struct slice line = slice_take(content, end);
		bool bare = end < content.n && !slice_ends(line, S("\r"));
		enum wire_verb verb;

		content = slice_skip(content, end + 1);
		if (slice_ends(line, S("\r")))
			line.n--;
		if (dotted && content.n == 0 && slice_eq(line, S(".")))
			return;
		if (dotted && slice_starts(line, S(".")))
			line = slice_skip(line, 1);
		verb = bare ? WIRE_DAMAGED : wire_verb_of(line);
		if (!(seen & 1u << verb))
			buf_printf(verbs, "%s%s", seen ? "," : "", wire_verb_names[verb]);
		seen |= 1u << verb;
		buf_put(text, line);
		buf_putc(text, '\n');
	}
}

size_t wire_text_longest(struct slice text)
{
	size_t ret = 0;

	while (text.n) {
		struct slice line = slice_split(&text, '\n');

		if (slice_ends(line, S("\r")))
			line.n--;
		ret = line.n > ret ? line.n : ret;
	}
	return ret;
}

static bool is_shown(char c)
{
	return c > ' ' && c < 127 && c != '.';
}

/* Whether dots stand in s, none of them first or last. */
static bool holds_dots(struct slice s)
{
	return slice_find(s, '.') < s.n && s.p[0] != '.' && s.p[s.n - 1] != '.';
}

void wire_text_dots(struct slice content, struct buf *ret)
{
	while (content.n) {
		size_t n = 0;

		while (n < content.n && !is_shown(content.p[n]))
			n++;
		for (size_t i = 0; n && holds_dots(slice_take(content, n)) && i < n; i++)
			buf_printf(ret, "%02x", (unsigned)(unsigned char)content.p[i]);
		if (ret->n)
			return;
		content = slice_skip(content, n + 1);
	}
}

/* Up to the empty line, or all. */
static size_t header_bytes(struct slice text)
{
	size_t n = slice_search(text, S("\n\n"));

	if (slice_starts(text, S("\n")))
		return 0;
	return n < text.n ? n + 1 : text.n;
}

static void put_without_nul(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_putc(b, s.p[i] ? s.p[i] : '?');
}

static void show_header(struct slice header, struct buf *ret)
{
	while (header.n) {
		struct slice line = slice_split(&header, '\n'), rest = header;
		size_t times = 1;

		while (rest.n && slice_eq(slice_split(&rest, '\n'), line)) {
			header = rest;
			times++;
		}
		put_without_nul(ret, line);
		buf_putc(ret, '\n');
		if (times > 1)
			buf_printf(ret, "(%zu times)\n", times);
	}
}

static bool can_be_shown(struct slice body)
{
	for (size_t i = 0; i < body.n && body.n <= BODY_MAX; i++) {
		unsigned char c = (unsigned char)body.p[i];

		if ((c < ' ' && c != '\n') || c == 127)
			return false;
	}
	return body.n <= BODY_MAX;
}

void wire_text_show(struct slice text, struct buf *ret)
{
	static const struct hash_key key = { 1, 2 };
	size_t n = header_bytes(text);
	struct slice body = slice_skip(text, n);

	show_header(slice_take(text, n), ret);
	if (!can_be_shown(body)) /* it begins with the empty line, which then parts both */
		buf_printf(ret, "\n(%zu bytes, digest %016" PRIx64 ")", body.n,
			hash_slice(&key, body));
	put_without_nul(ret, slice_take(body, BODY_MAX));
}
