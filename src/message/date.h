/* Dates of messages (RFC 5322 section 3.3). Pure. */
#ifndef SLUICE_MESSAGE_DATE_H
#define SLUICE_MESSAGE_DATE_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/time.h"

struct buf;

/* Appends "Wed, 25 Nov 2026 01:10:59 +0000". */
void message_date_format(struct buf *b, usec_t wall);
/* Takes date-time and its obsolete forms: no day of week, no seconds, years of two and three
 * digits, zones by name (unknown ones are "-0000"), comments and folds between tokens. False when
 * malformed or before 1970. */
bool message_date_parse(struct slice s, usec_t *ret);

#endif
