/* Allocations told apart by the calls that led to them. */
#ifndef SLUICE_TESTS_PLACE_H
#define SLUICE_TESTS_PLACE_H

#include <stdint.h>

/* How often the place from which this is called, with all that called it, has been seen, this time
 * included. Allocates nothing. */
uint32_t place_seen(void);

#endif
