/* Encodings. All are table-driven and work byte by byte; none is on a path that minds. */
#include "base/text.h"

#include "base/ascii.h"
#include "base/buf.h"

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void text_base64(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;

		if (i + 1 < s.n)
			v |= (uint32_t)(unsigned char)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= (unsigned char)s.p[i + 2];
		buf_putc(b, b64[v >> 18]);
		buf_putc(b, b64[v >> 12 & 63]);
		buf_putc(b, i + 1 < s.n ? b64[v >> 6 & 63] : '=');
		buf_putc(b, i + 2 < s.n ? b64[v & 63] : '=');
	}
}

static int b64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool text_base64_decode(struct buf *b, struct slice text)
{
	size_t start = b->n, pad = 0;

	if (text.n % 4 != 0)
		return false;
	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < text.n - pad; i++) {
		int v = b64_value(text.p[i]);

		if (v < 0) {
			b->n = start;
			return false;
		}
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_putc(b, (char)(bits >> have & 0xff));
		}
	}
	if (bits & ((1u << have) - 1) || b->failed) {
		b->n = start;
		return false;
	}
	return true;
}

/* UTF8-2 / UTF8-3 / UTF8-4 of RFC 3629 section 4 */
size_t text_utf8_char(struct slice s)
{
	unsigned char c = (unsigned char)s.p[0], low = 0x80, high = 0xbf;
	size_t n;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (s.n < n || (unsigned char)s.p[1] < low || (unsigned char)s.p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool text_is_utf8(struct slice s)
{
	while (s.n) {
		size_t n = text_utf8_char(s);

		if (n == 0)
			return false;
		s = slice_skip(s, n);
	}
	return true;
}

void text_id(uint64_t id, char ret[TEXT_ID_CHARS])
{
	for (size_t i = TEXT_ID_CHARS; i > 0; i--) {
		ret[i - 1] = id_digits[id & 31];
		id >>= 5;
	}
}

bool text_id_parse(struct slice s, uint64_t *ret)
{
	uint64_t id = 0;

	if (s.n != TEXT_ID_CHARS)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = memchr(id_digits, ascii_lower(s.p[i]), 32);

		if (at == NULL || id >> 59 != 0)
			return false;
		id = id << 5 | (uint64_t)(at - id_digits);
	}
	*ret = id;
	return true;
}

size_t text_print_run(struct slice s)
{
	size_t n = 0;

	while (n < s.n && ascii_is_print(s.p[n]))
		n++;
	return n;
}

void text_escape(struct buf *b, struct slice s, size_t max)
{
	size_t start = b->n;

	while (s.n) {
		size_t n = text_print_run(s), left = max - (b->n - start);

		if (b->n - start >= max) {
			buf_puts(b, "...");
			return;
		}
		if (n == 0)
			buf_printf(b, "\\x%02x", (unsigned char)s.p[0]);
		n = n < left ? n : left;
		buf_put(b, slice_take(s, n));
		s = slice_skip(s, n ? n : 1);
	}
}
