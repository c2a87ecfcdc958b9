/* Each part is read from where the message's record says it is, in pieces, so that a large body
 * needs no memory of its size. */
#include "spool/offline_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "rt/file.h"

#define PIECE_BYTES (64u << 10)

void offline_segment_name(char name[OFFLINE_NAME_BYTES], uint32_t number)
{
	snprintf(name, OFFLINE_NAME_BYTES, "seg-%06u", number);
}

static void own_name(char name[OFFLINE_NAME_BYTES], uint64_t id)
{
	char text[TEXT_ID_CHARS];

	text_id(id, text);
	snprintf(name, OFFLINE_NAME_BYTES, "msg-%.*s", TEXT_ID_CHARS, text);
}

/* ---- bytes ---- */

/* Exactly n bytes. */
static int read_exactly(struct job *job, struct file *f, char *to, size_t n, uint64_t at)
{
	size_t got;
	int r = file_pread(job, f, to, n, at, &got);

	return r < 0 ? r : got == n ? 0 : ERR_CORRUPT;
}

/* The file that holds the place, and the record's header there. */
static int open_record(struct job *job, const struct spool_offline *so, struct spool_place at,
	struct file **ret, struct spool_record_header *ret_h)
{
	char name[OFFLINE_NAME_BYTES], bytes[SPOOL_RECORD_HEADER];
	const struct offline_segment *s = NULL;

	for (size_t i = 0; i < so->n && s == NULL; i++)
		if (so->segments[i].info.number == at.segment)
			s = &so->segments[i];
	if (s == NULL)
		return ERR_NOTFOUND;
	offline_segment_name(name, at.segment);
	int r = file_open(job, so->dir, name, FILE_READ, ret);

	if (r < 0)
		return r;
	r = read_exactly(job, *ret, bytes, sizeof(bytes), at.offset);
	if (r == 0)
		r = spool_format_record(slice_of(bytes, sizeof(bytes)), s->salt, ret_h);
	if (r < 0)
		file_close(*ret);
	return r;
}

/* ---- parts ---- */

typedef int visit_fn(void *arg, struct slice piece);

/* Visits the bytes from `at` on; compares their checksum at the end. */
static int visit_bytes(struct job *job, struct file *f, uint64_t at, size_t n, uint32_t sum,
	visit_fn *visit, void *arg)
{
	char *piece = mem_alloc(PIECE_BYTES);
	uint32_t crc = 0;
	int r = 0;

	while (n && r == 0) {
		size_t take = n < PIECE_BYTES ? n : PIECE_BYTES;

		r = read_exactly(job, f, piece, take, at);
		if (r < 0)
			break;
		crc = hash_crc32c(crc, piece, take);
		if (visit)
			r = visit(arg, slice_of(piece, take));
		at += take;
		n -= take;
	}
	free(piece);
	return r ? r : crc == sum ? 0 : ERR_CORRUPT;
}

static int visit_part(struct job *job, const struct spool_offline *so,
	const struct spool_message *m, enum spool_part part, visit_fn *visit, void *arg)
{
	char name[OFFLINE_NAME_BYTES];
	struct spool_record_header h;
	struct file *f, *own = NULL;
	int r = open_record(job, so, m->home, &f, &h);

	if (r < 0)
		return r;
	bool in_file = h.in_file & 1u << part;

	if (in_file) {
		own_name(name, m->id);
		r = file_open(job, so->dir, name, FILE_READ, &own);
	}
	if (r == 0)
		r = visit_bytes(job, in_file ? own : f,
			spool_format_part_at(&h, part) + (in_file ? 0 : m->home.offset),
			h.bytes[part], h.sum[part], visit, arg);
	file_close(own);
	file_close(f);
	return r;
}

int offline_check_files(struct job *job, struct spool_offline *so)
{
	char name[OFFLINE_NAME_BYTES];

	for (const struct spool_message *m = spool_index_next(&so->index, 0); m;
		m = spool_index_next(&so->index, m->id)) {
		int r = 0;

		for (unsigned part = 0; part < SPOOL_PARTS && r == 0; part++)
			if (m->in_file & 1u << part)
				r = visit_part(job, so, m, (enum spool_part)part, NULL, NULL);
		if (r == 0)
			continue;
		if (r != ERR_CORRUPT && r != ERR_NOTFOUND)
			return r;
		so->report.rotten++;
		own_name(name, m->id);
		if (so->watch->trouble)
			so->watch->trouble(so->watch->arg, name, 0, true,
				r == ERR_NOTFOUND ? "a message's own file is missing"
						  : "a message's own file has rotted");
	}
	return 0;
}

/* ---- questions ---- */

static void describe(const struct spool_message *m, struct spool_info *ret)
{
	*ret = (struct spool_info){ m->id, spool_message_size(m), m->rcpts_n, m->open };
}

bool spool_offline_next(const struct spool_offline *so, uint64_t after, struct spool_info *ret)
{
	const struct spool_message *m = spool_index_next(&so->index, after);

	if (m)
		describe(m, ret);
	return m != NULL;
}

bool spool_offline_look(const struct spool_offline *so, uint64_t id, struct spool_info *ret)
{
	const struct spool_message *m = spool_index_get(&so->index, id);

	if (m)
		describe(m, ret);
	return m != NULL;
}

bool spool_offline_rcpt(
	const struct spool_offline *so, uint64_t id, uint16_t rcpt, struct spool_rcpt_info *ret)
{
	const struct spool_message *m = spool_index_get(&so->index, id);

	if (m == NULL || rcpt >= m->rcpts_n)
		return false;
	const struct spool_rcpt *r = &m->rcpts[rcpt];

	*ret = (struct spool_rcpt_info){
		.state = r->state,
		.held = r->held,
		.due = r->due,
		.attempts = r->attempts,
		.warned = r->warned,
	};
	return true;
}

struct gathering {
	char *to;
	size_t n;
};

static int gather(void *arg, struct slice piece)
{
	struct gathering *g = arg;

	memcpy(g->to + g->n, piece.p, piece.n);
	g->n += piece.n;
	return 0;
}

int spool_offline_envelope(struct job *job, const struct spool_offline *so, uint64_t id,
	struct arena *arena, struct spool_envelope *ret)
{
	const struct spool_message *m = spool_index_get(&so->index, id);
	struct gathering g = { 0 };

	if (m == NULL)
		return ERR_NOTFOUND;
	g.to = arena_alloc(arena, m->bytes[SPOOL_PART_FACTS] + 1);
	int r = visit_part(job, so, m, SPOOL_PART_FACTS, gather, &g);

	if (r < 0)
		return r;
	r = spool_envelope_decode(slice_of(g.to, g.n), arena, ret);
	return r == 0 && ret->rcpts_n == m->rcpts_n ? 0 : ERR_CORRUPT;
}

static struct slice find_reason(struct slice states, uint16_t rcpt)
{
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e))
		if (e.rcpt == rcpt)
			return e.reason;
	return SLICE_NIL;
}

int spool_offline_reason(struct job *job, const struct spool_offline *so, uint64_t id,
	uint16_t rcpt, struct arena *arena, struct slice *ret)
{
	const struct spool_message *m = spool_index_get(&so->index, id);
	struct gathering g = { 0 };
	struct spool_record_header h;
	struct file *f;

	*ret = SLICE_NIL;
	if (m == NULL || rcpt >= m->rcpts_n)
		return ERR_NOTFOUND;
	struct spool_place said = m->rcpts[rcpt].said;

	if (said.segment == 0)
		return 0;
	int r = open_record(job, so, said, &f, &h);

	if (r < 0)
		return r;
	g.to = arena_alloc(arena, h.states_bytes + 1);
	r = visit_bytes(job, f, said.offset + spool_format_states_at(&h), h.states_bytes,
		h.states_sum, gather, &g);
	file_close(f);
	if (r == 0)
		*ret = find_reason(slice_of(g.to, g.n), rcpt);
	return r;
}

int spool_offline_content(
	struct job *job, const struct spool_offline *so, uint64_t id, visit_fn *visit, void *arg)
{
	const struct spool_message *m = spool_index_get(&so->index, id);

	if (m == NULL)
		return ERR_NOTFOUND;
	int r = visit_part(job, so, m, SPOOL_PART_HEADER, visit, arg);

	if (r == 0)
		r = visit(arg, S("\r\n"));
	return r ? r : visit_part(job, so, m, SPOOL_PART_BODY, visit, arg);
}
