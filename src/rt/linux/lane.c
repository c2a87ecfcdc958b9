/* A lane: one thread and two lists, what it has still to do and what it has answered. The thread
 * takes all that waits at once, which is what makes commits group; the loop is told once however
 * many answers it has not yet fetched. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/time.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/linux/handback.h"
#include "rt/linux/job.h"
#include "rt/linux/thread.h"
#include "rt/waitq.h"

struct lane {
	struct job job;
	void (*body)(struct job *job, struct lane *lane, void *arg);
	void (*done)(struct lane_item *item, void *arg);
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock. */
	struct list queue, answered;
	bool waiting, closing;
	/* How they reach the loop; `end` follows the last answers. */
	struct handback answers, end;
	/* Loop's side. */
	bool ended;
	struct waitq closed;
};

static void deliver_answers(struct handback *h)
{
	struct lane *l = container_of(h, struct lane, answers);
	struct list items, *node;

	list_init(&items);
	pthread_mutex_lock(&l->lock);
	list_join(&items, &l->answered);
	pthread_mutex_unlock(&l->lock);
	while ((node = list_pop(&items)))
		l->done(container_of(node, struct lane_item, node), l->arg);
}

static void deliver_end(struct handback *h)
{
	struct lane *l = container_of(h, struct lane, end);

	l->ended = true;
	waitq_wake_all(&l->closed);
}

static void *thread_main(void *arg)
{
	struct lane *l = arg;

	l->body(&l->job, l, l->arg);
	handback_post(&l->end);
	return NULL;
}

struct lane *lane_new(const char *name, void (*body)(struct job *job, struct lane *lane, void *arg),
	void (*done)(struct lane_item *item, void *arg), void *arg)
{
	struct lane *l = mem_zalloc(sizeof(*l));
	pthread_condattr_t attr;

	l->job.thread = name;
	l->body = body;
	l->done = done;
	l->arg = arg;
	l->answers.deliver = deliver_answers;
	l->end.deliver = deliver_end;
	list_init(&l->queue);
	list_init(&l->answered);
	waitq_init(&l->closed);
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (thread_start(&l->thread, name, thread_main, l) < 0)
		abort(); /* at start only: without its committer a worker is of no use */
	return l;
}

void lane_send(struct lane *l, struct lane_item *item)
{
	pthread_mutex_lock(&l->lock);
	assert(!l->closing);
	item->lane = l;
	list_append(&l->queue, &item->node);
	bool wake = l->waiting;

	l->waiting = false; /* one signal is enough */
	pthread_mutex_unlock(&l->lock);
	if (wake)
		pthread_cond_signal(&l->changed);
}

static struct timespec instant_after(int64_t timeout_us)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	int64_t ns = ts.tv_nsec + timeout_us % USEC_PER_SEC * 1000;

	ts.tv_sec += (time_t)(timeout_us / USEC_PER_SEC + ns / 1000000000);
	ts.tv_nsec = (long)(ns % 1000000000);
	return ts;
}

bool lane_receive(struct job *job, struct lane *l, int64_t timeout_us, struct list *ret_items)
{
	struct timespec until;
	int timed_out = 0;

	(void)job;
	if (timeout_us != USEC_INFINITY)
		until = instant_after(timeout_us);
	pthread_mutex_lock(&l->lock);
	while (list_empty(&l->queue) && !l->closing && !timed_out) {
		l->waiting = true;
		if (timeout_us == USEC_INFINITY)
			pthread_cond_wait(&l->changed, &l->lock);
		else
			timed_out = pthread_cond_timedwait(&l->changed, &l->lock, &until);
	}
	l->waiting = false;
	bool more = !list_empty(&l->queue) || !l->closing;

	list_join(ret_items, &l->queue);
	pthread_mutex_unlock(&l->lock);
	return more;
}

void lane_answer(struct job *job, struct lane *l, struct list *items)
{
	(void)job;
	if (list_empty(items))
		return;
	pthread_mutex_lock(&l->lock);
	list_join(&l->answered, items);
	pthread_mutex_unlock(&l->lock);
	handback_post(&l->answers);
}

void lane_close(struct ctx *ctx, struct lane *l)
{
	struct deadline d;

	pthread_mutex_lock(&l->lock);
	l->closing = true;
	l->waiting = false;
	pthread_mutex_unlock(&l->lock);
	pthread_cond_signal(&l->changed);
	ctx_shield(ctx, &d, USEC_INFINITY);
	while (!l->ended)
		(void)waitq_wait(ctx, &l->closed); /* shielded, without limit: cannot fail */
	(void)ctx_widen(ctx, &d, 0);
	pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
