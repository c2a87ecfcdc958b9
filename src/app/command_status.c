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

/* Lines that are shown behind the workers'. */
struct shown {
	bool json;
	json_t *listeners, *hops;
};

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

static const char *word(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

/* " A, B" of a list of texts. */
static void print_list(const json_t *list)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item) printf("%s%s", i ? ", " : " ", json_string_value(item));
}

static void print_listener(const json_t *line)
{
	printf("listener %s  for %s, %s, tls %s,", word(line, "listener"), word(line, "for"),
		word(line, "service"), word(line, "tls"));
	print_list(json_object_get(line, "address"));
	printf("  sessions %lld\n", get(line, "sessions"));
}

static void print_time(const json_t *line, const char *before, const char *key)
{
	struct buf text;

	if (!json_object_get(line, key))
		return;
	buf_init(&text, 64);
	time_format(&text, get(line, key) * USEC_PER_SEC);
	printf("%s%.*s", before, SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
}

static void print_member(const json_t *line)
{
	const json_t *offers = json_object_get(line, "offers");

	printf("    %s  %s", word(line, "member"), word(line, "state"));
	print_time(line, " for ", "state-for");
	print_time(line, ", left alone for ", "left-alone-for");
	printf("  connections %lld", get(line, "connections"));
	if (get(line, "max-connections"))
		printf(" of at most %lld", get(line, "max-connections"));
	printf("  transactions %lld  weight %lld\n", get(line, "transactions"),
		get(line, "weight"));
	if (!offers)
		return;
	printf("      offers");
	print_list(offers);
	if (get(line, "size"))
		printf("  size %lld", get(line, "size"));
	printf("\n");
}

static void print_hops(const json_t *line)
{
	if (json_object_get(line, "member")) {
		print_member(line);
		return;
	}
	printf("hops %s  %s, %s  waiting %lld of at most %lld\n", word(line, "hops"),
		word(line, "balance"),
		json_is_true(json_object_get(line, "checked")) ? "checked" : "not checked",
		get(line, "waiting"), get(line, "max-waiting"));
}

static void print_line(void *arg, const json_t *line)
{
	struct shown *shown = arg;
	struct slice text = control_json_get(line, "text");

	if (text.n)
		(void)fwrite(text.p, 1, text.n, stdout); /* an error is seen at the end */
	else if (shown->json)
		ask_print_json(line);
	else if (json_object_get(line, "listener"))
		(void)json_array_append_new(shown->listeners, json_deep_copy(line));
	else if (json_object_get(line, "hops"))
		(void)json_array_append_new(shown->hops, json_deep_copy(line));
	else
		print_worker(line);
}

static void print_rest(struct shown *shown)
{
	size_t i;
	json_t *line;

	json_array_foreach(shown->listeners, i, line) print_listener(line);
	json_array_foreach(shown->hops, i, line) print_hops(line);
	json_decref(shown->listeners);
	json_decref(shown->hops);
}

int command_status(int argc, char **argv)
{
	struct shown shown = { 0 };
	bool metrics = false, help = false;
	struct ask ask = { .who = "status", .line = print_line, .arg = &shown };
	const struct args_option options[] = {
		{ "-c", &ask.config_path, NULL },
		{ "--socket", &ask.socket, NULL },
		{ "--json", NULL, &shown.json },
		{ "--metrics", NULL, &metrics },
		{ "--help", NULL, &help },
	};

	if (!args_parse("status", options, sizeof(options) / sizeof(options[0]), 0, 0, &argc, argv))
		return EX_USAGE;
	if (help) {
		puts("usage: sluice status [-c FILE] [--socket PATH] [--json | --metrics]\n"
		     "Prints how each worker of the running program does, its listeners, and\n"
		     "the members of its pools. --metrics prints the counters of all workers in\n"
		     "Prometheus' text format.");
		return EX_OK;
	}
	shown.listeners = json_array();
	shown.hops = json_array();
	int status = ask_run(&ask,
		&(struct control_request){ .verb = metrics ? CONTROL_METRICS : CONTROL_STATUS });

	print_rest(&shown);
	return status;
}
