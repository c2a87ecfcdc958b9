/* Pages of one size, so that bodies of all lengths share them without leaving holes. A content that
 * is on the disk already stays as long as nobody needs its room: most messages leave for their next
 * hop right away and are never read back. */
#include "spool/content.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define SPARE_PAGES 256

void spool_memory_init(struct spool_memory *m, size_t budget)
{
	*m = (struct spool_memory){ .budget = budget };
	list_init(&m->fresh);
}

void spool_memory_done(struct spool_memory *m)
{
	assert(m->used == 0);
	while (m->spare) {
		struct spool_page *next = m->spare->next;

		free(m->spare);
		m->spare = next;
	}
}

static struct spool_page *page_take(struct spool_memory *m)
{
	struct spool_page *p = m->spare;

	if (p) {
		m->spare = p->next;
		m->spare_n--;
	} else {
		p = mem_alloc(sizeof(*p));
	}
	p->next = NULL;
	p->n = 0;
	m->used += sizeof(*p);
	return p;
}

static void page_give(struct spool_memory *m, struct spool_page *p)
{
	m->used -= sizeof(*p);
	if (m->spare_n == SPARE_PAGES) {
		free(p);
		return;
	}
	p->next = m->spare;
	m->spare = p;
	m->spare_n++;
}

bool spool_memory_room(struct spool_memory *m, size_t bytes)
{
	while (m->used + bytes > m->budget) {
		struct list *oldest = list_first(&m->fresh);

		if (oldest == NULL)
			return false;
		spool_content_free(container_of(oldest, struct spool_content, fresh));
	}
	return true;
}

struct spool_content *spool_content_new(struct spool_memory *m)
{
	struct spool_content *c = mem_zalloc(sizeof(*c));

	c->memory = m;
	return c;
}

void spool_content_free(struct spool_content *c)
{
	if (c == NULL)
		return;
	assert(c->pins == 0);
	if (c->owner)
		*c->owner = NULL;
	list_remove(&c->fresh);
	spool_content_drop_pages(c);
	if (c->facts)
		c->memory->used -= c->bytes[SPOOL_PART_FACTS];
	if (c->header)
		c->memory->used -= c->bytes[SPOOL_PART_HEADER];
	free(c->facts);
	free(c->header);
	for (size_t i = 0; i < c->reasons_n; i++)
		free(c->reasons[i]);
	free(c->reasons);
	free(c);
}

void spool_content_write(struct spool_content *c, struct slice bytes)
{
	c->sum[SPOOL_PART_BODY] = hash_crc32c(c->sum[SPOOL_PART_BODY], bytes.p, bytes.n);
	c->bytes[SPOOL_PART_BODY] += (uint32_t)bytes.n;
	c->paged += bytes.n;
	while (bytes.n) {
		if (c->last == NULL || c->last->n == SPOOL_PAGE_BYTES) {
			struct spool_page *p = page_take(c->memory);

			if (c->last)
				c->last->next = p;
			else
				c->first = p;
			c->last = p;
		}
		struct slice piece = slice_take(bytes, SPOOL_PAGE_BYTES - c->last->n);

		memcpy(c->last->bytes + c->last->n, piece.p, piece.n);
		c->last->n += piece.n;
		bytes = slice_skip(bytes, piece.n);
	}
}

void spool_content_set(struct spool_content *c, enum spool_part part, struct slice bytes)
{
	char **at = part == SPOOL_PART_FACTS ? &c->facts : &c->header;

	assert(part != SPOOL_PART_BODY && *at == NULL);
	c->bytes[part] = (uint32_t)bytes.n;
	c->sum[part] = hash_crc32c(0, bytes.p, bytes.n);
	if (bytes.n == 0)
		return;
	*at = mem_alloc(bytes.n);
	memcpy(*at, bytes.p, bytes.n);
	c->memory->used += bytes.n;
}

void spool_content_drop_pages(struct spool_content *c)
{
	while (c->first) {
		struct spool_page *next = c->first->next;

		page_give(c->memory, c->first);
		c->first = next;
	}
	c->last = NULL;
	c->paged = 0;
}

bool spool_content_has(const struct spool_content *c, enum spool_part part)
{
	return part != SPOOL_PART_BODY || c->paged == c->bytes[SPOOL_PART_BODY];
}

void spool_content_may_go(struct spool_content *c, struct spool_content **owner)
{
	c->owner = owner;
	if (!list_linked(&c->fresh))
		list_append(&c->memory->fresh, &c->fresh);
}

static char *copy(char *at, const char *p, size_t n)
{
	if (n)
		memcpy(at, p, n);
	return at + n;
}

char *spool_content_copy(const struct spool_content *c, char *at)
{
	if (!(c->in_file & 1 << SPOOL_PART_FACTS))
		at = copy(at, c->facts, c->bytes[SPOOL_PART_FACTS]);
	if (!(c->in_file & 1 << SPOOL_PART_HEADER))
		at = copy(at, c->header, c->bytes[SPOOL_PART_HEADER]);
	if (!(c->in_file & 1 << SPOOL_PART_BODY))
		for (const struct spool_page *p = c->first; p; p = p->next)
			at = copy(at, p->bytes, p->n);
	return at;
}
