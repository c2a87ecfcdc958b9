/* `sluice sink`: the program's own sessions in front of a service that takes everything and
 * keeps it as files of a Maildir, one line to standard output for each message. For trying
 * things out: it asks nobody for permission, so it listens on loopback unless told otherwise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/commands.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "config/report.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/net.h"
#include "rt/process.h"
#include "rt/scope.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

#define MESSAGE_MAX  (64u << 20) /* bytes of one message */
#define ADDRESS_MAX  8 /* --listen may be given so often */
#define NAMES_BYTES  4096 /* recipients shown in the line */
#define WRITE_QUEUED 1000

static struct sink {
	const char *maildir; /* NULL: messages are counted and dropped */
	struct dir *new_dir, *tmp_dir;
	struct pool *writers;
	struct ip_port addresses[ADDRESS_MAX];
	size_t addresses_n;
	uint64_t count;
	struct server server;
} sink;

/* ---- the service ---- */

struct sink_tx {
	struct tx base;
	struct session *session;
	struct buf to; /* for the line */
	struct buf body;
	char id[TEXT_ID_CHARS];
};

static struct sink_tx *sink_of(struct tx *tx)
{
	return container_of(tx, struct sink_tx, base);
}

static void sink_free(struct sink_tx *t)
{
	buf_done(&t->to);
	buf_done(&t->body);
	free(t);
}

static void sink_offers(const struct session *s, struct smtp_caps *caps)
{
	(void)s;
	smtp_caps_add(caps, SMTP_CAP_8BITMIME);
	smtp_caps_add(caps, SMTP_CAP_SMTPUTF8);
	smtp_caps_add(caps, SMTP_CAP_DSN);
}

static const struct service_ops sink_service;

static int sink_mail(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
	struct tx **ret_tx, struct smtp_reply *ret)
{
	struct sink_tx *t = mem_zalloc(sizeof(*t));

	(void)ctx;
	(void)cmd;
	t->base.ops = &sink_service;
	t->session = s;
	buf_init(&t->to, NAMES_BYTES);
	buf_init(&t->body, MESSAGE_MAX);
	*ret_tx = &t->base;
	smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	return 0;
}

static int sink_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	struct sink_tx *t = sink_of(tx);

	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		if (t->to.n)
			buf_putc(&t->to, ',');
		smtp_path_format_mailbox(&t->to, &cmds[i].path);
		smtp_reply_set(&ret[i], 250, "2.1.5", "Recipient taken");
	}
	return 0;
}

static int sink_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct sink_tx *t = sink_of(tx);

	(void)ctx;
	(void)ret_refusal;
	text_id(++sink.count, t->id);
	t->base.queue_id = slice_of(t->id, sizeof(t->id));
	*ret = CONTENT_HOLD;
	return 0;
}

static int sink_write(struct ctx *ctx, struct tx *tx, struct slice body)
{
	struct sink_tx *t = sink_of(tx);

	(void)ctx;
	if (sink.maildir)
		buf_put(&t->body, body);
	return t->body.failed ? ERR_FULL : 0;
}

/* One file to be written; owned by the job while it runs. */
struct parcel {
	struct buf text;
	char name[64];
};

static void parcel_drop(void *arg)
{
	struct parcel *p = arg;

	buf_done(&p->text);
	free(p);
}

/* Readers of a Maildir pass over names that begin with a dot, so they see whole files only. */
static int parcel_write(struct job *job, void *arg)
{
	struct parcel *p = arg;

	return file_write_all(job, sink.new_dir, p->name, buf_slice(&p->text), 0600);
}

static int keep(struct ctx *ctx, struct sink_tx *t, struct slice header)
{
	struct parcel *p = mem_zalloc(sizeof(*p));

	snprintf(p->name, sizeof(p->name), "%lld.%.*s.sluice", (long long)clock_wall(),
		SLICE_ARG(t->base.queue_id));
	buf_init(&p->text, MESSAGE_MAX);
	buf_put(&p->text, header);
	buf_puts(&p->text, "\r\n");
	buf_put(&p->text, buf_slice(&t->body));
	int r = pool_run(ctx, sink.writers,
		&(struct job_call){ .run = parcel_write, .drop = parcel_drop, .arg = p });

	if (r != ERR_CANCELLED && r != ERR_TIMEOUT)
		parcel_drop(p);
	return r;
}

static int sink_finish(
	struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct sink_tx *t = sink_of(tx);
	int r = sink.maildir ? keep(ctx, t, edits->header) : 0;

	if (r == 0) {
		printf("%.*s from=<%.*s> to=%.*s size=%zu\n", SLICE_ARG(t->base.queue_id),
			SLICE_ARG(t->session->sender), SLICE_ARG(buf_slice(&t->to)),
			edits->header.n + 2 + t->body.n);
		smtp_reply_set(ret, 250, "2.0.0", "Caught as %.*s", SLICE_ARG(t->base.queue_id));
	} else if (r != ERR_CANCELLED && r != ERR_TIMEOUT) {
		smtp_reply_set(ret, 451, "4.3.0", "The message could not be kept: %s", err_name(r));
		r = 0;
	}
	sink_free(t);
	return r;
}

static void sink_abort(struct ctx *ctx, struct tx *tx, enum abort_why why)
{
	(void)ctx;
	(void)why;
	sink_free(sink_of(tx));
}

static const struct service_ops sink_service = {
	.offers = sink_offers,
	.mail = sink_mail,
	.rcpts = sink_rcpts,
	.open = sink_open,
	.write = sink_write,
	.finish = sink_finish,
	.abort = sink_abort,
};

/* ---- running ---- */

static int open_maildir(void)
{
	struct job *job = job_outside_loop();
	struct dir *top, *unused = NULL;
	int r = dir_open(job, sink.maildir, true, &top);

	if (r < 0)
		return r;
	r = dir_open_below(job, top, "new", true, &sink.new_dir);
	if (r == 0)
		r = dir_open_below(job, top, "tmp", true, &sink.tmp_dir);
	if (r == 0)
		r = dir_open_below(job, top, "cur", true, &unused);
	dir_close(unused);
	dir_close(top);
	return r;
}

static int listen_all(struct scope *scope, struct server_listener *listeners)
{
	const struct listen_options options = { 0 };
	int r = 0;

	for (size_t i = 0; i < sink.addresses_n && r == 0; i++) {
		listeners[i] = (struct server_listener){ &sink.server, NULL, S("sink") };
		r = listen_sock_open(&sink.addresses[i], &options, &listeners[i].sock);
		if (r == 0)
			r = scope_spawn(scope, "listener", server_listen, &listeners[i]);
	}
	return r;
}

static int sink_main(struct ctx *ctx, void *arg)
{
	struct server_listener listeners[ADDRESS_MAX] = { 0 };
	struct scope scope;

	server_init(&sink.server);
	server_set_config(&sink.server, arg, NULL);
	sink.server.relay = &sink_service;
	scope_init(&scope, SCOPE_ALL);
	int r = listen_all(&scope, listeners);

	if (r < 0)
		fprintf(stderr, "sluice sink: cannot listen: %s\n",
			r == ERR_BUSY ? "the port is in use" : err_name(r));
	else
		(void)scope_wait(ctx, &scope);
	scope_end(ctx, &scope);
	scope_end(ctx, &sink.server.sessions);
	server_done(&sink.server);
	for (size_t i = 0; i < ADDRESS_MAX; i++)
		listen_sock_close(listeners[i].sock);
	return r;
}

/* The sessions want a configuration: everything taken, nothing checked. */
static const struct config *make_config(void)
{
	static const char text[] = "hostname: sink.localhost\n"
				   "limits: { message-size: 64MiB, recipients: 10000 }\n"
				   "listeners:\n"
				   "  sink: { for: internal, address: \"127.0.0.1:25\" }\n"
				   "routes: [ { via: mx } ]\n";
	const struct config *config = NULL;
	struct config_report report;
	struct buf why;

	config_report_init(&report);
	if (config_load(&(struct config_input){ .path = "sink",
				.text = slice_str(text),
				.system_name = S("localhost") },
		    &report, &config) < 0) {
		buf_init(&why, 4096);
		config_report_write(&report, "sink", &why);
		fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&why)));
		buf_done(&why);
	}
	config_report_done(&report);
	return config;
}

static int run(const struct config *config)
{
	if (sink.maildir && open_maildir() < 0) {
		fprintf(stderr, "sluice sink: '%s' cannot be used as a Maildir\n", sink.maildir);
		return EX_CANTCREAT;
	}
	process_stop_by_signal();
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_setup(EVENT_LOGFMT, EVENT_WARNING);
	sink.writers = pool_new("writer", 2, WRITE_QUEUED);
	int r = loop_run("sink", sink_main, (void *)(uintptr_t)config);

	pool_free(sink.writers);
	dir_close(sink.new_dir);
	dir_close(sink.tmp_dir);
	return r < 0 ? EX_UNAVAILABLE : EX_OK;
}

static bool parse_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--discard") == 0) {
			i--;
			continue;
		}
		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "--maildir") == 0)
			sink.maildir = argv[i + 1];
		else if (strcmp(argv[i], "--listen") != 0 || sink.addresses_n == ADDRESS_MAX ||
			 !ip_port_parse(
				 slice_str(argv[i + 1]), &sink.addresses[sink.addresses_n++]))
			return false;
	}
	return sink.addresses_n > 0;
}

int command_sink(int argc, char **argv)
{
	bool help = argc == 2 && strcmp(argv[1], "--help") == 0;

	if (help || !parse_options(argc, argv)) {
		fputs("usage: sluice sink --listen ADDRESS:PORT [--maildir FOLDER | --discard]\n"
		      "Takes every message and prints one line for it. --listen may be repeated.\n",
			help ? stdout : stderr);
		return help ? EX_OK : EX_USAGE;
	}
	const struct config *config = make_config();

	if (config == NULL)
		return EX_SOFTWARE;
	int status = run(config);

	config_unref(config);
	return status;
}
