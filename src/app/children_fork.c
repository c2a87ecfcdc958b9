/* Starting and ending children: processes of the system's. */
#include "app/children.h"

#include "base/event.h"
#include "rt/channel.h"
#include "rt/clock.h"
#include "rt/log.h"
#include "rt/process.h"

static void not_started(struct child *child)
{
	child->due = clock_now() + USEC_PER_SEC;
	LOG(NULL, EV_TROUBLE, FIELD_STR("reason", "the system has no room for another process"),
		FIELD_STR("process", child->what), FIELD_INT("number", child->number),
		FIELD_STR("mail", "it waits; this is tried again"));
}

bool children_start(struct children *c, struct child *child, int *ret_channel)
{
	int ends[2], pid;

	if (channel_open(ends) < 0) {
		not_started(child);
		return false;
	}
	if (process_fork(&pid) < 0) {
		process_close(ends[0]);
		process_close(ends[1]);
		not_started(child);
		return false;
	}
	if (pid == 0) {
		process_close(ends[0]);
		for (size_t i = 0; i < c->n; i++)
			if (c->v[i].channel >= 0)
				process_close(c->v[i].channel);
		*ret_channel = ends[1];
		return true;
	}
	process_close(ends[1]);
	child->channel = ends[0];
	child->pid = pid;
	child->started = clock_now();
	return false;
}

void children_end(struct children *c, bool at_once)
{
	for (size_t i = 0; i < c->n; i++) {
		c->v[i].due = USEC_INFINITY;
		if (c->v[i].pid)
			process_end(c->v[i].pid, at_once);
	}
}
