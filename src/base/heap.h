/* Intrusive binary min-heap, for timers and due times. Nodes belong to the caller; the heap owns
 * only its array. Pure. */
#ifndef SLUICE_BASE_HEAP_H
#define SLUICE_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what is queued. at is 0 while in no heap. Equal keys leave in the order of insertion
 * (seq), so that no order depends on addresses. */
struct heap_node {
	int64_t key;
	uint64_t seq;
	size_t at;
};

struct heap {
	struct heap_node **v; /* v[1..n] */
	size_t n, cap;
	uint64_t seq;
};

/* A zeroed struct is an empty heap. heap_done frees the array and leaves the nodes alone. */
void heap_done(struct heap *h);
void heap_insert(struct heap *h, struct heap_node *node, int64_t key);
/* Removing a node that is in no heap does nothing. */
void heap_remove(struct heap *h, struct heap_node *node);
/* The node with the smallest key, or NULL. */
struct heap_node *heap_first(const struct heap *h);

static inline bool heap_linked(const struct heap_node *node)
{
	return node->at != 0;
}

#endif
