/* The course of a run: the program and its world are set up, the storm blows, then comes the calm,
 * in which everything must end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "certs.h"
#include "program.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/openssl.h"
#include "rt/sim/sim.h"
#include "rt/tls.h"
#include "storm.h"

#define WORKERS	    3
#define STARTS_MOST 300 /* one after the other that fail */
#define CALM_STEP   USEC_PER_MIN
#define CALM_MOST   (12 * 60) /* steps */

enum fault {
	CUT, /* the power goes, at any moment or disk operation */
	KILL, /* kill -9 of one or all */
	NETWORK, /* connections that break, hosts that are away */
	FULL, /* no room on the disk */
	DISK, /* a failed write, sync or read */
	FLIP, /* of a stored bit */
	RELOAD,
	CLOCK,
	FAULTS
};

static const char config[] =
	"hostname: relay.test\n" PROGRAM_SPOOL "log: { level: %s }\npostmaster: boss@ours.test\n"
	"retry: { jitter: 20, schedule: [ 5s, 10s, 30s, 1m, 2m ] }\n"
	"delivery: { dead-host: 20s, connections-per-destination: 5 }\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"users: [ { file: users } ]\n"
	"listeners:\n"
	"  mx: { for: mx, address: \"192.0.2.25:25\" }\n"
	"  inside: { for: internal, address: \"192.0.2.25:2525\", networks: [ 192.0.2.64/26 ] }\n"
	"  users: { for: submission, address: \"192.0.2.25:465\", tls: implicit }\n"
	"  gate: { for: mx, service: proxy, address: \"192.0.2.25:26\" }\n"
	"  pass: { for: internal, service: proxy, address: \"192.0.2.25:2526\","
	" networks: [ 192.0.2.64/26 ] }\n"
	"%s"
	"domains: { ours.test: { via: home, recipients: any } }\n"
	"routes:\n"
	"  - { to: \"*@pool.test\", via: pool }\n"
	"  - { to: \"*@slow.test\", via: slow }\n"
	"  - { to: \"*@moody.test\", via: moody }\n"
	"  - { to: \"*@grey.test\", via: grey }\n"
	"  - { via: mx }\n"
	"hops:\n"
	"  home: { hosts: [ \"192.0.2.30:25\" ], tls: off, max-connections: 4 }\n"
	"  pool: { hosts: [ \"192.0.2.31:25\", \"192.0.2.32:25\" ], tls: off, max-connections: 3 }\n"
	"  slow: { hosts: [ \"192.0.2.33:25\" ], tls: off, max-connections: 2 }\n"
	"  moody: { hosts: [ \"192.0.2.34:25\" ], tls: off, max-connections: 1 }\n"
	"  grey: { hosts: [ \"192.0.2.35:25\" ], tls: off, max-connections: 3 }\n";

static const char zone[] = "mx.test 300 MX 10 one.mx.test\n"
			   "mx.test 300 MX 20 two.mx.test\n"
			   "one.mx.test 300 A 192.0.2.36\n"
			   "two.mx.test 300 A 192.0.2.37\n";

/* ann, whose password is pencil, with the salt of RFC 7677's example. */
static const char users[] = "ann:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
			    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
			    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=:*@ours.test\n";

static const struct destination destinations[DESTINATIONS] = {
	{ .name = "home", .limit = 4 },
	{ .name = "pool", .limit = 3 },
	{ .name = "slow", .limit = 2 },
	{ .name = "moody", .limit = 1 },
	{ .name = "grey", .limit = 3 },
	{ .name = "mx.test", .limit = 5 },
};

static const struct manners polite = { .chunks = true },
			    plain = { .mail_4xx = 20, .rcpt_4xx = 20, .dot_4xx = 20 };
static const struct manners slow = { .dot_4xx = 20, .chunks = true, .delay = 8 * USEC_PER_SEC };
static const struct manners moody = { .greet_close = 50,
	.greet_421 = 50,
	.ehlo_close = 30,
	.mail_4xx = 60,
	.mail_5xx = 0,
	.rcpt_4xx = 80,
	.rcpt_5xx = 60,
	.data_4xx = 40,
	.dot_4xx = 60,
	.dot_5xx = 50,
	.dot_close = 40,
	.dot_lost = 50,
	.close_after = 20,
	.delay = USEC_PER_SEC };
static const struct manners grey = { .greylists = true, .rcpt_5xx = 20 };

static const struct {
	const char *name, *address;
	unsigned destination;
	const struct manners *manners;
} hops[HOPS] = {
	{ "home", "192.0.2.30:25", 0, &plain },
	{ "pool1", "192.0.2.31:25", 1, &moody },
	{ "pool2", "192.0.2.32:25", 1, &plain },
	{ "slow", "192.0.2.33:25", 2, &slow },
	{ "moody", "192.0.2.34:25", 3, &moody },
	{ "grey", "192.0.2.35:25", 4, &grey },
	{ "mx1", "192.0.2.36:25", 5, &moody },
	{ "mx2", "192.0.2.37:25", 5, &polite },
};

static bool has(enum fault f)
{
	return storm.kinds & (1U << f);
}

/* ---- setting up ---- */

static void make_certificates(struct sim_host *box)
{
	struct cert ca = cert_make(NULL, "Root", NULL, -4000, 36500, true);
	struct cert leaf = cert_make(&ca, "leaf", "DNS:relay.test", -4000, 36500, false);
	struct buf why;

	buf_init(&why, 500);
	sim_disk_write(box, "tls.pem", leaf.pem);
	sim_disk_write(box, "tls.key", leaf.key_pem);
	if (tls_client_new(ca.pem, &why, &storm.authorities) < 0)
		storm_fail("no authorities");
	buf_done(&why);
	cert_free(&leaf);
	cert_free(&ca);
}

static void start_hops(void)
{
	char address[40];

	memcpy(storm.destinations, destinations, sizeof(destinations));
	for (unsigned i = 0; i < HOPS; i++) {
		struct hop *h = &storm.hops[i];

		snprintf(address, sizeof(address), "%.*s", (int)strcspn(hops[i].address, ":"),
			hops[i].address);
		*h = (struct hop){ .address = hops[i].address,
			.destination = &storm.destinations[hops[i].destination],
			.manners = *hops[i].manners,
			.host = sim_host_new(hops[i].name, address) };
		h->proc = sim_proc_start(h->host, hops[i].name, storm_hop, h);
	}
}

static void write_config(char *text, size_t n, bool more)
{
	snprintf(text, n, config, "info",
		more ? "  more: { for: internal, address: \"192.0.2.25:2527\","
		       " networks: [ 192.0.2.64/26 ] }\n"
		     : "");
}

static void draw(void)
{
	/* Some seeds have one kind of fault, some none, most have several. */
	for (unsigned f = 0; f < FAULTS; f++)
		if (storm_chance(f == FLIP ? 180 : f == DISK ? 250 : 350))
			storm.kinds |= 1U << f;
	storm.length = (usec_t)(20 + sim_choose(280)) * USEC_PER_SEC;
	storm.clients_most = 2 + (unsigned)sim_choose(9);
	/* Bits flip in vain where nothing waits: then next hops take nothing before the calm. */
	storm.closed = has(FLIP) && storm_chance(600);
	storm.deaf = has(NETWORK);
	storm.disk_faults = has(DISK) || has(FULL);
}

static void start_clients(struct sim_host *strangers, struct sim_host *insiders)
{
	for (unsigned i = 0; i < storm.clients_most; i++) {
		static const enum sender kinds[] = { INSIDE, INSIDE, INSIDE, STRANGER, STRANGER,
			USER, USER, PASSING, PASSING, PASSING_STRANGER };
		enum sender sender = kinds[sim_choose(10)];
		bool inside = sender == INSIDE || sender == PASSING;

		storm.clients_now++;
		sim_proc_start(inside ? insiders : strangers, "client", storm_client,
			(void *)(intptr_t)sender);
	}
}

static int start_program(struct ctx *ctx)
{
	static char text[4096];

	write_config(text, sizeof(text), false);
	sim_disk_write(storm.box, "users", slice_str(users));
	make_certificates(storm.box);
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

/* ---- faults ---- */

/* As the system's manager: a program that has ended starts again. */
static int keep_running(struct ctx *ctx)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && !program_running(storm.program) && !storm.failure; i++) {
		if (program_restart(ctx, storm.program) == ERR_CANCELLED)
			r = ctx_check(ctx);
		if (r == 0 && !program_running(storm.program))
			r = ctx_sleep(ctx, USEC_PER_SEC);
		if (i > STARTS_MOST)
			storm_fail("it does not start any more: %s", program_why(storm.program));
	}
	return r;
}

/* Whatever was open is not the program's any more. */
static void note_crash(void)
{
	storm.epoch++;
	for (unsigned i = 0; i < DESTINATIONS; i++)
		storm.destinations[i].now = 0;
	oracle_crash();
}

static void power_cut(void)
{
	uint64_t how = sim_choose(3);

	storm.cuts++;
	if (how == 0) {
		sim_power_cut(storm.box);
		note_crash();
		return;
	}
	/* At an operation that is to come: on_op sees it. */
	storm.cut_at = sim_disk_ops(storm.box) + 1 + sim_choose(how == 1 ? 30 : 200);
	sim_disk_cut_at(storm.box, storm.cut_at, sim_choose(2));
}

void storm_cut_soon(void)
{
	if (!has(CUT) || storm.calm || !storm_chance(100))
		return;
	storm.cuts++;
	storm.cut_at = sim_disk_ops(storm.box) + 1 + sim_choose(8);
	sim_disk_cut_at(storm.box, storm.cut_at, sim_choose(2));
}

static void kill_some(void)
{
	storm.kills++;
	program_kill(storm.program, (int)sim_choose(WORKERS + 1) - 1);
	note_crash();
}

static void net_trouble(bool on)
{
	struct sim_chaos chaos = { .refused = 30,
		.black_hole = 10,
		.unreachable = 10,
		.reset = 60,
		.lose = 20,
		.silence = 20,
		.within = 4000 };
	struct sim_chaos none = { 0 };

	sim_net_chaos(on ? &chaos : &none);
}

static void outage(bool on)
{
	for (unsigned i = 0; i < HOPS; i++) {
		bool down = on && storm_chance(300);

		sim_link(storm.box, storm.hops[i].host)->down = down;
		sim_link(storm.hops[i].host, storm.box)->down = down && storm_chance(500);
	}
}

/* A disk that fails is often about to be gone. */
static void disk_trouble(struct ctx *ctx)
{
	static const enum sim_disk_kind kinds[] = { SIM_DISK_SYNC, SIM_DISK_SYNC, SIM_DISK_SYNC,
		SIM_DISK_WRITE, SIM_DISK_READ, SIM_DISK_WRITE_DURABLE, SIM_DISK_SYNC_DIR,
		SIM_DISK_CREATE, SIM_DISK_RENAME };
	int err = sim_choose(4) ? ERR_IO : ERR_FULL;

	sim_disk_fail(storm.box, kinds[sim_choose(9)], 1 + sim_choose(40), err);
	if (!storm_chance(500))
		return;
	(void)ctx_sleep(ctx, (usec_t)sim_choose(3 * USEC_PER_SEC));
	sim_power_cut(storm.box);
	storm.cuts++;
	note_crash();
}

/* One of the segments: *ret_path is its name. */
static bool one_segment(char *ret_path, size_t n)
{
	struct buf list;
	struct slice rest;
	uint64_t seen = 0;

	buf_init(&list, 1 << 20);
	sim_disk_list(storm.box, &list);
	rest = buf_slice(&list);
	while (rest.n) {
		struct slice line = slice_split(&rest, '\n'), word = slice_split(&line, ' ');

		if (slice_search(word, S("/seg-")) < word.n && sim_choose(++seen) == 0)
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

	if (!one_segment(path, sizeof(path)))
		return;
	buf_init(&bytes, 1 << 20);
	if (sim_disk_read(storm.box, path, &bytes) == 0 && bytes.n) {
		for (unsigned i = 0; i < 40 && (i == 0 || bytes.p[at] == 0); i++)
			at = sim_choose(bytes.n);
		if (sim_disk_flip(storm.box, path, at, (unsigned)sim_choose(8)) == 0)
			storm.flips++;
	}
	buf_done(&bytes);
}

static void reload(struct ctx *ctx)
{
	static char text[4096];

	write_config(text, sizeof(text), sim_choose(2));
	storm.reloads += program_reload(ctx, storm.program, text) == 0;
}

static void strike(struct ctx *ctx, enum fault f)
{
	switch (f) {
	case CUT:
		power_cut();
		break;
	case KILL:
		kill_some();
		break;
	case NETWORK:
		outage(sim_choose(2));
		break;
	case FULL:
		sim_disk_set_capacity(
			storm.box, sim_choose(2) ? 1 << 30 : (1 << 20) + sim_choose(2 << 20));
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
	case FAULTS:
		break;
	}
}

/* A cut that was planned for an operation happens behind this call. */
static void on_op(void *arg, const struct sim_disk_op *op)
{
	(void)arg;
	if (op->number == storm.cut_at)
		note_crash();
}

/* One of those that this seed has. */
static enum fault one_kind(void)
{
	enum fault f;

	do {
		f = (enum fault)sim_choose(FAULTS);
	} while (!has(f));
	return f;
}

static int blow(struct ctx *ctx)
{
	usec_t end = clock_now() + storm.length;
	int r = 0;

	net_trouble(has(NETWORK));
	while (r == 0 && clock_now() < end && storm.failure == NULL) {
		r = ctx_sleep(ctx, (usec_t)sim_choose((uint64_t)storm.length / 8) + 1);
		if (r == 0 && storm.kinds)
			strike(ctx, one_kind());
		if (r == 0 && !sim_host_is_up(storm.box)) {
			note_crash();
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
	net_trouble(false);
	outage(false);
	sim_disk_cut_at(storm.box, 0, false);
	sim_disk_set_capacity(storm.box, 1 << 30);
	for (unsigned i = 0; i < HOPS; i++) {
		bool chunks = storm.hops[i].manners.chunks;

		storm.hops[i].manners = none;
		storm.hops[i].manners.chunks = chunks;
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
		else if (open == 0 && storm.clients_now == 0 && program_ready(storm.program))
			return r;
	}
	return r;
}

int storm_course(struct ctx *ctx, void *arg)
{
	struct sim_host *strangers = sim_host_new("strangers", "198.51.100.9");
	struct sim_host *insiders = sim_host_new("insiders", "192.0.2.65");

	(void)arg;
	storm.box = sim_host_new("relay", "192.0.2.25");
	sim_openssl_start();
	sim_on_log(oracle_log, NULL);
	sim_disk_on_op(on_op, NULL);
	draw();
	if (sim_dns_zone(zone))
		storm_fail("the zone cannot be read");
	start_hops();
	int r = start_program(ctx);

	if (r == 0) {
		start_clients(strangers, insiders);
		r = blow(ctx);
		/* What waits is read from the disk again. */
		if (storm.closed)
			kill_some();
		be_calm();
		if (r == 0)
			r = settle(ctx);
		if (r == 0 && storm.failure == NULL)
			oracle_judge(ctx);
	}
	if (r < 0)
		storm_fail("the run ended early: %s", err_name(r));
	program_free(ctx, storm.program);
	for (unsigned i = 0; i < HOPS; i++) {
		sim_proc_stop(storm.hops[i].proc);
		(void)sim_proc_wait(ctx, storm.hops[i].proc);
	}
	tls_client_unref(storm.authorities);
	return 0;
}
