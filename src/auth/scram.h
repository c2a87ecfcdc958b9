/* The server's part of SCRAM-SHA-256, by GNU SASL. Cheap: the client does the slow arithmetic. */
#ifndef SLUICE_AUTH_SCRAM_H
#define SLUICE_AUTH_SCRAM_H

#include <stdbool.h>

#include "auth/mech.h"
#include "base/slice.h"

struct auth_scram;
struct auth_scram_session;
struct buf;

/* The channel binding for -PLUS. */
struct auth_scram_binding {
	const char *type; /* "tls-exporter", "tls-unique" */
	struct slice data;
};

/* Starts an exchange with what is kept of the user's password. binding NULL: SCRAM-SHA-256, else
 * -PLUS. AUTH_OK or AUTH_FAULT. */
enum auth_outcome auth_scram_start(const struct auth_scram *secret,
	const struct auth_scram_binding *binding, struct auth_scram_session **ret);
void auth_scram_end(struct auth_scram_session *s); /* NULL is fine */
/* Answers a client's message: appends the next message of the server to *ret. AUTH_OK; *ret_done
 * once the client has proved itself and *ret is the server's own proof. AUTH_WRONG for a false
 * proof or binding, AUTH_SYNTAX for a malformed message. */
enum auth_outcome auth_scram_step(
	struct auth_scram_session *s, struct slice message, struct buf *ret, bool *ret_done);

#endif
