/* Addresses: libc's inet_pton and inet_ntop do the text, the rest is comparing bytes. */
#include "base/ip.h"

#include <arpa/inet.h>

#include "base/buf.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct ip ip_from_bytes(const void *p, enum ip_family family)
{
	struct ip ip = { .family = (uint8_t)family };

	if (family == IP_V6 && memcmp(p, mapped_prefix, 12) == 0) {
		ip.family = IP_V4;
		memcpy(ip.b, (const uint8_t *)p + 12, 4);
	} else if (family != IP_NONE) {
		memcpy(ip.b, p, family == IP_V4 ? 4 : 16);
	}
	return ip;
}

bool ip_parse(struct slice s, struct ip *ret)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, bytes) == 1)
		*ret = ip_from_bytes(bytes, IP_V4);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*ret = ip_from_bytes(bytes, IP_V6);
	else
		return false;
	return true;
}

bool ip_port_parse(struct slice s, struct ip_port *ret)
{
	struct ip_port a = { 0 };
	size_t colon = slice_rfind(s, ':');
	struct slice host = slice_take(s, colon);
	uint64_t port;

	if (colon == s.n || !slice_to_u64(slice_skip(s, colon + 1), UINT16_MAX, &port))
		return false;
	if (host.n && host.p[0] == '[') {
		if (host.p[host.n - 1] != ']' || host.n < 3)
			return false;
		host = slice_take(slice_skip(host, 1), host.n - 2);
		if (slice_find(host, ':') == host.n)
			return false;
	} else if (slice_find(host, ':') < host.n) {
		return false;
	}
	if (host.n && !ip_parse(host, &a.ip))
		return false;
	a.port = (uint16_t)port;
	*ret = a;
	return true;
}

static unsigned width(const struct ip *ip)
{
	return ip->family == IP_V4 ? 32 : 128;
}

static bool prefix_eq(const struct ip *a, const struct ip *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a->b, b->b, whole) != 0)
		return false;
	return rest == 0 || ((a->b[whole] ^ b->b[whole]) >> (8 - rest)) == 0;
}

static bool host_bits_clear(const struct ip_net *net)
{
	for (unsigned i = net->bits; i < width(&net->ip); i++)
		if (net->ip.b[i / 8] & (0x80 >> (i % 8)))
			return false;
	return true;
}

bool ip_net_parse(struct slice s, struct ip_net *ret)
{
	struct ip_net net = { 0 };
	size_t slash = slice_find(s, '/');
	bool v6 = slice_find(s, ':') < s.n;
	uint64_t bits;

	if (!ip_parse(slice_take(s, slash), &net.ip))
		return false;
	if (slash == s.n) {
		bits = width(&net.ip);
	} else {
		if (!slice_to_u64(slice_skip(s, slash + 1), v6 ? 128 : 32, &bits))
			return false;
		if (v6 && net.ip.family == IP_V4) {
			if (bits < 96)
				return false;
			bits -= 96;
		}
	}
	net.bits = (uint8_t)bits;
	if (!host_bits_clear(&net))
		return false;
	*ret = net;
	return true;
}

bool ip_eq(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool ip_in_net(const struct ip *ip, const struct ip_net *net)
{
	return ip->family != IP_NONE && ip->family == net->ip.family &&
	       prefix_eq(ip, &net->ip, net->bits);
}

bool ip_is_loopback(const struct ip *ip)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (ip->family == IP_V4)
		return ip->b[0] == 127;
	return ip->family == IP_V6 && memcmp(ip->b, one, 16) == 0;
}

void ip_format(struct buf *b, const struct ip *ip)
{
	char text[INET6_ADDRSTRLEN];

	if (ip->family == IP_NONE)
		buf_puts(b, "unknown");
	else if (inet_ntop(ip->family == IP_V4 ? AF_INET : AF_INET6, ip->b, text, sizeof(text)))
		buf_puts(b, text);
}

void ip_port_format(struct buf *b, const struct ip_port *a)
{
	if (a->ip.family == IP_V6)
		buf_putc(b, '[');
	if (a->ip.family != IP_NONE)
		ip_format(b, &a->ip);
	if (a->ip.family == IP_V6)
		buf_putc(b, ']');
	buf_printf(b, ":%u", a->port);
}

void ip_net_format(struct buf *b, const struct ip_net *net)
{
	ip_format(b, &net->ip);
	buf_printf(b, "/%u", net->bits);
}
