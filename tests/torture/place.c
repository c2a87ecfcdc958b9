/* A place is the chain of return addresses: the same function called from elsewhere, or for another
 * purpose, is another one. */
#include "place.h"

#include <stddef.h>
#include <unwind.h>

#define FRAMES_MAX 64
#define PLACES	   (1u << 16)

static struct place {
	uint64_t hash;
	uint32_t times;
} places[PLACES];

struct chain {
	uint64_t hash;
	unsigned n;
};

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *c, void *arg)
{
	struct chain *chain = arg;

	chain->hash = (chain->hash ^ (uint64_t)_Unwind_GetIP(c)) * UINT64_C(0x9e3779b97f4a7c15);
	chain->hash ^= chain->hash >> 29;
	return ++chain->n == FRAMES_MAX ? _URC_END_OF_STACK : _URC_NO_REASON;
}

uint32_t place_seen(void)
{
	struct chain chain = { 1, 0 };

	(void)_Unwind_Backtrace(add_frame, &chain);
	for (size_t tries = 0; tries < PLACES; tries++) {
		struct place *p = &places[(chain.hash + tries) % PLACES];

		if (p->times == 0 || p->hash == chain.hash) {
			p->hash = chain.hash;
			return ++p->times;
		}
	}
	return 1; /* more places than there is room for: each is one of its own */
}
