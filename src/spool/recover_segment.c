/* One segment in recovery. A survey reads the summary of a sealed one, and of others the headers of
 * the batches: from all of them together follows which batches were durable. Only then are the
 * records of unsealed segments judged: what is not whole was torn or has rotted. */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/file.h"
#include "spool/recover.h"

#define READ_BYTES  (1u << 20)
#define RECORD_STEP 8 /* records begin at multiples of it */

int recover_read(struct recovery *r, struct segment *s, uint64_t at, size_t n, char *to)
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
	if (b->number > r->last)
		r->last = b->number;
	if (b->id_limit_ms > r->id_limit_ms)
		r->id_limit_ms = b->id_limit_ms;
	if (spool_batch_durable(b) > r->durable)
		r->durable = spool_batch_durable(b);
}

/* Reads the summary that the trailer names. ERR_CORRUPT: there is none, or it is not whole. */
static int read_summary(struct recovery *r, struct found *f)
{
	struct segment *s = f->s;
	struct spool_trailer t;
	struct spool_scan_batch b;
	int result = recover_read(r, s, s->size - SPOOL_TRAILER, SPOOL_TRAILER, r->bytes);

	if (result == 0)
		result = spool_format_trailer(slice_of(r->bytes, SPOOL_TRAILER), &t);
	if (result < 0)
		return result;
	if (t.segment != s->number || t.generation != s->generation || t.salt != s->salt ||
		t.batch_offset < SPOOL_BLOCK || t.batch_offset >= s->size)
		return ERR_CORRUPT;
	struct slice bytes = slice_of(r->bytes, s->size - t.batch_offset);

	result = recover_read(r, s, t.batch_offset, bytes.n, r->bytes);
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
	f->loose = t.batch_offset;
	s->used = s->size;
	return 0;
}

static void add_id(struct spool_stretch *s, uint64_t id)
{
	for (unsigned i = 0; i < s->ids_n; i++)
		if (s->ids[i] == id)
			return;
	if (id && s->ids_n < SPOOL_STRETCH_IDS)
		s->ids[s->ids_n++] = id;
}

/* Whose records they were: headers that are whole are found wherever they stand. */
static void name_messages(struct slice bytes, uint64_t salt, struct spool_stretch *s)
{
	struct spool_record_header h;

	for (size_t i = 0; i + SPOOL_RECORD_HEADER <= bytes.n; i += RECORD_STEP)
		if (spool_format_record(slice_skip(bytes, i), salt, &h) == 0)
			add_id(s, h.id);
}

/* For the report. salt: the segment's; 0: nothing can be read. */
static void note_stretch(struct recovery *r, const struct spool_stretch *found, uint64_t salt)
{
	struct spool_report *report = r->j->report;
	struct spool_stretch *s = &report->stretches[report->stretches_n];

	if (found->torn)
		report->cut++;
	else
		report->quarantined++;
	if (report->stretches_n == SPOOL_STRETCHES)
		return;
	*s = *found;
	if (salt)
		name_messages(slice_of(r->bytes + s->offset, s->bytes), salt, s);
	report->stretches_n++;
}

static void add_rot(struct recovery *r, struct found *f, uint32_t at, uint32_t n, const char *what)
{
	const struct spool_stretch s = { .segment = f->s->number,
		.generation = f->s->generation,
		.offset = at,
		.bytes = n,
		.what = what };

	recover_trouble(r, f->s->number, at, what);
	note_stretch(r, &s, f->s->salt);
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

/* A start before this one has copied it: that must not need room again. */
static bool is_aside(struct recovery *r, struct dir *d, const char *name, struct slice rot)
{
	struct buf there;

	buf_init(&there, rot.n + 1);
	bool same = file_read_all(r->job, d, name, rot.n, &there) == 0 &&
		    slice_eq(buf_slice(&there), rot);

	buf_done(&there);
	return same;
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
		if (f->rot[i].n == 0)
			continue;
		struct slice rot = slice_take(slice_skip(bytes, f->rot[i].offset), f->rot[i].n);

		quarantine_name(name, sizeof(name), f->s, f->rot[i].offset);
		if (!is_aside(r, d, name, rot))
			result = file_write_all(r->job, d, name, rot, 0600);
	}
	f->rot_n = 0;
	dir_close(d);
	return result;
}

static void add_torn(struct recovery *r, struct found *f, uint32_t at, uint32_t n,
	const struct spool_batch_header *h)
{
	struct spool_batch_header empty = *h;
	const struct spool_stretch s = { .segment = f->s->number,
		.generation = f->s->generation,
		.offset = at,
		.bytes = n,
		.what = "a batch is not whole",
		.torn = true };

	empty.records = 0;
	empty.bytes = SPOOL_BATCH_HEADER;
	note_stretch(r, &s, f->s->salt);
	f->torn = mem_resize(f->torn, (f->torn_n + 1) * sizeof(*f->torn));
	f->torn[f->torn_n++] = (struct torn){ at, empty };
}

static void take_scan(
	struct recovery *r, struct found *f, struct slice bytes, const struct spool_scan *scan)
{
	struct spool_batch_header missing;

	for (size_t i = 0; i < scan->n; i++) {
		const struct spool_scan_batch *b = &scan->batches[i];

		if (spool_scan_gap_is_torn(scan, i, r->durable, &missing))
			add_torn(r, f, b->offset - b->gap, b->gap, &missing);
		else if (b->breaks)
			add_rot(r, f, b->offset - b->gap, b->gap, "batches have rotted");
		if (f->loose == 0 && b->header.number > r->durable)
			f->loose = b->offset;
		if (spool_scan_is_torn(bytes, b, r->durable))
			add_torn(r, f, b->offset, b->header.bytes, &b->header);
		else
			digest(r, f, bytes, b);
	}
}

/* Segments are left with a summary. Of one that has none, what stood behind its last readable batch
 * is not known. Where a trailer closes the last batch, that is the summary, and was named. */
static void miss_summary(
	struct recovery *r, struct found *f, struct slice bytes, const struct spool_scan *scan)
{
	uint32_t size = f->s->size, at = scan->end < size ? scan->end : size - SPOOL_TRAILER;
	struct spool_trailer t;

	if (scan->end == size && spool_format_trailer(slice_skip(bytes, at), &t) == 0)
		return;
	add_rot(r, f, at, size - at, "the summary cannot be read");
}

static int write_block(struct recovery *r, struct found *f, uint32_t at, char block[SPOOL_BLOCK])
{
	struct iovec iov = { block, SPOOL_BLOCK };

	return file_pwritev_durable(r->job, f->s->file, &iov, 1, at);
}

/* The last batch is torn: what is written next comes behind the empty one in its place, unless that
 * would leave no room for the seal. Then it is the seal that was torn, beside which nothing was
 * under way: it goes, and will be written anew. */
static bool shorten(struct found *f, const struct spool_scan *scan, const struct torn *t)
{
	const struct spool_scan_batch *before = scan->n > 1 ? &scan->batches[scan->n - 2] : NULL;
	struct segment *s = f->s;

	s->used = t->offset + SPOOL_BLOCK;
	if (s->used + journal_seal_bytes(f->entries.n) <= s->size)
		return true;
	s->used = SPOOL_BLOCK;
	if (before)
		s->used = (uint32_t)spool_format_align(
			before->offset + before->header.bytes, SPOOL_BLOCK);
	f->last = t->empty.previous;
	return false;
}

/* Overwrites the beginnings of torn batches, so that they never look like anything again. An empty
 * batch keeps what the torn one's header said. */
static int empty_torn(struct recovery *r, struct found *f, const struct spool_scan *scan)
{
	char *block = mem_alloc(SPOOL_BLOCK);
	int result = 0;

	for (size_t i = 0; i < f->torn_n && result == 0; i++) {
		const struct torn *t = &f->torn[i];
		bool last = scan->batches[scan->n - 1].offset == t->offset;

		memset(block, 0, SPOOL_BLOCK);
		if (!last || shorten(f, scan, t))
			spool_format_put_batch(block, &t->empty);
		result = write_block(r, f, t->offset, block);
	}
	free(block);
	return result;
}

/* Nothing in it can be read: it is kept under another name. */
static int set_aside(struct recovery *r, struct found *f)
{
	char from[JOURNAL_NAME_BYTES], to[JOURNAL_NAME_BYTES];

	journal_segment_name(from, "seg", f->s->number);
	journal_segment_name(to, "bad", f->s->number);
	const struct spool_stretch s = { .segment = f->s->number,
		.bytes = f->s->size,
		.what = "nothing in the segment can be read; kept as bad-NNNNNN" };

	recover_trouble(r, s.segment, 0, s.what);
	note_stretch(r, &s, 0);
	segment_free(r->j, f->s);
	f->s = NULL;
	return dir_rename(r->job, r->j->dir, from, to);
}

/* Without a readable summary: what batches say about themselves. */
static int survey_batches(struct recovery *r, struct found *f)
{
	struct segment *s = f->s;
	struct slice bytes = slice_of(r->bytes, s->size);
	struct spool_scan scan;

	r->j->report->segments_scanned++;
	int result = recover_read(r, s, 0, s->size, r->bytes);

	if (result < 0)
		return result;
	result = spool_scan(bytes, s->number, &scan);
	if (result == ERR_CORRUPT)
		return set_aside(r, f);
	if (result < 0)
		return result;
	note_header(s, &scan.header);
	s->used = scan.end;
	for (size_t i = 0; i < scan.n; i++)
		note_batch(r, f, &scan.batches[i].header);
	if (scan.header_rotten)
		add_rot(r, f, 0, SPOOL_BLOCK, "a segment's header has rotted");
	spool_scan_done(&scan);
	return put_aside(r, f, bytes);
}

bool recover_is_full(const struct found *f)
{
	return f->s->used + journal_seal_bytes(f->entries.n) > f->s->size;
}

int recover_digest(struct recovery *r, struct found *f)
{
	struct slice bytes = slice_of(r->bytes, f->s->size);
	struct spool_scan scan;
	int result = recover_read(r, f->s, 0, bytes.n, r->bytes);

	if (result == 0)
		result = spool_scan(bytes, f->s->number, &scan);
	if (result < 0)
		return result;
	take_scan(r, f, bytes, &scan);
	if (f->last != r->last || (f->torn_n == 0 && recover_is_full(f)))
		miss_summary(r, f, bytes, &scan);
	result = put_aside(r, f, bytes);
	if (result == 0)
		result = empty_torn(r, f, &scan);
	spool_scan_done(&scan);
	return result;
}

static bool size_is_sane(uint64_t n)
{
	return n >= SPOOL_SEGMENT_MIN && n <= SPOOL_SEGMENT_MAX && (n & (n - 1)) == 0;
}

/* Its header and summary. ERR_CORRUPT: there is no whole summary. */
static int read_sealed(struct recovery *r, struct found *f)
{
	struct spool_segment_header h;
	int result = recover_read(r, f->s, 0, SPOOL_BLOCK, r->bytes);

	if (result == 0)
		result = spool_format_segment(slice_of(r->bytes, SPOOL_BLOCK), &h);
	if (result < 0)
		return result;
	if (h.partition != r->j->sp->o.partition) {
		recover_trouble(r, f->s->number, 0, "belongs to another partition");
		return ERR_INVALID;
	}
	note_header(f->s, &h);
	return read_summary(r, f);
}

int recover_survey(struct recovery *r, struct found *f)
{
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
	result = read_sealed(r, f);
	if (result ==
		ERR_CORRUPT) { /* perhaps only in memory: a failed sync leaves what it likes */
		file_drop_cache(r->job, f->s->file, 0, size);
		result = read_sealed(r, f);
	}
	if (result == ERR_CORRUPT)
		result = survey_batches(r, f);
	if (result == ERR_UNSUPPORTED)
		recover_trouble(r, f->s->number, 0, "written by a later version of this program");
	return result;
}
