/* Why there is no session with a next hop: a value for the log, the queue listing and the DSN. */
#ifndef SLUICE_NEXTHOP_FAILURE_H
#define SLUICE_NEXTHOP_FAILURE_H

#include <stdbool.h>

#include "base/slice.h"
#include "smtp/reply.h"

struct client_failure;
struct ctx;

enum nexthop_fate {
	NEXTHOP_DEFER, /* try again later */
	NEXTHOP_FAIL, /* for good: return the mail */
};

/* What a caller may want to tell apart. */
enum nexthop_reason {
	NEXTHOP_UNREACHED, /* nobody lets us in */
	NEXTHOP_CROWDED, /* too many wait already, or this one waited for too long */
	NEXTHOP_LACKING, /* nobody there has what the message needs; `lacks` */
};

struct nexthop_failure {
	enum nexthop_reason reason;
	unsigned lacks; /* set of enum nexthop_need */
	enum nexthop_fate fate;
	bool alarm; /* a person should look: log-in, certificate, bogus names, a loop */
	struct smtp_status status; /* enhanced status, e.g. 4.4.1 */
	struct smtp_reply reply; /* the host's, which decided; code 0: there was none */
	/* "connect to mx.example[192.0.2.1]:25: connection refused"; in ctx->arena, never NULL */
	const char *text;
	struct slice host; /* whose fault it was, for Remote-MTA; may be empty; in ctx->arena */
};

/* Fills *ret, without a reply; text and a copy of host live in ctx->arena. status is "4.4.3": its
 * class is the fate. Does not suspend. Returns ERR_UNREACHABLE, so that it can be returned. */
int nexthop_failure_set(struct ctx *ctx, struct nexthop_failure *ret, const char *status,
	struct slice host, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* A client's transaction has waited for too long, or may not wait at all, for a connection to the
 * hops of that name. As above; counted. */
int nexthop_failure_crowded(
	struct ctx *ctx, struct nexthop_failure *ret, struct slice hops, bool too_long);

/* The enhanced status that tells why a session with a host did not come about. Static. */
const char *nexthop_failure_status(const struct client_failure *f);

#endif
