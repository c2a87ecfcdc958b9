/* Binary heap over an array of pointers; each node knows its place, so removal is O(log n). */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void heap_done(struct heap *h)
{
	free(h->v);
	*h = (struct heap){ 0 };
}

static bool less(const struct heap_node *a, const struct heap_node *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

static void place(struct heap *h, size_t at, struct heap_node *node)
{
	h->v[at] = node;
	node->at = at;
}

static void sift_up(struct heap *h, size_t at, struct heap_node *node)
{
	for (; at > 1 && less(node, h->v[at / 2]); at /= 2)
		place(h, at, h->v[at / 2]);
	place(h, at, node);
}

static void sift_down(struct heap *h, size_t at, struct heap_node *node)
{
	for (;;) {
		size_t child = at * 2;

		if (child > h->n)
			break;
		if (child < h->n && less(h->v[child + 1], h->v[child]))
			child++;
		if (!less(h->v[child], node))
			break;
		place(h, at, h->v[child]);
		at = child;
	}
	place(h, at, node);
}

void heap_insert(struct heap *h, struct heap_node *node, int64_t key)
{
	assert(node->at == 0);
	if (h->n + 2 > h->cap) {
		h->cap = h->cap ? h->cap * 2 : 64;
		h->v = mem_resize(h->v, h->cap * sizeof(struct heap_node *));
	}
	node->key = key;
	node->seq = h->seq++;
	h->n++;
	sift_up(h, h->n, node);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
	size_t at = node->at;

	if (at == 0)
		return;
	struct heap_node *last = h->v[h->n--];

	node->at = 0;
	if (last == node)
		return;
	if (at > 1 && less(last, h->v[at / 2]))
		sift_up(h, at, last);
	else
		sift_down(h, at, last);
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->n ? h->v[1] : NULL;
}
