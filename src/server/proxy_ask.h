/* Private to the proxy: what is asked of the backend of a transaction, and how long it may take
 * before the content (docs/decisions/a-silent-server-is-left.md). Nothing here suspends. */
#ifndef SLUICE_SERVER_PROXY_ASK_H
#define SLUICE_SERVER_PROXY_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"
#include "nexthop/nexthop.h"

struct client_rcpt;
struct proxy_backend;

/* For an envelope with these recipients; borrows from b. */
struct nexthop_ask proxy_ask_of(
	const struct proxy_backend *b, const struct client_rcpt *rcpts, size_t n);
/* The client waits for a step from now on. */
void proxy_ask_begin(struct proxy_backend *b);
/* A step is about to be done on this lease, since b->began: one that is silent is not waited for as
 * long as the client would wait, while others could take its place. */
void proxy_ask_hurry(
	const struct proxy_backend *b, struct nexthop_conn *conn, const struct nexthop_ask *ask);
/* It was lost in that step: how long from now on whoever replaces it may take. */
usec_t proxy_ask_replace_time(struct proxy_backend *b);
/* One was lost before the content, and another one may be asked. */
bool proxy_ask_may_replace(const struct proxy_backend *b);

#endif
