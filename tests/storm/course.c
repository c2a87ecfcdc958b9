/* The course of a run: the program and its world are set up, the storm blows, then comes the calm,
 * in which everything must end. */
#include <stdio.h>
#include <string.h>

#include "crash.h"
#include "faults.h"
#include "program.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/openssl.h"
#include "rt/sim/sim.h"
#include "refusal.h"
#include "rot.h"
#include "storm.h"
#include "world.h"

#define STARTS_MOST 300 /* one after the other that fail */
#define CALM_STEP   USEC_PER_MIN
#define CALM_MOST   (12 * 60) /* steps */

/* ---- setting up ---- */

static void draw(void)
{
	static const unsigned chances[FAULTS] = { [CUT] = 500,
		[KILL] = 400,
		[NETWORK] = 300,
		[NAMES] = 250,
		[FULL] = 300,
		[DISK] = 250,
		[FLIP] = 180,
		[RELOAD] = 300,
		[CLOCK] = 300 };

	/* Some seeds have one kind of fault, some none, most have several. */
	for (unsigned f = 0; f < FAULTS; f++)
		if (storm_chance(chances[f]))
			storm.kinds |= 1U << f;
	storm.length = (usec_t)(20 + sim_choose(280)) * USEC_PER_SEC;
	storm.clients_most = 2 + (unsigned)sim_choose(9);
	/* Bits flip in vain where nothing waits: then next hops take nothing before the calm. */
	storm.closed = faults_has(FLIP) && storm_chance(600);
	storm.deaf = faults_has(NETWORK);
}

static void start_clients(struct sim_host *strangers, struct sim_host *insiders)
{
	for (unsigned i = 0; i < storm.clients_most; i++) {
		static const enum sender kinds[] = { INSIDE, INSIDE, INSIDE, INSIDE, STRANGER,
			STRANGER, USER, USER, PASSING, PASSING, PASSING_STRANGER, KEEPING, KEEPING,
			KEEPING_STRANGER, FRONT_ONE, FRONT_ONE, FRONT_TWO, FRONT_TWO };
		enum sender sender = kinds[sim_choose(sizeof(kinds) / sizeof(kinds[0]))];
		bool inside = sender != USER && !is_stranger(sender);

		storm.clients_now++;
		sim_proc_start(inside ? insiders : strangers, "client", storm_client,
			(void *)(intptr_t)sender);
	}
}

static int start_program(struct ctx *ctx)
{
	static char text[WORLD_CONFIG_MAX];

	world_config(text, sizeof(text), false);
	world_users();
	world_certificates();
	if (storm_chance(300))
		sim_disk_set_sector(storm.box, 4096);
	if (storm_chance(200))
		sim_disk_set_sync_time(storm.box, USEC_PER_MSEC, 60 * USEC_PER_MSEC);
	storm.program = program_new(storm.box, text, WORKERS);
	int r = program_restart(ctx, storm.program);

	if (r < 0)
		storm_fail("it does not start: %s", program_why(storm.program));
	return r;
}

/* ---- the storm ---- */

/* As the system's manager: a program that has ended starts again. */
static int keep_running(struct ctx *ctx)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && !program_running(storm.program) && !storm.failure; i++) {
		if (program_restart(ctx, storm.program) == ERR_CANCELLED)
			r = ctx_check(ctx);
		if (r == 0 && !program_running(storm.program))
			r = ctx_sleep(ctx, USEC_PER_SEC);
		/* A person makes room: what has rotted is copied before a start succeeds. Where nothing
		 * has, it starts on a full disk. */
		if (i == STARTS_MOST / 3 && storm.flips)
			faults_room(0);
		if (i > STARTS_MOST)
			storm_fail("it does not start any more: %s", program_why(storm.program));
	}
	return r;
}

static int blow(struct ctx *ctx)
{
	usec_t end = clock_now() + storm.length;
	int r = 0;

	faults_network(faults_has(NETWORK));
	while (r == 0 && clock_now() < end && storm.failure == NULL) {
		r = ctx_sleep(ctx, (usec_t)sim_choose((uint64_t)storm.length / 8) + 1);
		if (r == 0 && storm.kinds)
			faults_strike(ctx, faults_one());
		if (r == 0 && !sim_host_is_up(storm.box)) {
			crash_note(CRASH_CUT, EACH_WORKER);
			r = ctx_sleep(ctx, (usec_t)sim_choose(10 * USEC_PER_SEC));
		}
		if (r == 0)
			r = keep_running(ctx);
	}
	return r;
}

/* ---- the calm ---- */

static void be_calm(void)
{
	static const struct manners none;

	storm.calm = true;
	faults_network(false);
	faults_outage(false);
	faults_names(false);
	sim_disk_cut_at(storm.box, 0, false);
	faults_room(0);
	for (unsigned i = 0; i < HOPS; i++) {
		struct manners *m = &storm.hops[i].manners;
		const struct manners before = *m;

		*m = none;
		m->chunks = before.chunks;
		m->tls = before.tls;
		m->prdr = before.prdr;
		m->lmtp = before.lmtp;
		m->seven = before.seven;
	}
}

static void count_open(void *arg, const struct program_rcpt *rcpt)
{
	if (strcmp(rcpt->state, "waiting") == 0 || strcmp(rcpt->state, "active") == 0)
		++*(unsigned *)arg;
}

static int settle(struct ctx *ctx)
{
	int r = 0;

	for (unsigned i = 0; i < CALM_MOST && r == 0 && storm.failure == NULL; i++) {
		unsigned open = 0;

		r = ctx_sleep(ctx, CALM_STEP);
		if (r == 0)
			r = keep_running(ctx);
		if (r == 0 && program_ready(storm.program))
			r = program_queue(ctx, storm.program, count_open, &open);
		if (r < 0 && ctx_check(ctx) == 0)
			r = 0; /* a planned fault of the disk struck late */
		else if (open == 0 && storm.clients_now == 0 && !rot_owed() &&
			 program_ready(storm.program)) {
			storm.settled = true;
			return r;
		}
	}
	return r;
}

/* Its own words come last: what did not end tells more of itself. */
static void judge_end(void)
{
	if (storm.clients_now)
		storm_fail("%u clients are still there long after the storm", storm.clients_now);
	if (!storm.settled)
		storm_fail("the queue is not at rest long after the storm");
}

int storm_course(struct ctx *ctx, void *arg)
{
	struct sim_host *strangers = sim_host_new("strangers", "198.51.100.9");
	struct sim_host *insiders = sim_host_new("insiders", "192.0.2.65");

	(void)arg;
	storm.box = sim_host_new("relay", "192.0.2.25");
	sim_openssl_start();
	sim_on_log(oracle_log, NULL);
	sim_disk_on_op(faults_on_op, NULL);
	draw();
	world_names();
	world_hops();
	world_fronts();
	int r = start_program(ctx);

	if (r == 0) {
		start_clients(strangers, insiders);
		r = blow(ctx);
		/* What waits is read from the disk again. */
		if (storm.closed)
			faults_kill();
		be_calm();
		if (r == 0)
			r = settle(ctx);
		if (r == 0 && storm.failure == NULL)
			oracle_judge(ctx);
		if (r == 0)
			judge_end();
		if (r == 0 && storm.failure == NULL)
			refusal_judge_all();
	}
	if (r < 0)
		storm_fail("the run ended early: %s", err_name(r));
	program_free(ctx, storm.program);
	for (unsigned i = 0; i < HOPS; i++) {
		sim_proc_stop(storm.hops[i].proc);
		(void)sim_proc_wait(ctx, storm.hops[i].proc);
	}
	world_forget();
	return 0;
}
