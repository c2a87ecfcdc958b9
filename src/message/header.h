/* The header block of a message (RFC 5322 sections 2.2, 3.6, 4.5): where it ends, its fields, a
 * field put on top. Canonical text in (smtp/content.h), views out. Pure. */
#ifndef SLUICE_MESSAGE_HEADER_H
#define SLUICE_MESSAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buf;

#define MESSAGE_HEADER_MAX 262144 /* bytes of a header block that callers need to gather */

/* One field. Views into the block. */
struct message_field {
	struct slice name; /* without colon and the white space before it (obs-syntax) */
	struct slice value; /* behind the colon, folds and all, without the final CRLF */
	struct slice all; /* the whole field with its final CRLF */
};

/* A walk over the fields of a block; set up by message_header_walk, owns nothing. */
struct message_header {
	struct slice rest;
	bool malformed; /* a line was met that is no field and no fold; the walk ended there */
};

/* Finds the header block at the start of text: its length (last CRLF included, the empty line not)
 * and the offset of the body. The header ends at the first empty line, which belongs to neither, or
 * at the first line that is no field and no fold: there the body begins at once (*ret_body ==
 * *ret_block), and whoever writes the message puts an empty line between. False when the end of the
 * header is not in text yet; with complete, where no more will come, always true. */
bool message_header_split(struct slice text, bool complete, size_t *ret_block, size_t *ret_body);

struct message_header message_header_walk(struct slice block);
/* The next field; false at the end or where h->malformed became true. A leading mbox line ("From "
 * or ">From ") is passed over. */
bool message_header_next(struct message_header *h, struct message_field *ret);

/* The first field of that name (ASCII case ignored); false when there is none. */
bool message_header_find(struct slice block, struct slice name, struct message_field *ret);
/* How many fields have that name. */
size_t message_header_count(struct slice block, struct slice name);
/* Every byte is below 128? A header that is not needs SMTPUTF8 on the next hop (RFC 6532). */
static inline bool message_header_needs_utf8(struct slice block)
{
	return !slice_is_ascii(block);
}

/* Appends the value without folds: each CRLF goes, the white space stays; trimmed at both ends. */
void message_header_unfold(struct buf *b, struct slice value);
/* Appends "Name: value\r\n" with value folded at white space to lines of 78 where it can be. CR and
 * LF in the value, which would start another field, become spaces; NUL is dropped. */
void message_header_put(struct buf *b, struct slice name, struct slice value);

#endif
