/* A worker's life: open the partition, build what the sessions and the delivery share, serve, and
 * on the word to stop end in order: no new sessions, those under way get a moment, attempts
 * finish their message, the spool is closed last. */
#include "app/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/load.h"
#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "config/config.h"
#include "control/agent.h"
#include "delivery/sched.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/dns.h"
#include "rt/job.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/tls.h"
#include "server/server.h"
#include "spool/spool.h"

#define SESSION_GRACE (3 * USEC_PER_SEC) /* for messages under way when the worker stops */
#define WHY_BYTES     1024

struct worker {
	const struct worker_setup *setup;
	const struct config *config;
	struct spool *spool;
	struct auth_users *users;
	struct auth_server *auth;
	struct tls_server *tls;
	struct pool *burners; /* threads for log-ins at next hops */
	struct nexthop *nexthop;
	struct sched *sched;
	struct server server;
	struct control_agent agent;
	struct server_listener *listeners;
	int status; /* exit status */
};

/* ---- building ---- */

static int fail(struct ctx *ctx, struct worker *w, int status, const char *what, struct slice why)
{
	w->status = status;
	LOG(ctx, EV_FATAL, FIELD_STR("reason", what), FIELD("detail", why),
		FIELD_INT("worker", w->setup->number),
		FIELD_STR("mail", "what was accepted stays in the spool"));
	return ERR_INVALID;
}

static void log_report(struct ctx *ctx, const struct worker *w, const struct spool_report *r)
{
	LOG(ctx, EV_NOTICE, FIELD_STR("what", "the spool is open"),
		FIELD_INT("worker", w->setup->number), FIELD_INT("messages", r->messages),
		FIELD_INT("recipients", r->recipients), FIELD_INT("segments", r->segments),
		FIELD_INT("scanned", r->segments_scanned), FIELD_INT("torn-tails-cut", r->cut),
		FIELD_INT("orphans-removed", r->orphans));
	if (r->quarantined)
		LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "rotten records were found and put aside"),
			FIELD_INT("stretches", r->quarantined),
			FIELD_STR("first", r->first_trouble));
}

static int open_spool(struct ctx *ctx, struct worker *w)
{
	const char *path = arena_printf(
		ctx->arena, "%s/%u", w->config->spool.path.p, w->setup->number);
	struct spool_report report = { 0 };
	const struct spool_options options = {
		.kind = SPOOL_JOURNAL,
		.path = path,
		.partition = w->setup->number,
		.segment_bytes = w->config->spool.segment_size,
		.reserve_bytes = w->config->spool.reserve,
	};

	int r = spool_open(ctx, &options, &w->spool, &report);

	if (r < 0)
		return fail(ctx, w, r == ERR_BUSY ? EX_TEMPFAIL : EX_CANTCREAT,
			r == ERR_BUSY ? "another process has this spool open"
				      : "the spool cannot be opened",
			slice_str(ctx->err.text ? ctx->err.text : err_name(r)));
	log_report(ctx, w, &report);
	return 0;
}

static int build_policy(struct ctx *ctx, struct worker *w, struct buf *why)
{
	const struct auth_settings settings = { 0 };

	if (load_users(w->config, why, &w->users) < 0)
		return fail(ctx, w, EX_CONFIG, "the users cannot be read", buf_slice(why));
	if (load_tls(w->config, why, &w->tls) < 0)
		return fail(ctx, w, EX_CONFIG, "the certificates cannot be used", buf_slice(why));
	if (w->users)
		w->auth = auth_server_new(&settings, w->users);
	return 0;
}

static int build_dns(struct ctx *ctx, struct worker *w)
{
	const struct config_dns *dns = &w->config->dns;
	struct arena scratch = ARENA_INIT;
	struct slice *servers = arena_array(&scratch, struct slice, dns->servers.n);

	for (size_t i = 0; i < dns->servers.n; i++) {
		struct buf b;

		buf_init(&b, 64);
		ip_format(&b, &dns->servers.v[i].ip);
		buf_printf(&b, "@%u", dns->servers.v[i].port);
		servers[i] = arena_dup(&scratch, buf_slice(&b));
		buf_done(&b);
	}
	int r = dns_setup(&(struct dns_settings){
		.servers = servers,
		.servers_n = dns->servers.n,
		.trust_anchor_file = dns->trust_anchor.path.n ? dns->trust_anchor.path.p : NULL,
	});

	arena_reset(&scratch);
	return r == 0 ? 0 : fail(ctx, w, EX_CONFIG, "the resolver cannot be set up", SLICE_NIL);
}

static int build_way_out(struct ctx *ctx, struct worker *w, struct buf *why)
{
	if (build_dns(ctx, w) < 0)
		return ERR_INVALID;
	w->burners = pool_new("log-in", 1, 64);
	int r = nexthop_new(&(struct nexthop_options){ .config = w->config, .pool = w->burners },
		why, &w->nexthop);

	if (r < 0)
		return fail(ctx, w, EX_CONFIG, "the next hops cannot be used", buf_slice(why));
	w->sched = sched_new(w->spool, w->nexthop, w->config);
	return 0;
}

static void build_server(struct worker *w)
{
	server_init(&w->server);
	server_set_config(&w->server, w->config, w->tls);
	w->server.spool = w->spool;
	w->server.auth = w->auth;
}

static int build(struct ctx *ctx, struct worker *w)
{
	struct buf why;
	int r = open_spool(ctx, w);

	buf_init(&why, WHY_BYTES);
	if (r == 0)
		r = build_policy(ctx, w, &why);
	if (r == 0)
		r = build_way_out(ctx, w, &why);
	build_server(w);
	buf_done(&why);
	return r;
}

/* ---- serving ---- */

static void start_listeners(struct worker *w, struct scope *scope)
{
	size_t n = w->setup->sockets_n;

	w->listeners = mem_zalloc(n * sizeof(*w->listeners));
	for (size_t i = 0; i < n; i++) {
		w->listeners[i] = (struct server_listener){ &w->server, w->setup->sockets[i].sock,
			w->setup->sockets[i].name };
		(void)scope_spawn(scope, "listener", server_listen, &w->listeners[i]);
	}
}

static void start_agent(struct worker *w, struct scope *scope)
{
	w->agent = (struct control_agent){
		.worker = w->setup->number,
		.spool_path = w->config->spool.path.p,
		.spool = w->spool,
		.sched = w->sched,
		.nexthop = w->nexthop,
		.server = &w->server,
		.started = clock_wall(),
	};
	(void)scope_spawn(scope, "control", control_agent_run, &w->agent);
}

static void drain_sessions(struct ctx *ctx, struct worker *w)
{
	struct deadline d;

	w->server.stopping = true;
	ctx_shield(ctx, &d, SESSION_GRACE);
	(void)ctx_widen(ctx, &d, scope_wait_below(ctx, &w->server.sessions, 0));
	scope_end(ctx, &w->server.sessions);
}

static int serve(struct ctx *ctx, struct worker *w)
{
	struct scope listeners, delivery, all;

	scope_init(&listeners, SCOPE_ALL);
	scope_init(&delivery, SCOPE_ALL);
	scope_init(&all, SCOPE_ALL);
	(void)scope_spawn(&delivery, "connections", nexthop_run, w->nexthop);
	(void)scope_spawn(&delivery, "scheduler", sched_run, w->sched);
	start_listeners(w, &listeners);
	start_agent(w, &listeners);
	LOG(ctx, EV_STARTED, FIELD_INT("worker", w->setup->number));
	/* Only a failure or the word to stop ends the delivery. */
	int r = scope_wait_below(ctx, &delivery, 1);

	if (r == 0)
		w->status = EX_IOERR;
	scope_end(ctx, &listeners);
	drain_sessions(ctx, w);
	scope_end(ctx, &delivery);
	return r;
}

/* ---- ending ---- */

static void tear_down(struct ctx *ctx, struct worker *w)
{
	sched_free(w->sched);
	nexthop_free(ctx, w->nexthop);
	spool_close(ctx, w->spool);
	server_done(&w->server);
	auth_server_free(w->auth);
	auth_users_unref(w->users);
	tls_server_unref(w->tls);
	for (size_t i = 0; i < w->setup->sockets_n; i++)
		listen_sock_close(w->setup->sockets[i].sock);
	free(w->listeners);
}

static int worker_main(struct ctx *ctx, void *arg)
{
	struct worker *w = arg;
	int r = build(ctx, w);

	if (r == 0)
		r = serve(ctx, w);
	tear_down(ctx, w);
	LOG(ctx, EV_STOPPED, FIELD_INT("worker", w->setup->number));
	return r;
}

int worker_run(const struct worker_setup *setup)
{
	struct worker w = { .setup = setup, .config = config_ref(setup->config) };

	(void)loop_run("worker", worker_main, &w);
	pool_free(w.burners);
	dns_done();
	config_unref(w.config);
	return w.status;
}
