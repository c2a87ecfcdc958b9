/* Dot-stuffing: what is sent, cut at every place, and that the receiving side undoes it. */
#include "smtp/dot.h"

#include "base/buf.h"
#include "check_main.h"
#include "smtp/content.h"

static const struct {
	struct slice text, sent;
} cases[] = {
	{ SLICE(""), SLICE(".\r\n") },
	{ SLICE("a\r\n"), SLICE("a\r\n.\r\n") },
	{ SLICE("."), SLICE("..\r\n.\r\n") },
	{ SLICE(".\r\n"), SLICE("..\r\n.\r\n") },
	{ SLICE("..\r\n.a\r\nb.\r\n"), SLICE("...\r\n..a\r\nb.\r\n.\r\n") },
	{ SLICE("a"), SLICE("a\r\n.\r\n") },
	{ SLICE("a\r"), SLICE("a\r\n.\r\n") },
	{ SLICE("a\n.\r\n"), SLICE("a\n..\r\n.\r\n") }, /* not canonical, but harmless */
	{ SLICE("\r\n\r\n."), SLICE("\r\n\r\n..\r\n.\r\n") },
};

static void stuff(struct buf *b, struct slice text, size_t step)
{
	struct smtp_dot d;

	smtp_dot_init(&d);
	for (size_t at = 0; at < text.n; at += step) {
		struct slice in = slice_take(slice_skip(text, at), step), piece;

		while (smtp_dot_next(&d, &in, &piece))
			buf_put(b, piece);
	}
	buf_put(b, smtp_dot_end(&d));
}

START_TEST(dot_cases)
{
	for (size_t step = 1; step <= cases[_i].text.n + 1; step++) {
		struct buf b;

		buf_init(&b, 1000);
		stuff(&b, cases[_i].text, step);
		ck_assert_msg(slice_eq(buf_slice(&b), cases[_i].sent), "case %d step %zu: %.*s", _i,
			step, (int)b.n, b.p);
		buf_done(&b);
	}
}
END_TEST

START_TEST(dot_is_undone)
{
	struct slice text = S(".a\r\n..\r\n\r\n.\r\n...b\r\n"), in, piece;
	struct smtp_content c;
	struct buf sent, got;

	buf_init(&sent, 1000);
	buf_init(&got, 1000);
	stuff(&sent, text, 2);
	smtp_content_init(&c, SMTP_CONTENT_REFUSE, SMTP_CONTENT_DATA, 1000);
	in = buf_slice(&sent);
	while (smtp_content_next(&c, &in, &piece) == SMTP_CONTENT_TEXT)
		buf_put(&got, piece);
	ck_assert(slice_eq(buf_slice(&got), text));
	ck_assert_uint_eq(in.n, 0);
	buf_done(&sent);
	buf_done(&got);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("dot");
	TCase *t = tcase_create("dot");

	tcase_add_loop_test(t, dot_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, dot_is_undone);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
