/* Hash maps from text or 64-bit numbers to pointers. The map owns copies of its text keys, never
 * the values. Iteration follows insertion order while nothing was removed, and is the same in every
 * run in any case: no order depends on addresses. Pure. */
#ifndef SLUICE_BASE_MAP_H
#define SLUICE_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/slice.h"

struct map_entry {
	uint64_t hash;
	struct slice key; /* text maps; owned by the map */
	uint64_t number; /* number maps */
	void *value; /* NULL marks a removed entry */
};

struct map {
	struct hash_key key;
	bool nocase; /* ASCII case of text keys is ignored */
	struct map_entry *v; /* entries in insertion order */
	size_t n, cap; /* entries used, removed ones included */
	size_t live;
	uint32_t *index; /* open addressing into v, 0 is free */
	size_t index_size; /* a power of two, or 0 */
};

/* The hash key defends against chosen collisions: pass rt's random bytes for anything that peers
 * fill. No memory is taken before the first entry. */
void map_init(struct map *m, struct hash_key key, bool nocase);
/* Frees keys and tables, not the values. */
void map_done(struct map *m);

/* Text keys. value must not be NULL. map_set replaces and returns the former value, or NULL. */
void *map_get(const struct map *m, struct slice key);
void *map_set(struct map *m, struct slice key, void *value);
void *map_remove(struct map *m, struct slice key);
/* Number keys, in a map that holds nothing else. */
void *map_get_u64(const struct map *m, uint64_t key);
void *map_set_u64(struct map *m, uint64_t key, void *value);
void *map_remove_u64(struct map *m, uint64_t key);

/* Next live entry at or after *pos, which is then moved behind it; NULL at the end. Start with 0.
 * Removing entries during the walk is allowed, adding is not. */
const struct map_entry *map_next(const struct map *m, size_t *pos);

#endif
