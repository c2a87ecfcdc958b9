/* The worker's side of a reload. The supervisor has tried the configuration before it sends it, so
 * a failure here is no reason to argue: the worker ends and is started again with it.
 *
 * Messages: "socket ADDRESS" with a listening socket, for each new one; then "config" with a file
 * that holds the record of the configuration. Reading it takes time and stack: another thread does
 * that. */
#include <stdlib.h>

#include "app/load.h"
#include "app/record.h"
#include "app/shared.h"
#include "app/worker.h"
#include "app/worker_parts.h"
#include "auth/server.h"
#include "auth/users.h"
#include "base/event.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/report.h"
#include "delivery/sched.h"
#include "nexthop/nexthop.h"
#include "rt/channel.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/process.h"
#include "rt/tls.h"

#define WHY_BYTES 4096

/* What the other thread makes of a record. */
struct loading {
	int fd;
	const struct config *config;
	struct auth_users *users;
	struct tls_server *tls;
	struct buf why;
};

static void loading_free(void *arg)
{
	struct loading *l = arg;

	process_close(l->fd);
	config_unref(l->config);
	auth_users_unref(l->users);
	tls_server_unref(l->tls);
	buf_done(&l->why);
	free(l);
}

static int load_record(struct loading *l, struct slice bytes)
{
	struct config_report report;

	config_report_init(&report);
	int r = record_load(bytes, &report, &l->config);

	if (r < 0)
		config_report_write(&report, "configuration", &l->why);
	config_report_done(&report);
	return r;
}

static int load(struct job *job, void *arg)
{
	struct loading *l = arg;
	struct buf bytes;

	(void)job;
	buf_init(&bytes, RECORD_MAX);
	int r = process_memory_read(l->fd, &bytes);

	if (r == 0)
		r = load_record(l, buf_slice(&bytes));
	buf_done_secret(&bytes);
	if (r == 0)
		r = load_users(l->config, &l->why, &l->users);
	if (r == 0)
		r = load_tls(l->config, &l->why, &l->tls);
	return r;
}

/* Swaps everything in; what the worker had goes with `l`. */
static int apply(struct worker *w, struct loading *l)
{
	const struct config *old = w->config;
	struct auth_users *old_users = w->users;
	struct tls_server *old_tls = w->tls;
	int r = nexthop_set_config(w->nexthop, l->config, &l->why);

	if (r < 0)
		return r;
	for (size_t i = 0; i < w->partitions_n; i++)
		sched_set_config(w->partitions[i].sched, l->config);
	auth_server_set_users(w->auth, l->users);
	if (l->tls)
		tls_server_set_ticket_key(l->tls, w->setup->shared->ticket_key);
	server_set_config(&w->server, l->config, l->tls);
	log_setup(l->config->log.format == CONFIG_LOG_JSON ? EVENT_JSON : EVENT_LOGFMT,
		(enum event_level)l->config->log.level);
	w->config = l->config;
	w->users = l->users;
	w->tls = l->tls;
	l->config = old;
	l->users = old_users;
	l->tls = old_tls;
	return 0;
}

static int take_config(struct ctx *ctx, struct worker *w, int fd)
{
	struct loading *l = mem_zalloc(sizeof(*l));

	l->fd = fd;
	buf_init(&l->why, WHY_BYTES);
	int r = pool_run(ctx, w->burners,
		&(struct job_call){ .run = load, .drop = loading_free, .arg = l }); /* suspends */

	if (r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r;
	if (r == 0)
		r = apply(w, l);
	if (r == 0)
		LOG(ctx, EV_NOTICE, FIELD_STR("what", "the new configuration is in force"),
			FIELD_INT("worker", w->setup->number));
	else
		LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "the new configuration cannot be used"),
			FIELD("detail", buf_slice(&l->why)), FIELD_INT("worker", w->setup->number));
	loading_free(l);
	if (r == 0 && worker_listen_follow(w))
		r = worker_listen_close_unused(ctx, w);
	return r;
}

static int take_socket(struct worker *w, struct slice address, int fd)
{
	struct listen_sock *sock;
	struct ip_port at;

	if (!ip_port_parse(address, &at) || listen_sock_from_fd(fd, &sock) < 0) {
		process_close(fd);
		return ERR_INVALID;
	}
	worker_listen_add(w, &at, sock);
	return 0;
}

static int take_message(struct ctx *ctx, struct worker *w, struct slice message, int fd)
{
	struct slice socket = S("socket ");

	if (fd < 0)
		return ERR_INVALID;
	if (slice_starts(message, socket))
		return take_socket(w, slice_skip(message, socket.n), fd);
	return take_config(ctx, w, fd);
}

int reload_run(struct ctx *ctx, void *arg)
{
	struct worker *w = arg;
	struct buf message;
	int fd = -1, r;

	buf_init(&message, CHANNEL_MESSAGE_MAX);
	do {
		buf_clear(&message);
		r = channel_receive(ctx, w->channel, &message, &fd); /* suspends */
		if (r == 0)
			r = take_message(ctx, w, buf_slice(&message), fd);
	} while (r == 0);
	buf_done(&message);
	return r;
}
