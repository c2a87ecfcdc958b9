/* The faults: what befalls the program and its world while the storm blows. */
#include "faults.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "crash.h"
#include "program.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "rot.h"
#include "storm.h"
#include "world.h"

/* How long a sync takes, and how long now and then. */
#define SYNC_MIN      50
#define SYNC_MAX      (3 * USEC_PER_MSEC)
#define SLOW_SYNC_MIN (50 * USEC_PER_MSEC)
#define SLOW_SYNC_MAX (400 * USEC_PER_MSEC)
/* One seed of so many has disks that become slow before the power goes. */
#define SLOW_SEEDS 5

bool faults_has(enum fault f)
{
	return storm.kinds & (1U << f);
}

static void cut_now(void)
{
	storm.cuts++;
	sim_power_cut(storm.box);
	crash_note(CRASH_CUT, EACH_WORKER);
}

/* Syncs are slow for a while, so that two batches are under way when the power goes. */
static void cut_slowly(struct ctx *ctx)
{
	sim_disk_set_sync_time(storm.box, SLOW_SYNC_MIN, SLOW_SYNC_MAX);
	(void)ctx_sleep(ctx, (usec_t)sim_choose(20 * USEC_PER_SEC));
	cut_now();
	sim_disk_set_sync_time(storm.box, SYNC_MIN, SYNC_MAX);
}

static void power_cut(struct ctx *ctx)
{
	if (storm.seed % SLOW_SEEDS == 0 && storm_chance(600)) {
		cut_slowly(ctx);
		return;
	}
	uint64_t how = sim_choose(3);

	if (how == 0) {
		cut_now();
		return;
	}
	storm.cuts++;
	/* At an operation that is to come: on_op sees it. */
	storm.cut_at = sim_disk_ops(storm.box) + 1 + sim_choose(how == 1 ? 30 : 200);
	sim_disk_cut_at(storm.box, storm.cut_at, sim_choose(2));
}

void storm_cut_soon(void)
{
	if (!faults_has(CUT) || storm.calm || !storm_chance(100))
		return;
	storm.cuts++;
	storm.cut_at = sim_disk_ops(storm.box) + 1 + sim_choose(8);
	sim_disk_cut_at(storm.box, storm.cut_at, sim_choose(2));
}

/* What a process wrote and did not sync is in memory when it is killed, and whoever comes next relies
 * on it. The power may go while it does, or soon afterwards. */
static void cut_behind_kill(void)
{
	if (!faults_has(CUT) || storm.calm || !storm_chance(500))
		return;
	storm.cuts++;
	storm.cut_at = sim_disk_ops(storm.box) + 1 + sim_choose(sim_choose(2) ? 60 : 400);
	sim_disk_cut_at(storm.box, storm.cut_at, sim_choose(2));
}

void faults_kill(void)
{
	int worker = (int)sim_choose(WORKERS + 1) - 1;

	storm.kills++;
	program_kill(storm.program, worker);
	crash_note(CRASH_KILL, worker < 0 ? EACH_WORKER : worker);
}

/* Most connections carry little, some carry a long message or many: where the next ones break is
 * drawn again with each fault. */
void faults_network(bool on)
{
	struct sim_chaos chaos = { .refused = 30,
		.black_hole = 10,
		.unreachable = 10,
		.reset = 90,
		.lose = 30,
		.silence = 30,
		.within = (uint64_t)1 << (10 + sim_choose(10)) };
	struct sim_chaos none = { 0 };

	sim_net_chaos(on ? &chaos : &none);
}

void faults_outage(bool on)
{
	for (unsigned i = 0; i < HOPS; i++) {
		bool down = on && storm_chance(300);

		sim_link(storm.box, storm.hops[i].host)->down = down;
		sim_link(storm.hops[i].host, storm.box)->down = down && storm_chance(500);
	}
}

/* What names stand for is never changed: so no failed look-up is a reason to give up. */
void faults_names(bool on)
{
	static const char *const names[] = { "mx.test", "one.mx.test", "two.mx.test", "safe.test",
		"one.safe.test", "mail.tls.test", "void.test", "gone.test" };
	static const char *const ways[] = { "servfail", "timeout", "bogus", "delay", "delay" };
	static const char *const delays[] = { "2s", "12s", "30s" };
	struct buf rules;

	buf_init(&rules, 4096);
	for (unsigned i = 0; on && i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned way = (unsigned)sim_choose(5);

		if (storm_chance(400))
			buf_printf(&rules, "$%s %s %s\n", ways[way], names[i],
				way < 3 ? "" : delays[sim_choose(3)]);
	}
	buf_putc(&rules, '\0');
	if (sim_dns_behave(rules.p))
		storm_fail("the rules of names cannot be read");
	buf_done(&rules);
}

static void fail_disk(enum sim_disk_kind kind, uint64_t within, int err)
{
	/* The simulated disk remembers 16 of them; some kinds are met once in a recovery. */
	if (++storm.planned % 12 == 0)
		sim_disk_forget(storm.box);
	sim_disk_fail(storm.box, kind, 1 + sim_choose(within), err);
}

/* What fails when a spool is opened, or a segment recycled, needs a start to be met. */
static void recovery_trouble(void)
{
	static const enum sim_disk_kind kinds[] = { SIM_DISK_OPEN, SIM_DISK_TRUNCATE,
		SIM_DISK_REMOVE, SIM_DISK_LIST, SIM_DISK_LOCK, SIM_DISK_READ };

	for (unsigned n = 1 + (unsigned)sim_choose(2); n > 0; n--)
		fail_disk(kinds[sim_choose(6)], 12, ERR_IO);
	if (storm_chance(300))
		return;
	faults_kill();
}

/* A disk that fails is often about to be gone. */
static void disk_trouble(struct ctx *ctx)
{
	static const enum sim_disk_kind kinds[] = { SIM_DISK_SYNC, SIM_DISK_SYNC, SIM_DISK_SYNC,
		SIM_DISK_WRITE, SIM_DISK_READ, SIM_DISK_WRITE_DURABLE, SIM_DISK_SYNC_DIR,
		SIM_DISK_CREATE, SIM_DISK_RENAME };
	int err = sim_choose(4) ? ERR_IO : ERR_FULL;

	if (storm_chance(300)) {
		recovery_trouble();
		return;
	}
	fail_disk(kinds[sim_choose(9)], 40, err);
	if (!storm_chance(500))
		return;
	(void)ctx_sleep(ctx, (usec_t)sim_choose(3 * USEC_PER_SEC));
	cut_now();
}

void faults_room(uint64_t bytes)
{
	if (storm.full)
		storm.full_until = clock_now();
	storm.full = bytes > 0;
	sim_disk_set_capacity(storm.box, bytes ? bytes : 1 << 30);
}

/* One of the segments, or of messages' own files: *ret_path is its name. */
static bool one_file(const char *prefix, char *ret_path, size_t n)
{
	struct buf list;
	struct slice rest;
	uint64_t seen = 0;

	buf_init(&list, 1 << 20);
	sim_disk_list(storm.box, &list);
	rest = buf_slice(&list);
	while (rest.n) {
		struct slice line = slice_split(&rest, '\n'), word = slice_split(&line, ' ');

		if (slice_search(word, slice_str(prefix)) < word.n &&
			slice_search(word, S("/quarantine/")) == word.n && sim_choose(++seen) == 0)
			snprintf(ret_path, n, "%.*s", SLICE_ARG(word));
	}
	buf_done(&list);
	return seen > 0;
}

/* In most cases where something stands. */
static void flip_one(void)
{
	char path[100];
	struct buf bytes;
	uint64_t at = 0;

	if (!(storm_chance(400) && one_file("/msg-", path, sizeof(path))) &&
		!one_file("/seg-", path, sizeof(path)))
		return;
	buf_init(&bytes, 1 << 20);
	if (sim_disk_read(storm.box, path, &bytes) == 0 && bytes.n) {
		for (unsigned i = 0; i < 40 && (i == 0 || bytes.p[at] == 0); i++)
			at = sim_choose(bytes.n);
		rot_flipped(path, buf_slice(&bytes), at);
		if (sim_disk_flip(storm.box, path, at, (unsigned)sim_choose(8)) == 0)
			storm.flips++;
	}
	buf_done(&bytes);
}

static void reload(struct ctx *ctx)
{
	static char text[WORLD_CONFIG_MAX];

	world_config(text, sizeof(text), sim_choose(2));
	storm.reloads += program_reload(ctx, storm.program, text) == 0;
}

void faults_strike(struct ctx *ctx, enum fault f)
{
	faults_network(faults_has(NETWORK));
	switch (f) {
	case CUT:
		power_cut(ctx);
		break;
	case KILL:
		faults_kill();
		cut_behind_kill();
		break;
	case NETWORK:
		faults_outage(sim_choose(2));
		break;
	case FULL:
		faults_room(sim_choose(2) ? 0 : (1 << 20) + sim_choose(2 << 20));
		break;
	case DISK:
		disk_trouble(ctx);
		break;
	case FLIP:
		if (storm.flips < (storm.closed ? 20 : 2))
			flip_one();
		break;
	case RELOAD:
		reload(ctx);
		break;
	case CLOCK:
		sim_clock_step(((usec_t)sim_choose(7200) - 3600) * USEC_PER_SEC);
		break;
	case NAMES:
		faults_names(storm_chance(800));
		break;
	case FAULTS:
		break;
	}
}

/* Whose process this is; the supervisor's is everybody's. */
static int worker_here(void)
{
	for (int i = 0; i < WORKERS; i++) {
		const struct sim_proc *p = program_worker(storm.program, (unsigned)i);

		if (p && sim_proc_is_here(p))
			return i;
	}
	return EACH_WORKER;
}

/* A cut that was planned for an operation happens behind this call. */
void faults_on_op(void *arg, const struct sim_disk_op *op)
{
	(void)arg;
	if (op->host != storm.box)
		return;
	if (op->number == storm.cut_at)
		crash_note(CRASH_CUT, EACH_WORKER);
	if (op->error == ERR_IO || op->error == ERR_FULL)
		crash_note(CRASH_DISK, worker_here());
}

/* One of those that this seed has. */
enum fault faults_one(void)
{
	enum fault f;

	do {
		f = (enum fault)sim_choose(FAULTS);
	} while (!faults_has(f));
	return f;
}
