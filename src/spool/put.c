/* Putting in: a message grows in memory, moves to its own file when it is long or memory is short,
 * and becomes durable as one item. */
#include "spool/spool.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "spool/core.h"

#define SPILL_BYTES (256u << 10) /* written to the own file at a time */

struct spool_writer {
	struct spool *sp;
	uint64_t id;
	struct spool_content *content;
	struct spool_own own;
	bool inside; /* our own DSN */
	int failed; /* sticky */
};

uint64_t spool_wall_ms(void)
{
	usec_t since = clock_wall() - spool_id_time(0);

	return since > 0 ? (uint64_t)(since / USEC_PER_MSEC) : 0;
}

/* The next id: the clock's, if that is later than the last one given, else one more than that. */
static uint64_t next_id(const struct spool *sp)
{
	uint64_t id = spool_id_make(spool_wall_ms(), sp->o.partition, 0);

	if (id > sp->last_id)
		return id;
	id = sp->last_id + 1;
	if (spool_id_partition(id) != sp->o.partition) /* the sequence ran over */
		id = spool_id_make(spool_id_ms(sp->last_id) + 1, sp->o.partition, 0);
	return id;
}

static int take_id(struct ctx *ctx, struct spool *sp, uint64_t *ret)
{
	while (spool_id_ms(next_id(sp)) >= sp->id_limit_ms) {
		int r = sp->ops->extend_ids(ctx, sp);

		if (r < 0)
			return r;
	}
	*ret = sp->last_id = next_id(sp);
	return 0;
}

static int begin(struct ctx *ctx, struct spool *sp, bool inside, struct spool_writer **ret)
{
	uint64_t id;
	int r = take_id(ctx, sp, &id);

	if (r < 0)
		return r;
	struct spool_writer *w = mem_zalloc(sizeof(*w));

	w->sp = sp;
	w->id = w->own.id = id;
	w->inside = inside;
	w->content = spool_content_new(&sp->memory);
	sp->writers++;
	*ret = w;
	return 0;
}

bool spool_has_room(const struct spool *sp, uint64_t size_hint)
{
	return !sp->failed && sp->ops->room((struct spool *)(uintptr_t)sp, size_hint);
}

uint64_t spool_room(const struct spool *sp)
{
	return sp->failed ? 0 : sp->ops->free_bytes((struct spool *)(uintptr_t)sp);
}

int spool_begin(struct ctx *ctx, struct spool *sp, uint64_t size_hint, struct spool_writer **ret)
{
	if (sp->failed)
		return ctx_fail(ctx, ERR_IO, "spool", "the spool has failed");
	if (!spool_has_room(sp, size_hint))
		return ctx_fail(ctx, ERR_FULL, "spool", "no room for more mail");
	return begin(ctx, sp, false, ret);
}

int spool_begin_own(struct ctx *ctx, struct spool *sp, struct spool_writer **ret)
{
	if (sp->failed)
		return ctx_fail(ctx, ERR_IO, "spool", "the spool has failed");
	return begin(ctx, sp, true, ret);
}

uint64_t spool_writer_id(const struct spool_writer *w)
{
	return w->id;
}

uint64_t spool_writer_size(const struct spool_writer *w)
{
	return w->content->bytes[SPOOL_PART_BODY];
}

bool spool_writer_has_file(const struct spool_writer *w)
{
	return w->own.file != NULL;
}

/* The body is in the file from now on, or goes there now. What took no more memory than it had
 * stays where it is: a file is a descriptor, and of a crowd of small messages each would get
 * one. */
static bool must_spill(struct spool_writer *w, bool grew)
{
	if (w->sp->ops->spill == NULL)
		return false;
	if (w->own.file ? w->content->paged >= SPILL_BYTES
			: w->content->bytes[SPOOL_PART_BODY] > SPOOL_BODY_FRESH)
		return true;
	if (!grew && !w->own.file)
		return false;
	return !spool_memory_room(&w->sp->memory, 2 * sizeof(struct spool_page));
}

int spool_write(struct ctx *ctx, struct spool_writer *w, struct slice bytes)
{
	if (w->failed)
		return ctx_fail(ctx, w->failed, "spool", "the message could not be stored");
	if (bytes.n > SPOOL_BODY_MAX - spool_writer_size(w)) {
		w->failed = ERR_LIMIT;
		return ctx_fail(ctx, ERR_LIMIT, "spool", "the message is too long");
	}
	while (bytes.n && w->failed == 0) {
		struct slice piece = slice_take(bytes, SPOOL_PAGE_BYTES);
		const struct spool_page *last = w->content->last;

		spool_content_write(w->content, piece);
		bytes = slice_skip(bytes, piece.n);
		if (must_spill(w, w->content->last != last))
			w->failed = w->sp->ops->spill(ctx, w->sp, &w->own, w->content);
	}
	return w->failed;
}

int spool_writer_each(struct ctx *ctx, struct spool_writer *w,
	int (*visit)(void *arg, struct slice piece), void *arg)
{
	struct spool_source source = { .own = w->own.file };
	int r = 0;

	if (w->own.bytes) {
		char *piece = mem_alloc(SPOOL_PIECE_MAX);

		for (uint64_t at = 0; r == 0 && at < w->own.bytes;) {
			size_t n = SPOOL_PIECE_MAX;

			if (n > w->own.bytes - at)
				n = (size_t)(w->own.bytes - at);
			source.header.in_file = 1 << SPOOL_PART_BODY;
			source.loaded = true;
			r = w->sp->ops->read(ctx, w->sp, &source, SPOOL_PART_BODY, at, n, piece);
			if (r == 0)
				r = visit(arg, slice_of(piece, n));
			at += n;
		}
		free(piece);
	}
	for (const struct spool_page *p = w->content->first; p && r == 0; p = p->next)
		r = visit(arg, slice_of(p->bytes, p->n));
	return r;
}

static void writer_free(struct spool_writer *w, bool committed)
{
	if (w->own.file)
		w->sp->ops->discard(w->sp, &w->own, committed);
	spool_content_free(w->content);
	w->sp->writers--;
	free(w);
}

void spool_abort(struct spool_writer *w)
{
	if (w)
		writer_free(w, false);
}

static int encode(struct ctx *ctx, struct spool_writer *w, const struct spool_envelope *e,
	struct slice header)
{
	struct buf facts;

	if (header.n > SPOOL_HEADER_MAX)
		return ctx_fail(ctx, ERR_LIMIT, "spool", "the header block is too long");
	buf_init(&facts, SPOOL_ENVELOPE_MAX);
	int r = spool_envelope_encode(&facts, e);

	if (r == 0) {
		spool_content_set(w->content, SPOOL_PART_FACTS, buf_slice(&facts));
		spool_content_set(w->content, SPOOL_PART_HEADER, header);
	}
	buf_done(&facts);
	return r == 0 ? 0 : ctx_fail(ctx, r, "spool", "the envelope cannot be stored");
}

static struct spool_item *make_item(
	struct spool_writer *w, uint16_t rcpts, const struct spool_result *results, size_t n)
{
	struct spool_message *m = spool_message_new(w->id, rcpts, clock_wall());
	struct spool_item *item = spool_item_new(w->sp, (unsigned)n + 1);
	struct spool_rec *rec = spool_item_add(item, SPOOL_RECORD_MSG, SPOOL_CAUSE_NONE, m);

	m->content = w->content;
	m->in_file = rec->header.in_file = w->content->in_file;
	memcpy(m->bytes, w->content->bytes, sizeof(m->bytes));
	memcpy(rec->header.bytes, w->content->bytes, sizeof(m->bytes));
	memcpy(rec->header.sum, w->content->sum, sizeof(rec->header.sum));
	rec->header.rcpts = rcpts;
	rec->content = w->content;
	w->content = NULL;
	spool_unref(w->sp, m); /* the item has it */
	spool_results_add(item, results, n, true);
	item->late = true;
	item->waited = true;
	item->inside = w->inside || n > 0;
	return item;
}

int spool_commit(struct ctx *ctx, struct spool_writer *w, const struct spool_envelope *e,
	struct slice header, const struct spool_result *results, size_t n)
{
	struct spool *sp = w->sp;
	int r = w->failed ? ctx_fail(ctx, w->failed, "spool", "the message could not be stored")
			  : 0;

	if (r == 0 && spool_results_bytes(results, n) > sp->o.segment_bytes / 8)
		r = ctx_fail(ctx, ERR_LIMIT, "spool", "too many results for one commit");
	if (r == 0)
		r = encode(ctx, w, e, header);
	if (r == 0)
		r = sp->ops->prepare(ctx, sp, &w->own, w->content);
	if (r < 0) {
		writer_free(w, false);
		return r;
	}
	struct spool_item *item = make_item(w, (uint16_t)e->rcpts_n, results, n);

	spool_item_submit(item);
	r = spool_item_wait(ctx, item);
	/* After a time-out or a failed write the message may be durable all the same: its file has
	 * to stay until the next opening knows. */
	writer_free(w, r != ERR_FULL);
	return r;
}
