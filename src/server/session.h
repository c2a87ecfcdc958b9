/* One client's SMTP session: state and the few calls that the command families share. The session
 * reads top to bottom in session.c; each family of commands has a file cmd_*.c. */
#ifndef SLUICE_SERVER_SESSION_H
#define SLUICE_SERVER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ip.h"
#include "base/slice.h"
#include "base/text.h"
#include "base/time.h"
#include "server/permission.h"
#include "server/service.h"
#include "server/slow.h"
#include "smtp/caps.h"
#include "smtp/line.h"
#include "smtp/reply.h"

struct ahead;
struct config;
struct config_listener;
struct content;
struct ctx;
struct flow;
struct front;
struct passage;
struct proxy_unheard;
struct server;
struct service_ops;
struct smtp_cmd;
struct sock;
struct stream;
struct tx;

/* Which commands make sense now (RFC 5321 section 4.1.4). */
enum session_state {
	SESSION_GREETED, /* nothing but a hello, NOOP, QUIT and the like */
	SESSION_READY, /* hello said, no transaction */
	SESSION_MAIL, /* reverse-path known */
	SESSION_RCPT, /* and at least one recipient */
	SESSION_BDAT, /* in the middle of chunks */
	SESSION_STATES
};

/* What a recipient's answer to the message is, where each has one (draft-hall-prdr-00). */
struct session_verdict {
	struct slice recipient;
	struct smtp_reply reply;
};

/* Lies in the frame of the session's coroutine. Everything it points at is its own, except server,
 * config (a counted reference) and listener (part of config). */
struct session {
	struct server *server;
	const struct config *config;
	const struct config_listener *listener;
	const struct service_ops *service;
	struct stream *stream;
	struct ip_port peer, local; /* the client and where it went, perhaps as a front says */
	struct passage *passage; /* logged in at the server behind us (passage.h), or NULL */
	struct ahead *ahead; /* a connection of its own to a server behind us (ahead.h), or NULL */
	bool introduced; /* a backend's session speaks for this one */
	struct front *front; /* what a front said (front.h); NULL: nothing */
	struct flow *flow; /* how it is slowed down (flow.h); NULL: not at all */
	enum session_state state;
	bool esmtp; /* EHLO was said */
	bool tls; /* the stream is encrypted */
	bool shaking; /* a handshake is under way: the client would not understand words */
	bool closing; /* end the session after the current reply */
	bool quit; /* the client said so */
	unsigned commands; /* since the last content was answered */
	unsigned errors; /* commands refused so far */
	size_t excused; /* refusals so far that are no error of the client */
	unsigned login_failures;
	struct arena arena; /* lives as long as the session: names */
	struct slice helo; /* as the client said it */
	size_t helo_room; /* bytes there */
	struct slice login; /* empty: not logged in */
	const char *mechanism; /* of the log-in */
	struct proxy_unheard *unheard; /* the last message, until the client speaks; or NULL */
	usec_t waited; /* for the client, altogether */
	struct slow slow;
	struct smtp_line line;
	size_t taken; /* bytes of input that the current command used */
	struct smtp_caps caps; /* what the last hello offered; size is the limit of a message */
	char id[TEXT_ID_CHARS];
	char peer_text[56]; /* address and port, for log lines */

	/* The transaction: from MAIL's 250 to the reply that ends it. */
	struct tx *tx;
	struct arena tx_arena;
	struct slice sender; /* reverse-path without brackets, in tx_arena */
	size_t recipients; /* accepted */
	bool data_follows; /* while the service is asked about recipients: DATA is here already */
	bool smtputf8; /* MAIL had SMTPUTF8 */
	struct slice refused; /* our last no in it, as one line, in tx_arena; empty: none */
	const struct session_verdict *verdicts; /* in tx_arena, set by the service's finish */
	size_t verdicts_n; /* 0: the reply holds for all recipients */
	struct content *content; /* while content arrives, else NULL */
	bool content_is_here; /* while the service is asked to begin: all of it is in the buffer */
};

/* Serves one connection and frees `sock`. Suspends; returns 0 or why it was cut short. Runs in a
 * coroutine of its own. */
int session_serve(struct ctx *ctx, struct server *server, const struct config_listener *listener,
	struct sock *sock, struct ip_port peer, struct ip_port local);

/* ---- its parts, which explain.c uses one by one ---- */

/* Fills *s with a client that has just connected; takes the stream over and a reference of the
 * server's configuration. Gives ctx the fields of log lines, which point into *s. */
void session_begin(struct ctx *ctx, struct session *s, struct server *server,
	const struct config_listener *listener, struct stream *stream, struct ip_port peer,
	struct ip_port local);
/* Says the first reply. Suspends; an error ends the session. */
int session_greet(struct ctx *ctx, struct session *s);
/* Reads a command, obeys and answers it. Suspends; an error ends the session. */
int session_command(struct ctx *ctx, struct session *s);
/* Frees what it owns, after session_drop_transaction. */
void session_end(struct session *s);

/* ---- for the command families ---- */

/* Queues text of a reply. Suspends when the output is full, at most for the command time-out:
 * ERR_TIMEOUT then, since a client that reads nothing may not hold its session for ever. */
int session_write(struct ctx *ctx, struct session *s, struct slice text);
/* Queues a reply; counts it as an error when it is a refusal, and ends the session with 421 after
 * too many. Suspends when the output is full. */
int session_reply(struct ctx *ctx, struct session *s, const struct smtp_reply *reply);
/* The same from its parts. */
int session_say(struct ctx *ctx, struct session *s, int code, const char *enhanced, const char *fmt,
	...) __attribute__((format(printf, 5, 6)));
/* Logs a refusal of the given command, then replies. */
int session_refuse(struct ctx *ctx, struct session *s, const char *command, struct slice argument,
	const struct smtp_reply *reply);
/* Its first half. Does not suspend. */
void session_log_refusal(struct ctx *ctx, struct session *s, const char *command,
	struct slice argument, const struct smtp_reply *reply);
/* More input. Suspends; fails as stream_fill. */
int session_fill(struct ctx *ctx, struct session *s);
/* Reads one line, strictly; *ret_line is valid until the next read. Damaged lines are answered here
 * and the next one is read. Suspends at most for the command time-out: ERR_TIMEOUT then. */
int session_read_line(struct ctx *ctx, struct session *s, struct slice *ret_line);
/* The next command if its line is complete in the buffer already and begins with `verb`: for
 * gathering RCPTs. Does not suspend. */
bool session_next_is(struct session *s, struct slice verb, struct slice *ret_line);
/* The next command is there already, will be obeyed at once, and is DATA; its content may follow
 * soon. */
bool session_data_is_next(const struct session *s);
/* Ends the transaction, if any, without a message. */
void session_drop_transaction(
	struct ctx *ctx, struct session *s, enum session_state next, enum abort_why why);
/* The client as permission sees it now; the user is looked up again, so that a revoked one is
 * out. */
struct server_client session_client(const struct session *s);
/* Nothing is known of the client any more but its address: after STARTTLS, XCLIENT. */
void session_forget_client(struct ctx *ctx, struct session *s);
/* 220, whatever the client has said already. */
int session_say_greeting(struct ctx *ctx, struct session *s);
/* The client's address from now on, also in log lines. */
void session_set_peer(struct ctx *ctx, struct session *s, struct ip_port peer);
/* Forgets the content that was arriving, if any. */
void session_drop_content(struct session *s);

/* ---- the command families ---- every handler replies; 0, or an error that ends the session */

typedef int session_handler(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd);

session_handler cmd_hello; /* cmd_hello.c: EHLO, HELO */
session_handler cmd_starttls; /* cmd_starttls.c */
session_handler cmd_auth; /* cmd_auth.c */
/* What a log-in with the right password comes to, for explain.c. */
int cmd_auth_assume(struct ctx *ctx, struct session *s, struct slice name);
session_handler cmd_xclient; /* front.c */
session_handler cmd_xforward;
session_handler cmd_mail; /* cmd_mail.c */
session_handler cmd_rcpt; /* cmd_rcpt.c */
session_handler cmd_data; /* cmd_data.c */
session_handler cmd_bdat; /* cmd_data.c */
session_handler cmd_rset; /* cmd_other.c, and the rest */
session_handler cmd_noop;
session_handler cmd_quit;
session_handler cmd_vrfy;
session_handler cmd_expn;
session_handler cmd_help;

/* The session's part of the capabilities, offered now. */
void cmd_hello_offers(const struct session *s, struct smtp_caps *ret);

#endif
