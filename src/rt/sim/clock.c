/* The clock and the course of a run. Nothing happens between two timers, so waiting means jumping
 * to the next one; when there is none, whoever still waits would wait for ever: the run is
 * stopped with a list of them. */
#include "rt/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "rt/ctx.h"
#include "rt/loop.h"
#include "rt/sim/disk.h"
#include "rt/sim/draw.h"
#include "rt/sim/fd.h"
#include "rt/sim/host.h"
#include "rt/sim/job.h"
#include "rt/sim/net.h"
#include "rt/sim/process.h"
#include "rt/sim/shim.h"
#include "rt/sim/sim.h"
#include "rt/sim/strike.h"
#include "rt/sim/trace.h"
#include "rt/world.h"

#define ORIGIN	      (1000 * USEC_PER_SEC) /* of clock_now */
#define FIRST_WALL    (1767225600 * USEC_PER_SEC) /* 2026-01-01 */
#define WALL_DAYS     3000 /* the seed chooses a day within */
#define LIVELOCK_RUNS 2000000 /* turns of the loop at one instant */

static struct {
	uint64_t seed;
	usec_t now, wall_offset;
	unsigned turns; /* since the clock last moved */
	bool log_to_stderr;
	void (*log_hook)(void *arg, struct slice line);
	void *log_arg;
} sim = { .now = ORIGIN };

static void list_coroutine(void *arg, const struct coro_info *info)
{
	(void)arg;
	fprintf(stderr, "  %s: %s, session '%.*s', started %" PRId64 " us ago, ", info->name,
		info->action, SLICE_ARG(info->session), sim.now - info->started);
	if (info->deadline == USEC_INFINITY)
		fprintf(stderr, "no deadline\n");
	else
		fprintf(stderr, "deadline in %" PRId64 " us\n", info->deadline - sim.now);
}

static void give_up(const char *why)
{
	fprintf(stderr, "simulation, seed %" PRIu64 ", at %" PRId64 " us: %s\n", sim.seed,
		sim.now - ORIGIN, why);
	loop_each_coro(list_coroutine, NULL);
	abort();
}

usec_t world_now(void)
{
	return sim.now;
}

void world_poll(usec_t until)
{
	if (host_bury_fallen())
		return;
	if (until == USEC_INFINITY)
		give_up("deadlock: these wait and nothing is left to happen");
	if (until <= sim.now) {
		if (++sim.turns > LIVELOCK_RUNS)
			give_up("livelock: the clock stands still while these run");
		return;
	}
	sim.now = until;
	sim.turns = 0;
	trace(TRACE_CLOCK, (uint64_t)until, 0, 0);
}

void world_interrupt(void)
{
}

void world_start(void)
{
}

void world_stop(void)
{
	net_forget_timers();
}

bool world_log(struct slice line)
{
	if (host_proc()->dead)
		return true; /* nobody reads what the dead say */
	trace_bytes(TRACE_LOG, host_proc()->id, 0, line);
	if (sim.log_to_stderr)
		fprintf(stderr, "%s: %.*s\n", sim_here()->name, SLICE_ARG(slice_trim(line)));
	if (sim.log_hook)
		sim.log_hook(sim.log_arg, slice_trim(line));
	return true;
}

usec_t clock_wall(void)
{
	return sim.now + sim.wall_offset;
}

void sim_clock_step(usec_t by)
{
	sim.wall_offset += by;
}

void sim_start(uint64_t seed)
{
	const char *log = getenv("SIM_LOG");

	sim.seed = seed;
	sim.now = ORIGIN;
	sim.turns = 0;
	sim.log_to_stderr = log && *log;
	sim_on_log(NULL, NULL);
	draw_start(seed);
	sim.wall_offset = FIRST_WALL - ORIGIN +
			  (usec_t)draw_below(DRAW_TEST, WALL_DAYS) * USEC_PER_DAY +
			  (usec_t)draw_below(DRAW_TEST, (uint64_t)USEC_PER_DAY);
	trace_start(seed);
	net_start();
	host_start();
	shim_enable(true);
	strike_start();
}

struct root {
	coro_fn *fn;
	void *arg;
};

static int root_main(struct ctx *ctx, void *arg)
{
	struct root *root = arg;

	world_set_tag(host_proc());
	int r = root->fn(ctx, root->arg);

	host_end_procs(ctx);
	return r;
}

int sim_run(const char *name, coro_fn *fn, void *arg)
{
	struct root root = { fn, arg };

	return loop_run(name, root_main, &root);
}

size_t sim_stop(void)
{
	size_t leaks = net_leaks() + disk_leaks() + job_leaks() + fd_leaks();

	strike_stop();
	shim_enable(false);
	net_stop();
	fd_stop();
	process_memory_stop();
	sim_dns_clear();
	disk_close_leaked();
	job_forget_leaked();
	host_stop();
	sim_disk_on_op(NULL, NULL);
	trace_stop();
	return leaks;
}

uint64_t sim_seed(void)
{
	return sim.seed;
}

uint64_t sim_digest(void)
{
	return trace_digest();
}

uint64_t sim_choose(uint64_t n)
{
	uint64_t chosen = draw_below(DRAW_TEST, n);

	trace(TRACE_CHOICE, n, chosen, 0);
	return chosen;
}

void sim_note(const char *text)
{
	trace_bytes(TRACE_NOTE, 0, 0, slice_str(text));
}

void sim_on_log(void (*hook)(void *arg, struct slice line), void *arg)
{
	sim.log_hook = hook;
	sim.log_arg = arg;
}
