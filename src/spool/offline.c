/* Two passes over the segments: the first finds out in which order they were written and which
 * batches were durable, the second reads the records in that order and keeps what is alive, by
 * the rules of recovery (recover.c) without its bookkeeping and without changing a byte. */
#include "spool/offline.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "rt/file.h"
#include "rt/job.h"
#include "spool/offline_parts.h"
#include "spool/scan.h"

/* ---- names ---- */

static int see_name(void *arg, const char *name)
{
	struct spool_offline *so = arg;
	struct slice s = slice_str(name);
	uint64_t n;

	if (!slice_starts(s, S("seg-")) || !slice_to_u64(slice_skip(s, 4), UINT32_MAX, &n) ||
		n == 0)
		return 0;
	so->segments = mem_resize(so->segments, (so->n + 1) * sizeof(*so->segments));
	so->segments[so->n++] = (struct offline_segment){ .info.number = (uint32_t)n };
	return 0;
}

static bool is_open_elsewhere(struct job *job, struct dir *dir)
{
	struct file *lock;

	if (file_open(job, dir, "lock", FILE_READ, &lock) < 0)
		return false;
	int r = file_lock(job, lock);

	file_close(lock); /* releases it */
	return r == ERR_BUSY;
}

/* ---- reading a segment ---- */

static void tell_trouble(
	struct spool_offline *so, uint32_t segment, uint32_t at, bool rotten, const char *what)
{
	char name[OFFLINE_NAME_BYTES];

	so->report.rotten += rotten;
	so->report.torn += !rotten;
	if (so->watch->trouble == NULL)
		return;
	offline_segment_name(name, segment);
	so->watch->trouble(so->watch->arg, name, at, rotten, what);
}

/* The whole file; *ret is freed by the caller. */
static int read_segment(struct job *job, struct spool_offline *so, struct offline_segment *s,
	struct buf *ret, struct spool_scan *ret_scan)
{
	char name[OFFLINE_NAME_BYTES];

	buf_init(ret, SPOOL_SEGMENT_MAX);
	offline_segment_name(name, s->info.number);
	int r = file_read_all(job, so->dir, name, SPOOL_SEGMENT_MAX, ret);

	if (r == 0)
		r = spool_scan(buf_slice(ret), s->info.number, ret_scan);
	if (r < 0)
		buf_done(ret);
	return r;
}

/* First pass: who it is and when it was written. */
static int survey(struct job *job, struct spool_offline *so, struct offline_segment *s)
{
	struct spool_scan scan;
	struct buf bytes;
	int r = read_segment(job, so, s, &bytes, &scan);

	if (r == ERR_CORRUPT || r == ERR_LIMIT) {
		tell_trouble(so, s->info.number, 0, true, "nothing in the segment can be read");
		s->unreadable = true;
		return 0;
	}
	if (r < 0)
		return r;
	s->info.generation = scan.header.generation;
	s->info.partition = scan.header.partition;
	s->info.size = (uint32_t)bytes.n;
	s->info.batches = (uint32_t)scan.n;
	s->info.header_rotten = scan.header_rotten;
	s->salt = scan.header.salt;
	if (scan.n)
		s->info.first = scan.batches[0].header.first;
	if (spool_scan_durable(&scan) > so->durable)
		so->durable = spool_scan_durable(&scan);
	spool_scan_done(&scan);
	buf_done(&bytes);
	return 0;
}

/* ---- replay ---- */

static struct spool_message *replay_message(
	struct spool_offline *so, const struct spool_record_header *h)
{
	struct spool_message *m = spool_index_get(&so->index, h->id);

	if (m)
		return h->type == SPOOL_RECORD_MOVE ? m : NULL;
	if (h->rcpts == 0 || h->id == 0)
		return NULL;
	m = spool_message_new(h->id, h->rcpts, spool_id_time(h->id));
	m->in_file = h->in_file;
	memcpy(m->bytes, h->bytes, sizeof(m->bytes));
	spool_index_add(&so->index, m);
	return m;
}

static void restore(
	struct spool_offline *so, struct spool_message *m, const struct spool_offline_record *r)
{
	struct cursor c = cursor_of(r->states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e)) {
		if (e.rcpt >= m->rcpts_n)
			continue;
		spool_index_restore(&so->index, m, &e);
		m->rcpts[e.rcpt].said = (struct spool_place){ r->segment, r->offset };
	}
}

static void set_corrupt(struct spool_offline *so, struct spool_message *m)
{
	for (uint16_t i = 0; i < m->rcpts_n; i++) {
		struct spool_state_entry e = spool_index_entry(m, i);

		e.state = SPOOL_HELD;
		e.held = SPOOL_HELD_CORRUPT;
		if (m->rcpts[i].state == SPOOL_WAITING)
			spool_index_restore(&so->index, m, &e);
	}
}

static void replay(struct spool_offline *so, const struct spool_offline_record *r)
{
	const struct spool_record_header *h = &r->header;
	bool message = h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE;
	struct spool_message *m = message ? replay_message(so, h)
					  : spool_index_get(&so->index, h->id);

	if (m == NULL || h->type == SPOOL_RECORD_SUMMARY)
		return;
	if (message)
		m->home = (struct spool_place){ r->segment, r->offset };
	if (r->facts_good)
		restore(so, m, r);
	else if (message)
		set_corrupt(so, m);
	if (m->open == 0 || h->type == SPOOL_RECORD_DEAD) {
		spool_index_remove(&so->index, m);
		spool_message_unref(m);
	}
}

static void take_record(struct spool_offline *so, const struct spool_offline_record *r)
{
	so->report.records++;
	if (so->watch->record)
		so->watch->record(so->watch->arg, r);
	if (!r->facts_good)
		tell_trouble(so, r->segment, r->offset, true, "a record has rotted");
	else if (!r->content_good)
		tell_trouble(so, r->segment, r->offset, true, "a message's content has rotted");
	replay(so, r);
}

static struct slice facts_of(const struct spool_batch_item *item)
{
	const struct spool_record_header *h = &item->header;

	if (h->in_file & 1u << SPOOL_PART_FACTS)
		return SLICE_NIL;
	return slice_take(
		slice_skip(item->record, spool_format_part_at(h, SPOOL_PART_FACTS)), h->bytes[0]);
}

static void take_batch(struct spool_offline *so, const struct offline_segment *s,
	struct slice bytes, const struct spool_scan_batch *b)
{
	struct spool_batch_walk w = spool_scan_walk(bytes, b);
	struct spool_batch_item item;
	int r;

	so->report.batches++;
	while ((r = spool_format_walk(&w, true, &item)) > 0) {
		const struct spool_offline_record record = {
			.segment = s->info.number,
			.offset = (uint32_t)(item.record.p - bytes.p),
			.batch = b->header.number,
			.header = item.header,
			.states = item.states,
			.facts = facts_of(&item),
			.facts_good = item.facts_good,
			.content_good = item.content_good,
		};

		take_record(so, &record);
	}
	if (r < 0)
		tell_trouble(so, s->info.number, b->offset + w.at, true,
			"the rest of a batch has rotted");
}

static void tell_torn(struct spool_offline *so, const struct offline_segment *s, uint32_t at)
{
	tell_trouble(so, s->info.number, at, false,
		"a batch at the end is not whole: it was never acknowledged");
}

static void take_batches(struct spool_offline *so, const struct offline_segment *s,
	struct slice bytes, const struct spool_scan *scan)
{
	struct spool_batch_header missing;

	for (size_t i = 0; i < scan->n; i++) {
		const struct spool_scan_batch *b = &scan->batches[i];

		if (spool_scan_gap_is_torn(scan, i, so->durable, &missing))
			tell_torn(so, s, b->offset - b->gap);
		else if (b->breaks)
			tell_trouble(so, s->info.number, b->offset - b->gap, true,
				"batches have rotted");
		if (spool_scan_is_torn(bytes, b, so->durable))
			tell_torn(so, s, b->offset);
		else
			take_batch(so, s, bytes, b);
	}
}

/* Second pass. A segment that the program recycled meanwhile no longer says what it said. */
static int read_records(struct job *job, struct spool_offline *so, struct offline_segment *s)
{
	struct spool_scan scan;
	struct buf bytes;
	int r = read_segment(job, so, s, &bytes, &scan);

	if (r < 0)
		return r == ERR_CORRUPT || (r == ERR_NOTFOUND && so->report.in_use) ? 0 : r;
	if (so->watch->segment)
		so->watch->segment(so->watch->arg, &s->info);
	if (s->info.header_rotten)
		tell_trouble(so, s->info.number, 0, true, "a segment's header has rotted");
	if (scan.header.generation == s->info.generation) {
		take_batches(so, s, buf_slice(&bytes), &scan);
		if (s != &so->segments[so->n - 1] && scan.n &&
			!spool_scan_is_sealed(buf_slice(&bytes), &scan))
			tell_trouble(so, s->info.number, scan.end, true,
				"the summary cannot be read, nor what stood before it");
	}
	spool_scan_done(&scan);
	buf_done(&bytes);
	return 0;
}

/* ---- all together ---- */

static int by_first(const void *a, const void *b)
{
	const struct offline_segment *x = a, *y = b;

	return x->info.first < y->info.first ? -1 : x->info.first > y->info.first;
}

static void count(struct spool_offline *so)
{
	struct spool_offline_report *r = &so->report;

	r->messages = so->index.messages;
	memcpy(r->recipients, so->index.states, sizeof(r->recipients));
	for (const struct spool_message *m = spool_index_next(&so->index, 0); m;
		m = spool_index_next(&so->index, m->id))
		r->bytes += spool_message_size(m);
}

static int read_all(struct job *job, struct spool_offline *so)
{
	unsigned total = (unsigned)so->n * 2, done = 0;
	int r = 0;

	for (size_t i = 0; i < so->n && r == 0; i++) {
		r = survey(job, so, &so->segments[i]);
		if (so->watch->progress)
			so->watch->progress(so->watch->arg, ++done, total);
	}
	if (so->n)
		qsort(so->segments, so->n, sizeof(*so->segments), by_first);
	for (size_t i = 0; i < so->n && r == 0; i++) {
		struct offline_segment *s = &so->segments[i];

		so->report.segments++;
		so->report.spare += s->info.first == 0 && !s->unreadable;
		if (!s->unreadable)
			r = read_records(job, so, s);
		if (so->watch->progress)
			so->watch->progress(so->watch->arg, ++done, total);
	}
	return r;
}

int spool_offline_open(struct job *job, const char *path, const struct spool_offline_watch *watch,
	struct spool_offline **ret, struct spool_offline_report *ret_report)
{
	struct spool_offline *so = mem_zalloc(sizeof(*so));
	int r = dir_open(job, path, false, &so->dir);

	so->watch = watch;
	if (r == 0)
		r = dir_list(job, so->dir, see_name, so);
	if (r == 0 && so->n == 0)
		r = ERR_NOTFOUND;
	if (r == 0) {
		so->report.in_use = is_open_elsewhere(job, so->dir);
		r = read_all(job, so);
	}
	if (r == 0)
		r = offline_check_files(job, so);
	so->watch = NULL;
	if (r < 0) {
		spool_offline_close(so);
		return r;
	}
	count(so);
	*ret_report = so->report;
	*ret = so;
	return 0;
}

void spool_offline_close(struct spool_offline *so)
{
	struct spool_message *m;

	if (so == NULL)
		return;
	while ((m = spool_index_next(&so->index, 0)) != NULL) {
		spool_index_remove(&so->index, m);
		spool_message_unref(m);
	}
	dir_close(so->dir);
	free(so->segments);
	free(so);
}
