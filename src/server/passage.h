/* Log-ins that are passed through to the server behind a proxy (`auth: pass-through`): it alone
 * knows the users. A session that got in there has its connection, and may send by it, to whomever
 * that server allows, and nowhere else. */
#ifndef SLUICE_SERVER_PASSAGE_H
#define SLUICE_SERVER_PASSAGE_H

#include <stdbool.h>

#include "base/slice.h"

struct client_who;
struct ctx;
struct nexthop_conn;
struct passage;
struct session;
struct smtp_caps;
struct smtp_cmd;

/* The listener passes log-ins on. */
bool passage_is_wanted(const struct session *s);
/* Before EHLO is answered: where nobody has heard the server behind yet, it is connected to, so
 * that its mechanisms are known. Suspends shortly. 0 or as ctx_check. */
int passage_prepare(struct ctx *ctx, struct session *s);
/* Adds AUTH with what the server behind offers, as far as it can be passed on: where nobody can
 * listen, and nobody is logged in. */
void passage_offers(const struct session *s, struct smtp_caps *caps);
/* AUTH: connects, passes the exchange on, replies. Suspends. */
int passage_auth(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd);
/* For explain.c: AUTH as if the server behind grants the log-in. */
int passage_assume(struct ctx *ctx, struct session *s, struct slice name);
/* The connection of a session that is logged in; NULL where it is assumed. */
struct nexthop_conn *passage_conn(const struct passage *p);
/* What is told of the client there; may be changed between transactions. */
struct client_who *passage_who(struct passage *p);
/* The connection is still there, as far as is known: the log-in is worth something. */
bool passage_is_alive(const struct passage *p);
/* Ends the connection. NULL is fine. */
void passage_end(struct passage *p);

#endif
