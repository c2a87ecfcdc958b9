/* Private to the worker's files: what it consists of. */
#ifndef SLUICE_APP_WORKER_PARTS_H
#define SLUICE_APP_WORKER_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/list.h"
#include "control/agent.h"
#include "nexthop/limits.h"
#include "rt/scope.h"
#include "server/server.h"
#include "spool/spool.h"

struct auth_server;
struct auth_users;
struct channel;
struct config;
struct doubt_store;
struct listen_sock;
struct nexthop;
struct pool;
struct sched;
struct spool;
struct tls_server;
struct worker_setup;

/* A folder of the spool and its deliveries. */
struct partition {
	unsigned number;
	struct spool *spool;
	struct spool_report found; /* when it was opened */
	struct sched *sched;
	struct control_agent agent;
};

/* A socket that the supervisor opened. */
struct worker_listener {
	struct list node;
	struct ip_port at; /* as configured */
	struct server_listener base; /* its name is owned here; empty: nobody's any more */
	struct scope accepting; /* at most one coroutine */
};

struct worker {
	const struct worker_setup *setup;
	const struct config *config;
	/* The first is where its own sessions store; the others were left by workers that are no
	 * more, and are emptied. */
	struct partition *partitions;
	size_t partitions_n;
	struct auth_users *users;
	struct auth_server *auth;
	struct tls_server *tls;
	struct pool *burners; /* threads for log-ins at next hops, and for reading configurations */
	struct nexthop_limits limits;
	struct nexthop *nexthop;
	struct server server;
	struct doubt_store *doubts; /* NULL: none are kept beyond a restart */
	struct list listeners; /* struct worker_listener */
	struct channel *channel;
	struct scope reloads; /* one coroutine */
	int status; /* exit status */
};

/* ---- worker_listen.c ---- */

/* Takes the sockets of this worker over; nothing is accepted yet. */
void worker_listen_init(struct worker *w);
/* Takes over one more. */
void worker_listen_add(struct worker *w, const struct ip_port *at, struct listen_sock *sock);
/* Follows the configuration: starts accepting for its listeners. Sockets that are not in it answer
 * that they close; true when there are such. Does not suspend. */
bool worker_listen_follow(struct worker *w);
/* Closes the sockets that are not in the configuration, once those who wait there were answered.
 * Suspends shortly. */
int worker_listen_close_unused(struct ctx *ctx, struct worker *w);
/* Answers who waits, closes all. Shielded. */
void worker_listen_close(struct ctx *ctx, struct worker *w);

/* ---- reload.c ---- */

/* Takes configurations and sockets from the supervisor until cancelled. A coroutine; arg is the
 * worker. A failure means that the worker has to be started anew. */
int reload_run(struct ctx *ctx, void *arg);

#endif
