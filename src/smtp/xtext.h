/* The encodings of ESMTP parameter values: xtext (RFC 3461 section 4) and utf-8-addr-xtext (RFC
 * 6533 section 3). Pure. */
#ifndef SLUICE_SMTP_XTEXT_H
#define SLUICE_SMTP_XTEXT_H

#include <stdbool.h>

#include "base/slice.h"

struct arena;
struct buf;

/* Appends bytes as xtext: everything outside "!" to "~", and "+" and "=", as +HH. */
void smtp_xtext_encode(struct buf *b, struct slice bytes);
/* *ret lives in the arena (or is text itself when nothing was encoded). False when malformed; +HH
 * takes upper-case digits only, as the RFC writes them. */
bool smtp_xtext_decode(struct arena *a, struct slice text, struct slice *ret);
/* Appends well-formed UTF-8 in ASCII: "\x{HEX}" for what is not a QCHAR. */
void smtp_xtext_encode_utf8(struct buf *b, struct slice utf8);
/* Takes utf-8-addr-xtext and utf-8-addr-unitext. False when malformed, or when the result is not
 * well-formed UTF-8. */
bool smtp_xtext_decode_utf8(struct arena *a, struct slice text, struct slice *ret);

#endif
