/* A list under a lock, held for a few instructions. Whoever makes the list not empty wakes the
 * loop; the loop takes until it is empty again. */
#include "rt/linux/handback.h"

#include <pthread.h>

#include "rt/linux/epoll.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list queue = { &queue, &queue };

void handback_post(struct handback *h)
{
	pthread_mutex_lock(&lock);
	bool first = list_empty(&queue);

	if (!h->queued) {
		h->queued = true;
		list_append(&queue, &h->node);
	}
	pthread_mutex_unlock(&lock);
	if (first)
		epoll_notify();
}

static struct handback *take(void)
{
	pthread_mutex_lock(&lock);
	struct list *node = list_pop(&queue);
	struct handback *h = node ? container_of(node, struct handback, node) : NULL;

	if (h)
		h->queued = false;
	pthread_mutex_unlock(&lock);
	return h;
}

void handback_deliver(void)
{
	struct handback *h;

	while ((h = take()))
		h->deliver(h);
}
