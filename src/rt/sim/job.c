/* Offload without threads: a job is a coroutine of its process, in the process's scope for jobs,
 * since it may outlive its waiter. Nobody cancels it but the death of the process; then its file
 * calls fail and it ends by itself. A lane is a coroutine that lives as long as the lane. */
#include "rt/sim/job.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/sim/draw.h"
#include "rt/sim/host.h"
#include "rt/sim/trace.h"
#include "rt/waitq.h"

#define START_PAUSE_MAX	 60 /* us until a thread takes up what it was given */
#define ANSWER_PAUSE_MAX 40 /* us until the loop hears of it */

struct pool {
	const char *name;
	unsigned threads, queue_max;
	unsigned running, queued;
	struct list queue;
	struct waitq idle;
};

struct task {
	struct list node;
	struct pool *pool;
	struct job_call call;
	struct wait *waiter; /* NULL once the waiter went away */
	struct sim_proc *proc;
};

struct lane {
	struct list all;
	const char *name;
	struct sim_proc *proc;
	void (*body)(struct job *job, struct lane *lane, void *arg);
	void (*done)(struct lane_item *item, void *arg);
	void *arg;
	struct list queue, answered;
	struct list receivers; /* at most one */
	struct timer answer;
	bool closing, ended;
	struct waitq changed;
};

static struct list lanes = { &lanes, &lanes };
static size_t pools;

size_t job_leaks(void)
{
	size_t n = pools;

	list_each (it, &lanes)
		n++;
	return n;
}

void job_forget_leaked(void)
{
	struct list *node;

	while ((node = list_pop(&lanes)))
		free(container_of(node, struct lane, all));
	pools = 0;
}

void job_pause(struct job *job, usec_t duration)
{
	if (job->ctx)
		host_pause(job->ctx, duration, "working in a job");
}

struct job *job_outside_loop(void)
{
	static struct job outside;

	return &outside;
}

/* ---- pools ---- */

struct pool *pool_new(const char *name, unsigned threads, unsigned queue)
{
	struct pool *p = mem_zalloc(sizeof(*p));

	p->name = name;
	p->threads = threads;
	p->queue_max = queue;
	list_init(&p->queue);
	waitq_init(&p->idle);
	pools++;
	return p;
}

/* Nothing here competes for a processor. */
void pool_set_background(struct pool *p)
{
	(void)p;
}

/* The waiter gets the result, or drop the argument. */
static void task_end(struct task *t, int result)
{
	if (t->waiter)
		wait_wake(t->waiter, result);
	else if (t->call.drop)
		t->call.drop(t->call.arg);
	free(t);
}

static int task_main(struct ctx *ctx, void *arg)
{
	struct task *t = arg;
	struct job job = { ctx };

	host_join(t->proc);
	job_pause(&job, draw_time(DRAW_JOB, 0, START_PAUSE_MAX));
	int r = t->proc->dead ? ERR_CANCELLED : t->call.run(&job, t->call.arg);

	trace(TRACE_JOB, t->proc->id, 1, (uint64_t)(int64_t)r);
	struct pool *p = t->pool;

	job_pause(&job, draw_time(DRAW_JOB, 0, ANSWER_PAUSE_MAX));
	task_end(t, r);
	p->running--;
	while (p->running < p->threads && !list_empty(&p->queue)) {
		struct task *next = container_of(list_pop(&p->queue), struct task, node);

		p->queued--;
		p->running++;
		int spawned = scope_spawn(&next->proc->jobs, p->name, task_main, next);

		assert(spawned == 0);
		(void)spawned;
	}
	if (p->running == 0)
		waitq_wake_all(&p->idle);
	return 0;
}

void pool_free(struct pool *p)
{
	struct ctx *ctx = world_current();
	struct list *node;
	struct deadline d;

	if (p == NULL)
		return;
	while ((node = list_pop(&p->queue)))
		task_end(container_of(node, struct task, node), ERR_CANCELLED);
	assert(p->running == 0 || ctx);
	if (p->running) { /* stands for the wait that blocks on real threads */
		ctx_shield(ctx, &d, USEC_INFINITY);
		while (p->running)
			(void)waitq_wait(ctx, &p->idle);
		(void)ctx_widen(ctx, &d, 0);
	}
	pools--;
	free(p);
}

static int task_start(struct pool *p, struct task *t)
{
	if (p->running >= p->threads) {
		if (p->queued >= p->queue_max)
			return ERR_BUSY;
		p->queued++;
		list_append(&p->queue, &t->node);
		return 0;
	}
	int r = scope_spawn(&t->proc->jobs, p->name, task_main, t);

	p->running += r == 0;
	return r;
}

int pool_run(struct ctx *ctx, struct pool *p, const struct job_call *call)
{
	struct wait w;
	int r = host_check(ctx);

	if (r < 0) {
		if (call->drop)
			call->drop(call->arg);
		return r;
	}
	struct task *t = mem_zalloc(sizeof(*t));

	*t = (struct task){ .pool = p, .call = *call, .waiter = &w, .proc = host_proc() };
	wait_init(ctx, &w);
	r = task_start(p, t);
	trace(TRACE_JOB, t->proc->id, 0, (uint64_t)(int64_t)r);
	if (r < 0) {
		free(t);
		return ctx_fail(ctx, r, "job", "%s: too many jobs wait", p->name);
	}
	r = wait_park(ctx, &w, "waiting for a job");
	if (!w.done) {
		t->waiter = NULL;
		if (list_linked(&t->node)) {
			list_remove(&t->node);
			p->queued--;
			task_end(t, ERR_CANCELLED);
		}
	} else if (r == ERR_CANCELLED && call->drop) {
		call->drop(call->arg); /* the process was killed under the job */
	}
	return r;
}

/* ---- lanes ---- */

static void deliver_answers(struct timer *timer)
{
	struct lane *l = container_of(timer, struct lane, answer);
	struct list *node;

	while ((node = list_pop(&l->answered)))
		l->done(container_of(node, struct lane_item, node), l->arg);
	waitq_wake_all(&l->changed);
}

static int lane_main(struct ctx *ctx, void *arg)
{
	struct lane *l = arg;
	struct job job = { ctx };
	struct deadline d;

	host_join(l->proc);
	/* A lane of a dead process goes on answering (its file calls fail), so that those who
	 * wait for it come to their end; lane_close ends it. */
	ctx_shield(ctx, &d, USEC_INFINITY);
	l->body(&job, l, l->arg);
	(void)ctx_widen(ctx, &d, 0);
	l->ended = true;
	waitq_wake_all(&l->changed);
	return 0;
}

struct lane *lane_new(const char *name, void (*body)(struct job *job, struct lane *lane, void *arg),
	void (*done)(struct lane_item *item, void *arg), void *arg)
{
	struct lane *l = mem_zalloc(sizeof(*l));

	*l = (struct lane){ .name = name, .body = body, .done = done, .arg = arg };
	l->proc = host_proc();
	l->answer.fire = deliver_answers;
	list_init(&l->queue);
	list_init(&l->answered);
	list_init(&l->receivers);
	waitq_init(&l->changed);
	list_append(&lanes, &l->all);
	assert(world_current()); /* a lane is a coroutine: it starts on the loop */
	int r = scope_spawn(&l->proc->jobs, name, lane_main, l);

	assert(r == 0);
	(void)r;
	return l;
}

void lane_send(struct lane *l, struct lane_item *item)
{
	assert(!l->closing);
	trace(TRACE_LANE, l->proc->id, 0, 0);
	item->lane = l;
	list_append(&l->queue, &item->node);
	host_wake(&l->receivers);
}

struct receiving {
	struct timer timer;
	struct wait wait;
};

static void receive_timeout(struct timer *t)
{
	wait_wake(&container_of(t, struct receiving, timer)->wait, ERR_TIMEOUT);
}

/* Waits until something changes or the instant has come: 0, or ERR_TIMEOUT. */
static int wait_for_items(struct job *job, struct lane *l, usec_t until)
{
	struct receiving r = { .timer.fire = receive_timeout };

	wait_init(job->ctx, &r.wait);
	list_append(&l->receivers, &r.wait.node);
	if (until != USEC_INFINITY)
		timer_set(&r.timer, until);
	struct deadline d;

	ctx_shield(job->ctx, &d, USEC_INFINITY); /* the death of the process does not end it */
	int result = wait_park(job->ctx, &r.wait, "waiting for work");

	(void)ctx_widen(job->ctx, &d, 0);
	timer_cancel(&r.timer);
	list_remove(&r.wait.node);
	return result;
}

bool lane_receive(struct job *job, struct lane *l, int64_t timeout_us, struct list *ret_items)
{
	usec_t until = time_add(world_now(), timeout_us);
	int r = 0;

	while (r == 0 && list_empty(&l->queue) && !l->closing)
		r = wait_for_items(job, l, until);
	if (r == 0)
		job_pause(job, draw_time(DRAW_JOB, 0, START_PAUSE_MAX));
	bool more = !list_empty(&l->queue) || !l->closing;
	struct list *node;
	unsigned n = 0;

	for (; (node = list_pop(&l->queue)); n++)
		list_append(ret_items, node);
	trace(TRACE_LANE, l->proc->id, 1, n);
	return more;
}

void lane_answer(struct job *job, struct lane *l, struct list *items)
{
	struct list *node;

	(void)job;
	if (list_empty(items))
		return;
	while ((node = list_pop(items)))
		list_append(&l->answered, node);
	if (!heap_linked(&l->answer.node))
		timer_set(&l->answer, world_now() + draw_time(DRAW_JOB, 0, ANSWER_PAUSE_MAX));
}

void lane_close(struct ctx *ctx, struct lane *l)
{
	struct deadline d;

	l->closing = true;
	host_wake(&l->receivers);
	ctx_shield(ctx, &d, USEC_INFINITY);
	while (!l->ended || !list_empty(&l->answered))
		(void)waitq_wait(ctx, &l->changed); /* shielded, without limit: cannot fail */
	(void)ctx_widen(ctx, &d, 0);
	timer_cancel(&l->answer);
	list_remove(&l->all);
	free(l);
}

void job_proc_died(struct sim_proc *p)
{
	list_each (it, &lanes) {
		struct lane *l = container_of(it, struct lane, all);

		if (l->proc == p)
			host_wake(&l->receivers);
	}
}
