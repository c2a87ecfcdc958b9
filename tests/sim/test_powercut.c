/* The power goes out at every single disk operation of a relay that takes and delivers mail: before
 * the operation and after it. Whatever a client was told 250 for is delivered after the restart; a
 * message delivered twice must have been at the next hop when the light went out. */
#include <stdio.h>

#include "base/buf.h"
#include "fakehop.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "sim_check.h"

#define CLIENTS	 3
#define MESSAGES 4 /* of each client */
#define TOTAL	 (CLIENTS * MESSAGES)

static const char config[] = "hostname: relay.test\n"
			     "retry: { jitter: 0, schedule: [ 10s ] }\n"
			     "listeners: { inside: { for: internal, address: \"192.0.2.25:25\","
			     " networks: [ 192.0.2.0/24 ] } }\n"
			     "routes: [ { via: home } ]\n"
			     "hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off } }\n";

static struct relay relay;
static struct fakehop home;
static bool acknowledged[TOTAL];

/* ---- the clients ---- each message bears its number; a lost connection ends a client */

static bool expect(struct ctx *ctx, struct stream *s, const char *code)
{
	struct deadline d;
	bool fine;
	int r = 0;

	ctx_narrow(ctx, &d, USEC_PER_MIN);
	for (;;) {
		struct slice in = stream_peek(s);
		size_t end = slice_find(in, '\n');

		if (end < in.n && in.p[3] != '-') {
			fine = slice_starts(in, slice_str(code));
			stream_take(s, end + 1);
			break;
		}
		if (end < in.n) {
			stream_take(s, end + 1);
			continue;
		}
		r = stream_fill(ctx, s);
		fine = false;
		if (r < 0)
			break;
	}
	(void)ctx_widen(ctx, &d, 0);
	return fine;
}

static bool say(struct ctx *ctx, struct stream *s, const char *text, const char *code)
{
	return stream_write(ctx, s, slice_str(text)) == 0 && expect(ctx, s, code);
}

static bool send_one(struct ctx *ctx, struct stream *s, int number)
{
	char text[200];

	snprintf(text, sizeof(text), "Subject: message-%02d\r\n\r\nnumber %02d\r\n.\r\n", number,
		number);
	return say(ctx, s, "MAIL FROM:<a@ours.test>\r\n", "250") &&
	       say(ctx, s, "RCPT TO:<b@far.test>\r\n", "250") && say(ctx, s, "DATA\r\n", "354") &&
	       say(ctx, s, text, "250");
}

static int client(struct ctx *ctx, void *arg)
{
	int first = (int)(intptr_t)arg * MESSAGES;
	struct ip_port at;
	struct sock *sock;

	(void)ip_port_parse(S("192.0.2.25:25"), &at);
	if (sock_connect(ctx, &at, NULL, &sock) < 0)
		return 0;
	struct stream *s = stream_new(sock);
	bool fine = expect(ctx, s, "220") && say(ctx, s, "EHLO c\r\n", "250");

	for (int i = 0; fine && i < MESSAGES; i++) {
		fine = send_one(ctx, s, first + i);
		acknowledged[first + i] = fine;
	}
	stream_free(s);
	return 0;
}

static int clients(struct ctx *ctx, void *arg)
{
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	for (intptr_t i = 0; i < CLIENTS; i++)
		scope_spawn(&scope, "client", client, (void *)i);
	return scope_wait(ctx, &scope);
}

/* ---- one run ---- */

struct cut {
	uint64_t at; /* 0: none */
	bool after;
	uint64_t ops; /* returned: operations of the whole run */
	unsigned twice;
};

static unsigned times_delivered(int number)
{
	char text[32];
	unsigned n = 0;

	snprintf(text, sizeof(text), "number %02d\r\n", number);
	for (size_t i = 0; i < home.n; i++)
		n += slice_search(buf_slice(&home.v[i].text), slice_str(text)) < home.v[i].text.n;
	return n;
}

static void judge(struct cut *cut)
{
	for (int i = 0; i < TOTAL; i++) {
		unsigned n = times_delivered(i);

		ck_assert_msg(n > 0 || !acknowledged[i],
			"message %d is lost: cut %s operation %llu", i,
			cut->after ? "after" : "before", (unsigned long long)cut->at);
		ck_assert_uint_le(n, 2);
		cut->twice += n == 2;
	}
}

static int run(struct ctx *ctx, void *arg)
{
	struct cut *cut = arg;
	struct sim_host *box = sim_host_new("relay", "192.0.2.25");
	struct sim_host *hop_host = sim_host_new("home", "192.0.2.30");

	memset(acknowledged, 0, sizeof(acknowledged));
	relay = (struct relay){ .config = config, .journal = true };
	home = (struct fakehop){ .address = "192.0.2.30:25" };
	struct sim_proc *hop = sim_proc_start(hop_host, "home", fakehop_run, &home);

	if (cut->at)
		sim_disk_cut_at(box, cut->at, cut->after);
	struct sim_proc *proc = sim_proc_start(box, "relay", relay_run, &relay);

	for (int i = 0; i < 100 && !relay.ready; i++)
		ctx_sleep(ctx, 100 * USEC_PER_MSEC);
	if (relay.ready)
		(void)sim_host_run(
			ctx, sim_host_new("clients", "192.0.2.9"), "clients", clients, NULL);
	ctx_sleep(ctx, 5 * USEC_PER_SEC);
	sim_proc_stop(proc);
	(void)sim_proc_wait(ctx, proc);
	cut->ops = sim_disk_ops(box);
	sim_disk_cut_at(box, 0, false);

	/* The second life has no faults: everything kept is delivered. */
	relay = (struct relay){ .config = config, .journal = true };
	proc = sim_proc_start(box, "relay again", relay_run, &relay);
	ctx_sleep(ctx, 5 * USEC_PER_MIN);
	ck_assert(relay.ready);
	ck_assert_uint_eq(relay_messages(&relay), 0);
	judge(cut);
	sim_proc_stop(proc);
	ck_assert_int_eq(sim_proc_wait(ctx, proc), 0);
	sim_proc_stop(hop);
	(void)sim_proc_wait(ctx, hop);
	fakehop_done(&home);
	return 0;
}

static void run_cut(struct cut *cut, uint64_t seed)
{
	run_seed(seed, run, cut);
}

START_TEST(no_cut_no_twin)
{
	struct cut cut = { 0 };

	run_cut(&cut, 1);
	ck_assert_uint_eq(cut.twice, 0);
	for (int i = 0; i < TOTAL; i++)
		ck_assert(acknowledged[i]);
}
END_TEST

START_TEST(every_operation)
{
	struct cut whole = { 0 };

	run_cut(&whole, 1);
	for (uint64_t at = 1; at <= whole.ops + 1; at++) {
		struct cut cut = { .at = at, .after = _i == 1 };

		run_cut(&cut, at);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("powercut");
	TCase *t = tcase_create("powercut");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, no_cut_no_twin);
	tcase_add_loop_test(t, every_operation, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
