/* The limits follow the free room, which shrinks as messages grow: a quarter of what is left, not
 * of what there was, so that all workers and their estimates together never come near the end of
 * it. A client that was refused in the midst of a message would be refused again by the same words,
 * for ever; it is remembered for a while, and its messages are passed on while they arrive. */
#include "server/gathering.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/metrics.h"

struct gathering_share {
	struct gathering_client client;
	uint64_t bytes, memory;
	unsigned files, messages;
};

void gathering_init(struct gathering *g, struct hash_key key)
{
	*g = (struct gathering){ 0 };
	map_init(&g->shares, key, false);
}

void gathering_done(struct gathering *g)
{
	map_done(&g->shares);
}

static struct gathering_client client_of(const struct ip *ip)
{
	struct gathering_client c = { .n = ip->family == IP_V4 ? 4 : 8 };

	memcpy(c.b, ip->b, c.n);
	return c;
}

static struct slice key_of(const struct gathering_client *c)
{
	return slice_of((const char *)c->b, c->n);
}

static uint64_t bytes_max(const struct gathering *g, uint64_t room)
{
	return room / GATHERING_OF_ROOM / (g->workers ? g->workers : 1);
}

/* Would `more` fit, where `all` messages and those of one client have so much? */
static bool fits(uint64_t more, uint64_t all, uint64_t ones, uint64_t max)
{
	return all <= max && more <= max - all && ones <= max / GATHERING_OF_CLIENT &&
	       more <= max / GATHERING_OF_CLIENT - ones;
}

static bool has_files(const struct gathering *g, const struct gathering_share *s)
{
	unsigned ones = g->files_max / GATHERING_OF_CLIENT;

	return g->files_max == 0 || (g->files < g->files_max && s->files < (ones ? ones : 1));
}

bool gathering_begin(struct gathering *g, const struct ip *client, uint64_t room, uint64_t size,
	struct gathered *ret)
{
	const struct gathering_share none = { .client = client_of(client) };
	struct gathering_share *s = map_get(&g->shares, key_of(&none.client));
	const struct gathering_share *now = s ? s : &none;

	if (ret->share)
		return true;
	if (!fits(size ? size : 1, g->bytes, now->bytes, bytes_max(g, room)) ||
		!has_files(g, now)) {
		metric_add(METRIC_GATHER_REFUSED, 1);
		return false;
	}
	if (s == NULL) {
		s = mem_alloc(sizeof(*s));
		*s = none;
		(void)map_set(&g->shares, key_of(&s->client), s);
	}
	s->messages++;
	*ret = (struct gathered){ .of = g, .share = s };
	return true;
}

bool gathering_has_room(const struct gathering *g, uint64_t room)
{
	return fits(1, g->bytes, 0, bytes_max(g, room)) &&
	       (g->files_max == 0 || g->files < g->files_max);
}

bool gathering_add(struct gathered *m, uint64_t room, uint64_t bytes)
{
	struct gathering *g = m->of;

	if (m->share == NULL)
		return true;
	if (!fits(bytes, g->bytes, m->share->bytes, bytes_max(g, room))) {
		metric_add(METRIC_GATHER_REFUSED, 1);
		return false;
	}
	m->bytes += bytes;
	m->share->bytes += bytes;
	g->bytes += bytes;
	metric_add(METRIC_GATHERED_BYTES, bytes);
	return true;
}

bool gathering_memory(struct gathered *m, uint64_t max, uint64_t bytes)
{
	if (m->share == NULL)
		return true;
	if (m->share->memory + bytes > max / GATHERING_OF_CLIENT) {
		metric_add(METRIC_GATHER_REFUSED, 1);
		return false;
	}
	m->memory += bytes;
	m->share->memory += bytes;
	return true;
}

bool gathering_file(struct gathered *m)
{
	if (m->share == NULL || m->file)
		return true;
	bool room = has_files(m->of, m->share);

	m->file = true;
	m->share->files++;
	m->of->files++;
	metric_add(METRIC_GATHER_REFUSED, !room);
	return room;
}

void gathering_avoid(struct gathered *m, usec_t now)
{
	struct gathering *g = m->of;

	if (m->share == NULL)
		return;
	g->avoided[g->next].client = m->share->client;
	g->avoided[g->next].until = now + GATHERING_AVOIDED;
	g->next = (g->next + 1) % GATHERING_REMEMBERED;
}

bool gathering_avoids(const struct gathering *g, const struct ip *client, usec_t now)
{
	const struct gathering_client c = client_of(client);

	for (unsigned i = 0; i < GATHERING_REMEMBERED; i++)
		if (g->avoided[i].until > now &&
			slice_eq(key_of(&g->avoided[i].client), key_of(&c)))
			return true;
	return false;
}

void gathering_end(struct gathered *m)
{
	struct gathering_share *s = m->share;

	if (s == NULL)
		return;
	m->of->bytes -= m->bytes;
	s->bytes -= m->bytes;
	s->memory -= m->memory;
	metric_sub(METRIC_GATHERED_BYTES, m->bytes);
	m->of->files -= m->file;
	s->files -= m->file;
	if (--s->messages == 0) {
		(void)map_remove(&m->of->shares, key_of(&s->client));
		free(s);
	}
	*m = (struct gathered){ 0 };
}
