/* Scopes: the list of children and what happens to the others when one ends. */
#include "rt/scope.h"

#include <assert.h>

#include "rt/coro.h"

void scope_init(struct scope *s, enum scope_mode mode)
{
	*s = (struct scope){ .mode = mode };
	list_init(&s->children);
	waitq_init(&s->changed);
}

int scope_spawn(struct scope *s, const char *name, coro_fn *fn, void *arg)
{
	struct coro *c;
	int r = coro_new(name, fn, arg, &c);

	if (r < 0)
		return r;
	c->scope = s;
	c->ctx.cancelled = s->cancelled;
	list_append(&s->children, &c->sibling);
	s->count++;
	loop_adopt(c);
	return 0;
}

void scope_cancel(struct scope *s)
{
	s->cancelled = true;
	list_each (it, &s->children) {
		struct coro *c = container_of(it, struct coro, sibling);

		c->ctx.cancelled = true;
		if (c->wait)
			loop_make_ready(c);
	}
}

void scope_child_ended(struct coro *c)
{
	struct scope *s = c->scope;

	list_remove(&c->sibling);
	s->count--;
	if (s->mode == SCOPE_ALL && c->result < 0 && s->result == 0) {
		s->result = c->result;
		scope_cancel(s);
	} else if (s->mode == SCOPE_RACE && !s->cancelled) {
		s->result = c->result;
		if (c->result == 0)
			scope_cancel(s);
	}
	waitq_wake_all(&s->changed);
}

int scope_wait_below(struct ctx *ctx, struct scope *s, size_t limit)
{
	int r = 0;

	while (s->count > limit && r == 0)
		r = waitq_wait(ctx, &s->changed);
	return r;
}

void scope_end(struct ctx *ctx, struct scope *s)
{
	struct deadline d;

	if (s->count == 0)
		return;
	scope_cancel(s);
	ctx_shield(ctx, &d, USEC_INFINITY);
	int r = ctx_widen(ctx, &d, scope_wait_below(ctx, s, 0));

	assert(r == 0);
	(void)r;
}

int scope_wait(struct ctx *ctx, struct scope *s)
{
	int r = scope_wait_below(ctx, s, 0);

	if (r < 0) {
		scope_end(ctx, s);
		return r;
	}
	return s->result;
}
