/* Made anew in each run, since the virtual clock decides what is valid. */
#include "certificates.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "certs.h"
#include "rt/tls.h"

#define NAME_BYTES 300

struct certificates {
	struct cert ca;
	struct tls_client *authorities;
};

struct certificates *certificates_new(void)
{
	struct certificates *c = mem_zalloc(sizeof(*c));
	struct buf why;

	c->ca = cert_make(NULL, "Root", NULL, -1, 3650, true);
	buf_init(&why, 500);
	int r = tls_client_new(c->ca.pem, &why, &c->authorities);

	assert(r == 0);
	(void)r;
	buf_done(&why);
	return c;
}

void certificates_free(struct certificates *c)
{
	if (c == NULL)
		return;
	tls_client_unref(c->authorities);
	cert_free(&c->ca);
	free(c);
}

struct tls_client *certificates_authorities(const struct certificates *c)
{
	return c->authorities;
}

struct slice certificates_ca(const struct certificates *c)
{
	return c->ca.pem;
}

void certificates_issue(const struct certificates *c, struct slice name, int from_days, int to_days,
	bool trusted, struct slice *ret_pem, struct slice *ret_key)
{
	struct buf b;

	buf_init(&b, NAME_BYTES);
	buf_puts(&b, "DNS:");
	buf_put(&b, name);
	buf_putc(&b, '\0');
	assert(!b.failed);
	struct cert leaf = cert_make(
		trusted ? &c->ca : NULL, b.p + 4, b.p, from_days, to_days, false);

	buf_done(&b);
	*ret_pem = slice_of(mem_strdup(leaf.pem), leaf.pem.n);
	*ret_key = slice_of(mem_strdup(leaf.key_pem), leaf.key_pem.n);
	cert_free(&leaf);
}

struct tls_server *certificates_server(
	const struct certificates *c, struct slice name, int to_days, bool trusted)
{
	struct tls_server *server = NULL;
	struct tls_keypair pair;
	struct buf why;

	certificates_issue(c, name, to_days < 0 ? to_days - 10 : -1, to_days, trusted,
		&pair.certificate, &pair.key);
	buf_init(&why, 500);
	int r = tls_server_new(&pair, 1, &why, &server);

	assert(r == 0);
	(void)r;
	buf_done(&why);
	free((void *)(uintptr_t)pair.certificate.p);
	free((void *)(uintptr_t)pair.key.p);
	return server;
}
