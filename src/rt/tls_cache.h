/* Private to rt's TLS: sessions of earlier connections to next hops, for resumption. Bounded: the
 * one that was not used for longest leaves. Pure. */
#ifndef SLUICE_RT_TLS_CACHE_H
#define SLUICE_RT_TLS_CACHE_H

#include <openssl/ssl.h>

#include "base/list.h"
#include "base/map.h"
#include "base/time.h"
#include "rt/tls.h"

/* A session with its peer's certificate takes about 6 KiB. */
#define TLS_CACHE_MAX 512
/* However long the server's tickets live: a peer is verified anew after this. */
#define TLS_CACHE_LIFE (2 * USEC_PER_HOUR)

/* Owned by its tls_client. */
struct tls_cache {
	struct map by_key;
	struct list used; /* longest unused first */
	size_t n;
};

void tls_cache_init(struct tls_cache *c, struct hash_key key);
void tls_cache_done(struct tls_cache *c);
/* Takes the reference of session over. peer: how the certificate of its first connection fared. */
void tls_cache_put(struct tls_cache *c, struct slice key, SSL_SESSION *session, enum tls_peer peer,
	usec_t now);
/* A new reference of a session for this key whose peer was verified at least as `least`, or NULL.
 * A session that may be used once (TLS 1.3, RFC 8446 appendix C.4) leaves the cache. */
SSL_SESSION *tls_cache_get(
	struct tls_cache *c, struct slice key, enum tls_peer least, usec_t now, enum tls_peer *ret);
/* The server did not want it. */
void tls_cache_drop(struct tls_cache *c, struct slice key);

#endif
