/* Private to the proxy: what it holds of backends while a client is waited for. */
#ifndef SLUICE_SERVER_PROXY_REST_H
#define SLUICE_SERVER_PROXY_REST_H

#include "base/time.h"

struct ctx;
struct session;

/* A step of proxy_service, see there. */
int proxy_rest(struct ctx *ctx, struct session *s, usec_t coming, usec_t *ret_next);

#endif
