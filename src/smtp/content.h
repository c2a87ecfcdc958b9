/* Message text as it arrives by DATA or BDAT: finds the end of data, takes away the stuffed dots,
 * and yields nothing but canonical text (every line ends in CRLF, no other CR or LF, no NUL). The
 * one place that decides about bare CR, bare LF, NUL and over-long lines in content. Pure.
 *
 * End of data is CRLF "." CRLF only (RFC 5321 section 4.1.1.4); the CRLF of the DATA command counts
 * as the first one. A "." alone on a line that a bare LF begins or ends is text. */
#ifndef SLUICE_SMTP_CONTENT_H
#define SLUICE_SMTP_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct smtp_reply;

/* A line longer than this is a fault; lines over 998 (RFC 5322 section 2.1.1) are passed on. */
#define SMTP_CONTENT_LINE_MAX 65536

enum smtp_content_mode {
	SMTP_CONTENT_REFUSE, /* bare LF is a fault: mail from strangers */
	SMTP_CONTENT_REPAIR, /* bare LF becomes CRLF: submission and internal clients */
};

enum smtp_content_format {
	SMTP_CONTENT_DATA, /* dot-stuffed, ends by itself */
	SMTP_CONTENT_BDAT, /* raw chunks (RFC 3030); smtp/bdat.h knows the end */
};

enum smtp_content_fault {
	SMTP_CONTENT_SOUND = 0,
	SMTP_CONTENT_BARE_CR,
	SMTP_CONTENT_BARE_LF,
	SMTP_CONTENT_NUL,
	SMTP_CONTENT_TOO_LARGE,
	SMTP_CONTENT_LINE_TOO_LONG,
};

/* Set up by smtp_content_init; owns nothing. Read the fields below the line at any time. */
struct smtp_content {
	enum smtp_content_mode mode;
	enum smtp_content_format format;
	uint64_t max_bytes;
	unsigned state; /* private */
	size_t line; /* bytes of the unfinished line */
	/* ---- */
	enum smtp_content_fault fault; /* the first one; sticks */
	uint64_t bytes; /* canonical bytes yielded so far */
	size_t longest_line; /* without CRLF */
	bool eight_bit; /* a byte over 127 was seen */
	bool repaired; /* a bare LF became CRLF */
};

enum smtp_content_step {
	SMTP_CONTENT_MORE, /* all input used */
	SMTP_CONTENT_TEXT, /* *ret_text is the next piece; call again */
	SMTP_CONTENT_END, /* DATA only: end of data; *in holds what follows it */
};

/* max_bytes limits the canonical text. */
void smtp_content_init(struct smtp_content *c, enum smtp_content_mode mode,
	enum smtp_content_format format, uint64_t max_bytes);

/* Takes from *in, any piece of the input in order, and moves it forward. *ret_text (set for TEXT
 * only) is a view into *in or static, never empty; it holds as many whole lines as it can.
 *
 * After a fault no more text is yielded, but input is still consumed to the true end of data, where
 * c->fault says what was wrong: the whole message is to be refused. */
enum smtp_content_step smtp_content_next(
	struct smtp_content *c, struct slice *in, struct slice *ret_text);

/* BDAT only: the last chunk has been fed. Returns what completes the last line: CRLF, or nothing
 * (SLICE_NIL); sets a fault when a CR hung at the end. */
struct slice smtp_content_finish(struct smtp_content *c);

/* The refusal for a fault: 552 5.3.4, 550 5.6.11 (bare line ends), 550 5.6.0. */
void smtp_content_refusal(enum smtp_content_fault fault, struct smtp_reply *ret);

#endif
