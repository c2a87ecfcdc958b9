/* A map for the question and a list for the order of forgetting. Keys are the bytes of address and
 * port: addresses come from answers that a peer controls, so the map's hash is keyed. */
#include "nexthop/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/mem.h"

#define KEY_BYTES 19

struct entry {
	struct list node;
	char key[KEY_BYTES];
	usec_t since, until;
};

static struct slice key_of(const struct ip_port *at, char key[KEY_BYTES])
{
	key[0] = (char)at->ip.family;
	memcpy(key + 1, at->ip.b, 16);
	key[17] = (char)(at->port >> 8);
	key[18] = (char)(at->port & 0xff);
	return slice_of(key, KEY_BYTES);
}

void nexthop_memory_init(struct nexthop_memory *m, struct hash_key key, size_t max)
{
	map_init(&m->map, key, false);
	list_init(&m->entries);
	m->max = max;
}

static void forget(struct nexthop_memory *m, struct entry *e)
{
	list_remove(&e->node);
	(void)map_remove(&m->map, slice_of(e->key, KEY_BYTES));
	free(e);
}

void nexthop_memory_done(struct nexthop_memory *m)
{
	list_each_safe (it, &m->entries)
		forget(m, container_of(it, struct entry, node));
	map_done(&m->map);
}

void nexthop_memory_mark(
	struct nexthop_memory *m, const struct ip_port *at, usec_t now, usec_t until)
{
	char key[KEY_BYTES];
	struct slice k = key_of(at, key);
	struct entry *e = map_get(&m->map, k);

	if (e && e->until <= now) {
		forget(m, e);
		e = NULL;
	}
	if (!e) {
		if (m->map.live >= m->max)
			forget(m, container_of(m->entries.next, struct entry, node));
		e = mem_zalloc(sizeof(*e));
		memcpy(e->key, key, KEY_BYTES);
		e->since = now;
		(void)map_set(&m->map, k, e); /* there was none */
		list_append(&m->entries, &e->node);
	}
	e->until = until;
}

void nexthop_memory_clear(struct nexthop_memory *m, const struct ip_port *at)
{
	char key[KEY_BYTES];
	struct entry *e = map_get(&m->map, key_of(at, key));

	if (e)
		forget(m, e);
}

bool nexthop_memory_has(
	const struct nexthop_memory *m, const struct ip_port *at, usec_t now, usec_t *ret_since)
{
	char key[KEY_BYTES];
	const struct entry *e = map_get(&m->map, key_of(at, key));

	if (!e || e->until <= now)
		return false;
	*ret_since = e->since;
	return true;
}

void nexthop_memory_sweep(struct nexthop_memory *m, usec_t now)
{
	list_each_safe (it, &m->entries) {
		struct entry *e = container_of(it, struct entry, node);

		if (e->until <= now)
			forget(m, e);
	}
}

size_t nexthop_memory_count(const struct nexthop_memory *m)
{
	return m->map.live;
}
