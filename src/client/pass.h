/* A log-in that our own client makes with the peer (RFC 4954): lines are passed on as they are, and
 * nobody here learns more of them than he must. */
#ifndef SLUICE_CLIENT_PASS_H
#define SLUICE_CLIENT_PASS_H

#include <stdbool.h>

#include "base/slice.h"
#include "client/client.h"

struct buf;

/* Borrowed during the call. */
struct client_pass {
	struct slice mechanism; /* offered by the peer */
	struct slice initial; /* base64; empty: "=" */
	bool has_initial;
	/* Tells our client a challenge and appends its answer, both in base64, to *ret, which is
	 * wiped. Suspends. A failure ends it all. */
	int (*ask)(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret);
	void *arg;
};

/* Suspends. 0: *ret is the peer's last word, of any class; its text lives in ctx->arena. Negative:
 * the session with the peer is over; *ret_asked is what `ask` failed with, or 0 and *ret_failure
 * says why. */
int client_pass_login(struct ctx *ctx, struct client *c, const struct client_pass *p,
	struct smtp_reply *ret, int *ret_asked, struct client_failure *ret_failure);

#endif
