/* A world with a clock and nothing else, for tests of the runtime's core. Waiting means that the clock
 * jumps to the instant waited for. */
#include <assert.h>
#include <stdlib.h>

#include "rt/log.h"
#include "rt/clock.h"
#include "rt/world.h"

static usec_t now = 1000 * USEC_PER_SEC;

usec_t world_now(void)
{
	return now;
}

void world_poll(usec_t until)
{
	assert(until != USEC_INFINITY); /* everybody waits and nothing can happen */
	if (until > now)
		now = until;
}

void world_interrupt(void)
{
}

void world_resumes(void)
{
}

void world_parks(void)
{
}

void world_start(void)
{
}

void world_stop(void)
{
}

bool world_log(struct slice line)
{
	(void)line;
	return true;
}

usec_t clock_wall(void)
{
	return now;
}

void log_event(const struct ctx *ctx, enum event e, const struct event_field *fields, size_t n)
{
	(void)ctx;
	(void)e;
	(void)fields;
	(void)n;
}
