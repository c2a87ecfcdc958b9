/* A list that only grows, in order of time: runs are short. */
#include "crash.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rot.h"
#include "rt/clock.h"

struct crash {
	usec_t at;
	enum crash_kind kind;
	int worker;
};

static struct {
	struct crash *v;
	size_t n;
} crashes;

void crash_note(enum crash_kind kind, int worker)
{
	struct crash c = { clock_now(), kind, worker };

	crashes.v = mem_resize(crashes.v, (crashes.n + 1) * sizeof(*crashes.v));
	crashes.v[crashes.n++] = c;
	if (kind != CRASH_DISK)
		rot_waive();
}

bool crash_struck(int worker, unsigned kinds, usec_t from, usec_t to)
{
	for (size_t i = 0; i < crashes.n; i++) {
		const struct crash *c = &crashes.v[i];

		if (c->at >= from && c->at <= to && kinds & 1U << c->kind &&
			(worker == ANY_WORKER || c->worker == worker ||
				(c->worker == EACH_WORKER && worker >= 0)))
			return true;
	}
	return false;
}

void crash_forget(void)
{
	free(crashes.v);
	crashes.v = NULL;
	crashes.n = 0;
}
