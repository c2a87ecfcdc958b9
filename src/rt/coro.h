/* The coroutine itself and the run queue. Private to rt: everybody else starts coroutines in scopes
 * (rt/scope.h) and suspends in the calls of rt's other headers. */
#ifndef SLUICE_RT_CORO_H
#define SLUICE_RT_CORO_H

#include "base/heap.h"
#include "base/list.h"
#include "rt/ctx.h"
#include "rt/scope.h"
#include "rt/stack.h"
#include "rt/world.h"

/* Lies at the top of its own stack, so that an idle coroutine needs one page. */
struct coro {
	void *sp; /* saved stack pointer while it does not run */
	struct stack stack;
	struct ctx ctx;
	struct arena arena;
	struct list ready; /* in the run queue */
	struct list all; /* in the list of all coroutines */
	struct list sibling; /* in its scope */
	struct scope *scope;
	struct wait *wait; /* while suspended */
	const char *what; /* what it waits for, static text */
	struct timer deadline;
	const char *name;
	coro_fn *fn;
	void *arg;
	void *tag;
	int result;
	bool ended, trimmed;
	usec_t started, parked;
	void *fake_stack; /* address sanitizer's */
	void *fiber; /* thread sanitizer's */
	unsigned valgrind_id;
};

/* Makes a coroutine that is not yet in any queue or scope. ERR_FULL when there is no stack. */
int coro_new(const char *name, coro_fn *fn, void *arg, struct coro **ret);
/* Frees one that has ended. */
void coro_free(struct coro *c);
/* Runs c on its stack until it suspends or ends; from the loop only. */
void coro_resume(struct coro *c);
/* Back to the loop; from within c only. */
void coro_suspend(struct coro *c);

/* Queues c to run at the next turn; does nothing when it is queued already. */
void loop_make_ready(struct coro *c);
/* Adds a new coroutine to the list of all. */
void loop_adopt(struct coro *c);
/* Told by coro_main's end, on the coroutine's own stack. */
void scope_child_ended(struct coro *c);

/* The switch (coro_switch.c): saves callee-saved registers on the current stack, its pointer in
 * *save, and continues where `load` was saved. */
void coro_switch(void **save, void *load);
/* Prepares a stack so that the first switch to it calls entry(arg), which must not return. Returns
 * the pointer to give to coro_switch. top is 16-byte aligned. */
void *coro_switch_prepare(void *top, void (*entry)(void *arg), void *arg);

#endif
