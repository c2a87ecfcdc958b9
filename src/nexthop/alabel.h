/* Internationalised domains in the form that every host knows: A-labels (RFC 5890 section 2.3.2.1).
 * Pure. */
#ifndef SLUICE_NEXTHOP_ALABEL_H
#define SLUICE_NEXTHOP_ALABEL_H

#include <stdbool.h>

#include "base/slice.h"

struct arena;

/* The domain in A-labels, in the arena; an ASCII domain is given back as it is. False (and *ret
 * untouched) when it is no valid internationalised name (RFC 5891). */
bool nexthop_alabel_domain(struct arena *a, struct slice domain, struct slice *ret);
/* A mailbox without brackets, its domain in A-labels if that makes all of it ASCII, so that a host
 * without SMTPUTF8 can take it; else as it was. The null reverse-path stays what it is. */
struct slice nexthop_alabel_mailbox(struct arena *a, struct slice mailbox);

#endif
