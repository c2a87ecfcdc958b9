/* One thread of its own, so that a disk that hangs delays nobody. What is to be written waits in a
 * list with a limit: beyond it one is left to the table in memory alone, chosen as there. */
#include "app/doubt_store.h"

#include <stdlib.h>
#include <string.h>

#include "app/doubt_base.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/log.h"
#include "rt/waitq.h"
#include "server/doubts.h"

#define WAITING_MAX 256
#define JOB_TIME    (20 * USEC_PER_SEC)
#define LOAD_TIME   (2 * USEC_PER_SEC) /* that another worker may take for it */
#define LOAD_STEP   (10 * USEC_PER_MSEC)

struct doubt_store {
	struct doubts *table;
	struct pool *pool;
	struct doubt_base *base; /* NULL: not open */
	struct doubt waiting[WAITING_MAX];
	size_t waiting_n;
	struct waitq more;
	bool told; /* that it does not work */
	bool stuck; /* a job was left alone */
};

/* What a job works on; its own until it has ended. */
struct work {
	struct doubt_base *base; /* in and out */
	struct hash_key key;
	usec_t now;
	bool reads;
	struct doubt v[WAITING_MAX];
	size_t n;
	struct doubt_base_content content;
	char why[DOUBT_BASE_WHY];
};

struct doubt_store *doubt_store_new(struct doubts *table)
{
	struct doubt_store *s = mem_zalloc(sizeof(*s));

	s->table = table;
	s->pool = pool_new("doubts", 1, 4);
	waitq_init(&s->more);
	return s;
}

/* ---- jobs ---- */

static int work(struct job *job, void *arg)
{
	struct work *w = arg;
	int r = w->base ? 0 : doubt_base_open(job, &w->base, w->why);

	if (r == 0 && w->reads)
		r = doubt_base_read(job, w->base, &w->key, w->now, &w->content, w->why);
	if (r == 0 && w->n)
		r = doubt_base_write(job, w->base, w->v, w->n, w->why);
	if (r < 0) {
		doubt_base_close(job, w->base); /* tried anew, from the beginning, next time */
		w->base = NULL;
	}
	return r;
}

static int shut(struct job *job, void *arg)
{
	struct work *w = arg;

	doubt_base_close(job, w->base);
	return 0;
}

/* Runs it to its end. A job that takes too long is left alone, with the database. */
static int run(struct ctx *ctx, struct doubt_store *s, struct work *w,
	int (*what)(struct job *job, void *arg), bool *ret_left)
{
	const struct job_call call = { .run = what, .drop = free, .arg = w };
	struct deadline d;

	w->base = s->base;
	s->base = NULL;
	ctx_shield(ctx, &d, JOB_TIME);
	int r = ctx_widen(ctx, &d, pool_run(ctx, s->pool, &call));

	*ret_left = r == ERR_TIMEOUT || r == ERR_CANCELLED;
	s->stuck |= *ret_left;
	if (!*ret_left)
		s->base = w->base;
	return r;
}

static void tell(struct ctx *ctx, struct doubt_store *s, const char *why)
{
	if (!s->told)
		LOG(ctx, EV_TROUBLE,
			FIELD_STR("reason", "messages in doubt are not kept beyond a restart"),
			FIELD_STR("detail", why));
	s->told = true;
}

/* ---- at the start ---- */

static void take(struct ctx *ctx, const struct doubt_store *s, const struct work *w)
{
	doubts_set_key(s->table, w->content.key);
	for (size_t i = 0; i < w->content.n; i++)
		doubts_put(s->table, &w->content.v[i]);
	if (w->content.n)
		LOG(ctx, EV_NOTICE, FIELD_STR("what", "messages in doubt are remembered"),
			FIELD_INT("messages", w->content.n));
}

static void load(struct ctx *ctx, struct doubt_store *s)
{
	struct work *w = mem_zalloc(sizeof(*w));
	bool left;

	w->key = doubts_key(s->table);
	w->now = clock_wall();
	w->reads = true;
	int r = run(ctx, s, w, work, &left);

	if (r == 0)
		take(ctx, s, w);
	else
		tell(ctx, s, left ? "the disk does not answer" : w->why);
	doubts_end_load(s->table, r == 0 ? DOUBTS_LOADED : DOUBTS_NOT_KEPT);
	if (!left)
		free(w);
}

int doubt_store_load(struct ctx *ctx, struct doubt_store *s)
{
	usec_t end = clock_now() + LOAD_TIME;
	int r = 0;

	if (doubts_begin_load(s->table))
		load(ctx, s);
	while (r == 0 && doubts_loaded(s->table) == DOUBTS_LOADING && clock_now() < end)
		r = ctx_sleep(ctx, LOAD_STEP);
	return r == 0 ? ctx_check(ctx) : r;
}

/* ---- while it runs ---- */

/* The one that another of that client and outcome stands for; else the oldest committed one, else,
 * for what is more than that, the oldest. waiting_n: there is none. */
static size_t to_leave_out(const struct doubt_store *s, const struct doubt *new)
{
	size_t committed = s->waiting_n;

	for (size_t i = 0; i < s->waiting_n; i++) {
		const struct doubt *d = &s->waiting[i];

		if (d->client == new->client && d->outcome == new->outcome)
			return i;
		if (d->outcome == DOUBT_COMMITTED && committed == s->waiting_n)
			committed = i;
	}
	return committed == s->waiting_n && new->outcome != DOUBT_COMMITTED ? 0 : committed;
}

void doubt_store_keep(void *arg, const struct doubt *doubt)
{
	struct doubt_store *s = arg;

	if (doubts_loaded(s->table) == DOUBTS_NOT_KEPT)
		return; /* with another key than that of the file it would never be found */
	if (s->waiting_n == WAITING_MAX) {
		size_t i = to_leave_out(s, doubt);

		if (i == s->waiting_n)
			return;
		memmove(s->waiting + i, s->waiting + i + 1,
			(--s->waiting_n - i) * sizeof(*s->waiting));
	}
	s->waiting[s->waiting_n++] = *doubt;
	waitq_wake_all(&s->more);
}

static void write_all(struct ctx *ctx, struct doubt_store *s)
{
	struct work *w = mem_zalloc(sizeof(*w));
	bool left;

	memcpy(w->v, s->waiting, s->waiting_n * sizeof(*s->waiting));
	w->n = s->waiting_n;
	s->waiting_n = 0;
	int r = run(ctx, s, w, work, &left);

	if (r < 0)
		tell(ctx, s, left ? "the disk does not answer" : w->why);
	if (!left)
		free(w);
}

int doubt_store_run(struct ctx *ctx, void *arg)
{
	struct doubt_store *s = arg;
	int r = 0;

	while (r == 0) {
		if (s->waiting_n)
			write_all(ctx, s);
		else
			r = waitq_wait(ctx, &s->more);
	}
	return r;
}

void doubt_store_free(struct ctx *ctx, struct doubt_store *s)
{
	bool left = false;

	if (s == NULL)
		return;
	if (s->waiting_n)
		write_all(ctx, s);
	if (s->base) {
		struct work *w = mem_zalloc(sizeof(*w));

		(void)run(ctx, s, w, shut, &left);
		if (!left)
			free(w);
	}
	if (s->stuck)
		return; /* its thread ends with the process */
	pool_free(s->pool);
	free(s);
}
