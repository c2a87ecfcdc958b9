/* `sluice status`: how the running program does. */
#include <stdio.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/ask.h"
#include "app/commands.h"
#include "base/buf.h"
#include "base/time.h"
#include "control/json.h"
#include "control/request.h"
#include "rt/clock.h"

static long long get(const json_t *line, const char *key)
{
	return (long long)control_json_int(line, key);
}

static void print_age(const json_t *line)
{
	usec_t age = clock_wall() / USEC_PER_SEC - get(line, "started");
	struct buf text;

	buf_init(&text, 64);
	time_format(&text, age > 0 ? age * USEC_PER_SEC : 0);
	printf("worker %lld  up %.*s", get(line, "worker"), SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
}

static void print_worker(const json_t *line)
{
	print_age(line);
	printf("  %s\n", !json_is_true(json_object_get(line, "healthy")) ? "its spool has FAILED"
			 : !json_is_true(json_object_get(line, "accepting"))
				 ? "takes no mail: no room"
				 : "takes mail");
	printf("    sessions %lld  messages %lld  recipients %lld waiting, %lld active, %lld "
	       "held\n",
		get(line, "sessions"), get(line, "messages"), get(line, "waiting"),
		get(line, "active"), get(line, "held"));
	printf("    attempts %lld  queued %lld  destinations %lld  connections %lld (%lld idle)  "
	       "dead hosts %lld\n",
		get(line, "attempts"), get(line, "queued"), get(line, "destinations"),
		get(line, "connections"), get(line, "idle-connections"), get(line, "dead-hosts"));
}

static void print_line(void *arg, const json_t *line)
{
	const bool *json = arg;
	struct slice text = control_json_get(line, "text");

	if (text.n)
		(void)fwrite(text.p, 1, text.n, stdout); /* an error is seen at the end */
	else if (*json)
		ask_print_json(line);
	else
		print_worker(line);
}

int command_status(int argc, char **argv)
{
	bool json = false, metrics = false, help = false;
	struct ask ask = { .who = "status", .line = print_line, .arg = &json };
	const struct args_option options[] = {
		{ "-c", &ask.config_path, NULL },
		{ "--socket", &ask.socket, NULL },
		{ "--json", NULL, &json },
		{ "--metrics", NULL, &metrics },
		{ "--help", NULL, &help },
	};

	if (!args_parse("status", options, sizeof(options) / sizeof(options[0]), 0, 0, &argc, argv))
		return EX_USAGE;
	if (help) {
		puts("usage: sluice status [-c FILE] [--socket PATH] [--json | --metrics]\n"
		     "Prints how each worker of the running program does. --metrics prints the\n"
		     "counters of all workers in Prometheus' text format.");
		return EX_OK;
	}
	return ask_run(&ask,
		&(struct control_request){ .verb = metrics ? CONTROL_METRICS : CONTROL_STATUS });
}
