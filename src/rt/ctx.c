/* Deadlines nest as a chain of blocks on the stack; each keeps the earliest instant that holds for
 * it, so that the check before a suspension looks at the innermost only. */
#include "rt/ctx.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "rt/clock.h"
#include "rt/coro.h"

#define TEXT_BYTES 400 /* of an error text; longer ones are cut */

static usec_t effective_outer(const struct deadline *d)
{
	return d->outer && !d->outermost ? d->outer->effective : USEC_INFINITY;
}

void ctx_narrow(struct ctx *ctx, struct deadline *d, usec_t duration)
{
	*d = (struct deadline){ .at = time_add(clock_now(), duration), .outer = ctx->deadline };
	d->shield = d->outer && d->outer->shield;
	d->effective = effective_outer(d) < d->at ? effective_outer(d) : d->at;
	ctx->deadline = d;
}

void ctx_shield(struct ctx *ctx, struct deadline *d, usec_t duration)
{
	*d = (struct deadline){ .at = time_add(clock_now(), duration), .outer = ctx->deadline };
	d->shield = d->outermost = true;
	d->effective = d->at;
	ctx->deadline = d;
}

int ctx_widen(struct ctx *ctx, struct deadline *d, int result)
{
	assert(ctx->deadline == d);
	ctx->deadline = d->outer;
	if (result != ERR_CANCELLED || clock_now() < d->at || ctx_check(ctx) != 0)
		return result;
	return ERR_TIMEOUT;
}

void ctx_postpone(struct ctx *ctx, usec_t duration)
{
	struct deadline *d = ctx->deadline;

	if (d == NULL)
		return;
	d->at = time_add(d->at, duration);
	d->effective = effective_outer(d) < d->at ? effective_outer(d) : d->at;
}

int ctx_check(const struct ctx *ctx)
{
	const struct deadline *d = ctx->deadline;

	if (ctx->cancelled && !(d && d->shield))
		return ERR_CANCELLED;
	if (d == NULL || clock_now() < d->effective)
		return 0;
	return d->effective == d->at ? ERR_TIMEOUT : ERR_CANCELLED;
}

int ctx_fail(struct ctx *ctx, int code, const char *layer, const char *fmt, ...)
{
	char text[TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ctx->err = (struct err){ code, layer, arena_strdup(ctx->arena, slice_str(text)) };
	return code;
}

int ctx_yield(struct ctx *ctx)
{
	int r = ctx_check(ctx);

	if (r < 0)
		return r;
	loop_make_ready(ctx->coro);
	world_parks();
	coro_suspend(ctx->coro);
	return ctx_check(ctx);
}

int ctx_sleep(struct ctx *ctx, usec_t duration)
{
	struct deadline d;
	struct wait w;

	ctx_narrow(ctx, &d, duration);
	wait_init(ctx, &w);
	int r = ctx_widen(ctx, &d, wait_park(ctx, &w, "sleeping"));

	return r == ERR_TIMEOUT ? 0 : r;
}

void wait_init(struct ctx *ctx, struct wait *w)
{
	*w = (struct wait){ .coro = ctx->coro };
}

void wait_wake(struct wait *w, int result)
{
	if (w->done)
		return;
	w->done = true;
	w->result = result;
	loop_make_ready(w->coro);
}

static void deadline_passed(struct timer *t)
{
	loop_make_ready(container_of(t, struct coro, deadline));
}

int wait_park(struct ctx *ctx, struct wait *w, const char *what)
{
	struct coro *c = ctx->coro;
	int r = w->done ? 0 : ctx_check(ctx);

	assert(world_current() == ctx);
	if (r < 0)
		return r;
	c->wait = w;
	c->what = what;
	if (ctx->deadline && ctx->deadline->effective != USEC_INFINITY) {
		c->deadline.fire = deadline_passed;
		timer_set(&c->deadline, ctx->deadline->effective);
	}
	world_parks();
	do
		coro_suspend(c);
	while (!w->done && (r = ctx_check(ctx)) == 0);
	timer_cancel(&c->deadline);
	c->wait = NULL;
	return w->done ? w->result : r;
}
