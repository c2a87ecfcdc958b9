/* Encodings of bytes as text: base64 (RFC 4648 section 4), base32 of queue ids, hexadecimal, and
 * UTF-8 validity (RFC 3629). Pure. */
#ifndef SLUICE_BASE_TEXT_H
#define SLUICE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct buf;

/* Appends the padded encoding. */
void text_base64(struct buf *b, struct slice bytes);
/* Appends the decoded bytes. Strict: padding required, no white space, unused bits zero. False (and
 * b unchanged) otherwise. */
bool text_base64_decode(struct buf *b, struct slice text);
/* Exactly the well-formed sequences of RFC 3629: no surrogates, no over-long forms. */
bool text_is_utf8(struct slice s);
/* Bytes of the well-formed character that s, which is not empty, begins with; 0: of none. */
size_t text_utf8_char(struct slice s);

/* A 64-bit number as 13 characters of 0-9a-z without i, l, o, u (most significant first, so text
 * order is number order). */
#define TEXT_ID_CHARS 13
void text_id(uint64_t id, char ret[TEXT_ID_CHARS]);
/* Case-insensitive; false unless exactly such a text. */
bool text_id_parse(struct slice s, uint64_t *ret);

/* How many bytes of printable ASCII s begins with. */
size_t text_print_run(struct slice s);
/* Appends peer-supplied text made safe for a log line or reply: bytes outside printable ASCII as
 * \xHH, cut with "..." after max bytes. */
void text_escape(struct buf *b, struct slice s, size_t max);

#endif
