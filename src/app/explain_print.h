/* What `sluice explain` prints: a transcript with reasons for people, or one JSON object. */
#ifndef SLUICE_APP_EXPLAIN_PRINT_H
#define SLUICE_APP_EXPLAIN_PRINT_H

#include "base/slice.h"

#include <jansson.h>

struct config;
struct explain_envelope;
struct explain_step;

/* The beginning: which listener, which client. */
void explain_print_begin(const struct explain_envelope *e);
void explain_print_step(const struct explain_envelope *e, const struct explain_step *step);
/* The end: what is not known here. unread: names of files, a line each. */
void explain_print_end(const struct explain_envelope *e, struct slice unread);

/* The same as parts of an object; the caller owns what is returned. */
json_t *explain_json_begin(const struct explain_envelope *e);
void explain_json_step(
	json_t *object, const struct explain_envelope *e, const struct explain_step *step);
void explain_json_end(json_t *object, const struct explain_envelope *e, struct slice unread);

#endif
