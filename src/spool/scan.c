/* Looks at each 4 KiB boundary for a batch of this segment's generation. Where a batch was found,
 * the next is expected behind it; where none is, the search goes on block by block. A body cannot
 * pass for a batch, since its author does not know the salt. */
#include "spool/scan.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "spool/spool.h"

static bool batch_at(struct slice bytes, uint32_t at, struct spool_batch_header *ret, bool *later)
{
	int r = spool_format_batch(slice_skip(bytes, at), ret);

	if (r == ERR_UNSUPPORTED)
		*later = true;
	return r == 0 && ret->bytes <= bytes.n - at;
}

/* Both headers are lost: the generation is the highest of any batch. */
static int header_from_batches(struct slice bytes, uint32_t number, struct spool_scan *s)
{
	struct spool_batch_header b;
	bool found = false, later = false;

	for (uint32_t at = SPOOL_BLOCK; at < bytes.n; at += SPOOL_BLOCK) {
		if (!batch_at(bytes, at, &b, &later) || b.segment != number)
			continue;
		if (found && b.generation <= s->header.generation)
			continue;
		found = true;
		s->header = (struct spool_segment_header){
			.number = number,
			.generation = b.generation,
			.size = (uint32_t)bytes.n,
			.salt = b.salt,
		};
	}
	s->header_rotten = true;
	return found ? 0 : later ? ERR_UNSUPPORTED : ERR_CORRUPT;
}

static void add(struct spool_scan *s, uint32_t at, const struct spool_batch_header *b)
{
	if ((s->n & (s->n - 1)) == 0)
		s->batches = mem_resize(s->batches, (s->n ? 2 * s->n : 1) * sizeof(*s->batches));
	s->batches[s->n++] = (struct spool_scan_batch){ .header = *b, .offset = at };
	s->end = (uint32_t)spool_format_align(at + b->bytes, SPOOL_BLOCK);
}

static bool breaks(const struct spool_scan_batch *b, const struct spool_scan_batch *before)
{
	const struct spool_batch_header *h = &b->header;

	return before ? h->previous != before->header.number : h->number != h->first;
}

/* A batch that a disk wrote, or somebody copied, over another one of its segment: the same one is
 * found where it belongs too. */
static bool is_stray(const struct spool_scan *s, size_t i)
{
	const struct spool_scan_batch *b = &s->batches[i];
	bool twice = false;

	for (size_t k = 0; k < s->n && b->breaks && !twice; k++)
		twice = s->batches[k].header.number == b->header.number &&
			(k > i || (k < i && !s->batches[k].breaks));
	return twice;
}

/* Strays are left out: what stood in their place is a gap. First `gap` marks them. */
static void link_batches(struct spool_scan *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		s->batches[i].breaks = breaks(&s->batches[i], i ? &s->batches[i - 1] : NULL);
	for (size_t i = 0; i < s->n; i++)
		s->batches[i].gap = is_stray(s, i);
	s->end = SPOOL_BLOCK;
	for (size_t i = 0; i < s->n; i++) {
		struct spool_scan_batch b = s->batches[i];

		if (b.gap)
			continue;
		b.breaks = breaks(&b, kept ? &s->batches[kept - 1] : NULL);
		b.gap = b.breaks ? b.offset - s->end : 0;
		s->batches[kept++] = b;
		s->end = (uint32_t)spool_format_align(b.offset + b.header.bytes, SPOOL_BLOCK);
	}
	s->n = kept;
}

int spool_scan(struct slice bytes, uint32_t number, struct spool_scan *ret)
{
	struct spool_scan s = { .end = SPOOL_BLOCK };
	struct spool_batch_header b;
	bool later = false;

	if (bytes.n > SPOOL_SEGMENT_MAX)
		return ERR_CORRUPT;
	int r = spool_format_segment(slice_take(bytes, SPOOL_BLOCK), &s.header);

	if (r == 0 && (s.header.number != number || s.header.size != bytes.n))
		r = ERR_CORRUPT;
	if (r == ERR_CORRUPT)
		r = header_from_batches(bytes, number, &s);
	if (r < 0)
		return r;
	for (uint32_t at = SPOOL_BLOCK; at < bytes.n;) {
		if (batch_at(bytes, at, &b, &later) && b.segment == number &&
			b.generation == s.header.generation && b.salt == s.header.salt) {
			add(&s, at, &b);
			at = s.end;
		} else {
			at += SPOOL_BLOCK;
		}
	}
	link_batches(&s);
	*ret = s;
	return 0;
}

void spool_scan_done(struct spool_scan *s)
{
	free(s->batches);
	s->batches = NULL;
	s->n = 0;
}

struct spool_batch_walk spool_scan_walk(struct slice bytes, const struct spool_scan_batch *b)
{
	return (struct spool_batch_walk){
		.batch = slice_take(slice_skip(bytes, b->offset), b->header.bytes),
		.header = b->header,
		.at = SPOOL_BATCH_HEADER,
	};
}

bool spool_scan_is_whole(struct slice bytes, const struct spool_scan_batch *b)
{
	struct spool_batch_walk w = spool_scan_walk(bytes, b);
	struct spool_batch_item item;
	int r;

	while ((r = spool_format_walk(&w, true, &item)) > 0)
		if (!item.facts_good || !item.content_good)
			return false;
	return r == 0 && w.at == w.batch.n;
}

uint64_t spool_scan_durable(const struct spool_scan *s)
{
	uint64_t durable = 0;

	for (size_t i = 0; i < s->n; i++)
		if (spool_batch_durable(&s->batches[i].header) > durable)
			durable = spool_batch_durable(&s->batches[i].header);
	return durable;
}

static bool is_seal(struct slice bytes, const struct spool_scan_batch *b)
{
	struct spool_batch_walk w = spool_scan_walk(bytes, b);
	struct spool_batch_item item;

	return spool_format_walk(&w, false, &item) > 0 && item.header.type == SPOOL_RECORD_SUMMARY;
}

/* A seal is whole only with its trailer. */
static bool lacks_trailer(struct slice bytes, const struct spool_scan_batch *b)
{
	struct spool_trailer t;

	if (!is_seal(bytes, b))
		return false;
	int r = spool_format_trailer(slice_skip(bytes, bytes.n - SPOOL_TRAILER), &t);

	return r < 0 || t.number != b->header.number;
}

bool spool_scan_is_sealed(struct slice bytes, const struct spool_scan *s)
{
	const struct spool_scan_batch *b = s->n ? &s->batches[s->n - 1] : NULL;

	return b && is_seal(bytes, b) && spool_scan_is_whole(bytes, b) && !lacks_trailer(bytes, b);
}

bool spool_scan_is_torn(struct slice bytes, const struct spool_scan_batch *b, uint64_t durable)
{
	return b->header.number > durable &&
	       (!spool_scan_is_whole(bytes, b) || lacks_trailer(bytes, b));
}

bool spool_scan_gap_is_torn(
	const struct spool_scan *s, size_t i, uint64_t durable, struct spool_batch_header *ret)
{
	const struct spool_scan_batch *b = &s->batches[i];
	uint64_t missing = b->header.previous;
	/* What stood right before the gap is either here or the last batch of another segment. */
	bool alone = i > 0 ? s->batches[i - 1].header.number == durable
			   : missing == b->header.first;

	if (b->gap == 0 || missing <= durable || !alone)
		return false;
	*ret = b->header;
	ret->number = missing;
	ret->previous = durable;
	ret->under_way = 0;
	ret->records = 0;
	ret->bytes = SPOOL_BATCH_HEADER;
	return true;
}
