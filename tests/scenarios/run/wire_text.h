/* A message's text, as its client sent it, read a second time: what should arrive of it, and which of
 * its lines would be commands elsewhere. Pure. */
#ifndef SLUICE_SCENARIOS_WIRE_TEXT_H
#define SLUICE_SCENARIOS_WIRE_TEXT_H

#include <stdbool.h>

#include "base/slice.h"

struct buf;

/* dotted: it came by DATA, dots doubled, the final dot included. Appends to *verbs each of
 * wire_verb_names that a line stands for, once, parted by ','; to *text the lines parted by '\n'. */
void wire_text_read(struct slice content, bool dotted, struct buf *verbs, struct buf *text);

/* Appends, in hexadecimal, what somebody might take for the end of data: the first dots of a content
 * that have on both sides nothing but line ends, blanks, controls and bytes over 127, and these. */
void wire_text_dots(struct slice content, struct buf *ret);

/* Bytes of the longest line, without its end. */
size_t wire_text_longest(struct slice text);

/* Appends what is observed of a text whose lines are parted by '\n': of the header a line that stands
 * there many times once, with their number; of a body that is long, or has bytes that cannot be shown, the
 * size and a digest of all of it in a line of their own, then its beginning. Of the same text below other
 * fields the same is observed below them. */
void wire_text_show(struct slice text, struct buf *ret);

#endif
