/* Address lists: every mailbox is found, and whatever is doubtful is malformed. */
#include "message/mailbox.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"

static const struct {
	const char *value;
	const char *mailboxes; /* canonical, parted by spaces; NULL: malformed */
} cases[] = {
	{ "a@b.example", "a@b.example" },
	{ " a@b.example ", "a@b.example" },
	{ "<a@b.example>", "a@b.example" },
	{ "A B <a@b>", "a@b" },
	{ "\"A, B <x@y>\" <a@b>", "a@b" },
	{ "J. R. Tester <a@b>", "a@b" },
	{ ".dotted. <a@b>", "a@b" },
	{ "=?utf-8?q?J=C3=BC?= <a@b>", "a@b" },
	{ "J\xc3\xbc <j\xc3\xbc@b\xc3\xbc.example>", "j\xc3\xbc@b\xc3\xbc.example" },
	{ "Latin \xfc <a@b>", "a@b" },
	{ "a@b, c@d", "a@b c@d" },
	{ "a@b,\r\n c@d ,\r\n\te <f@g>", "a@b c@d f@g" },
	{ ",a@b,, ,c@d,", "a@b c@d" },
	{ "Team: a@b, C <c@d>; , e@f", "a@b c@d e@f" },
	{ "Undisclosed recipients:;", "" },
	{ "G:,,;", "" },
	{ "", "" },
	{ "(only a comment)", "" },
	{ "a@b (Name)", "a@b" },
	{ "a(x) . (y)c @ (z) b . (w) example", "a.c@b.example" },
	{ "(c (nested \\) \") x) a@b", "a@b" },
	{ "Name <(x) a@b (y)> (z)", "a@b" },
	{ "\"a b\"@c", "\"a b\"@c" },
	{ "\"a\\\"@x\"@c", "\"a\\\"@x\"@c" },
	{ "\"a\r\n b\"@c", "\"a b\"@c" },
	{ "a@[192.0.2.1]", "a@[192.0.2.1]" },
	{ "<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]" },
	/* doubtful */
	{ "root", NULL },
	{ "a@b c@d", NULL },
	{ "a@b <c@d>", NULL },
	{ "a@x <b@y>", NULL },
	{ "<a@b> <c@d>", NULL },
	{ "<a@b> c", NULL },
	{ "<a@b>, c", NULL },
	{ "a@b; c@d", NULL },
	{ "a@b;", NULL },
	{ "<>", NULL },
	{ "Name <>", NULL },
	{ "<a@b", NULL },
	{ "a@b>", NULL },
	{ "<<a@b>>", NULL },
	{ "<@x:a@b>", NULL },
	{ "a@", NULL },
	{ "@b", NULL },
	{ "a@b@c", NULL },
	{ "a b@c", NULL },
	{ "a..b@c", NULL },
	{ ".a@c", NULL },
	{ "a.@c", NULL },
	{ "\"a\".b@c", NULL },
	{ "\"a\"\"b\"@c", NULL },
	{ "a@\"b\"", NULL },
	{ "a@b..c", NULL },
	{ "a@b.", NULL },
	{ "a@[192.0. 2.1]", NULL },
	{ "a@[192.0.2.1(x)]", NULL },
	{ "a@[192.0.2.1", NULL },
	{ "G: a@b", NULL },
	{ "G: H: a@b;;", NULL },
	{ ": a@b;", NULL },
	{ "G: a@b; c@d", NULL },
	{ "(open a@b", NULL },
	{ "a@b (open", NULL },
	{ "a@b )", NULL },
	{ "\"open a@b", NULL },
	{ "a@b\r\nc@d", NULL },
	{ "a@b\n c@d", NULL },
	{ "a@b\r c@d", NULL },
	{ "a\x01@b", NULL },
	{ "\"a\x01\" <a@b>", NULL },
	{ "(\x01) a@b", NULL },
	{ "a\\@b@c", NULL },
	{ "j\xfc@b", NULL },
	{ "a@b\xe3\x80\x82"
	  "example\xff",
		NULL },
};

START_TEST(mailbox_cases)
{
	struct arena a = ARENA_INIT;
	struct message_mailbox *v = NULL;
	size_t n = 99;
	enum message_mailbox_status s = message_mailbox_parse(
		&a, slice_str(cases[_i].value), &v, &n);

	ck_assert_msg(
		(s == MESSAGE_MAILBOX_OK) == (cases[_i].mailboxes != NULL), "%s", cases[_i].value);
	if (s == MESSAGE_MAILBOX_OK) {
		struct buf b;

		buf_init(&b, 1000);
		for (size_t i = 0; i < n; i++) {
			buf_puts(&b, i ? " " : "");
			smtp_path_format_mailbox(&b, &v[i].path);
		}
		ck_assert_msg(slice_eq(buf_slice(&b), slice_str(cases[_i].mailboxes)), "%.*s",
			(int)b.n, b.p);
		buf_done(&b);
	} else {
		ck_assert_uint_eq(n, 99);
	}
	arena_reset(&a);
}
END_TEST

START_TEST(mailbox_nul)
{
	struct arena a = ARENA_INIT;
	struct message_mailbox *v;
	size_t n;

	ck_assert_int_eq(message_mailbox_parse(&a, S("a\0@b"), &v, &n), MESSAGE_MAILBOX_MALFORMED);
	ck_assert_int_eq(
		message_mailbox_parse(&a, S("a@b,\0c@d"), &v, &n), MESSAGE_MAILBOX_MALFORMED);
	arena_reset(&a);
}
END_TEST

START_TEST(mailbox_facts)
{
	struct arena a = ARENA_INIT;
	struct message_mailbox *v;
	size_t n;

	ck_assert_int_eq(
		message_mailbox_parse(&a, S("G: \"A B\" (x) C <a@b>, d@e;, f@g"), &v, &n), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert(slice_eq(v[0].display, S("\"A B\" (x) C")));
	ck_assert(v[0].in_group && v[1].in_group && !v[2].in_group);
	ck_assert_uint_eq(v[1].display.n, 0);
	ck_assert(slice_eq(v[2].path.domain, S("g")));
	arena_reset(&a);
}
END_TEST

/* Limits hold, and hostile sizes are dealt with in one pass. */
START_TEST(mailbox_many)
{
	struct arena a = ARENA_INIT;
	struct message_mailbox *v;
	struct buf b;
	size_t n;

	buf_init(&b, 1 << 22);
	for (size_t i = 0; i < MESSAGE_MAILBOX_MAX; i++)
		buf_puts(&b, "a@b,");
	ck_assert_int_eq(message_mailbox_parse(&a, buf_slice(&b), &v, &n), MESSAGE_MAILBOX_OK);
	ck_assert_uint_eq(n, MESSAGE_MAILBOX_MAX);
	buf_puts(&b, "a@b");
	ck_assert_int_eq(
		message_mailbox_parse(&a, buf_slice(&b), &v, &n), MESSAGE_MAILBOX_TOO_MANY);
	buf_clear(&b);
	for (size_t i = 0; i < 1000000; i++)
		buf_putc(&b, '(');
	ck_assert_int_eq(
		message_mailbox_parse(&a, buf_slice(&b), &v, &n), MESSAGE_MAILBOX_MALFORMED);
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("mailbox");
	TCase *t = tcase_create("mailbox");

	tcase_add_loop_test(t, mailbox_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, mailbox_nul);
	tcase_add_test(t, mailbox_facts);
	tcase_add_test(t, mailbox_many);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
