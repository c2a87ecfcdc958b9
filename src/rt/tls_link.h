/* Private to rt's TLS: one connection of OpenSSL on a socket, and its transport. */
#ifndef SLUICE_RT_TLS_LINK_H
#define SLUICE_RT_TLS_LINK_H

#include <openssl/types.h>
#include <stdbool.h>

#include "base/slice.h"
#include "rt/tls.h"
#include "rt/transport.h"

struct ctx;
struct sock;
struct tls_link;

/* What a link remembers of its peer's certificate while the handshake runs and afterwards. */
struct tls_trial {
	enum tls_verify verify;
	enum tls_peer peer;
	int chain_error; /* X509_V_ERR_..., the first that is not about the name */
	bool name_differs;
	char why[400]; /* in words, for either; empty when there is no fault */
};

/* The transport comes first. Owned by its creator until the stream takes it. */
struct tls_link {
	struct transport transport;
	SSL *ssl;
	struct sock *sock; /* the stream's */
	struct tls_server *server; /* a reference, or NULL */
	struct tls_client *client; /* a reference, or NULL */
	char *cache_key; /* for the client's cache */
	char *name; /* whom a client wants to reach */
	struct tls_trial trial;
	int sock_error; /* what the socket last said, other than ERR_BUSY */
	bool dry; /* the last read found no whole record: ask the socket first */
	bool broken; /* nothing more may be sent, not even close_notify */
};

/* A connection in the client's or server's state. NULL when the library is out of memory. */
struct tls_link *tls_link_new(SSL_CTX *ctx, struct sock *sock);
void tls_link_free(struct tls_link *l); /* NULL is fine */
/* Suspends until the handshake is done. ERR_TLS, ERR_RESET and so on with the reason in words. */
int tls_link_handshake(struct ctx *ctx, struct tls_link *l);
/* The link of a stream, or NULL while it is plain. */
struct tls_link *tls_link_of(const struct stream *s);

#endif
