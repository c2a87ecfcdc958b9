/* A certificate is always tried in full and its first fault put into words, also where any
 * certificate will do: the log then says how well protected the mail went, and a refusal says why.
 * The functions here run inside the library: none may suspend. */
#include "rt/tls_trial.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "rt/clock.h"
#include "rt/tls_keys.h"
#include "rt/tls_link.h"
#include "rt/tls_why.h"

/* The library calls this for every fault of a certificate; 1 goes on, so that all are seen. */
static int note_fault(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_link *l = SSL_get_app_data(ssl);
	struct tls_trial *trial = &l->trial;
	int code = X509_STORE_CTX_get_error(store);
	struct buf why;

	if (ok)
		return 1;
	if (code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH)
		trial->name_differs = true;
	else if (trial->chain_error == X509_V_OK)
		trial->chain_error = code;
	if (trial->why[0])
		return 1;
	buf_init(&why, sizeof(trial->why) - 1);
	tls_why_certificate(&why, code, X509_STORE_CTX_get_current_cert(store),
		X509_STORE_CTX_get_error_depth(store), slice_str(l->name));
	memcpy(trial->why, why.p, why.n);
	trial->why[why.n] = 0;
	buf_done(&why);
	return 1;
}

/* In place of X509_verify_cert: tries everything, then decides. */
static int try_certificate(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_link *l = SSL_get_app_data(ssl);
	struct tls_trial *trial = &l->trial;
	int rc;

	(void)arg;
	X509_STORE_CTX_set_verify_cb(store, note_fault);
	rc = X509_verify_cert(store);
	if (rc <= 0 && trial->chain_error == X509_V_OK)
		trial->chain_error = X509_V_ERR_UNSPECIFIED;
	if (trial->chain_error != X509_V_OK)
		trial->peer = TLS_PEER_UNTRUSTED;
	else
		trial->peer = trial->name_differs ? TLS_PEER_TRUSTED : TLS_PEER_VERIFIED;
	if (trial->verify == TLS_VERIFY_NONE || trial->peer == TLS_PEER_VERIFIED) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	if (trial->chain_error != X509_V_OK)
		X509_STORE_CTX_set_error(store, trial->chain_error);
	else
		X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
	return 0;
}

/* Called by the library when a ticket arrives, also in the midst of reading; takes the session. */
static int remember(SSL *ssl, SSL_SESSION *session)
{
	struct tls_link *l = SSL_get_app_data(ssl);

	if (!l->client || !l->cache_key)
		return 0;
	tls_cache_put(
		&l->client->cache, slice_str(l->cache_key), session, l->trial.peer, clock_now());
	return 1;
}

void tls_trial_watch(SSL_CTX *ctx)
{
	SSL_CTX_set_cert_verify_callback(ctx, try_certificate, NULL);
	SSL_CTX_set_session_cache_mode(
		ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
	SSL_CTX_sess_set_new_cb(ctx, remember);
}
