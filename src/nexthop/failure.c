/* One constructor, so that fate and status never contradict each other. */
#include "nexthop/failure.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/metrics.h"
#include "client/client.h"
#include "rt/ctx.h"

/* Bytes of text kept; what is longer was made by a peer. */
#define TEXT_MAX 1000

int nexthop_failure_set(struct ctx *ctx, struct nexthop_failure *ret, const char *status,
	struct slice host, const char *fmt, ...)
{
	struct nexthop_failure failure = { 0 };
	char text[TEXT_MAX];
	va_list args;
	bool valid = smtp_status_parse(slice_str(status), &failure.status);

	assert(valid && failure.status.class != 2);
	failure.fate = failure.status.class == 5 ? NEXTHOP_FAIL : NEXTHOP_DEFER;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args); /* cut is fine */
	va_end(args);
	failure.text = arena_strdup(ctx->arena, slice_str(text));
	failure.host = arena_dup(ctx->arena, host);
	*ret = failure;
	return ERR_UNREACHABLE;
}

int nexthop_failure_crowded(
	struct ctx *ctx, struct nexthop_failure *ret, struct slice hops, bool too_long)
{
	(void)nexthop_failure_set(ctx, ret, "4.3.2", SLICE_NIL,
		too_long ? "no connection to the hops %.*s became free in time"
			 : "too many wait for a connection to the hops %.*s already",
		SLICE_ARG(hops));
	ret->reason = NEXTHOP_CROWDED;
	metric_add(METRIC_POOL_REFUSED, 1);
	return ERR_UNREACHABLE;
}

const char *nexthop_failure_status(const struct client_failure *f)
{
	switch (f->why) {
	case CLIENT_NO_LOGIN:
		return "4.7.8";
	case CLIENT_NOT_TOLD:
		return "4.3.5";
	case CLIENT_NO_TLS:
	case CLIENT_TLS_FAILED:
	case CLIENT_UNTRUSTED:
		return "4.7.5";
	case CLIENT_BROKEN:
		return "4.5.0";
	case CLIENT_REPLY:
		return "4.3.2";
	case CLIENT_LOCAL:
		return "4.3.0";
	case CLIENT_OK:
	case CLIENT_LOST:
	case CLIENT_TIMEOUT:
		break;
	}
	return "4.4.2";
}
