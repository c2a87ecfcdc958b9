/* Delivery status notifications: multipart/report (RFC 6522) with message/delivery-status (RFC
 * 3464), with addresses and types of RFC 6533 where they need UTF-8. A plain struct in, a message
 * out. Pure. */
#ifndef SLUICE_MESSAGE_DSN_H
#define SLUICE_MESSAGE_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"
#include "smtp/path.h"

struct buf;

enum message_dsn_action {
	MESSAGE_DSN_FAILED,
	MESSAGE_DSN_DELAYED,
	MESSAGE_DSN_DELIVERED,
	MESSAGE_DSN_RELAYED, /* to a server that does not do DSN */
	MESSAGE_DSN_EXPANDED,
};

/* One recipient. All views; times of 0 and empty text are left out. */
struct message_dsn_rcpt {
	struct smtp_path final; /* the address in our envelope */
	struct slice orcpt_type, orcpt; /* as in smtp_rcpt_params: the sender's ORCPT, decoded */
	enum message_dsn_action action;
	struct slice status; /* "5.1.1" */
	struct slice remote_mta; /* name of the server that answered */
	struct slice
		diagnostic; /* its reply, "550 5.1.1 No such user"; several lines parted by LF */
	struct slice reason; /* our own words where no server answered: "no route to host" */
	usec_t last_attempt;
	usec_t retry_until; /* of a delayed one */
};

enum message_dsn_return {
	MESSAGE_DSN_RETURN_HEADERS,
	MESSAGE_DSN_RETURN_FULL, /* header and body */
};

struct message_dsn {
	struct slice reporting_mta; /* our host name */
	struct slice postmaster; /* the mailbox in From; "postmaster@HOST" when empty */
	struct smtp_path sender; /* original reverse-path, whom the DSN goes to; never null */
	struct slice envid; /* the sender's ENVID, decoded */
	struct slice queue_id; /* of the original */
	usec_t arrival; /* of the original */
	usec_t now; /* wall clock */
	uint64_t random; /* 64 bits for Message-ID and boundary (rt/random.h) */
	const struct message_dsn_rcpt *rcpts;
	size_t n; /* at least 1 */
	enum message_dsn_return what;
	struct slice header; /* of the original, its last CRLF included, no empty line */
	struct slice body; /* of the original; used for RETURN_FULL only */
};

/* Appends the whole message, canonical text. b->failed tells that it did not fit. The caller sends
 * it with the null reverse-path. Peer-supplied text is made safe. Where message_dsn_needs_utf8 the
 * caller asks for SMTPUTF8; where message_dsn_needs_8bit for 8BITMIME. */
void message_dsn_format(struct buf *b, const struct message_dsn *d);
/* The sender's address is beyond ASCII. (For recipients' addresses RFC 6533 has an ASCII form.) */
bool message_dsn_needs_utf8(const struct message_dsn *d);
/* Addresses or what is returned of the original are beyond ASCII. */
bool message_dsn_needs_8bit(const struct message_dsn *d);

#endif
