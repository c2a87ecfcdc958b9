/* The statements of a file, outside of blocks. */
#include <stdio.h>
#include <stdlib.h>

#include "auth/secret.h"
#include "base/err.h"
#include "certificates.h"
#include "guest.h"
#include "expect.h"
#include "play.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/sim/sim.h"
#include "hop.h"
#include "subject.h"

#define FILE_MAX    (1u << 20)
#define PATH_BYTES  200
#define WHOLE_BYTES 1400 /* of a segment; writes are not cut below it */

static const char *text_of(struct play *p, const struct stmt *s, size_t i)
{
	(void)p;
	return stmt_word(s, i).p; /* the arena's copies end with a zero */
}

/* ---- the program ---- */

static int op_config(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	(void)self;
	subject_set_config(p, stmt_word(s, 1));
	return 0;
}

static int op_workers(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	uint64_t n;

	(void)ctx;
	(void)self;
	if (!play_number(p, s, 1, &n))
		return ERR_INVALID;
	subject_set_workers(p, (unsigned)n);
	return 0;
}

/* start | start fails GLOB: what it says then */
static int op_start(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)self;
	if (s->n > 1)
		return subject_start_fails(ctx, p, s, stmt_word(s, 2));
	int r = subject_start(ctx, p, s);

	if (r == 0)
		play_see(p, "program started");
	return r;
}

static int op_stop(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)self;
	play_see(p, "program stopped");
	return subject_stop(ctx, p, s);
}

/* kill: everything; kill worker N | kill workers: the supervisor starts them again */
static int op_kill(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	uint64_t n = 0;

	(void)self;
	if (stmt_is(s, 1, "worker") && play_number(p, s, 2, &n)) {
		play_see(p, "program worker %llu killed", (unsigned long long)n);
		return subject_kill(ctx, p, s, (int)n);
	}
	if (stmt_is(s, 1, "workers")) {
		play_see(p, "program workers killed");
		return subject_kill(ctx, p, s, SUBJECT_WORKERS);
	}
	if (s->n > 1)
		return play_fail(p, s, "kill, kill worker N, or kill workers");
	play_see(p, "program killed");
	return subject_kill(ctx, p, s, SUBJECT_ALL);
}

/* memory BYTES: what sessions of a worker may hold together */
static int op_memory(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	uint64_t n;

	(void)self;
	if (!play_number(p, s, 1, &n))
		return ERR_INVALID;
	int r = subject_need(ctx, p, s);

	if (r == 0)
		subject_set_memory(p, (size_t)n);
	return r;
}

static int op_powercut(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	static const struct {
		const char *word;
		enum sim_disk_loss loss;
	} losses[] = { { "lose-all", SIM_LOSE_ALL }, { "lose-none", SIM_LOSE_NONE },
		{ "lose-tail", SIM_LOSE_TAIL }, { "lose-some", SIM_LOSE_SOME } };

	(void)self;
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (stmt_is(s, 1, losses[i].word))
			sim_disk_set_loss(subject_host(p), losses[i].loss);
	play_see(p, "program without power");
	return subject_power_cut(ctx, p, s);
}

/* reload [TEXT] | reload fails GLOB TEXT */
static int op_reload(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	bool fails = stmt_is(s, 1, "fails");
	struct slice glob = stmt_word(s, 2);

	(void)self;
	play_see(p, "program reloads");
	return subject_reload(ctx, p, s, stmt_word(s, fails ? 3 : 1), fails ? &glob : NULL);
}

/* ---- time ---- */

static int op_advance(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	usec_t time;
	int r;

	(void)self;
	if (!play_time(p, s, 1, &time))
		return ERR_INVALID;
	r = subject_need(ctx, p, s);
	return r == 0 ? ctx_sleep(ctx, time) : r;
}

static int op_clock(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	usec_t time;

	(void)ctx;
	(void)self;
	if (!play_time(p, s, 2, &time))
		return ERR_INVALID;
	sim_clock_step(stmt_is(s, 1, "back") ? -time : time);
	play_see(p, "program clock %s", stmt_is(s, 1, "back") ? "back" : "forward");
	return 0;
}

/* ---- files ---- */

static int op_file(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	(void)self;
	subject_write(p, text_of(p, s, 1), stmt_word(s, 2));
	return 0;
}

/* user NAME PASSWORD [SENDERS]: a line more in the file `users`. */
static int op_user(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct auth_scram scram;
	struct buf b;

	(void)ctx;
	(void)self;
	play_secret(p, stmt_word(s, 2));
	buf_init(&b, FILE_MAX);
	(void)sim_disk_read(subject_host(p), "users", &b); /* there may be none yet */
	buf_put(&b, stmt_word(s, 1));
	buf_puts(&b, ":");
	int r = auth_secret_derive(job_outside_loop(), stmt_word(s, 2), S("0123456789abcdef"),
		AUTH_ROUNDS_MIN, &scram);

	if (r == 0)
		auth_secret_format_scram(&b, &scram);
	if (s->n > 3) {
		buf_puts(&b, ":");
		buf_put(&b, stmt_word(s, 3));
	}
	buf_puts(&b, "\n");
	subject_write(p, "users", buf_slice(&b));
	buf_done(&b);
	return r;
}

/* certificate NAME [FILE]: FILE.pem and FILE.key (tls), and the authority in ca.pem. */
static int op_certificate(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const char *file = s->n > 2 ? text_of(p, s, 2) : "tls";
	struct slice pem, key;
	char path[PATH_BYTES];

	(void)ctx;
	(void)self;
	if (p->certificates == NULL)
		p->certificates = certificates_new();
	certificates_issue(p->certificates, stmt_word(s, 1), -1, 3000, true, &pem, &key);
	snprintf(path, sizeof(path), "%s.pem", file);
	subject_write(p, path, pem);
	snprintf(path, sizeof(path), "%s.key", file);
	subject_write(p, path, key);
	subject_write(p, "ca.pem", certificates_ca(p->certificates));
	free((void *)(uintptr_t)pem.p);
	free((void *)(uintptr_t)key.p);
	return 0;
}

/* ---- names ---- */

static int op_dns(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	(void)self;
	if (stmt_is(s, 1, "clear")) {
		sim_dns_clear();
		return 0;
	}
	unsigned line = sim_dns_zone(text_of(p, s, 1));

	return line == 0 ? 0 : play_fail(p, s, "line %u of the zone cannot be read", line);
}

/* ---- the network ---- */

static int op_net(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	static const char *const words[] = {
		[SIM_CONNECT_NORMAL] = "normal",
		[SIM_CONNECT_REFUSED] = "refuse",
		[SIM_CONNECT_BLACK_HOLE] = "black-hole",
		[SIM_CONNECT_UNREACHABLE] = "unreachable",
		[SIM_CONNECT_RESET] = "reset",
	};

	(void)ctx;
	(void)self;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!stmt_is(s, 2, words[i]))
			continue;
		sim_net_connect(text_of(p, s, 1), (enum sim_connect)i);
		play_see(p, "net %s %s", text_of(p, s, 1), words[i]);
		return 0;
	}
	return play_fail(p, s, "normal, refuse, black-hole, unreachable or reset");
}

/* break ADDRESS:PORT (reset | lose | silence) BYTES [answers] [nth N] */
static int op_break(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct sim_plan plan = { .how = stmt_is(s, 2, "lose")	   ? SIM_BREAK_LOSE
					: stmt_is(s, 2, "silence") ? SIM_BREAK_SILENCE
								   : SIM_BREAK_RESET };
	uint64_t nth = 1;

	(void)ctx;
	(void)self;
	if (!play_number(p, s, 3, &plan.after))
		return ERR_INVALID;
	for (size_t i = 4; i < s->n; i++) {
		if (stmt_is(s, i, "answers"))
			plan.answers = true;
		else if (!stmt_is(s, i, "nth") || !play_number(p, s, ++i, &nth))
			return play_fail(p, s, "what is `%.*s`?", SLICE_ARG(stmt_word(s, i)));
	}
	sim_net_plan(text_of(p, s, 1), (unsigned)nth, &plan);
	return 0;
}

/* link down|up|whole ADDRESS: between the program and that host, both ways. */
static int op_link(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct sim_host *there = play_host(p, stmt_word(s, 2)), *here = subject_host(p);
	struct sim_link *both[] = { sim_link(here, there), sim_link(there, here) };

	(void)ctx;
	(void)self;
	if (!stmt_is(s, 1, "down") && !stmt_is(s, 1, "up") && !stmt_is(s, 1, "whole"))
		return play_fail(p, s, "what is `%.*s`?", SLICE_ARG(stmt_word(s, 1)));
	play_see(p, "link %s %s", text_of(p, s, 1), text_of(p, s, 2));
	for (unsigned i = 0; i < 2; i++) {
		if (stmt_is(s, 1, "whole"))
			both[i]->segment = WHOLE_BYTES;
		else
			both[i]->down = stmt_is(s, 1, "down");
	}
	return 0;
}

/* ---- the disk ---- */

static int disk_fail(struct play *p, const struct stmt *s)
{
	uint64_t nth = 1;

	if (s->n > 3 && !play_number(p, s, 3, &nth))
		return ERR_INVALID;
	for (unsigned i = 0; i < SIM_DISK_KINDS; i++) {
		if (!stmt_is(s, 2, sim_disk_kind_name((enum sim_disk_kind)i)))
			continue;
		sim_disk_fail(subject_host(p), (enum sim_disk_kind)i, nth, ERR_IO);
		return 0;
	}
	return play_fail(p, s, "no disk operation `%.*s`", SLICE_ARG(stmt_word(s, 2)));
}

/* disk capacity BYTES | disk fail OPERATION [N] | disk sync-time T | disk flip FILE BYTE | disk cut
 * N */
static int op_disk(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct sim_host *host = subject_host(p);
	uint64_t n = 0;
	usec_t time;

	(void)ctx;
	(void)self;
	if (stmt_is(s, 1, "fail"))
		return disk_fail(p, s);
	if (stmt_is(s, 1, "sync-time")) {
		if (!play_time(p, s, 2, &time))
			return ERR_INVALID;
		sim_disk_set_sync_time(host, time, time);
		return 0;
	}
	if (!play_number(p, s, stmt_is(s, 1, "flip") ? 3 : 2, &n))
		return ERR_INVALID;
	if (stmt_is(s, 1, "flip")) {
		play_see(p, "disk flips %.*s", SLICE_ARG(stmt_word(s, 2)));
		return sim_disk_flip(host, text_of(p, s, 2), n, 0) == 0
			       ? 0
			       : play_fail(p, s, "no such file or byte");
	}
	if (stmt_is(s, 1, "capacity"))
		sim_disk_set_capacity(host, n);
	else if (stmt_is(s, 1, "cut"))
		sim_disk_cut_at(host, sim_disk_ops(host) + n, false);
	else
		return play_fail(p, s, "capacity, fail, sync-time, flip or cut");
	return 0;
}

/* ---- clients need a program ---- */

static int op_client(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	int r = subject_need(ctx, p, s);

	return r == 0 ? guest_statement(ctx, p, self, s) : r;
}

/* `expect log` looks at what comes from here on. */
/* For who reloads in the midst of it (run.c); nothing by itself. */
static int op_counts_on_idle(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx, (void)p, (void)self, (void)s;
	return 0;
}

static int op_mark(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	(void)self;
	(void)s;
	p->mark = p->seen->lines.n;
	return 0;
}

const struct op play_ops[] = {
	{ "config", 1, 1, BLOCK_NONE, NULL, op_config },
	{ "workers", 1, 1, BLOCK_NONE, NULL, op_workers },
	{ "start", 0, 2, BLOCK_NONE, NULL, op_start },
	{ "stop", 0, 0, BLOCK_NONE, NULL, op_stop },
	{ "kill", 0, 2, BLOCK_NONE, NULL, op_kill },
	{ "powercut", 0, 1, BLOCK_NONE, NULL, op_powercut },
	{ "memory", 1, 1, BLOCK_NONE, NULL, op_memory },
	{ "reload", 0, 3, BLOCK_NONE, NULL, op_reload },
	{ "advance", 1, 1, BLOCK_NONE, NULL, op_advance },
	{ "clock", 2, 2, BLOCK_NONE, NULL, op_clock },
	{ "file", 2, 2, BLOCK_NONE, NULL, op_file },
	{ "user", 2, 3, BLOCK_NONE, NULL, op_user },
	{ "certificate", 1, 2, BLOCK_NONE, NULL, op_certificate },
	{ "dns", 1, 1, BLOCK_NONE, NULL, op_dns },
	{ "net", 2, 2, BLOCK_NONE, NULL, op_net },
	{ "break", 3, 6, BLOCK_NONE, NULL, op_break },
	{ "link", 2, 2, BLOCK_NONE, NULL, op_link },
	{ "disk", 2, 3, BLOCK_NONE, NULL, op_disk },
	{ "mark", 0, 0, BLOCK_NONE, NULL, op_mark },
	{ "counts-on-idle", 0, 0, BLOCK_NONE, NULL, op_counts_on_idle },
	{ "client", 1, 6, BLOCK_MUST, guest_ops, op_client },
	{ "server", 1, 5, BLOCK_MUST, hop_ops, hop_statement },
	{ "expect queue", 0, 1, BLOCK_MAY, expect_queue_ops, expect_queue },
	{ "expect log", 1, 2, BLOCK_MAY, expect_field_ops, expect_log },
	{ "expect no-log", 1, 1, BLOCK_MAY, expect_field_ops, expect_no_log },
	{ "expect metric", 2, 3, BLOCK_NONE, NULL, expect_metric },
	{ "expect *", 2, 3, BLOCK_MAY, hop_message_ops, hop_expect },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};
