/* Trace fields: the words of Received, hostile names, hops. */
#include "message/trace.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "message/date.h"
#include "message/header.h"
#include "smtp/path.h"

static struct message_trace sample(void)
{
	struct message_trace t = {
		.helo = S("client.example"),
		.by = S("mx.example.org"),
		.esmtp = true,
		.id = S("0123456789abc"),
		.when = 1795569059 * USEC_PER_SEC,
	};

	ck_assert(ip_parse(S("192.0.2.1"), &t.ip));
	return t;
}

START_TEST(trace_received)
{
	struct message_trace t = sample();
	struct smtp_path rcpt;
	struct arena a = ARENA_INIT;
	struct buf b;

	buf_init(&b, 2000);
	message_trace_received(&b, &t);
	ck_assert_msg(
		slice_eq(buf_slice(&b), S("Received: from client.example ([192.0.2.1])\r\n"
					  "\tby mx.example.org with ESMTP id 0123456789abc;\r\n"
					  "\tWed, 25 Nov 2026 01:10:59 +0000\r\n")),
		"%.*s", (int)b.n, b.p);
	buf_clear(&b);
	ck_assert_int_eq(smtp_path_parse(&a, S("<\"a b\"@c>"), 0, &rcpt), 0);
	t.only_rcpt = &rcpt;
	t.tls = t.authenticated = true;
	t.tls_text = S("TLSv1.3 (evil)");
	t.rdns = S("pool.example");
	ck_assert(ip_parse(S("2001:db8::1"), &t.ip));
	message_trace_received(&b, &t);
	ck_assert_msg(
		slice_eq(buf_slice(&b),
			S("Received: from client.example (pool.example [IPv6:2001:db8::1])\r\n"
			  "\t(TLSv1.3 ?evil?)\r\n"
			  "\tby mx.example.org with ESMTPSA id 0123456789abc\r\n"
			  "\tfor <\"a b\"@c>;\r\n"
			  "\tWed, 25 Nov 2026 01:10:59 +0000\r\n")),
		"%.*s", (int)b.n, b.p);
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

START_TEST(trace_local)
{
	struct message_trace t = sample();
	struct buf b;

	buf_init(&b, 2000);
	t.ip = (struct ip){ 0 };
	t.helo = SLICE_NIL;
	message_trace_received(&b, &t);
	ck_assert(slice_starts(buf_slice(&b), S("Received: by mx.example.org id 0123456789abc;")));
	buf_clear(&b);
	t.helo = S("client.example"); /* a front does not know its client */
	message_trace_received(&b, &t);
	ck_assert(
		slice_starts(buf_slice(&b), S("Received: from client.example (unknown)\r\n"
					      "\tby mx.example.org with ESMTP id 0123456789abc;")));
	buf_done(&b);
}
END_TEST

START_TEST(trace_hostile_helo)
{
	struct message_trace t = sample();
	struct message_header h;
	struct message_field f;
	struct buf b;
	usec_t when;

	buf_init(&b, 2000);
	t.helo = S("a (b\r\nEvil: c;\0\"<x>\\");
	t.rdns = S("d)e");
	message_trace_received(&b, &t);
	h = message_header_walk(buf_slice(&b));
	ck_assert(message_header_next(&h, &f));
	ck_assert(!message_header_next(&h, &f));
	ck_assert_uint_eq(slice_find(f.value, ';'), slice_rfind(f.value, ';'));
	ck_assert(message_date_parse(slice_skip(f.value, slice_find(f.value, ';') + 1), &when));
	ck_assert_int_eq(when, t.when);
	buf_clear(&b);
	t.helo = SLICE_NIL;
	message_trace_received(&b, &t);
	ck_assert(slice_starts(buf_slice(&b), S("Received: from unknown (")));
	buf_done(&b);
}
END_TEST

START_TEST(trace_protocols)
{
	static const struct {
		bool esmtp, lmtp, tls, authenticated, utf8;
		const char *name;
	} cases[] = {
		{ false, false, false, false, false, "SMTP" },
		{ true, false, false, false, false, "ESMTP" },
		{ true, false, true, false, false, "ESMTPS" },
		{ true, false, false, true, false, "ESMTPA" },
		{ true, false, true, true, false, "ESMTPSA" },
		{ true, true, true, true, false, "LMTPSA" },
		{ true, true, false, false, false, "LMTP" },
		{ true, false, true, true, true, "UTF8SMTPSA" },
		{ true, true, true, false, true, "UTF8LMTPS" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message_trace t = { .esmtp = cases[i].esmtp,
			.lmtp = cases[i].lmtp,
			.tls = cases[i].tls,
			.authenticated = cases[i].authenticated,
			.smtputf8 = cases[i].utf8 };

		ck_assert_str_eq(message_trace_protocol(&t), cases[i].name);
	}
}
END_TEST

START_TEST(trace_return_path_and_hops)
{
	struct smtp_path null = { .is_null = true };
	struct buf b;

	buf_init(&b, 100);
	message_trace_return_path(&b, &null);
	ck_assert(slice_eq(buf_slice(&b), S("Return-Path: <>\r\n")));
	buf_done(&b);
	ck_assert_uint_eq(message_trace_hops(S("Received: a\r\n b\r\nX: y\r\nreceived: c\r\n")), 2);
	ck_assert_uint_eq(message_trace_hops(S("")), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("trace");
	TCase *t = tcase_create("trace");

	tcase_add_test(t, trace_received);
	tcase_add_test(t, trace_local);
	tcase_add_test(t, trace_hostile_helo);
	tcase_add_test(t, trace_protocols);
	tcase_add_test(t, trace_return_path_and_hops);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
