/* xoshiro256++, its state filled by splitmix64 from one seed. */
#include "base/rng.h"

#include <assert.h>

static uint64_t rotl(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15ULL;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		r->s[i] = z ^ z >> 31;
	}
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s, result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	assert(n > 0);
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;

	do {
		x = rng_next(r);
	} while (x >= limit);
	return x % n;
}

int64_t rng_jitter(struct rng *r, int64_t value, unsigned percent)
{
	int64_t span = value / 100 * (int64_t)percent;

	if (span <= 0)
		return value;
	return value - span + (int64_t)rng_below(r, (uint64_t)span * 2 + 1);
}
