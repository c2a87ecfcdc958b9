/* What is parsed and what is refused; text that JSON cannot hold as it is. */
#include "control/json.h"

#include "base/buf.h"
#include "check_main.h"

START_TEST(parses)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "{}", true },
		{ "{\"a\":1}", true },
		{ "{\"a\":[[[[[[[1]]]]]]]}", true },
		{ "{\"a\":[[[[[[[[1]]]]]]]]}", false },
		{ "{\"a\":\"[[[[[[[[[[[[{{{{\"}", true },
		{ "{\"a\":\"\\\"[[[[[[[[[[[[\"}", true },
		{ "{\"a\":\"\\\\\"}", true },
		{ "", false },
		{ "[]", false },
		{ "1", false },
		{ "{\"a\":1,\"a\":2}", false },
		{ "{\"a\":1} x", false },
		{ "{\"a\":\"\\", false },
		{ "{\"a\":\"\xff\"}", false },
		{ "]]]]{}", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = control_json_parse(slice_str(cases[i].text));

		ck_assert_msg((value != NULL) == cases[i].good, "%s", cases[i].text);
		json_decref(value);
	}
}
END_TEST

START_TEST(text)
{
	static const struct {
		struct slice in;
		const char *out;
	} cases[] = {
		{ SLICE(""), "{\"t\":\"\"}\n" },
		{ SLICE("a\"b\n"), "{\"t\":\"a\\\"b\\n\"}\n" },
		{ SLICE("gr\xc3\xbc\xc3\x9f"), "{\"t\":\"gr\xc3\xbc\xc3\x9f\"}\n" },
		{ SLICE("gr\xfc"), "{\"t\":\"gr\\\\xfc\"}\n" },
	};
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *object = json_object();

		ck_assert_int_eq(
			json_object_set_new(object, "t", control_json_text(cases[i].in)), 0);
		buf_clear(&b);
		control_json_put(&b, object);
		ck_assert_msg(slice_eq(buf_slice(&b), slice_str(cases[i].out)), "%.*s",
			SLICE_ARG(buf_slice(&b)));
		json_decref(object);
	}
	buf_done(&b);
}
END_TEST

START_TEST(members)
{
	json_t *object = control_json_parse(S("{\"a\":\"x\",\"b\":7,\"c\":null}"));

	ck_assert(slice_eq(control_json_get(object, "a"), S("x")));
	ck_assert_uint_eq(control_json_get(object, "b").n, 0);
	ck_assert_uint_eq(control_json_get(object, "z").n, 0);
	ck_assert_int_eq(control_json_int(object, "b"), 7);
	ck_assert_int_eq(control_json_int(object, "a"), 0);
	json_decref(object);
}
END_TEST

/* A line that does not fit is noticed. */
START_TEST(too_long)
{
	json_t *object = control_json_parse(S("{\"a\":\"xxxxxxxxxxxxxxxxxxxx\"}"));
	struct buf b;

	buf_init(&b, 10);
	control_json_put(&b, object);
	ck_assert(b.failed);
	buf_done(&b);
	json_decref(object);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");

	tcase_add_test(t, parses);
	tcase_add_test(t, text);
	tcase_add_test(t, members);
	tcase_add_test(t, too_long);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
