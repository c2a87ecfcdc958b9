/* Domains and address literals. */
#include "smtp/domain.h"

#include "base/buf.h"
#include "check_main.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *text;
	bool ascii, utf8;
} cases[] = {
	{ "example.org", true, true },
	{ "localhost", true, true },
	{ "a", true, true },
	{ "1.example", true, true },
	{ "a-b.c--d.e", true, true },
	{ "_spf.example_x.org", true, true },
	{ L63 ".org", true, true },
	{ L63 "a.org", false, false },
	{ L63 "." L63 "." L63 "." L63, true, true },
	{ L63 "." L63 "." L63 "." L63 ".a", false, false },
	{ "", false, false },
	{ ".", false, false },
	{ "example.org.", false, false },
	{ ".example.org", false, false },
	{ "a..b", false, false },
	{ "-a.org", false, false },
	{ "a-.org", false, false },
	{ "a b.org", false, false },
	{ "a@b", false, false },
	{ "[192.0.2.1]", false, false },
	{ "b\xc3\xbc"
	  "cher.example",
		false, true },
	{ "b\xc3.example", false, false },
	{ "\xff", false, false },
};

START_TEST(domain_names)
{
	ck_assert_int_eq(smtp_domain_valid(slice_str(cases[_i].text), false), cases[_i].ascii);
	ck_assert_int_eq(smtp_domain_valid(slice_str(cases[_i].text), true), cases[_i].utf8);
}
END_TEST

START_TEST(domain_compare)
{
	ck_assert(smtp_domain_eq(S("Example.ORG"), S("example.org")));
	ck_assert(!smtp_domain_eq(S("example.org"), S("example.com")));
	ck_assert(!smtp_domain_eq(S("example.org"), S("example.or")));
}
END_TEST

static const struct {
	const char *text, *ip; /* NULL: not a literal; "unknown": a general one */
} literals[] = {
	{ "[192.0.2.1]", "192.0.2.1" },
	{ "[IPv6:2001:db8::1]", "2001:db8::1" },
	{ "[ipv6:::1]", "::1" },
	{ "[IPv6:::ffff:192.0.2.1]", "192.0.2.1" },
	{ "[x400:some!thing]", "unknown" },
	{ "[tag-1:a:b]", "unknown" },
	{ "[]", NULL },
	{ "[", NULL },
	{ "[192.0.2.256]", NULL },
	{ "[192.0.2]", NULL },
	{ "[2001:db8::1", NULL },
	{ "[IPv6:192.0.2.1]", NULL },
	{ "[IPv6:]", NULL },
	{ "[IPv6:2001:db8::g]", NULL },
	{ "[tag-:a]", NULL },
	{ "[:a]", NULL },
	{ "[tag:]", NULL },
	{ "[tag:a[b]", NULL },
	{ "[tag:a b]", NULL },
	{ "[ta_g:a]", NULL },
	{ "192.0.2.1", NULL },
};

START_TEST(domain_literals)
{
	struct ip ip = { 0 };
	struct buf b;
	bool ok = smtp_domain_literal(slice_str(literals[_i].text), &ip);

	ck_assert_msg(ok == (literals[_i].ip != NULL), "%s", literals[_i].text);
	if (!ok)
		return;
	buf_init(&b, 100);
	ip_format(&b, &ip);
	ck_assert(slice_eq(buf_slice(&b), slice_str(literals[_i].ip)));
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("domain");
	TCase *t = tcase_create("domain");

	tcase_add_loop_test(t, domain_names, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, domain_compare);
	tcase_add_loop_test(t, domain_literals, 0, sizeof(literals) / sizeof(literals[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
