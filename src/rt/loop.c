/* The loop: due timers fire, the coroutines that were ready at the start of the turn run once
 * each, then the world is asked for news. A wake only queues, so nobody runs inside somebody
 * else's call. */
#include "rt/loop.h"

#include <assert.h>
#include <signal.h>

#include "rt/clock.h"
#include "rt/coro.h"
#include "rt/log.h"

#define TRIM_AFTER (2 * USEC_PER_SEC) /* a coroutine parked this long gives back unused pages */
#define TRIM_EVERY USEC_PER_SEC
#define WARN_EVERY USEC_PER_MIN

static struct {
	bool running;
	usec_t now;
	struct list ready, all;
	struct heap timers;
	struct coro *current, *root;
	struct scope root_scope;
	usec_t next_trim, slice_limit, next_warning;
	struct loop_stats stats;
} loop;

static volatile sig_atomic_t loop_stopped; /* set by loop_stop, perhaps in a signal handler */

usec_t clock_now(void)
{
	return loop.running ? loop.now : world_now();
}

void loop_make_ready(struct coro *c)
{
	if (!list_linked(&c->ready))
		list_append(&loop.ready, &c->ready);
}

void loop_adopt(struct coro *c)
{
	c->tag = loop.current ? loop.current->tag : NULL;
	list_append(&loop.all, &c->all);
	loop.stats.coroutines++;
	loop_make_ready(c);
}

struct ctx *world_current(void)
{
	return loop.current ? &loop.current->ctx : NULL;
}

void *world_tag(void)
{
	return loop.current ? loop.current->tag : NULL;
}

void world_set_tag(void *tag)
{
	assert(loop.current);
	loop.current->tag = tag;
}

static void cancel(struct coro *c)
{
	c->ctx.cancelled = true;
	if (c->wait)
		loop_make_ready(c);
}

void loop_stop(void)
{
	loop_stopped = 1;
	world_interrupt();
}

void world_cancel_tagged(const void *tag)
{
	list_each (it, &loop.all) {
		struct coro *c = container_of(it, struct coro, all);

		if (c->tag == tag)
			cancel(c);
	}
}

void timer_set(struct timer *t, usec_t at)
{
	heap_remove(&loop.timers, &t->node);
	heap_insert(&loop.timers, &t->node, at);
}

void timer_cancel(struct timer *t)
{
	heap_remove(&loop.timers, &t->node);
}

static void fire_timers(void)
{
	for (;;) {
		struct heap_node *first = heap_first(&loop.timers);

		if (first == NULL || first->key > loop.now)
			return;
		heap_remove(&loop.timers, first);
		struct timer *t = container_of(first, struct timer, node);

		t->fire(t);
	}
}

static void note_slice(const struct coro *c, usec_t began)
{
	usec_t end = world_now(), took = end - began;

	if (took > loop.stats.longest_slice)
		loop.stats.longest_slice = took;
	if (took <= loop.slice_limit)
		return;
	loop.stats.long_slices++;
	if (end < loop.next_warning)
		return;
	loop.next_warning = end + WARN_EVERY;
	LOG(&c->ctx, EV_TROUBLE, FIELD_STR("reason", "a coroutine ran long without suspending"),
		FIELD_STR("coroutine", c->name), FIELD_INT("microseconds", took),
		FIELD_INT("times", loop.stats.long_slices));
}

static void run(struct coro *c)
{
	usec_t began = loop.slice_limit ? world_now() : 0;

	loop.current = c;
	c->trimmed = false;
	world_resumes();
	coro_resume(c);
	loop.current = NULL;
	c->parked = loop.now;
	if (loop.slice_limit)
		note_slice(c, began);
	if (c->ended) {
		list_remove(&c->ready);
		list_remove(&c->all);
		loop.stats.coroutines--;
		coro_free(c);
	}
}

/* Runs those that are ready now; those that become ready meanwhile wait for the next turn. */
static void run_ready(void)
{
	struct list turn;

	list_init(&turn);
	while (!list_empty(&loop.ready))
		list_append(&turn, list_pop(&loop.ready));
	while (!list_empty(&turn))
		run(container_of(list_pop(&turn), struct coro, ready));
}

static void trim_idle(void)
{
	if (loop.now < loop.next_trim)
		return;
	loop.next_trim = loop.now + TRIM_EVERY;
	list_each (it, &loop.all) {
		struct coro *c = container_of(it, struct coro, all);

		if (c->wait && !c->trimmed && loop.now - c->parked >= TRIM_AFTER) {
			stack_trim(&c->stack, c->sp);
			c->trimmed = true;
		}
	}
}

static void turn(void)
{
	loop.stats.turns++;
	loop.now = world_now();
	if (loop_stopped && loop.root && !loop.root->ctx.cancelled)
		cancel(loop.root);
	fire_timers();
	run_ready();
	trim_idle();
	if (loop.root == NULL)
		return;
	struct heap_node *first = heap_first(&loop.timers);

	if (!list_empty(&loop.ready))
		world_poll(loop.now);
	else
		world_poll(first ? first->key : USEC_INFINITY);
}

struct root {
	coro_fn *fn;
	void *arg;
};

static int root_main(struct ctx *ctx, void *arg)
{
	struct root *root = arg;
	int r = root->fn(ctx, root->arg);

	loop.root = NULL;
	return r;
}

int loop_run(const char *name, coro_fn *fn, void *arg)
{
	struct root root = { fn, arg };

	assert(!loop.running);
	list_init(&loop.ready);
	list_init(&loop.all);
	world_start();
	loop.running = true;
	loop.now = loop.next_trim = world_now();
	scope_init(&loop.root_scope, SCOPE_ALL);
	int r = scope_spawn(&loop.root_scope, name, root_main, &root);

	if (r == 0) {
		loop.root = container_of(loop.all.next, struct coro, all);
		while (loop.stats.coroutines)
			turn();
		r = loop.root_scope.result;
	}
	loop.running = false;
	loop_stopped = 0;
	world_stop();
	heap_done(&loop.timers);
	return r;
}

void loop_set_slice_limit(usec_t limit)
{
	loop.slice_limit = limit;
}

void loop_stats(struct loop_stats *ret)
{
	*ret = loop.stats;
	ret->stacks = stack_count();
}

void loop_each_coro(void (*visit)(void *arg, const struct coro_info *info), void *arg)
{
	list_each (it, &loop.all) {
		const struct coro *c = container_of(it, struct coro, all);

		visit(arg, &(struct coro_info){
				   .name = c->name,
				   .action = c->wait ? c->what : "running",
				   .session = c->ctx.log.session,
				   .started = c->started,
				   .deadline = c->ctx.deadline ? c->ctx.deadline->effective
							       : USEC_INFINITY,
			   });
	}
}
