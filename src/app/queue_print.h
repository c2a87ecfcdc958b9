/* The answers of `sluice queue` as text for people, or as JSON. */
#ifndef SLUICE_APP_QUEUE_PRINT_H
#define SLUICE_APP_QUEUE_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/map.h"
#include "base/text.h"

struct control_request;

struct queue_printer {
	const char *who; /* "queue list" */
	const struct control_request *request; /* borrowed */
	bool json;
	uint64_t messages, recipients, errors;
	char last_id[TEXT_ID_CHARS + 1]; /* lines of one message follow each other */
	struct map seen; /* ids of the request that were answered for */
};

void queue_printer_init(
	struct queue_printer *p, const char *who, const struct control_request *request, bool json);
/* arg is a struct queue_printer. */
void queue_printer_line(void *arg, const json_t *line);
/* Says what is still to be said: totals, ids that nobody knew. status is that of the asking; the
 * command's status is returned. Ends the printer. */
int queue_printer_end(struct queue_printer *p, int status, bool more);

#endif
