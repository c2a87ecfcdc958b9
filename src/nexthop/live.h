/* A transaction that is passed through to a host while our own client waits at each step: for the
 * proxy. The steps are those of SMTP; replies are passed on as values, whatever they say. */
#ifndef SLUICE_NEXTHOP_LIVE_H
#define SLUICE_NEXTHOP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "nexthop/nexthop.h"

/* One transaction with its lease. */
struct nexthop_live;

/* Why a step could not be done. The session with the host is over. */
struct nexthop_broken {
	bool misfit; /* it does not let us in as configured; where it has hops, that was told */
	bool in_doubt; /* all was sent and the answer was lost: the host may have the message */
	bool silent; /* it let the time pass */
	uint64_t member; /* its id, where it was lost, whoever is to blame; 0: it was not */
	struct smtp_reply reply; /* the host's, which ended it; code 0: there was none */
	const char *text; /* a sentence for people, in ctx->arena, never NULL */
};

/* Each call suspends. 0; ERR_CANCELLED as ctx_check; else ERR_UNREACHABLE with *ret_broken filled.
 * After any failure only nexthop_live_end is left; replies to recipients that came before it are
 * filled in, the others untouched. Texts of replies live in ctx->arena. */

/* A member that was lost, as above, was so by its own doing: that counts towards its being left
 * alone. Nothing where the target has no such member any more. Does not suspend. */
void nexthop_live_blame(struct ctx *ctx, struct nexthop *nh, const struct nexthop_target *t,
	uint64_t member, const char *why);
/* How patient the steps before the content are from now on: less where other hosts could take
 * over, of which there are none at first (docs/decisions/a-silent-server-is-left.md). all: of the
 * client's patience, for it and for them; spent: of that; strict: it is not longer for several
 * recipients that come together. Does not suspend. */
void nexthop_live_hurry(
	struct nexthop_conn *conn, size_t others, usec_t all, usec_t spent, bool strict);
/* Takes the lease over, success or not. MAIL and the first recipients: *ret_mail is 2xx, 4xx or
 * 5xx; after a no ret_rcpts is not filled. A kept connection that turns out to be gone is replaced
 * once, unseen. *ret is set in any case. */
int nexthop_live_begin(struct ctx *ctx, struct nexthop_conn *conn, struct slice reverse_path,
	const struct smtp_mail_params *params, const struct client_rcpt *rcpts, size_t n,
	struct nexthop_live **ret, struct smtp_reply *ret_mail, struct smtp_reply *ret_rcpts,
	struct nexthop_broken *ret_broken);
/* More recipients; a reply each. */
int nexthop_live_rcpts(struct ctx *ctx, struct nexthop_live *l, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret, struct nexthop_broken *ret_broken);
/* Recipients that the host has accepted. */
size_t nexthop_live_accepted(const struct nexthop_live *l);
/* Before the content. *ret has code 0, or the host's refusal. */
int nexthop_live_open(struct ctx *ctx, struct nexthop_live *l, struct smtp_reply *ret,
	struct nexthop_broken *ret_broken);
/* The next piece, canonical; suspends while the host takes nothing. */
int nexthop_live_write(struct ctx *ctx, struct nexthop_live *l, struct slice piece,
	struct nexthop_broken *ret_broken);
/* As client_live_unsent: after a failure, until nexthop_live_end. */
bool nexthop_live_unsent(const struct nexthop_live *l, struct slice *ret);
/* Nothing was accepted before this call. Answers as from client_live_finish. */
int nexthop_live_finish(struct ctx *ctx, struct nexthop_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n, struct nexthop_broken *ret_broken);
/* With whom; valid until nexthop_live_end. "mx1.example.org[192.0.2.1]:25" */
struct slice nexthop_live_name(const struct nexthop_live *l);
/* Its address; and what it calls itself, empty where it does not, valid until nexthop_live_end. */
struct ip nexthop_live_ip(const struct nexthop_live *l);
struct slice nexthop_live_called(const struct nexthop_live *l);
/* Its lease, until nexthop_live_end. */
struct nexthop_conn *nexthop_live_conn(const struct nexthop_live *l);
/* As nexthop_conn_member. */
size_t nexthop_live_member(const struct nexthop_live *l);
/* As nexthop_conn_member_id. */
uint64_t nexthop_live_member_id(const struct nexthop_live *l);
/* What it offers; valid until nexthop_live_end. */
const struct smtp_caps *nexthop_live_caps(const struct nexthop_live *l);
bool nexthop_live_is_lmtp(const struct nexthop_live *l);
/* As client_live_settle: before nexthop_live_end, where a content may have begun. NULL is fine. */
void nexthop_live_settle(struct ctx *ctx, struct nexthop_live *l);
/* Ends it wherever it stands, gives the lease back. Does not suspend. NULL is fine. */
void nexthop_live_end(struct nexthop_live *l);

#endif
