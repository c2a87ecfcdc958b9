/* The listening sockets: one for each address and worker, opened and kept by the supervisor, so
 * that no connection is lost while a worker starts again. */
#ifndef SLUICE_APP_SOCKETS_H
#define SLUICE_APP_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

struct buf;
struct config;
struct config_listener;
struct listen_sock;

/* One address. */
struct socket_set {
	struct ip_port at; /* as configured; never a wildcard of both families */
	struct listen_sock **slots; /* one a worker; NULL where it is closed */
	bool fresh, wanted; /* between sockets_open and sockets_settle */
};

struct sockets {
	unsigned workers;
	struct socket_set *v;
	size_t n;
};

/* An address of the configuration with its listener; `half`: of a wildcard, and a machine
 * without that family does without it. */
struct socket_use {
	const struct config_listener *listener;
	struct ip_port at;
	bool half;
};
/* Calls visit for each; stops when it returns nonzero, and returns that. */
int sockets_each(const struct config *config, int (*visit)(void *arg, const struct socket_use *use),
	void *arg);
/* The listener that the address belongs to, or NULL. */
const struct config_listener *sockets_listener(
	const struct config *config, const struct ip_port *at);

/* Opens what the configuration needs and is not open yet. file: of the configuration, for the
 * sentence in why. 0, or the error: then everything is as before. */
int sockets_open(struct sockets *s, const struct config *config, const char *file, struct buf *why);
/* The new configuration is in force: closes here what it does not need. */
void sockets_settle(struct sockets *s);
/* It is not: closes what was opened for it. */
void sockets_undo(struct sockets *s);
/* In a child: closes the sockets of all workers but this one (SOCKETS_NO_WORKER: of all). */
#define SOCKETS_NO_WORKER UINT32_MAX
void sockets_keep_slot(struct sockets *s, unsigned worker);
void sockets_close(struct sockets *s);

#endif
