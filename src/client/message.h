/* What a client session is given to send, and what it tells about each recipient. Plain values. */
#ifndef SLUICE_CLIENT_MESSAGE_H
#define SLUICE_CLIENT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "smtp/param.h"
#include "smtp/reply.h"
#include "smtp/xclient.h"

struct ctx;

/* Where in a session we are. */
enum client_stage {
	CLIENT_CONNECT,
	CLIENT_GREETING,
	CLIENT_EHLO,
	CLIENT_STARTTLS, /* the command and the handshake */
	CLIENT_TELL, /* who our client is: XCLIENT, XFORWARD, PROXY */
	CLIENT_AUTH,
	CLIENT_MAIL,
	CLIENT_RCPT,
	CLIENT_DATA, /* waiting for 354 */
	CLIENT_BODY,
	CLIENT_DOT, /* the whole message is out, the reply is not here */
	CLIENT_STAGES
};
/* "reply to MAIL", "greeting", ...: what one waits for there; static. */
const char *client_stage_name(enum client_stage stage);

/* Our own client, of whom the peer is told. Texts are borrowed. */
struct client_who {
	struct smtp_x x; /* for XCLIENT and PROXY */
	struct smtp_x forward; /* for XFORWARD: of the message, which may have come a longer way */
	struct slice tls_version; /* towards us; empty: in the clear */
};

struct client_rcpt {
	struct slice path; /* local@domain, no brackets; or "postmaster" */
	struct smtp_rcpt_params params; /* what the peer does not offer is left out */
	/* For client_live: the content certainly comes next, so that DATA may go in the same breath
	 * (RFC 2920). */
	bool last;
};

/* Borrowed while client_send runs. */
struct client_message {
	struct slice reverse_path; /* no brackets; empty is the null reverse-path */
	struct smtp_mail_params params; /* SIZE and BODY are set from the fields below */
	const struct client_rcpt *rcpts;
	size_t n; /* at least 1 */
	uint64_t size; /* bytes that `next` will give, exactly */
	bool needs_8bit; /* a byte over 127 stands in the content */
	bool needs_utf8; /* an address or a header field is internationalised */
	void *arg;
	/* The next piece of the content in canonical form (CRLF, not stuffed): header block, empty
	 * line, body. Valid until the next call; empty at the end. May suspend. A failure ends the
	 * session without the final dot. */
	int (*next)(struct ctx *ctx, void *arg, struct slice *ret);
	/* From the start again; called before each use. */
	void (*rewind)(void *arg);
	/* Asked just before the final dot: false when somebody else has the message now. May be
	 * NULL. */
	bool (*still_ours)(void *arg);
};

enum client_outcome {
	CLIENT_DELIVERED, /* answered 2xx; the peer has it */
	CLIENT_TEMPORARY, /* not now */
	CLIENT_PERMANENT, /* the peer refused it for good */
	CLIENT_INDOUBT, /* all was sent, the reply was lost: try again, the peer may have it */
	CLIENT_TOO_BIG, /* over the size that the peer offers; nothing was sent. Permanent, 5.3.4 */
	CLIENT_NEEDS_8BIT, /* the peer lacks 8BITMIME; nothing was sent. 5.6.3 */
	CLIENT_NEEDS_UTF8, /* the peer lacks SMTPUTF8; nothing was sent. 5.6.7 */
	CLIENT_UNTRIED, /* our own side ended it (cancelled, body unreadable, lease lost) */
};

struct client_result {
	enum client_outcome outcome;
	enum client_stage stage; /* what decided */
	struct smtp_status status; /* the peer's if it gave one that fits, else ours; never empty */
	struct smtp_reply reply; /* of the peer; code 0: there was none */
	/* Where there is no reply: a sentence for people, in ctx->arena or static; else NULL. */
	const char *text;
};

#endif
