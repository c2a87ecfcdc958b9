/* A dense array of entries in insertion order and a sparse index into it, linear probing. Removal
 * leaves a hole that the next growth closes. */
#include "base/map.h"

#include <stdlib.h>

#include "base/mem.h"

#define FIRST_INDEX 16
#define REMOVED	    UINT32_MAX

void map_init(struct map *m, struct hash_key key, bool nocase)
{
	*m = (struct map){ .key = key, .nocase = nocase };
}

void map_done(struct map *m)
{
	for (size_t i = 0; i < m->n; i++)
		free((void *)(uintptr_t)m->v[i].key.p);
	free(m->v);
	free(m->index);
	map_init(m, m->key, m->nocase);
}

static uint64_t hash_text(const struct map *m, struct slice key)
{
	return m->nocase ? hash_slice_nocase(&m->key, key) : hash_slice(&m->key, key);
}

struct probe {
	uint64_t hash;
	bool text;
	struct slice key;
	uint64_t number;
};

static bool matches(const struct map *m, const struct map_entry *e, const struct probe *p)
{
	if (e->value == NULL || e->hash != p->hash)
		return false;
	if (!p->text)
		return e->number == p->number;
	return m->nocase ? slice_eq_nocase(e->key, p->key) : slice_eq(e->key, p->key);
}

/* The slot of the index that holds the probe, or index_size. */
static size_t find_slot(const struct map *m, const struct probe *p)
{
	if (m->index_size == 0)
		return 0;
	size_t mask = m->index_size - 1;

	for (size_t i = p->hash & mask; m->index[i] != 0; i = (i + 1) & mask) {
		uint32_t at = m->index[i];

		if (at != REMOVED && matches(m, &m->v[at - 1], p))
			return i;
	}
	return m->index_size;
}

static void index_put(struct map *m, uint64_t hash, uint32_t at)
{
	size_t mask = m->index_size - 1, i = hash & mask;

	while (m->index[i] != 0 && m->index[i] != REMOVED)
		i = (i + 1) & mask;
	m->index[i] = at;
}

static void rebuild(struct map *m)
{
	size_t live = 0, size = FIRST_INDEX;

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].value)
			m->v[live++] = m->v[i];
	m->n = live;
	while (size < live * 2 + 2)
		size *= 2;
	size *= 2;
	free(m->index);
	m->index = mem_zalloc(size * sizeof(uint32_t));
	m->index_size = size;
	for (size_t i = 0; i < live; i++)
		index_put(m, m->v[i].hash, (uint32_t)i + 1);
}

static void *get(const struct map *m, const struct probe *p)
{
	size_t slot = find_slot(m, p);

	return slot < m->index_size ? m->v[m->index[slot] - 1].value : NULL;
}

static void *set(struct map *m, const struct probe *p, void *value)
{
	size_t slot = find_slot(m, p);

	if (slot < m->index_size) {
		struct map_entry *e = &m->v[m->index[slot] - 1];
		void *old = e->value;

		e->value = value;
		return old;
	}
	if ((m->n + 1) * 2 > m->index_size)
		rebuild(m);
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 8;
		m->v = mem_resize(m->v, m->cap * sizeof(*m->v));
	}
	m->v[m->n++] = (struct map_entry){
		.hash = p->hash,
		.key = p->text ? (struct slice){ mem_strdup(p->key), p->key.n } : SLICE_NIL,
		.number = p->number,
		.value = value,
	};
	m->live++;
	index_put(m, p->hash, (uint32_t)m->n);
	return NULL;
}

static void *take(struct map *m, const struct probe *p)
{
	size_t slot = find_slot(m, p);

	if (slot >= m->index_size)
		return NULL;
	struct map_entry *e = &m->v[m->index[slot] - 1];
	void *old = e->value;

	free((void *)(uintptr_t)e->key.p);
	e->key = SLICE_NIL;
	e->value = NULL;
	m->index[slot] = REMOVED;
	m->live--;
	return old;
}

static struct probe text_probe(const struct map *m, struct slice key)
{
	return (struct probe){ .hash = hash_text(m, key), .text = true, .key = key };
}

static struct probe number_probe(uint64_t key)
{
	return (struct probe){ .hash = hash_u64(key), .number = key };
}

void *map_get(const struct map *m, struct slice key)
{
	struct probe p = text_probe(m, key);

	return get(m, &p);
}

void *map_set(struct map *m, struct slice key, void *value)
{
	struct probe p = text_probe(m, key);

	return set(m, &p, value);
}

void *map_remove(struct map *m, struct slice key)
{
	struct probe p = text_probe(m, key);

	return take(m, &p);
}

void *map_get_u64(const struct map *m, uint64_t key)
{
	struct probe p = number_probe(key);

	return get(m, &p);
}

void *map_set_u64(struct map *m, uint64_t key, void *value)
{
	struct probe p = number_probe(key);

	return set(m, &p, value);
}

void *map_remove_u64(struct map *m, uint64_t key)
{
	struct probe p = number_probe(key);

	return take(m, &p);
}

const struct map_entry *map_next(const struct map *m, size_t *pos)
{
	while (*pos < m->n) {
		const struct map_entry *e = &m->v[(*pos)++];

		if (e->value)
			return e;
	}
	return NULL;
}
