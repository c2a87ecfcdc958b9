/* Private to nexthop: from an ordered list of hosts to one open session, with all fail-over. */
#ifndef SLUICE_NEXTHOP_CONNECT_H
#define SLUICE_NEXTHOP_CONNECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/slice.h"

struct client;
struct config;
struct config_hops;
struct ctx;
struct nexthop;
struct nexthop_ask;
struct nexthop_failure;
struct nexthop_group;
struct nexthop_memory;
struct nexthop_target;
struct pool;
struct rng;
struct tls_client;

/* Connections begun for one session before we give up. */
#define NEXTHOP_TRIES_MAX 16
/* How long we go without TLS to an address whose TLS did not work (opportunistic only). */
#define NEXTHOP_CLEAR_TIME (30 * USEC_PER_MIN)

/* What a session is made from; borrowed. */
struct nexthop_way {
	struct nexthop *nexthop;
	const struct config *config;
	const struct config_hops *hops; /* of this configuration; NULL: direct */
	const struct nexthop_target *target;
	struct tls_client *tls_client;
	struct pool *pool; /* for log-ins; may be NULL */
	struct nexthop_memory *dead, *clear;
	struct rng *rng;
	const struct nexthop_ask *ask;
	const struct nexthop_group *group; /* of hops; NULL: direct */
	size_t first; /* the member to begin with, or NEXTHOP_NO_MEMBER; only with a group */
	bool check; /* without log-in */
};

/* With whom; name is terminated and owned by the caller (free). */
struct nexthop_with {
	struct client *client;
	char *host;
	struct ip_port peer;
	size_t member; /* with a group: counted there as open and busy */
};

/* "mx1.example.org[192.0.2.1]:25", or without the name where that is the address; the caller frees
 * it. */
char *nexthop_connect_name(struct slice host, const struct ip_port *peer);
/* Suspends. 0; as ctx_check, *ret_failure untouched; else negative with *ret_failure filled. */
int nexthop_connect_run(struct ctx *ctx, const struct nexthop_way *way, struct nexthop_with *ret,
	struct nexthop_failure *ret_failure);

/* The same with this member only, whatever is known about it, which is not changed: to check it.
 * ret->member is not counted. */
int nexthop_connect_check(struct ctx *ctx, const struct nexthop_way *way, size_t member,
	struct nexthop_with *ret, struct nexthop_failure *ret_failure);

#endif
