/* Straight from the kernel, unbuffered: a buffer would be inherited by child processes, which would
 * then hand out the same bytes. */
#include "rt/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *p, size_t n)
{
	char *to = p;

	while (n) {
		ssize_t got = getrandom(to, n, 0);

		if (got < 0 && errno != EINTR) {
			perror("sluice: getrandom");
			abort();
		}
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		}
	}
}

uint64_t random_u64(void)
{
	uint64_t x;

	random_bytes(&x, sizeof(x));
	return x;
}

struct hash_key random_hash_key(void)
{
	struct hash_key key;

	random_bytes(&key, sizeof(key));
	return key;
}
