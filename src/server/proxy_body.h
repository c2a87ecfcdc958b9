/* Private to the proxy: the content on its way to the backend of a transaction. */
#ifndef SLUICE_SERVER_PROXY_BODY_H
#define SLUICE_SERVER_PROXY_BODY_H

#include <stddef.h>

#include "base/slice.h"

struct ctx;
struct proxy_backend;
struct smtp_reply;

/* Each call suspends. The first two return 0 or as ctx_check; a backend that is lost for good is
 * noted there, as by proxy_backend_*. */

/* Where there is none it does nothing. */
int proxy_body_write(struct ctx *ctx, struct proxy_backend *b, struct slice bytes);
/* Nothing was accepted before. *ret is the backend's answer to the message, code 0 if there was
 * none; ret_each and *ret_n as from client_live_finish. */
int proxy_body_finish(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n);
/* It will not be ended: hears what is still due, so that the connection can serve on where that can
 * be. Before proxy_backend_end; harmless anywhere. */
void proxy_body_settle(struct ctx *ctx, struct proxy_backend *b);

#endif
