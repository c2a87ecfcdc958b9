/* Two escapes for bytes that a parameter value cannot hold. Decoding never grows the text, so one
 * block of the arena as long as the text is enough. */
#include "smtp/xtext.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/text.h"

static bool is_xchar(char c)
{
	return c > ' ' && c <= '~' && c != '+' && c != '=';
}

/* QCHAR = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e     RFC 6533 section 3 */
static bool is_qchar(char c)
{
	return is_xchar(c) && c != '\\';
}

void smtp_xtext_encode(struct buf *b, struct slice bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		if (is_xchar(bytes.p[i]))
			buf_putc(b, bytes.p[i]);
		else
			buf_printf(b, "+%02X", (unsigned char)bytes.p[i]);
	}
}

static int upper_hex(char c)
{
	return c >= 'a' && c <= 'f' ? -1 : ascii_hex(c);
}

/* xtext = *( xchar / hexchar )
 * xchar = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
 * hexchar = ASCII "+" immediately followed by two upper case hexadecimal digits
 *                                              RFC 3461 section 4 */
bool smtp_xtext_decode(struct arena *a, struct slice text, struct slice *ret)
{
	char *p = slice_find(text, '+') < text.n ? arena_alloc(a, text.n) : NULL;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '+') {
			int high = i + 2 < text.n ? upper_hex(text.p[i + 1]) : -1;
			int low = high >= 0 ? upper_hex(text.p[i + 2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (!is_xchar(c)) {
			return false;
		}
		if (p)
			p[n] = c;
		n++;
	}
	*ret = p ? slice_of(p, n) : text;
	return true;
}

/* Code point of the well-formed sequence at s; its length in *ret_n. */
static uint32_t code_point(struct slice s, size_t *ret_n)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t point = n == 1 ? c : c & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		point = point << 6 | ((unsigned char)s.p[i] & 0x3f);
	*ret_n = n;
	return point;
}

void smtp_xtext_encode_utf8(struct buf *b, struct slice utf8)
{
	if (!text_is_utf8(utf8)) {
		b->failed = true;
		return;
	}
	while (utf8.n) {
		size_t n;
		uint32_t point = code_point(utf8, &n);

		if (point < 128 && is_qchar((char)point))
			buf_putc(b, (char)point);
		else
			buf_printf(b, "\\x{%02X}", (unsigned)point);
		utf8 = slice_skip(utf8, n);
	}
}

static size_t put_utf8(char *p, uint32_t point)
{
	if (point < 0x80) {
		p[0] = (char)point;
		return 1;
	}
	size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--) {
		p[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	p[0] = (char)((0xf00u >> n & 0xff) | point);
	return n;
}

/* EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"; 2 to 6 digits     RFC 6533 section 3
 * Length of the escape at s, or 0. */
static size_t escape_span(struct slice s, uint32_t *ret)
{
	uint32_t point = 0;
	size_t i = 3;

	if (!slice_starts(s, S("\\x{")))
		return 0;
	for (; i < s.n && upper_hex(s.p[i]) >= 0 && i < 9; i++)
		point = point << 4 | (uint32_t)upper_hex(s.p[i]);
	if (i < 5 || i == s.n || s.p[i] != '}' || point > 0x10ffff)
		return 0;
	*ret = point;
	return i + 1;
}

/* utf-8-addr-xtext = 1*(QCHAR / EmbeddedUnicodeChar)
 * utf-8-addr-unitext = 1*(QUCHAR / EmbeddedUnicodeChar)
 * QUCHAR = QCHAR / UTF8-2 / UTF8-3 / UTF8-4     RFC 6533 section 3 */
bool smtp_xtext_decode_utf8(struct arena *a, struct slice text, struct slice *ret)
{
	char *p = arena_alloc(a, text.n);
	size_t n = 0;

	while (text.n) {
		uint32_t point;
		size_t used = 1;

		if (text.p[0] == '\\') {
			used = escape_span(text, &point);
			if (used == 0)
				return false;
			n += put_utf8(p + n, point);
		} else if (is_qchar(text.p[0]) || (unsigned char)text.p[0] >= 128) {
			p[n++] = text.p[0];
		} else {
			return false;
		}
		text = slice_skip(text, used);
	}
	if (!text_is_utf8(slice_of(p, n)))
		return false;
	*ret = slice_of(p, n);
	return true;
}
