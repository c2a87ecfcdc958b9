/* Private to the proxy: contents that are taken here first, so that no server behind us waits for a
 * client: of slow ones, and of everyone while servers have few places left. */
#ifndef SLUICE_SERVER_PROXY_GATHER_H
#define SLUICE_SERVER_PROXY_GATHER_H

#include <stdbool.h>

#include "base/time.h"

struct ctx;
struct proxy_tx;
struct smtp_reply;

/* While recipients are asked for: DATA, which is there already, may go to the server with them,
 * since the content will not be gathered. It is said then. Does not suspend. */
bool proxy_gather_may_ask_ahead(struct proxy_tx *t);
/* Before the content: where it is to be gathered and there is room, `late` is set. Of a slow client
 * the server's session is given back at once; else it is kept in hand for a while, since most
 * contents are whole soon. Where there is none, and no place for one more that streams either, the
 * content is refused: *ret_refusal. Suspends; 0 or as ctx_check. */
int proxy_gather_begin(struct ctx *ctx, struct proxy_tx *t, struct smtp_reply *ret_refusal);
/* The server has said yes to a content that will stream. */
void proxy_gather_streams(struct proxy_tx *t);
/* More of the content is waited for, and will not be looked for until the time `coming` has passed:
 * a session in hand is given back when that takes long. *ret_next as from the service's rest. Does
 * not suspend. */
void proxy_gather_rest(struct proxy_tx *t, usec_t coming, usec_t *ret_next);

#endif
