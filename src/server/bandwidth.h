/* How many bytes a second are taken of a session's connection, address, network and login. */
#ifndef SLUICE_SERVER_BANDWIDTH_H
#define SLUICE_SERVER_BANDWIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct config_listener;
struct session;

/* Nobody waits longer before one read. */
#define BANDWIDTH_WAIT_MAX (60 * USEC_PER_SEC)

/* Does the listener limit anybody? */
bool bandwidth_is_limited(const struct config_listener *l);
/* So many bytes were read. *due is the connection's own bucket; the others are in the table that
 * all workers share (without one, as in `sluice explain`, there are no others). Returns how long to
 * wait before the next read; *ret_piece is how many bytes it should take, 0 where nothing limits
 * it. Never suspends. */
usec_t bandwidth_take(const struct session *s, uint64_t bytes, usec_t *due, size_t *ret_piece);

#endif
