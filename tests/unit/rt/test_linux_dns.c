/* libunbound behind rt/dns.h, against a name server of our own on the loopback interface. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "dns_responder.h"
#include "rt/ctx.h"
#include "rt/dns.h"
#include "rt/loop.h"
#include "rt/scope.h"

#define RDATA(text_) (text_), sizeof(text_) - 1
#define REPLY(name_, type_, answer_, rdata_)                                                       \
	{                                                                                          \
		(name_), (type_), 0, (answer_), RDATA(rdata_)                                      \
	}

static const struct dns_reply replies[] = {
	REPLY("a.example", DNS_A, DNS_A, "\xc0\0\2\1"),
	REPLY("a.example", DNS_AAAA, 0, ""),
	REPLY("six.example", DNS_AAAA, DNS_AAAA, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	REPLY("mx.example", DNS_MX, DNS_MX, "\0\xa\1A\7EXAMPLE\0"),
	REPLY("null.example", DNS_MX, DNS_MX, "\0\0\0"),
	REPLY("txt.example", DNS_TXT, DNS_TXT, "\3ab \2cd"),
	REPLY("alias.example", DNS_A, DNS_CNAME, "\1a\7example\0"),
	REPLY("1.2.0.192.in-addr.arpa", DNS_PTR, DNS_PTR, "\1a\7example\0"),
	REPLY("_25._tcp.a.example", DNS_TLSA, DNS_TLSA, "\3\1\1xyz"),
	{ "late.example", DNS_A, 0, DNS_A, RDATA("\xc0\0\2\1"), true },
	{ "no.example", DNS_A, 3, 0, "", 0 },
	{ "fail.example", DNS_A, 2, 0, "", 0 },
};

static struct dns_responder responder;

static void start(void)
{
	char text[64];
	struct slice server;

	dns_responder_start(&responder, replies, sizeof(replies) / sizeof(replies[0]));
	snprintf(text, sizeof(text), "127.0.0.1@%u", responder.port);
	server = slice_str(text);
	ck_assert_int_eq(
		dns_setup(&(struct dns_settings){ .servers = &server, .servers_n = 1 }), 0);
}

static void stop(void)
{
	dns_done();
	dns_responder_stop(&responder);
}

static void format(struct buf *b, const struct dns_answer *a)
{
	static const char *const status[] = { "found", "no data", "no name", "failed", "bogus" };

	buf_puts(b, status[a->status]);
	for (size_t i = 0; i < a->n; i++) {
		buf_printf(b, " %u", a->v[i].preference);
		if (a->v[i].ip.family != IP_NONE) {
			buf_putc(b, ' ');
			ip_format(b, &a->v[i].ip);
		}
		buf_printf(b, " <%.*s> <%.*s>", SLICE_ARG(a->v[i].name), SLICE_ARG(a->v[i].data));
	}
	buf_printf(b, " %.*s", SLICE_ARG(a->canonical));
}

static const struct {
	const char *name;
	enum dns_type type;
	const char *want;
} cases[] = {
	{ "a.example", DNS_A, "found 0 192.0.2.1 <> <> a.example" },
	{ "A.Example.", DNS_A, "found 0 192.0.2.1 <> <> a.example" },
	{ "a.example", DNS_AAAA, "no data a.example" },
	{ "six.example", DNS_AAAA, "found 0 2001:db8::1 <> <> six.example" },
	{ "mx.example", DNS_MX, "found 10 <a.example> <> mx.example" },
	{ "null.example", DNS_MX, "found 0 <> <> null.example" },
	{ "txt.example", DNS_TXT, "found 0 <> <ab cd> txt.example" },
	{ "alias.example", DNS_A, "found 0 192.0.2.1 <> <> a.example" },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, "found 0 <a.example> <> 1.2.0.192.in-addr.arpa" },
	{ "_25._tcp.a.example", DNS_TLSA, "found 0 <> <\3\1\1xyz> _25._tcp.a.example" },
	{ "no.example", DNS_A, "no name no.example" },
	{ "fail.example", DNS_A, "failed fail.example" },
	{ "white space.example", DNS_A, "no name " },
};

static int ask_one(struct ctx *ctx, void *arg)
{
	size_t i = *(size_t *)arg;
	struct arena arena = ARENA_INIT;
	struct dns_answer a;
	struct buf b;

	ck_assert_int_eq(dns_query(ctx, &arena, slice_str(cases[i].name), cases[i].type, &a), 0);
	buf_init(&b, 1000);
	format(&b, &a);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(cases[i].want)), "%zu: %.*s", i,
		SLICE_ARG(buf_slice(&b)));
	ck_assert_int_eq(a.security, DNS_INSECURE);
	ck_assert((a.status == DNS_FAILED) == (a.why && a.status != DNS_NO_NAME));
	buf_done(&b);
	arena_reset(&arena);
	return 0;
}

static int ask_in_turn(struct ctx *ctx, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ask_one(ctx, &i);
	return 0;
}

START_TEST(answers)
{
	start();
	ck_assert_int_eq(loop_run("test", ask_in_turn, NULL), 0);
	/* A second loop in the same process finds the resolver as the first did. */
	ck_assert_int_eq(loop_run("test", ask_in_turn, NULL), 0);
	stop();
}
END_TEST

static int ask_at_once(struct ctx *ctx, void *arg)
{
	static size_t at[100];
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	for (size_t i = 0; i < 100; i++) {
		at[i] = i % (sizeof(cases) / sizeof(cases[0]));
		ck_assert_int_eq(scope_spawn(&scope, "ask", ask_one, &at[i]), 0);
	}
	return scope_wait(ctx, &scope);
}

START_TEST(many_at_once)
{
	start();
	ck_assert_int_eq(loop_run("test", ask_at_once, NULL), 0);
	stop();
}
END_TEST

static int ask_silence(struct ctx *ctx, void *arg)
{
	struct arena arena = ARENA_INIT;
	struct deadline deadline;
	struct dns_answer a;
	int r;

	(void)arg;
	ctx_narrow(ctx, &deadline, 50 * USEC_PER_MSEC);
	r = dns_query(ctx, &arena, S("silent.example"), DNS_A, &a);
	r = ctx_widen(ctx, &deadline, r);
	arena_reset(&arena);
	return r;
}

/* The one that leads gives up first; the other must still get its answer. */
static int lead_and_leave(struct ctx *ctx, void *arg)
{
	struct scope silent, asked;
	size_t at = 0;

	(void)arg;
	scope_init(&silent, SCOPE_ALL);
	scope_init(&asked, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&silent, "silent", ask_silence, NULL), 0);
	ck_assert_int_eq(ctx_yield(ctx), 0);
	ck_assert_int_eq(scope_spawn(&asked, "ask", ask_one, &at), 0);
	ck_assert_int_eq(ctx_yield(ctx), 0);
	scope_cancel(&silent);
	ck_assert_int_eq(scope_wait(ctx, &silent), ERR_CANCELLED);
	return scope_wait(ctx, &asked);
}

START_TEST(silence)
{
	start();
	ck_assert_int_eq(loop_run("test", ask_silence, NULL), ERR_TIMEOUT);
	ck_assert_int_eq(loop_run("test", lead_and_leave, NULL), 0);
	stop();
}
END_TEST

/* The answer comes when nobody waits for it any more. */
static int ask_and_leave(struct ctx *ctx, void *arg)
{
	struct arena arena = ARENA_INIT;
	struct deadline deadline;
	struct dns_answer a;
	size_t at = 0;

	(void)arg;
	ctx_narrow(ctx, &deadline, 50 * USEC_PER_MSEC);
	ck_assert_int_eq(
		ctx_widen(ctx, &deadline, dns_query(ctx, &arena, S("late.example"), DNS_A, &a)),
		ERR_TIMEOUT);
	arena_reset(&arena);
	return ask_one(ctx, &at) + ask_silence(ctx, NULL);
}

START_TEST(late)
{
	start();
	ck_assert_int_eq(loop_run("test", ask_and_leave, NULL), ERR_TIMEOUT);
	stop();
}
END_TEST

START_TEST(setup_errors)
{
	struct slice server = S("not an address");
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(dns_setup(&(struct dns_settings){
				 .servers = &server, .servers_n = 1, .why = &why }),
		ERR_INVALID);
	ck_assert(slice_starts(buf_slice(&why), server));
	buf_clear(&why);
	server = S("127.0.0.1@1");
	ck_assert_int_eq(dns_setup(&(struct dns_settings){ .servers = &server,
				 .servers_n = 1,
				 .trust_anchor = S("; no record\n"),
				 .why = &why }),
		ERR_INVALID);
	ck_assert(slice_starts(buf_slice(&why), S("the trust anchor")));
	buf_done(&why);
	dns_done();
}
END_TEST

static int not_set_up(struct ctx *ctx, void *arg)
{
	struct arena arena = ARENA_INIT;
	struct dns_answer a;

	(void)arg;
	return dns_query(ctx, &arena, S("a.example"), DNS_A, &a);
}

START_TEST(without_setup)
{
	ck_assert_int_eq(loop_run("test", not_set_up, NULL), ERR_DNS);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("dns");
	TCase *t = tcase_create("dns");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, answers);
	tcase_add_test(t, many_at_once);
	tcase_add_test(t, silence);
	tcase_add_test(t, late);
	tcase_add_test(t, setup_errors);
	tcase_add_test(t, without_setup);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
