/* Chance. Each part of the world draws from its own sequence, all from one seed, so that a change
 * in one part does not change what happens in the others. Private to the simulated world. */
#ifndef SLUICE_RT_SIM_DRAW_H
#define SLUICE_RT_SIM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

enum draw { DRAW_NET, DRAW_DISK, DRAW_JOB, DRAW_DNS, DRAW_RANDOM, DRAW_TEST, DRAW_KINDS };

void draw_start(uint64_t seed);
/* 64 random bits. */
uint64_t draw_u64(enum draw kind);
/* Uniform in [0, n); 0 when n is 0. */
uint64_t draw_below(enum draw kind, uint64_t n);
/* Uniform in [least, most]. */
usec_t draw_time(enum draw kind, usec_t least, usec_t most);
/* True in n of 1000 cases. */
bool draw_permille(enum draw kind, unsigned n);

#endif
