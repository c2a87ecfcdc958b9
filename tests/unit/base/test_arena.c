/* Arenas: alignment, large and many blocks, copies, reuse after reset. */
#include "base/arena.h"

#include "check_main.h"

START_TEST(arena_aligns)
{
	struct arena a = ARENA_INIT;

	for (size_t n = 0; n < 100; n++) {
		char *p = arena_alloc(&a, n);

		ck_assert_uint_eq((uintptr_t)p % 16, 0);
		memset(p, 0xee, n);
	}
	ck_assert_uint_ge(a.total, 99 * 100 / 2);
	arena_reset(&a);
	ck_assert_ptr_null(a.head);
	ck_assert_uint_eq(a.total, 0);
}
END_TEST

START_TEST(arena_large_blocks)
{
	struct arena a = ARENA_INIT;
	char *first = arena_zalloc(&a, 100000); /* apart, as the first */
	char *small = arena_zalloc(&a, 10);
	char *large = arena_zalloc(&a, 100000); /* apart, behind the head */
	char *next = arena_zalloc(&a, 10);

	for (size_t i = 0; i < 100000; i++)
		ck_assert(first[i] == 0 && large[i] == 0);
	ck_assert_ptr_eq(next, small + 16); /* the head's room was not wasted */
	memset(first, 1, 100000);
	memset(large, 1, 100000);
	ck_assert_int_eq(small[9], 0);
	arena_reset(&a);
}
END_TEST

/* Blocks are distinct, however many. */
START_TEST(arena_many)
{
	struct arena a = ARENA_INIT;
	uint32_t *v[3000];

	for (uint32_t i = 0; i < 3000; i++) {
		v[i] = arena_alloc(&a, (i * 37) % 900 + 4);
		*v[i] = i;
	}
	for (uint32_t i = 0; i < 3000; i++)
		ck_assert_uint_eq(*v[i], i);
	arena_reset(&a);
}
END_TEST

START_TEST(arena_copies)
{
	struct arena a = ARENA_INIT;
	struct slice s = arena_dup(&a, S("hello"));

	ck_assert(slice_eq(s, S("hello")));
	ck_assert_int_eq(s.p[5], '\0');
	ck_assert_str_eq(arena_strdup(&a, SLICE_NIL), "");
	ck_assert_uint_eq(arena_dup(&a, SLICE_NIL).n, 0);
	ck_assert_str_eq(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	ck_assert_str_eq(arena_printf(&a, "%s", ""), "");
	int *numbers = arena_array(&a, int, 10);

	ck_assert_int_eq(numbers[9], 0);
	arena_reset(&a);
	ck_assert_str_eq(arena_strdup(&a, S("again")), "again");
	arena_reset(&a);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("arena");
	TCase *t = tcase_create("arena");

	tcase_add_test(t, arena_aligns);
	tcase_add_test(t, arena_large_blocks);
	tcase_add_test(t, arena_many);
	tcase_add_test(t, arena_copies);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
