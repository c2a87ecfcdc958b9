/* OpenSSL inside the simulation: keys from the seed, certificates by the virtual clock. */
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/openssl.h"

#include "sim_check.h"

#define KEY_BYTES 32

/* A fresh key; the times of a fresh certificate are the virtual clock's. */
static int makes_key(struct ctx *ctx, void *arg)
{
	EVP_PKEY *key;
	size_t n = KEY_BYTES;
	ASN1_TIME *now;

	sim_openssl_start();
	ctx_sleep(ctx, 400 * USEC_PER_DAY);
	key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	ck_assert_ptr_nonnull(key);
	ck_assert_int_eq(EVP_PKEY_get_raw_private_key(key, arg, &n), 1);
	EVP_PKEY_free(key);
	now = X509_gmtime_adj(NULL, 0);
	ck_assert_int_eq(ASN1_TIME_cmp_time_t(now, (time_t)(clock_wall() / USEC_PER_SEC)), 0);
	ASN1_TIME_free(now);
	return 0;
}

START_TEST(keys_come_from_the_seed)
{
	unsigned char first[KEY_BYTES], again[KEY_BYTES], other[KEY_BYTES];

	run_seed(1, makes_key, first);
	run_seed(1, makes_key, again);
	run_seed(2, makes_key, other);
	ck_assert_mem_eq(first, again, KEY_BYTES);
	ck_assert_mem_ne(first, other, KEY_BYTES);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("openssl");
	TCase *t = tcase_create("openssl");

	tcase_add_test(t, keys_come_from_the_seed);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
