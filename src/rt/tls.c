/* The two handshakes and what is known afterwards. */
#include "rt/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "rt/tls_keys.h"
#include "rt/tls_link.h"
#include "rt/transport.h"

#define EXPORTER_LABEL "EXPORTER-Channel-Binding" /* RFC 9266 section 4.2 */
#define EXPORTER_BYTES 32
#define FINISHED_MAX   64
#define NAME_MAX_BYTES 255

static int finish(struct ctx *ctx, struct stream *s, struct tls_link *l)
{
	int r = tls_link_handshake(ctx, l); /* suspends */

	if (r < 0) {
		tls_link_free(l);
		return r;
	}
	stream_set_transport(s, &l->transport);
	return 0;
}

int tls_accept(struct ctx *ctx, struct stream *s, struct tls_server *t)
{
	struct tls_link *l;
	int r = stream_flush(ctx, s); /* suspends */

	if (r < 0)
		return r;
	l = tls_link_new(t->v[0], stream_sock(s));
	if (!l)
		return ctx_fail(ctx, ERR_TLS, "tls", "the TLS library is out of memory");
	l->server = tls_server_ref(t);
	SSL_set_accept_state(l->ssl);
	return finish(ctx, s, l);
}

/* Whom the certificate must name (RFC 6125): a host or an address literal. */
static bool expect_name(struct tls_link *l)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(l->ssl);
	struct ip ip;

	if (ip_parse(slice_str(l->name), &ip))
		return X509_VERIFY_PARAM_set1_ip(param, ip.b, ip.family == IP_V4 ? 4 : 16) == 1;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, l->name, 0) == 1 &&
	       SSL_set_tlsext_host_name(l->ssl, l->name) == 1;
}

static void offer_session(struct tls_link *l)
{
	enum tls_peer least = l->trial.verify == TLS_VERIFY_NAME ? TLS_PEER_VERIFIED
								 : TLS_PEER_NONE;
	SSL_SESSION *session = tls_cache_get(
		&l->client->cache, slice_str(l->cache_key), least, clock_now(), &l->trial.peer);

	if (!session)
		return;
	(void)SSL_set_session(l->ssl, session); /* a failure means a full handshake */
	SSL_SESSION_free(session);
	ERR_clear_error();
}

int tls_connect(struct ctx *ctx, struct stream *s, struct tls_client *t, struct slice name,
	enum tls_verify verify, struct slice session_key)
{
	struct tls_link *l;
	struct buf key;
	int r;

	if (slice_ends(name, S(".")))
		name.n--;
	if (name.n == 0 || name.n > NAME_MAX_BYTES || memchr(name.p, 0, name.n))
		return ctx_fail(ctx, ERR_INVALID, "tls", "no usable name to verify");
	r = stream_flush(ctx, s); /* suspends */
	if (r < 0)
		return r;
	l = tls_link_new(t->ctx, stream_sock(s));
	if (!l)
		return ctx_fail(ctx, ERR_TLS, "tls", "the TLS library is out of memory");
	l->client = tls_client_ref(t);
	l->name = mem_strdup(name);
	l->trial.verify = verify;
	buf_init(&key, session_key.n + name.n + 2);
	buf_put(&key, session_key);
	buf_putc(&key, '\n');
	buf_put(&key, name);
	buf_putc(&key, 0);
	l->cache_key = buf_take(&key);
	SSL_set_connect_state(l->ssl);
	SSL_set_verify(l->ssl, verify == TLS_VERIFY_NONE ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	/* Where the other choice is plain text, a weak key is better than none. */
	if (verify == TLS_VERIFY_NONE)
		SSL_set_security_level(l->ssl, 1);
	if (!expect_name(l)) {
		tls_link_free(l);
		ERR_clear_error();
		return ctx_fail(ctx, ERR_INVALID, "tls", "no usable name to verify");
	}
	offer_session(l);
	return finish(ctx, s, l);
}

bool stream_tls_info(const struct stream *s, struct tls_info *ret)
{
	const struct tls_link *l = tls_link_of(s);

	if (!l)
		return false;
	*ret = (struct tls_info){
		.version = SSL_get_version(l->ssl),
		.cipher = SSL_get_cipher_name(l->ssl),
		.bits = (unsigned)SSL_get_cipher_bits(l->ssl, NULL),
		.peer = l->trial.peer,
		.peer_why = l->trial.why,
		.resumed = SSL_session_reused(l->ssl) == 1,
	};
	return true;
}

/* The first Finished message of the handshake (RFC 5929 section 3): the client's, unless a session
 * was resumed. Without the extended master secret (RFC 7627) it does not name one connection. */
static bool tls_unique(const struct tls_link *l, struct buf *ret)
{
	char finished[FINISHED_MAX];
	bool clients_first = SSL_session_reused(l->ssl) == 0;
	size_t n;

	if (SSL_get_extms_support(l->ssl) != 1)
		return false;
	if (clients_first == (SSL_is_server(l->ssl) == 1))
		n = SSL_get_peer_finished(l->ssl, finished, sizeof(finished));
	else
		n = SSL_get_finished(l->ssl, finished, sizeof(finished));
	if (n == 0 || n > sizeof(finished))
		return false;
	buf_put(ret, slice_of(finished, n));
	return !ret->failed;
}

bool stream_tls_binding(const struct stream *s, const char **ret_type, struct buf *ret)
{
	const struct tls_link *l = tls_link_of(s);
	unsigned char out[EXPORTER_BYTES];

	if (!l)
		return false;
	if (SSL_version(l->ssl) < TLS1_3_VERSION) {
		if (!tls_unique(l, ret))
			return false;
		*ret_type = "tls-unique";
		return true;
	}
	if (SSL_export_keying_material(l->ssl, out, sizeof(out), EXPORTER_LABEL,
		    strlen(EXPORTER_LABEL), out, 0, 1) != 1) {
		ERR_clear_error();
		return false;
	}
	buf_put(ret, slice_of(out, sizeof(out)));
	mem_wipe(out, sizeof(out));
	*ret_type = "tls-exporter";
	return !ret->failed;
}
