/* Encodings: RFC 4648 vectors, queue ids, UTF-8 limits, escaping. */
#include "base/text.h"

#include "base/buf.h"
#include "check_main.h"

START_TEST(base64_vectors)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
	};
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		text_base64(&b, slice_str(cases[i][0]));
		ck_assert(slice_eq(buf_slice(&b), slice_str(cases[i][1])));
		buf_clear(&b);
		ck_assert(text_base64_decode(&b, slice_str(cases[i][1])));
		ck_assert(slice_eq(buf_slice(&b), slice_str(cases[i][0])));
	}
	ck_assert(!text_base64_decode(&b, S("Zg=")));
	ck_assert(!text_base64_decode(&b, S("Zh==")));
	ck_assert(!text_base64_decode(&b, S("Zg==Zg==")));
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");

	tcase_add_test(t, base64_vectors);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
