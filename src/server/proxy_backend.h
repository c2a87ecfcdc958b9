/* Private to the proxy: the backend of one transaction, replaced by another one while that can be
 * done unseen. */
#ifndef SLUICE_SERVER_PROXY_BACKEND_H
#define SLUICE_SERVER_PROXY_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/time.h"
#include "nexthop/nexthop.h"
#include "server/proxy_blame.h"
#include "server/proxy_due.h"
#include "smtp/param.h"
#include "smtp/reply.h"

struct client_who;
struct nexthop_broken;
struct nexthop_live;
struct server_pretence;

/* Recipients that a backend has answered, in the arena. */
struct proxy_answered {
	struct client_rcpt *rcpts;
	uint8_t *classes; /* of the replies: 2, 4 or 5 */
	size_t n, room;
};

/* How often a lost backend is replaced in one transaction. */
#define PROXY_REPLACE_MAX 2
/* How often a session is given back in one transaction for its client's silence, and, but for the
 * first time, as long as so many recipients at most are said again altogether: a client that is
 * silent before each of many would have all of them said again each time. */
#define PROXY_PART_MAX	     8
#define PROXY_PART_RCPTS_MAX 1000

/* Zeroed, then the upper part is filled; everything is borrowed but for what the lower part
 * holds. */
struct proxy_backend {
	struct nexthop *nexthop;
	struct server_pretence *pretence; /* nobody is asked; NULL: all is real */
	struct arena *arena; /* of the transaction */
	struct slice reverse_path;
	struct smtp_mail_params params;
	struct nexthop_target target;
	struct ip client; /* for sticky balancing */
	uint64_t prefer; /* as nexthop_ask.prefer */
	const struct client_who *who; /* told as the hops say; NULL: nobody is */
	struct slice identity; /* of who */
	struct nexthop_conn *held; /* the only one that will do; NULL: any of the target */
	struct nexthop_conn *ahead; /* a held one that is tried first; NULL: none, or it was */
	usec_t *next_alarm; /* the worker's, about servers that are no hops: when the next may be */
	struct slice hostname; /* ours, for what `hide-names` takes out */
	bool kept; /* the message is stored by us where it is lost; for the log */

	struct nexthop_live *live; /* NULL: none yet, or it is over */
	struct slice name; /* of the last one, for the log */
	struct slice *hidden; /* what is not said of it, in the arena */
	size_t hidden_n;
	uint64_t member; /* the same, as nexthop_live_member_id */
	struct proxy_answered answered;
	/* It was left within the transaction: whoever takes it on says the envelope again, and is
	 * to take whom it had taken. */
	bool parted;
	unsigned parted_n; /* how often */
	size_t said_again; /* recipients, so far */
	bool stays; /* it was left so often that it is not any more, but for a slow content */
	unsigned more_needs; /* beside those of the envelope so far (nexthop.h) */
	unsigned replaced; /* so far */
	size_t failed[PROXY_REPLACE_MAX + 1]; /* the members that were lost */
	size_t failed_n;
	struct proxy_blame blame;
	/* What the client is told once there is none and never will be; code 0: there may be. */
	struct smtp_reply lost;
	bool absent; /* with `lost`: it is for want of a server, not by a reply about the mail */
	bool wide; /* its content has bytes over 127, and nobody declared them */
	bool too_wide; /* with `lost`: whom it could go to does not take such bytes */
	bool in_doubt; /* with `lost`: all was sent, it may have the message */
	/* What the last one said, where it refused MAIL or was lost by that; code 0: nothing. */
	struct smtp_reply last_word;
	usec_t began; /* the step that its client waits for */
	usec_t until; /* how long the one that was lost in it may be replaced; 0: none was */
	usec_t waited; /* for backends, altogether */
	usec_t told; /* when its client last said what one had to answer */
	struct proxy_due due; /* of the time for the answer */
};

/* What the log shows of its words: this reply, or, where there was none, those that ended it. */
static inline const struct smtp_reply *proxy_backend_heard(
	const struct proxy_backend *b, const struct smtp_reply *said)
{
	return said->code ? said : &b->last_word;
}

/* Each call suspends and returns 0 or as ctx_check. When the backend is lost for good, `lost` is
 * set, and later calls do nothing. Texts of replies live in ctx->arena. */

/* Connects and says MAIL, of which *ret is the reply, unless `lost` is set. */
int proxy_backend_mail(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret);
/* Asks for recipients; the first call connects and says MAIL, if nobody has. A MAIL that was
 * refused sets `lost` to that reply. ret has n replies; where `lost` is set, those that came before
 * it, and code 0 for the others. */
int proxy_backend_rcpts(struct ctx *ctx, struct proxy_backend *b, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret);
/* Before the content. *ret_refusal has code 0 or the backend's refusal. */
int proxy_backend_open(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret_refusal);
/* The recipient that was the i-th to be accepted. */
struct slice proxy_backend_accepted(const struct proxy_backend *b, size_t i);
/* Its reply as it is passed on (proxy_reply.h), with what the hops say about it. Pure. */
void proxy_backend_pass(const struct proxy_backend *b, struct arena *a,
	const struct smtp_reply *said, const char *detail, struct smtp_reply *ret);
void proxy_backend_pass_verdict(const struct proxy_backend *b, struct arena *a,
	const struct smtp_reply *said, struct smtp_reply *ret);
/* How long a client waits behind its final dot: less than the ten minutes that RFC 5321 section
 * 4.5.3.2.6 grants. What a backend lets us wait within the content counts where the dot may have
 * been on its way already (proxy_due.h). */
usec_t proxy_backend_answer_time(const struct proxy_backend *b);
/* A reply of its own ends it for good: `lost` becomes that reply, as it is passed on. */
void proxy_backend_refused(struct proxy_backend *b, const struct smtp_reply *said);
/* Gives its session, if there is one now, back in the midst of the transaction: the next step takes
 * one again. It is not one that the client has for itself (quiet.h). Does not suspend. */
void proxy_backend_part(struct proxy_backend *b);
/* The same for a client that says nothing, unless that was done often enough: false, and nothing is
 * done. */
bool proxy_backend_part_in_silence(struct proxy_backend *b);
/* The same, for good: the client is told to come again. */
void proxy_backend_leave_to_others(struct proxy_backend *b);
/* Keeps its session alive, which may be lost by that. Suspends; 0 or as ctx_check. */
int proxy_backend_noop(struct ctx *ctx, struct proxy_backend *b);

/* ---- its steps, for proxy_late.c ---- */

/* A session with a backend, MAIL and recipients. Suspends. ERR_UNREACHABLE: *ret_why says why not,
 * b->live is set when there was one, and `lost` where a reply is due already. Else as ctx_check. */
int proxy_backend_connect(struct ctx *ctx, struct proxy_backend *b, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret_mail, struct smtp_reply *ret, const char **ret_why);
/* The same for the envelope so far: each recipient that was taken has to be taken again. */
int proxy_backend_say_again(struct ctx *ctx, struct proxy_backend *b, const char **ret_why);
/* A step failed: what the backend said is noted, for the client and the log. *ret_why is as in
 * *broken. Does not suspend. */
void proxy_backend_broke(struct ctx *ctx, struct proxy_backend *b,
	const struct nexthop_broken *broken, const char **ret_why);
/* Why it is not known whether it has the message. broken: how its answer failed to come; NULL: time
 * was up. In ctx->arena, or static. */
const char *proxy_backend_doubt(struct ctx *ctx, const struct nexthop_broken *broken);
/* Logs that it was lost, ends it, and will not choose it again if there is another. */
void proxy_backend_give_up(struct ctx *ctx, struct proxy_backend *b, const char *why);
/* It is lost for good: fills `lost`, which is never permanent: it is not the mail's fault. */
void proxy_backend_lose(struct ctx *ctx, struct proxy_backend *b, const char *why);
/* Notes an answered recipient; its path lives in the arena. */
void proxy_backend_remember(
	struct proxy_backend *b, const struct client_rcpt *rcpt, const struct smtp_reply *said);

/* Nobody was accepted there: the transaction is given up and will begin at another target, which is
 * told of the client anew. What was waited stays counted. Does not suspend. */
void proxy_backend_turn_to(struct proxy_backend *b, const struct nexthop_target *target);
/* Ends the transaction there wherever it stands. Does not suspend. */
void proxy_backend_end(struct proxy_backend *b);

#endif
