/* The way out on a virtual network: names, order, fail-over, memory, kept connections, limits. Each
 * case runs under a few seeds. */
#include "nexthop/nexthop.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "certs.h"
#include "config/config.h"
#include "peer.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/scope.h"
#include "rt/sim/openssl.h"
#include "rt/tls.h"
#include "sim_check.h"
#include "config/load_text.h"

#define ZONE                                                                                       \
	"two.example 300 MX 10 mx1.example\n"                                                      \
	"two.example 300 MX 20 mx2.example\n"                                                      \
	"equal.example 300 MX 10 mx1.example\n"                                                    \
	"equal.example 300 MX 10 mx2.example\n"                                                    \
	"mx1.example 300 A 192.0.2.1\n"                                                            \
	"mx1.example 300 AAAA 2001:db8::1\n"                                                       \
	"mx2.example 300 A 192.0.2.2\n"                                                            \
	"bare.example 300 A 192.0.2.1\n"                                                           \
	"alias.example 300 CNAME two.example\n"                                                    \
	"xn--bcher-kva.example 300 MX 10 mx1.example\n"                                            \
	"null.example 300 MX 0 .\n"                                                                \
	"ours.example 300 MX 10 us.example\n"                                                      \
	"ours.example 300 MX 20 mx2.example\n"                                                     \
	"backup.example 300 MX 10 mx1.example\n"                                                   \
	"backup.example 300 MX 20 us.example\n"                                                    \
	"backup.example 300 MX 30 mx2.example\n"                                                   \
	"address.example 300 MX 10 mx2.example\n"                                                  \
	"address.example 300 MX 10 hidden.example\n"                                               \
	"behind.example 300 MX 5 mx1.example\n"                                                    \
	"behind.example 300 MX 10 hidden.example\n"                                                \
	"hidden.example 300 A 192.0.2.99\n"                                                        \
	"inside.example 300 MX 10 local.example\n"                                                 \
	"local.example 300 A 127.0.0.1\n"                                                          \
	"text.example 300 TXT \"nothing else\"\n"                                                  \
	"gone.example 300 MX 10 nowhere.example\n"                                                 \
	"half.example 300 MX 10 nowhere.example\n"                                                 \
	"half.example 300 MX 20 mx2.example\n"                                                     \
	"broken.example 300 MX 10 mx.fail.example\n"                                               \
	"us.example 300 A 192.0.2.99\n"                                                            \
	"$servfail fail.example\n"                                                                 \
	"bogus.example 300 MX 10 mx1.example\n"                                                    \
	"mx.bogus.example 300 A 192.0.2.1\n"                                                       \
	"to-bogus.example 300 CNAME bogus.example\n"                                               \
	"host-bogus.example 300 MX 10 mx.bogus.example\n"                                          \
	"half-bogus.example 300 MX 10 mx.bogus.example\n"                                          \
	"half-bogus.example 300 MX 20 mx2.example\n"                                               \
	"alias-bogus.example 300 MX 10 to-bogus.example\n"                                         \
	"s.example 300 MX 10 mx1.example\n"                                                        \
	"to-bogus.s.example 300 CNAME bogus.example\n"                                             \
	"host-bogus.s.example 300 MX 10 mx.bogus.example\n"                                        \
	"bare.s.example 300 A 192.0.2.1\n"                                                         \
	"text.s.example 300 TXT \"nothing else\"\n"                                                \
	"to-none.s.example 300 CNAME none.s.example\n"                                             \
	"gone.s.example 300 MX 10 none.s.example\n"                                                \
	"$secure s.example\n"                                                                      \
	"$bogus bogus.example\n"

#define CONFIG                                                                                     \
	"hostname: us.example\n"                                                                   \
	"our-addresses: [ 192.0.2.99 ]\n"                                                          \
	"delivery: { greeting-timeout: 1m, dead-host: 10m, connections-per-destination: 2,\n"      \
	"            messages-per-connection: 3 }\n"                                               \
	"hops:\n"                                                                                  \
	"  pair: { hosts: [ mx1.example, mx2.example ] }\n"                                        \
	"  one: { hosts: [ mx1.example ], max-connections: 1 }\n"                                  \
	"  clear: { hosts: [ \"192.0.2.1\" ], tls: off }\n"                                        \
	"  strict: { hosts: [ mx1.example, mx2.example ], tls: require }\n"                        \
	"  safe: { hosts: [ mx2.example, mx1.example ], tls: verify }\n"                           \
	"  wrong: { hosts: [ mx2.example ], tls: verify }\n"                                       \
	"  any: { hosts: [ mx2.example ], tls: require }\n"                                        \
	"  smtps: { hosts: [ \"smtps://mx1.example\" ], tls: verify,\n"                            \
	"           login: { user: me, password-file: provider.secret } }\n"                       \
	"  missing: { hosts: [ nowhere.example ] }\n"                                              \
	"  login: { hosts: [ \"localhost:2525\", \"127.0.0.1:2526\" ], tls: off,\n"                \
	"           login: { user: me, password-file: provider.secret } }\n"

/* What every case works on. */
struct scene {
	struct peer mx1, mx2;
	struct sim_host *host1;
	struct nexthop *nh;
	const struct config *config;
	struct pool *pool;
};

static struct scene scene;
static struct tls_client *authorities;
static struct tls_server *server_tls; /* its certificate is for mx1.example */
static coro_fn *the_case;

/* ---- helpers ---- */

static int run_scene(struct ctx *ctx, void *arg)
{
	const struct nexthop_options options = {
		.config = scene.config, .pool = scene.pool, .authorities = authorities
	};
	struct scope scope;
	struct buf why;

	(void)arg;
	buf_init(&why, 1000);
	ck_assert_int_eq(nexthop_new(&options, &why, &scene.nh), 0);
	buf_done(&why);
	scope_init(&scope, SCOPE_SERVE);
	ck_assert_int_eq(scope_spawn(&scope, "nexthop", nexthop_run, scene.nh), 0);

	int r = the_case(ctx, NULL);

	scope_end(ctx, &scope);
	nexthop_free(ctx, scene.nh);
	return r;
}

static void make_tls(void)
{
	struct cert ca = cert_make(NULL, "Root", NULL, -1, 3650, true);
	struct cert leaf = cert_make(&ca, "leaf", "DNS:mx1.example", -1, 3650, false);
	struct tls_keypair pair = { leaf.pem, leaf.key_pem };
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(tls_server_new(&pair, 1, &why, &server_tls), 0);
	ck_assert_int_eq(tls_client_new(ca.pem, &why, &authorities), 0);
	buf_done(&why);
	cert_free(&leaf);
	cert_free(&ca);
}

static int build(struct ctx *ctx, void *arg)
{
	struct sim_host *one = sim_host_new("mx1", "192.0.2.1 2001:db8::1");
	struct sim_host *two = sim_host_new("mx2", "192.0.2.2");
	struct sim_host *us = sim_host_new("us", "192.0.2.99 2001:db8::99");

	(void)arg;
	sim_dns_clear();
	ck_assert_uint_eq(sim_dns_zone(ZONE), 0);
	sim_openssl_start();
	make_tls();
	scene = (struct scene){ .mx1.tls = server_tls, .mx2.tls = server_tls };
	scene.host1 = one;
	scene.config = load_text(CONFIG);
	ck_assert_msg(scene.config != NULL, "%s", load_said());
	scene.pool = pool_new("burn", 1, 10);
	(void)peer_start(one, &scene.mx1);
	(void)peer_start(two, &scene.mx2);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);

	int r = sim_host_run(ctx, us, "us", run_scene, NULL);

	pool_free(scene.pool);
	config_unref(scene.config);
	tls_client_unref(authorities);
	tls_server_unref(server_tls);
	return r;
}

static void play_seeds(coro_fn *fn, uint64_t seeds)
{
	the_case = fn;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed, build, NULL);
}

static void play(coro_fn *fn)
{
	play_seeds(fn, SEEDS);
}

static struct nexthop_target target_of(struct ctx *ctx, const char *name)
{
	struct nexthop_target t;
	const struct config_hops *hops = config_hops_find(scene.config, slice_str(name));

	if (hops)
		nexthop_target_hops(ctx->arena, hops, &t);
	else
		nexthop_target_mx(ctx->arena, slice_str(name), &t);
	return t;
}

static struct nexthop_failure failure;
static const struct nexthop_ask nothing;

/* A lease at `name`, from `host`; or NULL and the failure when host is NULL. */
static struct nexthop_conn *acquire(
	struct ctx *ctx, const char *name, unsigned needs, const char *host)
{
	struct nexthop_target t = target_of(ctx, name);
	struct nexthop_conn *conn = NULL;

	failure = (struct nexthop_failure){ 0 };

	int r = nexthop_acquire(
		ctx, scene.nh, &t, &(struct nexthop_ask){ .needs = needs }, &conn, &failure);

	ck_assert_msg(
		(r == 0) == (host != NULL), "%s: %s", name, r < 0 ? failure.text : "a session");
	if (host)
		ck_assert_msg(slice_eq(nexthop_conn_host(conn), slice_str(host)), "%s: at %.*s",
			name, SLICE_ARG(nexthop_conn_host(conn)));
	return conn;
}

static void check_failure(const char *name, const char *status, bool alarm, const char *text)
{
	struct buf b;

	buf_init(&b, 100);
	smtp_status_format(&b, failure.status);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(status)), "%s: %.*s %s", name,
		SLICE_ARG(buf_slice(&b)), failure.text);
	ck_assert_int_eq(failure.fate, status[0] == '5' ? NEXTHOP_FAIL : NEXTHOP_DEFER);
	ck_assert_msg(failure.alarm == alarm, "%s: alarm: %s", name, failure.text);
	ck_assert_msg(strstr(failure.text, text) != NULL, "%s: %s", name, failure.text);
	buf_done(&b);
}

static const char content[] = "Subject: x\r\n\r\nx\r\n";

static int next_piece(struct ctx *ctx, void *arg, struct slice *ret)
{
	bool *done = arg;

	(void)ctx;
	*ret = *done ? SLICE_NIL : slice_of(content, sizeof(content) - 1);
	*done = true;
	return 0;
}

static void rewind_pieces(void *arg)
{
	*(bool *)arg = false;
}

static struct client_result send_one(struct ctx *ctx, struct nexthop_conn *conn)
{
	static const struct client_rcpt rcpt = { .path = SLICE("b@two.example") };
	bool done = false;
	const struct client_message m = {
		.reverse_path = S("a@us.example"),
		.rcpts = &rcpt,
		.n = 1,
		.size = sizeof(content) - 1,
		.arg = &done,
		.next = next_piece,
		.rewind = rewind_pieces,
	};
	struct client_result result;

	ck_assert_int_eq(nexthop_send(ctx, conn, &m, &result), 0);
	return result;
}

static void deliver(struct ctx *ctx, const char *name, const char *host)
{
	struct nexthop_conn *conn = acquire(ctx, name, 0, host);

	ck_assert_int_eq(send_one(ctx, conn).outcome, CLIENT_DELIVERED);
	nexthop_release(conn);
}

/* ---- names ---- */

static int good_names(struct ctx *ctx, void *arg)
{
	static const struct {
		const char *name, *host;
	} cases[] = {
		{ "two.example", "mx1.example" },
		{ "alias.example", "mx1.example" },
		{ "bare.example", "bare.example" },
		{ "backup.example", "mx1.example" },
		{ "behind.example", "mx1.example" },
		{ "half.example", "mx2.example" },
		/* Proven or not, an answer is the same to us: TLSA records are not asked for. */
		{ "s.example", "mx1.example" },
		{ "bare.s.example", "bare.s.example" },
		{ "half-bogus.example", "mx2.example" },
		{ "[192.0.2.2]", "192.0.2.2" },
		{ "[IPv6:2001:db8::1]", "2001:db8::1" },
		{ "b\xc3\xbc"
		  "cher.example",
			"mx1.example" },
		{ "pair", "mx1.example" },
		{ "clear", "192.0.2.1" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		deliver(ctx, cases[i].name, cases[i].host);
	return 0;
}

static int bad_names(struct ctx *ctx, void *arg)
{
	static const struct {
		const char *name, *status, *text;
		bool alarm;
	} cases[] = {
		{ "null.example", "5.1.10", "takes no mail" },
		{ "absent.example", "5.1.2", "does not exist" },
		{ "text.example", "5.1.2", "neither mail exchanger nor address" },
		{ "gone.example", "5.4.4", "has an address" },
		{ "broken.example", "4.4.3", "look-up of mx.fail.example" },
		{ "x.fail.example", "4.4.3", "look-up of x.fail.example" },
		{ "bogus.example", "4.4.3", "look-up of bogus.example", true },
		/* Whatever cannot be proven may come from anybody: it never bounces. */
		{ "none.bogus.example", "4.4.3", "look-up of none.bogus.example", true },
		{ "to-bogus.example", "4.4.3", "look-up of to-bogus.example", true },
		{ "to-bogus.s.example", "4.4.3", "look-up of to-bogus.s.example", true },
		{ "host-bogus.example", "4.4.3", "look-up of mx.bogus.example", true },
		{ "host-bogus.s.example", "4.4.3", "look-up of mx.bogus.example", true },
		{ "alias-bogus.example", "4.4.3", "look-up of to-bogus.example", true },
		/* What does not exist, proven or in an unsigned zone, does. */
		{ "none.s.example", "5.1.2", "none.s.example does not exist" },
		{ "to-none.s.example", "5.1.2", "does not exist" },
		{ "text.s.example", "5.1.2", "neither mail exchanger nor address" },
		{ "gone.s.example", "5.4.4", "has an address" },
		{ "ours.example", "5.4.6", "come back to us", true },
		{ "us.example", "5.4.6", "come back to us", true },
		{ "address.example", "5.4.6", "hidden.example", true },
		{ "inside.example", "5.4.6", "local.example", true },
		{ "[127.0.0.1]", "5.4.6", "come back to us", true },
		{ "[tag:x]", "5.1.2", "no address" },
		{ "\xcc\x81x.example", "5.1.2", "no valid internationalised name" },
		{ "missing", "4.4.4", "nowhere.example has no address", true },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)acquire(ctx, cases[i].name, 0, NULL);
		check_failure(cases[i].name, cases[i].status, cases[i].alarm, cases[i].text);
	}
	ck_assert_uint_eq(scene.mx1.connections + scene.mx2.connections, 0);
	return 0;
}

static unsigned first_of_equals;

static int equal_preferences(struct ctx *ctx, void *arg)
{
	struct nexthop_target t = target_of(ctx, "equal.example");
	struct nexthop_conn *conn;

	(void)arg;
	ck_assert_int_eq(nexthop_acquire(ctx, scene.nh, &t, &nothing, &conn, &failure), 0);
	first_of_equals += slice_eq(nexthop_conn_host(conn), S("mx1.example"));
	nexthop_release(conn);
	return 0;
}

START_TEST(names)
{
	play(good_names);
	play(bad_names);
	play_seeds(equal_preferences, SEEDS);
	ck_assert_uint_gt(first_of_equals, 0);
	ck_assert_uint_lt(first_of_equals, SEEDS);
}
END_TEST

/* ---- fail-over and memory ---- */

static void set_mx1(enum sim_connect how)
{
	sim_net_connect("192.0.2.1:25", how);
	sim_net_connect("[2001:db8::1]:25", how);
}

static int fail_over(struct ctx *ctx, void *arg)
{
	static const enum sim_connect ways[] = { SIM_CONNECT_REFUSED, SIM_CONNECT_UNREACHABLE,
		SIM_CONNECT_RESET, SIM_CONNECT_BLACK_HOLE };

	(void)arg;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct nexthop_counts counts;
		usec_t before = clock_now();

		set_mx1(ways[i]);
		deliver(ctx, "two.example", "mx2.example");
		nexthop_counts(scene.nh, &counts);
		ck_assert_uint_eq(counts.dead, 2);
		if (ways[i] == SIM_CONNECT_BLACK_HOLE)
			ck_assert_int_ge(clock_now() - before, 30 * USEC_PER_SEC);
		/* Others pay nothing for it, not even on another way to that host. */
		before = clock_now();
		deliver(ctx, "pair", "mx2.example");
		ck_assert_int_lt(clock_now() - before, USEC_PER_SEC);
		ck_assert_int_eq(ctx_sleep(ctx, 11 * USEC_PER_MIN), 0);
		set_mx1(SIM_CONNECT_NORMAL);
		deliver(ctx, "two.example", "mx1.example");
		ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	}
	return 0;
}

/* One family only works: Happy Eyeballs hides it. */
static int one_family(struct ctx *ctx, void *arg)
{
	usec_t before = clock_now();

	(void)arg;
	sim_net_connect("[2001:db8::1]:25", SIM_CONNECT_BLACK_HOLE);
	deliver(ctx, "two.example", "mx1.example");
	ck_assert_int_lt(clock_now() - before, USEC_PER_SEC);
	return 0;
}

static int all_dead(struct ctx *ctx, void *arg)
{
	(void)arg;
	sim_net_connect("192.0.2.1:25", SIM_CONNECT_REFUSED);
	(void)acquire(ctx, "[192.0.2.1]", 0, NULL);
	check_failure("refused", "4.4.1", false, "connect to [192.0.2.1]:25: connection");
	sim_net_connect("192.0.2.1:25", SIM_CONNECT_NORMAL);
	/* The only one there is: tried although it is remembered as dead. */
	deliver(ctx, "[192.0.2.1]", "192.0.2.1");
	return 0;
}

static int bad_greetings(struct ctx *ctx, void *arg)
{
	usec_t before = clock_now();

	(void)arg;
	scene.mx1.greeting = "421 4.3.2 busy";
	deliver(ctx, "two.example", "mx2.example");
	scene.mx1.greeting = "554 5.3.2 no service";
	deliver(ctx, "pair", "mx2.example");
	ck_assert_int_lt(clock_now() - before, USEC_PER_MIN);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	scene.mx1.greeting = "";
	deliver(ctx, "two.example", "mx2.example");
	/* A silent host costs its time-out for each of its addresses, once. */
	ck_assert_int_ge(clock_now() - before, 3 * USEC_PER_MIN);
	before = clock_now();
	deliver(ctx, "pair", "mx2.example");
	ck_assert_int_lt(clock_now() - before, USEC_PER_SEC);
	scene.mx1.greeting = scene.mx2.greeting = "450 4.3.2 busy";
	ck_assert_int_eq(ctx_sleep(ctx, 11 * USEC_PER_MIN), 0);
	(void)acquire(ctx, "two.example", 0, NULL);
	check_failure("greeting", "4.3.2", false, "mx2.example[192.0.2.2]:25: greeting: 450");
	ck_assert_int_eq(failure.reply.code, 450);
	ck_assert(slice_eq(failure.host, S("mx2.example")));
	return 0;
}

/* Behind ourselves there is nothing to go to. */
static int not_behind_us(struct ctx *ctx, void *arg)
{
	(void)arg;
	set_mx1(SIM_CONNECT_REFUSED);
	(void)acquire(ctx, "behind.example", 0, NULL);
	check_failure("behind", "4.4.1", false, "connect to mx1.example[");
	(void)acquire(ctx, "backup.example", 0, NULL);
	check_failure("backup", "4.4.1", false, "connect to mx1.example[");
	ck_assert_uint_eq(scene.mx2.connections, 0);
	return 0;
}

START_TEST(hosts)
{
	play(not_behind_us);
	play(fail_over);
	play(one_family);
	play(all_dead);
	play(bad_greetings);
}
END_TEST

/* ---- TLS policy, log-in, what a message needs ---- */

static int tls_policy(struct ctx *ctx, void *arg)
{
	(void)arg;
	scene.mx1.ehlo = scene.mx2.ehlo = "250-mx\n250 STARTTLS";
	deliver(ctx, "two.example", "mx1.example");
	ck_assert_uint_eq(scene.mx1.starttls_seen, 1);
	ck_assert_uint_eq(scene.mx1.connections, 2); /* once more, in the clear */
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	(void)acquire(ctx, "strict", 0, NULL);
	check_failure("strict", "4.7.5", false, "mx2.example[192.0.2.2]:25: TLS refused: 454");
	scene.mx1.ehlo = scene.mx2.ehlo = "250 mx";
	(void)acquire(ctx, "strict", 0, NULL);
	check_failure("strict", "4.7.5", true, "not offered");
	return 0;
}

/* What did not work is not tried again at once, at the same address. */
static int tls_memory(struct ctx *ctx, void *arg)
{
	(void)arg;
	scene.mx2.ehlo = "250-mx\n250 STARTTLS";
	scene.mx2.starttls = "220 go\nbut not like this";
	deliver(ctx, "[192.0.2.2]", "192.0.2.2");
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	deliver(ctx, "[192.0.2.2]", "192.0.2.2");
	ck_assert_uint_eq(scene.mx2.starttls_seen, 1);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_HOUR), 0);
	deliver(ctx, "[192.0.2.2]", "192.0.2.2");
	ck_assert_uint_eq(scene.mx2.starttls_seen, 2);
	return 0;
}

static void deliver_by_tls(
	struct ctx *ctx, const char *name, const char *host, enum tls_peer expected)
{
	struct nexthop_conn *conn = acquire(ctx, name, 0, host);
	struct tls_info info;

	ck_assert(nexthop_conn_tls(conn, &info));
	ck_assert_msg(info.peer == expected, "%s: %d", name, info.peer);
	ck_assert_int_eq(send_one(ctx, conn).outcome, CLIENT_DELIVERED);
	nexthop_release(conn);
}

static int with_tls(struct ctx *ctx, void *arg)
{
	(void)arg;
	scene.mx1.ehlo = scene.mx2.ehlo = "250-mx\n250 STARTTLS";
	scene.mx1.starttls = scene.mx2.starttls = "220 go";
	deliver_by_tls(ctx, "two.example", "mx1.example", TLS_PEER_VERIFIED);
	deliver_by_tls(ctx, "any", "mx2.example", TLS_PEER_TRUSTED);
	deliver_by_tls(ctx, "safe", "mx1.example", TLS_PEER_VERIFIED);
	(void)acquire(ctx, "wrong", 0, NULL);
	check_failure("wrong", "4.7.5", true, "mx2.example[192.0.2.2]:25: ");
	/* Nothing is remembered about it: a new certificate helps at once. */
	(void)acquire(ctx, "wrong", 0, NULL);
	check_failure("wrong", "4.7.5", true, "mx2.example[192.0.2.2]:25: ");
	ck_assert_uint_eq(scene.mx1.messages + scene.mx2.messages, 3);
	return 0;
}

static int log_in_by_tls(struct ctx *ctx, void *arg)
{
	static struct peer provider;
	struct sim_proc *proc = peer_start(scene.host1, &provider);

	(void)arg;
	provider = (struct peer){ .port = 465, .implicit = true, .tls = server_tls };
	provider.ehlo = "250-mx\n250 AUTH LOGIN PLAIN";
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	deliver_by_tls(ctx, "smtps", "mx1.example", TLS_PEER_VERIFIED);
	ck_assert_uint_eq(provider.auths, 1);
	sim_proc_stop(proc);
	(void)sim_proc_wait(ctx, proc);
	return 0;
}

static int log_in(struct ctx *ctx, void *arg)
{
	struct peer provider = { .port = 2525, .ehlo = "250-mx\n250 AUTH PLAIN" };
	struct peer spare = { .port = 2526 };
	struct sim_proc *proc = peer_start(sim_here(), &provider);
	struct sim_proc *other = peer_start(sim_here(), &spare);

	(void)arg;
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	deliver(ctx, "login", "localhost");
	ck_assert_uint_eq(provider.auths, 1);
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	provider.auth = "535 5.7.8 wrong";
	(void)acquire(ctx, "login", 0, NULL);
	check_failure("refused", "4.7.8", true, "log-in refused: 535 5.7.8 wrong");
	provider.ehlo = "250 mx";
	(void)acquire(ctx, "login", 0, NULL);
	check_failure("not offered", "4.7.8", true, "log-in as me");
	ck_assert_uint_eq(spare.connections, 0); /* the next host would not help */
	sim_proc_stop(proc);
	(void)sim_proc_wait(ctx, proc);
	sim_proc_stop(other);
	(void)sim_proc_wait(ctx, other);
	return 0;
}

static int needs(struct ctx *ctx, void *arg)
{
	struct nexthop_conn *conn;

	(void)arg;
	scene.mx1.ehlo = "250 mx";
	conn = acquire(ctx, "two.example", NEXTHOP_NEED_8BIT, "mx2.example");
	nexthop_release(conn);
	conn = acquire(ctx, "pair", 0, "mx1.example");
	nexthop_release(conn);
	conn = acquire(ctx, "pair", NEXTHOP_NEED_8BIT, "mx2.example");
	nexthop_release(conn);
	(void)acquire(ctx, "two.example", NEXTHOP_NEED_UTF8, NULL);
	check_failure("utf8", "5.6.7", false, "SMTPUTF8");
	scene.mx2.greeting = "450 no";
	(void)acquire(ctx, "equal.example", NEXTHOP_NEED_8BIT, NULL);
	ck_assert_int_eq(failure.fate, NEXTHOP_DEFER); /* mx2 may have it */
	return 0;
}

START_TEST(policy)
{
	play(tls_policy);
	play(tls_memory);
	play(with_tls);
	play(log_in);
	play(log_in_by_tls);
	play(needs);
}
END_TEST

/* ---- kept connections ---- */

static int kept(struct ctx *ctx, void *arg)
{
	struct nexthop_counts counts;

	(void)arg;
	for (size_t i = 0; i < 7; i++)
		deliver(ctx, "two.example", "mx1.example");
	ck_assert_uint_eq(scene.mx1.connections, 3); /* three messages each */
	deliver(ctx, "pair", "mx1.example"); /* another destination: another connection */
	ck_assert_uint_eq(scene.mx1.connections, 4);
	ck_assert_int_eq(ctx_sleep(ctx, 10 * USEC_PER_SEC), 0);
	nexthop_counts(scene.nh, &counts);
	ck_assert_uint_eq(counts.connections, 0);
	ck_assert_uint_eq(scene.mx1.quits, 4);
	ck_assert_uint_eq(scene.mx1.lost, 0);
	ck_assert_uint_eq(scene.mx1.messages, 8);
	return 0;
}

static int peer_closes(struct ctx *ctx, void *arg)
{
	(void)arg;
	scene.mx1.messages_max = 1;
	for (int i = 0; i < 6; i++) {
		scene.mx1.farewell = i % 2;
		deliver(ctx, "two.example", "mx1.example");
		/* At once, while the end is on its way, and later. */
		if (i % 3 == 2)
			ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_SEC), 0);
	}
	ck_assert_uint_eq(scene.mx1.messages, 6);
	ck_assert_uint_eq(scene.mx1.connections, 6);
	return 0;
}

static int peer_dies(struct ctx *ctx, void *arg)
{
	(void)arg;
	deliver(ctx, "[192.0.2.2]", "192.0.2.2");

	/* It is gone, and what comes in its place refuses: the message fails by that. */
	struct nexthop_conn *conn = acquire(ctx, "[192.0.2.2]", 0, "192.0.2.2");

	sim_host_reset_connections(sim_here());
	sim_net_connect("192.0.2.2:25", SIM_CONNECT_REFUSED);

	struct client_result result = send_one(ctx, conn);

	ck_assert_int_eq(result.outcome, CLIENT_TEMPORARY);
	ck_assert_int_eq(result.stage, CLIENT_CONNECT);
	ck_assert(strstr(result.text, "connect to [192.0.2.2]") != NULL);
	ck_assert(!nexthop_reusable(conn));
	nexthop_release(conn);
	return 0;
}

static int new_config(struct ctx *ctx, void *arg)
{
	const struct config *config = load_text("hostname: us.example\n");
	struct nexthop_conn *conn;
	struct buf why;

	(void)arg;
	buf_init(&why, 1000);
	deliver(ctx, "pair", "mx1.example");
	conn = acquire(ctx, "two.example", 0, "mx1.example");
	ck_assert_int_eq(nexthop_set_config(scene.nh, config, &why), 0);
	ck_assert_int_eq(send_one(ctx, conn).outcome, CLIENT_DELIVERED);
	ck_assert(!nexthop_reusable(conn)); /* its configuration is the old one */
	nexthop_release(conn);
	(void)acquire(ctx, "pair", 0, NULL);
	check_failure("pair", "4.3.5", false, "no longer in the configuration");
	config_unref(config);
	return 0;
}

START_TEST(keeping)
{
	play(kept);
	play(peer_closes);
	play(peer_dies);
	play(new_config);
}
END_TEST

/* ---- limits ---- */

static int one_delivery(struct ctx *ctx, void *arg)
{
	struct nexthop_conn *conn = acquire(ctx, arg, 0, "mx1.example");

	ck_assert_int_eq(ctx_sleep(ctx, 100 * USEC_PER_MSEC), 0);
	ck_assert_int_eq(send_one(ctx, conn).outcome, CLIENT_DELIVERED);
	nexthop_release(conn);
	return 0;
}

static int many_at_once(struct ctx *ctx, void *arg)
{
	static char two[] = "two.example", one[] = "one";
	struct nexthop_target t = target_of(ctx, "two.example");
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	ck_assert_uint_eq(nexthop_room(scene.nh, &t), 2);
	for (size_t i = 0; i < 9; i++)
		ck_assert_int_eq(scope_spawn(&scope, "delivery", one_delivery, two), 0);
	ck_assert_int_eq(ctx_sleep(ctx, 50 * USEC_PER_MSEC), 0);
	ck_assert_uint_eq(nexthop_room(scene.nh, &t), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	ck_assert_uint_eq(scene.mx1.messages, 9);
	ck_assert_uint_le(scene.mx1.most_open, 2);
	ck_assert_uint_le(scene.mx1.connections, 4); /* three messages each */
	ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MIN), 0);
	ck_assert_uint_eq(nexthop_room(scene.nh, &t), 2);
	scene.mx1.most_open = 0;
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(scope_spawn(&scope, "delivery", one_delivery, one), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	ck_assert_uint_eq(scene.mx1.most_open, 1);
	scope_end(ctx, &scope);
	return 0;
}

/* Who gives up waiting takes nobody's place. */
static int giving_up(struct ctx *ctx, void *arg)
{
	struct nexthop_target t = target_of(ctx, "one");
	struct nexthop_conn *conn = acquire(ctx, "one", 0, "mx1.example"), *none = NULL;
	struct deadline d;

	(void)arg;
	ctx_narrow(ctx, &d, USEC_PER_SEC);
	ck_assert_int_eq(
		ctx_widen(ctx, &d, nexthop_acquire(ctx, scene.nh, &t, &nothing, &none, &failure)),
		ERR_TIMEOUT);
	ck_assert_ptr_null(none);
	nexthop_release(conn);
	ck_assert_uint_eq(nexthop_room(scene.nh, &t), 1);
	deliver(ctx, "one", "mx1.example");
	return 0;
}

/* Cancelled while connecting: nothing stays behind (the leak check sees to it). */
static int cancelled(struct ctx *ctx, void *arg)
{
	struct nexthop_target t = target_of(ctx, "two.example");
	struct nexthop_conn *none = NULL;
	struct deadline d;

	(void)arg;
	set_mx1(SIM_CONNECT_BLACK_HOLE);
	ctx_narrow(ctx, &d, USEC_PER_SEC);
	ck_assert_int_eq(
		ctx_widen(ctx, &d, nexthop_acquire(ctx, scene.nh, &t, &nothing, &none, &failure)),
		ERR_TIMEOUT);
	ck_assert_uint_eq(nexthop_room(scene.nh, &t), 2);
	return 0;
}

START_TEST(limits)
{
	play(many_at_once);
	play(giving_up);
	play(cancelled);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("sim/nexthop");
	TCase *t = tcase_create("nexthop");

	tcase_set_timeout(t, 100);
	tcase_add_test(t, names);
	tcase_add_test(t, hosts);
	tcase_add_test(t, policy);
	tcase_add_test(t, keeping);
	tcase_add_test(t, limits);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
