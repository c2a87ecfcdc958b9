/* The asking side: of the commands towards the control process, and of that towards the workers. */
#ifndef SLUICE_CONTROL_CLIENT_H
#define SLUICE_CONTROL_CLIENT_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"

struct control_request;
struct ctx;
struct stream;

/* One request under way; a plain value, zeroed or initialised by control_client_ask. */
struct control_client {
	struct stream *stream;
	struct buf line;
	json_t *now; /* the line last read; owned */
	bool ended; /* now is the end's line */
};

/* Connects to the socket at the path and sends the request. Suspends. Fails as local_connect and
 * stream_write. control_client_done is due in any case. */
int control_client_ask(struct ctx *ctx, const char *path, const struct control_request *request,
	struct control_client *ret);
/* Reads the next line into c->now; after the end's line, none may be read. Suspends, for as long as
 * an answer may take. ERR_PROTOCOL for a line that is none; ERR_EOF, ERR_RESET when the other
 * process went away; ERR_TIMEOUT. */
int control_client_next(struct ctx *ctx, struct control_client *c);
void control_client_done(struct control_client *c);

#endif
