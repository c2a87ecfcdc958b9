/* Private to client: telling the peer who our own client is. */
#ifndef SLUICE_CLIENT_TELL_H
#define SLUICE_CLIENT_TELL_H

#include <stdbool.h>

#include "client/client.h"

struct ctx;

/* Each call suspends; 0, or negative with *ret filled as client_open does. */

/* The PROXY header, before anything else; nothing with other ways of telling. */
int client_tell_header(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret);
/* After EHLO: XCLIENT until all is said; *ret_anew is true when the session is at its greeting
 * again. With XFORWARD, whether it is offered. CLIENT_NOT_TOLD where the peer does not let us. */
int client_tell_hello(struct ctx *ctx, struct client *c, const struct client_settings *s,
	bool *ret_anew, struct client_failure *ret);
/* The peer lets us say whose address it is: 0, or ERR_REFUSED with CLIENT_NOT_TOLD. Does not
 * suspend. */
int client_tell_offered(const struct client *c, enum client_tell tell, struct client_failure *ret);
/* The name for EHLO: our client's, once the session is its own. */
struct slice client_tell_name(const struct client_settings *s, bool told);

/* Queues XFORWARD for the transaction that follows; *ret_n replies are to be heard. */
int client_tell_forward(
	struct ctx *ctx, struct client *c, const struct client_who *who, unsigned *ret_n);
/* Its replies; suspends. A no is ERR_REFUSED with CLIENT_NOT_TOLD, and the session is over. Other
 * failures are left to the caller: *ret is not filled. */
int client_tell_forwarded(
	struct ctx *ctx, struct client *c, unsigned n, struct client_failure *ret);

#endif
