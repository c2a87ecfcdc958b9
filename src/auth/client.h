/* Log-in at a next hop: the SASL exchange of a client (RFC 4954, 4616, 2195, 5802, 7677). */
#ifndef SLUICE_AUTH_CLIENT_H
#define SLUICE_AUTH_CLIENT_H

#include <stdbool.h>

#include "auth/mech.h"
#include "base/slice.h"

struct buf;
struct ctx;
struct pool;
struct stream;

/* A server that asks for more PBKDF2 rounds than this wants to burn our processor. */
#define AUTH_CLIENT_ROUNDS_MAX 100000

/* What we know of the connection. */
struct auth_client_env {
	const struct stream *stream; /* for the channel binding; NULL: none */
	bool clear_ok; /* TLS, a loopback peer, or the operator's explicit word */
};

/* Chooses the best of what the server offers (a set of AUTH_BIT). PLAIN and LOGIN, which give the
 * password away, only when env->clear_ok; -PLUS only with a channel binding. AUTH_MECH_COUNT and a
 * static sentence in *ret_why when none is left. */
enum auth_mech auth_client_choose(
	unsigned offered, const struct auth_client_env *env, const char **ret_why);

/* One exchange; owned by the caller until auth_client_free. */
struct auth_client;

/* Copies user and password (wiped by auth_client_free). AUTH_OK, or AUTH_SYNTAX for a name or
 * password that the mechanism cannot carry, AUTH_UNSUPPORTED, AUTH_FAULT. Does not suspend. */
enum auth_outcome auth_client_new(enum auth_mech mech, const struct auth_client_env *env,
	struct slice user, struct slice password, struct auth_client **ret);
void auth_client_free(struct auth_client *c); /* NULL is fine */

/* The initial response for the AUTH command, base64 ("=" when empty), appended to *ret. False
 * when the mechanism has none (LOGIN, CRAM-MD5): then send the bare command and wait for 334. So
 * do for a command line that would be too long (RFC 4954 section 4): the first step then answers
 * with it. */
bool auth_client_initial(struct auth_client *c, struct buf *ret);
/* Answers one challenge (the text behind "334 ", base64) and appends the response, base64, to
 * *ret; *ret_outcome is AUTH_OK. Otherwise send "*" and give up: SYNTAX for a challenge that is not
 * what the mechanism says, WRONG when the server does not know the password either, UNSUPPORTED for
 * too many rounds, BUSY. SCRAM's arithmetic runs on the pool. Suspends; fails as ctx_check. */
int auth_client_step(struct ctx *ctx, struct auth_client *c, struct pool *pool,
	struct slice challenge, struct buf *ret, enum auth_outcome *ret_outcome);
/* Call when the server said 235: AUTH_OK, or AUTH_WRONG when the mechanism demands that the server
 * prove itself (SCRAM) and it did not. text: of the 235 reply, where some servers put SCRAM's last
 * message in base64. */
enum auth_outcome auth_client_done(struct auth_client *c, struct slice text);
/* Why the last outcome was not AUTH_OK, for the reason of a deferral; static. */
const char *auth_client_why(const struct auth_client *c);

#endif
