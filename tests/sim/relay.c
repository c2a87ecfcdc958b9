/* The relay of tests: the same parts in the same order as src/app/worker.c, without its processes. */
#include "relay.h"

#include <check.h>

#include "auth/server.h"
#include "base/buf.h"
#include "config/config.h"
#include "config/report.h"
#include "delivery/sched.h"
#include "nexthop/nexthop.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/net.h"
#include "rt/scope.h"

#define LISTENERS 8

/* Whatever file is named, a password or a list: this stands in it. */
static int read_file(void *arg, const char *path, struct buf *ret)
{
	(void)arg;
	(void)path;
	buf_puts(ret, "secret\n");
	return 0;
}

const struct config *relay_config(const char *text)
{
	const struct config *config = NULL;
	struct config_report report;
	struct buf why;

	config_report_init(&report);
	int r = config_load(&(struct config_input){ .path = "test.yaml",
				    .text = slice_str(text),
				    .system_name = S("relay.test"),
				    .read_file = read_file },
		&report, &config);

	buf_init(&why, 65536);
	config_report_write(&report, "test.yaml", &why);
	ck_assert_msg(r == 0, "%.*s", SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	config_report_done(&report);
	return config;
}

size_t relay_messages(const struct relay *r)
{
	struct spool_counts counts;

	spool_counts(r->spool, &counts);
	return (size_t)counts.messages;
}

static void listen_all(struct relay *relay, const struct config *config,
	struct server_listener *listeners, struct scope *scope)
{
	ck_assert_uint_le(config->listeners.n, LISTENERS);
	for (size_t i = 0; i < config->listeners.n; i++) {
		const struct config_listener *l = &config->listeners.v[i];

		listeners[i] = (struct server_listener){ &relay->server, NULL, l->name };
		ck_assert_int_eq(listen_sock_open(&l->address.v[0], &(struct listen_options){ 0 },
					 &listeners[i].sock),
			0);
		scope_spawn(scope, "listener", server_listen, &listeners[i]);
	}
}

static void open_spool(struct ctx *ctx, struct relay *relay)
{
	const struct spool_options options = {
		.kind = relay->journal ? SPOOL_JOURNAL : SPOOL_MEMORY,
		.path = "spool",
		.segment_bytes = SPOOL_SEGMENT_MIN,
	};
	int r = spool_open(ctx, &options, &relay->spool, &relay->report);

	/* A power cut may fall into the recovery. */
	ck_assert_msg(r == 0 || r == ERR_CANCELLED, "spool_open: %s", err_name(r));
	if (r < 0)
		relay->spool = NULL;
}

static void serve(
	struct ctx *ctx, struct relay *relay, const struct config *config, struct nexthop *nexthop)
{
	struct server_listener listeners[LISTENERS] = { 0 };
	struct scope scope;

	relay->sched = sched_new(relay->spool, nexthop, config);
	server_init(&relay->server);
	server_set_config(&relay->server, config, relay->tls);
	relay->server.spool = relay->spool;
	relay->server.nexthop = nexthop;
	if (relay->users)
		relay->server.auth = auth_server_new(&(struct auth_settings){ 0 }, relay->users);
	scope_init(&scope, SCOPE_ALL);
	scope_spawn(&scope, "sched", sched_run, relay->sched);
	scope_spawn(&scope, "nexthop", nexthop_run, nexthop);
	listen_all(relay, config, listeners, &scope);
	relay->ready = true;
	(void)scope_wait(ctx, &scope);
	relay->ready = false;
	scope_end(ctx, &scope);
	scope_end(ctx, &relay->server.sessions);
	sched_free(relay->sched);
	auth_server_free(relay->server.auth);
	server_done(&relay->server);
	for (size_t i = 0; i < LISTENERS; i++)
		listen_sock_close(listeners[i].sock);
}

int relay_run(struct ctx *ctx, void *arg)
{
	struct relay *relay = arg;
	const struct config *config = relay->loaded ? config_ref(relay->loaded)
						    : relay_config(relay->config);
	struct nexthop *nexthop;
	struct buf why;

	buf_init(&why, 1000);
	ck_assert_int_eq(nexthop_new(&(struct nexthop_options){ .config = config,
					     .authorities = relay->authorities },
				 &why, &nexthop),
		0);
	open_spool(ctx, relay);
	if (relay->spool)
		serve(ctx, relay, config, nexthop);
	nexthop_free(ctx, nexthop);
	spool_close(ctx, relay->spool);
	config_unref(config);
	buf_done(&why);
	return 0;
}
