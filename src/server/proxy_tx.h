/* Private to the proxy: one transaction, and what its steps ask of it. proxy.c has the steps of a
 * session, proxy_rcpt.c what becomes of a recipient, proxy_answer.c the answer to the message. */
#ifndef SLUICE_SERVER_PROXY_TX_H
#define SLUICE_SERVER_PROXY_TX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "nexthop/nexthop.h"
#include "server/proxy_backend.h"
#include "server/proxy_doubt.h"
#include "server/proxy_keep.h"
#include "server/proxy_log.h"
#include "server/service.h"
#include "smtp/path.h"

struct ctx;
struct session;
struct smtp_rcpt_cmd;

#define PROXY_AGAIN "Send this recipient in another transaction"

/* A server's reply that ended the transaction there, for all recipients that it may yet get. In the
 * arena. */
struct proxy_no {
	const struct proxy_no *next;
	struct slice target; /* its key */
	struct smtp_reply reply;
};

struct proxy_tx {
	struct tx base;
	struct session *session;
	struct arena arena;
	struct smtp_path sender;
	struct proxy_backend backend;
	const struct proxy_no *noes; /* of servers before this one */
	struct client_who who; /* told to the backend */
	struct proxy_log log;
	struct proxy_keep keep; /* what we store where a backend cannot take it */
	struct proxy_doubt doubt;
	bool asked_ahead; /* DATA went to the backend with the recipients */
	bool late; /* backends hear of it when it is whole */
	usec_t gathering; /* since when its content is taken here first */
	usec_t received; /* as the session's slow.receiving, when it was looked at last */
	size_t held; /* bytes of the arena, counted in server.held */
	char id[TEXT_ID_CHARS];
};

struct proxy_tx *proxy_tx_of(struct tx *tx);
void proxy_tx_free(struct proxy_tx *t);
/* Its memory has grown: counted in server.held. */
void proxy_tx_count(struct proxy_tx *t);
/* More content is here, or its end: notes how long the client was waited for. */
void proxy_tx_received(struct proxy_tx *t);
/* Recipients in the hands of a backend, or that were when it was lost. */
size_t proxy_tx_backends(const struct proxy_tx *t);
/* It is lost for want of a server, and the message may be stored in its place. */
bool proxy_tx_is_ours(const struct proxy_tx *t);
bool proxy_tx_is_lmtp(const struct nexthop_target *t);
/* Once it is known who is to be told: fills what the backend is told of the client. */
void proxy_tx_introduce(struct proxy_tx *t);

/* Steps of proxy_service, see there. */
int proxy_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret);
int proxy_finish(struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret);

#endif
