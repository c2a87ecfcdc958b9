/* Three workers put, deliver, defer, bounce, hold and remove at random. Each message has a
 * standing that says what a crash may make of it: what commit or flush acknowledged must be so,
 * what was under way may have happened or not, but stays as it was found afterwards. */
#include "model.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conform.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"

#define MESSAGES 4096

enum standing {
	UNDER_WAY, /* commit has not returned */
	HERE, /* acknowledged */
	ENDING, /* its end was recorded, or is being committed */
	ENDED,
};

struct known {
	uint64_t id;
	enum standing standing;
	bool busy; /* a worker has it */
	uint16_t attempts; /* durable at least */
	uint64_t dsn; /* commits together with its end; 0: none */
};

static struct known known[MESSAGES];
static unsigned known_n, acked, ended;
static uint64_t highest_id;
static bool excused;

struct life {
	const struct model_options *o;
	struct spool *sp;
	uint64_t floor; /* ids given so far, in former lives */
};

void model_reset(void)
{
	known_n = acked = ended = 0;
	highest_id = 0;
	excused = false;
}

unsigned model_acked(void)
{
	return acked;
}

unsigned model_ended(void)
{
	return ended;
}

void model_excuse_all(void)
{
	excused = true;
}

static struct known *find(uint64_t id)
{
	for (unsigned i = 0; i < known_n; i++)
		if (known[i].id == id)
			return &known[i];
	return NULL;
}

/* ---- after a crash ---- */

static void settle(struct known *k, bool here)
{
	switch (k->standing) {
	case UNDER_WAY:
		k->standing = here ? HERE : ENDED;
		break;
	case HERE:
		ck_assert_msg(here || excused, "an acknowledged message is lost");
		if (!here)
			k->standing = ENDED;
		break;
	case ENDING:
		k->standing = here ? HERE : ENDED;
		ended += !here;
		break;
	case ENDED:
		ck_assert_msg(!here, "a message has come back to life");
		break;
	}
	k->busy = false;
}

static void check_all(struct ctx *ctx, struct spool *sp)
{
	struct spool_info info;

	for (uint64_t at = 0; spool_next(sp, at, &info); at = info.id) {
		ck_assert_msg(find(info.id) != NULL, "a message that nobody sent");
		if (!excused) {
			conform_check(ctx, sp, info.id);
			ck_assert_int_eq(conform_rcpt(sp, info.id, 0).state, SPOOL_WAITING);
		}
	}
	for (unsigned i = 0; i < known_n; i++) {
		struct known *k = &known[i];
		bool here = spool_look(sp, k->id, &info);

		if (k->standing == ENDING && k->dsn && !excused &&
			find(k->dsn)->standing == UNDER_WAY)
			ck_assert_msg(here == !spool_look(sp, k->dsn, &info),
				"a bounce without its DSN, or a DSN without its bounce");
	}
	for (unsigned i = 0; i < known_n; i++) {
		bool here = spool_look(sp, known[i].id, &info);

		settle(&known[i], here);
		if (here && !excused)
			ck_assert_uint_ge(
				conform_rcpt(sp, known[i].id, 0).attempts, known[i].attempts);
	}
}

/* ---- the load ---- */

static int put(struct ctx *ctx, struct life *l, const struct spool_result *result, size_t n,
	struct known *bounced)
{
	static unsigned seed;
	size_t size = sim_choose(l->o->large) == 0 ? 17000 + sim_choose(60000) : sim_choose(3000);
	ck_assert_uint_lt(known_n, MESSAGES);
	struct known *k = &known[known_n++];

	*k = (struct known){ .standing = UNDER_WAY, .busy = true };
	int r = conform_put(ctx, l->sp, ++seed, size, 1, result, n, &k->id);

	ck_assert_msg(k->id == 0 || k->id > l->floor, "an id of a former life was given again");
	if (k->id > highest_id)
		highest_id = k->id;
	if (bounced)
		bounced->dsn = k->id;
	if (r == 0) {
		k->standing = HERE;
		acked++;
	} else if (r == ERR_FULL) {
		k->standing = ENDED;
	}
	k->busy = false;
	return r == ERR_FULL && n == 0 ? 0 : r;
}

/* Some message that is here and in nobody's hands; leased to the caller. */
static struct known *take(struct life *l)
{
	unsigned here = 0, nth;

	if (!spool_healthy(l->sp)) /* nothing is leased any more */
		return NULL;
	for (unsigned i = 0; i < known_n; i++)
		here += known[i].standing == HERE && !known[i].busy;
	if (here <= l->o->keep)
		return NULL;
	nth = (unsigned)sim_choose(here);
	for (unsigned i = 0; i < known_n; i++) {
		struct known *k = &known[i];

		if (k->standing != HERE || k->busy || nth-- > 0)
			continue;
		if (conform_rcpt(l->sp, k->id, 0).state != SPOOL_WAITING)
			return NULL;
		conform_lease(l->sp, k->id, 0);
		k->busy = true;
		return k;
	}
	return NULL;
}

static int flush(struct ctx *ctx, struct life *l)
{
	bool *was_ending = calloc(known_n + 1, sizeof(bool));
	unsigned n = known_n;

	for (unsigned i = 0; i < n; i++)
		was_ending[i] = known[i].standing == ENDING && !known[i].busy;
	int r = spool_flush(ctx, l->sp);

	for (unsigned i = 0; i < n && r == 0; i++) {
		if (was_ending[i] && known[i].standing == ENDING) {
			known[i].standing = ENDED;
			ended++;
		}
	}
	free(was_ending);
	return r;
}

static int deliver(struct ctx *ctx, struct life *l)
{
	struct known *k = take(l);
	struct slice piece = SLICE_NIL;
	struct spool_reader *reader;
	int r = 0;

	if (k == NULL)
		return 0;
	if (sim_choose(2) && spool_body_open(l->sp, k->id, &reader) == 0) {
		do
			r = spool_body_read(ctx, reader, &piece);
		while (r == 0 && piece.n);
		spool_body_close(reader);
	}
	if (r < 0)
		return r;
	k->standing = ENDING;
	conform_record(l->sp, k->id, 0, SPOOL_DELIVERED);
	k->busy = false;
	return sim_choose(4) ? 0 : flush(ctx, l);
}

static int defer(struct ctx *ctx, struct life *l)
{
	struct known *k = take(l);

	if (k == NULL)
		return 0;
	conform_record(l->sp, k->id, 0, SPOOL_DEFER);
	uint16_t attempts = conform_rcpt(l->sp, k->id, 0).attempts;
	int r = sim_choose(2) ? 0 : flush(ctx, l);

	if (r == 0 && sim_choose(2)) {
		r = flush(ctx, l);
		if (r == 0)
			k->attempts = attempts;
	}
	k->busy = false;
	return r;
}

static int bounce(struct ctx *ctx, struct life *l)
{
	struct known *k = take(l);

	if (k == NULL)
		return 0;
	struct spool_result result = {
		.id = k->id, .outcome = SPOOL_FAIL, .attempts = 9, .reason = S("no such user")
	};

	k->standing = ENDING;
	int r = put(ctx, l, &result, 1, k);

	if (r == 0) {
		k->standing = ENDED;
		ended++;
	} else if (r == ERR_FULL) {
		conform_record(l->sp, k->id, 0, SPOOL_RETURN);
		k->standing = HERE;
		k->dsn = 0;
		r = 0;
	}
	k->busy = false;
	return r;
}

static int command(struct ctx *ctx, struct life *l)
{
	struct known *k = take(l);
	int r = 0;

	if (k == NULL)
		return 0;
	conform_record(l->sp, k->id, 0, SPOOL_RETURN);
	if (sim_choose(2)) {
		k->standing = ENDING;
		r = spool_remove(ctx, l->sp, k->id, SPOOL_ALL, S("by the test"));
		if (r == 0) {
			k->standing = ENDED;
			ended++;
		}
	} else {
		r = spool_retry(ctx, l->sp, k->id, 0);
	}
	k->busy = false;
	return r;
}

static int step(struct ctx *ctx, struct life *l)
{
	switch (sim_choose(12)) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		return put(ctx, l, NULL, 0, NULL);
	case 5:
	case 6:
	case 7:
		return deliver(ctx, l);
	case 8:
		return defer(ctx, l);
	case 9:
		return bounce(ctx, l);
	case 10:
		return command(ctx, l);
	default:
		return l->o->gap ? ctx_sleep(ctx, (usec_t)sim_choose(l->o->gap) * USEC_PER_MSEC)
				 : 0;
	}
}

static int worker(struct ctx *ctx, void *arg)
{
	struct life *l = arg;
	int r = 0;

	for (unsigned i = 0; i < l->o->steps && r == 0; i++)
		r = step(ctx, l);
	return r;
}

int model_life(struct ctx *ctx, const struct model_options *o, struct spool_report *ret_report)
{
	struct life l = { .o = o, .floor = highest_id };
	struct scope workers;
	int r = spool_open(ctx, &o->spool, &l.sp, ret_report);

	if (r < 0)
		return r;
	check_all(ctx, l.sp);
	scope_init(&workers, SCOPE_ALL);
	for (int i = 0; i < 3 && r == 0; i++)
		r = scope_spawn(&workers, "worker", worker, &l);
	if (r == 0)
		r = scope_wait(ctx, &workers);
	scope_end(ctx, &workers);
	if (r == 0)
		r = flush(ctx, &l);
	spool_close(ctx, l.sp);
	return r;
}
