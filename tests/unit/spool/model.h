/* A load on a spool, and what must be true of it after any crash. The model outlives the simulated
 * processes. */
#ifndef SLUICE_TESTS_UNIT_SPOOL_MODEL_H
#define SLUICE_TESTS_UNIT_SPOOL_MODEL_H

#include "spool/spool.h"

struct ctx;

struct model_options {
	struct spool_options spool;
	unsigned steps; /* of each of the three workers */
	unsigned large; /* one message in so many goes to its own file */
	unsigned keep; /* deliveries happen only while more messages than this are there */
	unsigned gap; /* at most so many milliseconds between steps */
};

/* Forgets everything: a new disk. */
void model_reset(void);
/* Opens the spool, asserts that it tells what the model knows, works, and closes it: one life of a
 * process. Returns 0, or what made it end early (a cut, a failed disk). */
int model_life(struct ctx *ctx, const struct model_options *o, struct spool_report *ret_report);
/* Messages acknowledged so far; messages ended for good so far. */
unsigned model_acked(void);
unsigned model_ended(void);
/* Losses of this message are excused: a test damaged it. */
void model_excuse_all(void);

#endif
