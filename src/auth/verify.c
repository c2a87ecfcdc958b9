/* The job owns copies of everything, since its waiter may be cancelled while it burns; it also owns
 * the turn, so that a cancelled one does not let more run at once than there are threads. */
#include "auth/verify.h"

#include <assert.h>
#include <stdlib.h>

#include "auth/secret.h"
#include "auth/turn.h"
#include "base/err.h"
#include "base/mem.h"
#include "rt/job.h"

struct auth_verify {
	struct pool *pool;
	struct auth_turn turn;
};

struct task {
	struct auth_verify *verify;
	struct auth_secret secret;
	size_t raw_n, prepared_n;
	char raw[AUTH_PASSWORD_MAX], prepared[AUTH_PASSWORD_MAX];
	int result;
};

struct auth_verify *auth_verify_new(unsigned threads, unsigned waiting_max, usec_t wait_max)
{
	struct auth_verify *v = mem_zalloc(sizeof(*v));

	v->pool = pool_new("auth", threads, threads);
	pool_set_background(v->pool);
	auth_turn_init(&v->turn, threads, waiting_max, wait_max);
	return v;
}

void auth_verify_free(struct auth_verify *v)
{
	if (v)
		pool_free(v->pool);
	free(v);
}

static int run(struct job *job, void *arg)
{
	struct task *t = arg;

	t->result = auth_secret_check(
		job, &t->secret, slice_of(t->raw, t->raw_n), slice_of(t->prepared, t->prepared_n));
	return 0;
}

static void drop(void *arg)
{
	struct task *t = arg;
	struct auth_verify *v = t->verify;

	mem_wipe(t, sizeof(*t));
	free(t);
	auth_turn_give(&v->turn);
}

static struct task *new_task(struct auth_verify *v, const struct auth_secret *secret,
	struct slice raw, struct slice prepared)
{
	struct task *t = mem_zalloc(sizeof(*t));

	assert(raw.n <= sizeof(t->raw) && prepared.n <= sizeof(t->prepared));
	t->verify = v;
	t->secret = *secret;
	t->raw_n = raw.n;
	memcpy(t->raw, raw.p, raw.n);
	t->prepared_n = prepared.n;
	memcpy(t->prepared, prepared.p, prepared.n);
	return t;
}

static enum auth_outcome outcome_of(int result)
{
	switch (result) {
	case 0:
		return AUTH_OK;
	case ERR_AUTH:
		return AUTH_WRONG;
	default:
		return AUTH_FAULT;
	}
}

int auth_verify_password(struct ctx *ctx, struct auth_verify *v, enum auth_rank rank,
	const struct ip *ip, const struct auth_secret *secret, struct slice raw,
	struct slice prepared, enum auth_outcome *ret)
{
	struct task *t;
	int r = auth_turn_take(ctx, &v->turn, rank, ip); /* suspends */

	if (r == ERR_BUSY) {
		*ret = AUTH_BUSY;
		return 0;
	}
	if (r < 0)
		return r;
	t = new_task(v, secret, raw, prepared);
	r = pool_run(ctx, v->pool, &(struct job_call){ .run = run, .drop = drop, .arg = t });
	if (r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r; /* the task is gone, or will be */
	if (r < 0)
		*ret = AUTH_BUSY;
	else
		*ret = outcome_of(t->result);
	drop(t);
	return 0;
}
