/* A client's log-in with a host, passed through: from a good one on the connection is the client's
 * session's own, until that ends. */
#ifndef SLUICE_NEXTHOP_PASS_H
#define SLUICE_NEXTHOP_PASS_H

#include <stdbool.h>

#include "base/slice.h"
#include "nexthop/live.h"

struct buf;

/* Borrowed during the call; see client/pass.h. */
struct nexthop_pass {
	struct slice mechanism, initial;
	bool has_initial;
	int (*ask)(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret);
	void *arg;
};

/* Nobody can listen on the way to the host: TLS, or it is on this machine. */
bool nexthop_pass_is_private(const struct nexthop_conn *conn);
/* Suspends. 0: *ret is the host's last word; after 235 the lease stays with the caller beyond each
 * transaction (nexthop_live_end does not give it back), and nobody else gets the connection.
 * Negative: *ret_asked is what `ask` failed with; or 0, and it is ERR_CANCELLED, or ERR_UNREACHABLE
 * with *ret_broken filled. */
int nexthop_pass_login(struct ctx *ctx, struct nexthop_conn *conn, const struct nexthop_pass *p,
	struct smtp_reply *ret, int *ret_asked, struct nexthop_broken *ret_broken);
/* The connection can still take a transaction, as far as is known. */
bool nexthop_pass_is_alive(const struct nexthop_conn *conn);
/* The same for a connection on which nobody logs in: its lease stays beyond each transaction, until
 * nexthop_give_back. It was idle before its first one. */
void nexthop_hold(struct nexthop_conn *conn);
/* Ends that: others may have the connection, if it is good for them. Does not suspend. NULL is
 * fine. */
void nexthop_give_back(struct nexthop_conn *conn);
/* Ends it: closes the connection. Does not suspend. NULL is fine. */
void nexthop_pass_end(struct nexthop_conn *conn);

#endif
