/* The kernel's clocks (answered by the vDSO, no system call). */
#include "rt/clock.h"

#include <time.h>

#include "rt/world.h"

static usec_t read_clock(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

usec_t world_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

usec_t clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}
