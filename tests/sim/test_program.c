/* The whole program with three workers: mail through each, a reload, a worker killed, a power cut, a new
 * start, the drain. */
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "control/request.h"
#include "digest_main.h"
#include "fakehop.h"
#include "program.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "spool/spool.h"

#define WORKERS 3

static const char config[] = "hostname: relay.test\n" PROGRAM_SPOOL
			     "retry: { jitter: 0, schedule: [ 10s ] }\n"
			     "listeners: { inside: { for: internal, address: \"192.0.2.25:25\","
			     " networks: [ 192.0.2.0/24 ] } }\n"
			     "routes: [ { via: home } ]\n"
			     "hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off } }\n";
static const char with_second[] = "hostname: relay.test\n" PROGRAM_SPOOL
				  "retry: { jitter: 0, schedule: [ 10s ] }\n"
				  "listeners:\n"
				  "  inside: { for: internal, address: [ \"192.0.2.25:25\","
				  " \"192.0.2.25:2525\" ], networks: [ 192.0.2.0/24 ] }\n"
				  "routes: [ { via: home } ]\n"
				  "hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off } }\n";

static bool expect(struct ctx *ctx, struct stream *s, const char *code)
{
	for (;;) {
		struct slice in = stream_peek(s);
		size_t end = slice_find(in, '\n');

		if (end < in.n) {
			bool last = in.p[3] != '-', fine = slice_starts(in, slice_str(code));

			stream_take(s, end + 1);
			if (last)
				return fine;
		} else if (stream_fill(ctx, s) < 0) {
			return false;
		}
	}
}

static bool say(struct ctx *ctx, struct stream *s, const char *text, const char *code)
{
	return stream_write(ctx, s, slice_str(text)) == 0 && expect(ctx, s, code);
}

/* One message in a session of its own; true when it was taken. */
static bool send_one(struct ctx *ctx, uint16_t port)
{
	struct ip_port at;
	struct sock *sock;

	(void)ip_port_parse(S("192.0.2.25:25"), &at);
	at.port = port;
	if (sock_connect(ctx, &at, NULL, &sock) < 0)
		return false;
	struct stream *s = stream_new(sock);
	bool fine = expect(ctx, s, "220") && say(ctx, s, "EHLO c\r\n", "250") &&
		    say(ctx, s, "MAIL FROM:<a@ours.test>\r\n", "250") &&
		    say(ctx, s, "RCPT TO:<b@far.test>\r\n", "250") &&
		    say(ctx, s, "DATA\r\n", "354") &&
		    say(ctx, s, "Subject: x\r\n\r\nx\r\n.\r\n", "250");

	stream_free(s);
	return fine;
}

struct client {
	uint16_t port;
	unsigned messages, taken;
};

static int client(struct ctx *ctx, void *arg)
{
	struct client *c = arg;

	for (unsigned i = 0; i < c->messages; i++)
		c->taken += send_one(ctx, c->port);
	return 0;
}

static struct sim_host *guests;

static unsigned send_some(struct ctx *ctx, uint16_t port, unsigned n)
{
	struct client c = { port, n, 0 };

	ck_assert_int_eq(sim_host_run(ctx, guests, "client", client, &c), 0);
	return c.taken;
}

static void wait_ready(struct ctx *ctx, const struct program *p)
{
	for (int i = 0; i < 1000 && !program_ready(p); i++)
		ctx_sleep(ctx, 100 * USEC_PER_MSEC);
	ck_assert(program_ready(p));
}

/* Each worker has messages: nobody can deliver them yet. */
static void each_has_mail(struct program *p)
{
	struct spool_counts counts;

	for (size_t i = 0; i < WORKERS; i++) {
		ck_assert_ptr_nonnull(program_spool(p, i));
		spool_counts(program_spool(p, i), &counts);
		ck_assert_uint_gt(counts.messages, 0);
	}
	ck_assert_ptr_null(program_spool(p, WORKERS));
}

static void count_rcpt(void *arg, const struct program_rcpt *rcpt)
{
	ck_assert_str_eq(rcpt->to, "b@far.test");
	++*(unsigned *)arg;
}

/* Each worker says how it does, what all of them know is said once. */
static void ask_status(struct ctx *ctx, struct program *p)
{
	json_t *lines, *line;
	size_t i, workers = 0, listeners = 0;

	ck_assert_int_eq(
		program_ask(ctx, p, &(struct control_request){ .verb = CONTROL_STATUS }, &lines),
		0);
	json_array_foreach(lines, i, line)
	{
		workers += json_object_get(line, "healthy") != NULL;
		listeners += json_object_get(line, "listener") != NULL;
	}
	ck_assert_uint_eq(workers, WORKERS);
	ck_assert_uint_eq(listeners, 1);
	json_decref(lines);
}

static int story(struct ctx *ctx, void *arg)
{
	struct sim_host *box = sim_host_new("relay", "192.0.2.25");
	struct sim_host *hop_host = sim_host_new("home", "192.0.2.30");
	struct fakehop home = { .address = "192.0.2.30:25" };
	unsigned queued = 0;

	(void)arg;
	guests = sim_host_new("guests", "192.0.2.9");
	struct program *p = program_start(ctx, box, config, WORKERS);

	ck_assert_uint_eq(send_some(ctx, 25, 30), 30);
	each_has_mail(p);
	ck_assert_uint_eq(program_messages(p), 30);
	ck_assert_int_eq(program_queue(ctx, p, count_rcpt, &queued), 0);
	ck_assert_uint_eq(queued, 30);
	ask_status(ctx, p);

	ck_assert_int_lt(program_reload(ctx, p, "listeners: 7\n"), 0);
	ck_assert_str_ne(program_why(p), "");
	ck_assert_uint_eq(send_some(ctx, 2525, 1), 0);
	ck_assert_int_eq(program_reload(ctx, p, with_second), 0);
	ctx_sleep(ctx, USEC_PER_SEC);
	ck_assert_uint_eq(send_some(ctx, 2525, 9), 9);

	program_kill(p, 1);
	ck_assert(!program_ready(p));
	wait_ready(ctx, p);
	ck_assert_uint_eq(program_messages(p), 39);

	sim_power_cut(box);
	ck_assert_int_eq(program_restart(ctx, p), 0);
	ck_assert_uint_eq(program_messages(p), 39);

	struct sim_proc *hop = sim_proc_start(hop_host, "home", fakehop_run, &home);

	ctx_sleep(ctx, 5 * USEC_PER_MIN);
	ck_assert_uint_eq(program_messages(p), 0);
	ck_assert_uint_eq(home.n, 39);
	ck_assert_uint_eq(program_metric(p, METRIC_DELIVERED), 39);
	program_stop(ctx, p);
	ck_assert(!program_ready(p));
	ck_assert_int_eq(program_restart(ctx, p), 0);
	program_kill(p, -1);
	wait_ready(ctx, p);
	program_free(ctx, p);
	sim_proc_stop(hop);
	(void)sim_proc_wait(ctx, hop);
	fakehop_done(&home);
	return 0;
}

static uint64_t digest_of(uint64_t seed)
{
	sim_start(seed);
	ck_assert_int_eq(sim_run("test", story, NULL), 0);
	uint64_t digest = sim_digest();

	ck_assert_uint_eq(sim_stop(), 0);
	return digest;
}

START_TEST(lives)
{
	(void)digest_of((uint64_t)_i);
}
END_TEST

START_TEST(same_elsewhere)
{
	uint64_t digest = digest_elsewhere((uint64_t)_i, FILL("11"));

	ck_assert_uint_eq(digest, digest_elsewhere((uint64_t)_i, FILL("170")));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("program");
	TCase *t = tcase_create("program");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, lives, 1, 6);
	tcase_add_loop_test(t, same_elsewhere, 1, 3);
	suite_add_tcase(s, t);
	return s;
}

DIGEST_MAIN(suite, digest_of)
