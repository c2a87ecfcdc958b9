/* What every service that stores mail shares: the envelope while it grows, and the one step from a
 * spool's writer to the client's reply. */
#ifndef SLUICE_SERVER_ENVELOPE_H
#define SLUICE_SERVER_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "spool/envelope.h"

struct arena;
struct ctx;
struct server;
struct session;
struct smtp_mail_cmd;
struct smtp_rcpt_params;
struct smtp_reply;
struct spool_writer;

/* The texts live in the transaction's arena, the list of recipients is its own. */
struct server_envelope {
	struct spool_envelope e;
	size_t room; /* for recipients */
};

/* With no recipient yet. `why` is what permission said at MAIL: who is entitled can be told what
 * became of the message. */
void server_envelope_begin(struct server_envelope *v, struct arena *a, const struct session *s,
	const struct smtp_mail_cmd *cmd, enum spool_entitlement why);
/* path lives in the arena; params are copied into it. */
void server_envelope_add(struct server_envelope *v, struct arena *a, struct slice path,
	const struct smtp_rcpt_params *params);
/* Bytes of memory beyond the arena. */
size_t server_envelope_bytes(const struct server_envelope *v);
void server_envelope_done(struct server_envelope *v);

/* The spool would not take a message of so many bytes now (0: of any size): true, and *ret says
 * why. Does not suspend. */
bool server_spool_refuses(const struct server *server, uint64_t size, struct smtp_reply *ret);
/* The client's reply where one of the spool's calls failed with r. */
void server_spool_refusal(int r, struct smtp_reply *ret);

/* Makes the message durable, logs it as accepted, and says so: 250 with the queue id; or why not.
 * header: the complete new header section, without the empty line; eight_bit: a byte over 127 was
 * received. Takes the writer. Suspends; 0 or ERR_CANCELLED. */
int server_envelope_commit(struct ctx *ctx, struct server_envelope *v, const struct session *s,
	struct spool_writer *writer, struct slice header, bool eight_bit, struct smtp_reply *ret);

#endif
