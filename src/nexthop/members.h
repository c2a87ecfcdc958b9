/* Private to nexthop: the members of the configured pools, each with its entry on the board; what
 * happens to them is noted there and told in the log. */
#ifndef SLUICE_NEXTHOP_MEMBERS_H
#define SLUICE_NEXTHOP_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "nexthop/pool.h"

struct config;
struct config_hops;
struct ctx;
struct nexthop_ask;
struct nexthop_board;
struct nexthop_entry;
struct smtp_caps;

/* One pool: the hosts of `hops`. */
struct nexthop_group {
	const struct config *config;
	const struct config_hops *hops;
	const char *key; /* of the target: "hops:NAME" */
	unsigned slot; /* of this worker in the entries */
	struct nexthop_entry *entry; /* of the pool: who waits */
	struct nexthop_entry **members; /* one a host, in the order of hops->hosts */
	uint64_t *ids; /* as nexthop_member.id */
	usec_t *alarms; /* when the next one may be raised about it, by this worker */
	const char **names; /* "192.0.2.30:25", "mx1.example.org:25" */
};

/* The pools of one configuration, counted: whoever has a group holds a reference. */
struct nexthop_groups;

/* Takes references of its own; the board must outlive them. */
struct nexthop_groups *nexthop_groups_new(
	const struct config *config, struct nexthop_board *board, unsigned slot);
struct nexthop_groups *nexthop_groups_ref(struct nexthop_groups *g);
void nexthop_groups_unref(struct nexthop_groups *g);
/* From now on its members are counted as such, or not. */
void nexthop_groups_show(struct nexthop_groups *g, bool yes);
/* hops: of that configuration. */
const struct nexthop_group *nexthop_groups_find(
	const struct nexthop_groups *g, const struct config_hops *hops);
/* The i-th; NULL behind the last. */
const struct nexthop_group *nexthop_groups_at(const struct nexthop_groups *g, size_t i);

/* How the members look now, to choose one; v has room for hops->hosts.n and is part of *ret. For an
 * ask that is bounded those are out that are known to lack something: what they lack altogether is
 * returned. Others are asked anew, since a message is returned when nobody has what it needs. */
unsigned nexthop_group_pool(const struct nexthop_group *g, const struct nexthop_ask *ask,
	struct nexthop_member *v, struct nexthop_pool *ret);

/* It has as many connections as it may have. */
bool nexthop_group_is_full(const struct nexthop_group *g, size_t member);

/* ---- what happens to a member ---- */

void nexthop_group_opened(struct ctx *ctx, const struct nexthop_group *g, size_t member,
	const struct smtp_caps *caps, bool check);
void nexthop_group_failed(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why, bool check);
void nexthop_group_lost(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why);

/* It does not let us in as configured, while a client waits: the mail is not to blame, and a person
 * should look. Counted each time; the alarm is raised once in ten minutes for each member. */
void nexthop_group_misfit(
	struct ctx *ctx, const struct nexthop_group *g, size_t member, const char *why);

/* ---- those who wait for a connection ---- */

/* Counts one more; ERR_LIMIT when as many wait as may. */
int nexthop_group_wait(const struct nexthop_group *g);
void nexthop_group_waited(const struct nexthop_group *g);

#endif
