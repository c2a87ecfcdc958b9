/* Growing buffers: doubling, never beyond the maximum. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define FIRST_BYTES 128
#define DIGITS_MAX  20 /* of 64 bits */

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
	free(b->p);
	buf_init(b, b->max);
}

void buf_done_secret(struct buf *b)
{
	if (b->p)
		mem_wipe(b->p, b->cap);
	buf_done(b);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

char *buf_room(struct buf *b, size_t n)
{
	if (b->failed || n > b->max - b->n) {
		b->failed = true;
		return NULL;
	}
	if (b->cap - b->n < n) {
		size_t cap = b->cap ? b->cap : FIRST_BYTES;

		while (cap - b->n < n)
			cap *= 2;
		if (cap > b->max)
			cap = b->max;
		b->p = mem_resize(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_added(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->n);
	b->n += n;
}

void buf_put(struct buf *b, struct slice s)
{
	char *at = s.n ? buf_room(b, s.n) : NULL;

	if (at == NULL)
		return;
	memcpy(at, s.p, s.n);
	b->n += s.n;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, slice_str(s));
}

void buf_put_uint(struct buf *b, uint64_t number, unsigned digits)
{
	char text[DIGITS_MAX];
	size_t at = DIGITS_MAX;

	assert(digits <= DIGITS_MAX);
	while (number || at + digits > DIGITS_MAX || at == DIGITS_MAX) {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	}
	buf_put(b, slice_of(text + at, DIGITS_MAX - at));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof(small), fmt, ap);

	va_end(ap);
	assert(n >= 0);
	if ((size_t)n < sizeof(small)) {
		buf_put(b, slice_of(small, (size_t)n));
	} else {
		char *large = mem_alloc((size_t)n + 1);

		vsnprintf(large, (size_t)n + 1, fmt, again);
		buf_put(b, slice_of(large, (size_t)n));
		free(large);
	}
	va_end(again);
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (n && n < b->n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

char *buf_take(struct buf *b)
{
	char *p = b->p;

	buf_init(b, b->max);
	return p;
}
