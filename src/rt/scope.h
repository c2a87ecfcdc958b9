/* Structured concurrency: a coroutine is started in a scope, and a scope ends only when all its
 * children have ended. Nothing is detached, nothing outlives its owner. */
#ifndef SLUICE_RT_SCOPE_H
#define SLUICE_RT_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "rt/waitq.h"

struct ctx;

enum scope_mode {
	SCOPE_ALL, /* the first child that fails cancels its siblings */
	SCOPE_RACE, /* the first child that ends with 0 cancels its siblings */
	SCOPE_SERVE, /* children end on their own; results are dropped: for sessions */
};

/* Lives in the owner's frame or object; zero cost while it has no children. */
struct scope {
	enum scope_mode mode;
	struct list children;
	size_t count;
	int result; /* ALL: first failure. RACE: 0 once one child succeeded, else last failure */
	bool cancelled;
	struct waitq changed; /* a child ended */
};

typedef int coro_fn(struct ctx *ctx, void *arg);

void scope_init(struct scope *s, enum scope_mode mode);
/* Starts fn(ctx, arg) as a child named `name` (static text). It runs at the next turn of the loop,
 * never at once. arg stays the caller's unless fn frees it; it must live until the child ends. A
 * child started in a cancelled scope starts cancelled. Returns 0, or ERR_FULL when no stack is to
 * be had (arg is then still the caller's). Does not suspend. */
int scope_spawn(struct scope *s, const char *name, coro_fn *fn, void *arg);
/* Cancels the children: each suspending call of theirs fails with ERR_CANCELLED from now on. They
 * end in their own time. Does not suspend. */
void scope_cancel(struct scope *s);
/* Suspends until no child is left, and returns the scope's result. If the caller itself is
 * cancelled or its deadline passes, cancels the children, waits for them all the same, and returns
 * that. */
int scope_wait(struct ctx *ctx, struct scope *s);
/* Suspends until at most `limit` children are left: for bounding how many run. Fails as ctx_check,
 * then without cancelling anybody. */
int scope_wait_below(struct ctx *ctx, struct scope *s, size_t limit);
/* Cancels, then waits for all (shielded: it always ends, since cancelled code may only run short
 * cleanup). Call it on every way out of the block that owns the scope. */
void scope_end(struct ctx *ctx, struct scope *s);

#endif
