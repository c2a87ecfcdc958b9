/* For tests that use TLS in the simulated world. */
#ifndef SLUICE_RT_SIM_OPENSSL_H
#define SLUICE_RT_SIM_OPENSSL_H

/* OpenSSL draws from the seed from now on. Call after sim_start and before OpenSSL is first
 * used. */
void sim_openssl_start(void);

#endif
