/* No event loop and no threads, so that forking is simple: it prepares, starts children, and then
 * waits for signals. What it opens for the workers it keeps, and hands to those that it starts
 * later by starting them. */
#include "app/supervisor.h"

#include <stdio.h>
#include <sysexits.h>

#include "app/children.h"
#include "app/home.h"
#include "app/load.h"
#include "app/reload_send.h"
#include "app/shared.h"
#include "app/sockets.h"
#include "app/worker.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "config/config.h"
#include "config/write.h"
#include "control/control.h"
#include "rt/clock.h"
#include "rt/file.h"
#include "rt/local.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/notify.h"
#include "rt/process.h"

#define STOP_MAX    (30 * USEC_PER_SEC) /* for the workers to end in order */
#define READY_EVERY (20 * USEC_PER_MSEC) /* a look at who is ready, while the program starts */
#define TEXT_BYTES  65536
#define WORKERS_MAX 256

static struct supervisor {
	const char *path;
	const struct config *first; /* a reload does not change the spool and the workers */
	const struct config *config;
	struct home home;
	struct shared shared;
	struct sockets sockets;
	struct children children; /* the workers by their numbers, then the control process */
	struct listen_sock *admin; /* NULL: there is no control process */
	bool ready; /* all workers were once */
	bool stopping;
	usec_t kill_at; /* when stopping */
	usec_t alive_every, alive_at;
	int status;
} sup;

static void set_log(const struct config *config)
{
	log_setup(config->log.format == CONFIG_LOG_JSON ? EVENT_JSON : EVENT_LOGFMT,
		(enum event_level)config->log.level);
}

/* ---- preparing ---- */

static unsigned count_workers(const struct config *config)
{
	unsigned n = config->workers, processors = process_processors();

	if (n == 0)
		n = processors <= 2 ? 1 : (processors + 1) / 2;
	return n < WORKERS_MAX ? n : WORKERS_MAX;
}

/* Mail does not need it. */
static void open_admin(void)
{
	int r = local_listen(sup.config->admin.socket.p, &sup.admin);

	if (r < 0)
		LOG(NULL, EV_TROUBLE, FIELD_STR("reason", "the admin socket cannot be opened"),
			FIELD("socket", sup.config->admin.socket),
			FIELD_STR("detail",
				r == ERR_BUSY ? "another program listens there" : err_name(r)),
			FIELD_STR("mail",
				"flows all the same; sluice queue and sluice status do not work"));
}

static void prepare_children(unsigned workers)
{
	children_init(&sup.children, workers + (sup.admin ? 1 : 0));
	for (unsigned i = 0; i < workers; i++) {
		sup.children.v[i].what = "worker";
		sup.children.v[i].number = i;
	}
	if (sup.admin) {
		sup.children.v[workers].what = "control process";
		sup.children.v[workers].number = workers;
	}
}

static int prepare(struct buf *why)
{
	unsigned workers = count_workers(sup.config);

	if (load_check(sup.config, why) < 0)
		return EX_CONFIG;
	sup.sockets.workers = workers;
	if (sockets_open(&sup.sockets, sup.config, sup.path, why) < 0)
		return EX_UNAVAILABLE;
	int status = home_open(&sup.home, sup.config, why);

	if (status != EX_OK)
		return status;
	open_admin();
	process_raise_descriptors();
	shared_init(&sup.shared, workers);
	prepare_children(workers);
	return EX_OK;
}

/* ---- children ---- */

static void give_up_rights(void)
{
	if (home_enter(&sup.home))
		return;
	LOG(NULL, EV_FATAL, FIELD_STR("reason", "the rights of root cannot be given up"),
		FIELD_STR("user", sup.home.user.name));
	process_exit(EX_OSERR);
}

static void be_control(int channel) __attribute__((noreturn));
static void be_control(int channel)
{
	unsigned workers = sup.shared.workers;
	const struct control_setup setup = {
		.socket = sup.admin,
		.spool_path = ".",
		.workers = workers + home_left_over(&sup.home, workers, SPOOL_PARTITION_MAX + 1),
		.metric = shared_metric,
		.arg = &sup.shared,
	};

	process_set_name("sluice-control");
	process_close(channel); /* it has nothing that a reload changes */
	sockets_keep_slot(&sup.sockets, SOCKETS_NO_WORKER);
	give_up_rights();
	process_exit(control_run(&setup));
}

static void be_worker(unsigned number, int channel) __attribute__((noreturn));
static void be_worker(unsigned number, int channel)
{
	const struct worker_setup setup = {
		.number = number,
		.workers = sup.shared.workers,
		.config = sup.config,
		.spool = &sup.first->spool,
		.home = &sup.home,
		.shared = &sup.shared,
		.sockets = &sup.sockets,
		.channel = channel,
		.keeps_doubts = true,
	};

	char name[24];

	snprintf(name, sizeof(name), "sluice-%u", number);
	process_set_name(name);
	sockets_keep_slot(&sup.sockets, number);
	listen_sock_close(sup.admin);
	give_up_rights();
	process_exit(worker_run(&setup));
}

static bool is_worker(const struct child *c)
{
	return c->number < sup.shared.workers;
}

static void start_due(void)
{
	usec_t now = clock_now();

	for (size_t i = 0; i < sup.children.n; i++) {
		struct child *c = &sup.children.v[i];
		int channel;

		if (c->pid || c->due > now || !children_start(&sup.children, c, &channel))
			continue;
		if (is_worker(c))
			be_worker(c->number, channel);
		be_control(channel);
	}
}

static void stop(void)
{
	sup.stopping = true;
	sup.kill_at = clock_now() + STOP_MAX;
	notify_stopping();
	children_end(&sup.children, false);
	sockets_close(&sup.sockets); /* the workers answer who waits in them */
}

static void log_end(const struct child *c, const struct process_end *end)
{
	LOG(NULL, EV_TROUBLE, FIELD_STR("reason", "a process ended that should not"),
		FIELD_STR("process", c->what), FIELD_INT("number", c->number),
		FIELD_STR("signal", end->signal ? end->signal : ""),
		FIELD_INT("status", end->status),
		FIELD_INT("starts-again-in-seconds", (c->due - clock_now()) / USEC_PER_SEC),
		FIELD_STR("mail", "what was accepted stays in the spool"));
}

static void child_ended(struct child *c, const struct process_end *end)
{
	if (is_worker(c))
		shared_bury(&sup.shared, c->number);
	children_ended(c);
	if (sup.stopping) {
		c->due = USEC_INFINITY;
		return;
	}
	if (!sup.ready && is_worker(c) && end->status > 0) {
		/* It has said why; to try again while the program starts would only repeat it. */
		sup.status = end->status;
		stop();
		return;
	}
	log_end(c, end);
}

static void reap(void)
{
	struct process_end end;

	while (process_reap(&end)) {
		struct child *c = children_find(&sup.children, end.pid);

		if (c)
			child_ended(c, &end);
	}
}

static void look_who_is_ready(void)
{
	for (unsigned i = 0; i < sup.shared.workers; i++)
		if (!shared_is_ready(&sup.shared, i))
			return;
	sup.ready = true;
	LOG(NULL, EV_STARTED, FIELD_INT("workers", sup.shared.workers));
	notify_ready();
}

/* ---- reloading ---- */

/* One that does not listen starts again with it. */
static void tell_worker(struct child *c, int record)
{
	if (reload_tell(&sup.sockets, c->number, c->channel, record) < 0)
		process_end(c->pid, true);
}

static void log_restarts(const struct config *config)
{
	struct buf names;

	buf_init(&names, TEXT_BYTES);
	config_write_restarts(sup.first, config, &names);
	if (names.n)
		LOG(NULL, EV_TROUBLE,
			FIELD_STR(
				"reason", "some options change only when the program starts anew"),
			FIELD("options", buf_slice(&names)));
	buf_done(&names);
}

/* The new configuration is good and its sockets are open: it is ours now, and the workers'. */
static void take_over(const struct config *config, int record)
{
	log_restarts(config);
	config_unref(sup.config);
	sup.config = config;
	set_log(config);
	for (unsigned i = 0; i < sup.shared.workers; i++)
		if (sup.children.v[i].pid)
			tell_worker(&sup.children.v[i], record);
	sockets_settle(&sup.sockets);
	process_close(record);
	LOG(NULL, EV_NOTICE, FIELD_STR("what", "the configuration was read again"),
		FIELD_STR("file", sup.path));
}

static void log_lines(struct slice text)
{
	while (text.n) {
		size_t end = slice_find(text, '\n');

		if (end)
			LOG(NULL, EV_TROUBLE,
				FIELD_STR("reason", "the configuration has a problem"),
				FIELD("problem", slice_take(text, end)));
		text = slice_skip(text, end < text.n ? end + 1 : end);
	}
}

static void reload(void)
{
	const struct config *config = NULL;
	struct buf why;
	int record = -1;

	notify_reloading();
	buf_init(&why, TEXT_BYTES);
	int r = reload_read(sup.path, &sup.sockets, &why, &config, &record);

	log_lines(buf_slice(&why));
	buf_done(&why);
	if (r == 0)
		take_over(config, record);
	else
		LOG(NULL, EV_TROUBLE,
			FIELD_STR("reason",
				"the configuration cannot be used: the running one stays"),
			FIELD_STR("file", sup.path), FIELD_STR("detail", err_name(r)));
	notify_ready();
}

/* ---- waiting ---- */

static usec_t next_event(void)
{
	usec_t next = sup.stopping ? sup.kill_at : children_next_due(&sup.children);

	if (!sup.ready && !sup.stopping && clock_now() + READY_EVERY < next)
		next = clock_now() + READY_EVERY;
	if (sup.alive_every && sup.alive_at < next)
		next = sup.alive_at;
	return next;
}

static void wait_and_see(void)
{
	usec_t next = next_event(), now = clock_now();

	switch (process_wait(next == USEC_INFINITY ? next : next > now ? next - now : 0)) {
	case PROCESS_RELOAD:
		if (sup.ready && !sup.stopping)
			reload();
		break;
	case PROCESS_STOP:
		if (sup.stopping)
			sup.kill_at = 0;
		else
			stop();
		break;
	case PROCESS_CHILD:
	case PROCESS_NOTHING:
	default:
		break;
	}
}

static void keep_watch(void)
{
	usec_t now = clock_now();

	if (sup.alive_every && now >= sup.alive_at) {
		notify_alive();
		sup.alive_at = now + sup.alive_every;
	}
	if (sup.stopping && now >= sup.kill_at) {
		LOG(NULL, EV_TROUBLE, FIELD_STR("reason", "processes that do not end are killed"),
			FIELD_STR("mail", "what was accepted stays in the spool"));
		children_end(&sup.children, true);
		sup.kill_at = USEC_INFINITY;
	}
}

static void supervise(void)
{
	sup.alive_every = notify_interval();
	do {
		if (!sup.stopping)
			start_due();
		if (!sup.ready && !sup.stopping)
			look_who_is_ready();
		wait_and_see();
		reap();
		keep_watch();
	} while (!sup.stopping || children_running(&sup.children));
}

int supervisor_run(const char *path, const struct config *config)
{
	struct buf why;

	sup = (struct supervisor){
		.path = path,
		.first = config_ref(config),
		.config = config_ref(config),
	};
	set_log(config);
	buf_init(&why, TEXT_BYTES);
	sup.status = prepare(&why);
	if (why.n)
		fprintf(stderr, "sluice: %.*s\n", SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	if (sup.status == EX_OK) {
		process_hold_signals();
		supervise();
		if (sup.status == EX_OK)
			LOG(NULL, EV_STOPPED, FIELD_INT("workers", sup.shared.workers));
	}
	sockets_close(&sup.sockets);
	listen_sock_close(sup.admin);
	children_done(&sup.children);
	dir_close(sup.home.spool);
	config_unref(sup.config);
	config_unref(sup.first);
	return sup.status;
}
