/* Allocation that aborts: a worker that cannot get a few hundred bytes cannot write a reply either;
 * the supervisor starts it again and its partition is recovered. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*on_exhaustion)(void);

void mem_on_exhaustion(void (*handler)(void))
{
	on_exhaustion = handler;
}

/* p is what a second try gave, after the handler. */
static void *or_abort(void *p)
{
	if (p == NULL) {
		fputs("sluice: out of memory\n", stderr);
		abort();
	}
	return p;
}

static void exhausted(void)
{
	if (on_exhaustion)
		on_exhaustion();
}

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (p)
		return p;
	exhausted();
	return or_abort(malloc(n ? n : 1));
}

void *mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (p)
		return p;
	exhausted();
	return or_abort(calloc(1, n ? n : 1));
}

void *mem_resize(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (q)
		return q;
	exhausted();
	return or_abort(realloc(p, n ? n : 1));
}

char *mem_strdup(struct slice s)
{
	char *copy = mem_alloc(s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

void mem_wipe(void *p, size_t n)
{
	if (n)
		explicit_bzero(p, n);
}

int mem_eq_secret(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	unsigned char diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= (unsigned char)(x[i] ^ y[i]);
	return diff == 0;
}
