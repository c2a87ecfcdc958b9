/* How many sessions there may be: altogether, at a listener, of one client address, of its /24 or
 * /64, and of a configured network. Counted over all workers where they share a table, and in any
 * case in this one. */
#ifndef SLUICE_SERVER_CROWD_H
#define SLUICE_SERVER_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct config;
struct config_listener;
struct ip;
struct server;

/* A limit that was met. Texts are static. */
struct crowd_limit {
	const char *option; /* "limits.sessions" */
	const char *says; /* to the client, without the code: "Too many connections" */
};

/* Counts a session at a listener. False: there may not be one more; *ret_limit says why, and
 * nothing is counted. */
bool crowd_enter(
	struct server *server, const struct config_listener *l, struct crowd_limit *ret_limit);
void crowd_leave(struct server *server, const struct config_listener *l);

/* Counts a session of a client, whose address may be known only after it was let in: by its
 * address and its networks. c and l as long as it stays. As crowd_enter. */
bool crowd_enter_client(struct server *server, const struct config *c,
	const struct config_listener *l, const struct ip *ip, struct crowd_limit *ret_limit);
void crowd_leave_client(struct server *server, const struct config *c,
	const struct config_listener *l, const struct ip *ip);

/* Open sessions of the listener of this name, of all workers; 0 when they share no table. */
uint32_t crowd_at(const struct server *server, struct slice listener);

#endif
