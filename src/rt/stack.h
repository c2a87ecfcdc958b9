/* Stacks of coroutines: mapped in slabs, guarded, pooled. Private to rt. */
#ifndef SLUICE_RT_STACK_H
#define SLUICE_RT_STACK_H

#include <stddef.h>

struct stack {
	char *base; /* lowest usable byte, above the guard */
	size_t size; /* usable bytes */
};

/* 0, or ERR_FULL when the kernel gives no more. Content is undefined. */
int stack_take(struct stack *ret);
/* Gives a stack back to the pool; nothing runs on it any more. */
void stack_give(const struct stack *s);
/* Returns the pages below `sp` to the kernel; what lies above stays. */
void stack_trim(const struct stack *s, const void *sp);
/* Stacks that may exist at once: few when each guard costs a mapping of its own. */
size_t stack_limit(void);
size_t stack_count(void);

#endif
