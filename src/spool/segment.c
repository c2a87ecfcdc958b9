/* Segment files. Made under another name, so that a cut in the middle leaves nothing that looks
 * like a segment; written once with zeros, so that later durable writes have no metadata to
 * commit. */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "rt/file.h"
#include "rt/random.h"
#include "spool/journal.h"

#define ZEROS_BYTES (1u << 20)

void journal_segment_name(char name[JOURNAL_NAME_BYTES], const char *prefix, uint32_t number)
{
	snprintf(name, JOURNAL_NAME_BYTES, "%s-%06u", prefix, number);
}

void journal_own_name(char name[JOURNAL_NAME_BYTES], uint64_t id)
{
	char text[TEXT_ID_CHARS];

	text_id(id, text);
	snprintf(name, JOURNAL_NAME_BYTES, "msg-%.*s", TEXT_ID_CHARS, text);
}

struct segment *segment_new(struct journal *j, uint32_t number)
{
	struct segment *s = mem_zalloc(sizeof(*s));

	s->number = number;
	buf_init(&s->summary, SPOOL_SEGMENT_MAX);
	if (number >= j->segments_n) {
		uint32_t n = number + 16;

		j->segments = mem_resize(j->segments, n * sizeof(struct segment *));
		while (j->segments_n < n)
			j->segments[j->segments_n++] = NULL;
	}
	j->segments[number] = s;
	j->count++;
	return s;
}

void segment_free(struct journal *j, struct segment *s)
{
	j->segments[s->number] = NULL;
	j->count--;
	list_remove(&s->node);
	file_close(s->file);
	file_close(s->second);
	buf_done(&s->summary);
	free(s->deps);
	free(s);
}

struct segment_work segment_work(const struct journal *j, const struct segment *s)
{
	return (struct segment_work){
		.dir = j->dir,
		.file = s->file,
		.header = { .number = s->number,
			.generation = s->generation + 1,
			.partition = j->sp->o.partition,
			.size = s->size ? s->size : (uint32_t)j->sp->o.segment_bytes,
			.salt = random_u64() },
	};
}

void segment_worked(struct segment *s, const struct segment_work *w)
{
	s->file = w->file;
	s->generation = w->header.generation;
	s->size = w->header.size;
	s->salt = w->header.salt;
	s->used = SPOOL_BLOCK;
	s->first = 0;
	s->lone = false;
}

int segment_renew(struct job *job, struct segment_work *w)
{
	char *block = mem_alloc(SPOOL_BLOCK);
	struct iovec iov = { block, SPOOL_BLOCK };

	spool_format_put_segment(block, &w->header);
	int r = file_pwritev_durable(job, w->file, &iov, 1, 0);

	free(block);
	return r;
}

static int write_zeros(struct job *job, struct file *f, uint32_t size)
{
	size_t piece = size < ZEROS_BYTES ? size : ZEROS_BYTES;
	char *zeros = mem_zalloc(piece);
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < size; at += piece)
		r = file_pwrite(job, f, slice_of(zeros, piece), at);
	free(zeros);
	return r == 0 ? file_sync(job, f) : r;
}

int segment_make(struct job *job, struct segment_work *w)
{
	char making[JOURNAL_NAME_BYTES], name[JOURNAL_NAME_BYTES];

	journal_segment_name(making, "new", w->header.number);
	journal_segment_name(name, "seg", w->header.number);
	int r = file_open(job, w->dir, making, FILE_READ | FILE_WRITE | FILE_CREATE, &w->file);

	if (r == 0)
		r = write_zeros(job, w->file, w->header.size);
	if (r == 0)
		r = segment_renew(job, w);
	if (r == 0)
		r = dir_rename(job, w->dir, making, name);
	if (r == 0)
		r = dir_sync(job, w->dir);
	if (r < 0) {
		file_close(w->file);
		w->file = NULL;
		(void)dir_remove(job, w->dir, making); /* else the next start does it */
	}
	return r;
}
