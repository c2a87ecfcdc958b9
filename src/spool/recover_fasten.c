/* A process that ends between a write and its sync leaves the bytes in memory: the next process
 * reads them as if they were stored, and a power cut takes them even then. That would not matter to
 * what nobody was told of; but the next process relies on what it finds: a message's new home lets
 * the old one be written over. So what no later batch calls durable is written once more, and
 * synced; written, since after a failed sync the system would not store the same bytes by another
 * sync. */
#include "rt/file.h"
#include "spool/recover.h"

static int write_again(struct recovery *r, struct segment *s, uint32_t from, uint32_t to)
{
	struct iovec iov = { r->bytes, to - from };
	int result = recover_read(r, s, from, to - from, r->bytes);

	return result == 0 ? file_pwritev_durable(r->job, s->file, &iov, 1, from) : result;
}

/* A segment's first batch is written when its header is durable. */
static bool header_is_loose(const struct recovery *r, const struct segment *s)
{
	return s->first == 0 || s->first > r->durable;
}

static uint32_t loose_from(const struct recovery *r, const struct found *f)
{
	bool none = f->loose == 0 || f->last <= r->durable || f->loose > f->s->used;

	return none ? f->s->used : f->loose;
}

static int fasten(struct recovery *r, const struct found *f)
{
	struct segment *s = f->s;
	uint32_t from = loose_from(r, f);
	int result = 0;

	if (header_is_loose(r, s))
		result = write_again(r, s, 0, SPOOL_BLOCK);
	if (result == 0 && from < s->used)
		result = write_again(r, s, from, s->used);
	return result;
}

int recover_fasten(struct recovery *r)
{
	int result = 0;

	for (size_t i = 0; i < r->n && result == 0; i++)
		if (r->v[i].s)
			result = fasten(r, &r->v[i]);
	return result == 0 ? dir_sync(r->job, r->j->dir) : result;
}
