/* A run: a fresh world, then the file's statements one after the other, then everything ends in order:
 * clients, program, servers, and nothing may be left over. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "certificates.h"
#include "guest.h"
#include "expect.h"
#include "play.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/openssl.h"
#include "rt/sim/sim.h"
#include "hop.h"
#include "spool/spool.h"
#include "subject.h"

#define LINES_MAX  (256u << 20)
#define TEXT_MAX   (64u << 10) /* of one observation */
#define REPORT_MAX 6000 /* bytes of a report that are observed */

static struct play *playing; /* the run under way */

/* ---- what happened ---- */

void scenario_seen_init(struct scenario_seen *seen)
{
	*seen = (struct scenario_seen){ 0 };
	buf_init(&seen->lines, LINES_MAX);
}

void scenario_seen_done(struct scenario_seen *seen)
{
	buf_done(&seen->lines);
}

static void put_visible(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		buf_putc(b, c == '\n' ? '|' : (unsigned char)c < ' ' || c == 127 ? '?' : c);
	}
}

void play_see(struct play *p, const char *fmt, ...)
{
	static char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_visible(&p->seen->lines, slice_str(text));
	buf_putc(&p->seen->lines, '\n');
}

/* A reload closes the idle connections to next hops, since the new configuration may want others, each
 * worker says that it has taken it, and an alarm that was told is told anew, if it still holds: who counts
 * these counts reloads. */
static bool counts_reloads(const struct stmt *s)
{
	if (stmt_is(s, 1, "metric"))
		return slice_ends(stmt_word(s, 2), S("connections_reused_total"));
	if (stmt_is(s, 1, "log") && stmt_is(s, 2, "alarm"))
		return true;
	if (stmt_is(s, 1, "log"))
		return s->n > 3 && s->block && s->block->n > 2 &&
		       slice_eq(stmt_word(s->block, 2), S("the new configuration is in force"));
	return stmt_is(s, 2, "connections") || stmt_is(s, 2, "sessions") ||
	       stmt_is(s, 2, "sessions-most");
}

int play_fail(struct play *p, const struct stmt *at, const char *fmt, ...)
{
	struct scenario_seen *seen = p->seen;
	va_list ap;
	int n = 0;

	if (p->failed)
		return ERR_INVALID;
	if (p->reloaded && at && stmt_is(at, 0, "expect") && counts_reloads(at))
		return 0;
	p->failed = true;
	if (at)
		n = snprintf(seen->failure, sizeof(seen->failure), "%s:%u: ", at->file, at->line);
	va_start(ap, fmt);
	vsnprintf(seen->failure + n, sizeof(seen->failure) - (size_t)n, fmt, ap);
	va_end(ap);
	return ERR_INVALID;
}

#define SECRET_LEAST 6

void play_secret(struct play *p, struct slice secret)
{
	if (secret.n < SECRET_LEAST)
		return;
	buf_put(&p->secrets, secret);
	buf_putc(&p->secrets, '\n');
}

static void look_for_secrets(struct play *p, struct slice line)
{
	struct slice rest = buf_slice(&p->secrets);

	while (rest.n) {
		struct slice secret = slice_split(&rest, '\n');

		if (slice_search(line, secret) == line.n)
			continue;
		p->failed = false; /* nothing is worse */
		(void)play_fail(p, NULL, "a secret was logged: %.*s", SLICE_ARG(line));
		p->told = true;
	}
}

/* "TIME LEVEL EVENT fields...", without the time. "worker N EVENT" tells whose the line is. */
static void see_log(void *arg, struct slice line)
{
	struct slice rest = line;
	int worker = subject_worker_here(arg);

	look_for_secrets(arg, line);

	(void)slice_split(&rest, ' ');
	(void)slice_split(&rest, ' ');
	play_see(arg, "log %.*s", SLICE_ARG(rest));
	if (worker >= 0)
		play_see(arg, "worker %d %.*s", worker,
			SLICE_ARG(slice_take(rest, slice_find(rest, ' '))));
}

/* ---- hosts ---- */

struct place {
	struct list node;
	char *address;
	struct sim_host *host;
};

struct sim_host *play_host(struct play *p, struct slice address)
{
	list_each (it, &p->hosts) {
		struct place *place = container_of(it, struct place, node);

		if (slice_eq(slice_str(place->address), address))
			return place->host;
	}
	struct place *place = mem_zalloc(sizeof(*place));

	place->address = mem_strdup(address);
	place->host = slice_eq(address, S(SCENARIO_HOST))
			      ? sim_host_new("relay", SUBJECT_ADDRESSES)
			      : sim_host_new(place->address, place->address);
	list_append(&p->hosts, &place->node);
	return place->host;
}

/* ---- the run ---- */

static int play_statements(struct ctx *ctx, struct play *p)
{
	int r = 0;

	for (const struct stmt *s = p->scenario->first; s && r == 0 && !p->failed; s = s->next) {
		r = op_find(play_ops, s)->run(ctx, p, NULL, s);
		p->seen->statements++;
		if (r == 0 && p->faults->after_statement)
			r = p->faults->after_statement(ctx, p->faults->arg, p->seen->statements);
	}
	return r;
}

/* "kept QUEUE-ID text TEXT" of a report: which message it is about stands there. */
static void see_report(struct ctx *ctx, struct play *p, struct spool *sp, uint64_t number)
{
	struct spool_reader *reader;
	struct slice piece = SLICE_NIL;
	char id[TEXT_ID_CHARS];

	text_id(number, id);
	if (spool_body_open(sp, number, &reader) < 0)
		return;
	if (spool_body_read(ctx, reader, &piece) == 0)
		play_see(p, "kept %.*s text %.*s", TEXT_ID_CHARS, id,
			SLICE_ARG(slice_take(piece, REPORT_MAX)));
	spool_body_close(reader);
}

/* "kept QUEUE-ID to PATH": of each recipient that still waits, is under way or is held; "kept
 * QUEUE-ID unread" where rot hides who they are. */
static void see_kept(struct ctx *ctx, struct play *p, struct spool *sp, uint64_t number)
{
	struct arena scratch = ARENA_INIT;
	struct spool_envelope envelope;
	struct spool_rcpt_info info;
	char id[TEXT_ID_CHARS];
	bool any = false;

	text_id(number, id);
	int r = spool_read_envelope(ctx, sp, number, &scratch, &envelope);

	if (r == ERR_CORRUPT)
		play_see(p, "kept %.*s unread", TEXT_ID_CHARS, id);
	for (size_t i = 0; r == 0 && i < envelope.rcpts_n; i++) {
		if (!spool_look_rcpt(sp, number, (uint16_t)i, &info) || info.state == SPOOL_DONE ||
			info.state == SPOOL_FAILED)
			continue;
		any = true;
		play_see(p, "kept %.*s to %.*s", TEXT_ID_CHARS, id,
			SLICE_ARG(envelope.rcpts[i].forward_path));
	}
	if (r == 0 && any && envelope.reverse_path.n == 0)
		see_report(ctx, p, sp, number);
	arena_reset(&scratch);
}

static int see_all_kept(struct ctx *ctx, void *arg)
{
	struct play *p = arg;
	struct spool_info info;
	struct spool *sp;

	for (size_t i = 0; (sp = subject_spool(p, i)); i++)
		for (uint64_t at = 0; subject_spool(p, i) == sp && spool_next(sp, at, &info);
			at = info.id)
			see_kept(ctx, p, sp, info.id);
	return 0;
}

/* The program once more, without faults: what is in its spool. Where the transcript never gave it a
 * configuration that it takes, nothing is to be seen. */
static void revive(struct ctx *ctx, struct play *p)
{
	if (subject_revive(ctx, p) < 0)
		return;
	(void)sim_host_run(ctx, subject_host(p), "reader", see_all_kept, p);
	play_see(p, "revived");
}

static int play_all(struct ctx *ctx, void *arg)
{
	struct play *p = arg;

	p->began = clock_now();
	p->subject = subject_new(p);
	if (p->faults->begin)
		p->faults->begin(ctx, p->faults->arg);
	sim_on_log(see_log, p);
	(void)play_statements(ctx, p); /* what failed is recorded */
	expect_see_queue(ctx, p);
	if (p->faults->calm) {
		p->faults->calm(ctx, p->faults->arg);
		revive(ctx, p);
	}
	guest_end_all(ctx, p);
	subject_free(ctx, p);
	hop_end_all(ctx, p);
	sim_on_log(NULL, NULL);
	p->seen->lasted = clock_now() - p->began;
	if (p->faults->end)
		p->faults->end(p->faults->arg);
	return 0;
}

static void free_places(struct play *p)
{
	struct list *node;

	while ((node = list_pop(&p->hosts))) {
		struct place *place = container_of(node, struct place, node);

		free(place->address);
		free(place);
	}
}

int scenario_run(
	const struct scenario *s, const struct scenario_faults *faults, struct scenario_seen *ret)
{
	struct play p = { .scenario = s, .faults = faults, .seen = ret };

	list_init(&p.clients);
	list_init(&p.servers);
	list_init(&p.hosts);
	buf_init(&p.secrets, 1 << 20);
	sim_start(faults->seed);
	sim_openssl_start();
	playing = &p;
	(void)sim_run("scenario", play_all, &p);
	playing = NULL;
	free_places(&p);
	certificates_free(p.certificates);
	buf_done(&p.secrets);
	ret->digest = sim_digest();
	ret->leaks = sim_stop();
	if (faults->transcript_may_fail && !p.told)
		p.failed = false;
	if (ret->leaks)
		(void)play_fail(&p, NULL, "%s: %zu sockets, files or pools were never closed",
			s->name, ret->leaks);
	ret->passed = !p.failed;
	return ret->passed ? 0 : -1;
}

/* ---- from hooks ---- */

/* What comes depends on a connection to a next hop being there, or closed, while nothing goes on in it:
 * a reload closes those, and then other ones are as good. The transcript says so itself. */
static bool counts_on_idle(const struct stmt *s)
{
	while (s && !stmt_is(s, 0, "counts-on-idle"))
		s = s->next;
	return s != NULL;
}

enum scenario_reload scenario_reload_now(void)
{
	enum scenario_reload r = subject_reload_now(playing);

	return r == SCENARIO_RELOAD_SAME &&
			       (playing->scripted || counts_on_idle(playing->scenario->first))
		       ? SCENARIO_RELOAD_OTHER
		       : r;
}

void scenario_reload(void)
{
	playing->reloaded = true;
	subject_ask_reload(playing);
}

/* ---- files ---- */

bool scenario_load(const char *folder, const char *name, struct scenario *ret, struct buf *why)
{
	*ret = (struct scenario){ .arena = ARENA_INIT };
	const char *path = arena_printf(&ret->arena, "%s/%s", folder, name);
	const char *parts = arena_printf(&ret->arena, "%s/common", folder);

	ret->name = arena_strdup(&ret->arena, slice_str(name));
	if (parse_file(&ret->arena, path, parts, &ret->first, why) &&
		op_check(play_ops, ret->first, why))
		return true;
	scenario_free(ret);
	return false;
}

void scenario_free(struct scenario *s)
{
	arena_reset(&s->arena);
}
