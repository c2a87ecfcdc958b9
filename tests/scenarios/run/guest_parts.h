/* A client and what its statements share. Private to client*.c. */
#ifndef SLUICE_SCENARIOS_GUEST_PARTS_H
#define SLUICE_SCENARIOS_GUEST_PARTS_H

#include "base/ip.h"
#include "play.h"
#include "rt/waitq.h"
#include "wire.h"

struct pool;
struct sim_proc;
struct sock;
struct stream;

/* Virtual: longer than any time-out of the program. */
#define GUEST_PATIENCE (30 * USEC_PER_MIN)

struct guest {
	struct list node;
	struct play *play;
	struct slice name, from;
	struct sim_proc *proc;
	struct ip_port to;
	bool connect; /* before the next block */
	bool may_fail; /* the connect */
	const struct stmt *todo; /* whose block is to be played; NULL: none */
	struct waitq changed;
	struct stream *stream; /* NULL: not connected */
	struct sock *sock; /* the stream's */
	struct wire wire;
	struct buf reply; /* the last one */
	bool has_reply; /* it was read, and not expected yet */
	struct pool *pool; /* for SCRAM; or NULL */
};

int guest_connect(struct ctx *ctx, struct guest *c, const struct stmt *s);
void guest_disconnect(struct guest *c);

/* Sends bytes at once. A connection that has ended is no failure: the next expectation tells. */
void guest_send(struct ctx *ctx, struct guest *c, struct slice bytes);
/* The next reply into c->reply, unless one waits there. Fails as stream_fill. */
int guest_read(struct ctx *ctx, struct guest *c);
/* Expects a reply that begins with text, for the statements that are more than one command. */
int guest_want(struct ctx *ctx, struct guest *c, const struct stmt *s, const char *text);

op_run guest_auth; /* auth MECHANISM USER PASSWORD */
op_run guest_starttls; /* starttls [NAME] | starttls fails */
op_run guest_tls; /* tls [NAME] */

#endif
