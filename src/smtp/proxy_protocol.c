/* Version 1 is a line of text, version 2 a binary block of stated length; their first bytes tell
 * them apart. What cannot become a header is refused at once, so that a client that speaks SMTP to
 * a port where a header is due is not kept waiting. */
#include "smtp/proxy_protocol.h"

#include "base/buf.h"
#include "base/cursor.h"

static const struct slice v1_begin = SLICE("PROXY ");
static const struct slice v2_begin = SLICE("\r\n\r\n\0\r\nQUIT\n");

#define V2_HEAD		16 /* bytes before the addresses */
#define V2_PROXY	0x21 /* version and command */
#define V2_LOCAL	0x20
#define V2_STREAM_V4	0x11 /* family and transport */
#define V2_STREAM_V6	0x21
#define TLV_SSL		0x20
#define TLV_SSL_VERSION 0x21
#define CLIENT_SSL	0x01 /* in the first byte of TLV_SSL */

static enum smtp_proxy_step broken(const char *why, const char **ret_why)
{
	*ret_why = why;
	return SMTP_PROXY_BROKEN;
}

/* ---- version 1 (section 2.1) ---- */

static bool take_port(struct slice s, uint16_t *ret)
{
	uint64_t n;

	if ((s.n > 1 && s.p[0] == '0') || !slice_to_u64(s, UINT16_MAX, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

/* An address of the family that was said. A mapped one is IPv4 for us, whatever was said. */
static bool take_address(struct slice s, enum ip_family family, struct ip *ret)
{
	bool colon = slice_find(s, ':') < s.n;

	return colon == (family == IP_V6) && ip_parse(s, ret);
}

/* "PROXY" SP ( "TCP4" / "TCP6" ) SP address SP address SP port SP port CRLF
 * "PROXY" SP "UNKNOWN" anything CRLF */
static bool read_v1_line(struct slice line, struct smtp_proxy *ret)
{
	struct slice rest = slice_skip(line, v1_begin.n), protocol = slice_split(&rest, ' ');
	enum ip_family family = slice_eq(protocol, S("TCP4")) ? IP_V4 : IP_V6;

	*ret = (struct smtp_proxy){ .version = SMTP_PROXY_V1 };
	if (slice_eq(protocol, S("UNKNOWN"))) {
		ret->is_local = true;
		return true;
	}
	if (!slice_eq(protocol, S("TCP4")) && !slice_eq(protocol, S("TCP6")))
		return false;
	return take_address(slice_split(&rest, ' '), family, &ret->client.ip) &&
	       take_address(slice_split(&rest, ' '), family, &ret->server.ip) &&
	       take_port(slice_split(&rest, ' '), &ret->client.port) &&
	       take_port(rest, &ret->server.port);
}

static enum smtp_proxy_step read_v1(
	struct slice in, size_t *ret_used, struct smtp_proxy *ret, const char **ret_why)
{
	size_t lf = slice_find(slice_take(in, SMTP_PROXY_V1_MAX), '\n');
	struct smtp_proxy p;

	if (lf >= SMTP_PROXY_V1_MAX)
		return broken("a PROXY line of over 107 bytes", ret_why);
	if (lf >= in.n)
		return SMTP_PROXY_MORE;
	if (in.p[lf - 1] != '\r' || !read_v1_line(slice_take(in, lf - 1), &p))
		return broken("a malformed PROXY line", ret_why);
	*ret_used = lf + 1;
	*ret = p;
	return SMTP_PROXY_DONE;
}

/* ---- version 2 (section 2.2) ---- */

static unsigned big_endian(struct slice s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n = n << 8 | (unsigned char)s.p[i];
	return n;
}

/* type, length, value; a length beyond the end fails the cursor. */
static bool next_tlv(struct cursor *c, unsigned *ret_type, struct slice *ret_value)
{
	if (cursor_at_end(c) || c->failed)
		return false;
	*ret_type = big_endian(cursor_take(c, 1));
	*ret_value = cursor_take(c, big_endian(cursor_take(c, 2)));
	return !c->failed;
}

/* pp2_tlv_ssl: what the client did, the outcome of a verification, TLVs of its own. */
static bool read_ssl(struct slice value, struct smtp_proxy *ret)
{
	struct cursor c = { .rest = value };
	unsigned client = big_endian(cursor_take(&c, 1)), type;
	struct slice sub;

	(void)cursor_take(&c, 4);
	while (next_tlv(&c, &type, &sub))
		if (type == TLV_SSL_VERSION)
			ret->tls_version = sub;
	ret->tls = (client & CLIENT_SSL) != 0;
	return !c.failed;
}

static bool read_tlvs(struct cursor *c, struct smtp_proxy *ret)
{
	struct slice value;
	unsigned type;
	bool good = true;

	while (good && next_tlv(c, &type, &value))
		if (type == TLV_SSL)
			good = read_ssl(value, ret);
	return good && !c->failed;
}

static bool read_v2_block(
	unsigned command, unsigned family, struct slice block, struct smtp_proxy *ret)
{
	struct cursor c = { .rest = block };
	size_t n = family == V2_STREAM_V4 ? 4 : 16;
	enum ip_family f = family == V2_STREAM_V4 ? IP_V4 : IP_V6;

	*ret = (struct smtp_proxy){ .version = SMTP_PROXY_V2, .is_local = true };
	if (command == V2_LOCAL || (family != V2_STREAM_V4 && family != V2_STREAM_V6))
		return true; /* what follows means nothing to us */
	struct slice from = cursor_take(&c, n), to = cursor_take(&c, n);
	struct slice from_port = cursor_take(&c, 2), to_port = cursor_take(&c, 2);

	if (c.failed || !read_tlvs(&c, ret))
		return false;
	ret->is_local = false;
	ret->client = (struct ip_port){ ip_from_bytes(from.p, f), (uint16_t)big_endian(from_port) };
	ret->server = (struct ip_port){ ip_from_bytes(to.p, f), (uint16_t)big_endian(to_port) };
	return true;
}

static enum smtp_proxy_step read_v2(
	struct slice in, size_t *ret_used, struct smtp_proxy *ret, const char **ret_why)
{
	struct smtp_proxy p;

	if (in.n < V2_HEAD)
		return SMTP_PROXY_MORE;
	unsigned command = (unsigned char)in.p[12], family = (unsigned char)in.p[13];
	size_t length = big_endian(slice_of(in.p + 14, 2));

	if (command != V2_PROXY && command != V2_LOCAL)
		return broken("an unknown version or command of PROXY", ret_why);
	if (V2_HEAD + length > SMTP_PROXY_V2_MAX)
		return broken("a PROXY header of over 2048 bytes", ret_why);
	if (in.n < V2_HEAD + length)
		return SMTP_PROXY_MORE;
	if (!read_v2_block(command, family, slice_of(in.p + V2_HEAD, length), &p))
		return broken("a malformed PROXY header", ret_why);
	*ret_used = V2_HEAD + length;
	*ret = p;
	return SMTP_PROXY_DONE;
}

static bool may_be(struct slice in, struct slice begin)
{
	return slice_starts(begin, slice_take(in, begin.n));
}

enum smtp_proxy_step smtp_proxy_read(
	struct slice in, size_t *ret_used, struct smtp_proxy *ret, const char **ret_why)
{
	if (!may_be(in, v1_begin) && !may_be(in, v2_begin))
		return broken("no PROXY header", ret_why);
	if (in.n >= v1_begin.n && may_be(in, v1_begin))
		return read_v1(in, ret_used, ret, ret_why);
	if (in.n >= v2_begin.n)
		return read_v2(in, ret_used, ret, ret_why);
	return SMTP_PROXY_MORE;
}

#define V1_LEAST (sizeof("PROXY UNKNOWN\r\n") - 1)

size_t smtp_proxy_wants(struct slice in)
{
	if (in.n < V1_LEAST)
		return V1_LEAST - in.n;
	if (may_be(in, v1_begin))
		return in.p[in.n - 1] == '\r' ? 1 : 2;
	if (in.n < V2_HEAD)
		return V2_HEAD - in.n;
	return V2_HEAD + big_endian(slice_of(in.p + 14, 2)) - in.n;
}

/* ---- writing ---- */

static bool is_v4(const struct smtp_proxy *p)
{
	return p->client.ip.family != IP_V6 && p->server.ip.family != IP_V6;
}

/* As 16 bytes; IPv4 is mapped. An address that is not known is zero. */
static void widen(const struct ip *ip, uint8_t ret[static 16])
{
	memset(ret, 0, 16);
	if (ip->family == IP_V6) {
		memcpy(ret, ip->b, 16);
	} else if (ip->family == IP_V4) {
		ret[10] = ret[11] = 0xff;
		memcpy(ret + 12, ip->b, 4);
	}
}

static void put_v1_address(struct buf *b, const struct ip *ip, bool v4)
{
	buf_putc(b, ' ');
	if (ip->family == IP_NONE) {
		buf_puts(b, v4 ? "0.0.0.0" : "::");
		return;
	}
	if (!v4 && ip->family == IP_V4)
		buf_puts(b, "::ffff:");
	ip_format(b, ip);
}

static void write_v1(struct buf *b, const struct smtp_proxy *p)
{
	bool v4 = is_v4(p);

	if (p->is_local) {
		buf_puts(b, "PROXY UNKNOWN\r\n");
		return;
	}
	buf_puts(b, v4 ? "PROXY TCP4" : "PROXY TCP6");
	put_v1_address(b, &p->client.ip, v4);
	put_v1_address(b, &p->server.ip, v4);
	buf_printf(b, " %u %u\r\n", p->client.port, p->server.port);
}

static void put_u16(struct buf *b, size_t n)
{
	buf_putc(b, (char)(n >> 8));
	buf_putc(b, (char)n);
}

/* What of the client's TLS is told: that there was one, and its version. */
static void put_ssl(struct buf *b, struct slice version)
{
	version = slice_take(version, 32);
	buf_putc(b, TLV_SSL);
	put_u16(b, 1 + 4 + 3 + version.n);
	buf_putc(b, CLIENT_SSL);
	buf_put(b, S("\0\0\0\1")); /* no certificate was verified */
	buf_putc(b, TLV_SSL_VERSION);
	put_u16(b, version.n);
	buf_put(b, version);
}

static void put_v2_address(struct buf *b, const struct ip *ip, bool v4)
{
	uint8_t wide[16];

	widen(ip, wide);
	buf_put(b, v4 ? slice_of(wide + 12, 4) : slice_of(wide, 16));
}

static void write_v2(struct buf *b, const struct smtp_proxy *p)
{
	bool v4 = is_v4(p);
	struct buf block;

	buf_put(b, v2_begin);
	if (p->is_local) {
		buf_putc(b, V2_LOCAL);
		buf_put(b, S("\0\0\0"));
		return;
	}
	buf_init(&block, SMTP_PROXY_V2_MAX);
	put_v2_address(&block, &p->client.ip, v4);
	put_v2_address(&block, &p->server.ip, v4);
	put_u16(&block, p->client.port);
	put_u16(&block, p->server.port);
	if (p->tls)
		put_ssl(&block, p->tls_version);
	buf_putc(b, V2_PROXY);
	buf_putc(b, v4 ? V2_STREAM_V4 : V2_STREAM_V6);
	put_u16(b, block.n);
	buf_put(b, buf_slice(&block));
	buf_done(&block);
}

void smtp_proxy_write(struct buf *b, const struct smtp_proxy *p)
{
	if (p->version == SMTP_PROXY_V1)
		write_v1(b, p);
	else
		write_v2(b, p);
}
