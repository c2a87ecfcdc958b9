/* Chance from the seed, for the world itself and for rt/random.h. Draws of the program go into the
 * trace; those of the world show in what they cause. */
#include "rt/random.h"

#include "base/rng.h"
#include "rt/sim/draw.h"
#include "rt/sim/trace.h"

static struct rng sequences[DRAW_KINDS];

void draw_start(uint64_t seed)
{
	for (unsigned i = 0; i < DRAW_KINDS; i++)
		rng_seed(&sequences[i], hash_u64(seed + i * 0x9e3779b97f4a7c15ULL));
}

uint64_t draw_u64(enum draw kind)
{
	return rng_next(&sequences[kind]);
}

uint64_t draw_below(enum draw kind, uint64_t n)
{
	return n ? rng_below(&sequences[kind], n) : 0;
}

usec_t draw_time(enum draw kind, usec_t least, usec_t most)
{
	return most > least ? least + (usec_t)draw_below(kind, (uint64_t)(most - least) + 1)
			    : least;
}

bool draw_permille(enum draw kind, unsigned n)
{
	return n && draw_below(kind, 1000) < n;
}

void random_bytes(void *p, size_t n)
{
	unsigned char *to = p;

	for (size_t i = 0; i < n; i += 8) {
		uint64_t x = draw_u64(DRAW_RANDOM);

		memcpy(to + i, &x, n - i < 8 ? n - i : 8);
	}
	trace_bytes(TRACE_RANDOM, n, 0, slice_of(p, n));
}

uint64_t random_u64(void)
{
	uint64_t x;

	random_bytes(&x, sizeof(x));
	return x;
}

struct hash_key random_hash_key(void)
{
	struct hash_key key = { random_u64(), random_u64() };

	return key;
}
