/* The submission listener with real TLS: STARTTLS and what was said before it, log-in and its
 * failures, who may send as whom, and what is added to a message. */
#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "certs.h"
#include "dialogue.h"
#include "fakehop.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/sim/openssl.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "sim_check.h"

#define SUBMISSION "192.0.2.25:587"

static const char config[] =
	"hostname: relay.test\n"
	"limits: { login-failures: 3 }\n"
	"listeners: { submission: { for: submission, address: \"192.0.2.25:587\" } }\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"users: [ { file: users } ]\n"
	"routes: [ { via: out } ]\n"
	"hops: { out: { hosts: [ \"192.0.2.31:25\" ], tls: off } }\n";

/* The password of all is "pencil", with the salt of RFC 7677's example. */
#define PENCIL                                                                                     \
	"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
static const char users_text[] = "ann@example.org:" PENCIL "\n"
				 "bob:" PENCIL ":*@bob.test\n"
				 "carl:" PENCIL "\n";

#define ANN	  "AGFubkBleGFtcGxlLm9yZwBwZW5jaWw=" /* ann@example.org, pencil */
#define ANN_WRONG "AGFubkBleGFtcGxlLm9yZwB3cm9uZw==" /* ann@example.org, wrong */
#define BOB	  "AGJvYgBwZW5jaWw=" /* bob, pencil */
#define CARL	  "AGNhcmwAcGVuY2ls" /* carl, pencil */

static struct relay relay;
static struct fakehop hop;
static struct tls_client *authorities;
static struct buf lines; /* of the log */

struct scene {
	const char *clear; /* said before the handshake; its last reply is 220 when there is one */
	const char *safe; /* said behind it; NULL: no handshake */
	unsigned messages; /* that reach the next hop */
	const char *contains, *lacks; /* the message there; or NULL */
};

#define HELLO	 "S: 220 relay.test\nC: EHLO client.test\nS: 250 \n"
#define STARTTLS HELLO "C: STARTTLS\nS: 220 2.0.0\n"
#define AGAIN	 "C: EHLO client.test\nS: 250 \n"
#define LOGIN	 AGAIN "C: AUTH PLAIN " ANN "\nS: 235 2.7.0\n"
#define MAIL	 LOGIN "C: MAIL FROM:<ann@example.org>\nS: 250\n"
#define DATA	 MAIL "C: RCPT TO:<x@far.test>\nS: 250\nC: DATA\nS: 354\n"
#define BYE	 "C: QUIT\nS: 221\n"
#define DAMAGED	 "a\\0\\r\\na\\0\\r\\na\\0\\r\\na\\0\\r\\na\\0\\r\\n" /* five lines */
#define REFUSED	 "S: 500\nS: 500\nS: 500\nS: 500\nS: 500\n"

static const struct scene scenes[] = {
	/* Nothing but STARTTLS in the clear. */
	{ HELLO "C: MAIL FROM:<ann@example.org>\nS: 530 5.7.0\nC: AUTH PLAIN " ANN
		"\nS: 538 5.7.11\n" BYE "E:\n",
		NULL, 0, NULL, NULL },
	/* And under TLS nothing before the log-in. */
	{ STARTTLS, AGAIN "C: MAIL FROM:<ann@example.org>\nS: 530 5.7.0\n" BYE, 0, NULL, NULL },
	/* What was said before the handshake counts for nothing: neither EHLO... */
	{ STARTTLS, "C: MAIL FROM:<ann@example.org>\nS: 503 5.5.1\n" BYE, 0, NULL, NULL },
	/* ...nor commands smuggled in behind STARTTLS: the first reply is the one to EHLO. */
	{ HELLO "R: STARTTLS\\r\\nAUTH PLAIN " ANN "\\r\\nNOOP\\r\\nRSET\\r\\n\nS: 220 2.0.0\n",
		"C: EHLO client.test\nS: 250 \nC: MAIL FROM:<ann@example.org>\nS: 530 5.7.0\n" BYE,
		0, NULL, NULL },
	{ STARTTLS, AGAIN "C: STARTTLS\nS: 503 5.5.1\n" BYE, 0, NULL, NULL },
	/* The main path: what is missing is added... */
	{ STARTTLS, DATA "C: From: ann@example.org\nC: \nC: Hi\nC: .\nS: 250 2.0.0\n" BYE, 1,
		"\r\nDate: ", NULL },
	{ STARTTLS, DATA "C: From: ann@example.org\nC: \nC: Hi\nC: .\nS: 250 2.0.0\n" BYE, 1,
		"@relay.test>\r\n", NULL },
	{ STARTTLS, DATA "C: From: ann@example.org\nC: \nC: Hi\nC: .\nS: 250 2.0.0\n" BYE, 1,
		"with ESMTPSA", ANN },
	/* ...and what is there stays alone. */
	{ STARTTLS,
		DATA "C: date: Wed, 1 Jan 2025 00:00:00 +0000\nC: Message-Id: <1@client.test>\n"
		     "C: From: ann@example.org\nC: \nC: Hi\nC: .\nS: 250 2.0.0\n" BYE,
		1, "Message-Id: <1@client.test>", "\r\nDate: " },
	/* The ways to log in. */
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN\nS: 334 \nC: " ANN "\nS: 235\nC: AUTH PLAIN " ANN
		      "\nS: 503 5.5.1\n" BYE,
		0, NULL, NULL },
	{ STARTTLS,
		AGAIN "C: AUTH LOGIN\nS: 334 \nC: YW5uQGV4YW1wbGUub3Jn\nS: 334 \n"
		      "C: cGVuY2ls\nS: 235\n" BYE,
		0, NULL, NULL },
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN\nS: 334 \nC: *\nS: 501\nC: AUTH NONE\nS: 504\n"
		      "C: AUTH PLAIN AAAA\nS: 501\n" BYE,
		0, NULL, NULL },
	/* A log-in spelt wrongly is refused, and its words do not reach the log. */
	{ STARTTLS, AGAIN "C: AUTH PLAIN " ANN " " ANN "\nS: 501\n" BYE, 0, NULL, NULL },
	{ STARTTLS, AGAIN "C: AUTH PLAIN " ANN "%\nS: 501\n" BYE, 0, NULL, NULL },
	/* Wrong passwords: told so, and at last shown the door. */
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN " ANN_WRONG "\nS: 535 5.7.8\nC: AUTH PLAIN " ANN
		      "\nS: 235\n" BYE,
		0, NULL, NULL },
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN " ANN_WRONG "\nS: 535 5.7.8\nC: AUTH PLAIN " ANN_WRONG
		      "\nS: 535 5.7.8\nC: AUTH PLAIN " ANN_WRONG "\nS: 421 4.7.0\nE:\n",
		0, NULL, NULL },
	/* Too many damaged lines in the middle of a log-in: nothing follows the 421. */
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN\nS: 334 \nR: " DAMAGED DAMAGED DAMAGED DAMAGED
		      "\n" REFUSED REFUSED REFUSED REFUSED "S: 421 4.7.0\nE:\n",
		0, NULL, NULL },
	{ STARTTLS, MAIL "C: AUTH PLAIN " ANN "\nS: 503\n" BYE, 0, NULL, NULL },
	/* AUTH= may be said after the log-in, though AUTH is offered no more. */
	{ STARTTLS,
		LOGIN "C: MAIL FROM:<ann@example.org> AUTH=<>\nS: 250\nC: RSET\nS: 250\n"
		      "C: EHLO again.test\nS: 250 LIMITS\n"
		      "C: MAIL FROM:<ann@example.org> AUTH=ann@example.org\nS: 250\n" BYE,
		0, NULL, NULL },
	/* The sender is bound to the log-in: in the envelope... */
	{ STARTTLS, LOGIN "C: MAIL FROM:<eve@example.org>\nS: 550 5.7.1\n" BYE, 0, NULL, NULL },
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN " BOB "\nS: 235\nC: MAIL FROM:<x@bob.test>\nS: 250\nC: RSET\n"
		      "S: 250\nC: MAIL FROM:<x@eve.test>\nS: 550 5.7.1\n" BYE,
		0, NULL, NULL },
	{ STARTTLS,
		AGAIN "C: AUTH PLAIN " CARL "\nS: 235\nC: MAIL FROM:<carl@bob.test>\n"
		      "S: 550 5.7.1\n" BYE,
		0, NULL, NULL },
	/* ...in each mailbox of From and Sender... */
	{ STARTTLS, DATA "C: From: eve@example.org\nC: \nC: .\nS: 550 5.7.1\n" BYE, 0, NULL, NULL },
	{ STARTTLS,
		DATA "C: From: ann@example.org, Eve <eve@example.org>\nC: \nC: .\n"
		     "S: 550 5.7.1\n" BYE,
		0, NULL, NULL },
	{ STARTTLS,
		DATA "C: From: ann@example.org\nC: Sender: eve@example.org\nC: \nC: .\n"
		     "S: 550 5.7.1\n" BYE,
		0, NULL, NULL },
	{ STARTTLS,
		DATA "C: From: ann@example.org\nC: From: eve@example.org\nC: \nC: .\n"
		     "S: 550 5.7.1\n" BYE,
		0, NULL, NULL },
	{ STARTTLS, DATA "C: Subject: none\nC: \nC: .\nS: 550 5.7.1\n" BYE, 0, NULL, NULL },
	{ STARTTLS, DATA "C: From: \"ann@example.org\nC: \nC: .\nS: 550 5.7.1\n" BYE, 0, NULL,
		NULL },
	/* ...also where the reverse-path is null. */
	{ STARTTLS,
		LOGIN "C: MAIL FROM:<>\nS: 250\nC: RCPT TO:<x@far.test>\nS: 250\nC: DATA\nS: 354\n"
		      "C: From: eve@example.org\nC: \nC: .\nS: 550 5.7.1\n" BYE,
		0, NULL, NULL },
};

/* ---- playing a scene ---- */

static void make_tls(void)
{
	struct cert ca = cert_make(NULL, "Root", NULL, -1, 3650, true);
	struct cert leaf = cert_make(&ca, "leaf", "DNS:relay.test", -1, 3650, false);
	struct tls_keypair pair = { leaf.pem, leaf.key_pem };
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(tls_server_new(&pair, 1, &why, &relay.tls), 0);
	ck_assert_int_eq(tls_client_new(ca.pem, &why, &authorities), 0);
	buf_done(&why);
	cert_free(&leaf);
	cert_free(&ca);
}

static struct auth_users *parse_users(const char *text)
{
	struct auth_users *users = NULL;
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(auth_users_parse(slice_str(text), "users", &why, &users), 0);
	buf_done(&why);
	return users;
}

static void note_line(void *arg, struct slice line)
{
	buf_put(arg, line);
	buf_putc(arg, '\n');
}

static void handshake(struct ctx *ctx, struct stream *s)
{
	ck_assert_int_eq(
		tls_connect(ctx, s, authorities, S("relay.test"), TLS_VERIFY_NAME, S("k")), 0);
}

static int talk(struct ctx *ctx, void *arg)
{
	const struct scene *scene = arg;
	struct stream *s = dialogue_open(ctx, SUBMISSION);

	dialogue_run(ctx, s, scene->clear);
	if (scene->safe) {
		handshake(ctx, s);
		dialogue_run(ctx, s, scene->safe);
	}
	stream_free(s);
	return 0;
}

/* Runs fn on a client's host, with a relay and a next hop around it. */
static void play(struct ctx *ctx, coro_fn *fn, const void *arg)
{
	relay = (struct relay){ .config = config, .users = parse_users(users_text) };
	hop = (struct fakehop){ .address = "192.0.2.31:25" };
	buf_init(&lines, 1 << 20);
	sim_openssl_start();
	make_tls();
	sim_on_log(note_line, &lines);
	struct sim_proc *relay_proc = sim_proc_start(
		sim_host_new("relay", "192.0.2.25"), "relay", relay_run, &relay);
	struct sim_proc *hop_proc = sim_proc_start(
		sim_host_new("hop", "192.0.2.31"), "hop", fakehop_run, &hop);

	ctx_sleep(ctx, USEC_PER_MSEC);
	ck_assert_int_eq(sim_host_run(ctx, sim_host_new("client", "192.0.2.9"), "client", fn,
				 (void *)(uintptr_t)arg),
		0);
	ctx_sleep(ctx, USEC_PER_MIN);
	sim_proc_stop(relay_proc);
	ck_assert_int_eq(sim_proc_wait(ctx, relay_proc), 0);
	sim_proc_stop(hop_proc);
	(void)sim_proc_wait(ctx, hop_proc);
	sim_on_log(NULL, NULL);
}

static void clean_up(void)
{
	fakehop_done(&hop);
	buf_done(&lines);
	auth_users_unref(relay.users);
	tls_server_unref(relay.tls);
	tls_client_unref(authorities);
}

static bool has(const struct buf *b, const char *text)
{
	return slice_search(buf_slice(b), slice_str(text)) < b->n;
}

static int play_scene(struct ctx *ctx, void *arg)
{
	const struct scene *scene = arg;

	play(ctx, talk, scene);
	ck_assert_uint_eq(hop.n, scene->messages);
	if (scene->contains)
		ck_assert_msg(has(&hop.v[0].text, scene->contains), "'%s' is missing in: %.*s",
			scene->contains, SLICE_ARG(buf_slice(&hop.v[0].text)));
	if (scene->lacks)
		ck_assert_msg(!has(&hop.v[0].text, scene->lacks), "'%s' stands in: %.*s",
			scene->lacks, SLICE_ARG(buf_slice(&hop.v[0].text)));
	ck_assert(has(&lines, "connected"));
	ck_assert_msg(!has(&lines, ANN) && !has(&lines, ANN_WRONG), "a secret in the log: %.*s",
		SLICE_ARG(buf_slice(&lines)));
	clean_up();
	return 0;
}

START_TEST(scene)
{
	for (uint64_t seed = 1; seed <= 2; seed++)
		run_seed(seed, play_scene, (void *)(uintptr_t)&scenes[_i]);
}
END_TEST

/* ---- what MAIL says to the next hop is what came, whatever was declared ---- */

static const struct scene undeclared = { STARTTLS,
	DATA "C: From: ann@example.org\nC: \nC: \xc3\xbc\nC: .\nS: 250 2.0.0\n" BYE, 1, NULL,
	NULL };
static const struct scene all_ascii = { STARTTLS,
	LOGIN "C: MAIL FROM:<ann@example.org> BODY=8BITMIME\nS: 250\nC: RCPT TO:<x@far.test>\n"
	      "S: 250\nC: DATA\nS: 354\nC: From: ann@example.org\nC: \nC: u\nC: .\nS: 250\n" BYE,
	1, NULL, NULL };

static int play_eight_bit(struct ctx *ctx, void *arg)
{
	play(ctx, talk, arg);
	ck_assert_uint_eq(hop.n, 1);
	ck_assert_int_eq(has(&hop.v[0].from, "BODY=8BITMIME"), arg == &undeclared);
	clean_up();
	return 0;
}

START_TEST(content_decides_about_8bitmime)
{
	run_seed(1, play_eight_bit, (void *)(uintptr_t)&undeclared);
	run_seed(1, play_eight_bit, (void *)(uintptr_t)&all_ascii);
}
END_TEST

/* ---- a user is taken away while logged in ---- */

static int talk_revoked(struct ctx *ctx, void *arg)
{
	struct stream *s = dialogue_open(ctx, SUBMISSION);
	struct auth_users *others = parse_users("bob:" PENCIL ":*@bob.test\n");

	(void)arg;
	dialogue_run(ctx, s, STARTTLS);
	handshake(ctx, s);
	dialogue_run(ctx, s, MAIL "C: RSET\nS: 250\n");
	auth_server_set_users(relay.server.auth, others);
	auth_users_unref(others);
	dialogue_run(ctx, s, "C: MAIL FROM:<ann@example.org>\nS: 530 5.7.0\n" BYE);
	stream_free(s);
	return 0;
}

static int play_revoked(struct ctx *ctx, void *arg)
{
	play(ctx, talk_revoked, arg);
	clean_up();
	return 0;
}

START_TEST(a_revoked_user_begins_nothing_more)
{
	run_seed(1, play_revoked, NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("submission");
	TCase *t = tcase_create("submission");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, scene, 0, sizeof(scenes) / sizeof(scenes[0]));
	tcase_add_test(t, content_decides_about_8bitmime);
	tcase_add_test(t, a_revoked_user_begins_nothing_more);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
