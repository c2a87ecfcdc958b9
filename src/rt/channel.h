/* Messages between a parent and its child, each with at most one descriptor. In the simulated world
 * a descriptor is a number of the world's own. */
#ifndef SLUICE_RT_CHANNEL_H
#define SLUICE_RT_CHANNEL_H

#include "base/slice.h"

struct buf;
struct ctx;

/* The end of one process, on its loop. */
struct channel;

/* Longest message. */
#define CHANNEL_MESSAGE_MAX 1024

/* Two connected ends; neither survives exec. ERR_FULL. */
int channel_open(int ret_ends[2]);
/* Sends a message, with a copy of the descriptor unless that is -1. Never waits: ERR_BUSY when the
 * other end does not read, ERR_RESET when it is gone. */
int channel_send(int end, struct slice message, int descriptor);
/* Takes an end over, for receiving on the loop. */
struct channel *channel_new(int end);
void channel_free(struct channel *c); /* closes it; NULL is fine */
/* The next message, appended to ret; *ret_descriptor is the caller's, -1 when there was none.
 * Suspends. ERR_EOF when the other end is gone. */
int channel_receive(struct ctx *ctx, struct channel *c, struct buf *ret, int *ret_descriptor);

#endif
