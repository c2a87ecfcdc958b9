/* A child that dies starts again at once. When it dies again within a minute it waits a second,
 * then two, then four: what kills it again and again shall not fill the log. */
#include "app/children.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rt/clock.h"
#include "rt/process.h"

#define STEADY	  USEC_PER_MIN /* who lived so long has no delay */
#define DELAY_MAX (30 * USEC_PER_SEC)

void children_init(struct children *c, size_t n)
{
	*c = (struct children){ mem_zalloc(n * sizeof(*c->v)), n };
	for (size_t i = 0; i < n; i++)
		c->v[i].channel = -1;
}

static void close_channel(struct child *child)
{
	if (child->channel >= 0)
		process_close(child->channel);
	child->channel = -1;
}

void children_done(struct children *c)
{
	for (size_t i = 0; i < c->n; i++)
		close_channel(&c->v[i]);
	free(c->v);
	*c = (struct children){ 0 };
}

size_t children_running(const struct children *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].pid != 0;
	return n;
}

struct child *children_find(const struct children *c, int pid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].pid == pid)
			return &c->v[i];
	return NULL;
}

static usec_t delay_after(unsigned deaths)
{
	if (deaths <= 1)
		return 0;
	if (deaths > 6)
		return DELAY_MAX;
	usec_t delay = USEC_PER_SEC << (deaths - 2);

	return delay < DELAY_MAX ? delay : DELAY_MAX;
}

void children_ended(struct child *child)
{
	usec_t now = clock_now();

	close_channel(child);
	child->pid = 0;
	child->deaths = now - child->started >= STEADY ? 1 : child->deaths + 1;
	child->due = now + delay_after(child->deaths);
}

usec_t children_next_due(const struct children *c)
{
	usec_t next = USEC_INFINITY;

	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].pid == 0 && c->v[i].due < next)
			next = c->v[i].due;
	return next;
}
