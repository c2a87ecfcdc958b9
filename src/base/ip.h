/* Internet addresses and networks as values. Mapped IPv6 (::ffff:0:0/96) becomes IPv4 when parsed
 * or taken from a socket, so that one host has one form. Pure. */
#ifndef SLUICE_BASE_IP_H
#define SLUICE_BASE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct buf;

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip {
	uint8_t family; /* enum ip_family; IP_NONE is "unknown" and equals nothing else */
	uint8_t b[16]; /* network order; the first 4 for IPv4, the rest zero */
};

struct ip_port {
	struct ip ip;
	uint16_t port;
};

struct ip_net {
	struct ip ip; /* host bits zero */
	uint8_t bits; /* prefix length: 0..32 or 0..128 */
};

/* "192.0.2.1", "2001:db8::1"; no brackets, no zone. */
bool ip_parse(struct slice s, struct ip *ret);
/* "192.0.2.1:25", "[2001:db8::1]:25", ":25" (IP_NONE: every address). */
bool ip_port_parse(struct slice s, struct ip_port *ret);
/* "10.0.0.0/8"; without a slash one address. Set host bits are an error. */
bool ip_net_parse(struct slice s, struct ip_net *ret);
/* A mapped address becomes IPv4. */
struct ip ip_from_bytes(const void *p, enum ip_family family);
bool ip_eq(const struct ip *a, const struct ip *b);
/* False when the families differ or ip is IP_NONE. */
bool ip_in_net(const struct ip *ip, const struct ip_net *net);
bool ip_is_loopback(const struct ip *ip);
void ip_format(struct buf *b, const struct ip *ip);
void ip_port_format(struct buf *b, const struct ip_port *a);
void ip_net_format(struct buf *b, const struct ip_net *net);

#endif
