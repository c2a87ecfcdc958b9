/* Making, running and ending coroutines, and telling the sanitizers and valgrind about it. */
#include "rt/coro.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "rt/clock.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#elif __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

/* The stack that the loop itself runs on. */
static struct {
	void *sp;
	void *fake_stack;
	const void *bottom;
	size_t size;
	void *fiber;
} home;

/* The pair stands around each switch; `leaving` is where the sanitizer keeps the fake stack of the
 * side that is left, NULL when it never comes back. */
static void announce(void **leaving, const void *bottom, size_t size, void *fiber)
{
#ifdef WITH_ASAN
	__sanitizer_start_switch_fiber(leaving, bottom, size);
#endif
#ifdef WITH_TSAN
	__tsan_switch_to_fiber(fiber, 0);
#endif
	(void)leaving;
	(void)bottom;
	(void)size;
	(void)fiber;
}

static void arrived_home(void)
{
#ifdef WITH_ASAN
	__sanitizer_finish_switch_fiber(home.fake_stack, NULL, NULL);
#endif
}

static void arrived_in(struct coro *c)
{
#ifdef WITH_ASAN
	__sanitizer_finish_switch_fiber(c->fake_stack, &home.bottom, &home.size);
#endif
	(void)c;
}

static void coro_main(void *arg)
{
	struct coro *c = arg;

	arrived_in(c);
	c->result = c->fn(&c->ctx, c->arg);
	assert(c->ctx.deadline == NULL);
	c->ended = true;
	scope_child_ended(c);
	announce(NULL, home.bottom, home.size, home.fiber);
	coro_switch(&c->sp, home.sp);
	__builtin_unreachable();
}

int coro_new(const char *name, coro_fn *fn, void *arg, struct coro **ret)
{
	struct stack stack;
	int r = stack_take(&stack);

	if (r < 0)
		return r;
#ifdef WITH_ASAN
	__asan_unpoison_memory_region(stack.base, stack.size);
#endif
	uintptr_t top = (uintptr_t)stack.base + stack.size - sizeof(struct coro);
	struct coro *c = (struct coro *)(top & ~(uintptr_t)63);

	*c = (struct coro){ .stack = stack, .name = name, .fn = fn, .arg = arg };
	c->ctx.coro = c;
	c->ctx.arena = &c->arena;
	c->started = clock_now();
	c->sp = coro_switch_prepare(c, coro_main, c);
#ifdef WITH_TSAN
	c->fiber = __tsan_create_fiber(0);
#endif
#ifdef VALGRIND_STACK_REGISTER
	c->valgrind_id = VALGRIND_STACK_REGISTER(stack.base, stack.base + stack.size);
#endif
	*ret = c;
	return 0;
}

void coro_free(struct coro *c)
{
	struct stack stack = c->stack;

	assert(c->ended);
	arena_reset(&c->arena);
#ifdef WITH_TSAN
	__tsan_destroy_fiber(c->fiber);
#endif
#ifdef VALGRIND_STACK_DEREGISTER
	VALGRIND_STACK_DEREGISTER(c->valgrind_id);
#endif
	stack_give(&stack);
}

void coro_resume(struct coro *c)
{
#ifdef WITH_TSAN
	home.fiber = __tsan_get_current_fiber();
#endif
	announce(&home.fake_stack, c->stack.base, c->stack.size, c->fiber);
	coro_switch(&home.sp, c->sp);
	arrived_home();
}

void coro_suspend(struct coro *c)
{
	announce(&c->fake_stack, home.bottom, home.size, home.fiber);
	coro_switch(&c->sp, home.sp);
	arrived_in(c);
}
