/* The strict line reader: the one place that decides about bare CR, bare LF, NUL and over-long
 * lines in commands and replies. (smtp/content.h decides the same for message text.) Pure. */
#ifndef SLUICE_SMTP_LINE_H
#define SLUICE_SMTP_LINE_H

#include <stddef.h>

#include "base/slice.h"

/* Bytes of a line, CRLF included. RFC 5321 section 4.5.3.1.4 asks for 512 and lets extensions add;
 * RFC 4954 section 4.5.3 asks for 12,288 in AUTH. */
#define SMTP_LINE_COMMAND_MAX 2048
#define SMTP_LINE_AUTH_MAX    12288

enum smtp_line_status {
	SMTP_LINE_MORE, /* no complete line yet */
	SMTP_LINE_OK,
	SMTP_LINE_TOO_LONG,
	SMTP_LINE_BARE_CR, /* CR without LF behind it */
	SMTP_LINE_BARE_LF, /* LF without CR before it */
	SMTP_LINE_NUL,
};

/* Set up by smtp_line_init; owns nothing. The limits may be changed between lines. */
struct smtp_line {
	size_t max; /* bytes of a line with its CRLF */
	size_t auth_max; /* the same for a line that begins with "AUTH " */
	size_t scanned; /* bytes of the unfinished line already looked at */
	enum smtp_line_status damage; /* while the rest of a damaged line is being dropped */
	bool cr; /* dropping: the last byte dropped was CR */
};

/* auth_max becomes SMTP_LINE_AUTH_MAX, or max where that is larger. */
void smtp_line_init(struct smtp_line *l, size_t max);

/* Takes one line from the start of in, which is everything buffered and not yet used. *ret_used is
 * always set: drop so many bytes from the buffer. *ret_line (without CRLF, a view into in) is set
 * only for SMTP_LINE_OK.
 *
 * The caller's buffer must be able to hold the larger of the two limits.
 *
 * A damaged line never becomes a command: it is dropped through its CRLF, then reported once. The
 * exception is a bare LF: it is reported at once, so that a person typing at a socket gets an
 * answer, and what follows up to the next CRLF is still part of the damage: each piece of it that
 * ends in LF is reported as SMTP_LINE_BARE_LF again. */
enum smtp_line_status smtp_line_next(
	struct smtp_line *l, struct slice in, size_t *ret_used, struct slice *ret_line);

/* "line too long", "bare carriage return", ...; "" for MORE and OK. */
const char *smtp_line_status_text(enum smtp_line_status status);

#endif
