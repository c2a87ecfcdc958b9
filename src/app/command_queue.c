/* `sluice queue`: what waits in the spool, and changing it by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/ask.h"
#include "app/commands.h"
#include "app/queue_offline.h"
#include "app/queue_print.h"
#include "base/arena.h"
#include "base/text.h"
#include "control/request.h"

/* What the command line says. */
struct words {
	struct ask ask;
	struct control_request request;
	const char *from, *to, *login, *error, *older, *state, *limit;
	bool json, all;
	struct arena arena;
	struct queue_printer printer;
};

static bool parse_options(struct words *w, int min, int max, int *argc, char **argv)
{
	const struct args_option options[] = {
		{ "-c", &w->ask.config_path, NULL },
		{ "--socket", &w->ask.socket, NULL },
		{ "--from", &w->from, NULL },
		{ "--to", &w->to, NULL },
		{ "--login", &w->login, NULL },
		{ "--error", &w->error, NULL },
		{ "--older", &w->older, NULL },
		{ "--state", &w->state, NULL },
		{ "--limit", &w->limit, NULL },
		{ "--all", NULL, &w->all },
		{ "--json", NULL, &w->json },
	};

	return args_parse(
		w->ask.who, options, sizeof(options) / sizeof(options[0]), min, max, argc, argv);
}

/* An empty pattern would mean "any" and reach further than was meant. */
static bool take_text(
	const struct words *w, const char *option, const char *text, struct slice *ret)
{
	*ret = slice_str(text);
	if (text == NULL || ret->n)
		return true;
	(void)args_fail(0, w->ask.who, "the value of '%s' is empty", option);
	return false;
}

static bool take_states(struct words *w)
{
	struct slice rest = slice_str(w->state);

	while (rest.n) {
		struct slice word = slice_split(&rest, ',');

		if (control_state_parse(word, &w->request.states))
			continue;
		(void)args_fail(0, w->ask.who,
			"'%.*s' is no state; waiting, active or held was expected",
			SLICE_ARG(word));
		return false;
	}
	return true;
}

static bool take_filter(struct words *w)
{
	struct control_request *r = &w->request;

	if (!take_text(w, "--from", w->from, &r->from) || !take_text(w, "--to", w->to, &r->to) ||
		!take_text(w, "--login", w->login, &r->login) ||
		!take_text(w, "--error", w->error, &r->error) || !take_states(w))
		return false;
	if (w->older && !time_parse(slice_str(w->older), &r->older)) {
		(void)args_fail(0, w->ask.who, "'%s' is no time; write 30m, 2h or 5d", w->older);
		return false;
	}
	if (w->limit && (!slice_to_u64(slice_str(w->limit), INT64_MAX, &r->limit) || !r->limit)) {
		(void)args_fail(0, w->ask.who, "'%s' is no number above 0", w->limit);
		return false;
	}
	r->all = w->all;
	return true;
}

static bool take_ids(struct words *w, int argc, char **argv)
{
	uint64_t *ids = arena_array(&w->arena, uint64_t, (size_t)argc);

	for (int i = 1; i < argc; i++) {
		if (text_id_parse(slice_str(argv[i]), &ids[i - 1]))
			continue;
		(void)args_fail(0, w->ask.who, "'%s' is no queue id", argv[i]);
		return false;
	}
	w->request.ids = ids;
	w->request.ids_n = (size_t)(argc - 1);
	return true;
}

static bool is_filtered(const struct control_request *r)
{
	return r->from.n || r->to.n || r->login.n || r->error.n || r->older || r->states;
}

/* Removing everything must not be what happens when a word was forgotten. */
static bool check_scope(const struct words *w)
{
	const struct control_request *r = &w->request;
	const char *who = w->ask.who;

	if (control_verb_acts(r->verb) && r->ids_n == 0 && !is_filtered(r) && !r->all) {
		(void)args_fail(0, who,
			"say which messages: queue ids, a filter, or --all; `sluice %s --help` "
			"tells more",
			who);
		return false;
	}
	return true;
}

static void print_line(void *arg, const json_t *line)
{
	struct words *w = arg;

	queue_printer_line(&w->printer, line);
}

static int look_offline(void *arg, const char *spool_path)
{
	struct words *w = arg;

	return queue_offline_run(w->ask.who, spool_path, &w->request, print_line, w, &w->ask.more);
}

static int run(const char *who, enum control_verb verb, int min, int max, int argc, char **argv)
{
	struct words w = { .ask.who = who, .request.verb = verb };
	int status = EX_USAGE;

	if (parse_options(&w, min, max, &argc, argv) && take_filter(&w) &&
		take_ids(&w, argc, argv) && check_scope(&w)) {
		queue_printer_init(&w.printer, who, &w.request, w.json);
		w.ask.line = print_line;
		w.ask.arg = &w;
		if (queue_offline_can(&w.request))
			w.ask.offline = look_offline;
		status = ask_run(&w.ask, &w.request);
		status = queue_printer_end(&w.printer, status, w.ask.more);
	}
	arena_reset(&w.arena);
	return status;
}

static int queue_summary(int argc, char **argv)
{
	return run("queue summary", CONTROL_SUMMARY, 0, 0, argc, argv);
}

static int queue_list(int argc, char **argv)
{
	return run("queue list", CONTROL_LIST, 0, CONTROL_IDS_MAX, argc, argv);
}

static int queue_show(int argc, char **argv)
{
	return run("queue show", CONTROL_SHOW, 1, CONTROL_IDS_MAX, argc, argv);
}

static int queue_cat(int argc, char **argv)
{
	return run("queue cat", CONTROL_CAT, 1, 1, argc, argv);
}

static int queue_hold(int argc, char **argv)
{
	return run("queue hold", CONTROL_HOLD, 0, CONTROL_IDS_MAX, argc, argv);
}

static int queue_release(int argc, char **argv)
{
	return run("queue release", CONTROL_RELEASE, 0, CONTROL_IDS_MAX, argc, argv);
}

static int queue_retry(int argc, char **argv)
{
	return run("queue retry", CONTROL_RETRY, 0, CONTROL_IDS_MAX, argc, argv);
}

static int queue_remove(int argc, char **argv)
{
	return run("queue remove", CONTROL_REMOVE, 0, CONTROL_IDS_MAX, argc, argv);
}

#define WHERE                                                                                      \
	"  -c FILE        the configuration (" COMMANDS_CONFIG_FILE ")\n"                          \
	"  --socket PATH  the admin socket, instead of reading the configuration\n"                \
	"  --json         one JSON object a line"
#define FILTER                                                                                     \
	"Filters; * and ? in patterns stand for any text and any character:\n"                     \
	"  --from PATTERN   the envelope sender; '<>' is the null one\n"                           \
	"  --to PATTERN     a recipient; only such recipients are meant\n"                         \
	"  --login PATTERN  who logged in\n"                                                       \
	"  --error TEXT     the last reason contains it\n"                                         \
	"  --older TIME     arrived so long ago: 30m, 2h, 5d\n"                                    \
	"  --state STATES   waiting, active, held\n"
#define ACT "Prints a line for each message changed. --all means every message.\n" FILTER

static const struct args_command commands[] = {
	{ "summary", queue_summary, "[-c FILE]", "Prints how much is in the queue.\n" WHERE },
	{ "list", queue_list, "[-c FILE] [FILTER ...] [--limit N] [ID ...]",
		"Prints each message with its recipients, oldest first.\n" FILTER WHERE },
	{ "show", queue_show, "[-c FILE] ID ...", "Prints all that is known of messages.\n" WHERE },
	{ "cat", queue_cat, "[-c FILE] ID", "Prints header and body of a message.\n" WHERE },
	{ "hold", queue_hold, "[-c FILE] (ID ... | FILTER ... | --all)",
		"Keeps recipients from being tried until they are released.\n" ACT WHERE },
	{ "release", queue_release, "[-c FILE] (ID ... | FILTER ... | --all)",
		"Lets held recipients be tried, at once.\n" ACT WHERE },
	{ "retry", queue_retry, "[-c FILE] (ID ... | FILTER ... | --all)",
		"Tries waiting recipients now.\n" ACT WHERE },
	{ "remove", queue_remove, "[-c FILE] (ID ... | FILTER ... | --all)",
		"Removes recipients; nobody is told. A message without recipients is gone.\n" ACT
			WHERE },
};

int command_queue(int argc, char **argv)
{
	return args_dispatch("queue", "Shows and changes what waits to be delivered.", commands,
		sizeof(commands) / sizeof(commands[0]), argc, argv);
}
