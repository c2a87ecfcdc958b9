/* Private to nexthop: the authorities that each set of hops trusts. */
#ifndef SLUICE_NEXTHOP_AUTHORITIES_H
#define SLUICE_NEXTHOP_AUTHORITIES_H

#include <stddef.h>

struct buf;
struct config;
struct config_hops;
struct nexthop_authority;
struct tls_client;

struct nexthop_authorities {
	struct nexthop_authority *v; /* the last one is for all hops that have none of their own */
	size_t n;
	struct tls_client *system; /* given by the caller, or NULL */
};

/* system: the system's, a reference is taken; NULL: they are read here. ERR_TLS when a file cannot
 * be read: the sentence is appended to *why. The configuration must outlive it. Does not
 * suspend. */
int nexthop_authorities_load(const struct config *config, struct tls_client *system,
	struct buf *why, struct nexthop_authorities *ret);
void nexthop_authorities_done(struct nexthop_authorities *a);
/* hops: NULL for direct delivery. Borrowed. */
struct tls_client *nexthop_authorities_of(
	const struct nexthop_authorities *a, const struct config_hops *hops);

#endif
