/* Delays grow and are forgiven, refusal spares the known, floods of addresses push out nobody's
 * good log-ins; remembered passwords are bound to address and name, and expire. */
#include "auth/throttle.h"

#include "auth/verified.h"
#include "check_main.h"

static const struct hash_key key = { 1, 2 };

static struct ip address(const char *text)
{
	struct ip ip;

	ck_assert(ip_parse(slice_str(text), &ip));
	return ip;
}

START_TEST(delays)
{
	static const int seconds[] = { 1, 2, 4, 8, 16, 30, 30 };
	struct auth_throttle *t = auth_throttle_new(key, 20, 30 * USEC_PER_SEC);
	struct ip ip = address("192.0.2.1"), other = address("192.0.2.2");
	usec_t now = 1000 * USEC_PER_SEC;

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		ck_assert_int_eq(
			auth_throttle_failed(t, &ip, S("ann"), now), seconds[i] * USEC_PER_SEC);
	/* Another address, the same user: late as well. Another user there: not. */
	ck_assert_int_eq(auth_throttle_failed(t, &other, S("ANN"), now), 30 * USEC_PER_SEC);
	ck_assert_int_eq(auth_throttle_failed(t, &other, S("bob"), now), 2 * USEC_PER_SEC);
	/* Forgiven in time. */
	now += 10 * AUTH_THROTTLE_FORGIVE;
	ck_assert_int_eq(auth_throttle_failed(t, &ip, S("carl"), now), USEC_PER_SEC);
	auth_throttle_free(t);
}
END_TEST

START_TEST(ranks)
{
	struct auth_throttle *t = auth_throttle_new(key, 5, USEC_PER_SEC);
	struct ip ip = address("192.0.2.1");
	usec_t now = 1000 * USEC_PER_SEC;

	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("ann"), now), AUTH_RANK_NEW);
	auth_throttle_succeeded(t, &ip, S("ann"), now);
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("Ann"), now), AUTH_RANK_KNOWN);
	for (int i = 0; i < 3; i++)
		auth_throttle_failed(t, &ip, S("bob"), now);
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("bob"), now), AUTH_RANK_SUSPECT);
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("carl"), now), AUTH_RANK_SUSPECT);
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("ann"), now), AUTH_RANK_KNOWN);
	ck_assert(!auth_throttle_refuses(t, &ip, now));
	for (int i = 0; i < 2; i++)
		auth_throttle_failed(t, &ip, S("bob"), now);
	ck_assert(auth_throttle_refuses(t, &ip, now));
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("carl"), now), AUTH_RANK_REFUSED);
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("ann"), now), AUTH_RANK_KNOWN);
	/* Guessing at a known user loses the privilege. */
	for (int i = 0; i < 5; i++)
		auth_throttle_failed(t, &ip, S("ann"), now);
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("ann"), now), AUTH_RANK_REFUSED);
	now += AUTH_THROTTLE_KNOWN;
	ck_assert_int_eq(auth_throttle_rank(t, &ip, S("ann"), now), AUTH_RANK_NEW);
	auth_throttle_free(t);
}
END_TEST

START_TEST(networks)
{
	struct auth_throttle *t = auth_throttle_new(key, 2, USEC_PER_SEC);
	struct ip a = address("2001:db8::1"), b = address("2001:db8::ffff:2");
	struct ip c = address("2001:db8:0:1::1");

	auth_throttle_failed(t, &a, S("x"), 1);
	auth_throttle_failed(t, &b, S("y"), 1);
	ck_assert(auth_throttle_refuses(t, &a, 1));
	ck_assert(!auth_throttle_refuses(t, &c, 1));
	auth_throttle_free(t);
}
END_TEST

START_TEST(flood)
{
	struct auth_throttle *t = auth_throttle_new(key, 2, USEC_PER_SEC);
	struct ip good = address("192.0.2.1");
	usec_t now = 1000;

	auth_throttle_succeeded(t, &good, S("ann"), now);
	for (unsigned i = 0; i < 100000; i++) {
		struct ip ip = { .family = IP_V4,
			.b = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };

		auth_throttle_failed(t, &ip, S("root"), now + i);
	}
	ck_assert_int_eq(auth_throttle_rank(t, &good, S("ann"), now), AUTH_RANK_KNOWN);
	auth_throttle_free(t);
}
END_TEST

START_TEST(verified)
{
	static const uint8_t secret[32] = { 7 };
	struct auth_verified *v = auth_verified_new(secret, USEC_PER_MIN);
	struct ip ip = address("192.0.2.1"), other = address("192.0.2.2");

	ck_assert(!auth_verified_has(v, &ip, S("ann"), S("pw"), 1));
	auth_verified_add(v, &ip, S("ann"), S("pw"), 1);
	ck_assert(auth_verified_has(v, &ip, S("ann"), S("pw"), 2));
	ck_assert(!auth_verified_has(v, &ip, S("ann"), S("pW"), 2));
	ck_assert(!auth_verified_has(v, &ip, S("annp"), S("w"), 2));
	ck_assert(!auth_verified_has(v, &other, S("ann"), S("pw"), 2));
	ck_assert(!auth_verified_has(v, &ip, S("ann"), S("pw"), 1 + USEC_PER_MIN));
	auth_verified_add(v, &ip, S("ann"), S("pw"), USEC_PER_MIN);
	ck_assert(auth_verified_has(v, &ip, S("ann"), S("pw"), 1 + USEC_PER_MIN));
	auth_verified_clear(v);
	ck_assert(!auth_verified_has(v, &ip, S("ann"), S("pw"), 2));
	auth_verified_free(v);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("throttle");
	TCase *t = tcase_create("throttle");

	tcase_add_test(t, delays);
	tcase_add_test(t, ranks);
	tcase_add_test(t, networks);
	tcase_add_test(t, flood);
	tcase_add_test(t, verified);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
