/* Log-in of clients: the SASL exchange of a server (RFC 4954, RFC 4616, RFC 5802), written as
 * straight code that asks the session for each further line. What burns the processor runs on an
 * offload thread behind a bounded, fair queue; failures are answered slower and slower. */
#ifndef SLUICE_AUTH_SERVER_H
#define SLUICE_AUTH_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/mech.h"
#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

struct auth_throttle;
struct auth_user;
struct auth_users;
struct buf;
struct ctx;
struct stream;

/* One a process: users, verification threads, failure table, cache of verified log-ins. */
struct auth_server;

struct auth_settings {
	unsigned threads; /* for verification; 0: 1 */
	unsigned waiting_max; /* log-ins that may wait for a thread; 0: 1024 */
	usec_t wait_max; /* longest wait for a thread before BUSY; 0: 5 s */
	usec_t delay_max; /* longest deliberate delay of an answer; 0: 30 s */
	usec_t cache_life; /* how long a verified PLAIN or LOGIN is remembered; 0: 5 min */
	unsigned refuse_after; /* failures of one address before REFUSED; 0: 20 */
	/* NULL, or one shared with other processes, which outlives the server and has its own
	 * refuse_after. */
	struct auth_throttle *throttle;
};

/* Takes a reference of users, which may be NULL (then nothing is offered). Does not suspend. */
struct auth_server *auth_server_new(const struct auth_settings *s, struct auth_users *users);
/* No exchange may be running. NULL is fine. */
void auth_server_free(struct auth_server *a);
/* After a reload: takes a reference of the new users; what was remembered of log-ins is forgotten.
 * Running exchanges end with the users they began with. */
void auth_server_set_users(struct auth_server *a, struct auth_users *users);
/* The users now in force, or NULL; valid until the next suspension. Look users up again at each
 * transaction, so that a removed or disabled one sends nothing more. */
const struct auth_users *auth_server_users(const struct auth_server *a);

/* True while this address has failed too often: whoever answers 421 before TLS and EHLO saves the
 * handshake (but locks out good users behind the same address, whom auth_server_run lets in). */
bool auth_server_refuses(const struct auth_server *a, const struct ip *client);

/* A log-in that another server judged counts as one of ours: what auth_server_refuses says of the
 * address then, and the delay for the answer. name: as far as it is known, else empty. */
usec_t auth_server_note_failed(struct auth_server *a, const struct ip *client, struct slice name);
void auth_server_note_good(struct auth_server *a, const struct ip *client, struct slice name);

/* What may be offered on a connection: a set of AUTH_BIT(mech). PLAIN and LOGIN only if `clear_ok`
 * (TLS, or the operator allows it); SCRAM when some user has such a secret; -PLUS when the
 * stream's TLS gives a channel binding. stream may be NULL: no binding. */
unsigned auth_server_offers(
	const struct auth_server *a, const struct stream *stream, bool clear_ok);
/* Appends "PLAIN LOGIN ..." for the EHLO line, best first; nothing for 0. */
void auth_server_format_offers(unsigned offers, struct buf *ret);

/* One AUTH command. Slices must stay valid until auth_server_run returns. */
struct auth_request {
	struct slice mechanism; /* as the client wrote it */
	struct slice
		initial; /* initial response as written, base64; "=" or nothing is an empty one */
	bool has_initial;
	unsigned offers; /* what was offered on this connection */
	struct ip client;
	const struct stream *stream; /* for the channel binding; may be NULL */
	/* Sends "334 " and the challenge (already base64, may be empty), and reads one line of at
	 * most AUTH_LINE_MAX bytes, without CRLF, into *ret (empty; wiped by the caller).
	 * Suspends. ERR_LIMIT for a longer line (ends as AUTH_SYNTAX); other errors end it all. */
	int (*ask)(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret);
	void *arg;
};

struct auth_result {
	enum auth_outcome outcome;
	char name[AUTH_NAME_MAX +
		  1]; /* the user as found in the file on OK, else as given, or "" */
	const char *why; /* for the log: "no such user", "wrong password"; static */
	/* Delay the answer this long before sending it (ctx_sleep); 0 unless it failed. The session
	 * does it, since it alone knows whether the client still listens. */
	usec_t delay;
};

/* Runs the exchange and returns 0 with the outcome, whatever the client did. Suspends. Fails only
 * as `ask` failed or as ctx_check. Unknown users take the path and the time of wrong passwords. */
int auth_server_run(struct ctx *ctx, struct auth_server *a, const struct auth_request *req,
	struct auth_result *ret);

#endif
