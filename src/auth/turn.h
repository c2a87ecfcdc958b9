/* Whose password is verified next: a few run at once, the others wait in order of rank, and nobody
 * waits for long. */
#ifndef SLUICE_AUTH_TURN_H
#define SLUICE_AUTH_TURN_H

#include "auth/throttle.h"
#include "base/ip.h"
#include "base/list.h"
#include "base/time.h"

struct ctx;

/* An address with so many waiting ranks as suspect with the next. */
#define AUTH_TURN_PER_ADDRESS 4

struct auth_turn {
	unsigned free; /* verifications that may start now */
	unsigned waiting_max;
	usec_t wait_max;
	struct list waiting[AUTH_RANK_REFUSED]; /* by rank, in order of arrival */
	unsigned waiting_n;
};

void auth_turn_init(struct auth_turn *t, unsigned at_once, unsigned waiting_max, usec_t wait_max);
/* Suspends until it is this client's turn; then 0, and auth_turn_give must follow. ERR_BUSY when
 * too many wait, when a better one took the place, or after wait_max. Fails as ctx_check. */
int auth_turn_take(struct ctx *ctx, struct auth_turn *t, enum auth_rank rank, const struct ip *ip);
/* Never suspends; also called from outside coroutines. */
void auth_turn_give(struct auth_turn *t);

#endif
