/* The context of a coroutine: deadline, cancellation, arena, last error, log fields. A function
 * that may suspend takes `struct ctx *` first; one without it never suspends and never blocks. */
#ifndef SLUICE_RT_CTX_H
#define SLUICE_RT_CTX_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/time.h"

struct coro;

/* A deadline that a block of code set for itself, kept on its own stack. */
struct deadline {
	usec_t at; /* clock_now() beyond which suspending calls fail; own, not inherited */
	usec_t effective; /* the earliest of this and the outer ones, unless shielded */
	bool shield; /* cancellation and outer deadlines do not reach inside */
	bool outermost; /* the shield's own block: no outer deadline is seen */
	struct deadline *outer;
};

/* What a log line says beside its own fields. Slices point into memory that outlives the action. */
struct log_context {
	struct slice session; /* session or attempt id */
	struct slice queue_id; /* while there is a message in hand */
	struct slice peer; /* address and port, or host name */
	const char *action; /* static text: "waiting for DATA reply" */
};

/* One per coroutine, owned by it. */
struct ctx {
	struct coro *coro;
	struct arena *arena; /* for error texts and small things; lives as long as the coroutine */
	struct deadline *deadline; /* innermost, or NULL */
	bool cancelled; /* sticky; set by the scope */
	struct err err;
	struct log_context log;
};

/* From here to ctx_widen every suspending call fails once `duration` has passed: with ERR_TIMEOUT
 * if this deadline is the one that passed, with ERR_CANCELLED if an outer one or the scope says so.
 * Blocks nest strictly. */
void ctx_narrow(struct ctx *ctx, struct deadline *d, usec_t duration);
/* For cleanup that must suspend (QUIT, RSET, close_notify): as ctx_narrow, but cancellation and
 * outer deadlines are not seen inside. Keep the duration short. */
void ctx_shield(struct ctx *ctx, struct deadline *d, usec_t duration);
/* Ends the block. Returns result, except that ERR_CANCELLED which came from this very deadline
 * (seen as "from above" by code further inside) becomes ERR_TIMEOUT. */
int ctx_widen(struct ctx *ctx, struct deadline *d, int result);
/* Moves the innermost deadline, if there is one, later by a duration: for a wait that is not its
 * subject's fault. Outer ones stay. */
void ctx_postpone(struct ctx *ctx, usec_t duration);
/* 0, ERR_TIMEOUT or ERR_CANCELLED: what a suspending call would fail with now. Never suspends. */
int ctx_check(const struct ctx *ctx);
/* Records what went wrong and returns code. layer is static. The text goes into the arena. */
int ctx_fail(struct ctx *ctx, int code, const char *layer, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Lets the other ready coroutines run, in loops that compute long. Suspends; fails as ctx_check. */
int ctx_yield(struct ctx *ctx);
/* Suspends for a duration. 0 when it has passed. */
int ctx_sleep(struct ctx *ctx, usec_t duration);

#endif
