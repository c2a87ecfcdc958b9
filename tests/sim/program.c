/* The supervisor is a process that owns the sockets; each worker is a process that takes over copies of
 * them, as a child inherits them. What the two say to each other goes through rt/channel.h. */
#include "program.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/children.h"
#include "app/home.h"
#include "app/load.h"
#include "app/reload_send.h"
#include "app/shared.h"
#include "app/sockets.h"
#include "app/worker.h"
#include "app/worker_parts.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "config/config.h"
#include "control/client.h"
#include "control/control.h"
#include "control/request.h"
#include "rt/channel.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/process.h"
#include "rt/sim/sim.h"
#include "rt/waitq.h"

#define FILE_NAME   "sluice.yaml"
#define STOP_MAX    (30 * USEC_PER_SEC) /* as the supervisor's */
#define READY_EVERY (20 * USEC_PER_MSEC)
#define START_MAX   (10 * USEC_PER_MIN)
#define WHY_BYTES   4096

/* A worker's process. */
struct life {
	struct program *program;
	struct child *child;
	struct sim_proc *proc; /* NULL: none runs */
	struct worker_setup setup;
	struct sockets sockets; /* what it inherited */
	int *fds; /* of them, until it takes them over; -1: taken */
	struct worker *worker; /* NULL: it has not begun, or has ended */
	int status;
	bool killed;
	bool ended; /* the supervisor has yet to see it */
};

struct program {
	struct sim_host *host;
	unsigned workers;
	struct sim_proc *proc; /* the supervisor; NULL: never started */
	struct waitq news; /* for the supervisor */
	struct waitq changed; /* for tests */
	bool running, ready, stopping;
	bool asked_stop, asked_reload;
	usec_t kill_at;
	int reload_result;
	char why[WHY_BYTES];
	/* While the supervisor runs. */
	const struct config *first, *config;
	struct home home;
	struct shared shared;
	bool has_shared;
	struct sockets sockets;
	struct children children;
	struct life *lives;
	struct scope watchers;
};

static void keep_why(struct program *p, struct buf *why)
{
	snprintf(p->why, sizeof(p->why), "%.*s", SLICE_ARG(buf_slice(why)));
	buf_done(why);
}

/* ---- a worker ---- */

static int worker_process(struct ctx *ctx, void *arg)
{
	struct life *l = arg;
	unsigned number = l->setup.number;

	for (size_t i = 0; i < l->sockets.n; i++)
		if (listen_sock_from_fd(l->fds[i], &l->sockets.v[i].slots[number]) == 0)
			l->fds[i] = -1;
	(void)home_enter(l->setup.home);
	l->worker = worker_new(&l->setup);
	l->setup.channel = -1;
	int r = worker_live(ctx, l->worker);
	struct worker *w = l->worker;

	l->worker = NULL;
	l->status = worker_free(w);
	return r;
}

static int watch(struct ctx *ctx, void *arg)
{
	struct life *l = arg;

	(void)sim_proc_wait(ctx, l->proc);
	if (!sim_proc_running(l->proc)) {
		l->ended = true;
		waitq_wake_all(&l->program->news);
	}
	return 0;
}

static void inherit_sockets(struct life *l, const struct sockets *from)
{
	l->sockets = (struct sockets){ from->workers, NULL, from->n };
	l->sockets.v = mem_zalloc(from->n * sizeof(*l->sockets.v));
	l->fds = mem_zalloc(from->n * sizeof(int));
	for (size_t i = 0; i < from->n; i++) {
		l->sockets.v[i].at = from->v[i].at;
		l->sockets.v[i].slots = mem_zalloc(from->workers * sizeof(struct listen_sock *));
		l->fds[i] = sim_fd_dup(listen_sock_fd(from->v[i].slots[l->setup.number]));
	}
}

/* What a life leaves behind. */
static void bury(struct life *l)
{
	for (size_t i = 0; i < l->sockets.n; i++) {
		process_close(l->fds[i]);
		for (unsigned k = 0; k < l->sockets.workers; k++)
			listen_sock_close(l->sockets.v[i].slots[k]);
		free(l->sockets.v[i].slots);
	}
	free(l->sockets.v);
	free(l->fds);
	process_close(l->setup.channel);
	config_unref(l->setup.config);
	l->sockets = (struct sockets){ 0 };
	l->fds = NULL;
	l->setup.channel = -1;
	l->setup.config = NULL;
	l->proc = NULL;
	l->ended = false;
}

static void start_worker(struct program *p, struct life *l)
{
	int ends[2];

	if (channel_open(ends) < 0)
		return;
	l->child->channel = ends[0];
	l->child->pid = 1 + (int)l->child->number;
	l->child->started = clock_now();
	l->status = 0;
	l->killed = false;
	l->setup = (struct worker_setup){
		.number = l->child->number,
		.workers = p->workers,
		.config = config_ref(p->config),
		.spool = &p->first->spool,
		.home = &p->home,
		.shared = &p->shared,
		.sockets = &l->sockets,
		.channel = ends[1],
	};
	inherit_sockets(l, &p->sockets);
	l->proc = sim_proc_start(p->host, "worker", worker_process, l);
	(void)scope_spawn(&p->watchers, "watcher", watch, l);
}

/* ---- the supervisor ---- */

static void set_log(const struct config *config)
{
	log_setup(config->log.format == CONFIG_LOG_JSON ? EVENT_JSON : EVENT_LOGFMT,
		(enum event_level)config->log.level);
}

static bool prepare(struct program *p, struct buf *why)
{
	if (load_config(FILE_NAME, why, &p->config) < 0)
		return false;
	p->first = config_ref(p->config);
	set_log(p->config);
	p->sockets.workers = p->workers;
	if (load_check(p->config, why) < 0 ||
		sockets_open(&p->sockets, p->config, FILE_NAME, why) < 0 ||
		home_open(&p->home, p->config, why) != 0)
		return false;
	sockets_settle(&p->sockets);
	shared_init(&p->shared, p->workers);
	p->has_shared = true;
	children_init(&p->children, p->workers);
	p->lives = mem_zalloc(p->workers * sizeof(*p->lives));
	for (unsigned i = 0; i < p->workers; i++) {
		p->children.v[i].what = "worker";
		p->children.v[i].number = i;
		p->lives[i] = (struct life){ .program = p, .child = &p->children.v[i] };
		p->lives[i].setup.channel = -1;
	}
	return true;
}

static void start_due(struct program *p)
{
	usec_t now = clock_now();

	for (unsigned i = 0; i < p->workers; i++)
		if (p->lives[i].proc == NULL && p->children.v[i].due <= now)
			start_worker(p, &p->lives[i]);
}

static void stop(struct program *p)
{
	p->stopping = true;
	p->ready = false;
	p->kill_at = clock_now() + STOP_MAX;
	for (unsigned i = 0; i < p->workers; i++)
		if (p->lives[i].proc)
			sim_proc_stop(p->lives[i].proc);
	sockets_close(&p->sockets);
}

static void reap(struct program *p)
{
	for (unsigned i = 0; i < p->workers; i++) {
		struct life *l = &p->lives[i];

		if (!l->ended)
			continue;
		bool failed = !p->ready && !p->stopping && l->status > 0;

		shared_bury(&p->shared, i);
		children_ended(l->child);
		bury(l);
		if (failed) {
			snprintf(p->why, sizeof(p->why), "worker %u ended with status %d", i,
				l->status);
			stop(p);
		}
	}
}

static void look_who_is_ready(struct program *p)
{
	for (unsigned i = 0; i < p->workers; i++)
		if (!shared_is_ready(&p->shared, i))
			return;
	p->ready = true;
	LOG(NULL, EV_STARTED, FIELD_INT("workers", p->workers));
	waitq_wake_all(&p->changed);
}

static void take_over(struct program *p, const struct config *config, int record)
{
	config_unref(p->config);
	p->config = config;
	set_log(config);
	for (unsigned i = 0; i < p->workers; i++)
		if (p->lives[i].proc &&
			reload_tell(&p->sockets, i, p->children.v[i].channel, record) < 0)
			sim_proc_kill(p->lives[i].proc);
	sockets_settle(&p->sockets);
	process_close(record);
}

static void reload(struct program *p)
{
	const struct config *config = NULL;
	struct buf why;
	int record = -1;

	buf_init(&why, 65536);
	p->reload_result = reload_read(FILE_NAME, &p->sockets, &why, &config, &record);
	keep_why(p, &why);
	if (p->reload_result == 0)
		take_over(p, config, record);
	p->asked_reload = false;
	waitq_wake_all(&p->changed);
}

static size_t lives_running(const struct program *p)
{
	size_t n = 0;

	for (unsigned i = 0; i < p->workers; i++)
		n += p->lives[i].proc != NULL;
	return n;
}

/* ERR_CANCELLED when the supervisor itself is to end at once. */
static int wait_for_news(struct ctx *ctx, struct program *p)
{
	usec_t now = clock_now();
	usec_t next = p->stopping ? p->kill_at : children_next_due(&p->children);
	struct deadline d;

	if (!p->ready && !p->stopping && now + READY_EVERY < next)
		next = now + READY_EVERY;
	for (unsigned i = 0; i < p->workers; i++)
		if (p->lives[i].ended)
			return 0;
	if (p->asked_stop || p->asked_reload)
		return 0;
	if (next != USEC_INFINITY)
		ctx_narrow(ctx, &d, next > now ? next - now : 0);
	int r = waitq_wait(ctx, &p->news);

	if (next != USEC_INFINITY)
		r = ctx_widen(ctx, &d, r);
	return r == ERR_TIMEOUT ? 0 : r;
}

static void act(struct program *p)
{
	if (p->asked_stop && !p->stopping)
		stop(p);
	p->asked_stop = false;
	if (p->asked_reload && p->ready)
		reload(p);
	if (p->asked_reload) { /* a signal that is ignored */
		p->reload_result = ERR_CANCELLED;
		p->asked_reload = false;
		waitq_wake_all(&p->changed);
	}
	if (p->stopping && clock_now() >= p->kill_at) {
		for (unsigned i = 0; i < p->workers; i++)
			if (p->lives[i].proc)
				sim_proc_kill(p->lives[i].proc);
		p->kill_at = USEC_INFINITY;
	}
}

static void supervise(struct ctx *ctx, struct program *p)
{
	int r = 0;

	while (r == 0 && (!p->stopping || lives_running(p))) {
		if (!p->stopping)
			start_due(p);
		if (!p->ready && !p->stopping)
			look_who_is_ready(p);
		r = wait_for_news(ctx, p);
		if (r == 0) {
			reap(p);
			act(p);
		}
	}
}

static void end_lives(struct ctx *ctx, struct program *p)
{
	struct deadline d;

	scope_end(ctx, &p->watchers);
	ctx_shield(ctx, &d, USEC_INFINITY);
	for (unsigned i = 0; i < p->workers && p->lives; i++) {
		struct life *l = &p->lives[i];

		if (l->proc == NULL)
			continue;
		sim_proc_stop(l->proc);
		(void)sim_proc_wait(ctx, l->proc);
		bury(l);
	}
	(void)ctx_widen(ctx, &d, 0);
}

static int supervisor_process(struct ctx *ctx, void *arg)
{
	struct program *p = arg;
	struct buf why;

	buf_init(&why, 65536);
	scope_init(&p->watchers, SCOPE_SERVE);
	bool fine = prepare(p, &why);

	keep_why(p, &why);
	if (fine)
		supervise(ctx, p);
	p->ready = false;
	end_lives(ctx, p);
	sockets_close(&p->sockets);
	children_done(&p->children);
	dir_close(p->home.spool);
	config_unref(p->config);
	config_unref(p->first);
	free(p->lives);
	p->lives = NULL;
	p->home = (struct home){ 0 };
	p->config = p->first = NULL;
	p->running = false;
	waitq_wake_all(&p->changed);
	return fine ? 0 : ERR_INVALID;
}

/* ---- for tests ---- */

struct program *program_new(struct sim_host *host, const char *yaml, unsigned workers)
{
	struct program *p = mem_zalloc(sizeof(*p));

	p->host = host;
	p->workers = workers;
	waitq_init(&p->news);
	waitq_init(&p->changed);
	sim_disk_write(host, FILE_NAME, slice_str(yaml));
	return p;
}

static int wait_ready(struct ctx *ctx, struct program *p)
{
	struct deadline d;
	int r = 0;

	ctx_narrow(ctx, &d, START_MAX);
	while (r == 0 && p->running && !p->ready)
		r = waitq_wait(ctx, &p->changed);
	r = ctx_widen(ctx, &d, r);
	return r < 0 ? r : p->ready ? 0 : ERR_INVALID;
}

/* Its last coroutine is gone. */
static int wait_ended(struct ctx *ctx, struct program *p)
{
	int r = p->proc && sim_proc_running(p->proc) ? sim_proc_wait(ctx, p->proc) : 0;

	if (p->proc && sim_proc_running(p->proc))
		return r;
	p->proc = NULL;
	p->running = false; /* also when it was killed before it began */
	return 0;
}

int program_restart(struct ctx *ctx, struct program *p)
{
	int r = wait_ended(ctx, p);

	if (r < 0)
		return r;
	p->running = true;
	p->ready = p->stopping = p->asked_stop = p->asked_reload = false;
	p->proc = sim_proc_start(p->host, "supervisor", supervisor_process, p);
	return wait_ready(ctx, p);
}

struct program *program_start(
	struct ctx *ctx, struct sim_host *host, const char *yaml, unsigned workers)
{
	struct program *p = program_new(host, yaml, workers);
	int r = program_restart(ctx, p);

	ck_assert_msg(r == 0, "it does not start: %s: %s", err_name(r), p->why);
	return p;
}

int program_reload(struct ctx *ctx, struct program *p, const char *yaml)
{
	int r = 0;

	if (!p->ready || p->stopping)
		return ERR_CANCELLED;
	sim_disk_write(p->host, FILE_NAME, slice_str(yaml));
	p->asked_reload = true;
	waitq_wake_all(&p->news);
	while (r == 0 && p->running && !p->stopping && p->asked_reload)
		r = waitq_wait(ctx, &p->changed);
	if (r == 0 && p->asked_reload)
		r = ERR_CANCELLED; /* it ended meanwhile */
	return r < 0 ? r : p->reload_result;
}

bool program_can_reload(const struct program *p)
{
	return program_running(p) && p->ready && !p->stopping && !p->asked_reload;
}

void program_ask_reload(struct program *p)
{
	p->asked_reload = true;
	waitq_wake_all(&p->news);
}

void program_stop(struct ctx *ctx, struct program *p)
{
	p->asked_stop = true;
	waitq_wake_all(&p->news);
	(void)wait_ended(ctx, p);
}

void program_kill(struct program *p, int worker)
{
	for (int i = 0; i < (int)p->workers && p->lives; i++)
		if ((worker < 0 || worker == i) && p->lives[i].proc) {
			p->lives[i].killed = true;
			sim_proc_kill(p->lives[i].proc);
		}
}

void program_free(struct ctx *ctx, struct program *p)
{
	if (p == NULL)
		return;
	program_stop(ctx, p);
	free(p);
}

bool program_running(const struct program *p)
{
	return p->running && sim_host_is_up(p->host);
}

/* NULL when it is dead, or about to begin or end. */
static const struct worker *living_worker(const struct program *p, unsigned i)
{
	return sim_host_is_up(p->host) && !p->lives[i].killed ? p->lives[i].worker : NULL;
}

bool program_ready(const struct program *p)
{
	if (!p->ready || p->stopping || !p->lives)
		return false;
	for (unsigned i = 0; i < p->workers; i++)
		if (living_worker(p, i) == NULL || !shared_is_ready(&p->shared, i))
			return false;
	return true;
}

void program_set_memory(const struct program *p, size_t bytes)
{
	for (unsigned i = 0; i < p->workers && p->lives; i++)
		if (living_worker(p, i))
			p->lives[i].worker->server.held_max = bytes;
}

const char *program_why(const struct program *p)
{
	return p->why;
}

struct sim_proc *program_worker(const struct program *p, unsigned worker)
{
	return p->lives && worker < p->workers ? p->lives[worker].proc : NULL;
}

struct spool *program_spool(const struct program *p, size_t i)
{
	for (unsigned k = 0; k < p->workers && p->lives; k++) {
		const struct worker *w = living_worker(p, k);

		for (size_t n = 0; w && n < w->partitions_n; n++)
			if (w->partitions[n].spool && i-- == 0)
				return w->partitions[n].spool;
	}
	return NULL;
}

size_t program_messages(const struct program *p)
{
	struct spool_counts counts;
	struct spool *spool;
	size_t n = 0;

	for (size_t i = 0; (spool = program_spool(p, i)); i++) {
		spool_counts(spool, &counts);
		n += (size_t)counts.messages;
	}
	return n;
}

uint64_t program_metric(const struct program *p, enum metric m)
{
	return p->has_shared ? shared_metric((void *)(uintptr_t)&p->shared, m) : 0;
}

/* ---- asking ---- */

struct asking {
	struct program *program;
	const struct control_request *request;
	json_t *lines;
	int missing;
};

static int ask_one(struct ctx *ctx, struct asking *a, unsigned worker)
{
	char *path = control_worker_path("spool", worker);
	struct control_client client;
	int r = control_client_ask(ctx, path, a->request, &client);

	while (r == 0 && !client.ended) {
		r = control_client_next(ctx, &client);
		if (r == 0)
			(void)json_array_append(a->lines, client.now);
	}
	control_client_done(&client);
	free(path);
	return r;
}

static int ask_all(struct ctx *ctx, void *arg)
{
	struct asking *a = arg;
	int r = 0;

	for (unsigned i = 0; i < a->program->workers && r != ERR_CANCELLED; i++) {
		r = ask_one(ctx, a, i);
		a->missing += r < 0;
	}
	return r == ERR_CANCELLED ? r : 0;
}

int program_ask(struct ctx *ctx, struct program *p, const struct control_request *request,
	json_t **ret_lines)
{
	struct asking a = { p, request, json_array(), 0 };
	int r = sim_host_run(ctx, p->host, "asks", ask_all, &a);

	*ret_lines = a.lines;
	return r < 0 ? r : a.missing;
}

static void visit_rcpt(const struct spool *spool, uint64_t id, const struct spool_envelope_rcpt *to,
	uint16_t rcpt, struct arena *arena,
	void (*visit)(void *arg, const struct program_rcpt *rcpt), void *arg)
{
	static const char *const states[SPOOL_STATES] = { "waiting", "active", "held", "done",
		"failed" };
	struct spool_rcpt_info info;

	if (!spool_look_rcpt(spool, id, rcpt, &info))
		return;
	visit(arg, &(struct program_rcpt){
			   .id = id,
			   .to = to ? arena_printf(arena, "%.*s", SLICE_ARG(to->forward_path)) : "",
			   .state = states[info.state],
			   .corrupt = info.held == SPOOL_HELD_CORRUPT,
			   .attempts = info.attempts,
			   .due = info.due,
		   });
}

static int visit_message(struct ctx *ctx, struct spool *spool, const struct spool_info *info,
	void (*visit)(void *arg, const struct program_rcpt *rcpt), void *arg)
{
	struct arena arena = ARENA_INIT;
	struct spool_envelope envelope;
	int r = spool_read_envelope(ctx, spool, info->id, &arena, &envelope);

	for (uint16_t i = 0; i < info->rcpts && (r == 0 || r == ERR_CORRUPT); i++)
		visit_rcpt(
			spool, info->id, r == 0 ? &envelope.rcpts[i] : NULL, i, &arena, visit, arg);
	arena_reset(&arena);
	return r == ERR_NOTFOUND || r == ERR_CORRUPT ? 0 : r;
}

struct listing {
	struct program *program;
	void (*visit)(void *arg, const struct program_rcpt *rcpt);
	void *arg;
};

static int list_all(struct ctx *ctx, void *arg)
{
	const struct listing *l = arg;
	struct spool *spool;
	int r = 0;

	for (size_t i = 0; r == 0 && (spool = program_spool(l->program, i)); i++) {
		struct spool_info info = { 0 };

		while (r == 0 && program_spool(l->program, i) == spool &&
			spool_next(spool, info.id, &info))
			r = visit_message(ctx, spool, &info, l->visit, l->arg);
	}
	return r;
}

int program_queue(struct ctx *ctx, struct program *p,
	void (*visit)(void *arg, const struct program_rcpt *rcpt), void *arg)
{
	struct listing l = { p, visit, arg };

	return sim_host_run(ctx, p->host, "lists", list_all, &l);
}
