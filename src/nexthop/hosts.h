/* Private to nexthop: the hosts of a destination, in the order in which they are tried, and their
 * addresses. */
#ifndef SLUICE_NEXTHOP_HOSTS_H
#define SLUICE_NEXTHOP_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"

struct arena;
struct config;
struct config_hops;
struct ctx;
struct nexthop_failure;
struct rng;

/* Mail exchangers of a domain that are looked at; the others are left out. */
#define NEXTHOP_HOSTS_MAX 16
/* Addresses of one host that are tried. */
#define NEXTHOP_ADDRESSES_MAX 8

enum nexthop_lookup {
	NEXTHOP_UNRESOLVED, /* not asked yet */
	NEXTHOP_RESOLVED, /* has addresses */
	NEXTHOP_NO_ADDRESS, /* the DNS says that it has none */
	NEXTHOP_LOOKUP_FAILED, /* the DNS does not answer */
	NEXTHOP_LOOKUP_BOGUS,
};

struct nexthop_host {
	struct slice name; /* lower case; the address in text for a literal */
	struct ip literal; /* IP_NONE: the name is looked up */
	uint16_t port, preference;
	bool lmtp, implicit_tls;
	enum nexthop_lookup lookup;
	const char *why; /* for LOOKUP_FAILED and BOGUS */
	struct ip_port addresses[NEXTHOP_ADDRESSES_MAX]; /* families in turn, IPv6 first */
	size_t n;
};

struct nexthop_hosts {
	struct slice domain; /* direct delivery; else empty */
	struct nexthop_host *v; /* in the arena */
	size_t n;
	bool implicit; /* the domain has no MX and is its own exchanger */
};

/* The hosts of a configured set, in its order. Does not suspend. */
void nexthop_hosts_configured(
	struct arena *a, const struct config_hops *hops, struct nexthop_hosts *ret);
/* The exchangers of a domain (RFC 5321 section 5.1): by preference, equals in random order, without
 * those that are ourselves by name and whoever is no better. Takes address literals, refuses null
 * MX (RFC 7505). Suspends. 0; as ctx_check; or ERR_UNREACHABLE with *ret_failure filled. */
int nexthop_hosts_of_domain(struct ctx *ctx, struct arena *a, const struct config *config,
	struct rng *rng, struct slice domain, struct nexthop_hosts *ret,
	struct nexthop_failure *ret_failure);
/* Looks up host i, and with direct delivery all of the same preference: if one of them has an
 * address of ours, the list ends before them. Asks each once. Suspends. 0, as ctx_check, or
 * ERR_UNREACHABLE when no host is left, with *ret_failure filled. After it i may be >= n. */
int nexthop_hosts_look_up(struct ctx *ctx, struct arena *a, const struct config *config,
	struct nexthop_hosts *hosts, size_t i, struct nexthop_failure *ret_failure);
/* Why nothing could be tried, from what the look-ups said. Returns ERR_UNREACHABLE. */
int nexthop_hosts_explain(
	struct ctx *ctx, const struct nexthop_hosts *hosts, struct nexthop_failure *ret);

#endif
