/* The message that is being received: header section in memory, body to the service as it arrives,
 * edits at the end. Nobody else knows how headers are edited. */
#ifndef SLUICE_SERVER_CONTENT_H
#define SLUICE_SERVER_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "smtp/bdat.h"
#include "smtp/content.h"
#include "server/service.h"
#include "smtp/reply.h"

struct ctx;
struct server;
struct session;

#define CONTENT_ADDED_BYTES 16384 /* that our own fields may add to a header section */

/* Owned by the session from content_new to content_free. Read-only for others. */
struct content {
	enum content_mode mode;
	struct smtp_content reader; /* line ends, limits, end of data */
	struct smtp_bdat chunks; /* BDAT only */
	struct buf header; /* each line with CRLF, without the empty line */
	size_t line_start; /* of the header line that is not complete yet */
	bool in_body;
	bool header_too_large;
	uint64_t body_bytes;
	struct server *server;
	size_t held; /* bytes of the header section, counted in server.held */
	int failed; /* what the service's write said first, or 0 */
	struct smtp_reply refusal; /* STREAM: of the header section, when it was whole; or code 0 */
};

/* For a transaction that the service has opened. */
struct content *content_new(
	const struct session *s, enum content_mode mode, enum smtp_content_format format);
void content_free(struct content *c); /* NULL is fine */

/* Takes text that the reader yielded. Suspends while the service writes. Fails only as ctx_check;
 * what else goes wrong is remembered for content_verdict. */
int content_add(struct ctx *ctx, struct session *s, struct slice text);
/* Completes the last line of a message that came in chunks. */
int content_end_chunks(struct ctx *ctx, struct session *s);
/* Everything has been added: a header section without a body goes on too. Suspends as
 * content_add. */
int content_end(struct ctx *ctx, struct session *s);

/* What has come of it so far. */
uint64_t content_bytes(const struct content *c);
/* It is known already, from what has come so far, that the message will be refused. */
bool content_is_refused(const struct content *c);

/* Judges the whole message and builds its new header section into *ret_header (initialised by the
 * caller), unless that has gone on before. False: *ret_refusal says why it is refused. Never
 * suspends. */
bool content_verdict(struct session *s, struct buf *ret_header, struct smtp_reply *ret_refusal);

#endif
