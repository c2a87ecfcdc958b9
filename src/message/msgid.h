/* Message-ID (RFC 5322 section 3.6.4). Pure. */
#ifndef SLUICE_MESSAGE_MSGID_H
#define SLUICE_MESSAGE_MSGID_H

#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct buf;

/* Appends "<TIME.RANDOM@hostname>"; random is 64 bits that nobody can guess (rt/random.h). */
void message_msgid_format(struct buf *b, usec_t wall, uint64_t random, struct slice hostname);

#endif
