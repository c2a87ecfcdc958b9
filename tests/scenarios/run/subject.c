/* The whole program of tests/sim/program.h: its own workers under a supervisor. */
#include "subject.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "program.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"

#define FILE_NAME   "sluice.yaml"
#define FILE_MAX    (64u << 20)
#define RELOAD_TIME (500 * USEC_PER_MSEC) /* longer than a socket takes to close */
#define READY_TIME  (2 * USEC_PER_MIN)
#define READY_EVERY (10 * USEC_PER_MSEC)

struct subject {
	struct slice config; /* a zero follows it */
	struct slice taken; /* the last with which it ran */
	struct sim_host *host;
	struct program *program; /* NULL: never started */
	unsigned workers, started_with;
	bool runs; /* as far as the transcript says */
	bool changed; /* its files, since it last read them */
};

struct subject *subject_new(struct play *p)
{
	struct subject *u = mem_zalloc(sizeof(*u));

	u->host = play_host(p, S(SCENARIO_HOST));
	u->workers = 1;
	u->config = S("");
	return u;
}

struct sim_host *subject_host(struct play *p)
{
	return p->subject->host;
}

void subject_set_config(struct play *p, struct slice config)
{
	p->subject->config = config;
	subject_write(p, FILE_NAME, config);
}

void subject_write(struct play *p, const char *path, struct slice content)
{
	struct subject *u = p->subject;
	struct buf before;

	buf_init(&before, FILE_MAX);
	if (sim_disk_read(u->host, path, &before) < 0 || !slice_eq(buf_slice(&before), content))
		u->changed = true;
	buf_done(&before);
	sim_disk_write(u->host, path, content);
}

void subject_set_workers(struct play *p, unsigned n)
{
	p->subject->workers = n;
}

/* ---- its life ---- */

/* "program runs with N workers: CONFIGURATION" */
static void see_config(struct play *p)
{
	const struct subject *u = p->subject;

	play_see(p, "program runs with %u workers: %.*s", u->started_with, SLICE_ARG(u->config));
}

static int start(struct ctx *ctx, struct play *p)
{
	struct subject *u = p->subject;

	if (u->program && u->started_with != u->workers) {
		program_free(ctx, u->program);
		u->program = NULL;
	}
	if (u->program == NULL)
		u->program = program_new(u->host, u->config.p, u->workers);
	u->started_with = u->workers;
	u->runs = true;
	u->changed = false;
	int r = program_restart(ctx, u->program);

	if (r == 0) {
		u->taken = u->config;
		see_config(p);
	}
	return r;
}

int subject_start(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	struct subject *u = p->subject;

	if (u->runs)
		return play_fail(p, s, "it runs already");
	int r = start(ctx, p);

	if (r == 0 || r == ERR_CANCELLED || s == NULL)
		return r;
	return play_fail(p, s, "it does not start: %s: %s", err_name(r), program_why(u->program));
}

int subject_start_fails(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice glob)
{
	struct subject *u = p->subject;
	int r = start(ctx, p);

	if (r == 0)
		return play_fail(p, s, "it starts");
	u->runs = false;
	play_see(p, "program refused %s", program_why(u->program));
	if (slice_glob(glob, slice_str(program_why(u->program))))
		return 0;
	return play_fail(p, s, "it says: %s", program_why(u->program));
}

int subject_revive(struct ctx *ctx, struct play *p)
{
	(void)subject_stop(ctx, p, NULL);
	if (p->subject->taken.n)
		subject_set_config(p, p->subject->taken);
	return subject_start(ctx, p, NULL);
}

int subject_need(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	return p->subject->program ? 0 : subject_start(ctx, p, s);
}

int subject_ready(struct ctx *ctx, struct play *p)
{
	const struct subject *u = p->subject;
	usec_t waited = 0;
	int r = 0;

	while (u->runs && !program_ready(u->program) && waited < READY_TIME && r == 0) {
		r = ctx_sleep(ctx, READY_EVERY);
		waited += READY_EVERY;
	}
	return r;
}

int subject_stop(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	struct subject *u = p->subject;

	(void)s;
	if (u->program)
		program_stop(ctx, u->program);
	u->runs = false;
	return 0;
}

int subject_kill(struct ctx *ctx, struct play *p, const struct stmt *s, int worker)
{
	struct subject *u = p->subject;

	if (!u->runs)
		return play_fail(p, s, "it does not run");
	program_kill(u->program, worker < 0 ? -1 : worker);
	return worker == SUBJECT_ALL ? subject_stop(ctx, p, s) : 0;
}

int subject_power_cut(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	sim_power_cut(p->subject->host);
	return subject_stop(ctx, p, s);
}

int subject_reload(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice config,
	const struct slice *fails)
{
	struct subject *u = p->subject;
	struct slice before = u->config;

	if (!u->runs)
		return play_fail(p, s, "it does not run");
	if (config.n)
		u->config = config;
	int r = program_reload(ctx, u->program, u->config.p);

	u->changed = false; /* also when it refused what it read */
	if (r == ERR_CANCELLED)
		return r;
	if (r < 0) {
		u->config = before;
		play_see(p, "program keeps its configuration: %s", program_why(u->program));
		if (fails && slice_glob(*fails, slice_str(program_why(u->program))))
			return 0;
		return play_fail(p, s, "it says: %s", program_why(u->program));
	}
	u->taken = u->config;
	see_config(p);
	return fails ? play_fail(p, s, "it takes the configuration") : ctx_sleep(ctx, RELOAD_TIME);
}

enum scenario_reload subject_reload_now(const struct play *p)
{
	const struct subject *u = p->subject;

	if (u == NULL || u->program == NULL || !program_can_reload(u->program))
		return SCENARIO_RELOAD_NONE;
	return u->changed ? SCENARIO_RELOAD_OTHER : SCENARIO_RELOAD_SAME;
}

void subject_ask_reload(struct play *p)
{
	program_ask_reload(p->subject->program);
}

void subject_free(struct ctx *ctx, struct play *p)
{
	program_free(ctx, p->subject->program);
	free(p->subject);
}

/* ---- looking ---- */

struct spool *subject_spool(struct play *p, size_t i)
{
	const struct subject *u = p->subject;

	return u->program && u->runs ? program_spool(u->program, i) : NULL;
}

int subject_worker_here(const struct play *p)
{
	const struct subject *u = p->subject;

	for (unsigned i = 0; u && u->program && i < u->started_with; i++)
		if (sim_proc_is_here(program_worker(u->program, i)))
			return (int)i;
	return -1;
}

uint64_t subject_metric(struct play *p, enum metric m)
{
	return p->subject->program ? program_metric(p->subject->program, m) : 0;
}

void subject_set_memory(struct play *p, size_t bytes)
{
	program_set_memory(p->subject->program, bytes);
}
