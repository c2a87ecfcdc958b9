/* A whole relay for tests in the simulated world: sessions, spool, delivery, as a worker builds them. */
#ifndef SLUICE_TESTS_RELAY_H
#define SLUICE_TESTS_RELAY_H

#include <stddef.h>

#include "server/server.h"
#include "spool/spool.h"

struct config;
struct ctx;
struct sched;

struct relay {
	const char *config; /* its text */
	const struct config *loaded; /* or this instead, which stays the caller's */
	bool journal; /* on the host's disk, folder "spool"; else in memory */
	struct auth_users *users; /* who may log in, or NULL */
	struct tls_server *tls;
	struct tls_client *authorities; /* NULL: the system's, reading which takes long */
	/* While it runs. */
	struct spool *spool;
	struct spool_report report;
	struct sched *sched;
	struct server server;
	bool ready;
};

/* The process: serves until stopped. arg is a struct relay, zeroed but for what stands above. */
int relay_run(struct ctx *ctx, void *arg);
/* Loads a configuration; fails the test with the problems found. */
const struct config *relay_config(const char *text);
/* Messages in the spool. */
size_t relay_messages(const struct relay *r);

#endif
