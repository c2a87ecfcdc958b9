/* What every service asks about a recipient: may this client send to it, and where does its mail
 * go? */
#ifndef SLUICE_SERVER_RECIPIENT_H
#define SLUICE_SERVER_RECIPIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "nexthop/route.h"
#include "smtp/path.h"

struct arena;
struct session;
struct smtp_reply;

struct server_recipient {
	struct smtp_path path; /* the one asked for, or what the configuration puts in its place */
	struct nexthop_route route; /* not NEXTHOP_NONE */
};

/* sender is the transaction's, of which reverse_path is the text; so many recipients were taken
 * before. Parts of ret->path may live in the arena, others where `asked` does. False: *ret_refusal.
 * Does not suspend. */
bool server_recipient_decide(const struct session *s, struct arena *a,
	const struct smtp_path *sender, struct slice reverse_path, size_t taken,
	const struct smtp_path *asked, struct server_recipient *ret,
	struct smtp_reply *ret_refusal);

/* "local@domain" as it goes on, without brackets; in the arena. */
struct slice server_mailbox(struct arena *a, const struct smtp_path *path);

#endif
