/* Private to nexthop: joins the client's log-in to the SASL exchanges of auth. */
#ifndef SLUICE_NEXTHOP_LOGIN_H
#define SLUICE_NEXTHOP_LOGIN_H

#include "client/client.h"

struct auth_client;
struct config_login;
struct pool;

struct nexthop_login {
	const struct config_login *config;
	struct pool *pool;
	struct auth_client *exchange; /* while it runs */
};

/* *ret works on `login`, which must outlive it. */
void nexthop_login_init(struct nexthop_login *login, const struct config_login *config,
	struct pool *pool, struct client_login *ret);

#endif
