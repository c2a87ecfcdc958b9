/* A seeded generator (xoshiro256++, Blackman and Vigna 2019) for jitter and shuffles; never for
 * secrets (rt/random.h has those). Pure. */
#ifndef SLUICE_BASE_RNG_H
#define SLUICE_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Uniform in [0, n); n must not be 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* value +- percent, uniform. percent is 0 to 100. */
int64_t rng_jitter(struct rng *r, int64_t value, unsigned percent);

#endif
