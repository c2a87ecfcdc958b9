/* One record of an answer, read from its RDATA. Pure. */
#ifndef SLUICE_RT_LINUX_DNS_RECORD_H
#define SLUICE_RT_LINUX_DNS_RECORD_H

#include <stdbool.h>

#include "base/slice.h"
#include "rt/dns.h"

struct arena;

/* Fills the members for the type; text lives in the arena. False when the RDATA is not what its
 * type says. */
bool dns_record_read(
	struct slice rdata, enum dns_type type, struct arena *arena, struct dns_record *ret);

#endif
