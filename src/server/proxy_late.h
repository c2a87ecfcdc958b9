/* Private to the proxy: `connect: dot`, and slow clients. What the client sends is taken here
 * first, and said to a backend when it is whole. */
#ifndef SLUICE_SERVER_PROXY_LATE_H
#define SLUICE_SERVER_PROXY_LATE_H

#include <stddef.h>

struct client_rcpt;
struct ctx;
struct proxy_backend;
struct proxy_keep;
struct smtp_reply;

/* Recipients are taken unasked. ret has n replies. */
void proxy_late_rcpts(
	struct proxy_backend *b, const struct client_rcpt *rcpts, size_t n, struct smtp_reply *ret);
/* Says everything to a backend, from MAIL on; where one has heard the envelope before, it has to
 * be answered as then (else `lost` is set). A lost one is replaced, also in the content. Fills as
 * proxy_body_finish; a recipient that was refused has that reply in ret_each, and without PRDR
 * it is the answer to the message, which nobody gets then. Suspends; 0 or as ctx_check. */
int proxy_late_finish(struct ctx *ctx, struct proxy_backend *b, struct proxy_keep *k,
	struct smtp_reply *ret, struct smtp_reply *ret_each, size_t *ret_n);

#endif
