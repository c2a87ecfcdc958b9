/* Sessions of a relay in front of a spool in memory: what each command answers in each state, how
 * content ends, what is refused and why. */
#include "auth/users.h"
#include "base/buf.h"
#include "dialogue.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/stream.h"
#include "config/config.h"
#include "server/session.h"
#include "sim_check.h"

#define MX  "192.0.2.25:25"
#define INT "192.0.2.25:2525"

static const char plain[] =
	"hostname: relay.test\n"
	"postmaster: boss@ours.test\n"
	"limits: { message-size: 100000, recipients: 100, errors: 10,\n"
	"          command-timeout: 5m, data-timeout: 3m, header-size: 64KiB }\n"
	"listeners:\n"
	"  mx: { for: mx, address: \"192.0.2.25:25\" }\n"
	"  inside: { for: internal, address: \"192.0.2.25:2525\",\n"
	"            networks: [ 192.0.2.0/24 ] }\n"
	"domains: { ours.test: { via: home, recipients: any } }\n"
	"routes: [ { via: out } ]\n"
	"hops: { home: { hosts: [ \"192.0.2.30:25\" ] },\n"
	"        out: { hosts: [ \"192.0.2.31:25\" ] } }\n";

struct scene {
	const char *to;
	const char *script;
	unsigned messages; /* in the spool afterwards */
};

static int talk(struct ctx *ctx, void *arg)
{
	const struct scene *scene = arg;

	dialogue(ctx, scene->to, scene->script);
	return 0;
}

static int play(struct ctx *ctx, void *arg)
{
	const struct scene *scene = arg;
	static struct relay relay;

	relay = (struct relay){ .config = plain };
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_host *client = sim_host_new("client", "192.0.2.9");
	struct sim_proc *proc = sim_proc_start(host, "relay", relay_run, &relay);
	size_t messages;

	ctx_sleep(ctx, USEC_PER_MSEC);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", talk, arg), 0);
	ctx_sleep(ctx, USEC_PER_SEC);
	messages = relay_messages(&relay);
	ck_assert_msg(messages == scene->messages, "%zu messages in the spool, not %u", messages,
		scene->messages);
	sim_proc_stop(proc);
	return sim_proc_wait(ctx, proc);
}

#define HELLO "S: 220 relay.test\nC: EHLO client.test\nS: 250 \n"
#define START HELLO "C: MAIL FROM:<a@client.test>\nS: 250 2.1.0\n"
#define READY START "C: RCPT TO:<b@ours.test>\nS: 250 2.1.5\n"
#define DATA  READY "C: DATA\nS: 354\n"
#define TEXT  "C: Subject: x\nC: \nC: Hello\n"
#define RCPTS                                                                                      \
	"R: RCPT TO:<x@else.test>\\r\\nRCPT TO:<y@else.test>\\r\\nRCPT TO:<x@else.test>\\r\\n"     \
	"RCPT TO:<y@else.test>\\r\\n\n"
#define LONG_NAME "a-name-that-is-longer-than-the-names-before-it.client.test"
#define BYE	  "C: QUIT\nS: 221\nE:\n"

static const struct scene scenes[] = {
	/* The main path. */
	{ MX, DATA TEXT "C: .\nS: 250 2.0.0 Queued as \n" BYE, 1 },
	/* Two messages in one session. */
	{ MX,
		DATA TEXT
		"C: .\nS: 250\nC: MAIL FROM:<>\nS: 250\nC: RCPT TO:<c@ours.test>\nS: 250\n"
		"C: DATA\nS: 354\n" TEXT "C: .\nS: 250\n" BYE,
		2 },
	/* Pipelined: one write, replies in order. */
	{ MX,
		HELLO "R: MAIL FROM:<a@client.test>\\r\\nRCPT TO:<b@ours.test>\\r\\n"
		      "RCPT TO:<c@elsewhere.test>\\r\\nRCPT TO:<d@ours.test>\\r\\nDATA\\r\\n\n"
		      "S: 250 2.1.0\nS: 250 2.1.5\nS: 550 5.7.1\nS: 250 2.1.5\nS: 354\n" TEXT
		      "C: .\nS: 250\n" BYE,
		1 },
	/* BDAT in two chunks, then LAST empty. */
	{ MX,
		READY
		"R: BDAT 14\\r\\nSubject: x\\r\\n\\r\\n\nS: 250 2.0.0\nR: BDAT 7\\r\\nHello\\r\\n\n"
		"S: 250 2.0.0\nC: BDAT 0 LAST\nS: 250 2.0.0 Queued\n" BYE,
		1 },
	/* BDAT without a recipient: its bytes are not commands. */
	{ MX, START "R: BDAT 6 LAST\\r\\nQUIT\\r\\n\nS: 503 5.5.1\nC: NOOP\nS: 250\n" BYE, 0 },
	/* A chunk that is followed by a command of another kind. */
	{ MX,
		READY
		"R: BDAT 5\\r\\nHello\nS: 250\nC: DATA\nS: 503\nC: RSET\nS: 250\nC: DATA\nS: 503\n" BYE,
		0 },
	/* Relaying is refused on mx, allowed to the internal network. */
	{ MX, START "C: RCPT TO:<x@elsewhere.test>\nS: 550 5.7.1\nC: DATA\nS: 503\n" BYE, 0 },
	{ INT,
		START "C: RCPT TO:<x@elsewhere.test>\nS: 250\nC: DATA\nS: 354\n" TEXT
		      "C: .\nS: 250\n" BYE,
		1 },
	/* postmaster without a domain. */
	{ MX, START "C: RCPT TO:<postmaster>\nS: 250\nC: DATA\nS: 354\n" TEXT "C: .\nS: 250\n" BYE,
		1 },
	/* Order. */
	{ MX,
		"S: 220\nC: MAIL FROM:<a@b.test>\nS: 503\nC: RCPT TO:<b@ours.test>\nS: 503\nC: DATA\nS: 503\n"
		"C: NOOP\nS: 250\nC: RSET\nS: 250\nC: HELO c\nS: 250 relay.test\nC: RCPT TO:<b@ours.test>\nS: 503\n" BYE,
		0 },
	{ MX,
		START
		"C: MAIL FROM:<z@b.test>\nS: 503\nC: RSET\nS: 250\nC: MAIL FROM:<z@b.test>\nS: 250\n" BYE,
		0 },
	/* Nonsense. */
	{ MX,
		HELLO
		"C: FROBNICATE\nS: 500\nC: MAIL FROM:a@b\nS: 501\nC: MAIL FROM:<a@b.test> FOO=1\nS: 555\n"
		"C: VRFY b\nS: 252\nC: EXPN b\nS: 502\nC: HELP\nS: 214\nC: STARTTLS\nS: 502\nC: AUTH PLAIN\nS: 502\n" BYE,
		0 },
	/* Bare line ends. */
	{ MX, DATA "R: Subject: x\\r\\n\\r\\nHello\\nthere\\r\\n.\\r\\n\nS: 550 5.6.11\n" BYE, 0 },
	{ INT, DATA "R: Subject: x\\r\\n\\r\\nHello\\nthere\\r\\n.\\r\\n\nS: 250\n" BYE, 1 },
	{ INT, DATA "R: Subject: x\\r\\n\\r\\nHello\\rthere\\r\\n.\\r\\n\nS: 550\n" BYE, 0 },
	{ INT, DATA "R: Subject: x\\r\\n\\r\\nHello\\0there\\r\\n.\\r\\n\nS: 550\n" BYE, 0 },
	/* What looks like the end and is none: the smuggled commands are text. */
	{ MX,
		DATA
		"R: x: y\\r\\n\\r\\na\\n.\\r\\nMAIL FROM:<e@vil.test>\\r\\n.\\r\\n\nS: 550 5.6.11\nC: NOOP\nS: 250\n" BYE,
		0 },
	{ MX,
		DATA
		"R: x: y\\r\\n\\r\\na\\r\\n.\\nMAIL FROM:<e@vil.test>\\r\\n.\\r\\n\nS: 550 5.6.11\nC: NOOP\nS: 250\n" BYE,
		0 },
	{ MX,
		DATA
		"R: x: y\\r\\n\\r\\na\\n.\\nMAIL FROM:<e@vil.test>\\r\\n.\\r\\n\nS: 550 5.6.11\nC: NOOP\nS: 250\n" BYE,
		0 },
	{ MX,
		DATA
		"R: x: y\\r\\n\\r\\na\\r\\n.\\rMAIL FROM:<e@vil.test>\\r\\n.\\r\\n\nS: 550\nC: NOOP\nS: 250\n" BYE,
		0 },
	/* Bare line ends in commands. */
	{ MX, HELLO "R: NOOP\\nMAIL FROM:<a@b.test>\\r\\n\nS: 500\nS: 500\nC: NOOP\nS: 250\n" BYE,
		0 },
	/* UTF-8 without SMTPUTF8. */
	{ MX,
		HELLO
		"C: MAIL FROM:<\xc3\xa4@b.test>\nS: 550 5.6.7\nC: MAIL FROM:<\xc3\xa4@b.test> SMTPUTF8\nS: 250\n"
		"C: RCPT TO:<\xc3\xb6@ours.test>\nS: 250\n" BYE,
		0 },
	/* Size. */
	{ MX,
		HELLO
		"C: MAIL FROM:<a@b.test> SIZE=100001\nS: 552 5.3.4\nC: MAIL FROM:<a@b.test> SIZE=100000\nS: 250\n" BYE,
		0 },
	/* Too many errors. */
	{ MX,
		HELLO
		"C: x\nS: 500\nC: x\nS: 500\nC: x\nS: 500\nC: x\nS: 500\nC: x\nS: 500\nC: x\nS: 500\nC: x\nS: 500\n"
		"C: x\nS: 500\nC: x\nS: 500\nC: x\nS: 500\nS: 421 4.7.0\nE:\n",
		0 },
	/* Names of all lengths; after 421 nothing more is said. */
	{ MX,
		HELLO "C: EHLO second.test\nS: 250\nC: EHLO a\nS: 250\nC: HELO " LONG_NAME
		      "\nS: 250\n" BYE,
		0 },
	{ MX,
		START RCPTS RCPTS RCPTS
		"S: 550 5.7.1\nS: 550\nS: 550\nS: 550\nS: 550\nS: 550\nS: 550\nS: 550\nS: 550\nS: 550\n"
		"S: 421 4.7.0\nE:\n",
		0 },
	/* BDAT whose size nobody can read: what follows is not taken for commands. */
	{ MX, READY "C: BDAT x LAST\nS: 501 5.5.4\nE:\n", 0 },
	{ MX, READY "C: BDAT 18446744073709551616\nS: 501 5.5.4\nE:\n", 0 },
	/* Silence. */
	{ MX, HELLO "S: 421 4.4.2\nE:\n", 0 },
	{ MX, DATA "C: Subject: x\nS: 421 4.4.2\nE:\n", 0 },
	/* No header at all, no body at all, nothing at all. */
	{ MX, DATA "C: just text\nC: .\nS: 250\n" BYE, 1 },
	{ MX, DATA "C: Subject: x\nC: .\nS: 250\n" BYE, 1 },
	{ MX, DATA "C: .\nS: 250\n" BYE, 1 },
};

START_TEST(scene)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		run_seed(seed, play, (void *)(uintptr_t)&scenes[_i]);
}
END_TEST

/* ---- content over its limits ---- */

static int over_limits(struct ctx *ctx, void *arg)
{
	static struct relay relay;

	relay = (struct relay){ .config = plain };
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_proc *proc = sim_proc_start(host, "relay", relay_run, &relay);
	struct buf script;

	(void)arg;
	ctx_sleep(ctx, USEC_PER_MSEC);
	buf_init(&script, 1 << 20);
	buf_puts(&script, DATA "C: Subject: x\nC: \n");
	for (int i = 0; i < 2000; i++)
		buf_puts(&script, "C: 0123456789012345678901234567890123456789012345678901234\n");
	buf_puts(&script, "C: .\nS: 552 5.3.4\n" BYE);
	buf_putc(&script, '\0');
	dialogue(ctx, MX, script.p);

	buf_clear(&script);
	buf_puts(&script, DATA);
	for (int i = 0; i < 1500; i++)
		buf_printf(&script, "C: X-Field-%d: 0123456789012345678901234567890123456\n", i);
	buf_puts(&script, "C: .\nS: 552 5.3.4\n" BYE);
	buf_putc(&script, '\0');
	dialogue(ctx, MX, script.p);

	buf_clear(&script);
	buf_puts(&script, DATA);
	for (int i = 0; i < 101; i++)
		buf_printf(&script, "C: Received: by host%d; date\n", i);
	buf_puts(&script, "C: .\nS: 554 5.4.6\n" BYE);
	buf_putc(&script, '\0');
	dialogue(ctx, MX, script.p);

	/* Long lines pass as they are, up to 64 KiB. */
	for (size_t bytes = 60000; bytes <= 70000; bytes += 10000) {
		buf_clear(&script);
		buf_puts(&script, DATA TEXT "C: ");
		for (size_t i = 0; i < bytes; i++)
			buf_putc(&script, 'x');
		buf_printf(&script, "\nC: .\nS: %s\n" BYE, bytes > 65536 ? "550" : "250");
		buf_putc(&script, '\0');
		dialogue(ctx, MX, script.p);
	}

	buf_clear(&script);
	buf_puts(&script, START);
	for (int i = 0; i < 100; i++)
		buf_printf(&script, "C: RCPT TO:<u%d@ours.test>\nS: 250\n", i);
	for (int i = 0; i < 20; i++) /* twice as many as errors are allowed */
		buf_puts(&script, "C: RCPT TO:<more@ours.test>\nS: 452 4.5.3\n");
	buf_puts(&script,
		"C: RCPT TO:<more@ours.test>\nS: 452 4.5.3\nC: DATA\nS: 354\nC: .\nS: 250\n" BYE);
	buf_putc(&script, '\0');
	dialogue(ctx, MX, script.p);
	buf_done(&script);
	sim_proc_stop(proc);
	return sim_proc_wait(ctx, proc);
}

/* A message that is already too large is refused with its chunk, not with the last one; what was sent
 * behind it belongs to no message. A client that says nothing of use for ever is shown the door. */
static int chunks_and_chatter(struct ctx *ctx, void *arg)
{
	static struct relay relay;

	relay = (struct relay){ .config = plain };
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_proc *proc = sim_proc_start(host, "relay", relay_run, &relay);
	struct buf script;

	(void)arg;
	ctx_sleep(ctx, USEC_PER_MSEC);
	buf_init(&script, 1 << 20);
	buf_puts(&script, READY "C: BDAT 100002\n");
	for (int i = 0; i < 1000; i++)
		buf_puts(&script,
			"R: 012345678901234567890123456789012345678901234567890123456789012345678901"
			"23456789012345678901234567\\r\\n\n");
	buf_puts(&script, "R: \\r\\n\nS: 552 5.3.4\nC: BDAT 0 LAST\nS: 503 5.5.1\n" BYE);
	buf_putc(&script, '\0');
	dialogue(ctx, MX, script.p);
	ck_assert_uint_eq(relay_messages(&relay), 0);

	buf_clear(&script);
	buf_puts(&script, HELLO);
	for (int i = 0; i < 9999; i++)
		buf_puts(&script, "C: NOOP\nS: 250\n");
	buf_puts(&script, "C: NOOP\nS: 421 4.7.0\nE:\n");
	buf_putc(&script, '\0');
	dialogue(ctx, MX, script.p);
	buf_done(&script);
	sim_proc_stop(proc);
	return sim_proc_wait(ctx, proc);
}

START_TEST(chatter)
{
	run_seed(1, chunks_and_chatter, NULL);
}
END_TEST

START_TEST(limits)
{
	run_seed(1, over_limits, NULL);
}
END_TEST

/* ---- a client that does not wait for the greeting ---- */

static int early_talker(struct ctx *ctx, void *arg)
{
	struct ip_port at;
	struct sock *sock;

	(void)arg;
	ck_assert(ip_port_parse(S(MX), &at));
	ck_assert_int_eq(sock_connect(ctx, &at, NULL, &sock), 0);
	struct stream *s = stream_new(sock);

	dialogue_run(ctx, s, "C: EHLO client.test\nS: 554 5.5.1\nE:\n");
	stream_free(s);
	return 0;
}

/* A server so slow to accept that the client's first words are there already. */
static int slow_server(struct ctx *ctx, void *arg)
{
	const struct config *config = relay_config(plain);
	struct ip_port at, peer, local;
	struct listen_sock *l;
	struct server server;
	struct sock *sock;

	(void)arg;
	server_init(&server);
	server_set_config(&server, config, NULL);
	ck_assert(ip_port_parse(S(MX), &at));
	ck_assert_int_eq(listen_sock_open(&at, &(struct listen_options){ 0 }, &l), 0);
	ctx_sleep(ctx, USEC_PER_SEC);
	ck_assert_int_eq(listen_sock_accept(ctx, l, &sock, &peer, &local), 0);
	(void)session_serve(ctx, &server, &config->listeners.v[0], sock, peer, local);
	listen_sock_close(l);
	server_done(&server);
	config_unref(config);
	return 0;
}

static int early(struct ctx *ctx, void *arg)
{
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_proc *proc = sim_proc_start(host, "relay", slow_server, NULL);

	(void)arg;
	ctx_sleep(ctx, USEC_PER_MSEC);
	ck_assert_int_eq(sim_host_run(ctx, sim_host_new("client", "192.0.2.9"), "client",
				 early_talker, NULL),
		0);
	return sim_proc_wait(ctx, proc);
}

START_TEST(early_talkers)
{
	run_seeds(early);
}
END_TEST

/* ---- a client that reads nothing ---- */

static int deaf_client(struct ctx *ctx, void *arg)
{
	const struct relay *relay = arg;
	struct stream *s = dialogue_open(ctx, MX);
	struct deadline d;
	int r = 0;

	for (ctx_narrow(ctx, &d, USEC_PER_MIN); r == 0;)
		r = stream_write(ctx, s, S("HELP\r\nHELP\r\nHELP\r\nHELP\r\nHELP\r\nHELP\r\n"));
	ck_assert_int_eq(ctx_widen(ctx, &d, r), ERR_TIMEOUT);
	ck_assert_uint_eq(relay->server.sessions.count, 1);
	ctx_sleep(ctx, 6 * USEC_PER_MIN);
	ck_assert_uint_eq(relay->server.sessions.count, 0);
	stream_free(s);
	return 0;
}

/* ---- memory that all sessions share ---- */

static int greedy_clients(struct ctx *ctx, void *arg)
{
	struct relay *relay = arg;
	struct stream *first = dialogue_open(ctx, MX);

	relay->server.held_max = 1000;
	dialogue_run(ctx, first, START);
	for (int i = 0; i < 60 && relay->server.held < 1000; i++)
		dialogue_run(ctx, first, "C: RCPT TO:<b@ours.test>\nS: 250\n");
	dialogue_run(ctx, first, "C: RCPT TO:<b@ours.test>\nS: 452 4.3.1\n");
	dialogue(ctx, MX, HELLO "C: MAIL FROM:<a@client.test>\nS: 452 4.3.1\n" BYE);
	dialogue_run(ctx, first, "C: DATA\nS: 354\nC: Subject: x\nC: .\nS: 452 4.3.1\n" BYE);
	stream_free(first);
	ctx_sleep(ctx, USEC_PER_SEC);
	ck_assert_uint_eq(relay->server.held, 0);
	relay->server.held_max = SERVER_HELD_MAX;
	dialogue(ctx, MX, DATA TEXT "C: .\nS: 250\n" BYE);
	ck_assert_uint_eq(relay->server.held, 0);
	return 0;
}

/* ---- log-in in the clear, and what may not be logged ---- */

/* alice's password is "secret-pass-1". */
static const char users[] = "alice@ours.test:{SCRAM-SHA-256}10000,surPLPQHc++ezWAgAifS3Q==,"
			    "zIqUbSfezwOsHTsVWZSCxnhc6+4IoSGB+QdirsTjecs=,"
			    "Pmas+0lYBJgFdrbmpI66ZcdJ3LqUD3uJv8VK3u4DQU4=\n";

#define ALICE "AGFsaWNlQG91cnMudGVzdABzZWNyZXQtcGFzcy0x"

static void no_secrets(void *arg, struct slice line)
{
	(void)arg;
	ck_assert_msg(slice_search(line, S("c2VjcmV0")) == line.n, "logged: %.*s", SLICE_ARG(line));
	ck_assert_msg(slice_search(line, S("private")) == line.n, "logged: %.*s", SLICE_ARG(line));
}

static int log_in(struct ctx *ctx, void *arg)
{
	(void)arg;
	sim_on_log(no_secrets, NULL);
	/* No password crosses a network in the clear. */
	dialogue(ctx, INT,
		HELLO "C: AUTH PLAIN " ALICE "\nS: 504 5.5.4\nC: AUTH LOGIN\nS: 504 5.5.4\n"
		      "C: AUTH SCRAM-SHA-256\nS: 334\nC: *\nS: 501\n" BYE);
	/* A client that has lost its place. */
	dialogue(ctx, INT,
		HELLO "C: AUTH PLAIN c2VjcmV0 !\nS: 501\nC: AUTH LOGIN YQ== c2VjcmV0\nS: 501\n"
		      "C: c2VjcmV0\nS: 500\nC: DATA\nS: 503\nC: private words\nS: 500\n" BYE);
	sim_on_log(NULL, NULL);
	return 0;
}

struct act {
	int (*client)(struct ctx *ctx, void *arg);
};

static const struct act acts[] = { { deaf_client }, { greedy_clients }, { log_in } };

static int perform(struct ctx *ctx, void *arg)
{
	const struct act *act = arg;
	static struct relay relay;
	struct auth_users *list;
	struct buf why;

	buf_init(&why, 1000);
	ck_assert_int_eq(auth_users_parse(slice_str(users), "users", &why, &list), 0);
	relay = (struct relay){ .config = plain, .users = list };
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_proc *proc = sim_proc_start(host, "relay", relay_run, &relay);

	ctx_sleep(ctx, USEC_PER_MSEC);
	ck_assert_int_eq(sim_host_run(ctx, sim_host_new("client", "192.0.2.9"), "client",
				 act->client, &relay),
		0);
	sim_proc_stop(proc);
	int r = sim_proc_wait(ctx, proc);

	auth_users_unref(list);
	buf_done(&why);
	return r;
}

START_TEST(bad_neighbours)
{
	run_seed(1, perform, (void *)(uintptr_t)&acts[_i]);
}
END_TEST

/* ---- a disk that fills up: refused in time, and what was taken stays ---- */

#define BIG_LINES 200

/* The code that ended a message: of MAIL, of DATA, or of the final dot. */
static unsigned send_big(struct ctx *ctx, struct stream *s)
{
	unsigned code = dialogue_ask(ctx, s, "MAIL FROM:<a@client.test> SIZE=9000");

	if (code != 250)
		return code;
	ck_assert_uint_eq(dialogue_ask(ctx, s, "RCPT TO:<b@ours.test>"), 250);
	code = dialogue_ask(ctx, s, "DATA");
	if (code != 354)
		return code;
	dialogue_run(ctx, s, TEXT);
	for (int i = 0; i < BIG_LINES; i++)
		dialogue_run(ctx, s, "C: 0123456789012345678901234567890123456789\n");
	return dialogue_ask(ctx, s, ".");
}

static int fill_disk(struct ctx *ctx, void *arg)
{
	size_t *taken = arg;
	struct stream *s = dialogue_open(ctx, MX);
	unsigned code;

	dialogue_run(ctx, s, HELLO);
	while ((code = send_big(ctx, s)) == 250)
		++*taken;
	ck_assert_uint_eq(code, 452);
	dialogue_run(ctx, s, "C: RSET\nS: 250\n" BYE);
	stream_free(s);
	return 0;
}

/* Somebody else has taken the rest of the disk: no work is begun at all. */
static const struct scene no_room = { MX, HELLO "C: MAIL FROM:<a@client.test>\nS: 452 4.3.1\n" BYE,
	0 };

static int full_disk(struct ctx *ctx, void *arg)
{
	static struct relay relay;
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_host *client = sim_host_new("client", "192.0.2.9");
	size_t taken = 0;

	(void)arg;
	sim_disk_set_capacity(host, 12 * SPOOL_SEGMENT_MIN);
	for (int life = 0; life < 2; life++) {
		relay = (struct relay){ .config = plain, .journal = true };
		struct sim_proc *proc = sim_proc_start(host, "relay", relay_run, &relay);

		ctx_sleep(ctx, USEC_PER_SEC);
		ck_assert_uint_eq(relay_messages(&relay), taken); /* found again */
		ck_assert_int_eq(sim_host_run(ctx, client, "client", fill_disk, &taken), 0);
		ck_assert_uint_gt(taken, 4);
		sim_disk_set_capacity(host, SPOOL_SEGMENT_MIN);
		ctx_sleep(ctx, 2 * USEC_PER_SEC);
		(void)relay_messages(&relay); /* whoever asks makes the spool look again */
		ctx_sleep(ctx, USEC_PER_SEC);
		ck_assert_int_eq(
			sim_host_run(ctx, client, "client", talk, (void *)(uintptr_t)&no_room), 0);
		ck_assert_uint_eq(relay_messages(&relay), taken);
		sim_disk_set_capacity(host, 12 * SPOOL_SEGMENT_MIN);
		sim_proc_stop(proc);
		ck_assert_int_eq(sim_proc_wait(ctx, proc), 0);
	}
	return 0;
}

/* A disk that hangs: the client learns the truth, and that it may try again. */
static int stuck_disk(struct ctx *ctx, void *arg)
{
	static struct relay relay;
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	const struct scene hangs = { MX,
		DATA TEXT "C: .\nS: 451 4.3.0 The disk does not answer\n" BYE, 0 };

	(void)arg;
	relay = (struct relay){ .config = plain, .journal = true };
	struct sim_proc *proc = sim_proc_start(host, "relay", relay_run, &relay);

	ctx_sleep(ctx, USEC_PER_SEC);
	sim_disk_set_sync_time(host, USEC_PER_HOUR, USEC_PER_HOUR);
	ck_assert_int_eq(sim_host_run(ctx, sim_host_new("client", "192.0.2.9"), "client", talk,
				 (void *)(uintptr_t)&hangs),
		0);
	sim_disk_set_sync_time(host, 1, USEC_PER_MSEC);
	sim_proc_stop(proc);
	return sim_proc_wait(ctx, proc);
}

START_TEST(full_disks)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		run_seed(seed, full_disk, NULL);
	run_seed(1, stuck_disk, NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("session");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, scene, 0, sizeof(scenes) / sizeof(scenes[0]));
	tcase_add_test(t, limits);
	tcase_add_test(t, chatter);
	tcase_add_test(t, early_talkers);
	tcase_add_loop_test(t, bad_neighbours, 0, sizeof(acts) / sizeof(acts[0]));
	tcase_add_test(t, full_disks);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
