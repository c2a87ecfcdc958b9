/* Connections over the virtual network and every way in which they fail. */
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"

#include "sim_check.h"

#define PORT 25

static struct sim_host *server, *client;
static const char *const address = "192.0.2.1:25";

static struct ip_port at(const char *text)
{
	struct ip_port a;

	ck_assert(ip_port_parse(slice_str(text), &a));
	return a;
}

static void make_hosts(void)
{
	server = sim_host_new("server", "192.0.2.1 2001:db8::1");
	client = sim_host_new("client", "192.0.2.2");
}

/* ---- a server that sends back what it gets ---- */

static int echo_session(struct ctx *ctx, void *arg)
{
	struct sock *s = arg;
	char bytes[3000];
	size_t n;
	int r;

	while ((r = sock_read(ctx, s, bytes, sizeof(bytes), &n)) == 0) {
		struct iovec iov = { bytes, n };

		r = sock_writev(ctx, s, &iov, 1);
		if (r < 0)
			break;
	}
	sock_close(s);
	return 0;
}

static int echo_server(struct ctx *ctx, void *arg)
{
	struct ip_port where = at(":25");
	struct listen_sock *l;
	struct scope sessions;
	struct sock *s;
	int r;

	(void)arg;
	ck_assert_int_eq(listen_sock_open(&where, NULL, &l), 0);
	scope_init(&sessions, SCOPE_SERVE);
	while ((r = listen_sock_accept(ctx, l, &s, NULL, NULL)) == 0)
		ck_assert_int_eq(scope_spawn(&sessions, "session", echo_session, s), 0);
	listen_sock_close(l);
	scope_end(ctx, &sessions);
	return r;
}

static int write_text(struct ctx *ctx, struct sock *s, struct slice text)
{
	struct iovec iov = { (void *)(uintptr_t)text.p, text.n };

	return sock_writev(ctx, s, &iov, 1);
}

static int connect_to(struct ctx *ctx, const char *text, usec_t limit, struct sock **ret)
{
	struct ip_port to = at(text);
	struct deadline d;

	ctx_narrow(ctx, &d, limit);
	return ctx_widen(ctx, &d, sock_connect(ctx, &to, NULL, ret));
}

static int read_exactly(struct ctx *ctx, struct sock *s, char *p, size_t n)
{
	while (n) {
		size_t got;
		int r = sock_read(ctx, s, p, n, &got);

		if (r < 0)
			return r;
		p += got;
		n -= got;
	}
	return 0;
}

struct writing {
	struct sock *s;
	struct slice bytes;
};

static int writer(struct ctx *ctx, void *arg)
{
	struct writing *w = arg;
	int r = write_text(ctx, w->s, w->bytes);

	if (r == 0)
		sock_shutdown(w->s);
	return r;
}

/* Sends and reads back 300,000 bytes, more than both windows hold. Returns what came of it. */
static int exchange(struct ctx *ctx, void *arg)
{
	static char sent[300000], got[300000];
	struct sock *s;
	struct scope both;

	(void)arg;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7 + i / 251);
	memset(got, 0, sizeof(got));
	int r = connect_to(ctx, address, USEC_PER_HOUR, &s);

	if (r < 0)
		return r;
	struct writing w = { s, slice_of(sent, sizeof(sent)) };

	scope_init(&both, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&both, "writer", writer, &w), 0);
	r = read_exactly(ctx, s, got, sizeof(got));
	if (r == 0) {
		ck_assert_int_eq(memcmp(sent, got, sizeof(got)), 0);
		r = read_exactly(ctx, s, got, 1);
		ck_assert_int_eq(r, ERR_EOF);
		ck_assert_str_eq(ctx->err.text, "192.0.2.1:25: connection closed");
		r = 0;
	}
	scope_end(ctx, &both);
	sock_close(s);
	return r;
}

static int echoes(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	struct sim_proc *p = sim_proc_start(server, "server", echo_server, NULL);

	ctx_sleep(ctx, 1000);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sim_host_run(ctx, client, "client", exchange, NULL), 0);
	sim_proc_stop(p);
	ck_assert_int_eq(sim_proc_wait(ctx, p), ERR_CANCELLED);
	return 0;
}

START_TEST(bytes_arrive_in_order)
{
	run_seeds(echoes);
}
END_TEST

/* ---- connects ---- */

static int tries_all(struct ctx *ctx, void *arg)
{
	static const struct {
		const char *to;
		enum sim_connect how;
		int result;
		usec_t least, most;
	} cases[] = {
		{ "192.0.2.1:26", SIM_CONNECT_NORMAL, ERR_REFUSED, 1, USEC_PER_SEC },
		{ "192.0.2.99:25", SIM_CONNECT_NORMAL, ERR_UNREACHABLE, 0, USEC_PER_SEC },
		{ "[2001:db8::1]:25", SIM_CONNECT_NORMAL, ERR_UNREACHABLE, 0, 0 },
		{ "127.0.0.1:25", SIM_CONNECT_NORMAL, ERR_REFUSED, 1, USEC_PER_SEC },
		{ "192.0.2.1:25", SIM_CONNECT_REFUSED, ERR_REFUSED, 1, USEC_PER_SEC },
		{ "192.0.2.1:25", SIM_CONNECT_UNREACHABLE, ERR_UNREACHABLE, 0, USEC_PER_SEC },
		{ "192.0.2.1:25", SIM_CONNECT_BLACK_HOLE, ERR_TIMEOUT, USEC_PER_MIN, USEC_PER_MIN },
		{ "192.0.2.1:25", SIM_CONNECT_NORMAL, 0, 1, USEC_PER_SEC },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		usec_t began = clock_now();
		struct sock *s;

		sim_net_connect(cases[i].to, cases[i].how);
		int r = connect_to(ctx, cases[i].to, USEC_PER_MIN, &s);

		ck_assert_msg(r == cases[i].result, "case %zu: %d", i, r);
		ck_assert_int_ge(clock_now() - began, cases[i].least);
		ck_assert_int_le(clock_now() - began, cases[i].most);
		if (r == 0)
			sock_close(s);
	}
	return 0;
}

static int connects(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	return sim_host_run(ctx, client, "client", tries_all, NULL);
}

START_TEST(connects_fail_as_told)
{
	run_seeds(connects);
}
END_TEST

static int gives_up(struct ctx *ctx, void *arg)
{
	usec_t began = clock_now();
	struct sock *s;

	(void)arg;
	make_hosts();
	sim_net_connect(address, SIM_CONNECT_BLACK_HOLE);
	ck_assert_int_eq(connect_to(ctx, address, USEC_PER_DAY, &s), ERR_UNREACHABLE);
	ck_assert_int_ge(clock_now() - began, 120 * USEC_PER_SEC);
	return 0;
}

START_TEST(the_kernel_gives_up_too)
{
	run_seeds(gives_up);
}
END_TEST

/* ---- broken connections ---- */

static int breaks(struct ctx *ctx, void *arg)
{
	const struct sim_plan *plan = arg;

	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	sim_net_plan(address, 2, plan);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", exchange, NULL), 0);

	struct deadline d;

	ctx_narrow(ctx, &d, 2 * USEC_PER_HOUR);
	struct sim_proc *p = sim_proc_start(client, "client", exchange, NULL);
	int r = ctx_widen(ctx, &d, sim_proc_wait(ctx, p));

	if (plan->how == SIM_BREAK_RESET) {
		ck_assert_int_eq(r, ERR_RESET);
	} else if (r == ERR_TIMEOUT) { /* half open: nobody tells who only reads */
		sim_proc_stop(p);
		ck_assert_int_eq(sim_proc_wait(ctx, p), ERR_CANCELLED);
	} else { /* who writes hears nothing and gives up */
		ck_assert_int_eq(r, plan->after ? ERR_RESET : ERR_UNREACHABLE);
	}
	ck_assert_int_eq(sim_host_run(ctx, client, "client", exchange, NULL), 0);
	return 0;
}

START_TEST(connections_break_as_planned)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		for (enum sim_break how = SIM_BREAK_RESET; how <= SIM_BREAK_SILENCE; how++) {
			for (uint64_t after = 0; after < 200000; after += 99999) {
				struct sim_plan plan = { how, seed % 2, after };

				run_seed(seed, breaks, &plan);
			}
		}
	}
}
END_TEST

static int resets(struct ctx *ctx, void *arg)
{
	struct sock *s;
	char byte;
	size_t n;

	(void)arg;
	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	ck_assert_int_eq(connect_to(ctx, address, USEC_PER_SEC, &s), 0);
	ck_assert_int_eq(write_text(ctx, s, S("x")), 0);
	ck_assert_int_eq(sock_wait_readable(ctx, s), 0);
	sim_host_reset_connections(server);
	ck_assert_int_eq(sock_read(ctx, s, &byte, 1, &n), 0); /* it was here before */
	ck_assert_int_eq(sock_read(ctx, s, &byte, 1, &n), ERR_RESET);
	ck_assert_int_eq(write_text(ctx, s, S("x")), ERR_RESET);
	sock_close(s);
	return 0;
}

START_TEST(resets_reach_both_ends)
{
	run_seeds(resets);
}
END_TEST

static int outage(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	struct sim_proc *p = sim_proc_start(client, "client", exchange, NULL);

	sim_link(client, server)->down = true;
	ctx_sleep(ctx, USEC_PER_MIN);
	sim_link(client, server)->down = false;
	ck_assert_int_eq(sim_proc_wait(ctx, p), 0);
	return 0;
}

START_TEST(senders_try_again_after_an_outage)
{
	run_seeds(outage);
}
END_TEST

/* ---- processes and hosts that die ---- */

static int waits_for_news(struct ctx *ctx, void *arg)
{
	struct sock *s;
	char byte;
	size_t n;

	(void)arg;
	int r = connect_to(ctx, address, USEC_PER_SEC, &s);

	if (r < 0)
		return r;
	struct deadline d;

	ctx_narrow(ctx, &d, USEC_PER_HOUR);
	r = ctx_widen(ctx, &d, sock_read(ctx, s, &byte, 1, &n));
	if (r == ERR_TIMEOUT) { /* says something to the host that was switched on again */
		ck_assert_int_eq(write_text(ctx, s, S("hello?")), 0);
		ck_assert_int_eq(sock_read(ctx, s, &byte, 1, &n), ERR_RESET);
	}
	sock_close(s);
	return r;
}

static int deaths(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	/* A killed process: the kernel closes its connections. */
	struct sim_proc *s = sim_proc_start(server, "server", echo_server, NULL);

	ctx_sleep(ctx, 1000);
	struct sim_proc *c = sim_proc_start(client, "client", waits_for_news, NULL);

	ctx_sleep(ctx, USEC_PER_SEC);
	sim_proc_kill(s);
	ck_assert_int_eq(sim_proc_wait(ctx, s), ERR_CANCELLED);
	ck_assert_int_eq(sim_proc_wait(ctx, c), ERR_EOF);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", waits_for_news, NULL), ERR_REFUSED);
	/* A host without power: nobody says anything. */
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	c = sim_proc_start(client, "client", waits_for_news, NULL);
	ctx_sleep(ctx, USEC_PER_SEC);
	sim_power_cut(server);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", waits_for_news, NULL), ERR_TIMEOUT);
	sim_proc_start(server, "server", echo_server, NULL);
	ck_assert_int_eq(sim_proc_wait(ctx, c), ERR_TIMEOUT);
	return 0;
}

START_TEST(the_dead_are_heard_or_not)
{
	run_seeds(deaths);
}
END_TEST

static int cut_inside(struct ctx *ctx, void *arg)
{
	struct sock *s;
	struct deadline d;
	char byte;
	size_t n;

	(void)arg;
	ck_assert_int_eq(connect_to(ctx, address, USEC_PER_SEC, &s), 0);
	sim_power_cut(client); /* its own host */
	/* Cleanup cannot reach anybody any more, shielded or not. */
	ctx_shield(ctx, &d, USEC_PER_SEC);
	ck_assert_int_eq(write_text(ctx, s, S("x")), ERR_CANCELLED);
	ck_assert_int_eq(sock_read(ctx, s, &byte, 1, &n), ERR_CANCELLED);
	struct ip_port to = at(address);
	struct sock *other;

	ck_assert_int_eq(sock_connect(ctx, &to, NULL, &other), ERR_CANCELLED);
	ctx_widen(ctx, &d, 0);
	ck_assert_int_eq(ctx_check(ctx), ERR_CANCELLED);
	sock_close(s);
	return 7;
}

static int cuts_itself(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", cut_inside, NULL), 7);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", exchange, NULL), 0);
	return 0;
}

START_TEST(a_process_may_cut_its_own_power)
{
	run_seeds(cuts_itself);
}
END_TEST

/* ---- listeners ---- */

static int listens(struct ctx *ctx, void *arg)
{
	struct listen_sock *a, *b, *c;
	struct ip_port any = at(":25"), other = at("192.0.2.50:25"), v6 = at("[::]:25"),
		       free_port = at(":0");
	struct listen_options share = { .reuse_port = true, .backlog = 1 };
	struct sock *s;

	(void)arg;
	ck_assert_int_eq(
		listen_sock_open(&any, &(struct listen_options){ .share = true, .backlog = 1 }, &a),
		0);
	ck_assert_int_eq(listen_sock_open(&any, NULL, &b), ERR_BUSY);
	ck_assert_int_eq(listen_sock_open(&other, NULL, &b), ERR_UNREACHABLE);
	ck_assert_int_eq(listen_sock_open(&any, &share, &b), 0);
	ck_assert_int_eq(listen_sock_open(&v6, NULL, &c), 0);
	listen_sock_close(c);
	ck_assert_int_eq(listen_sock_open(&free_port, NULL, &c), 0);
	ck_assert_uint_ne(listen_sock_address(c).port, 0);
	listen_sock_close(c);
	listen_sock_close(b);
	/* Two wait in a queue of one: the second gets in when there is room. */
	struct scope two;

	scope_init(&two, SCOPE_SERVE);
	ctx_sleep(ctx, 10 * USEC_PER_SEC);
	for (int i = 0; i < 2; i++) {
		struct ip_port peer, local;

		ck_assert_int_eq(listen_sock_accept(ctx, a, &s, &peer, &local), 0);
		ck_assert_uint_eq(local.port, PORT);
		ck_assert(ip_eq(&peer.ip, &(struct ip){ IP_V4, { 192, 0, 2, 2 } }));
		sock_close(s);
	}
	listen_sock_close(a);
	return 0;
}

static int listening(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	struct sim_proc *p = sim_proc_start(server, "server", listens, NULL);

	ctx_sleep(ctx, 1000);
	sim_proc_start(client, "first", waits_for_news, NULL);
	struct ip_port to = at(address);
	(void)to;
	ctx_sleep(ctx, USEC_PER_SEC);
	/* Its SYN is ignored, sent again, and at last taken. */
	struct sim_proc *second = sim_proc_start(client, "second", exchange, NULL);

	ck_assert_int_eq(sim_proc_wait(ctx, p), 0);
	int r = sim_proc_wait(ctx, second);

	ck_assert(r == ERR_RESET || r == ERR_EOF);
	return 0;
}

START_TEST(listeners_share_and_fill_up)
{
	run_seeds(listening);
}
END_TEST

/* ---- slow readers, chaos ---- */

static int slow_reader(struct ctx *ctx, void *arg)
{
	struct ip_port to = at(address);
	static char bytes[100000];
	struct sock *s;
	size_t n = 0, total = 0;

	(void)arg;
	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	ck_assert_int_eq(sock_connect(ctx, &to, NULL, &s), 0);
	sim_sock_set_window(s, 1000);
	/* The server's writes stop at our window, then its reads at its own buffer, then we. */
	while (sock_write_now(s, bytes, sizeof(bytes), &n) == 0) {
		total += n;
		ctx_sleep(ctx, USEC_PER_SEC);
	}
	ck_assert_uint_lt(total, 65536 + 1000 + 3000 + 1);
	ck_assert_uint_gt(total, 65535);
	while (total) {
		ck_assert_int_eq(sock_read(ctx, s, bytes, 700, &n), 0);
		total -= n;
	}
	ck_assert_int_eq(sock_read_now(s, bytes, 1, &n), ERR_BUSY);
	sock_close(s);
	return 0;
}

START_TEST(slow_readers_hold_writers_back)
{
	run_seeds(slow_reader);
}
END_TEST

static unsigned good, bad;

static int chaos(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts();
	sim_proc_start(server, "server", echo_server, NULL);
	ctx_sleep(ctx, 1000);
	sim_net_chaos(&(struct sim_chaos){
		.refused = 100, .unreachable = 100, .reset = 200, .lose = 0, .within = 300000 });
	for (int i = 0; i < 10; i++) {
		int r = sim_host_run(ctx, client, "client", exchange, NULL);

		good += r == 0;
		bad += r != 0;
	}
	return 0;
}

START_TEST(chaos_follows_the_seed)
{
	run_seeds(chaos);
	ck_assert_uint_gt(good, 50);
	ck_assert_uint_gt(bad, 30);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("net");
	TCase *t = tcase_create("net");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, bytes_arrive_in_order);
	tcase_add_test(t, connects_fail_as_told);
	tcase_add_test(t, the_kernel_gives_up_too);
	tcase_add_test(t, connections_break_as_planned);
	tcase_add_test(t, resets_reach_both_ends);
	tcase_add_test(t, senders_try_again_after_an_outage);
	tcase_add_test(t, the_dead_are_heard_or_not);
	tcase_add_test(t, a_process_may_cut_its_own_power);
	tcase_add_test(t, listeners_share_and_fill_up);
	tcase_add_test(t, slow_readers_hold_writers_back);
	tcase_add_test(t, chaos_follows_the_seed);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
