/* Libraries that ask the C library for time or randomness get the virtual clock and the seed:
 * shim.c defines time, gettimeofday, clock_gettime, getrandom and getentropy. Private to the
 * simulated world. */
#ifndef SLUICE_RT_SIM_SHIM_H
#define SLUICE_RT_SIM_SHIM_H

#include <stdbool.h>

/* Off, the kernel answers (test programs outside a run). */
void shim_enable(bool on);

#endif
