/* A bucket of tokens as one instant: when everything taken so far will have been paid for at the
 * configured rate (the generic cell rate algorithm). Nothing has to be refilled, and one word holds
 * it. Pure. Instants are of one clock; one that is out of reach, because the clock went back, is
 * brought into reach again. */
#ifndef SLUICE_BASE_PACE_H
#define SLUICE_BASE_PACE_H

#include <stdint.h>

#include "base/time.h"

/* Nobody owes more than this. */
#define PACE_DEBT_MAX (3600 * USEC_PER_SEC)

/* How long n bytes take at `rate` bytes a second, rounded up; at most PACE_DEBT_MAX. 0 where the
 * rate is 0, which means no limit. */
usec_t pace_cost(uint64_t n, uint64_t rate);
/* The instant after something was taken that costs so long. */
usec_t pace_take(usec_t due, usec_t cost, usec_t now);
/* How long to wait until no more is owed than `burst` is worth. */
usec_t pace_wait(usec_t due, usec_t burst, usec_t now);

#endif
