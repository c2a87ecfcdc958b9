/* Expectations about the queue, the log and the counters. */
#include "expect.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/sim/sim.h"
#include "spool/spool.h"
#include "subject.h"

/* ---- the queue ---- */

struct entry {
	struct list node;
	char *to;
	struct spool_rcpt_info info;
	struct buf reason;
};

struct queue {
	struct play *play;
	bool there; /* a spool was open */
	struct list entries;
	uint64_t messages;
};

static const char *const states[] = { [SPOOL_WAITING] = "waiting",
	[SPOOL_LEASED] = "leased",
	[SPOOL_HELD] = "held",
	[SPOOL_DONE] = "done",
	[SPOOL_FAILED] = "failed" };
static const char *const helds[] = { [SPOOL_HELD_NOT] = "not-held",
	[SPOOL_HELD_BY_HAND] = "by-hand",
	[SPOOL_HELD_UNDELIVERABLE] = "undeliverable",
	[SPOOL_HELD_CORRUPT] = "corrupt" };

static void add_entry(struct ctx *ctx, struct queue *q, struct spool *spool, uint64_t id,
	uint16_t rcpt, struct slice to)
{
	struct entry *e = mem_zalloc(sizeof(*e));
	struct arena scratch = ARENA_INIT;
	struct slice reason = SLICE_NIL;

	e->to = mem_strdup(to);
	buf_init(&e->reason, SPOOL_REASON_MAX * 4);
	(void)spool_look_rcpt(spool, id, rcpt, &e->info);
	if (spool_read_reason(ctx, spool, id, rcpt, &scratch, &reason) == 0)
		buf_put(&e->reason, reason);
	arena_reset(&scratch);
	list_append(&q->entries, &e->node);
}

static void add_message(struct ctx *ctx, struct queue *q, struct spool *spool, uint64_t id)
{
	struct arena scratch = ARENA_INIT;
	struct spool_envelope envelope;
	int r = spool_read_envelope(ctx, spool, id, &scratch, &envelope);

	q->messages++;
	if (r < 0)
		add_entry(ctx, q, spool, id, 0, slice_str(err_name(r)));
	for (size_t i = 0; r == 0 && i < envelope.rcpts_n; i++)
		add_entry(ctx, q, spool, id, (uint16_t)i, envelope.rcpts[i].forward_path);
	arena_reset(&scratch);
}

/* A process on the program's host, so that it ends with its power. */
static int read_spools(struct ctx *ctx, void *arg)
{
	struct queue *q = arg;
	struct spool_info info = { 0 };
	struct spool *spool;

	for (size_t i = 0; (spool = subject_spool(q->play, i)); i++) {
		q->there = true;
		for (info.id = 0;
			subject_spool(q->play, i) == spool && spool_next(spool, info.id, &info);)
			add_message(ctx, q, spool, info.id);
	}
	return 0;
}

static void queue_read(struct ctx *ctx, struct play *p, struct queue *q)
{
	*q = (struct queue){ .play = p };
	list_init(&q->entries);
	if (subject_ready(ctx, p) == 0 && subject_spool(p, 0))
		(void)sim_host_run(ctx, subject_host(p), "reader", read_spools, q);
}

static void queue_free(struct queue *q)
{
	struct list *node;

	while ((node = list_pop(&q->entries))) {
		struct entry *e = container_of(node, struct entry, node);

		buf_done(&e->reason);
		free(e->to);
		free(e);
	}
}

static void see_queue(struct play *p, const struct queue *q)
{
	if (q->there && q->messages == 0)
		play_see(p, "queue empty");
	for (struct list *it = q->entries.next; it != &q->entries; it = it->next) {
		const struct entry *e = container_of(it, struct entry, node);

		play_see(p, "queue %s %s %s attempts %u%s reason %.*s", e->to,
			states[e->info.state], helds[e->info.held], e->info.attempts,
			e->info.warned ? " warned" : "", SLICE_ARG(buf_slice(&e->reason)));
	}
}

void expect_see_queue(struct ctx *ctx, struct play *p)
{
	struct queue q;

	queue_read(ctx, p, &q);
	see_queue(p, &q);
	queue_free(&q);
}

int expect_queue(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct queue q;
	uint64_t want = 0;
	int r = 0;

	(void)self;
	if (s->n > 2 && !stmt_is(s, 2, "empty") && !play_number(p, s, 2, &want))
		return ERR_INVALID;
	if (subject_need(ctx, p, s) < 0)
		return ERR_INVALID;
	queue_read(ctx, p, &q);
	see_queue(p, &q);
	if (!q.there)
		r = play_fail(p, s, "nobody can read the queue of a program that does not run");
	if (r == 0 && s->n > 2 && q.messages != want) {
		const struct entry *first = container_of(q.entries.next, struct entry, node);

		r = play_fail(p, s, "expected %llu messages in the queue, got %llu: %s, %.*s",
			(unsigned long long)want, (unsigned long long)q.messages,
			q.messages ? first->to : "none", q.messages ? (int)first->reason.n : 0,
			q.messages ? first->reason.p : "");
	}
	if (r == 0)
		r = op_run_all(ctx, p, &q, expect_queue_ops, s->block);
	queue_free(&q);
	return r;
}

static bool entry_is(struct play *p, const struct entry *e, const struct stmt *s)
{
	uint64_t n;
	usec_t time;

	if (!slice_glob(stmt_word(s, 1), slice_str(e->to)))
		return false;
	for (size_t i = 2; i < s->n; i++) {
		if (stmt_is(s, i, "attempts")) {
			if (!play_number(p, s, ++i, &n) || e->info.attempts != n)
				return false;
		} else if (stmt_is(s, i, "due")) {
			if (!play_time(p, s, ++i, &time) || e->info.due > clock_wall() + time)
				return false;
		} else if (stmt_is(s, i, "warned")) {
			if (!e->info.warned)
				return false;
		} else if (stmt_is(s, i, "reason")) {
			if (!slice_glob(stmt_word(s, ++i), buf_slice(&e->reason)))
				return false;
		} else if (!stmt_is(s, i, states[e->info.state]) &&
			   !stmt_is(s, i, helds[e->info.held])) {
			return false;
		}
	}
	return true;
}

/* rcpt GLOB [STATE] [HELD] [attempts N] [due T] [warned] [reason GLOB] */
static int op_rcpt(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct queue *q = self;
	struct buf all;
	int r;

	(void)ctx;
	buf_init(&all, 1200);
	for (struct list *it = q->entries.next; it != &q->entries; it = it->next) {
		const struct entry *e = container_of(it, struct entry, node);

		if (entry_is(p, e, s)) {
			buf_done(&all);
			return 0;
		}
		buf_printf(&all, "\n  %s %s %s attempts %u due in %llds%s reason %.*s", e->to,
			states[e->info.state], helds[e->info.held], e->info.attempts,
			(long long)((e->info.due - clock_wall()) / USEC_PER_SEC),
			e->info.warned ? " warned" : "", SLICE_ARG(buf_slice(&e->reason)));
	}
	r = play_fail(p, s, "no such recipient; there are:%.*s", SLICE_ARG(buf_slice(&all)));
	buf_done(&all);
	return r;
}

const struct op expect_queue_ops[] = {
	{ "rcpt", 1, 12, BLOCK_NONE, NULL, op_rcpt },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};

/* ---- the log ---- */

/* The value of a field in a line of logfmt, its quotes taken off and its escapes left; false when
 * there is none. */
static bool field_of(struct slice line, struct slice name, struct slice *ret)
{
	while (line.n) {
		size_t eq = slice_find(line, '=');
		struct slice key = slice_take(line, eq);
		size_t space = slice_rfind(key, ' '), n = 0;
		struct slice rest = slice_skip(line, eq + 1);

		if (eq == line.n)
			return false;
		if (space < key.n)
			key = slice_skip(key, space + 1);
		if (slice_starts(rest, S("\""))) {
			for (n = 1; n < rest.n && rest.p[n] != '"'; n++)
				n += rest.p[n] == '\\';
			*ret = slice_skip(slice_take(rest, n), 1);
		} else {
			n = slice_find(rest, ' ');
			*ret = slice_take(rest, n);
		}
		if (slice_eq(key, name))
			return true;
		line = slice_skip(rest, n + 1);
	}
	return false;
}

/* FIELD = TEXT, FIELD ~ GLOB, FIELD absent */
static bool field_fits(const struct stmt *s, struct slice line)
{
	struct slice value = SLICE_NIL;
	bool there = field_of(line, stmt_word(s, 0), &value);

	if (stmt_is(s, 1, "absent"))
		return !there;
	if (stmt_is(s, 1, "="))
		return there && slice_eq(value, stmt_word(s, 2));
	return there && slice_glob(stmt_word(s, 2), value);
}

static uint64_t count_lines(const struct play *p, const struct stmt *s)
{
	struct slice rest = slice_skip(buf_slice(&p->seen->lines), p->mark);
	struct slice event = stmt_word(s, 2);
	uint64_t n = 0;

	while (rest.n) {
		struct slice line = slice_split(&rest, '\n');
		bool fits = true;

		if (!slice_starts(line, S("log ")))
			continue;
		line = slice_skip(line, 4);
		if (!slice_starts(line, event) || slice_find(line, ' ') != event.n)
			continue;
		for (const struct stmt *f = s->block; f && fits; f = f->next)
			fits = field_fits(f, line);
		n += fits;
	}
	return n;
}

static bool is_event(struct slice name)
{
	for (unsigned e = 0; e < EVENT_COUNT; e++)
		if (slice_eq(name, slice_str(event_info((enum event)e)->name)))
			return true;
	return false;
}

int expect_log(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	uint64_t n = count_lines(p, s), want = 0;

	(void)ctx;
	(void)self;
	if (!is_event(stmt_word(s, 2)))
		return play_fail(p, s, "there is no event `%.*s`", SLICE_ARG(stmt_word(s, 2)));
	if (s->n > 3 && !play_number(p, s, 3, &want))
		return ERR_INVALID;
	if (s->n > 3 ? n == want : n > 0)
		return 0;
	return play_fail(p, s, "%llu such lines were logged", (unsigned long long)n);
}

int expect_no_log(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	uint64_t n = count_lines(p, s);

	(void)ctx;
	(void)self;
	if (!is_event(stmt_word(s, 2)))
		return play_fail(p, s, "there is no event `%.*s`", SLICE_ARG(stmt_word(s, 2)));
	return n == 0 ? 0 : play_fail(p, s, "%llu such lines were logged", (unsigned long long)n);
}

/* A field's name is the statement's first word: any. */
const struct op expect_field_ops[] = {
	{ "*", 1, 2, BLOCK_NONE, NULL, NULL },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};

/* ---- counters ---- */

int expect_metric(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	bool most = stmt_is(s, 3, "<="), least = stmt_is(s, 3, ">="), sign = s->n > 4;
	struct slice name = stmt_word(s, 2);
	uint64_t want, is;

	(void)ctx;
	(void)self;
	if (!play_number(p, s, sign ? 4 : 3, &want))
		return ERR_INVALID;
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		struct slice known = slice_str(metric_info((enum metric)m)->name);

		if (!slice_eq(known, name) && !slice_eq(slice_skip(known, 7), name))
			continue;
		is = subject_metric(p, (enum metric)m);
		if (most ? is <= want : least ? is >= want : is == want)
			return 0;
		return play_fail(p, s, "it is %llu", (unsigned long long)is);
	}
	return play_fail(p, s, "there is no metric `%.*s`", SLICE_ARG(name));
}
