/* A hostile next hop: scheduler, attempts, next hops and client as they are, three messages in a
 * spool in memory, or a client in front of a proxy, and a host that says the input.
 *
 * The first byte chooses protocol, log-in, whether STARTTLS is wanted (what the hop says behind it
 * is no TLS: we come again in the clear), or a proxy and what that tells about its client. Of the rest, FF begins an opcode:
 *   FF FF a byte FF             FF w   reads until the client is silent for a second
 *   FF n  ends this connection; the next one goes on behind it
 *   FF z  the same by a reset   FF h   reads until the client ends it (its time-outs are long)
 *   FF p  a pause of a minute   FF L   20,000 times 'x'
 *   FF s  waits a second, then stops to read and to speak (as h, but reads nothing)
 *   FF T  (first) and n, and n bytes: what the proxy's client says in the middle of its messages
 * Connections beyond the input are closed at once.
 *
 * Whatever it says: a recipient is logged as delivered only if, by a reader of its own, the reply in
 * the place of the one to the whole message is 2xx and so was the one to its RCPT; each recipient is
 * delivered or reported to the sender; all is over when the messages are; nothing leaks. Through a
 * proxy each command gets one reply, and 250 to the message only if the hop took it for each
 * recipient that was answered 250; where the proxy keeps what the hop cannot take, the hop takes it in
 * the end or the sender gets a report, and nothing is delivered or reported that got no 250. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "fakehop.h"
#include "hop_model.h"
#include "real_alarm.h"
#include "relay.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX   16384
#define VISITS_MAX  64 /* connections that are recorded */
#define CODES_MAX   64
#define LINES_BYTES (8u << 20)
#define RECIPIENTS  5

#define CONFIG(out, more)                                                                          \
	"hostname: relay.test\n"                                                                   \
	"postmaster: boss@home.test\n"                                                             \
	"retry: { schedule: [ 1m, 20m ], jitter: 0, keep: 1h, warn-after: 10m }\n"                 \
	"delivery: { dead-host: 0s }\n"                                                            \
	"domains: { home.test: { via: home, recipients: any } }\n"                                 \
	"routes: [ { via: out } ]\n"                                                               \
	"hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"                              \
	"        out: { hosts: [ " out " ], max-connections: 1" more " } }\n"

#define PROXY_THAT(does, out, more)                                                                \
	CONFIG(out, more)                                                                          \
	"listeners: { in: { for: internal, service: proxy, address: \"192.0.2.25:25\",\n"          \
	"                   networks: [ 192.0.2.64/26 ]" does " } }\n"
#define PROXY(out, more) PROXY_THAT("", out, more)
#define KEEPING(out, more)                                                                         \
	PROXY_THAT(", on-backend-failure: spool", out, more) "spool: { path: spool }\n"

static const struct mode {
	const char *config;
	bool lmtp, proxy, keeping;
} modes[] = {
	{ CONFIG("\"192.0.2.31:25\"", ", tls: off"), false },
	{ CONFIG("\"lmtp://192.0.2.31:25\"", ", tls: off"), true },
	{ CONFIG("\"127.0.0.1:2525\"", ", tls: off, login: { user: me, password-file: secret }"),
		false },
	{ CONFIG("\"192.0.2.31:25\"", ", tls: opportunistic"), false },
	{ PROXY("\"192.0.2.31:25\"", ", tls: off"), false, true },
	{ PROXY("\"lmtp://192.0.2.31:25\"", ", tls: off"), true, true },
	{ PROXY("\"192.0.2.31:25\"", ", tls: off, tell-client: xclient"), false, true },
	{ PROXY("\"192.0.2.31:25\"", ", tls: off, tell-client: xforward"), false, true },
	{ KEEPING("\"192.0.2.31:25\"", ", tls: off"), false, true, true },
	{ KEEPING("\"lmtp://192.0.2.31:25\"", ", tls: off"), true, true, true },
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

/* Made once: reading a configuration took more than half of a run that a hop ends early. */
static struct {
	const struct config *configs[MODES];
	struct tls_client *authorities;
} world;

static struct run {
	const struct mode *mode;
	struct slice input; /* what is left of it */
	struct slice text; /* of the proxy's client */
	struct relay relay;
	struct fakehop home;
	struct hop_visit visits[VISITS_MAX];
	size_t visits_n;
	struct buf log;
	unsigned codes[CODES_MAX]; /* that the proxy's client read */
	size_t codes_n;
	bool taken[RECIPIENTS]; /* its recipients whose message got 250 */
} run;

/* ---- the hop ---- */

/* Reads into the record for as long as something comes within `patience`. */
static int hear(struct ctx *ctx, struct sock *sock, struct hop_visit *v, usec_t patience)
{
	char bytes[4096];
	int r = 0;

	while (r == 0) {
		struct deadline d;
		size_t n = 0;

		ctx_narrow(ctx, &d, patience);
		r = ctx_widen(ctx, &d, sock_read(ctx, sock, bytes, sizeof(bytes), &n));
		if (r == 0)
			buf_put(&v->from_client, slice_of(bytes, n));
	}
	return r == ERR_TIMEOUT ? 0 : r;
}

static int say(struct ctx *ctx, struct sock *sock, struct hop_visit *v, struct slice bytes)
{
	struct iovec iov = { (void *)(uintptr_t)bytes.p, bytes.n };
	struct deadline d;

	if (bytes.n == 0)
		return 0;
	buf_put(&v->from_hop, bytes);
	ctx_narrow(ctx, &d, USEC_PER_HOUR);
	return ctx_widen(ctx, &d, sock_writev(ctx, sock, &iov, 1));
}

static int say_much(struct ctx *ctx, struct sock *sock, struct hop_visit *v)
{
	static char much[20000];

	memset(much, 'x', sizeof(much));
	return say(ctx, sock, v, slice_of(much, sizeof(much)));
}

/* True while the connection goes on. */
static bool obey(struct ctx *ctx, struct sock *sock, struct hop_visit *v, char opcode)
{
	switch (opcode) {
	case '\xff':
		return say(ctx, sock, v, S("\xff")) == 0;
	case 'w':
		return hear(ctx, sock, v, USEC_PER_SEC) == 0;
	case 'p':
		return ctx_sleep(ctx, USEC_PER_MIN) == 0;
	case 'L':
		return say_much(ctx, sock, v) == 0;
	case 'h':
		(void)hear(ctx, sock, v, USEC_PER_HOUR);
		return false;
	case 's':
		(void)ctx_sleep(ctx, USEC_PER_HOUR);
		return false;
	case 'z':
		sim_sock_reset(sock);
		return false;
	case 'n':
		return false;
	default:
		return true;
	}
}

/* The part of the input that this connection plays: to the opcode that ends it. */
static struct slice take_part(void)
{
	size_t n = 0;

	while (n < run.input.n) {
		n += slice_find(slice_skip(run.input, n), '\xff') + 2;
		if (n <= run.input.n && memchr("nhzs", run.input.p[n - 1], 4))
			break;
	}
	struct slice part = slice_take(run.input, n);

	run.input = slice_skip(run.input, n);
	return part;
}

static void play_part(struct ctx *ctx, struct sock *sock, struct hop_visit *v, struct slice part)
{
	bool on = true;

	while (part.n && on) {
		size_t n = slice_find(part, '\xff');
		struct slice bytes = slice_take(part, n);

		part = slice_skip(part, n);
		char opcode = part.n >= 2 ? part.p[1] : 'n';

		part = slice_skip(part, 2);
		on = say(ctx, sock, v, bytes) == 0 && obey(ctx, sock, v, opcode);
	}
	(void)hear(ctx, sock, v, USEC_PER_SEC);
}

static int visit(struct ctx *ctx, void *arg)
{
	struct sock *sock = arg;
	struct hop_visit *v = &run.visits[run.visits_n];

	if (run.input.n && run.visits_n < VISITS_MAX) {
		run.visits_n++;
		buf_init(&v->from_client, 1 << 24);
		buf_init(&v->from_hop, 1 << 24);
		play_part(ctx, sock, v, take_part());
	}
	sock_close(sock);
	return 0;
}

static int hop_run(struct ctx *ctx, void *arg)
{
	struct listen_sock *l;
	struct scope visits;
	struct ip_port at;
	struct sock *sock;
	int r;

	assert(ip_port_parse(slice_str(arg), &at));
	r = listen_sock_open(&at, &(struct listen_options){ 0 }, &l);
	assert(r == 0);
	scope_init(&visits, SCOPE_SERVE);
	while (listen_sock_accept(ctx, l, &sock, NULL, NULL) == 0) {
		r = scope_spawn(&visits, "visit", visit, sock);
		assert(r == 0);
	}
	scope_end(ctx, &visits);
	listen_sock_close(l);
	return 0;
}

/* ---- the messages ---- */

static void put(struct ctx *ctx, const char *to, struct slice body, bool utf8)
{
	struct spool_envelope_rcpt rcpts[4];
	struct slice rest = slice_str(to);
	struct spool_writer *w;
	size_t n = 0;
	int r;

	for (; rest.n; n++)
		rcpts[n] = (struct spool_envelope_rcpt){
			.forward_path = slice_split(&rest, ' '),
			.notify = n == 1 ? SPOOL_NOTIFY_SUCCESS | SPOOL_NOTIFY_FAILURE : 0,
		};
	const struct spool_envelope e = {
		.reverse_path = S("me@home.test"),
		.arrived = clock_wall(),
		.entitlement = SPOOL_ENTITLED_NETWORK,
		.vouched = SPOOL_VOUCHED_NETWORK,
		.body = slice_is_ascii(body) ? SPOOL_BODY_7BIT : SPOOL_BODY_8BITMIME,
		.smtputf8 = utf8,
		.envid = S("E+2B1"),
		.rcpts = rcpts,
		.rcpts_n = n,
	};

	r = spool_begin(ctx, run.relay.spool, 0, &w);
	assert(r == 0);
	r = spool_write(ctx, w, body);
	assert(r == 0);
	r = spool_commit(ctx, w, &e, S("Subject: test\r\n"), NULL, 0);
	assert(r == 0);
}

static const char *const recipients[RECIPIENTS] = { "a1@far.test", "a2@far.test", "a3@far.test",
	"b1@far.test", "c1@b\xc3\xbc.test" };

static void put_all(struct ctx *ctx)
{
	put(ctx, "a1@far.test a2@far.test a3@far.test", S(".dot\r\n..\r\n.\r\nDATA\r\n"), false);
	put(ctx, "b1@far.test", S("\xc3\xbc\r\n"), false);
	put(ctx, "c1@b\xc3\xbc.test", S("x\r\n"), true);
}

/* ---- what came of them ---- */

static void note_line(void *arg, struct slice line)
{
	(void)arg;
	buf_put(&run.log, line);
	buf_putc(&run.log, '\n');
}

/* Lines begin with time, level, event; the recipient stands before what a server said, in which
 * anything may stand. */
static bool is_logged(const char *event, const char *to)
{
	struct slice rest = buf_slice(&run.log);
	char field[64];

	snprintf(field, sizeof(field), " to=%s ", to);
	while (rest.n) {
		struct slice line = slice_split(&rest, '\n');

		(void)slice_split(&line, ' ');
		(void)slice_split(&line, ' ');
		if (slice_eq(slice_split(&line, ' '), slice_str(event)) &&
			slice_starts(
				slice_skip(line, slice_search(line, S(" to="))), slice_str(field)))
			return true;
	}
	return false;
}

static bool is_reported(const char *to)
{
	char field[64];

	snprintf(field, sizeof(field), "; %s\r\n", to);
	for (size_t i = 0; i < run.home.n; i++) {
		struct slice text = buf_slice(&run.home.v[i].text);

		if (slice_search(text, slice_str(field)) < text.n)
			return true;
	}
	return false;
}

static void judge(void)
{
	for (size_t i = 0; i < RECIPIENTS; i++) {
		const char *to = recipients[i];
		const char *logged = i < 4 ? to : "\"c1@b\\xc3\\xbc.test\"";
		bool taken = false;

		for (size_t j = 0; j < run.visits_n; j++)
			taken |= hop_model_took(
				&run.visits[j], i < 4 ? to : "c1@xn--b-eha.test", run.mode->lmtp);
		if (is_logged("delivered", logged))
			assert(taken);
		else
			assert(is_logged("bounced", logged) && (i == 4 || is_reported(to)));
	}
}

/* ---- through a proxy ---- */

/* Says text; the code of the reply. 0: the session is over. */
static unsigned ask(struct ctx *ctx, struct stream *s, const char *text)
{
	struct deadline d;
	unsigned code = 0;

	ctx_narrow(ctx, &d, USEC_PER_HOUR);
	int r = stream_write(ctx, s, slice_str(text));

	while (r == 0 && code == 0) {
		struct slice in = stream_peek(s);
		size_t end = slice_find(in, '\n');

		if (end == in.n) {
			r = stream_fill(ctx, s);
			continue;
		}
		assert(end > 4 && in.p[end - 1] == '\r');
		if (in.p[3] == ' ')
			code = (unsigned)(in.p[0] - '0') * 100 + (unsigned)(in.p[1] - '0') * 10 +
			       (unsigned)(in.p[2] - '0');
		stream_take(s, end + 1);
	}
	(void)ctx_widen(ctx, &d, r);
	assert(r != ERR_TIMEOUT);
	if (code && run.codes_n < CODES_MAX)
		run.codes[run.codes_n++] = code;
	return code;
}

static bool is_taken(const char *to)
{
	bool taken = false;

	for (size_t i = 0; i < run.visits_n; i++)
		taken |= hop_model_took(&run.visits[i], to, run.mode->lmtp);
	return taken;
}

/* Whose message got 250 has it in the end, from the hop's own yes, or is reported to the sender;
 * nothing was kept for anybody else. */
static void judge_kept(void)
{
	for (size_t i = 0; i < RECIPIENTS - 1; i++) {
		bool delivered = is_logged("delivered", recipients[i]);
		bool bounced = is_logged("bounced", recipients[i]);

		if (run.taken[i])
			assert(is_taken(recipients[i]) || (bounced && is_reported(recipients[i])));
		else
			assert(!delivered && !bounced);
		assert(!delivered || is_taken(recipients[i]));
	}
}

/* The client's text, unless that would end the data earlier. */
static unsigned say_data(struct ctx *ctx, struct stream *s)
{
	const struct slice end = S("\r\n.\r\n");
	unsigned code = ask(ctx, s, "DATA\r\n");
	struct buf content;

	if (code != 354)
		return code;
	buf_init(&content, 1000);
	buf_puts(&content, "Subject: x\r\n\r\n");
	buf_put(&content, run.text);
	buf_put(&content, end);
	if (run.text.n == 0 || slice_search(buf_slice(&content), end) + end.n < content.n) {
		buf_clear(&content);
		buf_puts(&content, "Subject: x\r\n\r\n..dot\r\n.\r\n");
	}
	(void)stream_write(ctx, s, buf_slice(&content));
	buf_done(&content);
	return ask(ctx, s, "");
}

static unsigned say_chunks(struct ctx *ctx, struct stream *s)
{
	unsigned code = ask(ctx, s, "BDAT 14\r\nSubject: x\r\n\r\n");
	struct slice text = run.text.n ? run.text : S(".dot");
	char command[40];

	if (code != 250)
		return code;
	snprintf(command, sizeof(command), "BDAT %zu LAST\r\n", text.n + 2);
	(void)stream_write(ctx, s, slice_str(command));
	(void)stream_write(ctx, s, text);
	return ask(ctx, s, "\r\n");
}

/* One message. False when the session is over. */
static bool pass(struct ctx *ctx, struct stream *s, size_t first, size_t n, bool chunks)
{
	unsigned code = ask(ctx, s, "MAIL FROM:<me@home.test>\r\n"), accepted = 0;
	const char *const *to = recipients + first;
	char command[80];

	for (size_t i = 0; i < n && code / 100 == 2; i++) {
		snprintf(command, sizeof(command), "RCPT TO:<%s>\r\n", to[i]);
		unsigned said = ask(ctx, s, command);

		assert(said == 0 || said / 100 == 2 || said / 100 == 4 || said / 100 == 5);
		accepted |= (said / 100 == 2 ? 1U : 0U) << i;
		code = said == 0 || said == 421 ? 0 : code;
	}
	if (code / 100 == 2 && accepted) {
		code = chunks ? say_chunks(ctx, s) : say_data(ctx, s);
		assert(code == 0 || code == 250 || code / 100 == 4 || code / 100 == 5);
		for (size_t i = 0; i < n && code == 250; i++)
			if (accepted & 1U << i) {
				assert(run.mode->keeping || is_taken(to[i]));
				run.taken[first + i] = true;
			}
	}
	return code && code != 421 && ask(ctx, s, "RSET\r\n") == 250;
}

static int client(struct ctx *ctx, void *arg)
{
	struct ip_port at;
	struct sock *sock;

	(void)arg;
	assert(ip_port_parse(S("192.0.2.25:25"), &at));
	if (sock_connect(ctx, &at, NULL, &sock) < 0)
		return 0;
	struct stream *s = stream_new(sock);
	bool on = ask(ctx, s, "") == 220 && ask(ctx, s, "EHLO c.test\r\n") == 250;

	on = on && pass(ctx, s, 0, 2, false);
	on = on && pass(ctx, s, 2, 2, true);
	if (on)
		(void)ask(ctx, s, "QUIT\r\n");
	stream_free(s);
	return 0;
}

/* What the seeds of tests/fuzz/seeds are checked by. */
static void show(void)
{
	size_t taken = 0;

	for (size_t i = 0; i < run.visits_n; i++)
		taken += hop_model_takes(&run.visits[i], run.mode->lmtp);
	fprintf(stderr, "outcome: taken=%zu codes=", taken);
	for (size_t i = 0; i < run.codes_n; i++)
		fprintf(stderr, "%s%u", i ? "," : "", run.codes[i]);
	fputc('\n', stderr);
}

static int play(struct ctx *ctx, void *arg)
{
	struct sim_host *here = sim_host_new("relay", "192.0.2.25");
	struct sim_host *there = sim_host_new("hop", "192.0.2.31");
	bool local = run.mode == &modes[2];
	struct sim_proc *relay = sim_proc_start(here, "relay", relay_run, &run.relay);
	struct sim_proc *home = sim_proc_start(
		sim_host_new("home", "192.0.2.30"), "home", fakehop_run, &run.home);
	struct sim_proc *hop = sim_proc_start(local ? here : there, "hop", hop_run,
		(void *)(uintptr_t)(local ? "127.0.0.1:2525" : "192.0.2.31:25"));

	(void)arg;
	(void)ctx_sleep(ctx, USEC_PER_MSEC);
	if (run.mode->proxy)
		(void)sim_host_run(
			ctx, sim_host_new("client", "192.0.2.65"), "client", client, NULL);
	else
		put_all(ctx);
	(void)ctx_sleep(ctx, 4 * USEC_PER_HOUR);
	assert(relay_messages(&run.relay) == 0);
	if (!run.mode->proxy)
		judge();
	if (run.mode->keeping)
		judge_kept();
	if (run.mode->proxy && getenv("FUZZ_OUTCOME"))
		show();
	sim_proc_stop(relay);
	(void)sim_proc_wait(ctx, relay);
	sim_proc_stop(home);
	sim_proc_stop(hop);
	(void)sim_proc_wait(ctx, home);
	(void)sim_proc_wait(ctx, hop);
	return 0;
}

static void take_text(void)
{
	if (!slice_starts(run.input, S("\xff"
				       "T")))
		return;
	struct slice rest = slice_skip(run.input, 2);
	size_t n = rest.n ? (unsigned char)rest.p[0] : 0;

	run.text = slice_take(slice_skip(rest, 1), n);
	run.input = slice_skip(rest, 1 + n);
}

static void make_world(void)
{
	struct buf why;

	buf_init(&why, 500);
	int r = tls_client_new(SLICE_NIL, &why, &world.authorities);

	assert(r == 0);
	buf_done(&why);
	for (size_t i = 0; i < MODES; i++)
		world.configs[i] = relay_config(modes[i].config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > INPUT_MAX)
		return 0;
	if (world.authorities == NULL)
		make_world();
	run = (struct run){ .mode = &modes[data[0] % MODES],
		.input = slice_of(data + 1, size - 1),
		.home = { .address = "192.0.2.30:25" } };
	take_text();
	run.relay.loaded = world.configs[data[0] % MODES];
	run.relay.authorities = world.authorities;
	buf_init(&run.log, LINES_BYTES);
	real_alarm();
	sim_start(1);
	sim_on_log(note_line, NULL);
	int r = sim_run("fuzz", play, NULL);
	size_t leaks = sim_stop();

	assert(r == 0 && leaks == 0);
	for (size_t i = 0; i < run.visits_n; i++) {
		buf_done(&run.visits[i].from_client);
		buf_done(&run.visits[i].from_hop);
	}
	fakehop_done(&run.home);
	buf_done(&run.log);
	return 0;
}
