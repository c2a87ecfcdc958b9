/* What other threads give back to the loop. Private to the Linux world. */
#ifndef SLUICE_RT_LINUX_HANDBACK_H
#define SLUICE_RT_LINUX_HANDBACK_H

#include <stdbool.h>

#include "base/list.h"

/* Embedded in what comes back. */
struct handback {
	struct list node;
	bool queued; /* under the queue's lock */
	void (*deliver)(struct handback *h); /* on the loop's thread, outside coroutines */
};

/* Queues h, once, and wakes the loop. From any thread. */
void handback_post(struct handback *h);
/* Delivers what is queued, in order. On the loop's thread, or when no loop runs. */
void handback_deliver(void);

#endif
