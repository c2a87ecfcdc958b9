/* Libraries that ask the C library for time, randomness or memory get the virtual clock, the seed,
 * and sometimes nothing: shim.c defines time, gettimeofday, clock_gettime, getrandom, getentropy,
 * malloc, calloc and realloc. Private to the
 * simulated world. */
#ifndef SLUICE_RT_SIM_SHIM_H
#define SLUICE_RT_SIM_SHIM_H

#include <stdbool.h>

/* malloc, calloc and realloc, whoever calls them, ask before they allocate; when the answer is true
 * they fail. NULL ends it. */
void shim_on_alloc(bool (*fails)(void));
/* Off, the kernel answers (test programs outside a run). Returns what was before. */
bool shim_enable(bool on);

#endif
