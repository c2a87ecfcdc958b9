/* The spool without a disk, for tests and benchmarks of everything else: each item is "durable" as
 * soon as it is submitted, contents never leave memory, reasons hang at the content. */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "spool/core.h"

static bool room(struct spool *sp, uint64_t bytes)
{
	return sp->o.max_bytes == 0 || sp->memory.used + bytes < sp->o.max_bytes;
}

static uint64_t free_bytes(struct spool *sp)
{
	if (sp->o.max_bytes == 0)
		return UINT64_MAX;
	return sp->memory.used < sp->o.max_bytes ? sp->o.max_bytes - sp->memory.used : 0;
}

static int extend_ids(struct ctx *ctx, struct spool *sp)
{
	(void)ctx;
	uint64_t last = spool_id_ms(sp->last_id), wall = spool_wall_ms();

	sp->id_limit_ms = (wall > last ? wall : last) + USEC_PER_MIN / USEC_PER_MSEC;
	return 0;
}

static int prepare(
	struct ctx *ctx, struct spool *sp, struct spool_own *own, struct spool_content *content)
{
	(void)ctx, (void)sp, (void)own, (void)content;
	return 0;
}

static void keep_reasons(struct spool_item *item, const struct spool_rec *rec)
{
	struct cursor c = cursor_of(spool_item_states(item, rec));
	struct spool_content *content = rec->message->content;
	struct spool_state_entry e;

	if (content == NULL)
		return;
	if (content->reasons == NULL) {
		content->reasons_n = rec->message->rcpts_n;
		content->reasons = mem_zalloc(content->reasons_n * sizeof(char *));
	}
	while (spool_format_state(&c, &e)) {
		free(content->reasons[e.rcpt]);
		content->reasons[e.rcpt] = mem_strdup(e.reason);
	}
}

static void submit(struct spool *sp, struct spool_item *item)
{
	if (!item->inside && !room(sp, spool_item_bytes(item))) {
		spool_item_finish(item, ERR_FULL);
		return;
	}
	for (unsigned i = 0; i < item->n; i++)
		if (item->recs[i].header.type == SPOOL_RECORD_STATE)
			keep_reasons(item, &item->recs[i]);
	spool_item_finish(item, 0);
}

static void pin(struct spool *sp, struct spool_source *source)
{
	(void)sp, (void)source;
}

static int reason(
	struct ctx *ctx, struct spool *sp, struct spool_message *m, uint16_t rcpt, struct buf *ret)
{
	(void)ctx, (void)sp;
	if (m->content->reasons && m->content->reasons[rcpt])
		buf_puts(ret, m->content->reasons[rcpt]);
	return 0;
}

static void gone(struct spool *sp, struct spool_message *m)
{
	(void)sp, (void)m;
}

static void counts(const struct spool *sp, struct spool_counts *ret)
{
	ret->live_bytes = sp->memory.used;
}

static void close_memory(struct ctx *ctx, struct spool *sp)
{
	(void)ctx, (void)sp;
}

/* The others are never asked: contents are always in memory and no message has a file. */
static const struct spool_ops memory_ops = {
	.room = room,
	.free_bytes = free_bytes,
	.extend_ids = extend_ids,
	.prepare = prepare,
	.submit = submit,
	.pin = pin,
	.unpin = pin,
	.reason = reason,
	.gone = gone,
	.forget = gone,
	.counts = counts,
	.close = close_memory,
};

int spool_memory_open(struct ctx *ctx, struct spool *sp)
{
	(void)ctx;
	sp->ops = &memory_ops;
	sp->id_limit_ms = spool_wall_ms();
	return 0;
}
