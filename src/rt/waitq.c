/* Waiting in line. The waiter's record lies in its own frame. */
#include "rt/waitq.h"

#include "rt/world.h"

void waitq_init(struct waitq *q)
{
	list_init(&q->waiters);
}

int waitq_wait(struct ctx *ctx, struct waitq *q)
{
	struct wait w;

	wait_init(ctx, &w);
	list_append(&q->waiters, &w.node);
	int r = wait_park(ctx, &w, "waiting in line");

	list_remove(&w.node);
	return r;
}

bool waitq_wake(struct waitq *q)
{
	struct list *first = list_pop(&q->waiters);

	if (first)
		wait_wake(container_of(first, struct wait, node), 0);
	return first != NULL;
}

void waitq_wake_all(struct waitq *q)
{
	while (waitq_wake(q))
		;
}
