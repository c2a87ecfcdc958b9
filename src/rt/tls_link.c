/* OpenSSL never touches the socket: a BIO of our own reads and writes what is possible at once, and
 * whoever called into OpenSSL then waits on the socket itself. So nothing suspends inside the
 * library, its queue of errors (one a thread, shared by all coroutines) is empty before every
 * suspension, and reader and writer may share one connection. */
#include "rt/tls_link.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/stream.h"
#include "rt/tls_keys.h"
#include "rt/tls_why.h"

static int bio_read(BIO *bio, char *p, size_t n, size_t *ret_n)
{
	struct tls_link *l = BIO_get_data(bio);
	int r = sock_read_now(l->sock, p, n, ret_n);

	BIO_clear_retry_flags(bio);
	if (r == ERR_BUSY)
		BIO_set_retry_read(bio);
	else if (r < 0)
		l->sock_error = r;
	return r == 0;
}

static int bio_write(BIO *bio, const char *p, size_t n, size_t *ret_n)
{
	struct tls_link *l = BIO_get_data(bio);
	int r = sock_write_now(l->sock, p, n, ret_n);

	BIO_clear_retry_flags(bio);
	if (r == ERR_BUSY)
		BIO_set_retry_write(bio);
	else if (r < 0)
		l->sock_error = r;
	return r == 0;
}

static long bio_ctrl(BIO *bio, int cmd, long number, void *p)
{
	const struct tls_link *l = BIO_get_data(bio);

	(void)number, (void)p;
	switch (cmd) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return l->sock_error == ERR_EOF;
	default:
		return 0;
	}
}

/* Made once a process and kept. */
static BIO_METHOD *bio_method(void)
{
	static BIO_METHOD *method;

	if (method)
		return method;
	method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "sluice socket");
	if (method) {
		(void)BIO_meth_set_read_ex(method, bio_read); /* setters cannot fail */
		(void)BIO_meth_set_write_ex(method, bio_write);
		(void)BIO_meth_set_ctrl(method, bio_ctrl);
	}
	return method;
}

static const struct transport_ops link_ops;

struct tls_link *tls_link_new(SSL_CTX *ctx, struct sock *sock)
{
	BIO_METHOD *method = bio_method();
	BIO *bio = method ? BIO_new(method) : NULL;
	SSL *ssl = bio ? SSL_new(ctx) : NULL;
	struct tls_link *l = ssl ? mem_zalloc(sizeof(*l)) : NULL;

	if (!l || SSL_set_app_data(ssl, l) != 1) { /* where our callbacks find l */
		BIO_free(bio);
		SSL_free(ssl);
		free(l);
		ERR_clear_error();
		return NULL;
	}
	l->transport.ops = &link_ops;
	l->ssl = ssl;
	l->sock = sock;
	BIO_set_data(bio, l);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	return l;
}

void tls_link_free(struct tls_link *l)
{
	if (!l)
		return;
	/* A session whose connection was not shut down is never resumed (SSL_free discards it). */
	if (!l->broken && SSL_is_init_finished(l->ssl) &&
		!(SSL_get_shutdown(l->ssl) & SSL_SENT_SHUTDOWN))
		(void)SSL_shutdown(l->ssl); /* says what it can say at once */
	SSL_free(l->ssl);
	ERR_clear_error();
	tls_server_unref(l->server);
	tls_client_unref(l->client);
	free(l->cache_key);
	free(l->name);
	free(l);
}

/* Turns the failure of a call into OpenSSL into our error; empties the queue. */
static int fail(struct ctx *ctx, struct tls_link *l, const char *doing)
{
	struct buf why;
	int code = ERR_TLS;

	l->broken = true;
	if (l->sock_error == ERR_EOF || l->sock_error == ERR_RESET) {
		ERR_clear_error();
		return ctx_fail(ctx, ERR_RESET, "tls", "%s: %s", doing,
			l->sock_error == ERR_EOF
				? "the peer closed the connection without close_notify"
				: "the connection broke");
	}
	if (l->sock_error < 0)
		code = l->sock_error;
	buf_init(&why, TLS_WHY_MAX);
	tls_why_queue(&why, code == ERR_TLS ? "no reason given" : err_name(code));
	code = ctx_fail(ctx, code, "tls", "%s: %.*s", doing, SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	return code;
}

/* What OpenSSL waits for: suspends, and returns 0 when the call may be tried again. */
static int wait_for(struct ctx *ctx, struct tls_link *l, int error, const char *doing)
{
	switch (error) {
	case SSL_ERROR_WANT_READ:
		return sock_wait_readable(ctx, l->sock);
	case SSL_ERROR_WANT_WRITE:
		return sock_wait_writable(ctx, l->sock);
	default:
		return fail(ctx, l, doing);
	}
}

int tls_link_handshake(struct ctx *ctx, struct tls_link *l)
{
	for (;;) {
		ERR_clear_error();

		int rc = SSL_do_handshake(l->ssl);

		if (rc == 1)
			return 0;

		int error = SSL_get_error(l->ssl, rc);

		if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE &&
			l->trial.why[0] && l->trial.verify == TLS_VERIFY_NAME) {
			l->broken = true;
			ERR_clear_error();
			return ctx_fail(ctx, ERR_TLS, "tls", "%s", l->trial.why);
		}
		int r = wait_for(ctx, l, error, "handshake"); /* suspends */

		if (r < 0) {
			l->broken = true;
			return r;
		}
	}
}

static struct tls_link *of(struct transport *t)
{
	return container_of(t, struct tls_link, transport);
}

static int link_read(struct ctx *ctx, struct transport *t, void *p, size_t n, size_t *ret_n)
{
	struct tls_link *l = of(t);

	for (;;) {
		ERR_clear_error();

		int rc = SSL_read_ex(l->ssl, p, n, ret_n);

		if (rc == 1) {
			l->dry = false;
			return 0;
		}
		switch (SSL_get_error(l->ssl, rc)) {
		case SSL_ERROR_WANT_READ:
			l->dry = true;
			return ERR_BUSY;
		case SSL_ERROR_ZERO_RETURN:
			return ctx_fail(ctx, ERR_EOF, "tls", "the peer closed the connection");
		case SSL_ERROR_WANT_WRITE: {
			int r = sock_wait_writable(ctx, l->sock); /* suspends */

			if (r < 0)
				return r;
			break;
		}
		default:
			return fail(ctx, l, "reading");
		}
	}
}

static int link_wait_readable(struct ctx *ctx, struct transport *t)
{
	struct tls_link *l = of(t);
	int r;

	if (!l->dry && SSL_has_pending(l->ssl))
		return 0;
	r = sock_wait_readable(ctx, l->sock);
	if (r == 0)
		l->dry = false;
	return r;
}

static bool link_has_input(const struct transport *t)
{
	const struct tls_link *l = (const void *)t; /* its first member */

	return SSL_pending(l->ssl) > 0 || (!l->dry && SSL_has_pending(l->ssl)) ||
	       sock_seems_readable(l->sock);
}

static int write_all(struct ctx *ctx, struct tls_link *l, struct slice s)
{
	while (s.n > 0) {
		size_t n = 0;

		ERR_clear_error();

		int rc = SSL_write_ex(l->ssl, s.p, s.n, &n);

		if (rc == 1) {
			s = slice_skip(s, n);
			continue;
		}
		int r = wait_for(ctx, l, SSL_get_error(l->ssl, rc), "writing"); /* suspends */

		if (r < 0) {
			l->broken = true; /* half a record may be out */
			return r;
		}
	}
	return 0;
}

static int link_writev(struct ctx *ctx, struct transport *t, const struct iovec *iov, int n)
{
	for (int i = 0; i < n; i++) {
		int r = write_all(ctx, of(t), slice_of(iov[i].iov_base, iov[i].iov_len));

		if (r < 0)
			return r;
	}
	return 0;
}

static int link_shutdown(struct ctx *ctx, struct transport *t)
{
	struct tls_link *l = of(t);

	while (!l->broken) {
		ERR_clear_error();

		int rc = SSL_shutdown(l->ssl);

		if (rc >= 0)
			break;
		int error = SSL_get_error(l->ssl, rc);

		if (error == SSL_ERROR_WANT_READ)
			break; /* ours is out; the peer's is not waited for */
		int r = wait_for(ctx, l, error, "closing"); /* suspends */

		if (r < 0)
			return r;
	}
	sock_shutdown(l->sock);
	return 0;
}

static void link_free(struct transport *t)
{
	tls_link_free(of(t));
}

static const struct transport_ops link_ops = {
	.read = link_read,
	.wait_readable = link_wait_readable,
	.has_input = link_has_input,
	.writev = link_writev,
	.shutdown = link_shutdown,
	.free = link_free,
};

struct tls_link *tls_link_of(const struct stream *s)
{
	struct transport *t = stream_transport(s);

	return t && t->ops == &link_ops ? of(t) : NULL;
}
