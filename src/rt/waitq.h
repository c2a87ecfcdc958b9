/* A queue of coroutines that wait for the same thing. A wake only queues: the woken coroutine runs
 * at a later turn of the loop and must look again at what it waited for. */
#ifndef SLUICE_RT_WAITQ_H
#define SLUICE_RT_WAITQ_H

#include <stdbool.h>

#include "base/list.h"

struct ctx;

struct waitq {
	struct list waiters; /* in order of arrival */
};

void waitq_init(struct waitq *q);
/* Suspends until woken. 0, or fails as ctx_check. The queue must outlive the wait. */
int waitq_wait(struct ctx *ctx, struct waitq *q);
/* Wakes the one that waits longest; false when nobody waits. */
bool waitq_wake(struct waitq *q);
void waitq_wake_all(struct waitq *q);

#endif
