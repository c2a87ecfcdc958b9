/* The text of a zone as records and behaviour. Private to the simulated world. */
#ifndef SLUICE_RT_SIM_ZONE_H
#define SLUICE_RT_SIM_ZONE_H

#include "base/arena.h"
#include "base/list.h"
#include "rt/dns.h"

struct zone_record {
	struct list node;
	struct slice name; /* lower case, no trailing dot */
	enum dns_type type;
	usec_t ttl;
	struct dns_record data;
};

enum zone_behaviour { ZONE_SECURE, ZONE_BOGUS, ZONE_SERVFAIL, ZONE_TIMEOUT, ZONE_DELAY };

/* How a name and all below it behave. */
struct zone_rule {
	struct list node;
	struct slice name;
	enum zone_behaviour how;
	usec_t delay;
};

struct zone {
	struct arena arena; /* of all below */
	struct list records, rules;
};

/* Appends what the text says. 0, or the number of the first line that cannot be read. */
unsigned zone_parse(struct zone *z, struct slice text);
/* Lower case, without the trailing dot; from the arena. */
struct slice zone_name(struct arena *a, struct slice name);
/* name is `zone` or below it; the empty zone is the root. */
bool zone_covers(struct slice zone, struct slice name);

#endif
