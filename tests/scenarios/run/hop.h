/* The next hops. Each is a process on the host of its address that takes everything, unless it was
 * told otherwise; what it heard and said is observed. */
#ifndef SLUICE_SCENARIOS_HOP_H
#define SLUICE_SCENARIOS_HOP_H

#include "play.h"

/* `server NAME [ADDRESS:PORT...] { ... }`: the first time makes it and starts it behind the block. */
op_run hop_statement;
/* What a server got: expect NAME (got | connections | rcpts | sessions | sessions-most) [<= | >=] N, and
 * expect NAME message N { ... }. */
op_run hop_expect;
extern const struct op hop_message_ops[];
void hop_end_all(struct ctx *ctx, struct play *p);

#endif
