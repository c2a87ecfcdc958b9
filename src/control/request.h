/* What is asked on the admin socket and of each worker: one JSON object a line. Pure. */
#ifndef SLUICE_CONTROL_REQUEST_H
#define SLUICE_CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct arena;
struct buf;

#define CONTROL_REQUEST_MAX (64u << 10) /* bytes of a request's line */
#define CONTROL_IDS_MAX	    1000 /* queue ids in one request */

enum control_verb {
	CONTROL_SUMMARY, /* totals of the queue */
	CONTROL_LIST, /* messages, with recipients */
	CONTROL_SHOW, /* all about the messages `ids` */
	CONTROL_CAT, /* header and body of the messages `ids` */
	CONTROL_HOLD,
	CONTROL_RELEASE,
	CONTROL_RETRY,
	CONTROL_REMOVE,
	CONTROL_STATUS, /* of each worker */
	CONTROL_METRICS, /* counters; of the control process only */
};
#define CONTROL_VERBS 10

/* "list"; static text. */
const char *control_verb_name(enum control_verb verb);
/* The verb changes messages. */
bool control_verb_acts(enum control_verb verb);

struct control_request {
	enum control_verb verb;
	const uint64_t *ids; /* rising, each once; n == 0: what the filter finds */
	size_t ids_n;
	bool all; /* an act without ids and filter is meant for every message */
	/* The filter; conditions on recipients hold for each recipient that is shown or changed. */
	struct slice from; /* pattern of the reverse-path; "<>" is the null one; empty: any */
	struct slice to; /* pattern of the forward-path */
	struct slice login; /* pattern */
	struct slice error; /* is contained in the last reason */
	usec_t older; /* arrived at least so long ago; 0: any */
	unsigned states; /* set of 1 << enum spool_state; 0: any */
	uint64_t limit; /* messages listed; 0: all */
};

/* Appends the line, newline included. */
void control_request_format(struct buf *b, const struct control_request *r);
/* Reads a line (without its newline); text and ids live in the arena. ERR_INVALID with a sentence
 * in *ret_why (static). Sorts the ids. A request that would change all messages without saying so
 * is invalid, and so is show or cat without ids. */
int control_request_parse(
	struct slice line, struct arena *arena, struct control_request *ret, const char **ret_why);

/* "waiting", "active" and "held" as they are filtered by; false for another word. */
bool control_state_parse(struct slice word, unsigned *ret_states);

#endif
