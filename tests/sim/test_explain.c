/* What `sluice explain` foretells is what a client hears: each envelope is explained, and then said
 * to the running listener; every reply must be the same to the last byte, but for those that come
 * from the server behind a proxy. The named relay forms are tried by many kinds of clients. */
#include "server/explain.h"

#include <stdio.h>

#include "auth/users.h"
#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "certs.h"
#include "config/config.h"
#include "dialogue.h"
#include "fakehop.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/sim/openssl.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "sim_check.h"

#define SENDERS	      5
#define MANY	      102 /* recipients: more than one transaction takes */
#define STEPS	      (MANY + 5)
#define FORMS_MIN     100
#define DIALOGUES_MIN 1500 /* so many there are now */
#define PATIENCE      USEC_PER_MIN
#define QUIET	      (20 * USEC_PER_MSEC)

static char config_text[] =
	"hostname: relay.test\n"
	"postmaster: boss@ours.example\n"
	"our-addresses: [ 192.0.2.25 ]\n"
	"limits: { errors: 1000, recipients: 100, message-size: 64KiB, sessions-per-client: 100 }\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"spool: { path: spool }\n"
	"users: [ { file: users } ]\n"
	"listeners:\n"
	"  mx: { for: mx, address: \"192.0.2.25:25\" }\n"
	"  front: { for: mx, service: proxy, address: \"192.0.2.25:26\", tls: off }\n"
	"  keeping-front: { for: mx, service: proxy, on-backend-failure: spool,\n"
	"         address: \"192.0.2.25:27\", tls: off }\n"
	"  lan: { for: internal, address: \"192.0.2.25:2525\", tls: off,\n"
	"         networks: [ 192.0.2.0/28, { from: 192.0.2.64/28, senders: \"*@ours.example\" } ] }\n"
	"  lan-front: { for: internal, service: proxy, address: \"192.0.2.25:2526\", tls: off,\n"
	"         networks: [ 192.0.2.0/28, { from: 192.0.2.64/28, senders: \"*@ours.example\" } ] }\n"
	"  submission: { for: submission, address: \"192.0.2.25:587\" }\n"
	"  submission-front: { for: submission, service: proxy, address: \"192.0.2.25:588\" }\n"
	"  submissions: { for: submission, address: \"192.0.2.25:465\", tls: implicit }\n"
	"domains:\n"
	"  ours.example: { via: home, recipients: any }\n"
	"  listed.example: { via: home, recipients: [ { file: list } ] }\n"
	"  others.example: { via: away, recipients: any }\n"
	"routes:\n"
	"  - { login: \"bob\", via: away }\n"
	"  - { from: \"*@nowhere.test\", to: \"*.nowhere.test\", via: mx }\n"
	"  - { to: \"far.example\", via: away }\n"
	"hops:\n"
	"  home: { hosts: [ \"192.0.2.30:25\" ], tls: off }\n"
	"  away: { hosts: [ \"192.0.2.31:25\" ], tls: off }\n";

/* The password of all is "pencil", with the salt of RFC 7677's example. */
#define PENCIL                                                                                     \
	"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
static const char users_text[] = "ann@example.org:" PENCIL "\n"
				 "bob:" PENCIL ":*@ours.example,*@foreign.example\n"
				 "carl:" PENCIL "\n"
				 "dora:!" PENCIL "\n";

static const struct client {
	const char *listener, *at, *from; /* where it connects, from where */
	bool starttls, implicit;
	const char *user, *plain; /* AUTH PLAIN's response with the password */
	bool forms; /* says the named forms, too */
} clients[] = {
	/* Strangers. */
	{ "mx", "192.0.2.25:25", "198.51.100.9", .forms = true },
	{ "mx", "192.0.2.25:25", "198.51.100.9", .starttls = true },
	{ "mx", "192.0.2.25:25", "198.51.100.9", .user = "bob", .plain = "AGJvYgBwZW5jaWw=" },
	{ "front", "192.0.2.25:26", "198.51.100.9", .forms = true },
	{ "keeping-front", "192.0.2.25:27", "198.51.100.9" },
	{ "lan", "192.0.2.25:2525", "198.51.100.9" },
	{ "lan-front", "192.0.2.25:2526", "198.51.100.9" },
	{ "submission", "192.0.2.25:587", "198.51.100.9" },
	{ "submission", "192.0.2.25:587", "198.51.100.9", .starttls = true },
	{ "submissions", "192.0.2.25:465", "198.51.100.9", .implicit = true },
	/* Those inside; one of them may not send as everybody. */
	{ "mx", "192.0.2.25:25", "192.0.2.9" },
	{ "lan", "192.0.2.25:2525", "192.0.2.9", .forms = true },
	{ "lan", "192.0.2.25:2525", "192.0.2.70", .forms = true },
	{ "lan-front", "192.0.2.25:2526", "192.0.2.9", .forms = true },
	{ "lan-front", "192.0.2.25:2526", "192.0.2.70" },
	/* Those who log in, or try. */
	{ "submission", "192.0.2.25:587", "198.51.100.10", .user = "bob",
		.plain = "AGJvYgBwZW5jaWw=" },
	{ "submission", "192.0.2.25:587", "198.51.100.10", .starttls = true,
		.user = "ann@example.org", .plain = "AGFubkBleGFtcGxlLm9yZwBwZW5jaWw=" },
	{ "submission", "192.0.2.25:587", "198.51.100.10", .starttls = true, .user = "bob",
		.plain = "AGJvYgBwZW5jaWw=", .forms = true },
	{ "submission", "192.0.2.25:587", "198.51.100.10", .starttls = true, .user = "carl",
		.plain = "AGNhcmwAcGVuY2ls" },
	{ "submissions", "192.0.2.25:465", "198.51.100.10", .implicit = true, .user = "BOB",
		.plain = "AEJPQgBwZW5jaWw=" },
	{ "submission-front", "192.0.2.25:588", "198.51.100.10", .starttls = true, .user = "bob",
		.plain = "AGJvYgBwZW5jaWw=" },
	{ "submission", "192.0.2.25:587", "198.51.100.11", .starttls = true, .user = "dora",
		.plain = "AGRvcmEAcGVuY2ls" },
	{ "submission", "192.0.2.25:587", "198.51.100.12", .starttls = true, .user = "eve",
		.plain = "AGV2ZQBwZW5jaWw=" },
};

/* Behind MAIL, and behind each RCPT. */
static const struct envelope {
	const char *helo, *mail, *rcpts[5];
} envelopes[] = {
	{ "client.test", "FROM:<a@ours.example>", { "TO:<b@ours.example>" } },
	{ "client.test", "FROM:<>", { "TO:<b@ours.example>", "TO:<c@far.example>" } },
	{ "client.test", "FROM:<ann@example.org>", { "TO:<b@far.example>", "TO:<Postmaster>" } },
	{ "[192.0.2.9]", "FROM:<a@foreign.example> SIZE=65536",
		{ "TO:<abuse@ours.example>", "TO:<x@foreign.example>", "TO:<x@a.nowhere.test>" } },
	{ "client.test", "FROM:<a@foreign.example> SIZE=65537", { "TO:<b@ours.example>" } },
	{ "client.test", "FROM:<a@nowhere.test> BODY=8BITMIME", { "TO:<x@a.nowhere.test>" } },
	{ "client.test", "FROM:<a@foreign.example>",
		{ "TO:<b@ours.example>", "TO:<c@ours.example>", "TO:<d@ours.example>",
			"TO:<e@ours.example>", "TO:<f@far.example>" } },
	{ "client.test", "FROM:<a@foreign.example>",
		{ "TO:<secret@listed.example>", "TO:<who@listed.example>" } },
	{ "client.test", "FROM:<a@ours.example>",
		{ "TO:<b@ours.example>", "TO:<c@others.example>", "TO:<perm@ours.example>" } },
	{ "client.test", "FROM:<a@foreign.example> RET=HDRS",
		{ "TO:<b@ours.example> NOTIFY=NEVER", "TO:<b@ours.example> NOTIFY=X" } },
	{ "client.test", "FROM:<\xc3\xb6@foreign.example> SMTPUTF8",
		{ "TO:<\xc3\xbc@ours.example>" } },
	{ "client.test", "FROM:<\xc3\xb6@foreign.example>", { "TO:<b@ours.example>" } },
	{ "client.test", "FROM:<a@foreign.example> AUTH=<>", { "TO:<b@ours.example>" } },
	{ "client.test", "FROM: a@foreign.example", { "TO:<b@ours.example>" } },
	{ "client test", "FROM:<a@foreign.example>", { "TO:<b@ours.example>" } },
	{ "client.test", "FROM:<a@ours.example>",
		{ "TO:<x@[192.0.2.25]>", "TO:<x@[192.0.2.99]>" } },
};

static struct relay relay;
static struct fakehop home, away;
static struct tls_client *authorities;
static const struct config *config;
static struct buf table_text;
static struct slice senders[SENDERS];
static size_t senders_n, dialogues, forms_tried;

/* What explain takes for granted of the servers behind a proxy. */
static const char everything[] = "250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
				 "250-MT-PRIORITY\r\n250-CHUNKING\r\n250-PRDR\r\n";

/* ---- what is foretold ---- */

struct heard {
	enum explain_command command;
	bool backend;
	struct buf said, reply;
};

static struct heard foretold[STEPS];
static size_t foretold_n;

/* The reasons must belong to the reply. */
static void check_reasons(const struct explain_step *step)
{
	struct slice code = slice_take(step->reply, 3);

	if (step->verdict.code && !server_verdict_is_allowed(&step->verdict)) {
		ck_assert(!step->positive);
		ck_assert(step->backend ||
			  slice_search(step->reply, slice_str(step->verdict.text)) < step->reply.n);
		ck_assert_ptr_nonnull(step->verdict.key);
	} else if (step->command == EXPLAIN_RCPT && slice_eq(code, S("250"))) {
		ck_assert(step->route.kind != NEXTHOP_NONE && step->destination.n);
		ck_assert(step->route.rule || step->route.domain);
	}
}

static void note(void *arg, const struct explain_step *step)
{
	struct heard *h = &foretold[foretold_n++];

	(void)arg;
	ck_assert_uint_le(foretold_n, STEPS);
	check_reasons(step);
	*h = (struct heard){ .command = step->command, .backend = step->backend };
	buf_init(&h->said, 65536);
	buf_init(&h->reply, 65536);
	buf_put(&h->said, step->said);
	buf_put(&h->reply, step->reply);
}

static void forget(void)
{
	while (foretold_n) {
		struct heard *h = &foretold[--foretold_n];

		buf_done(&h->said);
		buf_done(&h->reply);
	}
}

/* ---- what is heard ---- */

static bool is_whole(struct slice reply)
{
	if (!slice_ends(reply, S("\r\n")))
		return false;
	struct slice before = slice_take(reply, reply.n - 2);
	size_t lf = slice_rfind(before, '\n');
	struct slice last = lf < before.n ? slice_skip(before, lf + 1) : before;

	return last.n < 4 || last.p[3] == ' ';
}

/* A reply, and whatever else comes with it. */
static void hear(struct ctx *ctx, struct stream *s, struct buf *ret)
{
	int r = 0;

	buf_clear(ret);
	while (r == 0) {
		struct deadline d;

		ctx_narrow(ctx, &d, is_whole(buf_slice(ret)) ? QUIET : PATIENCE);
		r = ctx_widen(ctx, &d, stream_fill(ctx, s));
		buf_put(ret, stream_peek(s));
		stream_take(s, stream_peek(s).n);
	}
	ck_assert(is_whole(buf_slice(ret)));
}

static void say(struct ctx *ctx, struct stream *s, struct slice line, struct buf *ret)
{
	ck_assert_int_eq(stream_write(ctx, s, line), 0);
	ck_assert_int_eq(stream_write(ctx, s, S("\r\n")), 0);
	hear(ctx, s, ret);
}

static void handshake(struct ctx *ctx, struct stream *s)
{
	ck_assert_int_eq(
		tls_connect(ctx, s, authorities, S("relay.test"), TLS_VERIFY_NAME, S("k")), 0);
}

/* The fake backends' yes and no to recipients, and what is said of one that cannot be reached; to DATA
 * we answer ourselves. */
static bool is_backends(const struct heard *h, struct slice reply)
{
	if (h->command != EXPLAIN_RCPT) /* the proxy has heard that they offer everything */
		return slice_eq(reply, buf_slice(&h->reply));
	return slice_eq(reply, S("250 2.1.5 ok\r\n")) || slice_starts(reply, S("550 5.1.1")) ||
	       slice_starts(reply, S("451 4.4.1"));
}

static void compare(const struct client *c, const struct heard *h, struct slice reply)
{
	bool same = h->backend ? is_backends(h, reply) : slice_eq(reply, buf_slice(&h->reply));

	ck_assert_msg(same, "%s from %s (%s): %.*s\nforetold%s: %.*s\nheard: %.*s", c->listener,
		c->from, c->user ? c->user : "no log-in", SLICE_ARG(buf_slice(&h->said)),
		h->backend ? ", of the backend" : "", SLICE_ARG(buf_slice(&h->reply)),
		SLICE_ARG(reply));
}

static void say_step(struct ctx *ctx, struct stream *s, const struct client *c,
	const struct heard *h, struct buf *reply)
{
	char auth[200];

	if (h->command == EXPLAIN_EHLO && c->starttls) {
		say(ctx, s, S("EHLO x"), reply);
		say(ctx, s, S("STARTTLS"), reply);
		handshake(ctx, s);
	}
	if (h->command == EXPLAIN_CONNECT) {
		hear(ctx, s, reply);
	} else if (h->command == EXPLAIN_AUTH) {
		snprintf(auth, sizeof(auth), "AUTH PLAIN %s", c->plain);
		say(ctx, s, slice_str(auth), reply);
	} else {
		say(ctx, s, buf_slice(&h->said), reply);
	}
}

static void listen_live(struct ctx *ctx, const struct client *c)
{
	struct stream *s = dialogue_open(ctx, c->at);
	struct buf reply;

	buf_init(&reply, 65536);
	if (c->implicit)
		handshake(ctx, s);
	for (size_t i = 0; i < foretold_n; i++) {
		say_step(ctx, s, c, &foretold[i], &reply);
		compare(c, &foretold[i], buf_slice(&reply));
		if (foretold[i].backend && reply.p[0] > '3')
			break; /* the rest was foretold for a yes */
	}
	stream_free(s);
	buf_done(&reply);
}

/* ---- one dialogue ---- */

static void play_one(struct ctx *ctx, const struct client *c, struct slice helo, struct slice mail,
	const struct slice *rcpts, size_t n)
{
	struct explain_envelope e = {
		.config = config,
		.users = relay.users,
		.listener = config_listener_find(config, slice_str(c->listener)),
		.tls = c->starttls || c->implicit,
		.helo = helo,
		.login = slice_str(c->user),
		.mail = mail,
		.rcpts = rcpts,
		.rcpts_n = n,
	};
	unsigned before = home.connections + away.connections;

	ck_assert(ip_parse(slice_str(c->from), &e.client));
	ck_assert_int_eq(explain_run(ctx, &e, note, NULL), 0);
	ck_assert_uint_eq(before, home.connections + away.connections);
	ck_assert_uint_ge(foretold_n, 2);
	listen_live(ctx, c);
	forget();
	dialogues++;
}

static void play_envelope(struct ctx *ctx, const struct client *c, const struct envelope *e)
{
	struct slice rcpts[5];
	size_t n = 0;

	while (n < 5 && e->rcpts[n]) {
		rcpts[n] = slice_str(e->rcpts[n]);
		n++;
	}
	play_one(ctx, c, slice_str(e->helo), slice_str(e->mail), rcpts, n);
}

static void play_many(struct ctx *ctx, const struct client *c)
{
	struct slice rcpts[MANY];

	for (size_t i = 0; i < MANY; i++)
		rcpts[i] = S("TO:<b@ours.example>");
	play_one(ctx, c, S("client.test"), S("FROM:<a@ours.example>"), rcpts, MANY);
}

/* \xHH and \\ of the table become bytes. */
static void unescape(struct buf *b, struct slice s)
{
	buf_clear(b);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] == 'x') {
			buf_putc(b, (char)(ascii_hex(s.p[i + 2]) * 16 + ascii_hex(s.p[i + 3])));
			i += 3;
		} else {
			if (s.p[i] == '\\' && i + 1 < s.n)
				i++;
			buf_putc(b, s.p[i]);
		}
	}
}

/* A line end would begin another command: explain is not asked about those. */
static bool is_one_line(struct slice s)
{
	return slice_find(s, '\r') == s.n && slice_find(s, '\n') == s.n;
}

static void play_forms(struct ctx *ctx, const struct client *c, struct slice sender)
{
	struct slice rest = buf_slice(&table_text);
	struct buf mail, rcpt;

	buf_init(&mail, 65536);
	buf_init(&rcpt, 65536);
	unescape(&mail, sender);
	while (rest.n) {
		struct slice line = slice_split(&rest, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		(void)slice_split(&line, '\t');
		unescape(&rcpt, slice_split(&line, '\t'));
		struct slice to = buf_slice(&rcpt);

		if (!is_one_line(to))
			continue;
		play_one(ctx, c, S("client.test"), buf_slice(&mail), &to, 1);
		forms_tried++;
	}
	buf_done(&mail);
	buf_done(&rcpt);
}

static int play_client(struct ctx *ctx, void *arg)
{
	const struct client *c = arg;

	for (size_t i = 0; i < sizeof(envelopes) / sizeof(envelopes[0]); i++) {
		play_envelope(ctx, c, &envelopes[i]);
		if (c->user && (slice_eq(slice_str(c->user), S("dora")) ||
				       slice_eq(slice_str(c->user), S("eve"))))
			break; /* more failures, and the address is shown the door */
	}
	if (c->forms)
		play_many(ctx, c);
	for (size_t i = 0; i < senders_n && c->forms; i++)
		if (!c->user || i == 1)
			play_forms(ctx, c, senders[i]);
	return 0;
}

/* ---- the world ---- */

static void make_tls(void)
{
	struct cert ca = cert_make(NULL, "Root", NULL, -1, 3650, true);
	struct cert leaf = cert_make(&ca, "leaf", "DNS:relay.test", -1, 3650, false);
	struct tls_keypair pair = { leaf.pem, leaf.key_pem };
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(tls_server_new(&pair, 1, &why, &relay.tls), 0);
	ck_assert_int_eq(tls_client_new(ca.pem, &why, &authorities), 0);
	ck_assert_int_eq(auth_users_parse(slice_str(users_text), "users", &why, &relay.users), 0);
	buf_done(&why);
	cert_free(&leaf);
	cert_free(&ca);
}

static struct sim_host *host_of(const char *address)
{
	static struct {
		const char *address;
		struct sim_host *host;
	} known[8];
	size_t i = 0;

	while (known[i].address && strcmp(known[i].address, address) != 0)
		i++;
	if (known[i].address == NULL) {
		known[i].address = address;
		known[i].host = sim_host_new("client", address);
	}
	return known[i].host;
}

static void stop(struct ctx *ctx, struct sim_proc *proc)
{
	sim_proc_stop(proc);
	(void)sim_proc_wait(ctx, proc);
}

/* A proxy offers what it has heard of. */
static int meet_all(struct ctx *ctx, void *arg)
{
	(void)arg;
	dialogue(ctx, "192.0.2.25:26",
		"S: 220\nC: EHLO x\nS: 250\nC: MAIL FROM:<>\nS: 250\nC: RCPT TO:<b@ours.example>\n"
		"S: 250\nC: RSET\nS: 250\nC: MAIL FROM:<>\nS: 250\n"
		"C: RCPT TO:<b@others.example>\nS: 250\nC: QUIT\nS: 221\n");
	return 0;
}

static int play(struct ctx *ctx, void *arg)
{
	(void)arg;
	relay = (struct relay){ .config = config_text };
	home = (struct fakehop){ .address = "192.0.2.30:25", .offers = everything };
	away = (struct fakehop){ .address = "192.0.2.31:25", .offers = everything };
	sim_openssl_start();
	make_tls();
	struct sim_proc *procs[] = {
		sim_proc_start(sim_host_new("home", "192.0.2.30"), "home", fakehop_run, &home),
		sim_proc_start(sim_host_new("away", "192.0.2.31"), "away", fakehop_run, &away),
		sim_proc_start(sim_host_new("relay", "192.0.2.25"), "relay", relay_run, &relay),
	};

	ctx_sleep(ctx, USEC_PER_MSEC);
	ck_assert_int_eq(sim_host_run(ctx, host_of("198.51.100.9"), "client", meet_all, NULL), 0);
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
		ck_assert_int_eq(sim_host_run(ctx, host_of(clients[i].from), "client", play_client,
					 (void *)(uintptr_t)&clients[i]),
			0);
	ctx_sleep(ctx, USEC_PER_MIN);
	ck_assert_uint_eq(relay_messages(&relay), 0);
	for (size_t i = sizeof(procs) / sizeof(procs[0]); i > 0; i--)
		stop(ctx, procs[i - 1]);
	auth_users_unref(relay.users);
	tls_server_unref(relay.tls);
	tls_client_unref(authorities);
	return 0;
}

static void read_table(void)
{
	FILE *f = fopen(RELAY_FORMS, "r");

	ck_assert_ptr_nonnull(f);
	buf_init(&table_text, 1 << 20);
	table_text.n = fread(buf_room(&table_text, 1 << 20), 1, 1 << 20, f);
	fclose(f);
	for (struct slice rest = buf_slice(&table_text); rest.n && senders_n < SENDERS;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_eq(slice_split(&line, '\t'), S("#sender"))) {
			(void)slice_split(&line, '\t');
			senders[senders_n++] = line;
		}
	}
	ck_assert_uint_eq(senders_n, SENDERS);
}

START_TEST(what_is_foretold_is_heard)
{
	read_table();
	config = relay_config(config_text);
	run_seed(1, play, NULL);
	ck_assert_uint_ge(forms_tried, FORMS_MIN);
	ck_assert_msg(dialogues >= DIALOGUES_MIN, "%zu dialogues", dialogues);
	config_unref(config);
	fakehop_done(&home);
	fakehop_done(&away);
	buf_done(&table_text);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("explain");
	TCase *t = tcase_create("explain");

	tcase_set_timeout(t, 250);
	tcase_add_test(t, what_is_foretold_is_heard);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
