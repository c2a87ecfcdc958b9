/* Pools on a virtual network, used by two workers that share what they know: clients at random,
 * members that come and go at random. No limit is exceeded, nothing that was counted is left over,
 * and everybody is served. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/tally.h"
#include "config/config.h"
#include "config/load_text.h"
#include "nexthop/board.h"
#include "nexthop/health.h"
#include "nexthop/nexthop.h"
#include "nexthop/view.h"
#include "peer.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/scope.h"
#include "rt/sim/openssl.h"
#include "sim_check.h"

#define MEMBERS	 4
#define WORKERS	 2
#define CLIENTS	 40
#define ROUNDS	 30
#define POOL_MAX 12
#define CAP	 4 /* of the first two members */
#define SECONDS	 600

#define HOSTS                                                                                      \
	"hosts: [ { host: 192.0.2.1, max-connections: 4 }, { host: 192.0.2.2, max-connections: "   \
	"4, weight: 3 }, 192.0.2.3, 192.0.2.4 ], tls: off, max-connections: 12, max-waiting: 30, " \
	"waiting-timeout: 20s, health: { every: 10s, timeout: 1s }, slow-start: 5s"

/* One pool a play: the balance of its name. */
static const char *const names[] = { "ordered", "weighted", "least-connections", "sticky" };

static const char config_text[] = "hostname: us.example\n"
				  "delivery: { dead-host: 5s, connect-timeout: 2s, "
				  "greeting-timeout: 2s, messages-per-connection: 5 }\n"
				  "hops:\n"
				  "  ordered: { balance: ordered, " HOSTS " }\n"
				  "  weighted: { balance: weighted, " HOSTS " }\n"
				  "  least-connections: { balance: least-connections, " HOSTS " }\n"
				  "  sticky: { balance: sticky, " HOSTS " }\n";

struct scene {
	const struct config *config;
	const struct config_hops *hops;
	struct nexthop *nh[WORKERS];
	struct peer peers[MEMBERS];
	struct rng rng;
	unsigned leased, at[MEMBERS]; /* sessions in use */
	bool resets; /* connections are torn down, too */
	size_t served[CLIENTS], refused;
	bool over;
};

static struct scene scene;
static bool with_resets;

static void check_limits(void)
{
	struct nexthop_view_member m;

	for (size_t i = 0; i < 2; i++) {
		ck_assert(nexthop_view_member(scene.nh[0], scene.hops, i, &m));
		ck_assert_uint_le(m.connections, CAP);
		ck_assert_uint_le(scene.at[i], m.transactions);
		ck_assert_uint_le(m.transactions, m.connections);
		/* And a check by each pool. A peer notices late that a connection is gone. */
		ck_assert(scene.resets || scene.peers[i].most_open <= CAP + 4);
	}
	ck_assert_uint_le(scene.leased, POOL_MAX);
}

/* One client that comes again and again, to either worker. */
static int client(struct ctx *ctx, void *arg)
{
	size_t me = (size_t)(uintptr_t)arg;
	struct arena arena = ARENA_INIT;
	struct nexthop_target t;

	nexthop_target_hops(&arena, scene.hops, &t);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const struct nexthop_ask ask = { .bounded = true,
			.client = { IP_V4, { 198, 51, 100, (uint8_t)me } } };
		struct nexthop *nh = scene.nh[rng_below(&scene.rng, WORKERS)];
		struct nexthop_failure failure = { 0 };
		struct nexthop_conn *conn;

		if (nexthop_acquire(ctx, nh, &t, &ask, &conn, &failure) < 0) {
			ck_assert_ptr_nonnull(failure.text);
			ck_assert_int_eq(failure.fate, NEXTHOP_DEFER);
			scene.refused++;
		} else {
			size_t member = nexthop_conn_member(conn);

			scene.leased++;
			scene.at[member]++;
			scene.served[me]++;
			check_limits();
			ctx_sleep(ctx, (usec_t)rng_below(&scene.rng, 2 * USEC_PER_SEC));
			check_limits();
			scene.leased--;
			scene.at[member]--;
			nexthop_release(conn);
		}
		ctx_sleep(ctx, (usec_t)rng_below(&scene.rng, 3 * USEC_PER_SEC));
	}
	arena_reset(&arena);
	return 0;
}

/* Members refuse, are silent, and come back. */
static int chaos(struct ctx *ctx, void *arg)
{
	static const char *const where[] = { "192.0.2.1:25", "192.0.2.2:25", "192.0.2.3:25",
		"192.0.2.4:25" };
	static const enum sim_connect how[] = { SIM_CONNECT_REFUSED, SIM_CONNECT_BLACK_HOLE,
		SIM_CONNECT_NORMAL, SIM_CONNECT_NORMAL };

	(void)arg;
	while (!scene.over) {
		sim_net_connect(
			where[rng_below(&scene.rng, MEMBERS)], how[rng_below(&scene.rng, 4)]);
		if (scene.resets && rng_below(&scene.rng, 4) == 0)
			sim_host_reset_connections(sim_here());
		ctx_sleep(ctx, (usec_t)rng_below(&scene.rng, 4 * USEC_PER_SEC));
	}
	for (size_t i = 0; i < MEMBERS; i++)
		sim_net_connect(where[i], SIM_CONNECT_NORMAL);
	return 0;
}

/* Nothing is counted any more, and all members are well again after a while. */
static void check_end(struct ctx *ctx)
{
	struct nexthop_view_member m;

	ck_assert_int_eq(ctx_sleep(ctx, 20 * USEC_PER_MIN), 0);
	for (size_t i = 0; i < MEMBERS; i++) {
		ck_assert(nexthop_view_member(scene.nh[0], scene.hops, i, &m));
		ck_assert_uint_eq(m.connections, 0);
		ck_assert_uint_eq(m.transactions, 0);
		ck_assert_int_eq(m.health.state, NEXTHOP_MEMBER_UP);
		ck_assert(m.known);
	}
	ck_assert(!nexthop_view_member(scene.nh[0], scene.hops, MEMBERS, &m));
	ck_assert_uint_eq(nexthop_view_waiting(scene.nh[0], scene.hops), 0);
	for (size_t i = 0; i < CLIENTS; i++)
		ck_assert_uint_gt(scene.served[i], ROUNDS / 4);
}

static void play_clients(struct ctx *ctx)
{
	struct scope clients, rest;

	scope_init(&clients, SCOPE_ALL);
	scope_init(&rest, SCOPE_SERVE);
	for (unsigned i = 0; i < WORKERS; i++) {
		scope_spawn(&rest, "nexthop", nexthop_run, scene.nh[i]);
		scope_spawn(&rest, "checks", nexthop_health_run, scene.nh[i]);
	}
	scope_spawn(&rest, "chaos", chaos, NULL);
	for (size_t i = 0; i < CLIENTS; i++)
		scope_spawn(&clients, "client", client, (void *)(uintptr_t)i);
	ck_assert_int_eq(scope_wait(ctx, &clients), 0);
	scene.over = true;
	check_end(ctx);
	scope_end(ctx, &rest);
}

static int two_workers(struct ctx *ctx, void *arg)
{
	const struct hash_key key = { 1, 2 };
	void *board = mem_zalloc(nexthop_board_bytes(64, WORKERS));
	void *table = mem_zalloc(tally_bytes(64, WORKERS));
	struct nexthop_limits limits[WORKERS];
	struct nexthop_options options = { .config = scene.config };
	struct buf why;

	(void)arg;
	buf_init(&why, 1000);
	options.board = nexthop_board_init(board, 64, WORKERS, key);
	struct tally *tally = tally_init(table, 64, WORKERS, key);

	for (unsigned i = 0; i < WORKERS; i++) {
		nexthop_limits_init(&limits[i], key, tally, i);
		options.limits = &limits[i];
		options.slot = i;
		ck_assert_int_eq(nexthop_new(&options, &why, &scene.nh[i]), 0);
	}
	play_clients(ctx);
	for (unsigned i = 0; i < WORKERS; i++) {
		nexthop_free(ctx, scene.nh[i]);
		nexthop_limits_done(&limits[i]);
	}
	buf_done(&why);
	free(board);
	free(table);
	return 0;
}

static int build(struct ctx *ctx, void *arg)
{
	struct sim_host *us = sim_host_new("us", "192.0.2.99");

	sim_dns_clear();
	sim_openssl_start();
	scene = (struct scene){ .config = load_text(config_text), .resets = with_resets };
	ck_assert_msg(scene.config != NULL, "%s", load_said());
	scene.hops = config_hops_find(scene.config, slice_str(arg));
	rng_seed(&scene.rng, 7);
	for (size_t i = 0; i < MEMBERS; i++) {
		char address[16];

		snprintf(address, sizeof(address), "192.0.2.%zu", i + 1);
		(void)peer_start(sim_host_new(address, address), &scene.peers[i]);
	}
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	int r = sim_host_run(ctx, us, "us", two_workers, NULL);

	config_unref(scene.config);
	return r;
}

START_TEST(members_come_and_go)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		with_resets = seed % 2 == 0;
		run_seed(seed, build, (void *)(uintptr_t)names[_i]);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("sim/pool");
	TCase *t = tcase_create("pool");

	tcase_set_timeout(t, 100);
	tcase_add_loop_test(t, members_come_and_go, 0, sizeof(names) / sizeof(names[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
