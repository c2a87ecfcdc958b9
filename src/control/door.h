/* A socket of this machine on which requests are answered: the admin socket, and each worker's. */
#ifndef SLUICE_CONTROL_DOOR_H
#define SLUICE_CONTROL_DOOR_H

#include <jansson.h>

struct control_request;
struct ctx;
struct listen_sock;
struct stream;

/* Connections at once; further ones wait. */
#define CONTROL_CONNECTIONS_MAX 64

struct control_door {
	struct listen_sock *socket; /* borrowed */
	/* Sends the answer's lines (control_line_send) and adds to the end's line, an object: an
	 * "error" where there is one. A negative code ends the connection. Suspends. */
	int (*answer)(struct ctx *ctx, void *arg, const struct control_request *request,
		struct stream *to, json_t *end);
	void *arg;
};

/* Answers until cancelled; then ERR_CANCELLED, and no connection is left. */
int control_door_run(struct ctx *ctx, const struct control_door *door);

#endif
