/* How commands ask the running program: find its socket, send one request, hand each line of the
 * answer on. */
#ifndef SLUICE_APP_ASK_H
#define SLUICE_APP_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct config;
struct control_request;

/* Where to ask; filled by the options -c and --socket. */
struct ask {
	const char *who; /* "queue list" */
	const char *config_path; /* -c; NULL: COMMANDS_CONFIG_FILE */
	const char *socket; /* --socket; NULL: what the configuration says */
	/* Called for each line of the answer, the end's not included. */
	void (*line)(void *arg, const json_t *line);
	void *arg;
	/* Called when nobody listens and the spool's path is known; returns the exit status. NULL:
	 * that is a failure. */
	int (*offline)(void *arg, const char *spool_path);
	bool more; /* the end's line said: the limit cut the list off */
};

/* Asks. EX_OK, or the status of the failure, whose sentence has been printed; EX_TEMPFAIL when a
 * worker is missing in the answer. Runs a loop of its own. */
int ask_run(struct ask *a, const struct control_request *request);
/* Prints a JSON value on a line of its own. */
void ask_print_json(const json_t *value);

#endif
