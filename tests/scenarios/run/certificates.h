/* The authority of a run, and the certificates that it issues. */
#ifndef SLUICE_SCENARIOS_CERTIFICATES_H
#define SLUICE_SCENARIOS_CERTIFICATES_H

#include "base/slice.h"

struct tls_client;
struct tls_server;
struct certificates;

struct certificates *certificates_new(void);
void certificates_free(struct certificates *c); /* NULL is fine */
/* Who trusts the authority. Lives as long as c. */
struct tls_client *certificates_authorities(const struct certificates *c);
/* The authority's own certificate, PEM. */
struct slice certificates_ca(const struct certificates *c);
/* A certificate for a name, valid from and until so many days from now, issued by the authority or,
 * when not trusted, by itself. PEM texts, to be freed by the caller. */
void certificates_issue(const struct certificates *c, struct slice name, int from_days, int to_days,
	bool trusted, struct slice *ret_pem, struct slice *ret_key);
/* The same as a server's context, with one reference. */
struct tls_server *certificates_server(
	const struct certificates *c, struct slice name, int to_days, bool trusted);

#endif
