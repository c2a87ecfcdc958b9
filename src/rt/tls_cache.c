/* The library's own cache is for servers; a client must remember sessions itself. A resumed
 * handshake shows no certificate, so how the first one fared is kept with the session, and a
 * session begun without verification never serves a connection that demands it. */
#include "rt/tls_cache.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#include "base/mem.h"

struct entry {
	struct list node;
	char *key;
	SSL_SESSION *session;
	enum tls_peer peer;
	usec_t until;
};

void tls_cache_init(struct tls_cache *c, struct hash_key key)
{
	map_init(&c->by_key, key, false);
	list_init(&c->used);
	c->n = 0;
}

static void drop(struct tls_cache *c, struct entry *e)
{
	(void)map_remove(&c->by_key, slice_str(e->key)); /* returns e itself */
	list_remove(&e->node);
	SSL_SESSION_free(e->session);
	free(e->key);
	free(e);
	c->n--;
}

void tls_cache_done(struct tls_cache *c)
{
	while (!list_empty(&c->used))
		drop(c, container_of(c->used.next, struct entry, node));
	map_done(&c->by_key);
}

void tls_cache_drop(struct tls_cache *c, struct slice key)
{
	struct entry *e = map_get(&c->by_key, key);

	if (e)
		drop(c, e);
}

void tls_cache_put(
	struct tls_cache *c, struct slice key, SSL_SESSION *session, enum tls_peer peer, usec_t now)
{
	struct entry *e;

	tls_cache_drop(c, key);
	if (c->n >= TLS_CACHE_MAX)
		drop(c, container_of(c->used.next, struct entry, node));
	e = mem_zalloc(sizeof(*e));
	e->key = mem_strdup(key);
	e->session = session;
	e->peer = peer;
	e->until = time_add(now, TLS_CACHE_LIFE);
	list_append(&c->used, &e->node);
	(void)map_set(&c->by_key, key, e); /* nothing was there */
	c->n++;
}

SSL_SESSION *tls_cache_get(
	struct tls_cache *c, struct slice key, enum tls_peer least, usec_t now, enum tls_peer *ret)
{
	struct entry *e = map_get(&c->by_key, key);
	SSL_SESSION *session;

	if (!e || e->peer < least)
		return NULL;
	if (now > e->until || !SSL_SESSION_is_resumable(e->session)) {
		drop(c, e);
		return NULL;
	}
	session = e->session;
	(void)SSL_SESSION_up_ref(session); /* fails never */
	*ret = e->peer;
	if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION) {
		drop(c, e);
	} else {
		list_remove(&e->node);
		list_append(&c->used, &e->node);
	}
	return session;
}
