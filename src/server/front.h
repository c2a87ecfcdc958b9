/* A server in front of us, named by the configuration, says who its client is: by a header of the
 * PROXY protocol, by XCLIENT, or, for log lines only, by XFORWARD. From then on the session is that
 * client's: session.peer is its address. */
#ifndef SLUICE_SERVER_FRONT_H
#define SLUICE_SERVER_FRONT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/ip.h"
#include "base/slice.h"
#include "smtp/xclient.h"

struct ctx;
struct session;
struct smtp_caps;
struct sock;

/* How long a front may take for its header. */
#define FRONT_HEADER_TIME (5 * USEC_PER_SEC)

/* What was said; owned by the session, NULL until something was. */
struct front {
	struct ip_port
		speaker; /* who speaks on the connection: its peer, or the PROXY header's client */
	bool is_local; /* the header names no client: the front speaks for itself */
	bool tls; /* the client spoke TLS to the front, as the header says */
	bool told; /* an address was stated by XCLIENT */
	struct ip counted; /* the address for which the session is counted; IP_NONE: none */
	struct smtp_x client; /* by XCLIENT; texts in the arena */
	struct arena arena;
	struct smtp_x forward; /* by XFORWARD, until the end of the transaction */
	struct slice forward_text; /* the same for log lines */
	struct arena forward_arena;
};

/* Reads the PROXY header where the connection's peer owes one: before anything else, and not a byte
 * beyond it. Suspends. 0, or an error that ends the session (logged, and told where it can be). */
int front_read_header(struct ctx *ctx, struct session *s, struct sock *sock);
/* Adds XCLIENT and XFORWARD for those who may say them now. */
void front_offers(const struct session *s, struct smtp_caps *caps);
/* The address that networks mean: IP_NONE for a front that speaks for itself, and for a client that
 * it does not know. */
struct ip front_trusted_ip(const struct session *s);
/* Nobody can listen between the client and us: TLS, or loopback all the way. */
bool front_is_private(const struct session *s);
/* Where the message that is under way came from, as XFORWARD said; empty: it did not. */
struct slice front_forwarded(const struct session *s);
/* The client's name as XCLIENT said it; may be empty. */
struct slice front_client_name(const struct session *s);
/* What the client called itself, as XCLIENT said it; may be empty. */
struct slice front_client_helo(const struct session *s);
/* The transaction is over. */
void front_forget_forward(struct session *s);
/* The session ends. */
void front_end(struct session *s);

#endif
