/* How long a listener's `flow` makes clients wait, and in how small pieces. Pure. */
#ifndef SLUICE_SERVER_FLOW_TIME_H
#define SLUICE_SERVER_FLOW_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct config_flow;

/* No reply waits longer, all its pieces together neither. */
#define FLOW_REPLY_MAX (30 * USEC_PER_SEC)

/* How long so many replies wait together when so many commands have been refused. */
usec_t flow_reply_delay(const struct config_flow *f, unsigned replies, unsigned refused);
/* Bytes of each piece of a text that is stuttered: as configured, or as many more as it takes to be
 * done in FLOW_REPLY_MAX. n and f->stutter are not 0. */
size_t flow_piece(const struct config_flow *f, size_t n);
/* Bytes to read at once at a rate that is not 0: about a quarter of a second's. */
size_t flow_read_piece(uint64_t rate);

#endif
