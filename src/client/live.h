/* One transaction on an open session, step by step: for a proxy, whose own client is to be told at
 * each step what this peer says. Where client_send decides what becomes of recipients, this only
 * passes replies on. Steps come in this order: begin, more recipients, open, pieces, finish; or
 * abandon after any of them.
 *
 * Before the content, a reply that is about the session or our log-in (smtp_reply_is_about_session)
 * fails the step: the caller may ask another peer.
 *
 * Each step suspends and returns 0 with replies, of any class that makes sense there, or negative:
 * the session is over then, *ret_failure says why, and nothing was accepted, unless the failure's
 * stage is CLIENT_DOT: then nobody knows. Replies to recipients that came before a failure are
 * filled in, the others untouched. Texts of replies live in ctx->arena. */
#ifndef SLUICE_CLIENT_LIVE_H
#define SLUICE_CLIENT_LIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "client/client.h"
#include "client/message.h"
#include "smtp/dot.h"
#include "smtp/param.h"

/* Lies with the caller, between begin and finish or abandon. */
struct client_live {
	struct client *client; /* borrowed */
	size_t accepted; /* recipients */
	bool chunks; /* the content goes by BDAT (RFC 3030) */
	bool content; /* a content has begun */
	bool begun; /* some of it may have gone out */
	bool prdr; /* each recipient may get an answer of its own (draft-hall-prdr-00) */
	bool asked; /* DATA went with the envelope, and was not answered yet */
	struct smtp_dot dot;
	struct buf chunk; /* BDAT: gathered until it is worth sending */
	unsigned unanswered; /* chunks whose reply was not read yet */
	const struct smtp_reply *odd; /* the reply that made no sense, in ctx->arena; or NULL */
	struct smtp_reply refused; /* the first no to a chunk; code 0: none */
};

/* MAIL, and the first recipients in the same breath where the peer takes that. The parameters are
 * passed on as far as the peer offers them. who: told by XFORWARD; NULL: nobody is. *ret_mail is a
 * 2xx, 4xx or 5xx; after a no, whatever follows it, the transaction is over and ret_rcpts is not
 * filled. */
int client_live_begin(struct ctx *ctx, struct client *c, struct slice reverse_path,
	const struct smtp_mail_params *params, const struct client_who *who,
	const struct client_rcpt *rcpts, size_t n, struct client_live *ret,
	struct smtp_reply *ret_mail, struct smtp_reply *ret_rcpts,
	struct client_failure *ret_failure);
/* More recipients; a reply each, 2xx, 4xx or 5xx. */
int client_live_rcpts(struct ctx *ctx, struct client_live *l, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret, struct client_failure *ret_failure);
/* Before the content, when at least one recipient was accepted. *ret has code 0 or a refusal, after
 * which the transaction is over. */
int client_live_open(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct client_failure *ret_failure);
/* The next piece of the content, canonical. The peer may be slow: suspends while it takes nothing.
 * It may refuse in the middle; finish tells. */
int client_live_write(struct ctx *ctx, struct client_live *l, struct slice piece,
	struct client_failure *ret_failure);
/* After a failure: nothing of the content has gone out, and this was written before the step that
 * failed. Valid until abandon. False: some has, and is not kept. Pure. */
bool client_live_unsent(const struct client_live *l, struct slice *ret);
/* Ends the content. *ret is the answer to the message. *ret_n is 0 where it holds for all
 * recipients; else, with LMTP and PRDR, the number of those accepted, and ret_each, which has room
 * for them, holds an answer to each in the order of their acceptance. LMTP has no answer to the
 * message as such: *ret is then the first one's. */
int client_live_finish(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n, struct client_failure *ret_failure);
/* Before a content that was begun is given up: hears what the peer says to the chunks that it has,
 * so that the session can go on. Suspends, but not for long; a peer that is silent, or a caller
 * that is cancelled, costs the session. No failure of the caller's. */
void client_live_settle(struct ctx *ctx, struct client_live *l);
/* Gives the transaction up. Does not suspend: RSET precedes the next one. A content that was begun
 * by DATA, perhaps with the envelope, can only be ended by ending the session. Harmless after
 * finish or a failure. */
void client_live_abandon(struct client_live *l);

#endif
