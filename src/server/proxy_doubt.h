/* Private to the proxy: messages that a backend has, or may have, while the client does not know.
 * They are remembered by a fingerprint (doubts.h): so the client's next try goes to the same
 * member, which may notice that it has the message, and, where the listener says `dedupe: on`, a
 * message that was committed already is answered without being passed on again. */
#ifndef SLUICE_SERVER_PROXY_DOUBT_H
#define SLUICE_SERVER_PROXY_DOUBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/slice.h"
#include "server/doubts.h"

struct client_rcpt;
struct ctx;
struct proxy_backend;
struct session;

/* Part of a transaction; zeroed it computes nothing. */
struct proxy_doubt {
	bool hashes; /* the message is hashed while it passes */
	bool answers; /* it may be answered from memory */
	struct hash_stream stream;
	struct hash_128 content; /* once it is whole */
};

/* A committed message whose client has not been heard since. */
struct proxy_unheard {
	struct doubt doubt;
	uint64_t bytes; /* of input when it was answered */
};

/* The member that may have a message with this envelope, of which only the first recipients are
 * known yet; 0: none is remembered. */
uint64_t proxy_doubt_member(const struct session *s, const struct proxy_backend *b,
	const struct client_rcpt *rcpts, size_t n);

/* The same where not even the reverse-path is known: for a connection that is the session's own. */
uint64_t proxy_doubt_client_member(const struct session *s, struct slice way);

/* The envelope is complete, the content follows. alone: the backend has all recipients. */
void proxy_doubt_open(
	struct proxy_doubt *d, const struct session *s, const struct proxy_backend *b, bool alone);
/* The header section as it was received, once; then the body. Where the one ends and the other
 * begins counts too. */
void proxy_doubt_header(struct proxy_doubt *d, struct slice header);
void proxy_doubt_write(struct proxy_doubt *d, struct slice bytes);
/* The message is whole. True when the listener wants that, and the very same one from the same
 * client, with a Message-ID, was committed: *ret. */
bool proxy_doubt_close(struct proxy_doubt *d, const struct session *s, struct doubt *ret);

/* The end was sent and no answer came. id: the transaction's. */
void proxy_doubt_unanswered(const struct proxy_doubt *d, const struct session *s,
	const struct proxy_backend *b, struct slice id);
/* It was committed: not in doubt any more, but remembered if the client proves to be gone, now or
 * when its session ends. alike: everyone has the same answer, which may be given again. Suspends no
 * longer than a moment. */
void proxy_doubt_committed(struct ctx *ctx, const struct proxy_doubt *d, struct session *s,
	const struct proxy_backend *b, struct slice id, bool alike);
/* A command was read: a client that spoke after the answer has heard it. */
void proxy_doubt_heard(struct session *s);
/* The session ends; lost: its connection was reset. */
void proxy_doubt_end(struct ctx *ctx, struct session *s, bool lost);

#endif
