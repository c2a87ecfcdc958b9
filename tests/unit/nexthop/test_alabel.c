/* Internationalised domains: what is said to a host is a domain, whatever the mapping makes of it. */
#include "nexthop/alabel.h"

#include "base/arena.h"
#include "check_main.h"

static const struct {
	struct slice domain;
	const char *expected; /* NULL: no valid name */
} domains[] = {
	{ SLICE("example.org"), "example.org" },
	{ SLICE("b\xc3\xbc"
		"cher.example"),
		"xn--bcher-kva.example" },
	{ SLICE("[192.0.2.1]"), "[192.0.2.1]" },
	{ SLICE("-\xc3\xbc.example"), NULL },
	{ SLICE("\xff.example"), NULL },
	/* Full-width letters are letters... */
	{ SLICE("\xef\xbd\x85\xef\xbd\x98.test"), "ex.test" },
	/* ...but full-width signs are none: "ex>", "a b", "a@b", "~". */
	{ SLICE("ex\xef\xbc\x9e.test"), NULL },
	{ SLICE("a\xe3\x80\x80"
		"b.test"),
		NULL },
	{ SLICE("a\xef\xbc\xa0"
		"b.test"),
		NULL },
	{ SLICE("\xef\xbd\x9e.test"), NULL },
	/* The library would see nothing of it. */
	{ SLICE("\0\xc3\xbc.test"), NULL },
	{ SLICE("a.test\0\xc3\xbc"), NULL },
};

START_TEST(one_domain)
{
	struct arena arena = ARENA_INIT;
	struct slice ret = S("untouched");
	const char *expected = domains[_i].expected;
	bool valid = nexthop_alabel_domain(&arena, domains[_i].domain, &ret);

	ck_assert_int_eq(valid, expected != NULL);
	ck_assert(slice_eq(ret, expected ? slice_str(expected) : S("untouched")));
	arena_reset(&arena);
}
END_TEST

static const struct {
	const char *mailbox, *expected;
} mailboxes[] = {
	{ "a@example.org", "a@example.org" },
	{ "a@b\xc3\xbc"
	  "cher.example",
		"a@xn--bcher-kva.example" },
	{ "\xc3\xa4@b\xc3\xbc"
	  "cher.example",
		"\xc3\xa4@b\xc3\xbc"
		"cher.example" },
	{ "a@x\xef\xbc\x9e\xe3\x80\x80NOTIFY\xef\xbc\x9dNEVER.test",
		"a@x\xef\xbc\x9e\xe3\x80\x80NOTIFY\xef\xbc\x9dNEVER.test" },
	{ "", "" },
};

START_TEST(one_mailbox)
{
	struct arena arena = ARENA_INIT;
	struct slice said = nexthop_alabel_mailbox(&arena, slice_str(mailboxes[_i].mailbox));

	ck_assert_msg(slice_eq(said, slice_str(mailboxes[_i].expected)), "%.*s", SLICE_ARG(said));
	arena_reset(&arena);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("alabel");
	TCase *t = tcase_create("alabel");

	tcase_add_loop_test(t, one_domain, 0, sizeof(domains) / sizeof(domains[0]));
	tcase_add_loop_test(t, one_mailbox, 0, sizeof(mailboxes) / sizeof(mailboxes[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
