/* Certificates arrive as bytes, never as paths: the supervisor reads them, a worker may not. All is
 * loaded before the first connection, the trusted roots too, so that no handshake waits for a
 * disk. */
#include "rt/tls_keys.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "rt/random.h"
#include "rt/tls_trial.h"

/* Certificates of one chain, and of a bundle of trusted roots. */
#define CHAIN_MAX 16
#define ROOTS_MAX 10000

/* Where systems keep their bundle, tried in this order. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian */
	"/etc/pki/tls/certs/ca-bundle.crt", /* Fedora */
	"/etc/ssl/ca-bundle.pem", /* SUSE */
	"/etc/ssl/cert.pem", /* Alpine */
};

/* What binds both sides: TLS 1.2 and 1.3, no renegotiation, no compression, buffers released
 * while idle. NULL when the library is out of memory. */
static SSL_CTX *new_context(const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (!ctx)
		return NULL;
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1); /* header and body of a record in one read */
	return ctx;
}

/* OpenSSL would ask the terminal otherwise. */
static int no_password(char *p, int n, int writing, void *arg)
{
	(void)p, (void)n, (void)writing, (void)arg;
	return 0;
}

static BIO *bio_of(struct slice s)
{
	return s.n > INT_MAX ? NULL : BIO_new_mem_buf(s.n ? s.p : "", (int)s.n);
}

static X509 *next_certificate(BIO *bio)
{
	return bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
}

static int wrong(struct buf *why, const char *text)
{
	ERR_clear_error();
	buf_puts(why, text);
	return ERR_TLS;
}

/* The first certificate is ours, the rest its issuers. */
static int use_chain(SSL_CTX *ctx, struct slice pem, struct buf *why)
{
	BIO *bio = bio_of(pem);
	X509 *cert = next_certificate(bio);
	int r = 0;

	if (!cert)
		r = wrong(why, "there is no certificate in PEM form");
	else if (SSL_CTX_use_certificate(ctx, cert) != 1)
		r = wrong(why, "the certificate's key is too weak or of an unknown kind");
	for (unsigned i = 0; r == 0; i++) {
		X509 *issuer = next_certificate(bio);

		if (!issuer)
			break;
		if (i >= CHAIN_MAX || SSL_CTX_add0_chain_cert(ctx, issuer) != 1) {
			X509_free(issuer);
			r = wrong(why, "the certificate's chain is too long or holds a weak key");
		}
	}
	ERR_clear_error(); /* "no more PEM" */
	X509_free(cert);
	BIO_free(bio);
	return r;
}

static int use_key(SSL_CTX *ctx, struct slice pem, struct buf *why)
{
	BIO *bio = bio_of(pem);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
	int r = 0;

	if (!key && slice_search(pem, S("ENCRYPTED")) < pem.n)
		r = wrong(why, "the key is encrypted; give it without a password");
	else if (!key)
		r = wrong(why, "there is no private key in PEM form");
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1)
		r = wrong(why, "the key does not belong to the certificate");
	EVP_PKEY_free(key);
	BIO_free(bio);
	return r;
}

/* Picks the first pair whose certificate is good for the name that the client asks for; otherwise
 * the default stays: a client that does not verify is better served than refused (RFC 6066
 * section 3 allows both). */
static int choose_by_name(SSL *ssl, int *alert, void *arg)
{
	const struct tls_server *t = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	if (!name)
		return SSL_TLSEXT_ERR_NOACK;
	for (size_t i = 0; i < t->n; i++) {
		X509 *cert = SSL_CTX_get0_certificate(t->v[i]);

		if (X509_check_host(cert, name, strlen(name), 0, NULL) != 1)
			continue;
		if (i > 0)
			(void)SSL_set_SSL_CTX(ssl, t->v[i]); /* NULL: the default stays */
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static int new_pair(struct tls_server *t, const struct tls_keypair *pair, struct buf *why)
{
	static const unsigned char id[] = "sluice";
	SSL_CTX *ctx = new_context(TLS_server_method());
	int r;

	if (!ctx)
		return wrong(why, "the TLS library is out of memory");
	t->v[t->n++] = ctx;
	SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	/* Tickets only: resumption costs us no memory. One is enough for a mail client. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1);
	SSL_CTX_set_tlsext_servername_callback(ctx, choose_by_name);
	SSL_CTX_set_tlsext_servername_arg(ctx, t);
	r = use_chain(ctx, pair->certificate, why);
	return r < 0 ? r : use_key(ctx, pair->key, why);
}

int tls_server_new(
	const struct tls_keypair *pairs, size_t n, struct buf *why, struct tls_server **ret)
{
	struct tls_server *t;
	int r = 0;

	if (n == 0)
		return wrong(why, "there is no certificate");
	t = mem_zalloc(sizeof(*t));
	t->references = 1;
	t->v = mem_zalloc(n * sizeof(SSL_CTX *));
	for (size_t i = 0; i < n && r == 0; i++)
		r = new_pair(t, &pairs[i], why);
	if (r < 0) {
		tls_server_unref(t);
		return r;
	}
	*ret = t;
	return 0;
}

struct tls_server *tls_server_ref(struct tls_server *t)
{
	t->references++;
	return t;
}

void tls_server_unref(struct tls_server *t)
{
	if (!t || --t->references > 0)
		return;
	for (size_t i = 0; i < t->n; i++)
		SSL_CTX_free(t->v[i]);
	free(t->v);
	free(t);
}

void tls_server_set_ticket_key(struct tls_server *t, const void *key)
{
	unsigned char copy[TLS_TICKET_KEY_BYTES];

	/* The library takes them from a buffer that is not const. */
	memcpy(copy, key, sizeof(copy));
	for (size_t i = 0; i < t->n; i++) {
		long rc = SSL_CTX_set_tlsext_ticket_keys(t->v[i], copy, sizeof(copy));

		assert(rc == 1); /* it knows exactly this size */
		(void)rc;
	}
	mem_wipe(copy, sizeof(copy));
}

static int trust_bundle(SSL_CTX *ctx, struct slice pem, struct buf *why)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *bio = bio_of(pem);
	unsigned n = 0;

	for (X509 *cert; n < ROOTS_MAX && (cert = next_certificate(bio)); n++) {
		(void)X509_STORE_add_cert(store, cert); /* fails only for lack of memory */
		X509_free(cert);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (n == 0)
		return wrong(why, "there is no certificate in PEM form");
	/* The operator named these: each is trusted as it stands, root or not. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return 0;
}

static void trust_system(SSL_CTX *ctx)
{
	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
		int r = SSL_CTX_load_verify_file(ctx, bundles[i]);

		ERR_clear_error();
		if (r == 1)
			return;
	}
	(void)SSL_CTX_set_default_verify_paths(ctx); /* at worst nobody is trusted */
	ERR_clear_error();
}

int tls_client_new(struct slice ca, struct buf *why, struct tls_client **ret)
{
	struct tls_client *t;
	SSL_CTX *ctx = new_context(TLS_client_method());
	int r = 0;

	if (!ctx)
		return wrong(why, "the TLS library is out of memory");
	if (ca.n > 0)
		r = trust_bundle(ctx, ca, why);
	else
		trust_system(ctx);
	if (r < 0) {
		SSL_CTX_free(ctx);
		return r;
	}
	t = mem_zalloc(sizeof(*t));
	t->references = 1;
	t->ctx = ctx;
	tls_cache_init(&t->cache, random_hash_key());
	tls_trial_watch(ctx);
	*ret = t;
	return 0;
}

struct tls_client *tls_client_ref(struct tls_client *t)
{
	t->references++;
	return t;
}

void tls_client_unref(struct tls_client *t)
{
	if (!t || --t->references > 0)
		return;
	tls_cache_done(&t->cache);
	SSL_CTX_free(t->ctx);
	free(t);
}
