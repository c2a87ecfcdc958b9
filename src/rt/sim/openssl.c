/* OpenSSL's randomness from the seed, for tests that use TLS: keys, nonces and tickets are then the
 * same in every run of one seed. Its clock is the virtual one already (shim.c). */
#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method: no provider is as small */

#include "rt/sim/openssl.h"

#include <assert.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "rt/random.h"

static int bytes(unsigned char *p, int n)
{
	random_bytes(p, (size_t)n);
	return 1;
}

static int status(void)
{
	return 1;
}

static int seed(const void *p, int n)
{
	(void)p;
	(void)n;
	return 1;
}

static int add(const void *p, int n, double entropy)
{
	(void)entropy;
	return seed(p, n);
}

/* The authorities of the machine that runs the simulation are no part of its world, and take longer
 * to read than many a run: these stand before the library's own. */
int SSL_CTX_load_verify_file(SSL_CTX *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return 0;
}

int SSL_CTX_set_default_verify_paths(SSL_CTX *ctx)
{
	(void)ctx;
	return 1;
}

void sim_openssl_start(void)
{
	static const RAND_METHOD method = { seed, bytes, NULL, add, bytes, status };
	int r = RAND_set_rand_method(&method);

	assert(r == 1);
	(void)r;
}
