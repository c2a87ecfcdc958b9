/* Typed answers from the DNS. The Linux world asks libunbound (validating), the simulated world a
 * zone in text. */
#ifndef SLUICE_RT_DNS_H
#define SLUICE_RT_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

struct buf;
struct ctx;

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_TLSA = 52
};

enum dns_status {
	DNS_FOUND, /* records follow */
	DNS_NO_DATA, /* the name exists, not with this type */
	DNS_NO_NAME, /* NXDOMAIN */
	DNS_FAILED, /* SERVFAIL, time-out, nobody answers: temporary */
	DNS_BOGUS, /* validation failed: temporary, and an alarm */
};
enum dns_security { DNS_INSECURE, DNS_SECURE };

/* One record; the member for its type is filled. */
struct dns_record {
	struct ip ip; /* A, AAAA */
	uint16_t preference; /* MX */
	struct slice name; /* MX, CNAME, PTR: lower case, no trailing dot; "" is the root */
	struct slice data; /* TXT (strings joined), TLSA (RDATA) */
};

struct dns_answer {
	enum dns_status status;
	enum dns_security security;
	struct dns_record *v; /* from the arena given */
	size_t n;
	usec_t ttl;
	struct slice canonical; /* the name at the end of the CNAME chain */
	const char *why; /* for FAILED and BOGUS: a sentence, static or in the arena */
};

struct arena;

/* Called once by a process before its first query, after it forked. 0, or ERR_INVALID for a
 * server that is no address, a trust anchor without a record, or a missing resolv.conf. Does
 * not suspend. Each query is bounded by DNS_PATIENCE besides the caller's deadline: then the
 * answer is DNS_FAILED. */
#define DNS_PATIENCE (20 * USEC_PER_SEC)
struct dns_settings {
	const struct slice *servers; /* "127.0.0.1@5353", "2001:db8::1" */
	size_t servers_n; /* 0: the system's, of resolv.conf, and /etc/hosts */
	struct slice trust_anchor; /* records, one a line; empty: all is insecure */
	struct buf *why; /* NULL, or takes a sentence when it fails */
};
int dns_setup(const struct dns_settings *s);
void dns_done(void);
/* Looks a name up; the answer's memory comes from `arena`. Follows CNAMEs. Suspends. Returns 0
 * whatever the DNS says (see status), or fails as ctx_check. */
int dns_query(struct ctx *ctx, struct arena *arena, struct slice name, enum dns_type type,
	struct dns_answer *ret);

#endif
