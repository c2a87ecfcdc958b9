/* Memory by lifetime: many small allocations, one release. Pure; never suspends. */
#ifndef SLUICE_BASE_ARENA_H
#define SLUICE_BASE_ARENA_H

#include <stddef.h>

#include "base/slice.h"

struct arena_block;

/* A plain value: zero-initialise it (ARENA_INIT) and it is ready; it owns its blocks until
 * arena_reset. An arena that was never used holds no memory. */
struct arena {
	struct arena_block *head;
	size_t used; /* bytes left in head are counted from here */
	size_t total; /* bytes handed out since the last reset */
};

#define ARENA_INIT                                                                                 \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/* Aligned for any object, not zeroed; never NULL. What input controls is limited by the caller. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
void *arena_zalloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
/* A terminated copy that lives as long as the arena. */
struct slice arena_dup(struct arena *a, struct slice s);
char *arena_strdup(struct arena *a, struct slice s) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2), returns_nonnull));
/* Release everything; the arena may be used again. */
void arena_reset(struct arena *a);

#define arena_new(a, type)	((type *)arena_zalloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

#endif
