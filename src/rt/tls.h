/* TLS on streams, by OpenSSL 3. Results are typed: how a peer was verified, never a boolean. */
#ifndef SLUICE_RT_TLS_H
#define SLUICE_RT_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buf;
struct ctx;
struct stream;

/* Certificates and keys of our listeners; counted references. */
struct tls_server;
/* How we connect; counted references. Holds the session cache for resumption. */
struct tls_client;

struct tls_keypair {
	struct slice certificate; /* PEM, chain included */
	struct slice key; /* PEM; wiped by the caller after use */
};

/* Several pairs are chosen by SNI (names from the certificates), the first is the default. Fails
 * with ERR_TLS, and appends a sentence to *why. */
int tls_server_new(
	const struct tls_keypair *pairs, size_t n, struct buf *why, struct tls_server **ret);
struct tls_server *tls_server_ref(struct tls_server *t);
void tls_server_unref(struct tls_server *t);
/* Workers that share these unpredictable bytes resume each other's sessions, and new certificates
 * keep the old sessions. Without it every tls_server has keys of its own. Wiped by the caller. */
#define TLS_TICKET_KEY_BYTES 80
void tls_server_set_ticket_key(struct tls_server *t, const void *key);

/* ca: PEM bundle, or empty for the system's store. */
int tls_client_new(struct slice ca, struct buf *why, struct tls_client **ret);
struct tls_client *tls_client_ref(struct tls_client *t);
void tls_client_unref(struct tls_client *t);

/* Server side handshake on a connected stream whose input was dropped. Suspends. ERR_TLS with
 * text. */
int tls_accept(struct ctx *ctx, struct stream *s, struct tls_server *t);

enum tls_verify {
	/* opportunistic or require: any certificate; the outcome is still recorded */
	TLS_VERIFY_NONE,
	TLS_VERIFY_NAME, /* chain to a trusted root and name (RFC 6125), or the handshake fails */
};
/* Client side handshake. name: for SNI and for verification. session_key: sessions are resumed only
 * under the same key (the connection cache's). Suspends. ERR_TLS with the reason in words. */
int tls_connect(struct ctx *ctx, struct stream *s, struct tls_client *t, struct slice name,
	enum tls_verify verify, struct slice session_key);

enum tls_peer {
	TLS_PEER_NONE, /* no certificate */
	TLS_PEER_UNTRUSTED, /* a certificate, not verified or not verifiable */
	TLS_PEER_TRUSTED, /* chain is trusted, name not checked or differs */
	TLS_PEER_VERIFIED, /* chain and name */
};
struct tls_info {
	const char *version; /* "TLSv1.3" */
	const char *cipher;
	unsigned bits;
	enum tls_peer peer;
	const char *
		peer_why; /* why it is not VERIFIED, in words, or ""; lives as long as the stream */
	bool resumed;
};
/* False when the stream has no TLS. */
bool stream_tls_info(const struct stream *s, struct tls_info *ret);
/* Channel binding for SCRAM-PLUS: tls-exporter (RFC 9266) under TLS 1.3, tls-unique under 1.2
 * with the extended master secret. False when there is none. At most 64 bytes. */
bool stream_tls_binding(const struct stream *s, const char **ret_type, struct buf *ret);

#endif
