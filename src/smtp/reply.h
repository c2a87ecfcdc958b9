/* Replies as values (RFC 5321 section 4.2, RFC 3463, RFC 2034): built here, formatted at the last
 * moment; and the reader of remote servers' replies. No code compares reply text. Pure. */
#ifndef SLUICE_SMTP_REPLY_H
#define SLUICE_SMTP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "smtp/line.h"

struct arena;

#define SMTP_REPLY_TEXT_MAX  200 /* bytes of text inside the value */
#define SMTP_REPLY_LINE_MAX  512 /* bytes of a line we write, CRLF included */
#define SMTP_REPLY_READ_LINE 2048 /* bytes of a line we take */
#define SMTP_REPLY_READ_MAX  16384 /* bytes of text we take in one reply */
#define SMTP_REPLY_LINES_MAX 200 /* lines we take in one reply */

/* An enhanced status code (RFC 3463); class 0 is "none". */
struct smtp_status {
	uint8_t class; /* 2, 4 or 5 */
	uint16_t subject, detail; /* 0 to 999 */
};

/* A plain value, copied freely. code 0 is "no reply". Get the text by smtp_reply_text. */
struct smtp_reply {
	uint16_t code; /* 200 to 599 */
	struct smtp_status status;
	uint16_t n; /* bytes in near */
	bool utf8; /* the client takes UTF-8 in it (RFC 6531 section 3.7.4) */
	struct slice far; /* text that did not fit; lives in an arena */
	char near[SMTP_REPLY_TEXT_MAX];
};

/* The text: lines joined by LF, no CR, no code, no enhanced code. A view into *r or an
 * arena. */
struct slice smtp_reply_text(const struct smtp_reply *r);

static inline bool smtp_reply_is_positive(const struct smtp_reply *r)
{
	return r->code >= 200 && r->code < 400;
}
static inline bool smtp_reply_is_temporary(const struct smtp_reply *r)
{
	return r->code >= 400 && r->code < 500;
}
static inline bool smtp_reply_is_permanent(const struct smtp_reply *r)
{
	return r->code >= 500;
}

/* It speaks of the session or of the log-in, and not of the mail: 421, 530, 534, 535, 538. */
bool smtp_reply_is_about_session(const struct smtp_reply *r);

/* enhanced is "5.7.1", or NULL for a reply without (220, 221 of HELO, 250 of EHLO, 334, 354). The
 * text may have several lines, parted by LF; it is cut at SMTP_REPLY_TEXT_MAX. */
void smtp_reply_set(struct smtp_reply *ret, int code, const char *enhanced, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), nonnull(4)));
/* The same with text that lives elsewhere (static, or an arena that outlives the reply) and is not
 * cut. */
void smtp_reply_set_text(struct smtp_reply *ret, int code, const char *enhanced, struct slice text);
/* A copy that needs no arena: the text is cut at SMTP_REPLY_TEXT_MAX. */
void smtp_reply_keep(const struct smtp_reply *reply, struct smtp_reply *ret);

/* Appends the reply with its CRLFs. Text is made safe: control characters and bytes over 127 become
 * \xHH, but with `utf8` not those of well-formed characters; a line that would pass
 * SMTP_REPLY_LINE_MAX is continued on the next. The enhanced code stands on every line. */
void smtp_reply_format(struct buf *b, const struct smtp_reply *r);
/* Appends "550 5.7.1 text" on one line for logs and reports, made safe, without CRLF. */
void smtp_reply_format_line(struct buf *b, const struct smtp_reply *r);

/* "5.7.1" and back. False unless it is class "." subject "." detail, class 2, 4 or 5. */
bool smtp_status_parse(struct slice s, struct smtp_status *ret);
void smtp_status_format(struct buf *b, struct smtp_status status);

enum smtp_reply_step {
	SMTP_REPLY_MORE, /* whole lines are used; what is left is an unfinished one */
	SMTP_REPLY_DONE,
	SMTP_REPLY_BROKEN, /* not SMTP, or over a limit: close the connection; smtp_reply_problem */
};

/* Reads replies one after the other from one connection. Owns a buffer between lines. */
struct smtp_reply_reader {
	struct smtp_line line;
	struct buf text;
	unsigned code;
	unsigned lines;
	struct smtp_status status;
	const char *problem;
};

void smtp_reply_reader_init(struct smtp_reply_reader *r);
/* Frees; a zeroed struct is fine. */
void smtp_reply_reader_done(struct smtp_reply_reader *r);
/* Takes lines from in, everything buffered and not yet used (the buffer must be able to hold
 * SMTP_REPLY_READ_LINE bytes). *ret_used is always set. *ret is set for DONE; text longer than
 * SMTP_REPLY_TEXT_MAX goes to the arena. Codes 200 to 599; text may be missing; all lines must have
 * the same code. BROKEN sticks. */
enum smtp_reply_step smtp_reply_read(struct smtp_reply_reader *r, struct slice in, struct arena *a,
	size_t *ret_used, struct smtp_reply *ret);
/* What was wrong, after BROKEN; static text. */
const char *smtp_reply_problem(const struct smtp_reply_reader *r);

#endif
