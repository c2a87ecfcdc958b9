/* What all sessions of a worker share. */
#ifndef SLUICE_SERVER_SERVER_H
#define SLUICE_SERVER_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/time.h"
#include "rt/scope.h"
#include "server/gathering.h"

struct auth_server;
struct config;
struct ctx;
struct doubt;
struct doubts;
struct listen_sock;
struct nexthop;
struct service_ops;
struct spool;
struct tally;
struct tls_server;

/* Each session has limits, and so many sessions may be open that all of them at their limits would
 * take all memory. */
#define SERVER_HELD_MAX ((size_t)256 << 20)

/* `sluice explain`: nobody is there, and servers behind us are not asked but taken to say yes. */
struct server_pretence {
	unsigned asked; /* how often one would have been asked */
	unsigned kept; /* how often one was spared, since the spool takes the recipient */
	unsigned offered; /* how often something was offered in their name */
};

/* Owned by the worker, which fills it before the first listener starts. The pointers are borrowed,
 * except config and tls, of which it holds a reference each (server_set_config). */
struct server {
	const struct config *config;
	const struct service_ops *relay; /* &relay_service from server_init */
	struct spool *spool;
	struct nexthop *nexthop; /* for listeners with `service: proxy` */
	struct auth_server *auth; /* NULL: nobody can log in */
	struct tls_server *tls; /* NULL: no certificate */
	struct tally *shared; /* sessions of all workers; NULL: there are only ours */
	unsigned slot; /* ours in it */
	struct doubts *doubts; /* of all workers, for the proxy; NULL: none are remembered */
	/* Called for each one that is put in, to keep it longer than the program runs; NULL: nobody
	 * is. Must not suspend. */
	void (*keep_doubt)(void *arg, const struct doubt *doubt);
	void *keep_doubt_arg;
	struct scope sessions; /* SCOPE_SERVE */
	struct heap slowed; /* struct flow's, the one slowed first on top */
	struct map crowds; /* what sessions are counted by (crowd.h) -> how many are open */
	struct gathering gathering; /* messages that are kept until they are whole */
	size_t held; /* bytes of envelopes and header sections in the hands of sessions */
	size_t held_max; /* beyond it 452 is said; SERVER_HELD_MAX from server_init */
	uint64_t next_session; /* part of session ids */
	struct server_pretence *pretence; /* NULL: all is real */
	usec_t backend_alarm; /* when an alarm about servers that are no hops may be raised again */
	bool stopping; /* no new sessions; those open are told 421 after their message */
};

void server_init(struct server *server);
/* All sessions have ended. */
void server_done(struct server *server);
/* Swaps configuration and certificates in; takes a reference of each. Sessions keep theirs until
 * they end. tls may be NULL. */
void server_set_config(struct server *server, const struct config *config, struct tls_server *tls);

/* One open listening socket and what the configuration calls it. */
struct server_listener {
	struct server *server;
	struct listen_sock *sock; /* owned by the worker */
	struct slice name; /* of the listener; looked up anew for each connection */
};

/* Accepts until cancelled (returns ERR_CANCELLED) or the socket is closed. A coroutine each; the
 * sessions it starts belong to server->sessions. arg is a struct server_listener, which must live
 * until it returns. */
int server_listen(struct ctx *ctx, void *arg);

#endif
