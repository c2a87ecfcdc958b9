/* Recovery, in one job, before the loop sees the journal. First each segment is read for itself:
 * sealed ones by their summary, others by a scan. Then the batch with the highest number is judged:
 * if it is not whole, it was never acknowledged and is cut. All else that is unreadable was
 * acknowledged once: it is copied to quarantine/ and reported. Then the records are replayed in the
 * order of their batches, with the same bookkeeping as when they were written. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "rt/clock.h"
#include "rt/file.h"
#include "spool/journal.h"
#include "spool/scan.h"

#define READ_BYTES (1u << 20)

struct rot {
	uint32_t offset, n;
};

/* One segment as it was found. */
struct found {
	struct segment *s;
	bool sealed;
	struct buf entries; /* summary entries of its readable records */
	struct rot *rot;
	size_t rot_n;
	uint64_t last; /* number of its last batch */
	bool torn; /* its last batch is not whole; which means what, is not known yet */
	struct spool_scan_batch torn_batch;
	uint32_t torn_end; /* where the batch before it ends */
};

struct recovery {
	struct job *job;
	struct journal *j;
	struct found *v;
	size_t n;
	char *bytes; /* of the segment in hand */
	size_t bytes_n;
	uint64_t *own; /* ids of own files there are */
	size_t own_n;
	uint64_t id_limit_ms, max_id;
	uint64_t *corrupt; /* ids of messages with an unreadable envelope */
	size_t corrupt_n;
};

static void trouble(struct recovery *r, uint32_t segment, uint32_t offset, const char *what)
{
	struct spool_report *report = r->j->report;

	if (report->first_trouble[0] == '\0')
		snprintf(report->first_trouble, sizeof(report->first_trouble),
			"segment %u at %u: %s", segment, offset, what);
}

/* ---- what is in the folder ---- */

static bool number_of(const char *name, const char *prefix, uint64_t *ret)
{
	struct slice s = slice_str(name), p = slice_str(prefix);

	return slice_starts(s, p) && slice_to_u64(slice_skip(s, p.n), UINT16_MAX * 16, ret) &&
	       *ret > 0;
}

static int see_name(void *arg, const char *name)
{
	struct recovery *r = arg;
	uint64_t n;

	if (number_of(name, "seg-", &n)) {
		r->v = mem_resize(r->v, (r->n + 1) * sizeof(*r->v));
		r->v[r->n] = (struct found){ .s = segment_new(r->j, (uint32_t)n) };
		buf_init(&r->v[r->n++].entries, SPOOL_SEGMENT_MAX);
	} else if (slice_starts(slice_str(name), S("msg-")) &&
		   text_id_parse(slice_skip(slice_str(name), 4), &n)) {
		r->own = mem_resize(r->own, (r->own_n + 1) * sizeof(*r->own));
		r->own[r->own_n++] = n;
	}
	return 0;
}

static int remove_unfinished(struct recovery *r)
{
	char name[JOURNAL_NAME_BYTES];

	for (uint32_t n = 1; n < r->j->segments_n + 2; n++) {
		journal_segment_name(name, "new", n);
		int result = dir_remove(r->job, r->j->dir, name);

		if (result < 0 && result != ERR_NOTFOUND)
			return result;
	}
	return 0;
}

/* ---- one segment for itself ---- */

static int read_exactly(struct recovery *r, struct segment *s, uint64_t at, size_t n, char *to)
{
	while (n) {
		size_t piece = n < READ_BYTES ? n : READ_BYTES, got;
		int result = file_pread(r->job, s->file, to, piece, at, &got);

		if (result < 0)
			return result;
		if (got != piece)
			return ERR_CORRUPT;
		to += piece;
		at += piece;
		n -= piece;
	}
	return 0;
}

static void note_header(struct segment *s, const struct spool_segment_header *h)
{
	s->generation = h->generation;
	s->salt = h->salt;
	s->used = SPOOL_BLOCK;
}

static void note_batch(struct recovery *r, struct found *f, const struct spool_batch_header *b)
{
	f->last = b->number;
	f->s->first = b->first;
	if (b->id_limit_ms > r->id_limit_ms)
		r->id_limit_ms = b->id_limit_ms;
}

/* Reads the summary that the trailer names. ERR_CORRUPT: there is none, or it is not whole. */
static int read_summary(struct recovery *r, struct found *f)
{
	struct segment *s = f->s;
	struct spool_trailer t;
	struct spool_scan_batch b;
	int result = read_exactly(r, s, s->size - SPOOL_TRAILER, SPOOL_TRAILER, r->bytes);

	if (result == 0)
		result = spool_format_trailer(slice_of(r->bytes, SPOOL_TRAILER), &t);
	if (result < 0)
		return result;
	if (t.segment != s->number || t.generation != s->generation || t.salt != s->salt ||
		t.batch_offset < SPOOL_BLOCK || t.batch_offset >= s->size)
		return ERR_CORRUPT;
	struct slice bytes = slice_of(r->bytes, s->size - t.batch_offset);

	result = read_exactly(r, s, t.batch_offset, bytes.n, r->bytes);
	if (result == 0)
		result = spool_format_batch(bytes, &b.header);
	b.offset = 0;
	if (result < 0 || b.header.salt != s->salt || b.header.number != t.number ||
		b.header.bytes > bytes.n || !spool_scan_is_whole(bytes, &b))
		return result < 0 ? result : ERR_CORRUPT;
	struct spool_batch_walk w = spool_scan_walk(bytes, &b);
	struct spool_batch_item item;

	if (spool_format_walk(&w, false, &item) <= 0 || item.header.type != SPOOL_RECORD_SUMMARY)
		return ERR_CORRUPT;
	buf_put(&f->entries, slice_of(item.record.p + SPOOL_RECORD_HEADER, item.header.bytes[0]));
	note_batch(r, f, &b.header);
	f->sealed = true;
	s->used = s->size;
	return 0;
}

static void add_rot(struct recovery *r, struct found *f, uint32_t at, uint32_t n, const char *what)
{
	trouble(r, f->s->number, at, what);
	r->j->report->quarantined++;
	f->rot = mem_resize(f->rot, (f->rot_n + 1) * sizeof(*f->rot));
	f->rot[f->rot_n++] = (struct rot){ at, n };
}

/* Takes the readable records of an acknowledged batch into the entries; the rest is rotten. */
static void digest(
	struct recovery *r, struct found *f, struct slice bytes, const struct spool_scan_batch *b)
{
	struct spool_batch_walk w = spool_scan_walk(bytes, b);
	struct spool_batch_item item;
	int result;

	while ((result = spool_format_walk(&w, false, &item)) > 0) {
		const struct spool_record_header *h = &item.header;
		uint32_t at = (uint32_t)(item.record.p - bytes.p);
		bool message = h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE;

		if (!item.facts_good)
			add_rot(r, f, at, (uint32_t)item.record.n, "a record has rotted");
		if (!item.facts_good && message) {
			r->corrupt = mem_resize(
				r->corrupt, (r->corrupt_n + 1) * sizeof(*r->corrupt));
			r->corrupt[r->corrupt_n++] = h->id;
		}
		if ((item.facts_good || message) && h->type != SPOOL_RECORD_SUMMARY)
			spool_format_put_summary(
				&f->entries, h, at, item.facts_good ? item.states : SLICE_NIL);
	}
	if (result < 0)
		add_rot(r, f, b->offset + w.at, (uint32_t)(w.batch.n - w.at),
			"the rest of a batch has rotted");
}

static int quarantine_name(char *name, size_t n, const struct segment *s, uint32_t at)
{
	return snprintf(name, n, "seg-%06u-generation-%u-offset-%u", s->number, s->generation, at);
}

/* Copies the rotten stretches of the segment whose bytes are given. */
static int put_aside(struct recovery *r, struct found *f, struct slice bytes)
{
	struct dir *d = NULL;
	char name[80];
	int result = 0;

	if (f->rot_n)
		result = dir_open_below(r->job, r->j->dir, "quarantine", true, &d);
	for (size_t i = 0; i < f->rot_n && result == 0; i++) {
		quarantine_name(name, sizeof(name), f->s, f->rot[i].offset);
		result = file_write_all(r->job, d, name,
			slice_take(slice_skip(bytes, f->rot[i].offset), f->rot[i].n), 0600);
	}
	f->rot_n = 0;
	dir_close(d);
	return result;
}

static void take_scan(
	struct recovery *r, struct found *f, struct slice bytes, const struct spool_scan *scan)
{
	for (size_t i = 0; i < scan->n; i++) {
		const struct spool_scan_batch *b = &scan->batches[i];

		if (b->gap)
			add_rot(r, f, b->offset - b->gap, b->gap, "batches have rotted");
		note_batch(r, f, &b->header);
		if (i + 1 == scan->n && !spool_scan_is_whole(bytes, b)) {
			f->torn = true;
			f->torn_batch = *b;
			continue;
		}
		digest(r, f, bytes, b);
		f->torn_end = (uint32_t)spool_format_align(
			b->offset + b->header.bytes, SPOOL_BLOCK);
	}
	f->s->used = scan->end;
	if (f->torn_end == 0)
		f->torn_end = SPOOL_BLOCK;
}

/* Nothing in it can be read: it is kept under another name. */
static int set_aside(struct recovery *r, struct found *f)
{
	char from[JOURNAL_NAME_BYTES], to[JOURNAL_NAME_BYTES];

	journal_segment_name(from, "seg", f->s->number);
	journal_segment_name(to, "bad", f->s->number);
	trouble(r, f->s->number, 0, "nothing in the segment can be read; kept as bad-NNNNNN");
	r->j->report->quarantined++;
	segment_free(r->j, f->s);
	f->s = NULL;
	return dir_rename(r->job, r->j->dir, from, to);
}

static int scan_segment(struct recovery *r, struct found *f)
{
	struct segment *s = f->s;
	struct slice bytes = slice_of(r->bytes, s->size);
	struct spool_scan scan;

	r->j->report->segments_scanned++;
	file_drop_cache(r->job, s->file, 0, s->size);
	int result = read_exactly(r, s, 0, s->size, r->bytes);

	if (result < 0)
		return result;
	result = spool_scan(bytes, s->number, &scan);
	if (result == ERR_CORRUPT)
		return set_aside(r, f);
	if (result < 0)
		return result;
	note_header(s, &scan.header);
	take_scan(r, f, bytes, &scan);
	if (scan.header_rotten)
		add_rot(r, f, 0, SPOOL_BLOCK, "a segment's header has rotted");
	spool_scan_done(&scan);
	return put_aside(r, f, bytes);
}

static bool size_is_sane(uint64_t n)
{
	return n >= SPOOL_SEGMENT_MIN && n <= SPOOL_SEGMENT_MAX && (n & (n - 1)) == 0;
}

static int examine(struct recovery *r, struct found *f)
{
	struct spool_segment_header h;
	char name[JOURNAL_NAME_BYTES];
	uint64_t size;

	journal_segment_name(name, "seg", f->s->number);
	int result = file_open(r->job, r->j->dir, name, FILE_READ | FILE_WRITE, &f->s->file);

	if (result == 0)
		result = file_size(r->job, f->s->file, &size);
	if (result < 0)
		return result;
	if (!size_is_sane(size))
		return set_aside(r, f);
	f->s->size = (uint32_t)size;
	if (size > r->bytes_n) {
		free(r->bytes);
		r->bytes = mem_alloc(size);
		r->bytes_n = size;
	}
	r->j->report->segments++;
	result = read_exactly(r, f->s, 0, SPOOL_BLOCK, r->bytes);
	if (result == 0)
		result = spool_format_segment(slice_of(r->bytes, SPOOL_BLOCK), &h);
	if (result == 0 && h.partition != r->j->sp->o.partition) {
		trouble(r, f->s->number, 0, "belongs to another partition");
		return ERR_INVALID;
	}
	if (result == 0) {
		note_header(f->s, &h);
		result = read_summary(r, f);
	}
	if (result == ERR_CORRUPT)
		result = scan_segment(r, f);
	if (result == ERR_UNSUPPORTED)
		trouble(r, f->s->number, 0, "written by a later version of this program");
	return result;
}

/* ---- all together ---- */

/* Overwrites the beginning of a torn batch, so that it never looks like one again. */
static int cut(struct recovery *r, struct found *f)
{
	char *zeros = mem_zalloc(SPOOL_BLOCK);
	struct iovec iov = { zeros, SPOOL_BLOCK };
	int result = file_pwritev_durable(r->job, f->s->file, &iov, 1, f->torn_batch.offset);

	free(zeros);
	r->j->report->cut++;
	f->s->used = f->torn_end;
	f->last = f->torn_batch.header.previous;
	if (f->torn_end == SPOOL_BLOCK)
		f->s->first = 0;
	return result;
}

/* An incomplete batch that is not the last of all was acknowledged. */
static int digest_torn(struct recovery *r, struct found *f)
{
	struct slice bytes = slice_of(r->bytes, f->s->size);
	int result = read_exactly(r, f->s, 0, bytes.n, r->bytes);

	if (result < 0)
		return result;
	digest(r, f, bytes, &f->torn_batch);
	return put_aside(r, f, bytes);
}

static int judge_tails(struct recovery *r)
{
	struct found *tail = NULL;
	int result = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].s && r->v[i].last && (tail == NULL || r->v[i].last > tail->last))
			tail = &r->v[i];
	for (size_t i = 0; i < r->n && result == 0; i++) {
		struct found *f = &r->v[i];

		if (f->s && f->torn && f != tail)
			result = digest_torn(r, f);
		if (f->s && f->last && f != tail && !f->sealed)
			trouble(r, f->s->number, f->s->used, "the summary cannot be read");
	}
	if (tail == NULL || result < 0)
		return result;
	if (tail->torn)
		result = cut(r, tail);
	r->j->number = tail->last;
	if (!tail->sealed) {
		r->j->current = tail->s;
		tail->s->state = SEGMENT_CURRENT;
		buf_put(&tail->s->summary, buf_slice(&tail->entries));
	}
	return result;
}

static struct spool_message *replay_message(struct recovery *r, const struct spool_record_header *h)
{
	struct spool *sp = r->j->sp;
	struct spool_message *m = spool_index_get(&sp->index, h->id);

	if (m)
		return h->type == SPOOL_RECORD_MOVE ? m : NULL;
	if (h->rcpts == 0 || h->id == 0)
		return NULL;
	/* Due since it came. After a crash the times in ids run ahead of the clock for a while. */
	usec_t came = spool_id_time(h->id), now = clock_wall();

	m = spool_message_new(h->id, h->rcpts, came < now ? came : now);
	m->in_file = h->in_file;
	memcpy(m->bytes, h->bytes, sizeof(m->bytes));
	spool_index_add(&sp->index, m);
	return m;
}

static void end_message(struct recovery *r, struct spool_message *m)
{
	spool_index_remove(&r->j->sp->index, m);
	account_gone(r->j, m);
	spool_unref(r->j->sp, m);
}

static void replay(struct recovery *r, struct segment *s, const struct spool_record_header *h,
	uint32_t offset, struct slice states)
{
	struct spool_index *index = &r->j->sp->index;
	bool message = h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE;
	struct spool_message *m = message ? replay_message(r, h) : spool_index_get(index, h->id);
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	if (h->id > r->max_id)
		r->max_id = h->id;
	if (message && m == NULL)
		return;
	account_record(r->j, s, offset, h, h->type == SPOOL_RECORD_DEAD ? NULL : m, states);
	while (m && spool_format_state(&c, &e))
		if (e.rcpt < m->rcpts_n)
			spool_index_restore(index, m, &e);
	if (m && (m->open == 0 || h->type == SPOOL_RECORD_DEAD))
		end_message(r, m);
}

static int by_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	uint64_t p = x->s ? x->s->first : 0, q = y->s ? y->s->first : 0;

	return p < q ? -1 : p > q;
}

static void replay_all(struct recovery *r)
{
	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), by_first);
	for (size_t i = 0; i < r->n; i++) {
		struct cursor c = cursor_of(buf_slice(&r->v[i].entries));
		struct spool_record_header h;
		struct slice states;
		uint32_t offset;

		while (r->v[i].s && spool_format_summary(&c, &h, &offset, &states))
			replay(r, r->v[i].s, &h, offset, states);
	}
	for (size_t i = 0; i < r->corrupt_n; i++) {
		struct spool_message *m = spool_index_get(&r->j->sp->index, r->corrupt[i]);

		for (uint16_t k = 0; m && k < m->rcpts_n; k++) {
			struct spool_state_entry e = spool_index_entry(m, k);

			e.state = SPOOL_HELD;
			e.held = SPOOL_HELD_CORRUPT;
			if (m->rcpts[k].state == SPOOL_WAITING)
				spool_index_restore(&r->j->sp->index, m, &e);
		}
	}
}

/* States of all segments but the current one; the reserve, if it is not there. */
static int sort_segments(struct recovery *r)
{
	struct journal *j = r->j;
	uint64_t total;
	int result = dir_space(r->job, j->dir, &j->free_bytes, &total);

	for (size_t i = 0; i < r->n; i++) {
		struct segment *s = r->v[i].s;

		if (s == NULL || s == j->current)
			continue;
		s->state = s->first ? SEGMENT_SEALED : SEGMENT_SPARE;
		if (s->state == SEGMENT_SPARE) {
			list_append(&j->spares, &s->node);
			j->spare_n++;
		}
	}
	for (uint32_t n = 1; result == 0 && j->spare_n <= j->reserve_n; n++) {
		if (journal_segment(j, n))
			continue;
		struct segment *s = segment_new(j, n);
		struct segment_work w = segment_work(j, s);

		result = segment_make(r->job, &w);
		if (result < 0) {
			segment_free(j, s);
			break;
		}
		segment_worked(s, &w);
		list_append(&j->spares, &s->node);
		j->spare_n++;
	}
	return result == ERR_FULL && (j->current || j->spare_n) ? 0 : result;
}

/* Files of messages that were never committed, or ended without their file being removed. */
static int remove_orphans(struct recovery *r)
{
	char name[JOURNAL_NAME_BYTES];
	int result = 0;

	if (r->j->report->quarantined)
		return 0; /* one of them may belong to what has rotted */
	for (size_t i = 0; i < r->own_n && result == 0; i++) {
		if (spool_index_get(&r->j->sp->index, r->own[i]))
			continue;
		journal_own_name(name, r->own[i]);
		result = dir_remove(r->job, r->j->dir, name);
		r->j->report->orphans++;
	}
	return result;
}

static int open_folder(struct job *job, struct journal *j)
{
	int r = dir_open(job, j->sp->o.path, true, &j->dir);

	if (r == 0)
		r = file_open(job, j->dir, "lock", FILE_READ | FILE_WRITE | FILE_CREATE, &j->lock);
	return r == 0 ? file_lock(job, j->lock) : r;
}

static int recover(struct recovery *r)
{
	int result = dir_list(r->job, r->j->dir, see_name, r);

	if (result == 0)
		result = remove_unfinished(r);
	for (size_t i = 0; i < r->n && result == 0; i++)
		result = examine(r, &r->v[i]);
	if (result == 0)
		result = judge_tails(r);
	if (result < 0)
		return result;
	replay_all(r);
	result = sort_segments(r);
	if (result == 0)
		result = remove_orphans(r);
	uint64_t given = r->id_limit_ms ? spool_id_make(r->id_limit_ms, 0, 0) - 1 : 0;

	r->j->sp->last_id = given > r->max_id ? given : r->max_id;
	r->j->sp->id_limit_ms = r->id_limit_ms;
	return result;
}

int journal_recover(struct job *job, void *arg)
{
	struct recovery r = { .job = job, .j = arg };
	int result = open_folder(job, r.j);

	if (result == 0)
		result = recover(&r);
	for (size_t i = 0; i < r.n; i++) {
		buf_done(&r.v[i].entries);
		free(r.v[i].rot);
	}
	free(r.v);
	free(r.bytes);
	free(r.own);
	free(r.corrupt);
	return result;
}
