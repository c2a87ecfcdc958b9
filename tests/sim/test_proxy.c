/* The proxy in the simulated world: what a backend says is what the client hears, a 250 to the
 * client is always the backend's, and nothing is stored. */
#include <stdio.h>

#include "base/buf.h"
#include "dialogue.h"
#include "fakehop.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/stream.h"

#include "sim_check.h"

static const char config[] =
	"hostname: front.test\n"
	"postmaster: admin@ours.test\n"
	"listeners:\n"
	"  mx: { for: mx, service: proxy, address: \"192.0.2.25:25\" }\n"
	"  inside: { for: internal, service: proxy, address: \"192.0.2.25:26\", networks: [ 192.0.2.0/24 ] }\n"
	"domains:\n"
	"  ours.test: { via: home, recipients: [ any ] }\n"
	"  other.test: { via: elsewhere, recipients: [ any ] }\n"
	"routes: [ { via: home } ]\n"
	"hops:\n"
	"  home: { hosts: [ \"192.0.2.30:25\" ], tls: off }\n"
	"  elsewhere: { hosts: [ \"192.0.2.31:25\" ], tls: off }\n";

static struct relay relay;
static struct fakehop home;

struct scene {
	const char *script; /* for dialogue */
	const char *offers; /* of the backend */
	const char *greeting;
	bool dead; /* nobody listens there */
	size_t messages; /* expected at the backend */
};

static int play(struct ctx *ctx, void *arg)
{
	const struct scene *scene = arg;
	struct sim_host *front = sim_host_new("front", "192.0.2.25");
	struct sim_proc *hop = NULL, *proc;

	relay = (struct relay){ .config = config };
	home = (struct fakehop){
		.address = "192.0.2.30:25", .offers = scene->offers, .greeting = scene->greeting
	};
	struct sim_host *home_host = sim_host_new("home", "192.0.2.30");

	if (!scene->dead)
		hop = sim_proc_start(home_host, "home", fakehop_run, &home);
	proc = sim_proc_start(front, "front", relay_run, &relay);
	while (!relay.ready)
		ctx_sleep(ctx, USEC_PER_MSEC);
	dialogue(ctx, "192.0.2.25:25", scene->script);
	ctx_sleep(ctx, USEC_PER_SEC);
	ck_assert_uint_eq(relay_messages(&relay), 0);
	ck_assert_uint_eq(home.n, scene->messages);
	sim_proc_stop(proc);
	ck_assert_int_eq(sim_proc_wait(ctx, proc), 0);
	if (hop) {
		sim_proc_stop(hop);
		(void)sim_proc_wait(ctx, hop);
	}
	return 0;
}

static void run(struct scene *scene)
{
	run_seed(1, play, scene);
}

static bool caught(size_t i, const char *text)
{
	struct slice all = buf_slice(&home.v[i].text);

	return slice_search(all, slice_str(text)) < all.n;
}

#define HELLO "S: 220\nC: EHLO c.test\nS: 250\n"

/* ---- the usual ---- */

START_TEST(passes_a_message)
{
	run(&(struct scene){ .script = HELLO
			     "C: MAIL FROM:<a@far.test> SIZE=100\nS: 250 2.1.0\n"
			     "C: RCPT TO:<b@ours.test>\nS: 250 2.1.5 ok\n"
			     "C: DATA\nS: 354\n"
			     "R: Subject: x\\r\\n\\r\\n..dot\\r\\nend\\r\\n.\\r\\n\n"
			     "S: 250 2.0.0 taken\nC: QUIT\nS: 221\nE:\n",
		.messages = 1 });
	ck_assert(caught(0, "Received: from c.test"));
	ck_assert(caught(0, "\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"));
	ck_assert(slice_starts(buf_slice(&home.v[0].from), S("<a@far.test>")));
	fakehop_done(&home);
}
END_TEST

/* DATA and BDAT on either side. */
START_TEST(converts_chunks)
{
	static const char bdat[] = HELLO
		"C: MAIL FROM:<a@far.test>\nS: 250\n"
		"C: RCPT TO:<b@ours.test>\nS: 250\n"
		"R: BDAT 14\\r\\nSubject: x\\r\\n\\r\\n\nS: 250\n"
		"R: BDAT 10 LAST\\r\\n.dot\\r\\nend.\nS: 250 2.0.0 taken\n";
	static const char data[] = HELLO "C: MAIL FROM:<a@far.test>\nS: 250\n"
					 "C: RCPT TO:<b@ours.test>\nS: 250\nC: DATA\nS: 354\n"
					 "R: Subject: x\\r\\n\\r\\n..dot\\r\\nend.\\r\\n.\\r\\n\n"
					 "S: 250 2.0.0 taken\n";
	static const char *const offers[] = { "250-PIPELINING\r\n250-8BITMIME\r\n",
		"250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n" };

	for (unsigned i = 0; i < 4; i++) {
		run(&(struct scene){
			.script = i & 1 ? bdat : data, .offers = offers[i / 2], .messages = 1 });
		ck_assert(caught(0, "\r\nSubject: x\r\n\r\n.dot\r\nend."));
		ck_assert_uint_eq(home.chunks > 0, i / 2);
		fakehop_done(&home);
	}
}
END_TEST

START_TEST(passes_replies)
{
	run(&(struct scene){
		.script = HELLO
		"C: MAIL FROM:<a@far.test>\nS: 250\n"
		"C: RCPT TO:<perm@ours.test>\nS: 550 5.1.1 no such user\n"
		"C: RCPT TO:<temp@ours.test>\nS: 450 4.2.1 busy\n"
		"C: RCPT TO:<gone@ours.test>\nS: 250 2.1.5 ok\n"
		"C: DATA\nS: 354\nR: a: b\\r\\n\\r\\nc\\r\\n.\\r\\n\n"
		"S: 554 5.6.0 not wanted\n"
		"C: MAIL FROM:<a@far.test>\nS: 250\n"
		"C: RCPT TO:<full@ours.test>\nS: 250\n"
		"C: DATA\nS: 354\nR: a: b\\r\\n\\r\\nc\\r\\n.\\r\\n\nS: 452 4.2.2 full\n"
		"C: MAIL FROM:<a@far.test>\nS: 250\n"
		"C: RCPT TO:<b@ours.test>\nS: 250\n"
		"C: DATA\nS: 354\nR: a: b\\r\\n\\r\\nc\\r\\n.\\r\\n\nS: 250 2.0.0 taken\n",
		.messages = 1 });
	fakehop_done(&home);
}
END_TEST

/* ---- permission ---- */

START_TEST(permission_comes_first)
{
	run(&(struct scene){ .script = HELLO "C: MAIL FROM:<a@far.test>\nS: 250\n"
					     "C: RCPT TO:<b@far.test>\nS: 550 5.7.1\n"
					     "C: RCPT TO:<b%far.test@ours.test>\nS: 550 5.7.1\n"
					     "C: RCPT TO:<b@other.test>\nS: 451 4.4.1\n" });
	ck_assert_uint_eq(home.connections, 0);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(other_backends_come_in_another_transaction)
{
	run(&(struct scene){ .script = HELLO
			     "C: MAIL FROM:<a@far.test>\nS: 250\n"
			     "C: RCPT TO:<b@ours.test>\nS: 250\n"
			     "C: RCPT TO:<c@other.test>\nS: 452 4.5.3\n"
			     "C: DATA\nS: 354\nR: a: b\\r\\n\\r\\n.\\r\\n\nS: 250\n",
		.messages = 1 });
	fakehop_done(&home);
}
END_TEST

START_TEST(a_dead_backend_is_temporary)
{
	run(&(struct scene){ .dead = true,
		.script = HELLO "C: MAIL FROM:<a@far.test>\nS: 250\n"
				"C: RCPT TO:<b@ours.test>\nS: 451 4.4.1\n"
				"C: RCPT TO:<c@ours.test>\nS: 451 4.4.1\n"
				"C: DATA\nS: 503\n" });
	run(&(struct scene){ .greeting = "554 5.7.1 go away\r\n",
		.script = HELLO "C: MAIL FROM:<a@far.test>\nS: 250\n"
				"C: RCPT TO:<b@ours.test>\nS: 451 4.4.1\n" });
}
END_TEST

START_TEST(no_answer_is_never_250)
{
	run(&(struct scene){ .script = HELLO
			     "C: MAIL FROM:<a@far.test>\nS: 250\n"
			     "C: RCPT TO:<lost@ours.test>\nS: 250\n"
			     "C: DATA\nS: 354\nR: a: b\\r\\n\\r\\nc\\r\\n.\\r\\n\nS: 451 4.4.2\n"
			     "C: NOOP\nS: 250\n" });
}
END_TEST

/* What we refuse ourselves never ends at the backend. */
START_TEST(bad_content_is_not_finished)
{
	static const char *const offers[] = { NULL, "250-PIPELINING\r\n250-CHUNKING\r\n" };

	for (unsigned i = 0; i < 2; i++)
		run(&(struct scene){ .offers = offers[i],
			.script = HELLO
			"C: MAIL FROM:<a@far.test>\nS: 250\n"
			"C: RCPT TO:<b@ours.test>\nS: 250\n"
			"C: DATA\nS: 354\n"
			"R: a: b\\r\\n\\r\\nc\\n.\\r\\nMAIL FROM:<x@y>\\r\\n.\\r\\n\n"
			"S: 550 5.6.11\n" });
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("proxy");
	TCase *t = tcase_create("proxy");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, passes_a_message);
	tcase_add_test(t, converts_chunks);
	tcase_add_test(t, passes_replies);
	tcase_add_test(t, permission_comes_first);
	tcase_add_test(t, other_backends_come_in_another_transaction);
	tcase_add_test(t, a_dead_backend_is_temporary);
	tcase_add_test(t, no_answer_is_never_250);
	tcase_add_test(t, bad_content_is_not_finished);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
