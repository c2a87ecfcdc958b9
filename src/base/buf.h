/* Growing byte buffers with a maximum. Exceeding the maximum is a sticky failure that the owner
 * tests once, at the end. Pure. */
#ifndef SLUICE_BASE_BUF_H
#define SLUICE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Owned by whoever initialised it. p[0..n) is the content; it is not terminated. */
struct buf {
	char *p;
	size_t n, cap;
	size_t max; /* bytes; content never exceeds it */
	bool failed; /* something did not fit; content is then incomplete */
};

/* No memory is taken before the first byte. */
void buf_init(struct buf *b, size_t max);
/* Frees the content; the buffer may be used again with the same maximum. A zeroed struct too. */
void buf_done(struct buf *b);
/* As buf_done, but wipes first. */
void buf_done_secret(struct buf *b);
/* Empties, keeps the memory, forgets the failure. */
void buf_clear(struct buf *b);
void buf_put(struct buf *b, struct slice s);
void buf_puts(struct buf *b, const char *s);
/* The number in decimal, with zeros before it until it has so many digits, 20 at most: what lines
 * of every message need, without the detour of a format. */
void buf_put_uint(struct buf *b, uint64_t number, unsigned digits);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
/* Room for n more bytes at the end: returns where to write them, or NULL (failure noted). buf_added
 * tells how many were written. */
char *buf_room(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);
/* Removes the first n bytes (a move of what remains). */
void buf_consume(struct buf *b, size_t n);

static inline void buf_putc(struct buf *b, char c)
{
	if (b->n < b->cap && !b->failed)
		b->p[b->n++] = c;
	else
		buf_put(b, slice_of(&c, 1));
}

static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){ b->p, b->n };
}

/* Gives the memory to the caller, who frees it with free(3); the buffer is empty afterwards. NULL
 * when nothing was ever written. */
char *buf_take(struct buf *b);

#endif
