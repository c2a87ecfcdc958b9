/* The way out: from a destination to a ready session with one of its hosts. Resolves names, orders
 * and fails over hosts, connects, applies the TLS policy, logs in, remembers dead hosts, keeps
 * connections for the next message, and bounds how many there are to a destination. */
#ifndef SLUICE_NEXTHOP_NEXTHOP_H
#define SLUICE_NEXTHOP_NEXTHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "client/message.h"
#include "nexthop/failure.h"
#include "nexthop/limits.h"
#include "nexthop/target.h"

struct buf;
struct client_who;
struct nexthop_board;
struct nexthop_conn;
struct config;
struct config_hops;
struct ctx;
struct pool;
struct smtp_caps;
struct tls_client;
struct tls_info;

/* Idle connections kept, all destinations together. */
#define NEXTHOP_IDLE_MAX 500
/* Addresses remembered as dead. */
#define NEXTHOP_DEAD_MAX 4096

/* ---- the worker's connections ---- */

/* One a worker; used on the loop's thread. */
struct nexthop;

struct nexthop_options {
	const struct config *config; /* a reference is taken */
	struct pool *pool; /* for log-ins that burn (SCRAM); NULL only where no hop logs in */
	/* The system's authorities, reading which takes long; a reference is taken. NULL: they are
	 * read here, and again with each configuration. */
	struct tls_client *authorities;
	const struct nexthop_limits *limits; /* NULL: the built-in one. Must outlive it */
	/* Shared by all workers, in which this one has the slot; NULL: one of our own. Must outlive
	 * it. */
	struct nexthop_board *board;
	unsigned slot;
};

/* Does not suspend. ERR_TLS when a file of authorities cannot be read: the sentence is appended to
 * *why. */
int nexthop_new(const struct nexthop_options *o, struct buf *why, struct nexthop **ret);
/* Takes a reference; idle connections of the old configuration are closed. On failure (ERR_TLS, as
 * above) the old one stays. */
int nexthop_set_config(struct nexthop *nh, const struct config *config, struct buf *why);
/* Says QUIT on idle connections, briefly; frees. Nothing may be acquired any more. Suspends,
 * shielded. NULL is fine. */
void nexthop_free(struct ctx *ctx, struct nexthop *nh);
/* Keeps house until cancelled: closes connections that have been idle too long or whose peer went
 * away, forgets the dead. arg is the nexthop. A coroutine of its own. */
int nexthop_run(struct ctx *ctx, void *arg);

struct nexthop_counts {
	size_t connections; /* open, idle ones included */
	size_t idle;
	size_t dead; /* hosts remembered as dead */
};
void nexthop_counts(const struct nexthop *nh, struct nexthop_counts *ret);

/* How many attempts at this target would find a connection or a place for one at once; idle
 * connections count. An attempt beyond that waits in nexthop_acquire. */
uint32_t nexthop_room(const struct nexthop *nh, const struct nexthop_target *t);

/* ---- one attempt ---- */

/* What the message needs of a host; one that lacks it is passed over. */
enum nexthop_need {
	NEXTHOP_NEED_8BIT = 1,
	NEXTHOP_NEED_UTF8 = 2,
	NEXTHOP_NEED_DSN = 4,
	NEXTHOP_NEED_BINARY = 8,
	NEXTHOP_NEED_REQUIRETLS = 16,
	NEXTHOP_NEED_PRIORITY = 32,
	NEXTHOP_NEED_SIZE = 64, /* room for a message of ask.size bytes */
};
/* What of `needs` a host with these capabilities lacks; size: of the message, 0: not known. */
unsigned nexthop_lacks(const struct smtp_caps *caps, unsigned needs, uint64_t size);
/* The same for the host of a lease; what its hops are said to take all the same (`assume-8bit`) it
 * does not lack. */
unsigned nexthop_conn_lacks(const struct nexthop_conn *conn, unsigned needs, uint64_t size);
/* Of the first of these: subject and detail of the enhanced status, "6.7", and its name in words.
 * Static. */
const char *nexthop_need_status(unsigned needs, const char **ret_name);

/* What one transaction asks of its session, beyond the target. Zeroed it asks for nothing.
 * Everything is borrowed during the call. */
struct nexthop_ask {
	unsigned needs; /* set of enum nexthop_need */
	uint64_t size; /* bytes of the message; 0: not known */
	struct ip client; /* for sticky balancing; IP_NONE: there is none */
	/* The client for whom it is; NULL: nobody's but ours. Must live as long as the lease. Hops
	 * are told as their `tell-client` says. */
	const struct client_who *who;
	/* Names the client's session and all that stands in `who`. Where hosts are told once for a
	 * whole session, a kept one is used again for the same identity only; elsewhere it means
	 * nothing. Not empty where there is a client. */
	struct slice identity;
	/* A client waits meanwhile: waiting for a place is bounded as the hops say. */
	bool bounded;
	/* Members (nexthop_conn_member) that just failed this transaction: taken only where there
	 * is no other. */
	const size_t *avoid;
	size_t avoid_n;
	/* A member (nexthop_conn_member_id) that is asked before all others where nothing speaks
	 * against it: it is well, has room, lacks nothing, did not just fail. 0: none. */
	uint64_t prefer;
};

/* A lease of a ready session. Give it back by nexthop_release. */
struct nexthop_conn;

/* Gives an idle connection of the target, or connects: waits for a place (suspends), tries the
 * hosts in order. Borrowed: t, during the call only. 0; ERR_CANCELLED or ERR_TIMEOUT as ctx_check
 * (ret_failure untouched); else negative with *ret_failure filled. */
int nexthop_acquire(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, struct nexthop_conn **ret,
	struct nexthop_failure *ret_failure);
/* The member that this ask prefers would be taken now, and nobody has to wait for that. Does not
 * suspend. */
bool nexthop_prefers(
	struct nexthop *nh, const struct nexthop_target *t, const struct nexthop_ask *ask);
/* Members other than this one (nexthop_conn_member_id) that could take this ask now: they are well,
 * have room, lack nothing, did not just fail. Does not suspend. */
size_t nexthop_others(struct nexthop *nh, const struct nexthop_target *t,
	const struct nexthop_ask *ask, uint64_t member);
/* The hops are told who the client is for a whole session: kept connections are his alone. */
bool nexthop_is_told_once(const struct config_hops *hops);
/* A client's session has ended: closes the kept connections whose identity begins like this. Does
 * not suspend. */
void nexthop_forget(struct nexthop *nh, struct slice identity);
/* Sends one message on it. Every result is filled, whatever happens; 0 or ERR_CANCELLED. Suspends.
 * A kept connection that turns out to have been closed by the peer is replaced once, unseen by the
 * caller. */
int nexthop_send(struct ctx *ctx, struct nexthop_conn *conn, const struct client_message *m,
	struct client_result *ret_results);
/* True when the same connection may carry another message now. */
bool nexthop_reusable(const struct nexthop_conn *conn);
/* Gives the lease back: kept for the next message where that is possible, else closed. Does not
 * suspend. NULL is fine. */
void nexthop_release(struct nexthop_conn *conn);

/* With whom, valid until release. "mx1.example.org" */
struct slice nexthop_conn_host(const struct nexthop_conn *conn);
/* Which of the target's hosts it is, counted from 0 in the order of the configuration; only with
 * hops. */
size_t nexthop_conn_member(const struct nexthop_conn *conn);
/* Names that host wherever it stands in any configuration; 0: it is no member of hops. */
uint64_t nexthop_conn_member_id(const struct nexthop_conn *conn);
/* "mx1.example.org[192.0.2.1]:25" */
struct slice nexthop_conn_name(const struct nexthop_conn *conn);
/* False when there is no TLS. */
bool nexthop_conn_tls(const struct nexthop_conn *conn, struct tls_info *ret);
/* What it offers; valid until release. */
const struct smtp_caps *nexthop_conn_caps(const struct nexthop_conn *conn);
/* It speaks LMTP: what it accepts has been delivered, not relayed. */
bool nexthop_conn_is_lmtp(const struct nexthop_conn *conn);
/* Recipients that the host takes in one transaction (LIMITS RCPTMAX, RFC 9422); 0: not stated. */
uint32_t nexthop_conn_rcpt_max(const struct nexthop_conn *conn);

#endif
