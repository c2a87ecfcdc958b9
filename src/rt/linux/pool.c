/* Pools of threads. A task goes round once: queued and taken under the pool's lock, run without
 * it, handed back to the loop. Everything about the waiter is touched on the loop's side only, so
 * a cancelled waiter just leaves and its task is dropped when it comes back. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/linux/handback.h"
#include "rt/linux/job.h"
#include "rt/linux/thread.h"
#include "rt/world.h"

struct pool {
	const char *name;
	unsigned threads_max, queue_max;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock. */
	struct list queue;
	unsigned queued, running, idle, threads;
	bool closing;
	bool background; /* set before the first thread starts */
	pthread_t thread[]; /* threads_max */
};

struct task {
	struct handback back;
	struct list node; /* of the queue; under the lock */
	struct job_call call;
	int result;
	struct wait *waiter; /* loop's side; NULL once it left */
	bool returned; /* loop's side */
};

struct pool *pool_new(const char *name, unsigned threads, unsigned queue)
{
	struct pool *p = mem_zalloc(sizeof(*p) + threads * sizeof(p->thread[0]));

	assert(threads > 0);
	p->name = name;
	p->threads_max = threads;
	p->queue_max = queue;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	list_init(&p->queue);
	return p;
}

void pool_set_background(struct pool *p)
{
	p->background = true;
}

static void drop(struct task *t)
{
	if (t->call.drop)
		t->call.drop(t->call.arg);
	free(t);
}

/* Loop's side: the task has come back. */
static void deliver(struct handback *h)
{
	struct task *t = container_of(h, struct task, back);

	t->returned = true;
	if (t->waiter)
		wait_wake(t->waiter, t->result);
	else
		drop(t);
}

/* Under the lock: waits for a task; NULL when the pool closes. */
static struct task *take(struct pool *p)
{
	p->idle++;
	while (list_empty(&p->queue) && !p->closing)
		pthread_cond_wait(&p->changed, &p->lock);
	p->idle--;
	if (p->closing)
		return NULL;
	p->queued--;
	return container_of(list_pop(&p->queue), struct task, node);
}

static void *thread_main(void *arg)
{
	struct pool *p = arg;
	struct job job = { .thread = p->name };
	struct task *t;

	if (p->background)
		thread_run_behind();
	pthread_mutex_lock(&p->lock);
	while ((t = take(p))) {
		p->running++;
		pthread_mutex_unlock(&p->lock);
		t->result = t->call.run(&job, t->call.arg);
		pthread_mutex_lock(&p->lock);
		p->running--;
		handback_post(&t->back);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Under the lock. */
static int enqueue(struct pool *p, struct task *t)
{
	if (p->queued + p->running >= p->threads_max + p->queue_max)
		return ERR_BUSY;
	if (p->idle <= p->queued && p->threads < p->threads_max) {
		if (thread_start(&p->thread[p->threads], p->name, thread_main, p) == 0)
			p->threads++;
		else if (p->threads == 0)
			return ERR_FULL;
	}
	list_append(&p->queue, &t->node);
	p->queued++;
	pthread_cond_signal(&p->changed);
	return 0;
}

/* The waiter goes away early. A task that nobody has begun need not run. */
static void abandon(struct pool *p, struct task *t)
{
	bool begun = true;

	t->waiter = NULL;
	pthread_mutex_lock(&p->lock);
	if (list_linked(&t->node)) {
		list_remove(&t->node);
		p->queued--;
		begun = false;
	}
	pthread_mutex_unlock(&p->lock);
	if (!begun)
		drop(t);
}

int pool_run(struct ctx *ctx, struct pool *p, const struct job_call *call)
{
	struct wait wait;
	struct task *t;
	int r = ctx_check(ctx);

	if (r < 0) {
		if (call->drop)
			call->drop(call->arg);
		return ctx_fail(ctx, r, "offload", "%s", err_name(r));
	}
	t = mem_zalloc(sizeof(*t));
	t->call = *call;
	t->back.deliver = deliver;
	wait_init(ctx, &wait);
	t->waiter = &wait;
	pthread_mutex_lock(&p->lock);
	r = enqueue(p, t);
	pthread_mutex_unlock(&p->lock);
	if (r < 0) {
		free(t);
		return ctx_fail(ctx, r, "offload", "%s: too many jobs wait", p->name);
	}
	r = wait_park(ctx, &wait, p->name);
	if (!t->returned) {
		abandon(p, t);
		return ctx_fail(ctx, r, "offload", "%s: %s", p->name, err_name(r));
	}
	r = t->result;
	free(t);
	return r;
}

void pool_free(struct pool *p)
{
	struct list *node;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->changed);
	while ((node = list_pop(&p->queue))) {
		struct task *t = container_of(node, struct task, node);

		assert(t->waiter == NULL); /* not from a coroutine unless idle */
		drop(t);
	}
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	handback_deliver(); /* drops what its waiter left */
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
