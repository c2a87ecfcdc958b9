/* Message-ID: form, and that its parts differ where they must. */
#include "message/msgid.h"

#include "base/buf.h"
#include "check_main.h"

START_TEST(msgid_form)
{
	struct buf b, c;

	buf_init(&b, 200);
	buf_init(&c, 200);
	message_msgid_format(&b, 1795569059 * USEC_PER_SEC, 7, S("mx.example.org"));
	ck_assert_uint_eq(b.n, 1 + 13 + 1 + 13 + 1 + 14 + 1);
	ck_assert(slice_starts(buf_slice(&b), S("<")));
	ck_assert(slice_ends(buf_slice(&b), S(".0000000000007@mx.example.org>")));
	message_msgid_format(&c, 1795569059 * USEC_PER_SEC, 8, S("mx.example.org"));
	ck_assert(!slice_eq(buf_slice(&b), buf_slice(&c)));
	buf_done(&b);
	buf_done(&c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("msgid");
	TCase *t = tcase_create("msgid");

	tcase_add_test(t, msgid_form);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
