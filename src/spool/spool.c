/* The front of every implementation: opening, queue ids, looking at the index. Putting in is in
 * put.c, reading in read.c, taking out in take.c, people's commands in people.c. */
#include "spool/spool.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/random.h"
#include "spool/core.h"

#define EPOCH	     ((usec_t)1577836800 * USEC_PER_SEC) /* 2020-01-01 */
#define MEMORY_BYTES (32u << 20)

usec_t spool_id_time(uint64_t id)
{
	return EPOCH + (usec_t)spool_id_ms(id) * USEC_PER_MSEC;
}

unsigned spool_id_partition(uint64_t id)
{
	return (unsigned)(id >> 12) & SPOOL_PARTITION_MAX;
}

static bool options_are_good(const struct spool_options *o)
{
	return o->partition <= SPOOL_PARTITION_MAX && o->segment_bytes >= SPOOL_SEGMENT_MIN &&
	       o->segment_bytes <= SPOOL_SEGMENT_MAX &&
	       (o->segment_bytes & (o->segment_bytes - 1)) == 0 &&
	       (o->kind == SPOOL_MEMORY || o->path);
}

static void fill_in(struct spool_options *o)
{
	if (o->segment_bytes == 0)
		o->segment_bytes = SPOOL_SEGMENT_MAX;
	if (o->reserve_bytes < 2 * (uint64_t)o->segment_bytes)
		o->reserve_bytes = 2 * (uint64_t)o->segment_bytes;
	if (o->min_free_bytes == 0)
		o->min_free_bytes = o->reserve_bytes;
	if (o->memory_bytes == 0)
		o->memory_bytes = MEMORY_BYTES;
}

int spool_open(struct ctx *ctx, const struct spool_options *o, struct spool **ret,
	struct spool_report *ret_report)
{
	struct spool *sp = mem_zalloc(sizeof(*sp));
	struct spool_report report = { .messages = 0 };

	sp->o = *o;
	fill_in(&sp->o);
	if (!options_are_good(&sp->o)) {
		free(sp);
		return ctx_fail(ctx, ERR_INVALID, "spool", "the spool's options are out of range");
	}
	sp->fence = random_u64();
	list_init(&sp->outstanding);
	list_init(&sp->held_back);
	waitq_init(&sp->settled);
	spool_memory_init(&sp->memory, sp->o.memory_bytes);
	int r = o->kind == SPOOL_MEMORY ? spool_memory_open(ctx, sp)
					: spool_journal_open(ctx, sp, &report);

	if (r < 0) {
		free(sp);
		return r;
	}
	report.messages = sp->index.messages;
	for (int i = 0; i < SPOOL_STATES; i++)
		report.recipients += sp->index.states[i];
	if (ret_report)
		*ret_report = report;
	*ret = sp;
	return 0;
}

void spool_close(struct ctx *ctx, struct spool *sp)
{
	struct deadline d;

	if (sp == NULL)
		return;
	assert(sp->writers == 0 && sp->readers == 0);
	sp->events = NULL;
	ctx_shield(ctx, &d, USEC_INFINITY);
	sp->ops->close(ctx, sp);
	ctx_widen(ctx, &d, 0);
	assert(list_empty(&sp->outstanding));
	while (sp->index.root) {
		struct spool_message *m = sp->index.root;

		spool_index_remove(&sp->index, m);
		spool_unref(sp, m);
	}
	spool_memory_done(&sp->memory);
	free(sp);
}

void spool_listen(struct spool *sp, const struct spool_events *events, void *arg)
{
	sp->events = events;
	sp->events_arg = arg;
}

void spool_tell(struct spool *sp, uint64_t id)
{
	if (sp->events)
		sp->events->message(sp->events_arg, id);
}

bool spool_healthy(const struct spool *sp)
{
	return !sp->failed;
}

void spool_fail(struct spool *sp)
{
	if (sp->failed)
		return;
	sp->failed = true;
	if (sp->events)
		sp->events->failed(sp->events_arg);
}

static void describe(const struct spool_message *m, struct spool_info *ret)
{
	*ret = (struct spool_info){
		.id = m->id,
		.size = spool_message_size(m),
		.rcpts = m->rcpts_n,
		.open = m->open,
	};
}

bool spool_next(const struct spool *sp, uint64_t after, struct spool_info *ret)
{
	const struct spool_message *m = spool_index_next(&sp->index, after);

	if (m)
		describe(m, ret);
	return m != NULL;
}

bool spool_look(const struct spool *sp, uint64_t id, struct spool_info *ret)
{
	const struct spool_message *m = spool_index_get(&sp->index, id);

	if (m)
		describe(m, ret);
	return m != NULL;
}

bool spool_look_rcpt(
	const struct spool *sp, uint64_t id, uint16_t rcpt, struct spool_rcpt_info *ret)
{
	const struct spool_message *m = spool_index_get(&sp->index, id);

	if (m == NULL || rcpt >= m->rcpts_n)
		return false;
	const struct spool_rcpt *r = &m->rcpts[rcpt];

	*ret = (struct spool_rcpt_info){
		.state = (enum spool_state)r->state,
		.held = (enum spool_held)r->held,
		.due = r->due,
		.attempts = r->attempts,
		.warned = r->warned,
	};
	return true;
}

void spool_counts(const struct spool *sp, struct spool_counts *ret)
{
	*ret = (struct spool_counts){
		.messages = sp->index.messages,
		.memory_bytes = sp->memory.used,
		.accepting = spool_has_room(sp, 0),
	};
	memcpy(ret->recipients, sp->index.states, sizeof(ret->recipients));
	sp->ops->counts(sp, ret);
}
