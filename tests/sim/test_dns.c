/* Answers from zone text. */
#include "base/buf.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/dns.h"

#include "sim_check.h"

static const char zone[] = "; a comment\n"
			   "Example.ORG.      300 MX   20 mx2.example.org.\n"
			   "example.org       600 MX   10 MX1.example.org ; the better one\n"
			   "example.org       300 TXT  \"v=spf1 -all\"\n"
			   "null.example.org  300 MX   0 .\n"
			   "mx1.example.org   300 A    192.0.2.1\n"
			   "mx1.example.org   300 AAAA 2001:db8::1\n"
			   "alias.example.org 100 CNAME mx1.example.org\n"
			   "loop.example.org  100 CNAME loop.example.org\n"
			   "1.2.0.192.in-addr.arpa 60 PTR mx1.example.org\n"
			   "_25._tcp.mx1.example.org 60 TLSA 3 1 1 00ffAB\n"
			   "*.wild.example.org 60 TXT \"two \" \"str;\\\"ings\"\n"
			   "here.wild.example.org 60 A 192.0.2.9\n"
			   "s.example.net 60 A 192.0.2.10\n"
			   "to-secure.example.org 60 CNAME s.example.net\n"
			   "from-secure.example.net 60 CNAME mx1.example.org\n"
			   "to-bogus.example.org 60 CNAME www.bogus.example.org\n"
			   "to-bogus.example.net 60 CNAME www.bogus.example.org\n"
			   "twice-to-bogus.example.net 60 CNAME to-bogus.example.org\n"
			   "www.bogus.example.org 60 A 192.0.2.11\n"
			   "to-nothing.example.org 60 CNAME no.example.net\n"
			   "to-nothing.example.net 60 CNAME nothing.example.org\n"
			   "inside.example.net 60 CNAME no.example.net\n"
			   "to-fail.example.net 60 CNAME x.fail.example.org\n"
			   "$secure example.net\n"
			   "$bogus bogus.example.org\n"
			   "$servfail fail.example.org\n"
			   "$timeout slow.example.org\n"
			   "$delay here.wild.example.org 5s\n";

static void describe(struct buf *b, enum dns_type type, const struct dns_record *r)
{
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		ip_format(b, &r->ip);
		break;
	case DNS_MX:
		buf_printf(b, "%u %.*s", r->preference, SLICE_ARG(r->name));
		break;
	case DNS_CNAME:
	case DNS_PTR:
		buf_put(b, r->name);
		break;
	case DNS_TXT:
		buf_put(b, r->data);
		break;
	case DNS_TLSA:
		for (size_t i = 0; i < r->data.n; i++)
			buf_printf(b, "%02x", (unsigned char)r->data.p[i]);
		break;
	}
}

struct expected {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	const char *records; /* in any order, each followed by a space */
	usec_t ttl; /* seconds; 0: any */
	enum dns_security security;
};

static const struct expected cases[] = {
	{ "example.org", DNS_MX, DNS_FOUND, "10 mx1.example.org 20 mx2.example.org ", 300, 0 },
	{ "EXAMPLE.org.", DNS_TXT, DNS_FOUND, "v=spf1 -all ", 300, 0 },
	{ "example.org", DNS_A, DNS_NO_DATA, "", 0, 0 },
	{ "null.example.org", DNS_MX, DNS_FOUND, "0  ", 300, 0 },
	{ "org", DNS_A, DNS_NO_DATA, "", 0, 0 },
	{ "nothing.example.org", DNS_A, DNS_NO_NAME, "", 0, 0 },
	{ "mx1.example.org", DNS_AAAA, DNS_FOUND, "2001:db8::1 ", 300, 0 },
	{ "alias.example.org", DNS_A, DNS_FOUND, "192.0.2.1 ", 100, 0 },
	{ "alias.example.org", DNS_CNAME, DNS_FOUND, "mx1.example.org ", 100, 0 },
	{ "alias.example.org", DNS_MX, DNS_NO_DATA, "", 100, 0 },
	{ "loop.example.org", DNS_A, DNS_FAILED, "", 0, 0 },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DNS_FOUND, "mx1.example.org ", 60, 0 },
	{ "_25._tcp.mx1.example.org", DNS_TLSA, DNS_FOUND, "03010100ffab ", 60, 0 },
	{ "a.b.wild.example.org", DNS_TXT, DNS_FOUND, "two str;\"ings ", 60, 0 },
	{ "here.wild.example.org", DNS_TXT, DNS_NO_DATA, "", 0, 0 },
	{ "x.here.wild.example.org", DNS_TXT, DNS_NO_NAME, "", 0, 0 },
	{ "s.example.net", DNS_A, DNS_FOUND, "192.0.2.10 ", 60, DNS_SECURE },
	{ "no.example.net", DNS_A, DNS_NO_NAME, "", 0, DNS_SECURE },
	{ "to-secure.example.org", DNS_A, DNS_FOUND, "192.0.2.10 ", 60, DNS_INSECURE },
	{ "from-secure.example.net", DNS_A, DNS_FOUND, "192.0.2.1 ", 60, DNS_INSECURE },
	/* What is proven not to exist, and what only seems not to. */
	{ "s.example.net", DNS_MX, DNS_NO_DATA, "", 0, DNS_SECURE },
	{ "mx1.example.org", DNS_MX, DNS_NO_DATA, "", 0, DNS_INSECURE },
	{ "_25._tcp.s.example.net", DNS_TLSA, DNS_NO_NAME, "", 0, DNS_SECURE },
	{ "_25._tcp.mx2.example.org", DNS_TLSA, DNS_NO_NAME, "", 0, DNS_INSECURE },
	{ "inside.example.net", DNS_A, DNS_NO_NAME, "", 60, DNS_SECURE },
	{ "to-nothing.example.org", DNS_A, DNS_NO_NAME, "", 60, DNS_INSECURE },
	{ "to-nothing.example.net", DNS_A, DNS_NO_NAME, "", 60, DNS_INSECURE },
	{ "to-secure.example.org", DNS_AAAA, DNS_NO_DATA, "", 60, DNS_INSECURE },
	{ "bogus.example.org", DNS_A, DNS_BOGUS, "", 0, 0 },
	{ "nothing.bogus.example.org", DNS_A, DNS_BOGUS, "", 0, 0 },
	{ "www.bogus.example.org", DNS_AAAA, DNS_BOGUS, "", 0, 0 },
	/* An alias, proven or not, of what fails validation. */
	{ "to-bogus.example.org", DNS_A, DNS_BOGUS, "", 0, 0 },
	{ "to-bogus.example.net", DNS_A, DNS_BOGUS, "", 0, 0 },
	{ "to-bogus.example.net", DNS_MX, DNS_BOGUS, "", 0, 0 },
	{ "twice-to-bogus.example.net", DNS_A, DNS_BOGUS, "", 0, 0 },
	{ "to-bogus.example.net", DNS_CNAME, DNS_FOUND, "www.bogus.example.org ", 60, DNS_SECURE },
	{ "to-fail.example.net", DNS_A, DNS_FAILED, "", 0, 0 },
	{ "x.fail.example.org", DNS_A, DNS_FAILED, "", 0, 0 },
	{ "slow.example.org", DNS_A, DNS_FAILED, "", 0, 0 },
};

static void compare(const struct expected *e, const struct dns_answer *ans)
{
	struct buf one;

	ck_assert_msg(ans->status == e->status, "%s: status %d", e->name, ans->status);
	ck_assert_msg(ans->security == e->security, "%s: security", e->name);
	if (e->ttl)
		ck_assert_int_eq(ans->ttl, e->ttl * USEC_PER_SEC);
	ck_assert(ans->why || (ans->status != DNS_FAILED && ans->status != DNS_BOGUS));
	size_t bytes = 0;

	for (size_t i = 0; i < ans->n; i++) {
		buf_init(&one, 1000);
		describe(&one, e->type, &ans->v[i]);
		buf_puts(&one, " ");
		bytes += one.n;
		buf_putc(&one, '\0');
		ck_assert_msg(strstr(e->records, one.p) != NULL, "%s: %s", e->name, one.p);
		buf_done(&one);
	}
	ck_assert_uint_eq(bytes, strlen(e->records));
}

static unsigned reordered;

static int answers(struct ctx *ctx, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(sim_dns_zone(zone), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dns_answer ans;

		ck_assert_int_eq(
			dns_query(ctx, ctx->arena, slice_str(cases[i].name), cases[i].type, &ans),
			0);
		compare(&cases[i], &ans);
		reordered += ans.n == 2 && ans.v[0].preference == 20;
	}
	return 0;
}

START_TEST(names_are_answered)
{
	run_seeds(answers);
	ck_assert_uint_gt(reordered, 0);
	ck_assert_uint_lt(reordered, SEEDS);
}
END_TEST

static int deadlines(struct ctx *ctx, void *arg)
{
	struct dns_answer ans;
	struct deadline d;
	usec_t began = clock_now();

	(void)arg;
	ck_assert_uint_eq(sim_dns_zone(zone), 0);
	ck_assert_int_eq(dns_query(ctx, ctx->arena, S("here.wild.example.org"), DNS_A, &ans), 0);
	ck_assert_int_ge(clock_now() - began, 5 * USEC_PER_SEC);
	ctx_narrow(ctx, &d, USEC_PER_SEC);
	int r = dns_query(ctx, ctx->arena, S("slow.example.org"), DNS_A, &ans);

	ck_assert_int_eq(ctx_widen(ctx, &d, r), ERR_TIMEOUT);
	sim_dns_clear();
	ck_assert_int_eq(dns_query(ctx, ctx->arena, S("example.org"), DNS_MX, &ans), 0);
	ck_assert_int_eq(ans.status, DNS_NO_NAME);
	return 0;
}

START_TEST(answers_take_time)
{
	run_seeds(deadlines);
}
END_TEST

static enum dns_status status_of(struct ctx *ctx, const char *name, usec_t *ret_time)
{
	struct dns_answer ans;
	usec_t began = clock_now();

	ck_assert_int_eq(dns_query(ctx, ctx->arena, slice_str(name), DNS_A, &ans), 0);
	*ret_time = clock_now() - began;
	return ans.status;
}

static int moods(struct ctx *ctx, void *arg)
{
	usec_t t;

	(void)arg;
	ck_assert_uint_eq(sim_dns_zone(zone), 0);
	ck_assert_uint_eq(sim_dns_behave("$servfail example.net\n$bogus mx1.example.org\n"), 0);
	ck_assert_int_eq(status_of(ctx, "s.example.net", &t), DNS_FAILED);
	ck_assert_int_eq(status_of(ctx, "mx1.example.org", &t), DNS_BOGUS);
	ck_assert_int_eq(status_of(ctx, "www.bogus.example.org", &t), DNS_FOUND);
	ck_assert_int_eq(status_of(ctx, "here.wild.example.org", &t), DNS_FOUND);
	ck_assert_int_lt(t, USEC_PER_SEC);
	ck_assert_uint_eq(sim_dns_behave("\n$bogus\n$what a\n"), 3);
	ck_assert_int_eq(status_of(ctx, "s.example.net", &t), DNS_FAILED);
	/* Late, and later than anybody waits. */
	ck_assert_uint_eq(sim_dns_behave("$delay mx1.example.org 8s\n"
					 "$delay s.example.net 1m\n"),
		0);
	ck_assert_int_eq(status_of(ctx, "mx1.example.org", &t), DNS_FOUND);
	ck_assert_int_ge(t, 8 * USEC_PER_SEC);
	ck_assert_int_eq(status_of(ctx, "s.example.net", &t), DNS_FAILED);
	ck_assert_int_eq(t, DNS_PATIENCE);
	ck_assert_uint_eq(sim_dns_behave(""), 0);
	ck_assert_int_eq(status_of(ctx, "s.example.net", &t), DNS_FOUND);
	sim_dns_clear();
	return 0;
}

START_TEST(behaviour_changes)
{
	run_seeds(moods);
}
END_TEST

START_TEST(unreadable_zones_are_refused)
{
	static const char *const wrong[] = {
		"a 300 A 192.0.2.1\n\nb 300 A 2001:db8::1\n",
		"\n\na 300 AAAA 192.0.2.1",
		";\n\na x A 192.0.2.1",
		"\n\na 300 SRV 1 2 3 b",
		"\n\na 300 MX mx",
		"\n\na 300 MX 10",
		"\n\na 300 CNAME b c",
		"\n\na 300 TXT \"open",
		"\n\na 300 TXT \"a\" b",
		"\n\na 300 TLSA 3 1 1",
		"\n\na 300 TLSA 3 1 1 abc",
		"\n\n$unknown a",
		"\n\n$delay a soon",
		"\n\n$secure a b",
	};

	sim_start(1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(sim_dns_zone(wrong[i]) == 3, "case %zu", i);
	ck_assert_uint_eq(sim_stop(), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("dns");
	TCase *t = tcase_create("dns");

	tcase_add_test(t, names_are_answered);
	tcase_add_test(t, answers_take_time);
	tcase_add_test(t, behaviour_changes);
	tcase_add_test(t, unreadable_zones_are_refused);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
