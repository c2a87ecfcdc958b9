/* For tests in the simulated world: runs a coroutine under several seeds and asks for leaks. */
#ifndef SLUICE_TESTS_SIM_CHECK_H
#define SLUICE_TESTS_SIM_CHECK_H

#include "rt/sim/sim.h"

#include "check_main.h"

#define SEEDS 20

static inline void run_seed(uint64_t seed, coro_fn *fn, void *arg)
{
	sim_start(seed);
	ck_assert_int_eq(sim_run("test", fn, arg), 0);
	ck_assert_uint_eq(sim_stop(), 0);
}

static inline void run_seeds(coro_fn *fn)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed, fn, NULL);
}

#endif
