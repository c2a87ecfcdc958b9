/* `sluice queue` while the program does not run: looks at the spool's files. */
#ifndef SLUICE_APP_QUEUE_OFFLINE_H
#define SLUICE_APP_QUEUE_OFFLINE_H

#include <stdbool.h>

#include <jansson.h>

struct control_request;

/* The request can be answered so: it only looks. */
bool queue_offline_can(const struct control_request *request);
/* Answers as the running program would, line by line. Returns an exit status; a failure has been
 * said. *ret_more: the limit cut the list off. */
int queue_offline_run(const char *who, const char *spool_path,
	const struct control_request *request, void (*line)(void *arg, const json_t *line),
	void *arg, bool *ret_more);

#endif
