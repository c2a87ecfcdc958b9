/* Checks of pool members by sessions without mail: greeting, EHLO, STARTTLS as configured, QUIT.
 * They find out that a member is down before a client does, that it is back, and what it offers.
 * Only hops with `health` in the configuration are checked. */
#ifndef SLUICE_NEXTHOP_HEALTH_H
#define SLUICE_NEXTHOP_HEALTH_H

struct ctx;

/* A member that is well is checked so many times less often. */
#define NEXTHOP_WELL 6

/* Checks until cancelled. One of the workers that share a board makes each check. A coroutine of
 * its own; arg is the struct nexthop, which must outlive it. */
int nexthop_health_run(struct ctx *ctx, void *arg);

#endif
