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

#endif
