/* Recovery, in one job, before the loop sees the journal. First each segment is read for itself
 * (recover_segment.c): that tells which batches were durable. What is not whole and was not durable
 * was never acknowledged; all else that is unreadable was: it is copied to quarantine/ and
 * reported. What was found is made durable (recover_fasten.c). Then the records are replayed in
 * the order of their batches, with the same bookkeeping as when they were written. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "rt/clock.h"
#include "rt/file.h"
#include "spool/recover.h"

void recover_trouble(struct recovery *r, uint32_t segment, uint32_t offset, const char *what)
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

/* ---- all together ---- */

/* The segment with the last batch of all goes on; the others are sealed or spare. */
static void find_current(struct recovery *r)
{
	struct found *last = NULL;

	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].s && r->v[i].last && (last == NULL || r->v[i].last > last->last))
			last = &r->v[i];
	if (last == NULL)
		return;
	r->j->number = last->last;
	if (!last->sealed && !recover_is_full(last)) {
		r->j->current = last->s;
		last->s->state = SEGMENT_CURRENT;
		buf_put(&last->s->summary, buf_slice(&last->entries));
	}
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
		result = recover_survey(r, &r->v[i]);
	for (size_t i = 0; i < r->n && result == 0; i++)
		if (r->v[i].s && !r->v[i].sealed && r->v[i].last)
			result = recover_digest(r, &r->v[i]);
	if (result == 0)
		result = recover_fasten(r);
	if (result < 0)
		return result;
	find_current(r);
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
		free(r.v[i].torn);
	}
	free(r.v);
	free(r.bytes);
	free(r.own);
	free(r.corrupt);
	return result;
}
