/* Private to client: the session itself, one command out, one reply in. */
#ifndef SLUICE_CLIENT_TALK_H
#define SLUICE_CLIENT_TALK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "base/time.h"
#include "client/client.h"
#include "smtp/caps.h"
#include "smtp/reply.h"

struct ctx;
struct stream;

/* Bytes of a command line: a path of any length that the spool keeps, and its parameters. */
#define CLIENT_LINE_MAX 16384
/* Bytes kept of a reply's text; more of it helps nobody. */
#define CLIENT_TEXT_MAX 512
/* Of one that is passed on: more than is passed, in case some of it is taken out. */
#define CLIENT_TEXT_PASSED 5120
/* How long we listen for what a peer said before it closed on us. */
#define CLIENT_LAST_WORDS USEC_PER_SEC

struct client {
	struct stream *stream;
	struct smtp_reply_reader reader;
	struct arena scratch; /* of one reply's text */
	struct buf line; /* the command being made */
	struct smtp_caps caps;
	struct client_timeouts timeouts;
	enum client_protocol protocol;
	enum client_stage stage; /* for failures */
	char *called; /* how it calls itself in its reply to EHLO; NULL: as nobody */
	bool over; /* nothing more can be said: lost, broken, or said goodbye */
	bool unclean; /* the last transaction was not ended by its own commands: RSET first */
	unsigned messages;
	usec_t used; /* clock_now() at the last reply */
	/* The 421, or another reply that says that the session is over for us, once it came. */
	struct smtp_reply goodbye;
	bool passed; /* the log-in is not ours but of whoever uses the session (pass.h) */
};

/* Queues c->line and CRLF; it goes out when a reply is waited for. Suspends only while much is
 * queued. Fails as stream_write. */
int client_talk_send(struct ctx *ctx, struct client *c, usec_t timeout);
/* The next reply. Its text is cut and lives in ctx->arena. A 421 is noted. Suspends. Fails with
 * ERR_EOF, ERR_RESET, ERR_TLS, ERR_TIMEOUT, ERR_PROTOCOL (ctx->err says what was wrong), or from
 * above with ERR_CANCELLED; the session is then over. */
int client_talk_reply(struct ctx *ctx, struct client *c, usec_t timeout, struct smtp_reply *ret);
/* The same for a reply that a proxy passes on, of which CLIENT_TEXT_PASSED bytes are kept. */
int client_talk_reply_passed(
	struct ctx *ctx, struct client *c, usec_t timeout, struct smtp_reply *ret);
/* The same with the whole text in c->scratch, valid until the next reply (EHLO, challenges). */
int client_talk_reply_whole(
	struct ctx *ctx, struct client *c, usec_t timeout, struct smtp_reply *ret);
/* Starts c->line anew and returns it. */
struct buf *client_talk_line(struct client *c);
/* Content: waits at most for the time-out of a block. Suspends. Fails as stream_write. */
int client_talk_write(struct ctx *ctx, struct client *c, struct slice bytes);
/* Has the peer said something that nobody asked for? Looks where a hint says so; suspends
 * shortly. */
int client_talk_words(struct ctx *ctx, struct client *c, bool *ret);
/* Before a command: a peer that spoke before its turn ends the session. 421 is a farewell
 * (ERR_EOF), all else makes replies mean the wrong thing (ERR_PROTOCOL). Suspends shortly. */
int client_talk_listen(struct ctx *ctx, struct client *c);
/* The same as a hint, without looking. */
bool client_talk_interrupted(const struct client *c);

/* Fills *ret for a call that failed with `code` in c->stage: from a 421 said before, or from
 * ctx->err. The session is over. Returns code. */
int client_talk_failed(struct ctx *ctx, struct client *c, int code, struct client_failure *ret);
/* Fills *ret for a reply that means no, in c->stage. Returns ERR_REFUSED; the session goes on. */
int client_talk_refused(struct ctx *ctx, struct client *c, enum client_why why,
	const struct smtp_reply *reply, struct client_failure *ret);

#endif
