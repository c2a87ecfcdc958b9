/* Which limits meet a session, whom it shares them with, and how long it waits; on a virtual clock. */
#include "server/bandwidth.h"

#include <stdlib.h>

#include "base/tally.h"
#include "check_main.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "server/server.h"
#include "server/session.h"

#define SEC   USEC_PER_SEC
#define MSEC  USEC_PER_MSEC
#define KEYS  64
#define SLOTS 2

static void *memory; /* of the table that the workers share */

/* A worker, its listener, a session. */
struct world {
	struct server server;
	struct config_listener listener;
	struct session session;
	usec_t due; /* of the connection */
	size_t piece; /* of the last read */
};

static void set_up(struct world *w, struct slice listener, struct slice ip)
{
	*w = (struct world){ .listener = { .name = listener } };
	w->session.server = &w->server;
	w->session.listener = &w->listener;
	ck_assert(ip_parse(ip, &w->session.peer.ip) || ip.n == 0);
}

static void share(struct world *w, unsigned slot)
{
	w->server.shared = memory;
	w->server.slot = slot;
}

static usec_t take(struct world *w, uint64_t bytes)
{
	return bandwidth_take(&w->session, bytes, &w->due, &w->piece);
}

static void in_world(coro_fn *fn)
{
	const struct hash_key key = { 1, 2 };

	memory = calloc(1, tally_bytes(KEYS, SLOTS));
	ck_assert_ptr_nonnull(memory);
	ck_assert_ptr_eq(tally_init(memory, KEYS, SLOTS, key), memory);
	sim_start(1);
	ck_assert_int_eq(sim_run("test", fn, NULL), 0);
	ck_assert_uint_eq(sim_stop(), 0);
	free(memory);
}

START_TEST(each_limit_is_one)
{
	const struct config_network open = { .max_connections = 1 }, slow = { .bandwidth = 1 };
	const struct config_network both[] = { open, slow };
	struct config_listener l = { 0 };

	l.bandwidth.burst = 65536;
	ck_assert(!bandwidth_is_limited(&l));
	l.bandwidth.connection = 1;
	ck_assert(bandwidth_is_limited(&l));
	l.bandwidth = (struct config_bandwidth){ .address = 1 };
	ck_assert(bandwidth_is_limited(&l));
	l.bandwidth = (struct config_bandwidth){ .network = 1 };
	ck_assert(bandwidth_is_limited(&l));
	l.bandwidth = (struct config_bandwidth){ .login = 1 };
	ck_assert(bandwidth_is_limited(&l));
	l.bandwidth = (struct config_bandwidth){ 0 };
	l.networks = (struct config_networks){ &open, 1 };
	ck_assert(!bandwidth_is_limited(&l));
	l.networks = (struct config_networks){ both, 2 };
	ck_assert(bandwidth_is_limited(&l));
}
END_TEST

/* Needs no table; a burst is free, and what was owed is paid by waiting. */
static int connection(struct ctx *ctx, void *arg)
{
	struct world w;

	(void)arg;
	set_up(&w, S("in"), S("192.0.2.1"));
	ck_assert_int_eq(take(&w, 1 << 20), 0); /* nothing limits it */
	ck_assert_uint_eq(w.piece, 0);

	w.listener.bandwidth.connection = 1000;
	ck_assert_int_eq(take(&w, 500), 500 * MSEC);
	ck_assert_uint_eq(w.piece, 250);
	ck_assert_int_eq(take(&w, 250), 750 * MSEC);
	ck_assert_int_eq(ctx_sleep(ctx, 700 * MSEC), 0);
	ck_assert_int_eq(take(&w, 0), 50 * MSEC);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	ck_assert_int_eq(take(&w, 0), 0); /* and nothing was saved up */
	ck_assert_int_eq(take(&w, 1000), SEC);

	w.due = 0;
	w.listener.bandwidth.burst = 2000;
	ck_assert_int_eq(take(&w, 2000), 0);
	ck_assert_int_eq(take(&w, 100), 100 * MSEC);
	ck_assert_int_eq(ctx_sleep(ctx, SEC), 0);
	ck_assert_int_eq(take(&w, 500), 0);

	/* Nobody waits longer than this at once. */
	ck_assert_int_eq(take(&w, 1 << 20), BANDWIDTH_WAIT_MAX);

	/* The others are in the table. */
	w.due = 0;
	w.listener.bandwidth = (struct config_bandwidth){ .address = 1, .network = 1, .login = 1 };
	ck_assert_int_eq(take(&w, 1000), 0);
	ck_assert_uint_eq(w.piece, 0);
	return 0;
}

START_TEST(a_connection_has_its_own)
{
	in_world(connection);
}
END_TEST

/* What a second session has to wait because of 1,000 bytes that the first one read. */
static const struct {
	struct config_bandwidth limits;
	struct slice first, second, first_login, second_login, second_listener;
	usec_t wait;
} pairs[] = {
	{ { .address = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.1"), .wait = SEC },
	{ { .address = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.2") },
	{ { .address = 1000 }, SLICE("2001:db8::1"), SLICE("2001:db8::1"), .wait = SEC },
	{ { .address = 1000 }, SLICE("2001:db8::1"), SLICE("2001:db8::2") },
	{ { .address = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.1"),
		.second_listener = SLICE("other") },
	{ { .connection = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.1") },
	{ { .network = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.200"), .wait = SEC },
	{ { .network = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.3.1") },
	{ { .network = 1000 }, SLICE("2001:db8:1:2::1"), SLICE("2001:db8:1:2:3::"), .wait = SEC },
	{ { .network = 1000 }, SLICE("2001:db8:1:2::1"), SLICE("2001:db8:1:3::1") },
	/* of both only the one that they share */
	{ { .network = 1000, .address = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.2"),
		.wait = SEC },
	{ { .login = 1000 }, SLICE("192.0.2.1"), SLICE("198.51.100.1"), SLICE("ann"), SLICE("ann"),
		.wait = SEC },
	{ { .login = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.1"), SLICE("ann"), SLICE("bob") },
	{ { .login = 1000 }, SLICE("192.0.2.1"), SLICE("192.0.2.1") }, /* nobody has logged in */
	/* no address: a socket of this machine */
	{ { .address = 1000, .network = 1000 }, SLICE(""), SLICE("") },
};

static int two_sessions(struct ctx *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct world first, second;

		memset(memory, 0, tally_bytes(KEYS, SLOTS));
		tally_init(memory, KEYS, SLOTS, (struct hash_key){ 1, 2 });
		set_up(&first, S("in"), pairs[i].first);
		set_up(&second, pairs[i].second_listener.n ? pairs[i].second_listener : S("in"),
			pairs[i].second);
		share(&first, 0);
		share(&second, 1); /* of another worker */
		first.listener.bandwidth = second.listener.bandwidth = pairs[i].limits;
		first.session.login = pairs[i].first_login;
		second.session.login = pairs[i].second_login;
		(void)take(&first, 1000);
		usec_t wait = take(&second, 0);

		ck_assert_msg(wait == pairs[i].wait, "pair %zu: %lld", i, (long long)wait);
	}
	return 0;
}

START_TEST(limits_are_shared)
{
	in_world(two_sessions);
}
END_TEST

static struct ip_net net(const char *text)
{
	struct ip_net n;

	ck_assert(ip_net_parse(slice_str(text), &n));
	return n;
}

/* Of the networks of a listener the first that holds the client; a front's own address is in none. */
static int configured(struct ctx *ctx, void *arg)
{
	const struct config_network networks[] = { { .from = net("10.1.0.0/16"),
							   .bandwidth = 1000 },
		{ .from = net("10.2.0.0/16") }, { .from = net("10.0.0.0/8"), .bandwidth = 100 } };
	const struct ip_net fronts = net("10.1.9.9/32");
	const struct {
		struct slice ip;
		usec_t wait; /* behind 1,000 bytes of 10.1.0.1 and 10 of 10.3.0.1 */
	} cases[] = { { S("10.1.255.1"), SEC }, { S("10.2.0.1"), 0 }, { S("10.200.0.1"), SEC / 10 },
		{ S("192.0.2.1"), 0 }, { S("10.1.9.9"), 0 } };
	struct world w;

	(void)ctx;
	(void)arg;
	for (size_t i = 0; i < 2 + sizeof(cases) / sizeof(cases[0]); i++) {
		set_up(&w, S("in"),
			i == 0	 ? S("10.1.0.1")
			: i == 1 ? S("10.3.0.1")
				 : cases[i - 2].ip);
		share(&w, 0);
		w.listener.networks = (struct config_networks){ networks, 3 };
		w.listener.xclient.from = (struct config_nets){ &fronts, 1 };
		if (i < 2)
			(void)take(&w, i == 0 ? 1000 : 10);
		else
			ck_assert_int_eq(take(&w, 0), cases[i - 2].wait);
	}
	return 0;
}

START_TEST(networks_have_theirs)
{
	in_world(configured);
}
END_TEST

/* Where several limits hold, the longest wait and the smallest piece count. */
static int fullest(struct ctx *ctx, void *arg)
{
	struct world w, other;

	(void)arg;
	set_up(&w, S("in"), S("192.0.2.1"));
	set_up(&other, S("in"), S("192.0.2.2"));
	share(&w, 0);
	share(&other, 0);
	w.listener.bandwidth = (struct config_bandwidth){ .connection = 1000, .network = 4000 };
	other.listener.bandwidth = w.listener.bandwidth;
	ck_assert_int_eq(take(&w, 1000), SEC);
	ck_assert_uint_eq(w.piece, 250);
	ck_assert_int_eq(take(&other, 0), SEC / 4);
	ck_assert_uint_eq(other.piece, 250);
	ck_assert_int_eq(take(&other, 20000), 20 * SEC);
	ck_assert_int_eq(take(&w, 0), 5250 * MSEC);
	ck_assert_int_eq(ctx_sleep(ctx, 5250 * MSEC), 0);
	ck_assert_int_eq(take(&w, 0), 0);
	return 0;
}

START_TEST(the_fullest_decides)
{
	in_world(fullest);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("bandwidth");
	TCase *t = tcase_create("bandwidth");

	tcase_add_test(t, each_limit_is_one);
	tcase_add_test(t, a_connection_has_its_own);
	tcase_add_test(t, limits_are_shared);
	tcase_add_test(t, networks_have_theirs);
	tcase_add_test(t, the_fullest_decides);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
