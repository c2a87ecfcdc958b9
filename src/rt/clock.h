/* The two clocks. In the simulated world both are virtual. */
#ifndef SLUICE_RT_CLOCK_H
#define SLUICE_RT_CLOCK_H

#include "base/time.h"

/* Monotonic; the origin means nothing. Read once a turn of the loop (good to about a millisecond);
 * deadlines and due times use it. */
usec_t clock_now(void);
/* Since 1970-01-01 UTC; may step. For dates, ids and whatever outlives the process. */
usec_t clock_wall(void);

#endif
