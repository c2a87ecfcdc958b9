/* Certificates made at test time. */
#ifndef SLUICE_TESTS_CERTS_H
#define SLUICE_TESTS_CERTS_H

#include <stdbool.h>

#include "base/slice.h"

/* A certificate, its key, and both as PEM; owned by whoever made it. */
struct cert {
	struct x509_st *x509;
	struct evp_pkey_st *key;
	struct slice pem, key_pem;
};

/* issuer NULL: self-signed. names: subject alternative names as OpenSSL writes them,
 * "DNS:a.example,IP:192.0.2.1"; the common name is `name`. Valid from now + from_days to now +
 * to_days. A CA when `ca`. */
struct cert cert_make(const struct cert *issuer, const char *name, const char *names, int from_days,
	int to_days, bool ca);
void cert_free(struct cert *c);

#endif
