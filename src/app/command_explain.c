/* `sluice explain`: what would happen to an envelope. The configuration alone is read, as by
 * `sluice config check`; the session's code does the rest (server/explain.h). */
#include <stdio.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/explain_print.h"
#include "app/load.h"
#include "auth/users.h"
#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "config/config.h"
#include "control/json.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "server/explain.h"

#define WHO	   "explain"
#define REPORT_MAX 65536
#define JSON_MAX   (4U << 20)
#define RCPTS_MAX  1000

static const char help_text[] =
	"usage: sluice explain [-c FILE] --listener NAME --client ADDRESS [--user NAME] [--tls]\n"
	"           [--helo NAME] --from SENDER --to RECIPIENT [--to ...] [--size BYTES] [--json]\n"
	"Tells what would happen if that client said that envelope: each reply that it would\n"
	"get, who decided it, and which line of the configuration; where mail for each recipient\n"
	"would go. Nothing is sent or stored and no server is asked; the program need not run.\n"
	"\n"
	"  --user NAME   the client logs in, with the right password\n"
	"  --tls         after the handshake, where the listener does STARTTLS\n"
	"  --helo NAME   what it says in EHLO; its address by default\n"
	"  --from, --to  an address, <> for the null sender, or an address in angle brackets\n"
	"                followed by parameters: '<a@example.org> NOTIFY=NEVER'\n"
	"  --size BYTES  the size that it declares\n"
	"  --json        one JSON object (docs/control-protocol.md)";

/* The command line. */
static const char *path = COMMANDS_CONFIG_FILE, *listener_name, *client, *user, *helo, *from, *size;
static const char *rcpts_given[RCPTS_MAX];
static struct args_values to = { .v = rcpts_given, .room = RCPTS_MAX };
static bool tls, json, help;

static const struct args_option options[] = {
	{ .name = "-c", .value = &path },
	{ .name = "--listener", .value = &listener_name },
	{ .name = "--client", .value = &client },
	{ .name = "--user", .value = &user },
	{ .name = "--tls", .flag = &tls },
	{ .name = "--helo", .value = &helo },
	{ .name = "--from", .value = &from },
	{ .name = "--to", .values = &to },
	{ .name = "--size", .value = &size },
	{ .name = "--json", .flag = &json },
	{ .name = "--help", .flag = &help },
};

struct job_of_explain {
	struct explain_envelope envelope;
	json_t *object; /* NULL: as text */
};

/* ---- from words to an envelope ---- */

/* A line end would make two commands of one. */
static bool is_one_line(const char *s)
{
	for (; s && *s; s++)
		if (*s == '\r' || *s == '\n')
			return false;
	return true;
}

static bool are_lines(void)
{
	bool good = is_one_line(user) && is_one_line(helo) && is_one_line(from);

	for (size_t i = 0; i < to.n; i++)
		good = good && is_one_line(to.v[i]);
	return good;
}

static bool is_number(const char *s)
{
	size_t n = 0;

	while (ascii_is_digit(s[n]))
		n++;
	return n > 0 && s[n] == '\0';
}

static int check_words(void)
{
	if (!listener_name || !client || !from || to.n == 0)
		return args_fail(EX_USAGE, WHO,
			"--listener, --client, --from and --to are needed; `sluice explain --help` "
			"tells more");
	if (!are_lines())
		return args_fail(EX_USAGE, WHO, "line ends are no part of names and addresses");
	if (size && !is_number(size))
		return args_fail(EX_USAGE, WHO, "--size '%s' is no number of bytes", size);
	return EX_OK;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 128)
			return false;
	return true;
}

static bool all_ascii(void)
{
	bool ascii = is_ascii(from);

	for (size_t i = 0; i < to.n; i++)
		ascii = ascii && is_ascii(to.v[i]);
	return ascii;
}

/* "FROM:<a@example.org>" */
static struct slice argument(struct arena *a, const char *keyword, const char *address)
{
	bool whole = address[0] == '<';

	return slice_str(
		arena_printf(a, "%s:%s%s%s", keyword, whole ? "" : "<", address, whole ? "" : ">"));
}

static struct slice mail_argument(struct arena *a)
{
	struct slice path_and_more = argument(a, "FROM", from);

	return slice_str(arena_printf(a, "%.*s%s%s%s", SLICE_ARG(path_and_more),
		size ? " SIZE=" : "", size ? size : "", all_ascii() ? "" : " SMTPUTF8"));
}

/* What a client without a name of its own says (RFC 5321 section 4.1.3). */
static struct slice address_literal(struct arena *a, const struct ip *ip)
{
	struct buf b;

	buf_init(&b, 100);
	buf_puts(&b, ip->family == IP_V6 ? "[IPv6:" : "[");
	ip_format(&b, ip);
	buf_putc(&b, ']');
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static int find_listener(const struct config *config, struct explain_envelope *e)
{
	e->listener = config_listener_find(config, slice_str(listener_name));
	if (e->listener == NULL) {
		(void)args_fail(
			0, WHO, "there is no listener '%s' in %s; there are:", listener_name, path);
		for (size_t i = 0; i < config->listeners.n; i++)
			fprintf(stderr, "  %s\n", config->listeners.v[i].name.p);
		return EX_USAGE;
	}
	if (tls && e->listener->tls == CONFIG_LISTEN_OFF)
		return args_fail(EX_USAGE, WHO, "the listener '%s' does no TLS", listener_name);
	e->tls = tls || e->listener->tls == CONFIG_LISTEN_IMPLICIT;
	return EX_OK;
}

static int make_envelope(const struct config *config, struct arena *a, struct explain_envelope *e)
{
	struct slice *rcpts = arena_array(a, struct slice, to.n);
	int status;

	e->config = config;
	status = find_listener(config, e);
	if (status == EX_OK && !ip_parse(slice_str(client), &e->client))
		status = args_fail(EX_USAGE, WHO, "--client '%s' is no address", client);
	if (status != EX_OK)
		return status;
	e->helo = helo ? slice_str(helo) : address_literal(a, &e->client);
	e->login = slice_str(user);
	e->mail = mail_argument(a);
	for (size_t i = 0; i < to.n; i++)
		rcpts[i] = argument(a, "TO", to.v[i]);
	e->rcpts = rcpts;
	e->rcpts_n = to.n;
	return EX_OK;
}

/* ---- running it ---- */

static void show(void *arg, const struct explain_step *step)
{
	struct job_of_explain *job = arg;

	if (job->object)
		explain_json_step(job->object, &job->envelope, step);
	else
		explain_print_step(&job->envelope, step);
}

static int play(struct ctx *ctx, void *arg)
{
	struct job_of_explain *job = arg;

	return explain_run(ctx, &job->envelope, show, job);
}

static int end(struct job_of_explain *job, struct slice unread)
{
	struct buf text;

	if (job->object) {
		buf_init(&text, JSON_MAX);
		explain_json_end(job->object, &job->envelope, unread);
		control_json_put(&text, job->object);
		(void)fwrite(text.p, 1, text.n, stdout); /* an error is seen by fflush */
		buf_done(&text);
	} else {
		explain_print_end(&job->envelope, unread);
	}
	return fflush(stdout) == 0 ? EX_OK
				   : args_fail(EX_IOERR, WHO, "the output cannot be written");
}

static int explain(struct job_of_explain *job, struct slice unread)
{
	log_setup(EVENT_LOGFMT, EVENT_ERROR); /* what is refused here is no event */
	if (json)
		job->object = explain_json_begin(&job->envelope);
	else
		explain_print_begin(&job->envelope);
	int r = loop_run(WHO, play, job);
	int status = r == 0 ? end(job, unread)
			    : args_fail(EX_SOFTWARE, WHO, "it broke off: %s", err_name(r));

	json_decref(job->object);
	return status;
}

/* ---- files ---- */

/* Whose content may not be read is as good as missing, unless it is asked about. */
static int read_users(const struct config *config, struct slice unread, struct auth_users **ret)
{
	struct buf why;
	int status = EX_OK;

	*ret = NULL;
	if (config->users.n && slice_search(unread, config->users.v[0].file.path) < unread.n)
		return user == NULL ? EX_OK
				    : args_fail(EX_NOPERM, WHO,
					      "the file of users %s may not be read, so nothing is "
					      "known of '%s'",
					      config->users.v[0].file.path.p, user);
	buf_init(&why, REPORT_MAX);
	if (load_users(config, &why, ret) < 0)
		status = args_fail(EX_CONFIG, WHO, "%.*s", SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	return status;
}

static int explain_with(const struct config *config, struct slice unread)
{
	struct job_of_explain job = { 0 };
	struct arena arena = ARENA_INIT;
	int status = make_envelope(config, &arena, &job.envelope);

	if (status == EX_OK)
		status = read_users(config, unread, &job.envelope.users);
	if (status == EX_OK)
		status = explain(&job, unread);
	auth_users_unref(job.envelope.users);
	arena_reset(&arena);
	return status;
}

int command_explain(int argc, char **argv)
{
	const struct config *config = NULL;
	struct buf report, unread;

	if (!args_parse(WHO, options, sizeof(options) / sizeof(options[0]), 0, 0, &argc, argv))
		return EX_USAGE;
	if (help) {
		puts(help_text);
		return EX_OK;
	}
	int status = check_words();

	if (status != EX_OK)
		return status;
	buf_init(&report, REPORT_MAX);
	buf_init(&unread, REPORT_MAX);
	if (load_config_readable(path, &unread, &report, &config) < 0) {
		fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&report)));
		status = EX_CONFIG;
	} else {
		status = explain_with(config, buf_slice(&unread));
	}
	config_unref(config);
	buf_done(&unread);
	buf_done(&report);
	return status;
}
