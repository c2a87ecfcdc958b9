/* Private to the proxy: what `on-backend-failure: spool` keeps of a transaction, so that a message
 * that no server behind us can take now is stored by us and delivered later, as a relay does. */
#ifndef SLUICE_SERVER_PROXY_KEEP_H
#define SLUICE_SERVER_PROXY_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/text.h"
#include "server/envelope.h"
#include "server/gathering.h"

struct client_rcpt;
struct edits;
struct smtp_reply;
struct spool_writer;

/* Zeroed it keeps nothing, as with `tempfail`, and every call is harmless. */
struct proxy_keep {
	const struct session *session; /* NULL: nothing is kept */
	bool lent; /* kept until the end of the content only (proxy_late.h), never stored */
	struct arena *arena; /* of the transaction */
	struct server_envelope envelope; /* of everyone who got 250 at RCPT, in that order */
	bool *ours; /* which of them got it from us; the others are in the backend's hands */
	size_t ours_room, ours_n;
	const struct proxy_keep_no *noes; /* recipients that a server has refused; in the arena */
	uint64_t size_hint;
	struct spool_writer *writer; /* NULL: none yet, or no more */
	struct gathered gathered; /* what it takes, where it is lent */
	struct buf header; /* the new header section, with the empty line */
};

/* At MAIL, which permission has allowed for the reason `why`. A message that asks for what the
 * queue could not keep (REQUIRETLS, MT-PRIORITY) is not kept. */
void proxy_keep_begin(struct proxy_keep *k, struct arena *a, const struct session *s,
	const struct smtp_mail_cmd *cmd, enum spool_entitlement why);
/* Where nothing is kept: from now on all is, but until the end of the content only. False: others
 * have the room, or the client's last message found none in its midst. */
bool proxy_keep_borrow(
	struct proxy_keep *k, struct arena *a, const struct session *s, uint64_t size_hint);
/* Gives the message its queue id before the first recipient is asked about: id has room for
 * TEXT_ID_CHARS, and is left alone where nothing is kept. Suspends; 0 or as ctx_check. */
int proxy_keep_prepare(struct ctx *ctx, struct proxy_keep *k, char *id);
/* What was kept, header section first: calls visit, which may suspend, with pieces, until it
 * returns nonzero, and returns that. Suspends. */
int proxy_keep_each(struct ctx *ctx, struct proxy_keep *k,
	int (*visit)(void *arg, struct slice piece), void *arg);
/* There is room to keep it until the end of its content. Does not suspend. */
bool proxy_keep_holds(const struct proxy_keep *k);
/* The same, and others leave room for it: it is counted from now on. Before its content. */
bool proxy_keep_admit(struct proxy_keep *k);
/* The spool would take the message now, to be delivered later. Does not suspend. */
bool proxy_keep_can(const struct proxy_keep *k);
/* Why not. */
void proxy_keep_refusal(const struct proxy_keep *k, struct smtp_reply *ret);
/* A recipient got 250: from a backend, or (ours) from us. */
void proxy_keep_add(struct proxy_keep *k, const struct client_rcpt *rcpt, bool ours);
/* A server has refused a recipient, in these words, which live in the arena as the path does. */
void proxy_keep_refuse(struct proxy_keep *k, struct slice path, const struct smtp_reply *said);
/* The last such words; or NULL: it may be taken, should no server be there. */
const struct smtp_reply *proxy_keep_no(const struct proxy_keep *k, struct slice path);
/* Bytes of memory beyond the arena. */
size_t proxy_keep_bytes(const struct proxy_keep *k);
/* What comes first: the header section with its empty line. ERR_LIMIT when it is too long to be
 * stored; passes: it need not be, since it is passed on when it is whole. ERR_FULL: the client has
 * too many of them here, or others have the room. */
int proxy_keep_header(struct proxy_keep *k, struct slice header, bool passes);
/* The next piece. Suspends as spool_write, and fails as that does; ERR_FULL also where others have
 * the room. */
int proxy_keep_write(struct ctx *ctx, struct proxy_keep *k, struct slice body);
/* The backend has answered to its recipients: those that are ours are left in the envelope. */
void proxy_keep_leave_ours(struct proxy_keep *k);
/* Stores the message for everyone in the envelope, and says so: 250, or 4xx. Suspends; 0 or
 * ERR_CANCELLED. */
int proxy_keep_commit(
	struct ctx *ctx, struct proxy_keep *k, const struct edits *edits, struct smtp_reply *ret);
/* Forgets the message; recipients that are ours stay so, without a message to store. Does not
 * suspend. */
void proxy_keep_drop(struct proxy_keep *k);
/* Frees what it holds. */
void proxy_keep_end(struct proxy_keep *k);

#endif
