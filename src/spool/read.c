/* Reading messages: from memory while they are fresh, else from the place where they are stored,
 * which stays pinned meanwhile. No byte is given out whose checksum is wrong. */
#include "spool/spool.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "spool/core.h"

struct spool_reader {
	struct spool *sp;
	struct spool_source source;
	struct spool_content *content; /* pinned; NULL when read from the store */
	const struct spool_page *page; /* next one */
	uint64_t at;
	uint32_t sum;
	char *piece; /* SPOOL_PIECE_MAX bytes, once needed */
};

static void content_pin(struct spool_content *c)
{
	c->pins++;
	list_remove(&c->fresh);
}

static void content_unpin(struct spool_message *m, struct spool_content *c)
{
	if (--c->pins == 0 && c->owner)
		spool_content_may_go(c, &m->content);
}

void spool_source_open(struct spool *sp, struct spool_message *m, struct spool_source *ret)
{
	*ret = (struct spool_source){ .message = spool_message_ref(m), .home = m->home };
	sp->ops->pin(sp, ret);
}

void spool_source_close(struct spool *sp, struct spool_source *source)
{
	sp->ops->unpin(sp, source);
	spool_unref(sp, source->message);
}

int spool_source_part(struct ctx *ctx, struct spool *sp, struct spool_source *source,
	enum spool_part part, struct arena *arena, struct slice *ret)
{
	int r = source->loaded ? 0 : sp->ops->load(ctx, sp, source);

	if (r < 0)
		return r;
	size_t n = source->header.bytes[part];
	char *p = arena_alloc(arena, n + 1);

	r = sp->ops->read(ctx, sp, source, part, 0, n, p);
	if (r < 0)
		return r;
	if (hash_crc32c(0, p, n) != source->header.sum[part])
		return ERR_CORRUPT;
	*ret = slice_of(p, n);
	return 0;
}

static int find(struct ctx *ctx, struct spool *sp, uint64_t id, struct spool_message **ret)
{
	*ret = spool_index_get(&sp->index, id);
	return *ret ? 0 : ctx_fail(ctx, ERR_NOTFOUND, "spool", "no such message");
}

static int read_part(struct ctx *ctx, struct spool *sp, uint64_t id, enum spool_part part,
	struct arena *arena, struct slice *ret)
{
	struct spool_message *m;
	struct spool_source source;
	int r = find(ctx, sp, id, &m);

	if (r < 0)
		return r;
	if (m->content) {
		const char *p = part == SPOOL_PART_FACTS ? m->content->facts : m->content->header;

		*ret = arena_dup(arena, slice_of(p, m->bytes[part]));
		return 0;
	}
	spool_source_open(sp, m, &source);
	r = spool_source_part(ctx, sp, &source, part, arena, ret);
	if (r == ERR_CORRUPT)
		r = spool_quarantine(ctx, sp, m);
	spool_source_close(sp, &source);
	return r;
}

/* Bytes with a good checksum that say nothing we understand are no better than rotten ones. */
static int set_aside(struct ctx *ctx, struct spool *sp, uint64_t id)
{
	struct spool_message *m;
	int r = find(ctx, sp, id, &m);

	return r == 0 ? spool_quarantine(ctx, sp, m) : r;
}

int spool_read_envelope(struct ctx *ctx, struct spool *sp, uint64_t id, struct arena *arena,
	struct spool_envelope *ret)
{
	struct slice stored;
	int r = read_part(ctx, sp, id, SPOOL_PART_FACTS, arena, &stored);

	if (r == 0)
		r = spool_envelope_decode(stored, arena, ret);
	return r == ERR_INVALID ? set_aside(ctx, sp, id) : r;
}

int spool_read_header(
	struct ctx *ctx, struct spool *sp, uint64_t id, struct arena *arena, struct slice *ret)
{
	return read_part(ctx, sp, id, SPOOL_PART_HEADER, arena, ret);
}

int spool_read_reason(struct ctx *ctx, struct spool *sp, uint64_t id, uint16_t rcpt,
	struct arena *arena, struct slice *ret)
{
	struct spool_message *m;
	struct buf reason;
	int r = find(ctx, sp, id, &m);

	if (r < 0)
		return r;
	if (rcpt >= m->rcpts_n)
		return ctx_fail(ctx, ERR_NOTFOUND, "spool", "no such recipient");
	buf_init(&reason, SPOOL_REASON_MAX);
	spool_message_ref(m);
	r = sp->ops->reason(ctx, sp, m, rcpt, &reason);
	spool_unref(sp, m);
	if (r == ERR_CORRUPT) { /* only the words are lost */
		buf_clear(&reason);
		buf_puts(&reason, "(the reason cannot be read any more)");
		r = 0;
	}
	if (r == 0)
		*ret = arena_dup(arena, buf_slice(&reason));
	buf_done(&reason);
	return r;
}

int spool_body_open(struct spool *sp, uint64_t id, struct spool_reader **ret)
{
	struct spool_message *m = spool_index_get(&sp->index, id);

	if (m == NULL)
		return ERR_NOTFOUND;
	struct spool_reader *r = mem_zalloc(sizeof(*r));

	r->sp = sp;
	spool_source_open(sp, m, &r->source);
	if (m->content && spool_content_has(m->content, SPOOL_PART_BODY)) {
		r->content = m->content;
		content_pin(r->content);
	}
	sp->readers++;
	spool_body_rewind(r);
	*ret = r;
	return 0;
}

uint64_t spool_body_size(const struct spool_reader *r)
{
	return r->source.message->bytes[SPOOL_PART_BODY];
}

void spool_body_rewind(struct spool_reader *r)
{
	r->page = r->content ? r->content->first : NULL;
	r->at = 0;
	r->sum = 0;
}

void spool_body_close(struct spool_reader *r)
{
	if (r == NULL)
		return;
	if (r->content)
		content_unpin(r->source.message, r->content);
	r->sp->readers--;
	spool_source_close(r->sp, &r->source);
	free(r->piece);
	free(r);
}

static int read_stored(struct ctx *ctx, struct spool_reader *r, struct slice *ret)
{
	uint64_t left = spool_body_size(r) - r->at;
	size_t n = left < SPOOL_PIECE_MAX ? (size_t)left : SPOOL_PIECE_MAX;
	int result = r->source.loaded ? 0 : r->sp->ops->load(ctx, r->sp, &r->source);

	if (r->piece == NULL)
		r->piece = mem_alloc(SPOOL_PIECE_MAX);
	if (result == 0)
		result = r->sp->ops->read(
			ctx, r->sp, &r->source, SPOOL_PART_BODY, r->at, n, r->piece);
	if (result == 0)
		r->sum = hash_crc32c(r->sum, r->piece, n);
	if (result == 0 && n == left && r->sum != r->source.header.sum[SPOOL_PART_BODY])
		result = ERR_CORRUPT;
	if (result == ERR_CORRUPT)
		return spool_quarantine(ctx, r->sp, r->source.message);
	if (result < 0)
		return result;
	r->at += n;
	*ret = slice_of(r->piece, n);
	return 0;
}

int spool_body_read(struct ctx *ctx, struct spool_reader *r, struct slice *ret)
{
	if (r->content) {
		*ret = SLICE_NIL;
		if (r->page) {
			*ret = slice_of(r->page->bytes, r->page->n);
			r->page = r->page->next;
		}
		return 0;
	}
	if (r->at == spool_body_size(r)) {
		*ret = SLICE_NIL;
		return 0;
	}
	return read_stored(ctx, r, ret);
}
