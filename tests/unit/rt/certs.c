#include "certs.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert(extension != NULL);
	X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
}

static struct slice take_pem(BIO *bio)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	struct slice copy = slice_of(mem_strdup(slice_of(p, (size_t)n)), (size_t)n);

	BIO_free(bio);
	return copy;
}

static void write_pem(struct cert *c)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, c->x509);
	c->pem = take_pem(bio);
	bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey(bio, c->key, NULL, NULL, 0, NULL, NULL);
	c->key_pem = take_pem(bio);
}

struct cert cert_make(const struct cert *issuer, const char *name, const char *names, int from_days,
	int to_days, bool ca)
{
	uint32_t serial = 1;
	struct cert c = { .x509 = X509_new(), .key = EVP_EC_gen("P-256") };
	X509 *x = c.x509;
	X509_NAME *subject = X509_get_subject_name(x);

	X509_set_version(x, 2);
	/* Equal seeds give equal certificates, however many were made before. */
	(void)RAND_bytes((unsigned char *)&serial, sizeof(serial));
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial);
	X509_time_adj_ex(X509_getm_notBefore(x), from_days, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(x), to_days, 0, NULL);
	X509_NAME_add_entry_by_txt(
		subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer->x509) : subject);
	X509_set_pubkey(x, c.key);
	extend(x, issuer ? issuer->x509 : x, NID_basic_constraints,
		ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (names)
		extend(x, x, NID_subject_alt_name, names);
	int n = X509_sign(x, issuer ? issuer->key : c.key, EVP_sha256());

	assert(n > 0);
	(void)n;
	write_pem(&c);
	return c;
}

void cert_free(struct cert *c)
{
	X509_free(c->x509);
	EVP_PKEY_free(c->key);
	free((void *)(uintptr_t)c->pem.p);
	free((void *)(uintptr_t)c->key_pem.p);
}
