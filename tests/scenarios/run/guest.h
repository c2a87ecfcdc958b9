/* The scripted clients. Each lives in a process of its own, on the host of its address, and plays the
 * blocks that are given to it. */
#ifndef SLUICE_SCENARIOS_GUEST_H
#define SLUICE_SCENARIOS_GUEST_H

#include "play.h"

/* `client NAME [to ADDRESS:PORT] [from ADDRESS] { ... }`: connects if it says where to, then plays the
 * block to its end. */
op_run guest_statement;
/* Closes all connections and ends the processes. */
void guest_end_all(struct ctx *ctx, struct play *p);

#endif
