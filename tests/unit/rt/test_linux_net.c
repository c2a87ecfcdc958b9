/* Sockets, listeners and Happy Eyeballs over the loopback interface. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "check_main.h"
#include "linux_pair.h"
#include "rt/clock.h"
#include "rt/loop.h"

#define SHORT (100 * USEC_PER_MSEC)
#define LONG  (3 * USEC_PER_SEC)

static int exchange(struct ctx *ctx, void *arg)
{
	struct pair p = connect_pair(ctx);
	char got[64];
	size_t n = 0;

	(void)arg;
	ck_assert_int_eq(sock_read_now(p.server, got, sizeof(got), &n), ERR_BUSY);
	ck_assert(!sock_seems_readable(p.server));
	ck_assert_int_eq(sock_writev(ctx, p.client,
				 (struct iovec[]){ { (char[]){ "he" }, 2 }, { NULL, 0 },
					 { (char[]){ "llo" }, 3 } },
				 3),
		0);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), 0);
	ck_assert(slice_eq(slice_of(got, n), S("hello")));
	struct ip_port a = sock_peer(p.server), b = sock_local(p.client);

	ck_assert(ip_eq(&a.ip, &b.ip) && a.port == b.port);
	a = sock_local(p.server);
	b = sock_peer(p.client);
	ck_assert(ip_eq(&a.ip, &b.ip) && a.port == b.port);
	sock_shutdown(p.client);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), ERR_EOF);
	ck_assert_int_eq(ctx->err.code, ERR_EOF);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), ERR_EOF);
	ck_assert_int_eq(sock_write_now(p.server, "x", 1, &n), 0); /* half closed only */
	ck_assert_int_eq(sock_read(ctx, p.client, got, 1, &n), 0);
	close_pair(&p);
	return 0;
}

START_TEST(bytes_and_the_end_arrive)
{
	ck_assert_int_eq(loop_run("test", exchange, NULL), 0);
}
END_TEST

/* Data and FIN before the first look: the end must not be lost with the data's edge. */
static int data_then_end(struct ctx *ctx, void *arg)
{
	struct pair p = connect_pair(ctx);
	char got[64];
	size_t n = 0;

	(void)arg;
	ck_assert_int_eq(sock_write_now(p.client, "bye", 3, &n), 0);
	sock_close(p.client);
	ck_assert_int_eq(ctx_sleep(ctx, SHORT / 10), 0);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), ERR_EOF);
	sock_close(p.server);
	return 0;
}

START_TEST(the_end_behind_data_is_seen)
{
	ck_assert_int_eq(loop_run("test", data_then_end, NULL), 0);
}
END_TEST

static int reset(struct ctx *ctx, void *arg)
{
	struct pair p = connect_pair(ctx);
	struct linger now = { .l_onoff = 1 };
	char got[8];
	size_t n;

	(void)arg;
	ck_assert_int_eq(
		setsockopt(sock_fd(p.client), SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	sock_close(p.client);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), ERR_RESET);
	struct iovec iov = { got, sizeof(got) };

	ck_assert_int_eq(sock_writev(ctx, p.server, &iov, 1), ERR_RESET);
	sock_close(p.server);
	return 0;
}

/* Waits until it is known; how it was known at last. */
static int wait_taken(struct ctx *ctx, struct sock *s)
{
	int r = sock_is_taken(s);

	for (int i = 0; i < 1000 && r == ERR_BUSY; i++) {
		ck_assert_int_eq(ctx_sleep(ctx, USEC_PER_MSEC), 0);
		r = sock_is_taken(s);
	}
	return r;
}

static int taken(struct ctx *ctx, void *arg)
{
	const struct iovec iov = { (void *)(uintptr_t) "250 ok", 6 };
	struct pair p = connect_pair(ctx);
	char got[6];
	size_t n;

	(void)arg;
	/* One half is closed: who reads on may take it, whether it is read yet or not. */
	ck_assert_int_eq(sock_is_taken(p.server), 0);
	sock_shutdown(p.client);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), ERR_EOF);
	ck_assert_int_eq(sock_writev(ctx, p.server, &iov, 1), 0);
	sock_shutdown(p.server);
	ck_assert_int_eq(wait_taken(ctx, p.server), 0);
	ck_assert_int_eq(sock_read(ctx, p.client, got, sizeof(got), &n), 0);
	close_pair(&p);
	/* Both are: the bytes meet a reset, of which no read tells behind the end. */
	p = connect_pair(ctx);
	sock_close(p.client);
	ck_assert_int_eq(sock_read(ctx, p.server, got, sizeof(got), &n), ERR_EOF);
	ck_assert_int_eq(sock_writev(ctx, p.server, &iov, 1), 0);
	sock_shutdown(p.server);
	ck_assert_int_eq(wait_taken(ctx, p.server), ERR_RESET);
	sock_close(p.server);
	return 0;
}

START_TEST(what_the_peer_took)
{
	ck_assert_int_eq(loop_run("test", taken, NULL), 0);
}
END_TEST

START_TEST(a_broken_connection_is_a_reset)
{
	ck_assert_int_eq(loop_run("test", reset, NULL), 0);
}
END_TEST

static int refused(struct ctx *ctx, void *arg)
{
	struct ip_port nobody = dead_port();
	struct ip foreign = { .family = IP_V4, .b = { 192, 0, 2, 1 } };
	struct sock *s;

	(void)arg;
	ck_assert_int_eq(sock_connect(ctx, &nobody, NULL, &s), ERR_REFUSED);
	ck_assert_int_eq(ctx->err.code, ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(ctx->err.text, "127.0.0.1:"));
	ck_assert_int_eq(sock_connect(ctx, &nobody, &foreign, &s), ERR_UNREACHABLE);
	ck_assert_int_eq(net_connect(ctx, NULL, 0, NULL, &s, NULL), ERR_UNREACHABLE);
	return 0;
}

START_TEST(refusal_is_told_with_the_address)
{
	ck_assert_int_eq(loop_run("test", refused, NULL), 0);
}
END_TEST

/* A listener whose queue is full drops what comes: further connects hang. */
struct hole {
	struct listen_sock *l;
	struct sock *v[8];
	size_t n;
};

static struct ip_port dig(struct ctx *ctx, struct hole *h)
{
	h->l = listen_any(1);
	struct ip_port at = listen_sock_address(h->l);

	for (h->n = 0; h->n < 8; h->n++) {
		struct deadline d;

		ctx_narrow(ctx, &d, SHORT);
		int r = ctx_widen(ctx, &d, sock_connect(ctx, &at, NULL, &h->v[h->n]));

		if (r == ERR_TIMEOUT)
			return at;
		ck_assert_int_eq(r, 0);
	}
	ck_abort_msg("the listener takes everything");
	return at;
}

static void fill_up(struct hole *h)
{
	while (h->n)
		sock_close(h->v[--h->n]);
	listen_sock_close(h->l);
}

static int black_hole(struct ctx *ctx, void *arg)
{
	struct hole h;
	struct ip_port at = dig(ctx, &h);
	struct deadline outer, inner;
	struct sock *s;

	(void)arg;
	/* The outer deadline passes: to the inner block that is a cancellation. */
	ctx_narrow(ctx, &outer, SHORT);
	ctx_narrow(ctx, &inner, LONG);
	int r = ctx_widen(ctx, &inner, sock_connect(ctx, &at, NULL, &s));

	ck_assert_int_eq(r, ERR_CANCELLED);
	ck_assert_int_eq(ctx_widen(ctx, &outer, r), ERR_TIMEOUT);
	fill_up(&h);
	return 0;
}

START_TEST(a_black_hole_costs_the_deadline)
{
	ck_assert_int_eq(loop_run("test", black_hole, NULL), 0);
}
END_TEST

static int eyeballs(struct ctx *ctx, void *arg)
{
	struct hole h;
	struct listen_sock *live = listen_any(0);
	struct ip_port addrs[3] = { dig(ctx, &h), dead_port(), listen_sock_address(live) };
	struct ip_port both_dead[2] = { dead_port(), dead_port() };
	struct ip_port holes[2] = { addrs[0], addrs[0] };
	struct deadline d;
	struct sock *s;
	size_t index = 9;
	usec_t began = clock_now();

	(void)arg;
	/* The refused one is skipped at once, the silent one after the delay. */
	ck_assert_int_eq(net_connect(ctx, addrs, 3, NULL, &s, &index), 0);
	ck_assert_uint_eq(index, 2);
	ck_assert_int_ge(clock_now() - began, 240 * USEC_PER_MSEC);
	ck_assert_int_lt(clock_now() - began, LONG);
	sock_close(s);
	began = clock_now();
	ck_assert_int_eq(net_connect(ctx, addrs + 1, 2, NULL, &s, &index), 0);
	ck_assert_uint_eq(index, 1);
	ck_assert_int_lt(clock_now() - began, 200 * USEC_PER_MSEC);
	sock_close(s);
	ck_assert_int_eq(net_connect(ctx, both_dead, 2, NULL, &s, &index), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(ctx->err.text, "127.0.0.1:"));
	ctx_narrow(ctx, &d, 300 * USEC_PER_MSEC);
	int r = net_connect(ctx, holes, 2, NULL, &s, &index);

	ck_assert_int_eq(ctx_widen(ctx, &d, r), ERR_TIMEOUT);
	listen_sock_close(live);
	fill_up(&h);
	return 0;
}

START_TEST(the_first_address_that_answers_wins)
{
	ck_assert_int_eq(loop_run("test", eyeballs, NULL), 0);
}
END_TEST

struct reader {
	struct sock *s;
	int result;
};

static int reader_main(struct ctx *ctx, void *arg)
{
	struct reader *r = arg;
	char got[8];
	size_t n;

	r->result = sock_read(ctx, r->s, got, sizeof(got), &n);
	return r->result;
}

static int cancel_reader(struct ctx *ctx, void *arg)
{
	struct pair p = connect_pair(ctx);
	struct reader reader = { .s = p.server };
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	ck_assert_int_eq(scope_spawn(&scope, "reader", reader_main, &reader), 0);
	ck_assert_int_eq(ctx_sleep(ctx, SHORT / 10), 0);
	scope_end(ctx, &scope);
	ck_assert_int_eq(reader.result, ERR_CANCELLED);
	close_pair(&p);
	return 0;
}

START_TEST(a_cancelled_reader_returns)
{
	ck_assert_int_eq(loop_run("test", cancel_reader, NULL), 0);
}
END_TEST

static int acceptor_main(struct ctx *ctx, void *arg)
{
	struct listen_sock *l = arg;
	struct sock *s;

	return listen_sock_accept(ctx, l, &s, NULL, NULL);
}

static int close_under_acceptor(struct ctx *ctx, void *arg)
{
	struct listen_sock *l = listen_any(0);
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "acceptor", acceptor_main, l), 0);
	ck_assert_int_eq(ctx_sleep(ctx, SHORT / 10), 0);
	listen_sock_close(l);
	ck_assert_int_eq(scope_wait(ctx, &scope), ERR_CANCELLED);
	return 0;
}

START_TEST(closing_a_listener_ends_its_accepts)
{
	ck_assert_int_eq(loop_run("test", close_under_acceptor, NULL), 0);
}
END_TEST

/* A listener on which nobody accepts for a while must not keep the loop turning. */
static int paused_listener(struct ctx *ctx, void *arg)
{
	struct listen_sock *l = listen_any(0);
	struct ip_port at = listen_sock_address(l);
	struct sock *c[3], *s[3];
	struct loop_stats before, after;

	(void)arg;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sock_connect(ctx, &at, NULL, &c[i]), 0);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &s[0], NULL, NULL), 0);
	loop_stats(&before);
	ck_assert_int_eq(ctx_sleep(ctx, SHORT), 0);
	loop_stats(&after);
	ck_assert_uint_lt(after.turns - before.turns, 20);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &s[1], NULL, NULL), 0);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &s[2], NULL, NULL), 0);
	for (int i = 0; i < 3; i++) {
		sock_close(c[i]);
		sock_close(s[i]);
	}
	listen_sock_close(l);
	return 0;
}

START_TEST(a_paused_listener_costs_nothing)
{
	ck_assert_int_eq(loop_run("test", paused_listener, NULL), 0);
}
END_TEST

START_TEST(ports_are_exclusive_and_addresses_ours)
{
	struct listen_sock *l = listen_any(0), *other;
	struct ip_port at = listen_sock_address(l);
	struct ip_port foreign = { .ip = { .family = IP_V4, .b = { 192, 0, 2, 1 } } };

	ck_assert_uint_ne(at.port, 0);
	ck_assert_int_eq(listen_sock_open(&at, NULL, &other), ERR_BUSY);
	ck_assert_int_eq(listen_sock_open(&foreign, NULL, &other), ERR_UNREACHABLE);
	listen_sock_close(l);
}
END_TEST

/* The same listener serves run after run of the loop. */
static int accept_once(struct ctx *ctx, void *arg)
{
	struct listen_sock *l = arg;
	struct ip_port at = listen_sock_address(l), local;
	struct pair p;

	ck_assert_int_eq(sock_connect(ctx, &at, NULL, &p.client), 0);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &p.server, NULL, &local), 0);
	ck_assert_uint_eq(local.port, at.port);
	close_pair(&p);
	return 0;
}

START_TEST(a_listener_outlives_a_loop)
{
	struct listen_sock *l = listen_any(0);

	ck_assert_int_eq(loop_run("test", accept_once, l), 0);
	ck_assert_int_eq(loop_run("test", accept_once, l), 0);
	listen_sock_close(l);
}
END_TEST

static int from_pair(struct ctx *ctx, void *arg)
{
	struct sock *a, *b;
	int fd[2];
	char got[8];
	size_t n;

	(void)arg;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	ck_assert_int_eq(sock_from_fd(fd[0], &a), 0);
	ck_assert_int_eq(sock_from_fd(fd[1], &b), 0);
	ck_assert_int_eq(sock_read_now(b, got, sizeof(got), &n), ERR_BUSY);
	ck_assert_int_eq(sock_write_now(a, "ab", 2, &n), 0);
	ck_assert_int_eq(sock_read(ctx, b, got, sizeof(got), &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(sock_peer(a).ip.family, IP_NONE);
	sock_close(a);
	ck_assert_int_eq(sock_read(ctx, b, got, sizeof(got), &n), ERR_EOF);
	sock_close(b);
	return 0;
}

START_TEST(foreign_descriptors_work_alike)
{
	ck_assert_int_eq(loop_run("test", from_pair, NULL), 0);
}
END_TEST

static void on_alarm(int number)
{
	(void)number;
	loop_stop();
}

static int wait_for_signal(struct ctx *ctx, void *arg)
{
	struct itimerval soon = { .it_value = { .tv_usec = 20000 } };

	(void)arg;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &soon, NULL);
	return ctx_sleep(ctx, LONG);
}

START_TEST(a_signal_ends_the_loop)
{
	usec_t began = clock_now();

	ck_assert_int_eq(loop_run("test", wait_for_signal, NULL), ERR_CANCELLED);
	ck_assert_int_lt(clock_now() - began, LONG);
}
END_TEST

static int fill(struct sock *s)
{
	static char bytes[65536];
	size_t n, sum = 0;

	while (sum < 64 << 20 && sock_write_now(s, bytes, sizeof(bytes), &n) == 0)
		sum += n;
	return (int)sum;
}

/* What a client can make the kernel keep follows from its listener's buffer, until it is raised. */
static int receive_buffers(struct ctx *ctx, void *arg)
{
	const struct ip_port any = { { IP_V4, { 127, 0, 0, 1 } }, 0 };
	struct listen_sock *l;
	struct sock *client, *server;
	int small = 0, raised = 0;
	socklen_t n = sizeof(int);
	const int out = 65536;

	(void)arg;
	ck_assert_int_eq(listen_sock_open(&any, NULL, &l), 0);
	listen_sock_set_receive_buffer(l, 8192);
	struct ip_port at = listen_sock_address(l);

	ck_assert_int_eq(sock_connect(ctx, &at, NULL, &client), 0);
	ck_assert_int_eq(setsockopt(sock_fd(client), SOL_SOCKET, SO_SNDBUF, &out, sizeof(out)), 0);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &server, NULL, NULL), 0);
	getsockopt(sock_fd(server), SOL_SOCKET, SO_RCVBUF, &small, &n);
	ck_assert_int_eq(small, 2 * 8192);
	int filled = fill(client);

	sock_raise_receive_buffer(server, 65536);
	getsockopt(sock_fd(server), SOL_SOCKET, SO_RCVBUF, &raised, &n);
	ck_assert_int_eq(raised, 2 * 65536);
	ck_assert_int_lt(filled, 2 * out + 2 * 8192 + 65536);
	sock_close(client);
	sock_close(server);
	listen_sock_close(l);
	return 0;
}

START_TEST(buffers_are_as_large_as_said)
{
	ck_assert_int_eq(loop_run("test", receive_buffers, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rt linux net");
	TCase *t = tcase_create("net");

	tcase_set_timeout(t, 20);
	tcase_add_test(t, bytes_and_the_end_arrive);
	tcase_add_test(t, the_end_behind_data_is_seen);
	tcase_add_test(t, a_broken_connection_is_a_reset);
	tcase_add_test(t, what_the_peer_took);
	tcase_add_test(t, refusal_is_told_with_the_address);
	tcase_add_test(t, a_black_hole_costs_the_deadline);
	tcase_add_test(t, the_first_address_that_answers_wins);
	tcase_add_test(t, a_cancelled_reader_returns);
	tcase_add_test(t, closing_a_listener_ends_its_accepts);
	tcase_add_test(t, a_paused_listener_costs_nothing);
	tcase_add_test(t, ports_are_exclusive_and_addresses_ours);
	tcase_add_test(t, a_listener_outlives_a_loop);
	tcase_add_test(t, foreign_descriptors_work_alike);
	tcase_add_test(t, a_signal_ends_the_loop);
	tcase_add_test(t, buffers_are_as_large_as_said);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
