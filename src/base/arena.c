/* A chain of blocks, each twice as large as the one before it up to a limit; a large request gets a
 * block of its own behind the head, so that the head's room is not wasted. */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define FIRST_BYTES 512
#define MAX_BYTES   16384
#define ALIGN	    16

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes of data */
	_Alignas(ALIGN) char data[];
};

static struct arena_block *new_block(size_t size)
{
	struct arena_block *b = mem_alloc(sizeof(*b) + size);

	b->next = NULL;
	b->size = size;
	return b;
}

static void *alloc_apart(struct arena *a, size_t n)
{
	struct arena_block *b = new_block(n);

	if (a->head == NULL) {
		a->head = b;
		a->used = n;
	} else {
		b->next = a->head->next;
		a->head->next = b;
	}
	return b->data;
}

void *arena_alloc(struct arena *a, size_t n)
{
	assert(n < SIZE_MAX / 2);
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	a->total += n;
	if (a->head == NULL || a->head->size - a->used < n) {
		size_t size = a->head ? a->head->size * 2 : FIRST_BYTES;

		if (size > MAX_BYTES)
			size = MAX_BYTES;
		if (n > size / 2)
			return alloc_apart(a, n);
		struct arena_block *b = new_block(size);

		b->next = a->head;
		a->head = b;
		a->used = 0;
	}
	void *p = a->head->data + a->used;

	a->used += n;
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

char *arena_strdup(struct arena *a, struct slice s)
{
	char *copy = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

struct slice arena_dup(struct arena *a, struct slice s)
{
	return (struct slice){ arena_strdup(a, s), s.n };
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);

	va_end(ap);
	assert(n >= 0);
	char *text = arena_alloc(a, (size_t)n + 1);

	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

void arena_reset(struct arena *a)
{
	while (a->head) {
		struct arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	a->used = a->total = 0;
}
