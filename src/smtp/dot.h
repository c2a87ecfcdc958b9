/* Dot-stuffing for the sending side (RFC 5321 section 4.5.2). Pure. */
#ifndef SLUICE_SMTP_DOT_H
#define SLUICE_SMTP_DOT_H

#include <stdbool.h>

#include "base/slice.h"

/* State between pieces; owns nothing. */
struct smtp_dot {
	bool at_start; /* the next byte begins a line */
	bool after_cr; /* the last byte was CR */
};

void smtp_dot_init(struct smtp_dot *d);
/* Moves *in forward and yields the next piece of what to send: a view into *in or a static ".".
 * False when *in is used up. The input is canonical text in pieces of any size; a dot after any LF
 * is stuffed, so that even damaged text cannot end the data early. */
bool smtp_dot_next(struct smtp_dot *d, struct slice *in, struct slice *ret_piece);
/* What ends the data: ".\r\n", after "\r\n" or "\n" where the last line is unfinished. Static. */
struct slice smtp_dot_end(const struct smtp_dot *d);

#endif
