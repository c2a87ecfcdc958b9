/* Every suspension and every allocation of a process is a point at which it can be struck. A
 * process without memory dies where it stands, but the code at that place goes on to its next call
 * of the world, which refuses, as all later ones: to everybody outside that is the same. */
#include "rt/sim/strike.h"

#include <assert.h>

#include "base/mem.h"
#include "rt/coro.h"
#include "rt/sim/host.h"
#include "rt/sim/shim.h"
#include "rt/sim/trace.h"

#define KIND_ALLOCATION 100 /* in the trace, beside enum sim_strike */

static struct {
	void (*hook)(void *arg, const struct sim_park *park);
	void *arg;
} watcher;

static struct {
	void (*hook)(void *arg, const struct sim_host *h);
	void *arg;
} counter;

/* ---- suspensions ---- */

static bool is_job(const struct sim_proc *p)
{
	return world_current()->coro->scope == &p->jobs;
}

void sim_strike(enum sim_strike strike)
{
	struct sim_proc *p = host_proc();
	struct coro *c = world_current()->coro;

	trace(TRACE_STRIKE, p->id, strike, p->host->parks);
	switch (strike) {
	case SIM_STRIKE_CANCEL:
		if (!is_job(p)) {
			c->ctx.cancelled = true;
			loop_make_ready(c);
		}
		break;
	case SIM_STRIKE_STOP:
		sim_proc_stop(p);
		break;
	case SIM_STRIKE_KILL:
		sim_proc_kill(p);
		break;
	}
}

void world_parks(void)
{
	struct sim_proc *p = host_proc();
	struct sim_host *h = p->host;

	if (p->dead)
		return;
	h->parks++;
	if (watcher.hook)
		watcher.hook(watcher.arg, &(struct sim_park){ .host = h,
						  .proc = p,
						  .coroutine = world_current()->coro->name,
						  .job = is_job(p),
						  .number = h->parks });
	if (h->strike_at_park == h->parks)
		sim_strike(h->strike);
}

void sim_on_park(void (*hook)(void *arg, const struct sim_park *park), void *arg)
{
	watcher.hook = hook;
	watcher.arg = arg;
}

uint64_t sim_parks(const struct sim_host *h)
{
	return h->parks;
}

void sim_strike_at(struct sim_host *h, uint64_t number, enum sim_strike strike)
{
	h->strike_at_park = number;
	h->strike = strike;
}

/* ---- allocations ---- */

/* What the loop allocates outside of coroutines is the world's. */
static bool allocation_fails(void)
{
	if (world_current() == NULL)
		return false;
	struct sim_proc *p = host_proc();
	struct sim_host *h = p->host;

	if (p->dead)
		return false;
	h->allocations++;
	if (counter.hook)
		counter.hook(counter.arg, h);
	if (h->allocations != h->fail_allocation)
		return false;
	trace(TRACE_STRIKE, p->id, KIND_ALLOCATION, h->allocations);
	return true;
}

void sim_on_allocation(void (*hook)(void *arg, const struct sim_host *h), void *arg)
{
	counter.hook = hook;
	counter.arg = arg;
}

static void exhausted(void)
{
	host_proc_falls(host_proc());
}

void strike_start(void)
{
	sim_on_park(NULL, NULL);
	sim_on_allocation(NULL, NULL);
	shim_on_alloc(allocation_fails);
	mem_on_exhaustion(exhausted);
}

void strike_stop(void)
{
	sim_on_park(NULL, NULL);
	sim_on_allocation(NULL, NULL);
	shim_on_alloc(NULL);
	mem_on_exhaustion(NULL);
}

uint64_t sim_allocations(const struct sim_host *h)
{
	return h->allocations;
}

void sim_fail_allocation(struct sim_host *h, uint64_t number)
{
	assert(h != sim_tester());
	h->fail_allocation = number;
}
