/* Private to rt's TLS: how a server's certificate fares, and which sessions a client keeps. */
#ifndef SLUICE_RT_TLS_TRIAL_H
#define SLUICE_RT_TLS_TRIAL_H

#include <openssl/types.h>

/* Lets the library tell us of certificates and sessions on the connections of this context. */
void tls_trial_watch(SSL_CTX *ctx);

#endif
