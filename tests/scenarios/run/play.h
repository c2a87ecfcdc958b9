/* A run of a scenario: what its statements share. Private to the runner. */
#ifndef SLUICE_SCENARIOS_PLAY_H
#define SLUICE_SCENARIOS_PLAY_H

#include "base/list.h"
#include "base/map.h"
#include "parse.h"
#include "scenario.h"

struct certificates;
struct ctx;
struct sim_host;
struct subject;

struct play {
	const struct scenario *scenario;
	const struct scenario_faults *faults;
	struct scenario_seen *seen;
	struct subject *subject; /* the program */
	struct certificates *certificates; /* or NULL */
	struct list clients, servers, hosts;
	struct buf secrets; /* a line each: what must never be logged */
	usec_t began; /* clock_now() */
	size_t mark; /* offset in seen->lines: `expect log` looks behind it */
	bool failed; /* failure is set: nothing more is played */
	bool told; /* a secret */
	bool reloaded; /* by somebody else than the transcript */
	bool scripted; /* a connection of a next hop has been played by a script */
};

/* Records the first failure with the statement's place; returns ERR_INVALID. Only where an operator's
 * reload (scenario_reload) explains the difference it is none: 0. */
int play_fail(struct play *p, const struct stmt *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends an observation; control characters are made visible, line ends shown as "|". */
void play_see(struct play *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* From now on a log line that holds these bytes fails the run; short ones are ignored. */
void play_secret(struct play *p, struct slice secret);
/* The host with this address, made when there is none yet. */
struct sim_host *play_host(struct play *p, struct slice address);

/* ---- statements ---- */

/* What a statement does; `self` is the client or server whose block it stands in. 0, or the failure
 * has been recorded (ERR_CANCELLED: the run is being ended). */
typedef int op_run(struct ctx *ctx, struct play *p, void *self, const struct stmt *s);

enum op_block { BLOCK_NONE, BLOCK_MAY, BLOCK_MUST };

struct op {
	const char *name; /* one word, or two: "expect log"; "expect *" matches any second word */
	unsigned least, most; /* words behind the name */
	enum op_block block;
	const struct op *inner; /* table for the block */
	op_run *run;
};

/* Tables end with a row without a name. */
const struct op *op_find(const struct op *table, const struct stmt *s);
/* The first statement that no table allows is explained in *why. */
bool op_check(const struct op *table, const struct stmt *first, struct buf *why);
/* How many words the op's own name takes: 1 or 2. */
unsigned op_words(const struct op *op);
/* Runs the statements from `first` on, one after the other. */
int op_run_all(struct ctx *ctx, struct play *p, void *self, const struct op *table,
	const struct stmt *first);

extern const struct op play_ops[]; /* of the file */
extern const struct op guest_ops[];
extern const struct op hop_ops[];

/* ---- words ---- each records a failure and returns false when the word is none */

bool play_time(struct play *p, const struct stmt *s, size_t i, usec_t *ret);
bool play_number(struct play *p, const struct stmt *s, size_t i, uint64_t *ret);

#endif
