/* Streams, TLS, Happy Eyeballs and the log on the virtual network. */
#include <stdlib.h>

#include "base/buf.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/sim/openssl.h"
#include "rt/stream.h"
#include "rt/tls.h"

#include "certs.h"
#include "digest_main.h"

#define LINES 50

/* ---- a conversation, with TLS after the first line ---- */

static struct tls_server *server_tls;
static struct tls_client *client_tls;
static struct cert ca, leaf;

static int make_tls(void)
{
	struct tls_keypair pair;
	struct buf why;

	if (ca.x509 == NULL) {
		ca = cert_make(NULL, "Root", NULL, -1, 3650, true);
		leaf = cert_make(&ca, "leaf", "DNS:mx.example", -1, 3650, false);
	}
	pair = (struct tls_keypair){ leaf.pem, leaf.key_pem };
	buf_init(&why, 500);
	int r = tls_server_new(&pair, 1, &why, &server_tls);

	if (r == 0)
		r = tls_client_new(ca.pem, &why, &client_tls);
	buf_done(&why);
	return r;
}

/* Takes a line of this many bytes. */
static int take(struct ctx *ctx, struct stream *s, size_t n)
{
	while (stream_peek(s).n < n) {
		int r = stream_fill(ctx, s);

		if (r < 0)
			return r;
	}
	stream_take(s, n);
	return 0;
}

static int converse(struct ctx *ctx, struct stream *s, bool first)
{
	char line[200];
	int r = 0;

	memset(line, 'l', sizeof(line));
	for (int i = 0; r == 0 && i < LINES; i++) {
		if (!first)
			r = take(ctx, s, sizeof(line));
		if (r == 0)
			r = stream_write(ctx, s, slice_of(line, sizeof(line)));
		if (r == 0 && first)
			r = take(ctx, s, sizeof(line));
	}
	return r == 0 ? stream_flush(ctx, s) : r;
}

static int serve_one(struct ctx *ctx, void *arg)
{
	struct stream *s = stream_new(arg);
	int r = take(ctx, s, 9);

	if (r == 0)
		r = stream_write(ctx, s, S("220 ready\n"));
	if (r == 0)
		r = stream_flush(ctx, s);
	if (r == 0)
		r = tls_accept(ctx, s, server_tls);
	if (r == 0)
		r = converse(ctx, s, false);
	if (r == 0)
		r = stream_shutdown(ctx, s);
	LOG(ctx, EV_TROUBLE, FIELD_STR("reason", err_name(r)));
	stream_free(s);
	return r;
}

static int server(struct ctx *ctx, void *arg)
{
	struct ip_port any = { .port = 25 };
	struct listen_sock *l;
	struct scope sessions;
	struct sock *s;
	int r = listen_sock_open(&any, NULL, &l);

	(void)arg;
	ck_assert_int_eq(r, 0);
	scope_init(&sessions, SCOPE_SERVE);
	while ((r = listen_sock_accept(ctx, l, &s, NULL, NULL)) == 0)
		scope_spawn(&sessions, "session", serve_one, s);
	listen_sock_close(l);
	scope_end(ctx, &sessions);
	return r;
}

static int client(struct ctx *ctx, void *arg)
{
	struct ip_port to = { { IP_V4, { 192, 0, 2, 1 } }, 25 };
	struct sock *sock;
	int r = sock_connect(ctx, &to, NULL, &sock);

	(void)arg;
	if (r < 0)
		return r;
	struct stream *s = stream_new(sock);

	r = stream_write(ctx, s, S("STARTTLS\n"));
	if (r == 0)
		r = take(ctx, s, 10);
	if (r == 0)
		r = tls_connect(ctx, s, client_tls, S("mx.example"), TLS_VERIFY_NAME, S("key"));
	if (r == 0)
		r = converse(ctx, s, true);
	if (r == 0)
		r = stream_shutdown(ctx, s);
	stream_free(s);
	return r;
}

static unsigned good, bad;

static int conversations(struct ctx *ctx, void *arg)
{
	(void)arg;
	sim_openssl_start();
	int r = make_tls();

	if (r < 0)
		return r;
	struct sim_host *a = sim_host_new("server", "192.0.2.1");
	struct sim_host *b = sim_host_new("client", "192.0.2.2");

	sim_net_chaos(&(struct sim_chaos){ .refused = 50, .reset = 300, .within = 12000 });
	struct sim_proc *p = sim_proc_start(a, "server", server, NULL);

	ctx_sleep(ctx, 1000);
	for (int i = 0; i < 10; i++) {
		r = sim_host_run(ctx, b, "client", client, NULL);
		good += r == 0;
		bad += r != 0;
	}
	sim_proc_stop(p);
	(void)sim_proc_wait(ctx, p);
	tls_server_unref(server_tls);
	tls_client_unref(client_tls);
	return 0;
}

static uint64_t digest_of(uint64_t seed)
{
	sim_start(seed);
	int r = sim_run("conversations", conversations, NULL);
	uint64_t digest = sim_digest();
	size_t leaks = sim_stop();

	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(leaks, 0);
	cert_free(&ca);
	cert_free(&leaf);
	ca = leaf = (struct cert){ 0 };
	return digest;
}

START_TEST(tls_survives_or_fails_cleanly)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		ck_assert_uint_ne(digest_of(seed), 0);
	ck_assert_uint_gt(good, 5 * SEEDS);
	ck_assert_uint_gt(bad, SEEDS);
}
END_TEST

START_TEST(tls_repeats_exactly)
{
	for (uint64_t seed = 0; seed < 5; seed++)
		ck_assert_uint_eq(digest_elsewhere(seed, FILL("85")),
			digest_elsewhere(seed, FILL("170") " X=something"));
}
END_TEST

/* ---- Happy Eyeballs ---- */

static int accepts_one(struct ctx *ctx, void *arg)
{
	struct ip_port any = { .port = 25 };
	struct listen_sock *l;
	struct sock *s;

	(void)arg;
	ck_assert_int_eq(listen_sock_open(&any, NULL, &l), 0);
	int r = listen_sock_accept(ctx, l, &s, NULL, NULL);

	if (r == 0)
		sock_close(s);
	listen_sock_close(l);
	return r;
}

static int eyeballs(struct ctx *ctx, void *arg)
{
	static const char *const texts[] = { "192.0.2.8:25", "192.0.2.9:25", "192.0.2.1:25" };
	struct ip_port addrs[3];
	usec_t began;
	struct sock *s;
	size_t index;

	(void)arg;
	sim_proc_start(sim_host_new("server", "192.0.2.1 192.0.2.8 192.0.2.9"), "server",
		accepts_one, NULL);
	ctx_sleep(ctx, 1000);
	for (int i = 0; i < 3; i++)
		ck_assert(ip_port_parse(slice_str(texts[i]), &addrs[i]));
	sim_net_connect(texts[0], SIM_CONNECT_BLACK_HOLE);
	sim_net_connect(texts[1], SIM_CONNECT_REFUSED);
	began = clock_now();
	ck_assert_int_eq(net_connect(ctx, addrs, 3, NULL, &s, &index), 0);
	ck_assert_uint_eq(index, 2);
	ck_assert_int_ge(clock_now() - began, 250 * USEC_PER_MSEC);
	ck_assert_int_lt(clock_now() - began, 300 * USEC_PER_MSEC);
	sock_close(s);
	return 0;
}

START_TEST(the_first_address_that_answers_wins)
{
	run_seeds(eyeballs);
}
END_TEST

/* ---- the log ---- */

static void note_line(void *arg, struct slice line)
{
	buf_put(arg, line);
	buf_putc(arg, '\n');
}

static int logs(struct ctx *ctx, void *arg)
{
	sim_on_log(note_line, arg);
	ctx_sleep(ctx, USEC_PER_DAY);
	LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "first"));
	sim_on_log(NULL, NULL);
	LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "second"));
	return 0;
}

START_TEST(log_lines_are_seen)
{
	struct buf lines;

	buf_init(&lines, 1000);
	run_seed(1, logs, &lines);
	ck_assert_uint_lt(slice_search(buf_slice(&lines), S("reason=first")), lines.n);
	ck_assert_uint_eq(slice_search(buf_slice(&lines), S("second")), lines.n);
	ck_assert_uint_eq(slice_find(buf_slice(&lines), '\n'), lines.n - 1);
	buf_done(&lines);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("stream");
	TCase *t = tcase_create("stream");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, tls_survives_or_fails_cleanly);
	tcase_add_test(t, tls_repeats_exactly);
	tcase_add_test(t, the_first_address_that_answers_wins);
	tcase_add_test(t, log_lines_are_seen);
	suite_add_tcase(s, t);
	return s;
}

DIGEST_MAIN(suite, digest_of)
