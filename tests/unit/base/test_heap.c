/* Heap: order, equal keys in order of insertion, removal from anywhere, against a plain model. */
#include "base/heap.h"

#include "base/rng.h"
#include "check_main.h"

static struct heap_node *pop(struct heap *h)
{
	struct heap_node *n = heap_first(h);

	if (n)
		heap_remove(h, n);
	return n;
}

START_TEST(heap_order)
{
	struct heap h = { 0 };
	struct heap_node v[6] = { 0 };
	const int64_t keys[6] = { 5, -1, 5, INT64_MAX, 0, 5 };
	const int expected[6] = { 1, 4, 0, 2, 5, 3 };

	ck_assert_ptr_null(heap_first(&h));
	for (int i = 0; i < 6; i++)
		heap_insert(&h, &v[i], keys[i]);
	for (int i = 0; i < 6; i++) {
		ck_assert(heap_linked(&v[expected[i]]));
		ck_assert_ptr_eq(pop(&h), &v[expected[i]]);
		ck_assert(!heap_linked(&v[expected[i]]));
	}
	ck_assert_ptr_null(pop(&h));
	heap_remove(&h, &v[0]); /* in no heap: nothing happens */
	heap_done(&h);
}
END_TEST

#define N 300

/* Random inserts and removals; the first is always the smallest by key, then by insertion. */
START_TEST(heap_model)
{
	static struct heap_node v[N];
	struct heap h = { 0 };
	struct rng r;

	rng_seed(&r, 7);
	for (int step = 0; step < 20000; step++) {
		struct heap_node *n = &v[rng_below(&r, N)], *least = NULL;

		if (heap_linked(n))
			heap_remove(&h, n);
		else
			heap_insert(&h, n, (int64_t)rng_below(&r, 50));
		if (step % 10 != 0)
			continue;
		for (int i = 0; i < N; i++)
			if (heap_linked(&v[i]) &&
				(least == NULL || v[i].key < least->key ||
					(v[i].key == least->key && v[i].seq < least->seq)))
				least = &v[i];
		ck_assert_ptr_eq(heap_first(&h), least);
	}
	heap_done(&h);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("heap");
	TCase *t = tcase_create("heap");

	tcase_add_test(t, heap_order);
	tcase_add_test(t, heap_model);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
