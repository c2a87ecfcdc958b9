/* Private to nexthop: one connection, and the idle ones. */
#ifndef SLUICE_NEXTHOP_CONN_H
#define SLUICE_NEXTHOP_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/ip.h"
#include "base/list.h"
#include "base/map.h"
#include "base/time.h"
#include "nexthop/nexthop.h"
#include "nexthop/target.h"

struct client;
struct config;
struct config_hops;
struct nexthop;
struct nexthop_group;
struct nexthop_groups;

struct nexthop_conn {
	struct nexthop *nexthop;
	struct client *client; /* NULL once it is gone and could not be replaced */
	const struct config *config; /* a reference */
	const struct config_hops *hops; /* of that configuration */
	struct nexthop_target target; /* key and domain are owned; hops is not used */
	char *host, *name;
	struct ip_port peer;
	bool has_place; /* counted in the limits */
	bool held; /* by a client's session, beyond its transactions (pass.h) */
	bool spent; /* never kept for others */
	bool kept; /* has been idle since its last message */
	bool strict; /* no longer for several recipients than for one */
	usec_t hurried; /* as nexthop_patience_hurried, for the next steps */
	struct nexthop_ask
		ask; /* of the one that leased it last; identity is owned, avoid unused */
	/* With hops: the member that it is connected to; NEXTHOP_NO_MEMBER while it is not. */
	const struct nexthop_group *group;
	struct nexthop_groups *groups; /* a reference, for `group` */
	size_t member;
	bool busy; /* counted there as busy */
	bool streams; /* counted by the group */
	/* While idle. */
	usec_t idle_since;
	struct list same, all;
};

struct ctx;
struct nexthop_failure;

struct nexthop_groups;
struct smtp_caps;

/* The pools of the configuration in force; borrowed until the caller suspends. */
struct nexthop_groups *nexthop_groups_now(const struct nexthop *nh);
/* Suspends for that time, or until another configuration is in force. */
int nexthop_wait_config(struct ctx *ctx, struct nexthop *nh, usec_t time);
/* Opens a session with a member and ends it: what it offers. Suspends. 0; ERR_CANCELLED; else
 * negative with *ret_failure filled. The caller holds a reference for g. */
int nexthop_check(struct ctx *ctx, struct nexthop *nh, const struct nexthop_group *g, size_t member,
	struct smtp_caps *ret, struct nexthop_failure *ret_failure);

/* Replaces a session that is over by a new one, with the same place. Suspends. Fails as
 * nexthop_acquire; then there is no session. */
int nexthop_conn_renew(
	struct ctx *ctx, struct nexthop_conn *conn, struct nexthop_failure *ret_failure);

/* A transaction on it came to its end; or the session broke in the middle of one, for this reason:
 * its member's health is noted. */
void nexthop_conn_finished(struct nexthop_conn *conn);
void nexthop_conn_lost(struct ctx *ctx, struct nexthop_conn *conn, const char *why);

/* Idle connections, by key. */
struct nexthop_idle {
	struct map keys;
	struct list all; /* longest idle first */
	size_t n;
};

void nexthop_idle_init(struct nexthop_idle *idle, struct hash_key key);
/* Empty by then. */
void nexthop_idle_done(struct nexthop_idle *idle);
void nexthop_idle_put(struct nexthop_idle *idle, struct nexthop_conn *conn);
void nexthop_idle_remove(struct nexthop_idle *idle, struct nexthop_conn *conn);
/* The one used last; NULL when there is none. It stays in. */
struct nexthop_conn *nexthop_idle_newest(const struct nexthop_idle *idle, struct slice key);
/* The one before it of the same key, or NULL. */
struct nexthop_conn *nexthop_idle_older(
	const struct nexthop_idle *idle, const struct nexthop_conn *conn);
size_t nexthop_idle_count(const struct nexthop_idle *idle, struct slice key);

#endif
