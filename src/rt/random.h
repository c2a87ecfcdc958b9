/* Unpredictable bytes; in the simulated world they come from the seed. */
#ifndef SLUICE_RT_RANDOM_H
#define SLUICE_RT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/* Fit for keys and nonces. Never fails (aborts when the kernel refuses). */
void random_bytes(void *p, size_t n);
uint64_t random_u64(void);
/* A key for hash maps that peers fill. */
struct hash_key random_hash_key(void);

#endif
