/* The parts of a worker in the order of src/app/worker.c, in one process of the simulated world. */
#include "subject.h"

#include <stdlib.h>

#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/report.h"
#include "delivery/sched.h"
#include "nexthop/nexthop.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"
#include "rt/tls.h"
#include "server/server.h"
#include "spool/spool.h"

#define LISTENERS  8
#define READY_TIME USEC_PER_MIN

struct subject {
	struct slice config_text;
	struct sim_host *host;
	struct sim_proc *proc;
	bool started, ready;
	char why[1500]; /* it did not start */
	uint64_t metrics[METRIC_COUNT];
	/* While it runs. */
	const struct config *config;
	struct spool *spool;
	struct sched *sched;
	struct server server;
	struct tls_server *tls;
	struct auth_users *users;
	struct pool *pool;
};

struct subject *subject_new(struct play *p)
{
	struct subject *u = mem_zalloc(sizeof(*u));

	u->host = play_host(p, S("192.0.2.25"));
	return u;
}

struct sim_host *subject_host(struct play *p)
{
	return p->subject->host;
}

static int read_file(void *arg, const char *path, struct buf *ret)
{
	const struct subject *u = arg;

	return sim_disk_read(u->host, path, ret);
}

static bool load(struct subject *u)
{
	struct config_report report;
	struct buf why;

	config_report_init(&report);
	int r = config_load(&(struct config_input){ .path = "sluice.yaml",
				    .text = u->config_text,
				    .system_name = S("relay.test"),
				    .read_file = read_file,
				    .arg = u },
		&report, &u->config);

	buf_init(&why, sizeof(u->why) - 1);
	config_report_write(&report, "sluice.yaml", &why);
	memcpy(u->why, why.p ? why.p : "", why.n);
	u->why[why.n] = 0;
	buf_done(&why);
	config_report_done(&report);
	return r == 0;
}

static bool load_rest(struct subject *u)
{
	struct tls_keypair pair;
	struct buf why;
	int r = 0;

	buf_init(&why, 1000);
	if (u->config->tls.n) {
		pair = (struct tls_keypair){ u->config->tls.v[0].certificate.content,
			u->config->tls.v[0].key_file.content };
		r = tls_server_new(&pair, 1, &why, &u->tls);
	}
	if (r == 0 && u->config->users.n)
		r = auth_users_parse(u->config->users.v[0].file.content, "users", &why, &u->users);
	memcpy(u->why, why.p ? why.p : "", why.n);
	u->why[why.n] = 0;
	buf_done(&why);
	return r == 0;
}

static void serve(struct ctx *ctx, struct subject *u, struct nexthop *nexthop)
{
	struct server_listener listeners[LISTENERS] = { 0 };
	struct scope scope;

	u->sched = sched_new(u->spool, nexthop, u->config);
	server_init(&u->server);
	server_set_config(&u->server, u->config, u->tls);
	u->server.spool = u->spool;
	u->server.nexthop = nexthop;
	if (u->users)
		u->server.auth = auth_server_new(&(struct auth_settings){ 0 }, u->users);
	scope_init(&scope, SCOPE_ALL);
	scope_spawn(&scope, "sched", sched_run, u->sched);
	scope_spawn(&scope, "nexthop", nexthop_run, nexthop);
	for (size_t i = 0; i < u->config->listeners.n && i < LISTENERS; i++) {
		const struct config_listener *l = &u->config->listeners.v[i];

		listeners[i] = (struct server_listener){ &u->server, NULL, l->name };
		if (listen_sock_open(&l->address.v[0], NULL, &listeners[i].sock) == 0)
			scope_spawn(&scope, "listener", server_listen, &listeners[i]);
	}
	u->ready = true;
	(void)scope_wait(ctx, &scope);
	u->ready = false;
	u->server.stopping = true;
	scope_end(ctx, &scope);
	scope_end(ctx, &u->server.sessions);
	sched_free(u->sched);
	auth_server_free(u->server.auth);
	server_done(&u->server);
	for (size_t i = 0; i < LISTENERS; i++)
		listen_sock_close(listeners[i].sock);
}

static int run(struct ctx *ctx, void *arg)
{
	struct subject *u = arg;
	const struct spool_options options = {
		.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = 256 << 10
	};
	struct nexthop *nexthop = NULL;
	struct buf why;

	if (!load(u))
		return ERR_INVALID;
	buf_init(&why, 1000);
	u->pool = pool_new("log-in", 1, 64);
	int r = load_rest(u) ? 0 : ERR_INVALID;

	if (r == 0)
		r = nexthop_new(&(struct nexthop_options){ .config = u->config, .pool = u->pool },
			&why, &nexthop);
	if (r == 0)
		r = spool_open(ctx, &options, &u->spool, NULL);
	if (r == 0)
		serve(ctx, u, nexthop);
	nexthop_free(ctx, nexthop);
	spool_close(ctx, u->spool);
	u->spool = NULL;
	pool_free(u->pool);
	auth_users_unref(u->users);
	tls_server_unref(u->tls);
	u->users = NULL;
	u->tls = NULL;
	config_unref(u->config);
	buf_done(&why);
	return r;
}

int subject_start(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	struct subject *u = p->subject;
	usec_t waited = 0;

	u->started = true;
	metrics_use(u->metrics);
	u->proc = sim_proc_start(u->host, "sluice", run, u);
	while (!u->ready && waited < READY_TIME) {
		int r = ctx_sleep(ctx, USEC_PER_MSEC);

		if (r < 0)
			return r;
		waited += USEC_PER_MSEC;
		if (!sim_proc_running(u->proc))
			return play_fail(p, s, "it does not start: %s", u->why);
	}
	return u->ready ? 0 : play_fail(p, s, "it is not ready after a minute");
}

int subject_start_fails(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice glob)
{
	struct subject *u = p->subject;

	u->started = true;
	u->proc = sim_proc_start(u->host, "sluice", run, u);
	int r = sim_proc_wait(ctx, u->proc);

	u->proc = NULL;
	if (r == 0)
		return play_fail(p, s, "it starts");
	play_see(p, "program refused %s", u->why);
	return slice_glob(glob, slice_str(u->why)) ? 0 : play_fail(p, s, "it says: %s", u->why);
}

int subject_need(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	return p->subject->started ? 0 : subject_start(ctx, p, s);
}

int subject_stop(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	struct subject *u = p->subject;

	(void)s;
	if (u->proc == NULL)
		return 0;
	sim_proc_stop(u->proc);
	(void)sim_proc_wait(ctx, u->proc);
	u->proc = NULL;
	return 0;
}

int subject_kill(struct ctx *ctx, struct play *p, const struct stmt *s, int worker)
{
	struct subject *u = p->subject;

	(void)worker;
	if (u->proc == NULL)
		return play_fail(p, s, "it does not run");
	sim_proc_kill(u->proc);
	(void)sim_proc_wait(ctx, u->proc);
	u->proc = NULL;
	return 0;
}

int subject_power_cut(struct ctx *ctx, struct play *p, const struct stmt *s)
{
	struct subject *u = p->subject;

	(void)s;
	sim_power_cut(u->host);
	if (u->proc)
		(void)sim_proc_wait(ctx, u->proc);
	u->proc = NULL;
	return 0;
}

int subject_reload(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice config)
{
	(void)ctx;
	(void)config;
	return play_fail(p, s, "not built");
}

void subject_set_config(struct play *p, struct slice config)
{
	p->subject->config_text = config;
}

void subject_set_workers(struct play *p, unsigned n)
{
	(void)p;
	(void)n;
}

struct spool *subject_spool(struct play *p, size_t i)
{
	return i == 0 ? p->subject->spool : NULL;
}

uint64_t subject_metric(struct play *p, enum metric m)
{
	return p->subject->metrics[m];
}

void subject_free(struct ctx *ctx, struct play *p)
{
	(void)subject_stop(ctx, p, NULL);
	static uint64_t nowhere[METRIC_COUNT];

	metrics_use(nowhere);
	free(p->subject);
}
