/* One scenario and its points. A plain run tells where the program suspends and how much it
 * allocates in between; every suspension is a point of four kinds, every allocation one more.
 * Where very much is allocated at once (the world's disk, the library's tables) some are taken, or
 * those of different places.
 * The beginning that points have in common is played once: at each suspension copies of the process
 * are made, one for each point there, and in each the strike falls and the run goes its own way. */
#include "torture.h"

#include <assert.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "place.h"
#include "scenario.h"

#define DENSE	  200 /* allocations between two suspensions, all of which are points */
#define SPARSE	  12 /* with TORTURE_FEW so many when there are more */
#define FEW	  29 /* of so many suspensions one, where a run is very long */
#define SECONDS	  100 /* real, for one point */
#define LINES_MAX (64u << 20)
#define SPOTS_MAX (4u << 20)
#define REPEATS	  3 /* of a run that leaves more memory behind than the plain one */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

enum mode { PLAIN, SURVEY, WALK, STRUCK, AGAIN };

struct spot {
	struct torture_point point;
	uint64_t at; /* the suspension at which its fate is sealed; 0: before the first */
};

struct torture {
	struct scenario scenario;
	uint64_t seed;
	struct torture_choice choice;
	enum mode mode;
	struct spot *v; /* room for SPOTS_MAX: in a hook nothing is allocated, since that counts */
	size_t n;
	uint64_t parks, allocations; /* seen so far */
	bool *many; /* by suspension: very much is allocated behind it; room for SPOTS_MAX */
	bool starts; /* the plain run ends with a configuration that the program takes */
	struct buf plain; /* the lines of the plain run */
	const struct scenario_seen *seen; /* so far, of this run */
	usec_t began; /* the transcript */
	struct torture_strike strike; /* of this run; offset SIZE_MAX: none yet */
	bool strict; /* the strike is none that may change what the transcript says */
	/* the walk */
	const struct torture_walk *walk;
	size_t next; /* of v */
	const struct spot *now; /* in the copy that is struck */
	char *why; /* of TORTURE_WHY_BYTES, shared with the copies */
	size_t bytes; /* that are allocated when a plain run has ended */
};

const char *torture_kind_name(enum torture_kind kind)
{
	static const char *const names[] = { "cancel", "stop", "kill", "reload", "memory" };

	return names[kind];
}

/* ---- the survey ---- */

static void add(struct torture *t, enum torture_kind kind, uint64_t number, uint64_t at)
{
	assert(t->n < SPOTS_MAX);
	t->v[t->n++] = (struct spot){ { kind, number }, at };
}

/* Those since the last suspension. */
static void add_allocations(struct torture *t, uint64_t upto)
{
	uint64_t n = upto - t->allocations;
	uint64_t step = n <= DENSE || t->choice.allocations == TORTURE_ALL ? 1 : n / SPARSE;

	for (uint64_t i = t->allocations + 1; i <= upto; i += step)
		if (t->choice.allocations != TORTURE_PLACES)
			add(t, TORTURE_MEMORY, i, t->parks);
	t->allocations = upto;
}

/* The plain run tells between which suspensions there are very many. */
static void note_many(struct torture *t, const struct sim_park *park)
{
	uint64_t now = sim_allocations(park->host);

	if (t->parks < SPOTS_MAX)
		t->many[t->parks] = now - t->allocations > DENSE;
	t->allocations = now;
	t->parks = park->number;
}

/* With TORTURE_PLACES: where there are very many, of each place the 1st, 2nd, 4th, 8th ... allocation
 * of the run. A loop inside a library (4,096 rounds of PBKDF2) fails in the same way each time, but
 * for what it has in hand: nothing, a little, much. */
static void allocates(void *arg, const struct sim_host *h)
{
	struct torture *t = arg;

	if (t->mode != SURVEY || t->choice.allocations != TORTURE_PLACES ||
		h != sim_host_at(SCENARIO_HOST))
		return;
	if (t->parks < SPOTS_MAX && t->many[t->parks]) {
		uint32_t times = place_seen();

		if (times & (times - 1))
			return;
	}
	add(t, TORTURE_MEMORY, sim_allocations(h), t->parks);
}

/* The spool's own coroutines end when it is closed, never alone; those of the supervisor stand for its
 * waiting, which nobody cancels. */
static bool can_be_cancelled(const struct sim_park *park)
{
	struct slice name = slice_str(park->coroutine);

	return !park->job && !slice_starts(name, S("spool")) && !slice_eq(name, S("watcher")) &&
	       !slice_eq(name, S("supervisor"));
}

static void survey(struct torture *t, const struct sim_park *park)
{
	add_allocations(t, sim_allocations(park->host));
	t->parks = park->number;
	if (park->number > t->choice.dense && park->number % FEW)
		return;
	if (can_be_cancelled(park))
		add(t, TORTURE_CANCEL, park->number, park->number);
	add(t, TORTURE_STOP, park->number, park->number);
	add(t, TORTURE_KILL, park->number, park->number);
	if (scenario_reload_now() != SCENARIO_RELOAD_NONE)
		add(t, TORTURE_RELOAD, park->number, park->number);
}

/* ---- strikes ---- */

/* At the suspension t->now->at, in a copy; of a run from its beginning also before the first. */
static void strike(struct torture *t)
{
	const struct torture_point *p = &t->now->point;
	struct sim_host *h = sim_host_at(SCENARIO_HOST);

	t->strike = (struct torture_strike){
		.ends = p->kind == TORTURE_KILL || p->kind == TORTURE_MEMORY,
		.offset = t->seen->lines.n,
		.at = clock_now() - t->began,
	};
	switch (p->kind) {
	case TORTURE_MEMORY:
		sim_fail_allocation(h, p->number);
		break;
	case TORTURE_RELOAD:
		t->strict = scenario_reload_now() == SCENARIO_RELOAD_SAME;
		scenario_reload();
		break;
	case TORTURE_CANCEL:
		sim_strike(SIM_STRIKE_CANCEL);
		break;
	case TORTURE_STOP:
		sim_strike(SIM_STRIKE_STOP);
		break;
	case TORTURE_KILL:
		sim_strike(SIM_STRIKE_KILL);
		break;
	case TORTURE_KINDS:
		break;
	}
}

/* In the copy: true. */
static bool copy(struct torture *t, const struct spot *spot)
{
	int status = 0;

	t->why[0] = '\0';
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(SECONDS);
		t->mode = STRUCK;
		t->strict = false;
		t->now = spot;
		return true;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		status = -1;
	if (status && t->why[0] == '\0')
		snprintf(t->why, TORTURE_WHY_BYTES, "it died; what it said stands above");
	if (!t->walk->result(t->walk->arg, &spot->point, status ? t->why : NULL))
		t->next = t->n;
	return false;
}

static void walk(struct torture *t, uint64_t at)
{
	while (t->next < t->n && t->v[t->next].at <= at) {
		const struct spot *spot = &t->v[t->next];
		bool wanted = t->walk->wants(t->walk->arg, t->next++, &spot->point);

		if (wanted && copy(t, spot)) {
			strike(t);
			return;
		}
	}
}

static void suspends(void *arg, const struct sim_park *park)
{
	struct torture *t = arg;

	if (park->host != sim_host_at(SCENARIO_HOST))
		return;
	if (t->mode == PLAIN)
		note_many(t, park);
	else if (t->mode == SURVEY)
		survey(t, park);
	else if (t->mode == WALK)
		walk(t, park->number);
	else if (t->mode == AGAIN && park->number == t->now->at)
		strike(t);
}

/* ---- runs ---- */

static void begin(struct ctx *ctx, void *arg)
{
	struct torture *t = arg;

	(void)ctx;
	t->began = clock_now();
	sim_on_park(suspends, t);
	sim_on_allocation(allocates, t);
	if (t->mode == WALK)
		walk(t, 0);
	else if (t->mode == AGAIN && t->now->at == 0)
		strike(t);
}

static void calm(struct ctx *ctx, void *arg)
{
	struct sim_host *h = sim_host_at(SCENARIO_HOST);

	(void)ctx;
	(void)arg;
	sim_on_park(NULL, NULL);
	sim_on_allocation(NULL, NULL);
	sim_fail_allocation(h, 0);
	sim_disk_forget(h);
	sim_disk_set_sync_time(h, USEC_PER_MSEC, USEC_PER_MSEC);
}

static bool has_started_again(const struct scenario_seen *seen)
{
	struct slice lines = buf_slice(&seen->lines);

	return slice_starts(lines, S("revived\n")) ||
	       slice_search(lines, S("\nrevived\n")) < lines.n;
}

static bool ends_well(
	struct torture *t, const struct scenario_seen *seen, char why[TORTURE_WHY_BYTES])
{
	struct torture_lost lost;
	struct torture_wrong wrong;

	if (t->mode == PLAIN) {
		t->starts = has_started_again(seen);
		buf_put(&t->plain, buf_slice(&seen->lines));
	}
	if (t->starts && !has_started_again(seen)) {
		snprintf(why, TORTURE_WHY_BYTES, "it does not start again");
		return false;
	}
	if (!torture_nothing_lost(buf_slice(&seen->lines), &lost)) {
		snprintf(why, TORTURE_WHY_BYTES, "%.*s was acknowledged and is lost for <%.*s>",
			SLICE_ARG(lost.id), SLICE_ARG(lost.path));
		return false;
	}
	if (torture_as_sent(buf_slice(&seen->lines), buf_slice(&t->plain), &t->strike, &wrong))
		return true;
	snprintf(why, TORTURE_WHY_BYTES, "%.*s for <%.*s> %s", SLICE_ARG(wrong.id),
		SLICE_ARG(wrong.path), wrong.what);
	return false;
}

static bool play(struct torture *t, enum mode mode, char why[TORTURE_WHY_BYTES])
{
	const struct scenario_faults faults = {
		.seed = t->seed, .transcript_may_fail = true, .begin = begin, .calm = calm, .arg = t
	};
	struct scenario_seen seen;

	t->mode = mode;
	t->parks = t->allocations = 0;
	t->strict = mode != AGAIN;
	t->strike = (struct torture_strike){ .offset = SIZE_MAX };
	t->seen = &seen;
	scenario_seen_init(&seen);
	bool passed = scenario_run(&t->scenario, &faults, &seen) == 0;

	if (passed && t->strict)
		passed = seen.failure[0] == '\0';
	if (!passed)
		snprintf(why, TORTURE_WHY_BYTES, "%s", seen.failure);
	else
		passed = ends_well(t, &seen, why);
	scenario_seen_done(&seen);
	return passed;
}

struct torture *torture_new(const char *folder, const char *name, uint64_t seed,
	const struct torture_choice *choice, char why[TORTURE_WHY_BYTES])
{
	struct torture *t = mem_zalloc(sizeof(*t));
	struct buf wrong;

	t->seed = seed;
	t->choice = *choice;
	buf_init(&t->plain, LINES_MAX);
	buf_init(&wrong, TORTURE_WHY_BYTES - 1);
	if (!scenario_load(folder, name, &t->scenario, &wrong)) {
		snprintf(why, TORTURE_WHY_BYTES, "%.*s", SLICE_ARG(buf_slice(&wrong)));
		buf_done(&wrong);
		buf_done(&t->plain);
		free(t);
		return NULL;
	}
	buf_done(&wrong);
	t->why = mmap(
		NULL, TORTURE_WHY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	t->v = mmap(NULL, SPOTS_MAX * sizeof(*t->v), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	t->many = mmap(NULL, SPOTS_MAX, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert(t->why != MAP_FAILED && t->v != MAP_FAILED && t->many != MAP_FAILED);
	alarm(SECONDS);
	if (play(t, PLAIN, why) && play(t, SURVEY, why))
		return t;
	torture_free(t);
	return NULL;
}

/* ---- the walk ---- */

static size_t allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* Libraries keep what they allocate when something is done for the first time; what is left behind
 * each time anew is a leak. Under the sanitizers theirs says so when the copy exits. */
static bool leaks(struct torture *t)
{
	size_t before = t->bytes, after = allocated();
	char why[TORTURE_WHY_BYTES];

	for (unsigned i = 0; i < REPEATS && after > before; i++) {
		before = after;
		(void)play(t, AGAIN, why);
		after = allocated();
	}
	if (after <= before)
		return false;
	snprintf(t->why, TORTURE_WHY_BYTES, "%zu bytes are never freed", after - before);
	return true;
}

static void end_copy(struct torture *t, bool passed) __attribute__((noreturn));
static void end_copy(struct torture *t, bool passed)
{
	if (passed && !SANITIZED)
		passed = !leaks(t);
	if (!SANITIZED || !passed)
		_exit(!passed);
	torture_free(t);
	exit(0); /* by which the leak sanitizer speaks */
}

void torture_walk(struct torture *t, const struct torture_walk *walk)
{
	char why[TORTURE_WHY_BYTES] = "";

	t->walk = walk;
	t->next = 0;
	alarm(0); /* each copy has its own */
	t->bytes = allocated();
	bool passed = play(t, WALK, why);

	if (t->mode == WALK)
		return;
	if (!passed)
		snprintf(t->why, TORTURE_WHY_BYTES, "%s", why);
	end_copy(t, passed);
}

size_t torture_count(const struct torture *t)
{
	return t->n;
}

enum torture_kind torture_kind_at(const struct torture *t, size_t i)
{
	return t->v[i].point.kind;
}

void torture_free(struct torture *t)
{
	scenario_free(&t->scenario);
	buf_done(&t->plain);
	munmap(t->why, TORTURE_WHY_BYTES);
	munmap(t->v, SPOTS_MAX * sizeof(*t->v));
	munmap(t->many, SPOTS_MAX);
	free(t);
}
