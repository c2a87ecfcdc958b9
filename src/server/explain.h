/* What would happen to an envelope: a session is played with nobody at the other end, by the code
 * that serves clients, and each reply is shown with the decision behind it. Nothing is stored or
 * sent and no other server is asked. */
#ifndef SLUICE_SERVER_EXPLAIN_H
#define SLUICE_SERVER_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/slice.h"
#include "nexthop/route.h"
#include "server/permission.h"
#include "smtp/path.h"

struct auth_users;
struct config;
struct config_listener;
struct ctx;

/* Who the client is and what it would say. Everything is borrowed. */
struct explain_envelope {
	const struct config *config;
	struct auth_users *users; /* NULL: nobody can log in */
	const struct config_listener *listener; /* of config */
	struct ip client;
	bool tls; /* after the handshake */
	struct slice helo;
	struct slice login; /* logs in, with the right password; empty: does not try */
	struct slice mail; /* behind MAIL: "FROM:<a@example.org> SIZE=100" */
	const struct slice *rcpts; /* behind RCPT: "TO:<b@example.net>" */
	size_t rcpts_n;
};

enum explain_command {
	EXPLAIN_CONNECT,
	EXPLAIN_EHLO,
	EXPLAIN_AUTH,
	EXPLAIN_MAIL,
	EXPLAIN_RCPT,
	EXPLAIN_DATA,
};

/* Valid during the call. */
struct explain_step {
	enum explain_command command;
	struct slice said; /* the client's line without CRLF; empty when it connects */
	/* Our lines with their CRLFs. Where `backend` is set the server behind us would be asked,
	 * and this is the reply if it says yes; or (EHLO) it depends on what the servers behind us
	 * were heard to offer, and this is the reply if that is everything. */
	struct slice reply;
	bool positive; /* 2xx or 3xx */
	bool backend;
	bool kept; /* the spool takes the recipient, since the server behind us is another one */
	/* MAIL and RCPT: what permission says. code 0: the line does not come so far. */
	struct server_verdict verdict;
	/* RCPT, where permission and limits allow it: who gets it, which way. NEXTHOP_NONE with
	 * `why` where no route leads there, without `why` when it was not asked for. */
	struct smtp_path recipient;
	struct nexthop_route route;
	struct slice destination; /* its key */
};

typedef void explain_step_fn(void *arg, const struct explain_step *step);

/* Plays connect, EHLO, AUTH, MAIL, each RCPT, DATA, and calls `step` for each, up to the first no
 * of EHLO, AUTH or MAIL, or as long as any recipient is taken. Logs what a session logs. Suspends;
 * 0, or as ctx_check. */
int explain_run(
	struct ctx *ctx, const struct explain_envelope *e, explain_step_fn *step, void *arg);

#endif
