/* Items on their way to the disk: what they are made of, what happens when one is durable. All in
 * memory happens on the loop, in the order of submission, so that the disk and the index tell the
 * same story. */
#include "spool/core.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/ctx.h"

struct spool_item *spool_item_new(struct spool *sp, unsigned max)
{
	struct spool_item *item = mem_zalloc(sizeof(*item) + max * sizeof(struct spool_rec));

	item->sp = sp;
	item->max = max;
	buf_init(&item->states, SPOOL_SEGMENT_MAX);
	waitq_init(&item->done);
	return item;
}

struct spool_rec *spool_item_add(struct spool_item *item, enum spool_record_type type,
	enum spool_cause cause, struct spool_message *m)
{
	assert(item->n < item->max);
	struct spool_rec *rec = &item->recs[item->n++];

	rec->header.type = type;
	rec->header.cause = cause;
	rec->states_at = item->states.n;
	if (m) {
		rec->header.id = m->id;
		rec->message = spool_message_ref(m);
		m->busy++;
	}
	return rec;
}

void spool_item_state(struct spool_item *item, const struct spool_state_entry *e)
{
	struct spool_rec *rec = &item->recs[item->n - 1];

	spool_format_put_state(&item->states, e);
	rec->header.states_bytes = (uint32_t)(item->states.n - rec->states_at);
	if (rec->header.type == SPOOL_RECORD_STATE)
		rec->header.rcpts++;
}

uint64_t spool_item_bytes(const struct spool_item *item)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < item->n; i++)
		n += spool_format_record_bytes(&item->recs[i].header);
	return n;
}

static bool must_wait(const struct spool_item *item)
{
	for (unsigned i = 0; i < item->n; i++) {
		const struct spool_rec *rec = &item->recs[i];

		if (rec->message && rec->message->moving && rec->header.type != SPOOL_RECORD_MOVE &&
			rec->header.cause != SPOOL_CAUSE_COMPACTION)
			return true;
	}
	return false;
}

void spool_item_submit(struct spool_item *item)
{
	struct spool *sp = item->sp;

	item->seq = sp->next_seq++;
	list_append(&sp->outstanding, &item->outstanding);
	if (sp->failed)
		spool_item_finish(item, ERR_IO);
	else if (item->n == 0)
		spool_item_finish(item, 0);
	else if (must_wait(item))
		list_append(&sp->held_back, &item->node);
	else
		sp->ops->submit(sp, item);
}

void spool_moved(struct spool *sp, struct spool_message *m)
{
	m->moving = false;
	list_each_safe (it, &sp->held_back) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		if (must_wait(item))
			continue;
		list_remove(&item->node);
		sp->ops->submit(sp, item);
	}
	waitq_wake_all(&sp->settled);
}

void spool_unref(struct spool *sp, struct spool_message *m)
{
	if (m->content && m->content->pins == 0 && (m->gone || m->refs == 1)) {
		spool_content_free(m->content);
		m->content = NULL;
	}
	if (m->refs == 1 && m->ended && !sp->failed)
		sp->ops->forget(sp, m);
	spool_message_unref(m);
}

/* Its end is durable. */
static void end(struct spool *sp, struct spool_message *m)
{
	if (sp->failed)
		return;
	m->ended = true;
	sp->ops->gone(sp, m);
}

void spool_drop_ended(struct spool *sp, struct spool_message *m)
{
	if (m->open || m->gone)
		return;
	spool_index_remove(&sp->index, m);
	if (m->busy == 0)
		end(sp, m);
	spool_unref(sp, m);
}

/* A late record's states take effect, or its recipients are free again. */
static void take_effect(struct spool *sp, struct spool_item *item, struct spool_rec *rec)
{
	struct cursor c = cursor_of(spool_item_states(item, rec));
	struct spool_state_entry e;

	while (spool_format_state(&c, &e)) {
		rec->message->rcpts[e.rcpt].wish = SPOOL_WISH_NONE;
		if (item->result == 0)
			spool_index_restore(&sp->index, rec->message, &e);
	}
	spool_drop_ended(sp, rec->message);
}

static void add_message(struct spool *sp, struct spool_item *item, struct spool_message *m)
{
	if (item->result < 0) {
		spool_content_free(m->content);
		m->content = NULL;
		return;
	}
	spool_index_add(&sp->index, spool_message_ref(m));
	if (sp->ops->spill)
		spool_content_may_go(m->content, &m->content);
	spool_tell(sp, m->id);
}

static void finish_record(struct spool *sp, struct spool_item *item, struct spool_rec *rec)
{
	struct spool_message *m = rec->message;

	if (m == NULL)
		return;
	if (rec->header.type == SPOOL_RECORD_MSG)
		add_message(sp, item, m);
	else if (rec->header.type == SPOOL_RECORD_STATE && item->late)
		take_effect(sp, item, rec);
	m->busy--;
	if (m->gone && m->busy == 0)
		end(sp, m);
	spool_unref(sp, m);
}

static void item_free(struct spool_item *item)
{
	buf_done(&item->states);
	free(item);
}

void spool_item_finish(struct spool_item *item, int result)
{
	struct spool *sp = item->sp;

	list_remove(&item->node);
	list_remove(&item->outstanding);
	if (result < 0 && (item->inside || result != ERR_FULL))
		spool_fail(sp);
	item->result = result;
	item->finished = true;
	for (unsigned i = 0; i < item->n; i++)
		finish_record(sp, item, &item->recs[i]);
	waitq_wake_all(&sp->settled);
	if (item->waited)
		waitq_wake_all(&item->done);
	else
		item_free(item);
}

int spool_item_wait(struct ctx *ctx, struct spool_item *item)
{
	struct deadline d;
	int r = 0;

	assert(item->waited);
	ctx_shield(ctx, &d, SPOOL_COMMIT_WAIT);
	while (!item->finished && r == 0)
		r = waitq_wait(ctx, &item->done);
	ctx_widen(ctx, &d, r);
	if (!item->finished) {
		item->waited = false;
		return ctx_fail(ctx, r, "spool", "the disk has not answered for %d seconds",
			(int)(SPOOL_COMMIT_WAIT / USEC_PER_SEC));
	}
	r = item->result;
	item_free(item);
	if (r < 0)
		return ctx_fail(ctx, r, "spool", "%s",
			r == ERR_FULL ? "no room for more mail" : "the spool could not be written");
	return 0;
}
