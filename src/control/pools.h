/* What `sluice status` tells beside the workers' own numbers: listeners, pools and their members,
 * over all workers. */
#ifndef SLUICE_CONTROL_POOLS_H
#define SLUICE_CONTROL_POOLS_H

struct ctx;
struct nexthop;
struct server;
struct stream;

/* One line a listener, then one a pool and one a member of it. Suspends. Fails as
 * control_line_send. */
int control_pools_send(struct ctx *ctx, const struct server *server, const struct nexthop *nexthop,
	struct stream *to);

#endif
