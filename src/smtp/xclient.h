/* XCLIENT and XFORWARD: what a server in front says about its own client (Postfix's XCLIENT_README
 * and XFORWARD_README). XCLIENT makes the session that client's; XFORWARD changes the log lines of
 * one transaction. Pure. */
#ifndef SLUICE_SMTP_XCLIENT_H
#define SLUICE_SMTP_XCLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"

struct arena;
struct buf;

enum smtp_x_attr {
	SMTP_X_PROTO, /* "SMTP", "ESMTP"; to XFORWARD any protocol's name */
	SMTP_X_HELO,
	SMTP_X_LOGIN, /* XCLIENT only */
	SMTP_X_IDENT, /* XFORWARD only: the message's name in the log of the sender */
	SMTP_X_SOURCE, /* XFORWARD only: "LOCAL", "REMOTE" */
	SMTP_X_DESTADDR, /* XCLIENT only: where the client connected to */
	SMTP_X_DESTPORT,
	SMTP_X_PORT,
	SMTP_X_NAME, /* from the reverse look-up */
	SMTP_X_ADDR, /* written last: a server may hear no XCLIENT after it */
	SMTP_X_ATTRS
};

/* A set of attributes: one bit each. */
#define SMTP_X_BIT(attr) (1u << (attr))
#define SMTP_XCLIENT_ALL                                                                           \
	(SMTP_X_BIT(SMTP_X_PROTO) | SMTP_X_BIT(SMTP_X_HELO) | SMTP_X_BIT(SMTP_X_LOGIN) |           \
		SMTP_X_BIT(SMTP_X_DESTADDR) | SMTP_X_BIT(SMTP_X_DESTPORT) |                        \
		SMTP_X_BIT(SMTP_X_PORT) | SMTP_X_BIT(SMTP_X_NAME) | SMTP_X_BIT(SMTP_X_ADDR))
#define SMTP_XFORWARD_ALL                                                                          \
	(SMTP_X_BIT(SMTP_X_PROTO) | SMTP_X_BIT(SMTP_X_HELO) | SMTP_X_BIT(SMTP_X_IDENT) |           \
		SMTP_X_BIT(SMTP_X_SOURCE) | SMTP_X_BIT(SMTP_X_PORT) | SMTP_X_BIT(SMTP_X_NAME) |    \
		SMTP_X_BIT(SMTP_X_ADDR))

#define SMTP_X_VALUE_MAX 255 /* bytes of a value, decoded */
#define SMTP_X_PROTO_MAX 64
#define SMTP_X_LINE_MAX	 510 /* bytes of a command that we write, without CRLF */

/* A plain value, zeroed is "nothing is known". Texts are views. */
struct smtp_x {
	unsigned said; /* SMTP_X_BIT of those that were stated, [UNAVAILABLE] included */
	/* Empty, IP_NONE and 0 are "not known". */
	struct slice proto, helo, login, ident, source, name;
	struct ip addr, destaddr;
	uint16_t port, destport;
};

/* "ADDR"; static. */
const char *smtp_x_attr_name(enum smtp_x_attr attr);
/* The set of those that we know in the parameters of an EHLO line: "NAME ADDR X-OTHER". */
unsigned smtp_x_read_names(struct slice names);
/* Appends " NAME ADDR ..." . */
void smtp_x_format_names(struct buf *b, unsigned set);

/* Reads what follows the verb. Only attributes of `allowed` may stand there, each once;
 * [UNAVAILABLE] and [TEMPUNAVAIL] are taken for each of SMTP_XCLIENT_ALL and SMTP_XFORWARD_ALL.
 * Values are printable ASCII without spaces and without what is special in a header section; names
 * and addresses have their grammar, IPv6 with or without "IPV6:". Decoded texts live in the arena.
 * Attributes that are said replace those in *ret, others stay. False: *ret is untouched, *ret_why a
 * static sentence. */
bool smtp_x_parse(struct arena *a, struct slice args, unsigned allowed, struct smtp_x *ret,
	const char **ret_why);
/* Appends the next command: the verb and as many attributes of *left as fit into SMTP_X_LINE_MAX,
 * and takes those out of *left. Unknown ones, and those that are too long or cannot be said, are
 * said as [UNAVAILABLE]. Call it until *left is 0. */
void smtp_x_format(struct buf *b, const char *verb, const struct smtp_x *x, unsigned *left);

/* The same with texts that live in the arena. */
void smtp_x_dup(struct arena *a, const struct smtp_x *x, struct smtp_x *ret);

#endif
