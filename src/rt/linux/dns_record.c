/* RDATA as the resolver hands it over: uncompressed, and otherwise whatever a name server sent.
 * What is not as its type says is no record; the rest of the answer counts all the same. */
#include "rt/linux/dns_record.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/cursor.h"

#define NAME_BYTES 253

/* An uncompressed name in wire form (RFC 1035 section 3.1) as text: lower case, no trailing dot.
 * Dots and backslashes inside labels are escaped. */
static struct slice read_name(struct cursor *c, struct arena *arena)
{
	struct buf b;
	struct slice text;

	buf_init(&b, 4 * NAME_BYTES);
	for (;;) {
		struct slice label = cursor_take(c, cursor_u8(c));

		if (c->failed || label.n == 0)
			break;
		if (b.n > 0)
			buf_putc(&b, '.');
		for (size_t i = 0; i < label.n; i++) {
			if (label.p[i] == '.' || label.p[i] == '\\')
				buf_putc(&b, '\\');
			buf_putc(&b, ascii_lower(label.p[i]));
		}
	}
	text = arena_dup(arena, buf_slice(&b));
	buf_done(&b);
	return text;
}

/* <character-string>s joined (RFC 1035 section 3.3.14; RFC 7208 section 3.3). */
static struct slice read_strings(struct cursor *c, struct arena *arena)
{
	char *text = arena_alloc(arena, c->rest.n + 1);
	size_t n = 0;

	while (!c->failed && !cursor_at_end(c)) {
		struct slice s = cursor_take(c, cursor_u8(c));

		memcpy(text + n, s.p ? s.p : "", s.n);
		n += s.n;
	}
	text[n] = 0;
	return slice_of(text, n);
}

static void read_ip(struct cursor *c, enum ip_family family, struct ip *ret)
{
	struct slice bytes = cursor_take(c, family == IP_V4 ? 4 : 16);

	if (!c->failed)
		*ret = ip_from_bytes(bytes.p, family);
}

bool dns_record_read(
	struct slice rdata, enum dns_type type, struct arena *arena, struct dns_record *ret)
{
	struct cursor c = cursor_of(rdata);
	struct slice preference;

	*ret = (struct dns_record){ 0 };
	switch (type) {
	case DNS_A:
		read_ip(&c, IP_V4, &ret->ip);
		break;
	case DNS_AAAA:
		read_ip(&c, IP_V6, &ret->ip);
		break;
	case DNS_MX:
		preference = cursor_take(&c, 2);
		if (!c.failed)
			ret->preference = (uint16_t)((unsigned char)preference.p[0] << 8 |
						     (unsigned char)preference.p[1]);
		ret->name = read_name(&c, arena);
		break;
	case DNS_CNAME:
	case DNS_PTR:
		ret->name = read_name(&c, arena);
		break;
	case DNS_TXT:
		ret->data = read_strings(&c, arena);
		break;
	case DNS_TLSA:
		ret->data = arena_dup(arena, rdata);
		break;
	}
	return !c.failed;
}
