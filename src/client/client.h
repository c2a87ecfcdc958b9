/* One connected session with a next hop, as its client: SMTP (RFC 5321) or LMTP (RFC 2033). Only
 * nexthop and filter use it; everybody else gets a ready session from nexthop.
 *
 * Whatever the peer says or does, every call ends: each wait has its own time-out, each reply its
 * limits, and after anything that is not SMTP the connection is closed. */
#ifndef SLUICE_CLIENT_CLIENT_H
#define SLUICE_CLIENT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"
#include "client/message.h"
#include "smtp/caps.h"
#include "smtp/reply.h"

struct buf;
struct client;
struct ctx;
struct stream;
struct tls_client;
struct tls_info;

/* What kind of trouble ended a step. */
enum client_why {
	CLIENT_OK,
	CLIENT_REPLY, /* a reply that means no; failure.reply has it */
	CLIENT_LOST, /* the peer closed, or the connection broke */
	CLIENT_TIMEOUT, /* the peer said nothing for too long */
	CLIENT_BROKEN, /* what it said was not SMTP, too long, or came out of turn */
	CLIENT_NO_TLS, /* STARTTLS is not offered and the policy demands it */
	CLIENT_TLS_FAILED, /* STARTTLS was refused or the handshake failed */
	CLIENT_UNTRUSTED, /* the certificate or its name is not what the policy demands */
	CLIENT_NOT_TOLD, /* the peer does not let us say who our client is */
	CLIENT_NO_LOGIN, /* no usable mechanism, or the log-in was refused */
	CLIENT_LOCAL, /* our own side: the body cannot be read, the lease is lost, cancelled */
};

/* Why a session could not be opened, or a transaction not be finished. */
struct client_failure {
	enum client_why why;
	enum client_stage stage;
	struct smtp_reply reply; /* code 0: there was none */
	const char *text; /* a sentence for people, without the host; in ctx->arena, never NULL */
};

/* Log-in is asked for and answered through these, since client and auth do not know each other.
 * Each returns 0, ERR_AUTH with a sentence in ctx->err, or fails as ctx_check. */
struct client_login {
	void *arg;
	/* Chooses a mechanism from those offered. *ret_mech is static; the initial response in
	 * base64 is appended to *ret_initial, nothing when the mechanism has none. clear_ok:
	 * passwords may be shown to the peer (TLS, or a loopback peer). Does not suspend. */
	int (*begin)(struct ctx *ctx, void *arg, const struct smtp_caps *offered,
		const struct stream *stream, bool clear_ok, const char **ret_mech,
		struct buf *ret_initial);
	/* Answers a challenge, both in base64. May suspend. */
	int (*step)(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret);
	/* The server said 235 with this text. */
	int (*done)(struct ctx *ctx, void *arg, struct slice text);
	/* The exchange is over, whatever came of it. Called once for each begin that returned 0. */
	void (*end)(void *arg);
};

enum client_protocol { CLIENT_SMTP, CLIENT_LMTP };
enum client_tls {
	CLIENT_TLS_OFF,
	CLIENT_TLS_OPPORTUNISTIC, /* if offered, with any certificate */
	CLIENT_TLS_REQUIRE, /* always, with any certificate */
	CLIENT_TLS_VERIFY, /* always, and the certificate is for server_name from a trusted root */
};

/* How the peer is told who our own client is. */
enum client_tell {
	CLIENT_TELL_NOTHING,
	CLIENT_TELL_XFORWARD, /* by client_live_begin, for one transaction */
	CLIENT_TELL_XCLIENT, /* after EHLO, for the whole session */
	CLIENT_TELL_PROXY_V1, /* by the PROXY protocol, for the whole connection */
	CLIENT_TELL_PROXY_V2,
};

/* How long each step may take (RFC 5321 section 4.5.3.2). */
struct client_timeouts {
	usec_t greeting; /* also EHLO, STARTTLS and its handshake, each AUTH step */
	usec_t mail, rcpt, data;
	usec_t block; /* each piece of the body */
	usec_t dot; /* the reply to the whole message */
	usec_t cleanup; /* RSET, QUIT */
};
extern const struct client_timeouts client_timeouts_default;

/* Borrowed during client_open only, but timeouts are copied. */
struct client_settings {
	enum client_protocol protocol;
	struct slice helo; /* our name */
	enum client_tls tls;
	bool implicit_tls; /* the handshake comes before the greeting */
	struct slice server_name; /* for SNI and verification */
	struct tls_client *tls_client; /* NULL only with CLIENT_TLS_OFF */
	struct slice session_key; /* TLS sessions are resumed under the same key only */
	const struct client_login *login; /* NULL: none */
	enum client_tell tell;
	/* NULL: the session is nobody's but ours. PROXY then says so, XCLIENT nothing. */
	const struct client_who *who;
	struct client_timeouts timeouts;
};

/* Takes the connected stream over (freed on failure too). Greeting, EHLO (HELO where EHLO is
 * unknown; LHLO for LMTP), STARTTLS, EHLO again, XCLIENT, EHLO again, log-in. Suspends. 0, or
 * negative with *ret_failure filled: ERR_CANCELLED from above (why is then CLIENT_LOCAL), else
 * ERR_PROTOCOL, ERR_TLS, ERR_AUTH, ERR_EOF, ERR_RESET, ERR_TIMEOUT, ERR_REFUSED (a reply).
 * CLIENT_TLS_FAILED under the opportunistic policy invites the caller to connect again with
 * CLIENT_TLS_OFF; other policies never do. */
int client_open(struct ctx *ctx, struct stream *stream, const struct client_settings *settings,
	struct client **ret, struct client_failure *ret_failure);
/* Closes at once; frees. NULL is fine. */
void client_free(struct client *c);

const struct smtp_caps *client_caps(const struct client *c);
/* Its name as it stands in its reply to EHLO; empty where that is none. Valid while c is. */
struct slice client_called(const struct client *c);
enum client_protocol client_protocol(const struct client *c);
/* False when there is no TLS. */
bool client_tls_info(const struct client *c, struct tls_info *ret);

/* Sends one message. Every recipient's result is filled, whatever happens, with as much truth as
 * there is. Suspends. 0: the transaction came to its end (all may have been refused;
 * client_reusable tells about the session). Negative: it did not, *ret_failure says why, and the
 * session is over; recipients without an answer of their own have what the failure means for them.
 * ret_failure->stage CLIENT_MAIL and why LOST, or a 421 there: the peer closed an idle session and
 * has not seen this message. */
int client_send(struct ctx *ctx, struct client *c, const struct client_message *m,
	struct client_result *ret_results, struct client_failure *ret_failure);

/* The session can take another message: nothing broke, nobody said 421, nothing unread is there.
 * Asks nobody; false also when an idle peer has closed or spoken, as far as is known. */
bool client_reusable(const struct client *c);
/* From now on; a session may serve somebody else next. */
void client_set_timeouts(struct client *c, const struct client_timeouts *t);
/* How long ago the peer said something, in an answer to us. */
usec_t client_silence(const struct client *c);
/* NOOP: the peer hears that we are still there. Not inside a content. Waits for the reply so long,
 * which may be any but 421. Suspends. 0, or as from client_send: the session is over then. */
int client_noop(
	struct ctx *ctx, struct client *c, usec_t timeout, struct client_failure *ret_failure);
/* Messages sent on it so far, with or without success. */
unsigned client_messages(const struct client *c);
/* QUIT, waits shortly for 221, closes, frees. Shielded: works while cancelled. Suspends. NULL is
 * fine. */
void client_quit(struct ctx *ctx, struct client *c);

#endif
