/* Private to rt's TLS: the contexts of OpenSSL behind tls_server and tls_client. */
#ifndef SLUICE_RT_TLS_KEYS_H
#define SLUICE_RT_TLS_KEYS_H

#include <openssl/types.h>
#include <stddef.h>

#include "rt/tls.h"
#include "rt/tls_cache.h"

struct tls_server {
	size_t references;
	SSL_CTX **v; /* a context a pair of certificate and key; the first is the default */
	size_t n;
};

struct tls_client {
	size_t references;
	SSL_CTX *ctx;
	struct tls_cache cache;
};

#endif
