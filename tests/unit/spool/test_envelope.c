/* Envelopes read back as they were written; malformed ones are refused. */
#include "spool/envelope.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"

static struct spool_envelope sample(struct spool_envelope_rcpt *rcpts, size_t n)
{
	struct spool_envelope e = {
		.reverse_path = S("a@example.org"),
		.login = S("user"),
		.listener = S("submission"),
		.helo = S("client.example"),
		.arrived = 1700000000123456,
		.entitlement = SPOOL_ENTITLED_LOGIN,
		.vouched = SPOOL_VOUCHED_LOGIN,
		.body = SPOOL_BODY_8BITMIME,
		.smtputf8 = true,
		.ret = SPOOL_RET_HDRS,
		.envid = S("QQ314159"),
		.rcpts = rcpts,
		.rcpts_n = n,
	};

	ck_assert(ip_port_parse(S("192.0.2.7:4000"), &e.client));
	return e;
}

static void assert_same(const struct spool_envelope *a, const struct spool_envelope *b)
{
	ck_assert(slice_eq(a->reverse_path, b->reverse_path));
	ck_assert(slice_eq(a->login, b->login));
	ck_assert(slice_eq(a->listener, b->listener));
	ck_assert(slice_eq(a->helo, b->helo));
	ck_assert(slice_eq(a->envid, b->envid));
	ck_assert_int_eq(a->client.ip.family, b->client.ip.family);
	ck_assert(a->client.ip.family == IP_NONE || ip_eq(&a->client.ip, &b->client.ip));
	ck_assert_int_eq(a->client.port, b->client.port);
	ck_assert_int_eq(a->arrived, b->arrived);
	ck_assert_int_eq(a->entitlement, b->entitlement);
	ck_assert_int_eq(a->vouched, b->vouched);
	ck_assert_int_eq(a->body, b->body);
	ck_assert_int_eq(a->ret, b->ret);
	ck_assert_int_eq(a->smtputf8, b->smtputf8);
	ck_assert_int_eq(a->requiretls, b->requiretls);
	ck_assert_uint_eq(a->rcpts_n, b->rcpts_n);
	for (size_t i = 0; i < a->rcpts_n; i++) {
		ck_assert(slice_eq(a->rcpts[i].forward_path, b->rcpts[i].forward_path));
		ck_assert(slice_eq(a->rcpts[i].orcpt, b->rcpts[i].orcpt));
		ck_assert_int_eq(a->rcpts[i].notify, b->rcpts[i].notify);
	}
}

static void round_trip(const struct spool_envelope *e)
{
	struct buf b;
	struct arena arena = ARENA_INIT;
	struct spool_envelope got;

	buf_init(&b, SPOOL_ENVELOPE_MAX);
	ck_assert_int_eq(spool_envelope_encode(&b, e), 0);
	ck_assert_int_eq(spool_envelope_decode(buf_slice(&b), &arena, &got), 0);
	assert_same(e, &got);
	/* Every shorter form is refused or lacks something, and reads nothing beyond its end. */
	for (size_t n = 0; n < b.n; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, b.p, n);
		if (spool_envelope_decode(slice_of(copy, n), &arena, &got) == 0)
			ck_assert_uint_lt(got.rcpts_n, e->rcpts_n);
		free(copy);
	}
	arena_reset(&arena);
	buf_done(&b);
}

START_TEST(reads_back)
{
	struct spool_envelope_rcpt rcpts[] = {
		{ S("b@example.net"), S("rfc822;b@example.net"),
			SPOOL_NOTIFY_SUCCESS | SPOOL_NOTIFY_FAILURE },
		{ S("c@example.com"), SLICE_NIL, 0 },
	};
	struct spool_envelope e = sample(rcpts, 2);

	round_trip(&e);
	ck_assert(ip_port_parse(S("[2001:db8::1]:25"), &e.client));
	e.requiretls = true;
	round_trip(&e);
	struct spool_envelope bare = { .listener = S("x"), .rcpts = rcpts, .rcpts_n = 1 };

	round_trip(&bare);
}
END_TEST

START_TEST(refuses_what_is_too_long)
{
	static char text[SPOOL_FIELD_MAX + 1];
	struct spool_envelope_rcpt rcpt = { S("b@example.net"), SLICE_NIL, 0 };
	struct spool_envelope e = sample(&rcpt, 0);
	struct buf b;

	buf_init(&b, SPOOL_ENVELOPE_MAX);
	ck_assert_int_eq(spool_envelope_encode(&b, &e), ERR_INVALID);
	e.rcpts_n = 1;
	e.login = slice_of(text, sizeof(text));
	ck_assert_int_eq(spool_envelope_encode(&b, &e), ERR_LIMIT);
	e.login = SLICE_NIL;
	rcpt.orcpt = slice_of(text, sizeof(text));
	ck_assert_int_eq(spool_envelope_encode(&b, &e), ERR_LIMIT);
	rcpt.orcpt.n--;
	ck_assert_int_eq(spool_envelope_encode(&b, &e), 0);
	buf_done(&b);
	buf_init(&b, 10);
	ck_assert_int_eq(spool_envelope_encode(&b, &e), ERR_LIMIT);
	buf_done(&b);
}
END_TEST

START_TEST(skips_unknown_fields_and_refuses_malformed_ones)
{
	struct spool_envelope_rcpt rcpt = { S("b@example.net"), SLICE_NIL, 0 };
	struct spool_envelope e = sample(&rcpt, 1), got;
	struct arena arena = ARENA_INIT;
	struct buf b;

	buf_init(&b, SPOOL_ENVELOPE_MAX);
	ck_assert_int_eq(spool_envelope_encode(&b, &e), 0);
	buf_put(&b, S("\xee\x02\x00hi"));
	ck_assert_int_eq(spool_envelope_decode(buf_slice(&b), &arena, &got), 0);
	assert_same(&e, &got);
	buf_put(&b, S("\x05\x02\x00hi"));
	ck_assert_int_eq(spool_envelope_decode(buf_slice(&b), &arena, &got), ERR_INVALID);
	b.p[0] = 2;
	ck_assert_int_eq(spool_envelope_decode(buf_slice(&b), &arena, &got), ERR_INVALID);
	arena_reset(&arena);
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("envelope");
	TCase *t = tcase_create("envelope");

	tcase_add_test(t, reads_back);
	tcase_add_test(t, refuses_what_is_too_long);
	tcase_add_test(t, skips_unknown_fields_and_refuses_malformed_ones);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
