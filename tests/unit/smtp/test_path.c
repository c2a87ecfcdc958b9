/* Paths: grammar, limits, and that the canonical form reads back as the same address. */
#include "smtp/path.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L63 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

enum { FORWARD = SMTP_PATH_MAY_BE_POSTMASTER, REVERSE = SMTP_PATH_MAY_BE_NULL };

static const struct {
	const char *text;
	unsigned flags;
	enum smtp_path_error error;
	const char *local, *domain, *canonical;
} cases[] = {
	{ "<a@b.example>", REVERSE, 0, "a", "b.example", "<a@b.example>" },
	{ "<A.b+c@B.Example>", FORWARD, 0, "A.b+c", "B.Example", "<A.b+c@B.Example>" },
	{ "<!#$%&'*+-/=?^_`{|}~@b>", 0, 0, "!#$%&'*+-/=?^_`{|}~", "b", "<!#$%&'*+-/=?^_`{|}~@b>" },
	{ "<>", REVERSE, 0, "", "", "<>" },
	{ "<>", FORWARD, SMTP_PATH_NULL },
	{ "<Postmaster>", FORWARD, 0, "Postmaster", "", "<Postmaster>" },
	{ "<\"postmaster\">", FORWARD, 0, "postmaster", "", "<postmaster>" },
	{ "<postmaster>", REVERSE, SMTP_PATH_NO_DOMAIN },
	{ "<root>", FORWARD, SMTP_PATH_NO_DOMAIN },
	{ "<\"a b\"@c>", 0, 0, "a b", "c", "<\"a b\"@c>" },
	{ "<\"a\"@c>", 0, 0, "a", "c", "<a@c>" },
	{ "<\"a\\b\"@c>", 0, 0, "ab", "c", "<ab@c>" },
	{ "<\"a\\\"\\\\@>\"@c>", 0, 0, "a\"\\@>", "c", "<\"a\\\"\\\\@>\"@c>" },
	{ "<\"\"@c>", 0, 0, "", "c", "<\"\"@c>" },
	{ "<\"a..b\"@c>", 0, 0, "a..b", "c", "<\"a..b\"@c>" },
	{ "<\"a@evil.example\"@c>", 0, 0, "a@evil.example", "c", "<\"a@evil.example\"@c>" },
	{ "<a@[192.0.2.1]>", 0, 0, "a", "[192.0.2.1]", "<a@[192.0.2.1]>" },
	{ "<a@[IPv6:2001:db8::1]>", 0, 0, "a", "[IPv6:2001:db8::1]", "<a@[IPv6:2001:db8::1]>" },
	{ "<a@[192.0.2]>", 0, SMTP_PATH_BAD_LITERAL },
	{ "<@x.example,@y:a@b>", 0, 0, "a", "b", "<a@b>" },
	{ "<@x:a@b>", 0, 0, "a", "b", "<a@b>" },
	{ "<@x,:a@b>", 0, SMTP_PATH_SYNTAX },
	{ "<@x:>", 0, SMTP_PATH_SYNTAX },
	{ "<@x>", 0, SMTP_PATH_SYNTAX },
	{ "<x:a@b>", 0, SMTP_PATH_SYNTAX },
	{ "<@-x:a@b>", 0, SMTP_PATH_SYNTAX },
	{ "<j\xc3\xbc@b\xc3\xbc.example>", 0, 0, "j\xc3\xbc", "b\xc3\xbc.example",
		"<j\xc3\xbc@b\xc3\xbc.example>" },
	{ "<\"j \xc3\xbc\"@b>", 0, 0, "j \xc3\xbc", "b", "<\"j \xc3\xbc\"@b>" },
	{ "<j\xc3@b>", 0, SMTP_PATH_BAD_UTF8 },
	{ "<" A64 "@b>", 0, 0, A64, "b", "<" A64 "@b>" },
	{ "<" A64 "a@b>", 0, SMTP_PATH_LOCAL_TOO_LONG },
	{ "<\"" A64 "\"@b>", 0, SMTP_PATH_LOCAL_TOO_LONG },
	{ "<aaaaaaaaa@" L63 "." L63 "." L63 ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb>",
		0, 0, "aaaaaaaaa",
		L63 "." L63 "." L63 ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"<aaaaaaaaa@" L63 "." L63 "." L63
		".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb>" },
	{ "<aaaaaaaaaaaaa@" L63 "." L63 "." L63
	  ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb>",
		0, SMTP_PATH_TOO_LONG },
	{ "<a@" L63 "." L63 "." L63 "." L63 ".b>", 0, SMTP_PATH_DOMAIN_TOO_LONG },
	{ "<a@" L63 "b.example>", 0, SMTP_PATH_BAD_DOMAIN },
	{ "<a@b..c>", 0, SMTP_PATH_BAD_DOMAIN },
	{ "<a@b.>", 0, SMTP_PATH_BAD_DOMAIN },
	{ "<a@b@c>", 0, SMTP_PATH_BAD_DOMAIN },
	{ "<a@b c>", 0, SMTP_PATH_BAD_DOMAIN },
	{ "<a@>", 0, SMTP_PATH_SYNTAX },
	{ "<@b>", 0, SMTP_PATH_SYNTAX },
	{ "<.a@b>", 0, SMTP_PATH_SYNTAX },
	{ "<a.@b>", 0, SMTP_PATH_SYNTAX },
	{ "<a..b@c>", 0, SMTP_PATH_SYNTAX },
	{ "<a b@c>", 0, SMTP_PATH_SYNTAX },
	{ "< a@b>", 0, SMTP_PATH_SYNTAX },
	{ "<a@b >", 0, SMTP_PATH_BAD_DOMAIN },
	{ "<a(comment)@b>", 0, SMTP_PATH_SYNTAX },
	{ "<\"a@b>", 0, SMTP_PATH_SYNTAX },
	{ "<\"a\"b@c>", 0, SMTP_PATH_SYNTAX },
	{ "<\"a\t\"@c>", 0, SMTP_PATH_SYNTAX },
	{ "<\"a\\\x7f\"@c>", 0, SMTP_PATH_SYNTAX },
	{ "<\"a\\\">", 0, SMTP_PATH_SYNTAX },
	{ "<a@b", 0, SMTP_PATH_SYNTAX },
	{ "a@b", 0, SMTP_PATH_SYNTAX },
	{ "<<a@b>>", 0, SMTP_PATH_SYNTAX },
	{ "<", 0, SMTP_PATH_SYNTAX },
	{ "", 0, SMTP_PATH_SYNTAX },
};

static void check_round_trip(struct arena *a, const struct smtp_path *path, const char *canonical)
{
	struct smtp_path again, copy;
	struct buf b;

	buf_init(&b, 1000);
	smtp_path_format(&b, path);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(canonical)), "%.*s", (int)b.n, b.p);
	ck_assert_int_eq(smtp_path_parse(a, buf_slice(&b), FORWARD | REVERSE, &again), 0);
	ck_assert(smtp_path_eq(path, &again));
	ck_assert_int_eq(path->is_quoted, again.is_quoted);
	ck_assert_int_eq(path->is_utf8, again.is_utf8);
	ck_assert_int_eq(path->is_literal, again.is_literal);
	ck_assert(ip_eq(&path->literal, &again.literal));
	smtp_path_dup(a, &again, &copy);
	buf_done(&b);
	ck_assert(smtp_path_eq(path, &copy));
}

START_TEST(path_cases)
{
	struct arena a = ARENA_INIT;
	struct smtp_path path = { 0 };
	enum smtp_path_error e = smtp_path_parse(
		&a, slice_str(cases[_i].text), cases[_i].flags, &path);

	ck_assert_msg(e == cases[_i].error, "%s: error %d", cases[_i].text, e);
	if (e == SMTP_PATH_OK) {
		ck_assert(slice_eq(path.local, slice_str(cases[_i].local)));
		ck_assert(slice_eq(path.domain, slice_str(cases[_i].domain)));
		check_round_trip(&a, &path, cases[_i].canonical);
	} else {
		ck_assert_uint_gt(strlen(smtp_path_error_text(e)), 0);
		ck_assert_uint_eq(path.local.n, 0);
	}
	arena_reset(&a);
}
END_TEST

START_TEST(path_facts)
{
	struct arena a = ARENA_INIT;
	struct smtp_path p;

	ck_assert_int_eq(smtp_path_parse(&a, S("<>"), REVERSE, &p), 0);
	ck_assert(p.is_null);
	ck_assert_int_eq(smtp_path_parse(&a, S("<@x,@y:\"a b\"@[192.0.2.7]>"), 0, &p), 0);
	ck_assert(p.has_source_route && p.is_literal && p.is_quoted && !p.is_utf8 && !p.is_null);
	ck_assert_int_eq(p.literal.family, IP_V4);
	ck_assert(slice_eq(p.raw, S("\"a b\"@[192.0.2.7]")));
	ck_assert_int_eq(smtp_path_parse(&a, S("<\xc3\xbc@b>"), 0, &p), 0);
	ck_assert(p.is_utf8);
	ck_assert_str_eq(smtp_path_error_text(SMTP_PATH_OK), "");
	arena_reset(&a);
}
END_TEST

START_TEST(path_mailboxes)
{
	struct arena a = ARENA_INIT;
	struct smtp_path p;

	ck_assert_int_eq(smtp_path_parse_mailbox(&a, S("a@b"), &p), 0);
	ck_assert(slice_eq(p.domain, S("b")));
	ck_assert_int_eq(smtp_path_parse_mailbox(&a, S("postmaster"), &p), SMTP_PATH_NO_DOMAIN);
	ck_assert_int_eq(smtp_path_parse_mailbox(&a, S(""), &p), SMTP_PATH_SYNTAX);
	ck_assert_int_eq(smtp_path_parse_mailbox(&a, S("<a@b>"), &p), SMTP_PATH_SYNTAX);
	arena_reset(&a);
}
END_TEST

START_TEST(path_spans)
{
	ck_assert_uint_eq(smtp_path_span(S("<a@b> SIZE=1")), 5);
	ck_assert_uint_eq(smtp_path_span(S("<\"a>\\\">\"@b>x")), 11);
	ck_assert_uint_eq(smtp_path_span(S("<a@[tag:\">\"]>x")), 13);
	ck_assert_uint_eq(smtp_path_span(S("<>")), 2);
	ck_assert_uint_eq(smtp_path_span(S("<a@b")), 0);
	ck_assert_uint_eq(smtp_path_span(S("<\"a>")), 0);
	ck_assert_uint_eq(smtp_path_span(S("a@b>")), 0);
	ck_assert_uint_eq(smtp_path_span(S("")), 0);
}
END_TEST

START_TEST(path_equality)
{
	struct arena a = ARENA_INIT;
	struct smtp_path p, q;

	ck_assert_int_eq(smtp_path_parse(&a, S("<a@B.example>"), 0, &p), 0);
	ck_assert_int_eq(smtp_path_parse(&a, S("<\"a\"@b.EXAMPLE>"), 0, &q), 0);
	ck_assert(smtp_path_eq(&p, &q));
	ck_assert_int_eq(smtp_path_parse(&a, S("<A@b.example>"), 0, &q), 0);
	ck_assert(!smtp_path_eq(&p, &q));
	arena_reset(&a);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("path");
	TCase *t = tcase_create("path");

	tcase_add_loop_test(t, path_cases, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, path_facts);
	tcase_add_test(t, path_mailboxes);
	tcase_add_test(t, path_spans);
	tcase_add_test(t, path_equality);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
