/* People's commands. Each is one rule about a recipient's state, applied to one or all recipients;
 * a recipient that is leased gets a wish, which is on disk already as the state it leads to. */
#include "spool/spool.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/text.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "spool/core.h"

/* Changes the recipient; false when the command does not apply to it. */
typedef bool rule_fn(struct spool *sp, struct spool_message *m, uint16_t rcpt);

static bool wish(struct spool_rcpt *r, enum spool_wish w)
{
	if (r->state != SPOOL_LEASED || r->wish >= w)
		return false;
	r->wish = (uint8_t)w;
	return true;
}

static bool rule_hold(struct spool *sp, struct spool_message *m, uint16_t rcpt)
{
	struct spool_rcpt *r = &m->rcpts[rcpt];

	if (r->state != SPOOL_WAITING)
		return wish(r, SPOOL_WISH_HOLD);
	spool_index_move(&sp->index, m, rcpt, SPOOL_HELD);
	r->held = SPOOL_HELD_BY_HAND;
	return true;
}

static bool rule_release(struct spool *sp, struct spool_message *m, uint16_t rcpt)
{
	struct spool_rcpt *r = &m->rcpts[rcpt];

	if (r->state == SPOOL_LEASED && r->wish == SPOOL_WISH_HOLD) {
		r->wish = SPOOL_WISH_NONE;
		return true;
	}
	if (r->state != SPOOL_HELD)
		return false;
	spool_index_move(&sp->index, m, rcpt, SPOOL_WAITING);
	r->held = SPOOL_HELD_NOT;
	r->due = clock_wall();
	return true;
}

static bool rule_retry(struct spool *sp, struct spool_message *m, uint16_t rcpt)
{
	struct spool_rcpt *r = &m->rcpts[rcpt];

	(void)sp;
	if (r->state != SPOOL_WAITING)
		return false;
	r->due = clock_wall();
	return true;
}

static bool rule_remove(struct spool *sp, struct spool_message *m, uint16_t rcpt)
{
	struct spool_rcpt *r = &m->rcpts[rcpt];

	if (r->state != SPOOL_WAITING && r->state != SPOOL_HELD)
		return wish(r, SPOOL_WISH_REMOVE);
	spool_index_move(&sp->index, m, rcpt, SPOOL_DONE);
	r->held = SPOOL_HELD_NOT;
	return true;
}

static bool rule_corrupt(struct spool *sp, struct spool_message *m, uint16_t rcpt)
{
	struct spool_rcpt *r = &m->rcpts[rcpt];

	if (r->state != SPOOL_WAITING)
		return wish(r, SPOOL_WISH_CORRUPT);
	spool_index_move(&sp->index, m, rcpt, SPOOL_HELD);
	r->held = SPOOL_HELD_CORRUPT;
	return true;
}

/* One item with as many recipients from *at on as fit. NULL when the rule applied to none. */
static struct spool_item *next_item(struct spool *sp, struct spool_message *m, uint16_t *at,
	uint16_t end, rule_fn *rule, enum spool_cause cause, struct slice reason)
{
	struct spool_item *item = spool_item_new(sp, 1);

	item->inside = true;
	for (; *at < end && item->states.n < SPOOL_STATES_MAX; (*at)++) {
		if (!rule(sp, m, *at))
			continue;
		struct spool_state_entry e = spool_index_entry(m, *at);

		e.reason = slice_take(reason, SPOOL_REASON_MAX);
		if (item->n == 0)
			spool_item_add(item, SPOOL_RECORD_STATE, cause, m);
		spool_item_state(item, &e);
	}
	if (item->n)
		return item;
	free(item);
	return NULL;
}

/* Applies the rule; returns the items, the last of which is the one to wait for. */
static struct spool_item *apply(struct spool *sp, struct spool_message *m, int rcpt, rule_fn *rule,
	enum spool_cause cause, struct slice reason)
{
	uint16_t at = rcpt == SPOOL_ALL ? 0 : (uint16_t)rcpt;
	uint16_t end = rcpt == SPOOL_ALL ? m->rcpts_n : (uint16_t)(at + 1);
	struct spool_item *last = NULL;

	while (at < end) {
		struct spool_item *item = next_item(sp, m, &at, end, rule, cause, reason);

		if (item == NULL)
			continue;
		if (last)
			spool_item_submit(last);
		last = item;
	}
	return last;
}

static int command(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt, rule_fn *rule,
	enum spool_cause cause, struct slice reason)
{
	struct spool_message *m = spool_index_get(&sp->index, id);

	if (sp->failed)
		return ctx_fail(ctx, ERR_IO, "spool", "the spool has failed");
	if (m == NULL || rcpt < SPOOL_ALL || rcpt >= (int)m->rcpts_n)
		return ctx_fail(ctx, ERR_NOTFOUND, "spool", "no such message or recipient");
	struct spool_item *last = apply(sp, m, rcpt, rule, cause, reason);

	if (last == NULL)
		return ctx_fail(ctx, ERR_NOTFOUND, "spool",
			"no recipient is in a state to which this applies");
	last->waited = true;
	spool_item_submit(last);
	spool_drop_ended(sp, m);
	spool_tell(sp, id);
	return spool_item_wait(ctx, last);
}

int spool_hold(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt)
{
	return command(ctx, sp, id, rcpt, rule_hold, SPOOL_CAUSE_HOLD, S("held by hand"));
}

int spool_release(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt)
{
	return command(ctx, sp, id, rcpt, rule_release, SPOOL_CAUSE_RELEASE, S("released"));
}

int spool_retry(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt)
{
	return command(
		ctx, sp, id, rcpt, rule_retry, SPOOL_CAUSE_RETRY, S("to be tried again by hand"));
}

int spool_remove(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt, struct slice why)
{
	return command(ctx, sp, id, rcpt, rule_remove, SPOOL_CAUSE_REMOVE, why);
}

/* Whoever has read: it is counted, logged, and told to who listens. */
static void say_quarantined(struct ctx *ctx, struct spool *sp, const struct spool_message *m)
{
	const struct slice before = ctx->log.queue_id;
	char id[TEXT_ID_CHARS];

	text_id(m->id, id);
	ctx->log.queue_id = slice_of(id, sizeof(id));
	LOG(ctx, EV_QUARANTINED, FIELD_STR("reason", "stored bytes have changed"),
		FIELD_INT("recipients", m->open), FIELD_STR("mail", "is held for a person"));
	ctx->log.queue_id = before;
	metric_add(METRIC_SPOOL_CORRUPT, 1);
	if (sp->events)
		sp->events->quarantined(sp->events_arg, m->id);
}

int spool_quarantine(struct ctx *ctx, struct spool *sp, struct spool_message *m)
{
	if (!m->gone && !sp->failed) {
		struct spool_item *last = apply(sp, m, SPOOL_ALL, rule_corrupt,
			SPOOL_CAUSE_QUARANTINE, S("stored bytes have changed"));

		if (last) {
			say_quarantined(ctx, sp, m);
			spool_item_submit(last);
		}
		spool_tell(sp, m->id);
	}
	return ctx_fail(ctx, ERR_CORRUPT, "spool", "stored bytes of the message have changed");
}

static bool glob_matches(struct slice pattern, struct slice text)
{
	struct buf a, b;

	if (pattern.n == 0)
		return true;
	buf_init(&a, SPOOL_FIELD_MAX);
	buf_init(&b, SPOOL_FIELD_MAX);
	for (size_t i = 0; i < pattern.n; i++)
		buf_putc(&a, ascii_lower(pattern.p[i]));
	for (size_t i = 0; i < text.n; i++)
		buf_putc(&b, ascii_lower(text.p[i]));
	bool same = !a.failed && !b.failed && slice_glob(buf_slice(&a), buf_slice(&b));

	buf_done(&a);
	buf_done(&b);
	return same;
}

static bool state_matches(const struct spool_rcpt *r, unsigned states)
{
	if (r->state == SPOOL_DONE || r->state == SPOOL_FAILED)
		return false;
	return states == 0 || states & 1u << r->state;
}

/* Does any recipient match what needs no disk? */
static bool may_match(const struct spool_message *m, const struct spool_filter *f)
{
	if (f->arrived_before && spool_id_time(m->id) >= f->arrived_before)
		return false;
	for (uint16_t i = 0; i < m->rcpts_n; i++)
		if (state_matches(&m->rcpts[i], f->states))
			return true;
	return false;
}

static int rcpt_matches(struct ctx *ctx, struct spool *sp, struct spool_message *m, uint16_t i,
	const struct spool_filter *f, const struct spool_envelope *e, struct arena *arena,
	bool *ret)
{
	struct slice reason;

	*ret = state_matches(&m->rcpts[i], f->states) &&
	       (e == NULL || glob_matches(f->to, e->rcpts[i].forward_path));
	if (!*ret || f->reason.n == 0)
		return 0;
	int r = spool_read_reason(ctx, sp, m->id, i, arena, &reason);

	if (r < 0)
		return r;
	*ret = reason.n && slice_search(reason, f->reason) < reason.n;
	return 0;
}

/* *ret is the first matching recipient, or rcpts_n. The caller holds a reference. */
static int match(struct ctx *ctx, struct spool *sp, struct spool_message *m,
	const struct spool_filter *f, struct arena *arena, uint16_t *ret)
{
	struct spool_envelope e;
	bool needs_envelope = f->from.n || f->to.n || f->login.n, found = false;
	uint16_t i = 0;
	int r = needs_envelope ? spool_read_envelope(ctx, sp, m->id, arena, &e) : 0;

	*ret = m->rcpts_n;
	if (r < 0)
		return r;
	if (needs_envelope &&
		(!glob_matches(f->from, e.reverse_path) || !glob_matches(f->login, e.login)))
		return 0;
	for (; i < m->rcpts_n && r == 0 && !found; i++)
		r = rcpt_matches(ctx, sp, m, i, f, needs_envelope ? &e : NULL, arena, &found);
	if (r == 0 && found)
		*ret = (uint16_t)(i - 1);
	return r;
}

int spool_find(struct ctx *ctx, struct spool *sp, const struct spool_filter *f, uint64_t after,
	struct spool_found *v, size_t max, size_t *ret_n, uint64_t *ret_next)
{
	struct arena arena = ARENA_INIT;
	size_t n = 0, work = 0;
	struct spool_message *m;
	int r = 0;

	while (n < max && work++ < SPOOL_FIND_WORK &&
		(m = spool_index_next(&sp->index, after)) != NULL) {
		uint16_t rcpt = m->rcpts_n;

		after = m->id;
		if (!may_match(m, f))
			continue;
		spool_message_ref(m);
		r = match(ctx, sp, m, f, &arena, &rcpt);
		if (r == 0 && rcpt < m->rcpts_n && spool_look(sp, m->id, &v[n].info))
			v[n++].rcpt = rcpt;
		spool_unref(sp, m);
		arena_reset(&arena);
		if (r < 0 && r != ERR_CORRUPT && r != ERR_NOTFOUND)
			return r;
	}
	*ret_n = n;
	*ret_next = spool_index_next(&sp->index, after) ? after : 0;
	return 0;
}
