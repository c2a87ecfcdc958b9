/* Allocation. Small allocations abort the worker when memory is exhausted
 * (docs/decisions/memory-that-runs-out.md): whatever a peer can make large has a named limit
 * and a budget that is asked first. */
#ifndef SLUICE_BASE_MEM_H
#define SLUICE_BASE_MEM_H

#include <stddef.h>

#include "base/slice.h"

/* Never return NULL (n of 0 gives a unique block). Free with free(3). */
void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_resize(void *p, size_t n) __attribute__((returns_nonnull));
/* Who is asked when the C library has no memory left (NULL, as at first: nobody). When the handler
 * returns, the allocation is tried once more before it aborts. The simulated world ends the process
 * in hand there, and goes on with the others. */
void mem_on_exhaustion(void (*handler)(void));
/* A terminated copy of s; the caller frees it. */
char *mem_strdup(struct slice s) __attribute__((malloc, returns_nonnull));
/* Overwrite with zeros in a way the compiler may not remove. For secrets. */
void mem_wipe(void *p, size_t n);
/* Compare without telling by time where the difference lies. 1 when equal. */
int mem_eq_secret(const void *a, const void *b, size_t n);

#endif
