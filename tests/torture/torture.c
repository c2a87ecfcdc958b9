/* One scenario and its points. A plain run tells where the program suspends and how much it
 * allocates in between; every suspension is a point of three kinds, every allocation one more.
 * Where very much is allocated at once (the world's disk, the library's tables) some are taken. */
#include "torture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "scenario.h"

#define DENSE  200 /* allocations between two suspensions, all of which are points */
#define SPARSE 12 /* so many when there are more */

struct torture {
	struct scenario scenario;
	uint64_t seed;
	struct torture_point *v;
	size_t n, cap;
	uint64_t allocations; /* seen so far by the survey */
	const struct torture_point *now; /* NULL: the survey */
	bool judged; /* the plain run ended with a look at what was kept, and nothing was lost */
};

const char *torture_kind_name(enum torture_kind kind)
{
	static const char *const names[] = { "cancel", "stop", "kill", "memory" };

	return names[kind];
}

/* ---- the survey ---- */

static void add(struct torture *t, enum torture_kind kind, uint64_t number)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->v = mem_resize(t->v, t->cap * sizeof(*t->v));
	}
	t->v[t->n++] = (struct torture_point){ kind, number };
}

static void add_allocations(struct torture *t, uint64_t upto)
{
	uint64_t n = upto - t->allocations, step = n <= DENSE ? 1 : n / SPARSE;

	for (uint64_t i = t->allocations + 1; i <= upto; i += step)
		add(t, TORTURE_MEMORY, i);
	t->allocations = upto;
}

/* The spool's own coroutines end when it is closed, never alone; those of the supervisor stand for its
 * waiting, which nobody cancels. */
static bool can_be_cancelled(const struct sim_park *park)
{
	struct slice name = slice_str(park->coroutine);

	return !park->job && !slice_starts(name, S("spool")) && !slice_eq(name, S("watcher")) &&
	       !slice_eq(name, S("supervisor"));
}

static void survey(void *arg, const struct sim_park *park)
{
	struct torture *t = arg;

	if (park->host != sim_host_at(SCENARIO_HOST))
		return;
	if (can_be_cancelled(park))
		add(t, TORTURE_CANCEL, park->number);
	add(t, TORTURE_STOP, park->number);
	add(t, TORTURE_KILL, park->number);
	add_allocations(t, sim_allocations(park->host));
}

/* ---- runs ---- */

static void begin(struct ctx *ctx, void *arg)
{
	struct torture *t = arg;
	struct sim_host *h = sim_host_at(SCENARIO_HOST);

	(void)ctx;
	if (t->now == NULL)
		sim_on_park(survey, t);
	else if (t->now->kind == TORTURE_MEMORY)
		sim_fail_allocation(h, t->now->number);
	else
		sim_strike_at(h, t->now->number,
			t->now->kind == TORTURE_CANCEL ? SIM_STRIKE_CANCEL
			: t->now->kind == TORTURE_STOP ? SIM_STRIKE_STOP
						       : SIM_STRIKE_KILL);
}

static void calm(struct ctx *ctx, void *arg)
{
	struct sim_host *h = sim_host_at(SCENARIO_HOST);

	(void)ctx;
	(void)arg;
	sim_on_park(NULL, NULL);
	sim_fail_allocation(h, 0);
	sim_strike_at(h, 0, SIM_STRIKE_CANCEL);
	sim_disk_forget(h);
	sim_disk_set_sync_time(h, USEC_PER_MSEC, USEC_PER_MSEC);
}

static bool play(struct torture *t, const struct torture_point *now, struct scenario_seen *seen)
{
	const struct scenario_faults faults = { .seed = t->seed,
		.transcript_may_fail = now != NULL,
		.begin = begin,
		.calm = calm,
		.arg = t };

	t->now = now;
	scenario_seen_init(seen);
	return scenario_run(&t->scenario, &faults, seen) == 0;
}

static bool ends_well(const struct scenario_seen *seen, char why[TORTURE_WHY_BYTES])
{
	struct slice lines = buf_slice(&seen->lines), id;

	if (!slice_ends(lines, S("revived\n")) &&
		slice_search(lines, S("\nrevived\n")) == lines.n) {
		snprintf(why, TORTURE_WHY_BYTES, "it does not start again");
		return false;
	}
	if (torture_nothing_lost(lines, &id))
		return true;
	snprintf(why, TORTURE_WHY_BYTES, "%.*s was acknowledged and is lost", SLICE_ARG(id));
	return false;
}

struct torture *torture_new(
	const char *folder, const char *name, uint64_t seed, char why[TORTURE_WHY_BYTES])
{
	struct torture *t = mem_zalloc(sizeof(*t));
	struct scenario_seen seen;
	struct buf wrong;

	t->seed = seed;
	buf_init(&wrong, TORTURE_WHY_BYTES - 1);
	if (!scenario_load(folder, name, &t->scenario, &wrong)) {
		snprintf(why, TORTURE_WHY_BYTES, "%.*s", SLICE_ARG(buf_slice(&wrong)));
		buf_done(&wrong);
		free(t);
		return NULL;
	}
	buf_done(&wrong);
	bool passed = play(t, NULL, &seen);

	snprintf(why, TORTURE_WHY_BYTES, "%s", seen.failure);
	t->judged = passed && ends_well(&seen, (char[TORTURE_WHY_BYTES]){ 0 });
	scenario_seen_done(&seen);
	if (passed)
		return t;
	torture_free(t);
	return NULL;
}

bool torture_at(struct torture *t, const struct torture_point *point, char why[TORTURE_WHY_BYTES])
{
	struct scenario_seen seen;
	bool passed = play(t, point, &seen);

	snprintf(why, TORTURE_WHY_BYTES, "%s", seen.failure);
	if (passed && t->judged)
		passed = ends_well(&seen, why);
	scenario_seen_done(&seen);
	return passed;
}

size_t torture_count(const struct torture *t)
{
	return t->n;
}

struct torture_point torture_point(const struct torture *t, size_t i)
{
	return t->v[i];
}

void torture_free(struct torture *t)
{
	scenario_free(&t->scenario);
	free(t->v);
	free(t);
}
