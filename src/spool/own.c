/* Messages' own files, and reading what is stored: from the page cache without leaving the loop
 * when the bytes are there, else in a job. */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "spool/journal.h"

int journal_job(
	struct ctx *ctx, struct journal *j, int (*fn)(struct job *job, void *arg), void *arg)
{
	struct deadline d;

	ctx_shield(ctx, &d, USEC_INFINITY);
	int r = pool_run(ctx, j->pool, &(struct job_call){ .run = fn, .arg = arg });

	return ctx_widen(ctx, &d, r);
}

/* ---- writing ---- */

struct spill {
	struct journal *j;
	struct spool_own *own;
	const struct spool_content *content;
	bool finish; /* the other parts that belong there too, and make it durable */
};

static int append(struct job *job, struct spool_own *own, struct slice bytes)
{
	int r = bytes.n ? file_pwrite(job, own->file, bytes, own->bytes) : 0;

	if (r == 0)
		own->bytes += bytes.n;
	return r;
}

static int spill_finish(struct job *job, struct spill *s)
{
	const struct spool_content *c = s->content;
	int r = 0;

	if (c->in_file & 1 << SPOOL_PART_HEADER)
		r = append(job, s->own, slice_of(c->header, c->bytes[SPOOL_PART_HEADER]));
	if (r == 0 && c->in_file & 1 << SPOOL_PART_FACTS)
		r = append(job, s->own, slice_of(c->facts, c->bytes[SPOOL_PART_FACTS]));
	if (r == 0)
		r = file_sync(job, s->own->file);
	return r == 0 ? dir_sync(job, s->j->dir) : r;
}

static int spill_job(struct job *job, void *arg)
{
	struct spill *s = arg;
	char name[JOURNAL_NAME_BYTES];
	int r = 0;

	journal_own_name(name, s->own->id);
	if (s->own->file == NULL)
		r = file_open(
			job, s->j->dir, name, FILE_READ | FILE_WRITE | FILE_CREATE, &s->own->file);
	for (const struct spool_page *p = s->content->first; p && r == 0; p = p->next)
		r = append(job, s->own, slice_of(p->bytes, p->n));
	return r == 0 && s->finish ? spill_finish(job, s) : r;
}

static int spill(struct ctx *ctx, struct spool *sp, struct spool_own *own,
	struct spool_content *content, bool finish)
{
	struct spill s = { journal_of(sp), own, content, finish };

	content->in_file |= 1 << SPOOL_PART_BODY;
	int r = journal_job(ctx, s.j, spill_job, &s);

	if (r < 0)
		return ctx_fail(
			ctx, r, "spool", "a message's file cannot be written: %s", err_name(r));
	spool_content_drop_pages(content);
	return 0;
}

int journal_spill(
	struct ctx *ctx, struct spool *sp, struct spool_own *own, struct spool_content *content)
{
	return spill(ctx, sp, own, content, false);
}

int journal_prepare(
	struct ctx *ctx, struct spool *sp, struct spool_own *own, struct spool_content *content)
{
	uint64_t limit = sp->o.segment_bytes / 4 - SPOOL_RECORD_HEADER;
	const uint32_t *bytes = content->bytes;

	if (content->in_file == 0 && bytes[SPOOL_PART_BODY] <= SPOOL_BODY_FRESH &&
		(uint64_t)bytes[SPOOL_PART_FACTS] + bytes[SPOOL_PART_HEADER] +
				bytes[SPOOL_PART_BODY] <=
			limit)
		return 0;
	if ((uint64_t)bytes[SPOOL_PART_FACTS] + bytes[SPOOL_PART_HEADER] > limit)
		content->in_file |= 1 << SPOOL_PART_HEADER;
	if (bytes[SPOOL_PART_FACTS] > limit)
		content->in_file |= 1 << SPOOL_PART_FACTS;
	return spill(ctx, sp, own, content, true);
}

void journal_remove_later(struct journal *j, uint64_t id)
{
	j->removals = mem_resize(j->removals, (j->removals_n + 1) * sizeof(*j->removals));
	j->removals[j->removals_n++] = id;
	journal_kick(j);
}

void journal_discard(struct spool *sp, struct spool_own *own, bool committed)
{
	file_close(own->file);
	own->file = NULL;
	if (!committed)
		journal_remove_later(journal_of(sp), own->id);
}

/* ---- reading ---- */

void journal_pin(struct spool *sp, struct spool_source *source)
{
	struct segment *s = journal_segment(journal_of(sp), source->home.segment);

	assert(s);
	s->pins++;
}

void journal_unpin(struct spool *sp, struct spool_source *source)
{
	struct segment *s = journal_segment(journal_of(sp), source->home.segment);

	s->pins--;
	file_close(source->own);
	source->own = NULL;
	if (s->pins == 0)
		journal_kick(journal_of(sp));
}

struct fetch {
	struct file *file;
	char *to;
	size_t n, got;
	uint64_t offset;
};

static int fetch_job(struct job *job, void *arg)
{
	struct fetch *f = arg;

	return file_pread(job, f->file, f->to, f->n, f->offset, &f->got);
}

static int fetch(
	struct ctx *ctx, struct journal *j, struct file *file, uint64_t offset, size_t n, char *to)
{
	struct fetch f = { .file = file, .to = to, .n = n, .offset = offset };
	int r = n ? file_read_cached(file, to, n, offset, &f.got) : 0;

	if (r < 0)
		r = journal_job(ctx, j, fetch_job, &f);
	if (r < 0)
		return ctx_fail(ctx, r, "spool", "a message cannot be read: %s", err_name(r));
	return f.got == n ? 0 : ERR_CORRUPT;
}

static int load_header(
	struct ctx *ctx, struct journal *j, struct spool_place at, struct spool_record_header *ret)
{
	const struct segment *s = journal_segment(j, at.segment);
	char bytes[SPOOL_RECORD_HEADER];
	int r = fetch(ctx, j, s->file, at.offset, sizeof(bytes), bytes);

	return r == 0 ? spool_format_record(slice_of(bytes, sizeof(bytes)), s->salt, ret) : r;
}

int journal_load(struct ctx *ctx, struct spool *sp, struct spool_source *source)
{
	int r = load_header(ctx, journal_of(sp), source->home, &source->header);

	if (r < 0)
		return r;
	if (source->header.id != source->message->id || source->header.type > SPOOL_RECORD_MOVE)
		return ERR_CORRUPT;
	source->loaded = true;
	return 0;
}

struct open_own {
	struct journal *j;
	uint64_t id;
	struct file *file;
};

static int open_own_job(struct job *job, void *arg)
{
	struct open_own *o = arg;
	char name[JOURNAL_NAME_BYTES];

	journal_own_name(name, o->id);
	return file_open(job, o->j->dir, name, FILE_READ, &o->file);
}

static int open_own(struct ctx *ctx, struct journal *j, struct spool_source *source)
{
	struct open_own o = { .j = j };

	if (source->own)
		return 0;
	o.id = source->message->id;
	int r = journal_job(ctx, j, open_own_job, &o);

	source->own = o.file;
	if (r < 0)
		(void)ctx_fail(
			ctx, r, "spool", "a message's file cannot be opened: %s", err_name(r));
	return r == ERR_NOTFOUND ? ERR_CORRUPT : r;
}

int journal_read(struct ctx *ctx, struct spool *sp, struct spool_source *source,
	enum spool_part part, uint64_t offset, size_t n, char *to)
{
	struct journal *j = journal_of(sp);

	offset += spool_format_part_at(&source->header, part);
	if (source->header.in_file & 1u << part) {
		int r = open_own(ctx, j, source);

		return r < 0 ? r : fetch(ctx, j, source->own, offset, n, to);
	}
	const struct segment *s = journal_segment(j, source->home.segment);

	return fetch(ctx, j, s->file, source->home.offset + offset, n, to);
}

static int find_reason(struct slice states, uint16_t rcpt, struct buf *ret)
{
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e)) {
		if (e.rcpt == rcpt) {
			buf_put(ret, e.reason);
			return 0;
		}
	}
	return ERR_CORRUPT;
}

int journal_reason(
	struct ctx *ctx, struct spool *sp, struct spool_message *m, uint16_t rcpt, struct buf *ret)
{
	struct journal *j = journal_of(sp);
	struct spool_place at = m->rcpts[rcpt].said;
	struct segment *s = journal_segment(j, at.segment);
	struct spool_record_header h;

	if (s == NULL)
		return 0;
	s->pins++;
	int r = load_header(ctx, j, at, &h);
	char *states = r == 0 ? mem_alloc(h.states_bytes) : NULL;

	if (r == 0)
		r = fetch(ctx, j, s->file, at.offset + spool_format_states_at(&h), h.states_bytes,
			states);
	if (r == 0 && hash_crc32c(0, states, h.states_bytes) != h.states_sum)
		r = ERR_CORRUPT;
	if (r == 0)
		r = find_reason(slice_of(states, h.states_bytes), rcpt, ret);
	free(states);
	if (--s->pins == 0)
		journal_kick(j);
	return r;
}
