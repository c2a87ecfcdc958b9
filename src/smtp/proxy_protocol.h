/* The PROXY protocol, versions 1 and 2: the header by which a server in front says who its client
 * is, before the first byte of the connection proper (HAProxy's proxy-protocol.txt). Pure. */
#ifndef SLUICE_SMTP_PROXY_PROTOCOL_H
#define SLUICE_SMTP_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/slice.h"

struct buf;

#define SMTP_PROXY_V1_MAX 107 /* bytes of a line with its CRLF (section 2.1) */
#define SMTP_PROXY_V2_MAX 2048 /* bytes of a header that we take; the format allows 65551 */

enum smtp_proxy_version { SMTP_PROXY_V1 = 1, SMTP_PROXY_V2 = 2 };

/* A plain value; texts are views into the header. */
struct smtp_proxy {
	enum smtp_proxy_version version;
	/* The front speaks for itself (LOCAL), or does not know its client (UNKNOWN, an address
	 * family without addresses of the Internet): both ends are IP_NONE. */
	bool is_local;
	struct ip_port client, server;
	bool tls; /* version 2: the client spoke TLS to the front (PP2_TYPE_SSL) */
	struct slice tls_version; /* "TLSv1.3"; may be empty */
};

enum smtp_proxy_step {
	SMTP_PROXY_MORE, /* the beginning of a header: read on */
	SMTP_PROXY_DONE,
	SMTP_PROXY_BROKEN, /* not a header, or over a limit */
};

/* Reads the header at the start of `in`, which is everything received so far. DONE: *ret_used bytes
 * belong to it. BROKEN: *ret_why is a static sentence; it is told at the first byte that cannot
 * belong to a header. TLVs are checked against their bounds; those that we do not know are passed
 * over. */
enum smtp_proxy_step smtp_proxy_read(
	struct slice in, size_t *ret_used, struct smtp_proxy *ret, const char **ret_why);
/* After MORE: so many further bytes belong to the header in any case. For who must not read beyond
 * it, since a TLS handshake may follow. */
size_t smtp_proxy_wants(struct slice in);
/* Appends the header: UNKNOWN or LOCAL only with is_local, since the receiver may then take the
 * client for us and trust it. An address that is not known is said as that of nobody, all zero;
 * with two families both are said as IPv6. */
void smtp_proxy_write(struct buf *b, const struct smtp_proxy *p);

#endif
