/* Scenarios: behaviours of the whole program as transcripts, played in the simulated world.
 * docs/scenarios.md has the language. One process plays any number of them, one after the other. */
#ifndef SLUICE_SCENARIOS_SCENARIO_H
#define SLUICE_SCENARIOS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"

struct ctx;
struct stmt;
struct program;

/* A file, read and checked; lives in its arena. */
struct scenario {
	struct arena arena;
	const char *name; /* "session/data.sl" */
	struct stmt *first;
};

/* Reads `folder`/`name`; parts come from folder/common. False, with "file:line: what is wrong"
 * appended to *why: a word that does not exist, too few or too many, a block that does not belong.
 * Nothing is to be freed then. */
bool scenario_load(const char *folder, const char *name, struct scenario *ret, struct buf *why);
void scenario_free(struct scenario *s);

/* Address of the program's host. */
#define SCENARIO_HOST "192.0.2.25"

/* How a run differs from the plain one. Zeroed but for the seed: a plain one. */
struct scenario_faults {
	uint64_t seed;
	/* What is done to the program makes replies and outcomes other than the transcript says: the
	 * first difference then ends the transcript (not the run) and is no failure. Deadlocks, aborts,
	 * leaks and processes that do not end still are. */
	bool transcript_may_fail;
	/* Called once on the loop, in the coroutine that plays the transcript, when the world and the
	 * program's host (sim_host_at(SCENARIO_HOST)) are made and nothing runs there yet; may plan
	 * faults with rt/sim/sim.h. NULL: nothing. */
	void (*begin)(struct ctx *ctx, void *arg);
	/* Called when the transcript has ended, before the rest does: faults are taken back here. When
	 * it is given, the program is then ended and started once more, and what it has is observed:
	 * "kept QUEUE-ID to PATH" a line for each recipient that has not ended, "kept QUEUE-ID text
	 * TEXT" of each report, then "revived". NULL: nothing. */
	void (*calm)(struct ctx *ctx, void *arg);
	/* Called after each statement of the file has been played, with its number from 1. May suspend.
	 * A negative result ends the transcript. NULL: nothing. */
	int (*after_statement)(struct ctx *ctx, void *arg, unsigned number);
	/* Called when everything has ended, still in the world, before the leaks are counted. */
	void (*end)(void *arg);
	void *arg;
};

/* What a run was seen to do. */
struct scenario_seen {
	bool passed;
	char failure[2000]; /* "file:line: expected ..., got ...", "" when it passed */
	/* One observation a line, in order of virtual time: what clients said and heard with the
	 * session's state, what servers heard and said, log lines, queue entries, messages received.
	 * The coverage is read from these lines alone. */
	struct buf lines;
	uint64_t digest; /* of the world's trace */
	usec_t lasted; /* virtual */
	size_t leaks; /* sockets, files, pools never closed */
	unsigned statements; /* played */
};

void scenario_seen_init(struct scenario_seen *seen);
void scenario_seen_done(struct scenario_seen *seen);

/* Plays a scenario in a fresh world. *ret was initialised and is empty. Returns 0, or -1 when
 * ret->passed is false. Not to be called on a loop. */
int scenario_run(
	const struct scenario *s, const struct scenario_faults *faults, struct scenario_seen *ret);

/* For a hook in the world (sim_on_park) while a run is under way: an operator's reload that the
 * transcript knows nothing of. It must hold all the same, but for what counts reloads: connections of
 * next hops, connections used again, the log lines of a reload. */
enum scenario_reload {
	SCENARIO_RELOAD_NONE, /* it would be no reload: the program starts, ends, or reloads already */
	SCENARIO_RELOAD_SAME, /* of the files that the program read last */
	/* The transcript has changed files, and has yet to make it read them; or a script plays one
	 * connection of a next hop, which a reload closes when nothing goes on in it, or the transcript
	 * says that it `counts-on-idle` ones. */
	SCENARIO_RELOAD_OTHER,
};
enum scenario_reload scenario_reload_now(void);
void scenario_reload(void);

#endif
