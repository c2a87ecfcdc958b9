/* A worker's life: open the partitions, build what the sessions and the delivery share, serve, and
 * on the word to stop end in order: no new sessions, those under way get a moment, attempts
 * finish their message, the spool is closed last. */
#include "app/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/doubt_store.h"
#include "app/home.h"
#include "app/load.h"
#include "app/opened.h"
#include "app/shared.h"
#include "app/worker_parts.h"
#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "delivery/sched.h"
#include "nexthop/health.h"
#include "nexthop/nexthop.h"
#include "rt/channel.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/dns.h"
#include "rt/job.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/random.h"
#include "rt/tls.h"
#include "spool/spool.h"

#define SLICE_LIMIT   (200 * USEC_PER_MSEC) /* a coroutine that runs longer is a bug, and logged */
#define SESSION_GRACE (3 * USEC_PER_SEC) /* for messages under way when the worker stops */
#define LOCK_GRACE    (3 * USEC_PER_SEC) /* for a killed worker to let go of the partition */
#define LOCK_PAUSE    (100 * USEC_PER_MSEC)
#define PATH_BYTES    16
#define WHY_BYTES     1024

/* ---- building ---- */

static int fail(struct ctx *ctx, struct worker *w, int status, const char *what, struct slice why)
{
	w->status = status;
	LOG(ctx, EV_FATAL, FIELD_STR("reason", what), FIELD("detail", why),
		FIELD_INT("worker", w->setup->number),
		FIELD_STR("mail", "what was accepted stays in the spool"));
	return ERR_INVALID;
}

/* A worker before us may have been killed a moment ago. */
static int open_patiently(struct ctx *ctx, const struct spool_options *options, struct spool **ret,
	struct spool_report *ret_report)
{
	usec_t waited = 0;
	int r = spool_open(ctx, options, ret, ret_report);

	while (r == ERR_BUSY && waited < LOCK_GRACE) {
		r = ctx_sleep(ctx, LOCK_PAUSE);
		waited += LOCK_PAUSE;
		if (r == 0)
			r = spool_open(ctx, options, ret, ret_report);
	}
	return r;
}

static int open_partition(struct ctx *ctx, struct worker *w, struct partition *p)
{
	char path[PATH_BYTES];
	const struct spool_options options = {
		.kind = SPOOL_JOURNAL,
		.path = path,
		.partition = p->number,
		.segment_bytes = w->setup->spool->segment_size,
		.reserve_bytes = w->setup->spool->reserve,
	};

	snprintf(path, sizeof(path), "%u", p->number); /* the spool is our working folder */
	int r = open_patiently(ctx, &options, &p->spool, &p->found);

	if (r == 0) {
		opened_log(ctx, p->number, &p->found);
		return 0;
	}
	struct buf detail;

	buf_init(&detail, WHY_BYTES);
	buf_printf(&detail, "%s/%u: %s", w->setup->spool->path.p, p->number,
		ctx->err.text ? ctx->err.text : err_name(r));
	r = fail(ctx, w, r == ERR_BUSY ? EX_TEMPFAIL : EX_CANTCREAT,
		r == ERR_BUSY ? "another process has this part of the spool open"
			      : "the spool cannot be opened",
		buf_slice(&detail));
	buf_done(&detail);
	return r;
}

/* Ours, and our share of those that workers left who are no more. */
static void list_partitions(struct worker *w)
{
	const struct worker_setup *setup = w->setup;

	w->partitions = mem_zalloc((SPOOL_PARTITION_MAX + 1) * sizeof(*w->partitions));
	w->partitions[w->partitions_n++].number = setup->number;
	for (unsigned i = setup->workers; i <= SPOOL_PARTITION_MAX; i++)
		if (setup->home->partition[i] && i % setup->workers == setup->number)
			w->partitions[w->partitions_n++].number = i;
}

static int open_spool(struct ctx *ctx, struct worker *w)
{
	int r = 0;

	list_partitions(w);
	for (size_t i = 0; i < w->partitions_n && r == 0; i++)
		r = open_partition(ctx, w, &w->partitions[i]);
	return r;
}

static int build_policy(struct ctx *ctx, struct worker *w, struct buf *why)
{
	const struct auth_settings settings = { .throttle = w->setup->shared->throttle };

	if (load_users(w->config, why, &w->users) < 0)
		return fail(ctx, w, EX_CONFIG, "the users cannot be read", buf_slice(why));
	if (load_tls(w->config, why, &w->tls) < 0)
		return fail(ctx, w, EX_CONFIG, "the certificates cannot be used", buf_slice(why));
	if (w->tls)
		tls_server_set_ticket_key(w->tls, w->setup->shared->ticket_key);
	w->auth = auth_server_new(&settings, w->users);
	return 0;
}

static int build_dns(struct ctx *ctx, struct worker *w, struct buf *why)
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
		.trust_anchor = dns->trust_anchor.content,
		.why = why,
	});

	arena_reset(&scratch);
	return r == 0 ? 0
		      : fail(ctx, w, EX_CONFIG, "the resolver cannot be set up", buf_slice(why));
}

static int build_way_out(struct ctx *ctx, struct worker *w, struct buf *why)
{
	if (build_dns(ctx, w, why) < 0)
		return ERR_INVALID;
	w->burners = pool_new("log-in", 1, 64);
	nexthop_limits_init(
		&w->limits, random_hash_key(), w->setup->shared->tally, w->setup->number);
	int r = nexthop_new(&(struct nexthop_options){ .config = w->config,
				    .pool = w->burners,
				    .limits = &w->limits,
				    .board = w->setup->shared->board,
				    .slot = w->setup->number },
		why, &w->nexthop);

	if (r < 0)
		return fail(ctx, w, EX_CONFIG, "the next hops cannot be used", buf_slice(why));
	for (size_t i = 0; i < w->partitions_n; i++) {
		struct partition *p = &w->partitions[i];

		p->sched = sched_new(p->spool, w->nexthop, w->config);
		opened_tell(sched_postmaster(p->sched), p->number, &p->found);
	}
	return 0;
}

static void build_server(struct worker *w)
{
	server_init(&w->server);
	server_set_config(&w->server, w->config, w->tls);
	w->server.spool = w->partitions[0].spool;
	w->server.nexthop = w->nexthop;
	w->server.auth = w->auth;
	w->server.shared = w->setup->shared->tally;
	w->server.slot = w->setup->number;
	w->server.doubts = w->setup->shared->doubts;
	w->server.gathering.workers = w->setup->shared->workers;
	w->server.gathering.files_max = process_descriptors() / GATHERING_OF_FILES;
}

static bool has_proxy(const struct config *c)
{
	for (size_t i = 0; i < c->listeners.n; i++)
		if (c->listeners.v[i].service == CONFIG_SERVICE_PROXY)
			return true;
	return false;
}

/* A program without a proxy makes no file for it; one that gets its first by a reload remembers
 * until it ends. */
static int build_doubts(struct ctx *ctx, struct worker *w)
{
	if (!w->setup->keeps_doubts || !has_proxy(w->config))
		return 0;
	w->doubts = doubt_store_new(w->setup->shared->doubts);
	w->server.keep_doubt = doubt_store_keep;
	w->server.keep_doubt_arg = w->doubts;
	return doubt_store_load(ctx, w->doubts);
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
	return r == 0 ? build_doubts(ctx, w) : r;
}

/* ---- serving ---- */

static void drain_sessions(struct ctx *ctx, struct worker *w)
{
	struct deadline d;

	ctx_shield(ctx, &d, SESSION_GRACE);
	(void)ctx_widen(ctx, &d, scope_wait_below(ctx, &w->server.sessions, 0));
	scope_end(ctx, &w->server.sessions);
}

/* A child of the works in whose stead it can be ended first. */
static int watch_reloads(struct ctx *ctx, void *arg)
{
	struct worker *w = arg;
	int r = scope_wait(ctx, &w->reloads);

	return r == ERR_CANCELLED ? 0 : r;
}

static void start_agent(struct worker *w, struct partition *p, struct scope *scope)
{
	const struct worker_setup *setup = w->setup;
	bool own = p->number == setup->number;

	p->agent = (struct control_agent){
		.worker = own ? p->number
			      : setup->workers +
					  home_left_over(setup->home, setup->workers, p->number),
		.spool_path = ".",
		.spool = p->spool,
		.sched = p->sched,
		.nexthop = w->nexthop,
		.server = own ? &w->server : NULL,
		.started = clock_wall(),
	};
	(void)scope_spawn(scope, "control", control_agent_run, &p->agent);
}

/* Everything that runs as long as the worker does; each ends only by failure or cancellation. */
static void start(struct worker *w, struct scope *works, struct scope *agents)
{
	(void)scope_spawn(works, "connections", nexthop_run, w->nexthop);
	(void)scope_spawn(works, "checks", nexthop_health_run, w->nexthop);
	if (w->doubts)
		(void)scope_spawn(works, "doubts", doubt_store_run, w->doubts);
	for (size_t i = 0; i < w->partitions_n; i++)
		(void)scope_spawn(works, "scheduler", sched_run, w->partitions[i].sched);
	(void)scope_spawn(&w->reloads, "reload", reload_run, w);
	(void)scope_spawn(works, "reloads", watch_reloads, w);
	for (size_t i = 0; i < w->partitions_n; i++)
		start_agent(w, &w->partitions[i], agents);
	(void)worker_listen_follow(w); /* the supervisor opened what this configuration names */
}

static int serve(struct ctx *ctx, struct worker *w)
{
	struct scope works, agents;

	scope_init(&works, SCOPE_ALL);
	scope_init(&agents, SCOPE_SERVE);
	scope_init(&w->reloads, SCOPE_ALL);
	start(w, &works, &agents);
	shared_set_ready(w->setup->shared, w->setup->number, true);
	LOG(ctx, EV_NOTICE, FIELD_STR("what", "the worker takes mail"),
		FIELD_INT("worker", w->setup->number));
	int r = scope_wait_below(ctx, &works, works.count - 1);

	if (r == 0)
		w->status = EX_IOERR;
	w->server.stopping = true;
	scope_end(ctx, &w->reloads);
	worker_listen_close(ctx, w);
	drain_sessions(ctx, w);
	scope_end(ctx, &agents);
	scope_end(ctx, &works);
	return r;
}

/* ---- ending ---- */

static void tear_down(struct ctx *ctx, struct worker *w)
{
	for (size_t i = 0; i < w->partitions_n; i++)
		sched_free(w->partitions[i].sched);
	nexthop_free(ctx, w->nexthop);
	if (w->limits.arg)
		nexthop_limits_done(&w->limits);
	for (size_t i = 0; i < w->partitions_n; i++)
		spool_close(ctx, w->partitions[i].spool);
	doubt_store_free(ctx, w->doubts);
	server_done(&w->server);
	auth_server_free(w->auth);
	auth_users_unref(w->users);
	tls_server_unref(w->tls);
	worker_listen_close(ctx, w);
	channel_free(w->channel);
	free(w->partitions);
}

int worker_live(struct ctx *ctx, void *arg)
{
	struct worker *w = arg;
	int r = build(ctx, w);

	if (r == 0)
		r = serve(ctx, w);
	tear_down(ctx, w);
	LOG(ctx, EV_NOTICE, FIELD_STR("what", "the worker has ended"),
		FIELD_INT("worker", w->setup->number));
	return r;
}

struct worker *worker_new(const struct worker_setup *setup)
{
	struct worker *w = mem_zalloc(sizeof(*w));

	w->setup = setup;
	w->config = config_ref(setup->config);
	metrics_use(shared_row(setup->shared, setup->number));
	w->channel = channel_new(setup->channel);
	worker_listen_init(w);
	return w;
}

int worker_free(struct worker *w)
{
	int status = w->status;

	pool_free(w->burners);
	dns_done();
	config_unref(w->config);
	free(w);
	return status;
}

int worker_run(const struct worker_setup *setup)
{
	struct worker *w = worker_new(setup);

	loop_set_slice_limit(SLICE_LIMIT);
	(void)loop_run("worker", worker_live, w); /* why it ended is in the status */
	return worker_free(w);
}
