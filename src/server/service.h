/* What a listener does with a transaction. The session speaks SMTP; a service decides where the
 * mail goes. Relay and proxy implement this one interface. */
#ifndef SLUICE_SERVER_SERVICE_H
#define SLUICE_SERVER_SERVICE_H

#include <stddef.h>

#include "base/slice.h"
#include "base/time.h"

struct ctx;
struct session;
struct smtp_caps;
struct smtp_mail_cmd;
struct smtp_rcpt_cmd;
struct smtp_reply;

/* One mail transaction of one service. Each service begins its own struct with this one; it lives
 * from MAIL's success to finish or abort, which free it. */
struct tx {
	const struct service_ops *ops;
	struct slice queue_id; /* empty until open succeeded */
};

/* How the message is handed over while it arrives. */
enum content_mode {
	CONTENT_STREAM, /* in its order: `header` first, then each piece of the body */
	CONTENT_HOLD, /* the body as it arrives, the header section with `finish` */
};

/* Why a transaction ends without its message. */
enum abort_why {
	ABORT_RSET, /* RSET, EHLO, a second MAIL after an error */
	ABORT_CLIENT, /* the connection went away, or the client gave up */
	ABORT_REFUSE, /* we refused the content */
	ABORT_STOP, /* the program ends */
};

/* What the session changed in the message before it is finished. Pure views. */
struct edits {
	struct slice header; /* HOLD: the complete new header section, without the empty line */
	bool eight_bit; /* a byte over 127 was received, whatever MAIL declared (RFC 6152) */
};

/* Every call with ctx may suspend and returns 0 or an error of the session itself (cancelled, out
 * of time); what the client is told is in the reply. Replies are values. abort always succeeds. */
struct service_ops {
	/* Adds what the service can carry to what the session offers by itself. */
	void (*offers)(const struct session *s, struct smtp_caps *caps);
	/* *ret_tx is set only when the reply is positive. */
	int (*mail)(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
		struct tx **ret_tx, struct smtp_reply *ret);
	/* n replies in order, for RCPTs that arrived together. */
	int (*rcpts)(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
		struct smtp_reply *ret);
	/* Before 354 or the first chunk. A refusal leaves ret_refusal->code nonzero. */
	int (*open)(struct ctx *ctx, struct tx *tx, enum content_mode *ret,
		struct smtp_reply *ret_refusal);
	/* STREAM only: the complete new header section and the empty line. */
	int (*header)(struct ctx *ctx, struct tx *tx, struct slice header);
	/* The next piece of the body, canonical. A failure sticks and shows at finish. */
	int (*write)(struct ctx *ctx, struct tx *tx, struct slice body);
	/* The message is whole and the local verdicts are good: keep it or pass it on, then say so.
	 * Frees the tx whatever comes out. */
	int (*finish)(
		struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret);
	/* The client says nothing, in a transaction or without one, and will not be heard for the
	 * time `coming`: gives back what others can use meanwhile, and keeps alive what it has to
	 * keep. May suspend for a while.
	 * *ret_next is when it wants to be asked again; USEC_INFINITY: not before the next
	 * command. NULL: nothing is held. */
	int (*rest)(struct ctx *ctx, struct session *s, usec_t coming, usec_t *ret_next);
	/* Frees the tx. */
	void (*abort)(struct ctx *ctx, struct tx *tx, enum abort_why why);
};

#endif
