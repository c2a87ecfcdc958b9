/* Maps: text and numbers, removal, iteration in order, growth with holes, against a plain model. */
#include "base/map.h"

#include <stdio.h>

#include "base/rng.h"
#include "check_main.h"

static const struct hash_key key = { 11, 22 };
static int values[1000];

START_TEST(map_text)
{
	struct map m;

	map_init(&m, key, false);
	ck_assert_ptr_null(map_get(&m, S("a")));
	ck_assert_ptr_null(map_remove(&m, S("a")));
	ck_assert_ptr_null(map_set(&m, S("a"), &values[1]));
	ck_assert_ptr_null(map_set(&m, S("A"), &values[2]));
	ck_assert_ptr_eq(map_set(&m, S("a"), &values[3]), &values[1]);
	ck_assert_ptr_eq(map_get(&m, S("a")), &values[3]);
	ck_assert_ptr_eq(map_get(&m, S("A")), &values[2]);
	ck_assert_uint_eq(m.live, 2);
	ck_assert_ptr_eq(map_remove(&m, S("a")), &values[3]);
	ck_assert_ptr_null(map_get(&m, S("a")));
	ck_assert_ptr_null(map_remove(&m, S("a")));
	ck_assert_ptr_null(map_set(&m, SLICE_NIL, &values[4]));
	ck_assert_ptr_eq(map_get(&m, S("")), &values[4]);
	map_done(&m);
	ck_assert_ptr_null(map_get(&m, S("A")));
	map_done(&m);
}
END_TEST

START_TEST(map_without_case)
{
	struct map m;

	map_init(&m, key, true);
	map_set(&m, S("Example.ORG"), &values[1]);
	ck_assert_ptr_eq(map_get(&m, S("eXAMPLE.org")), &values[1]);
	ck_assert_ptr_eq(map_set(&m, S("example.org"), &values[2]), &values[1]);
	ck_assert_uint_eq(m.live, 1);
	map_done(&m);
}
END_TEST

/* The map keeps its own copy of a key. */
START_TEST(map_owns_keys)
{
	struct map m;
	char name[] = "name";

	map_init(&m, key, false);
	map_set(&m, slice_str(name), &values[1]);
	name[0] = 'x';
	ck_assert_ptr_eq(map_get(&m, S("name")), &values[1]);
	map_done(&m);
}
END_TEST

START_TEST(map_walk)
{
	struct map m;
	size_t pos = 0;
	const struct map_entry *e;
	int seen = 0;

	map_init(&m, key, false);
	for (int i = 0; i < 100; i++) {
		char name[20];

		snprintf(name, sizeof(name), "k%d", i);
		map_set(&m, slice_str(name), &values[i]);
	}
	while ((e = map_next(&m, &pos))) { /* in order of insertion, removing on the way */
		ck_assert_ptr_eq(e->value, &values[seen]);
		if (seen++ % 2)
			map_remove(&m, e->key);
	}
	ck_assert_int_eq(seen, 100);
	ck_assert_uint_eq(m.live, 50);
	pos = 0;
	for (seen = 0; (e = map_next(&m, &pos)); seen += 2)
		ck_assert_ptr_eq(e->value, &values[seen]);
	ck_assert_int_eq(seen, 100);
	map_done(&m);
}
END_TEST

START_TEST(map_numbers_model)
{
	struct map m;
	void *model[500] = { NULL };
	struct rng r;

	map_init(&m, key, false);
	rng_seed(&r, 3);
	for (int step = 0; step < 50000; step++) {
		uint64_t k = rng_below(&r, 500);
		void *value = &values[rng_below(&r, 1000)];

		if (rng_below(&r, 3) == 0) {
			ck_assert_ptr_eq(map_remove_u64(&m, k << 40), model[k]);
			model[k] = NULL;
		} else {
			ck_assert_ptr_eq(map_set_u64(&m, k << 40, value), model[k]);
			model[k] = value;
		}
		k = rng_below(&r, 500);
		ck_assert_ptr_eq(map_get_u64(&m, k << 40), model[k]);
	}
	ck_assert_uint_lt(m.index_size, 5000); /* holes are closed, not kept */
	map_done(&m);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("map");
	TCase *t = tcase_create("map");

	tcase_add_test(t, map_text);
	tcase_add_test(t, map_without_case);
	tcase_add_test(t, map_owns_keys);
	tcase_add_test(t, map_walk);
	tcase_add_test(t, map_numbers_model);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
