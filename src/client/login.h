/* Private to client: the AUTH command and its exchange (RFC 4954). */
#ifndef SLUICE_CLIENT_LOGIN_H
#define SLUICE_CLIENT_LOGIN_H

struct client;
struct client_failure;
struct client_login;
struct ctx;

/* Challenges that are answered before we give up. */
#define CLIENT_LOGIN_STEPS 8

/* Logs in. 0, or negative with *ret filled. Suspends. */
int client_login_run(struct ctx *ctx, struct client *c, const struct client_login *login,
	struct client_failure *ret);

#endif
