/* A whole session: a client in the simulated world says the input to a relay with a spool in memory,
 * or to a proxy in front of a server that takes what its names do not forbid (tests/sim/fakehop.h).
 *
 * The first byte chooses the listener and who the client is. Of the rest, FF begins an opcode:
 *   FF FF a byte FF    FF p   a pause of a second    FF w   wait for what the server has to say
 *   FF x  80 times 'x' FF L   70,000 times 'x'       FF e   (first) do not wait for the greeting
 *   FF t  the TLS handshake, if the server has just answered 220 to STARTTLS
 *   FF n  close_notify, without a FIN, and then      FF r   bytes past the TLS layer from now on
 *   FF c  the end                                    FF z   a reset
 * Everything else is sent as it stands; a chunk ends at each opcode (FF and another byte does that
 * alone). Then the client ends its side and reads what is left.
 *
 * Whatever it says: each command gets one reply in order, nothing is accepted that a reader of its
 * own (session_model.c) does not take for a message, what is stored or passed on is that message
 * byte for byte below our own fields, no stranger gets a foreign recipient in, nobody sends without a log-in
 * where one is due, and within two hours all has ended and nothing is left. */
#include <assert.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/server.h"
#include "auth/throttle.h"
#include "auth/users.h"
#include "base/arena.h"
#include "base/buf.h"
#include "certs.h"
#include "config/config.h"
#include "fakehop.h"
#include "nexthop/nexthop.h"
#include "real_alarm.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/random.h"
#include "rt/scope.h"
#include "rt/sim/openssl.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "rt/tls_link.h"
#include "server/server.h"
#include "session_model.h"
#include "session_places.h"
#include "spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 16384

#define STRANGER_INSIDE (&modes[4])

static struct {
	const struct config *config;
	struct auth_users *users;
	struct tls_server *tls;
	struct tls_client *authorities;
	void *failures; /* room for the table of failed log-ins, empty at the start of each run */
	char *authority; /* PEM */
	size_t authority_n;
} world;

static struct run {
	const struct mode *mode;
	struct slice input;
	struct model model;
	struct server server;
	struct fakehop backend;
	/* The client's. */
	struct sock *sock;
	struct stream *stream;
	bool early, cut, past_tls, tls;
} run;

/* ---- the server ---- */

static int serve(struct ctx *ctx, void *arg)
{
	struct server_listener listener = { &run.server, NULL, slice_str(run.mode->listener) };
	struct ip_port at;
	int r;

	(void)arg;
	server_init(&run.server);
	server_set_config(&run.server, world.config, world.tls);
	memset(world.failures, 0, auth_throttle_bytes());
	run.server.auth = auth_server_new(
		&(struct auth_settings){
			.throttle = auth_throttle_init(world.failures, random_hash_key(),
				AUTH_THROTTLE_REFUSE_AFTER, AUTH_THROTTLE_DELAY_MAX) },
		world.users);
	r = spool_open(
		ctx, &(struct spool_options){ .kind = SPOOL_MEMORY }, &run.server.spool, NULL);
	assert(r == 0);
	r = nexthop_new(&(struct nexthop_options){ .config = world.config,
				.authorities = world.authorities },
		NULL, &run.server.nexthop);
	assert(r == 0);
	assert(ip_port_parse(slice_str(run.mode->at), &at));
	r = listen_sock_open(&at, &(struct listen_options){ 0 }, &listener.sock);
	assert(r == 0);
	(void)server_listen(ctx, &listener);
	scope_end(ctx, &run.server.sessions);
	auth_server_free(run.server.auth);
	nexthop_free(ctx, run.server.nexthop);
	spool_close(ctx, run.server.spool);
	server_done(&run.server);
	listen_sock_close(listener.sock);
	return 0;
}

/* ---- the client ---- */

static struct buf *heard(void)
{
	return &run.model.phase[run.model.phases - 1].heard;
}

/* Reads for so long, or to the end; the error that ended it. */
static int listen_for(struct ctx *ctx, usec_t time)
{
	struct deadline d;
	int r = 0;

	ctx_narrow(ctx, &d, time);
	while (r == 0) {
		struct slice in = stream_peek(run.stream);

		buf_put(heard(), in);
		stream_take(run.stream, in.n);
		r = stream_fill(ctx, run.stream);
	}
	return ctx_widen(ctx, &d, r);
}

static void send_bytes(struct ctx *ctx, struct slice bytes)
{
	struct deadline d;
	int r;

	if (bytes.n == 0 || run.cut)
		return;
	ctx_narrow(ctx, &d, USEC_PER_HOUR);
	if (run.past_tls) {
		struct iovec iov = { (void *)(uintptr_t)bytes.p, bytes.n };

		run.model.whole = false;
		r = sock_writev(ctx, run.sock, &iov, 1);
	} else {
		buf_put(&run.model.phase[run.model.phases - 1].sent, bytes);
		r = stream_write(ctx, run.stream, bytes);
		if (r == 0)
			r = stream_flush(ctx, run.stream);
	}
	r = ctx_widen(ctx, &d, r);
	if (r < 0) {
		run.cut = true;
		run.model.whole = false;
	}
}

static bool starttls_is_answered(void)
{
	struct slice s = buf_slice(heard());
	size_t lf;

	if (!slice_ends(s, S("\r\n")))
		return false;
	lf = slice_rfind(slice_take(s, s.n - 2), '\n');
	return lf < s.n - 2 && slice_starts(slice_skip(s, lf + 1), S("220 2.0.0"));
}

static int handshake(struct ctx *ctx)
{
	struct tls_client *client;
	struct buf why;
	int r;

	buf_init(&why, 500);
	r = tls_client_new(slice_of(world.authority, world.authority_n), &why, &client);
	assert(r == 0);
	(void)stream_drop_input(run.stream);
	r = tls_connect(ctx, run.stream, client, S("relay.test"), TLS_VERIFY_NAME, S(""));
	run.tls = r == 0;
	tls_client_unref(client);
	buf_done(&why);
	return r;
}

static void start_tls(struct ctx *ctx)
{
	(void)listen_for(ctx, USEC_PER_SEC);
	if (run.cut || run.tls || run.past_tls || !starttls_is_answered())
		return;
	/* It fails when more was said in the clear behind the 220. */
	if (handshake(ctx) < 0) {
		run.cut = true;
		run.model.whole = false;
	} else {
		run.model.phases = 2;
	}
}

static void close_tls(void)
{
	struct tls_link *l = tls_link_of(run.stream);

	if (l == NULL || run.past_tls)
		return;
	(void)SSL_shutdown(l->ssl);
	run.past_tls = true;
	run.model.whole = false;
}

static void filler(struct ctx *ctx, size_t n)
{
	char *p = malloc(n);

	assert(p);
	memset(p, 'x', n);
	send_bytes(ctx, slice_of(p, n));
	free(p);
}

static void obey(struct ctx *ctx, char opcode)
{
	switch (opcode) {
	case '\xff':
		send_bytes(ctx, S("\xff"));
		break;
	case 'p':
		(void)ctx_sleep(ctx, USEC_PER_SEC);
		break;
	case 'w':
		(void)listen_for(ctx, USEC_PER_SEC);
		break;
	case 'x':
		filler(ctx, 80);
		break;
	case 'L':
		filler(ctx, 70000);
		break;
	case 't':
		start_tls(ctx);
		break;
	case 'n':
		close_tls();
		break;
	case 'r':
		run.past_tls = run.tls || run.mode->implicit;
		run.model.whole &= !run.past_tls; /* what comes may be an alert */
		break;
	case 'c':
		run.cut = true;
		break;
	case 'z':
		sim_sock_reset(run.sock);
		run.cut = true;
		run.model.whole = false;
		break;
	default:
		break;
	}
}

static void say_input(struct ctx *ctx)
{
	struct slice rest = run.input;

	while (rest.n && !run.cut) {
		size_t n = slice_find(rest, '\xff');

		send_bytes(ctx, slice_take(rest, n));
		rest = slice_skip(rest, n);
		if (rest.n >= 2)
			obey(ctx, rest.p[1]);
		rest = slice_skip(rest, 2);
	}
}

static int talk(struct ctx *ctx, void *arg)
{
	struct ip_port at;
	int r;

	(void)arg;
	assert(ip_port_parse(slice_str(run.mode->at), &at));
	r = sock_connect(ctx, &at, NULL, &run.sock);
	assert(r == 0);
	run.stream = stream_new(run.sock);
	if (run.mode->implicit && !slice_starts(run.input, S("\xffr")))
		r = handshake(ctx);
	assert(r == 0);
	if (!slice_starts(run.input, S("\xff"
				       "e")))
		(void)listen_for(ctx, USEC_PER_SEC);
	say_input(ctx);
	if (run.past_tls && tls_link_of(run.stream))
		tls_link_of(run.stream)->broken = true; /* no close_notify, only a FIN */
	(void)stream_shutdown(ctx, run.stream);
	r = listen_for(ctx, USEC_PER_HOUR);
	assert(r == ERR_EOF || r == ERR_RESET || r == ERR_TLS);
	if (r != ERR_EOF)
		run.model.whole = false;
	stream_free(run.stream);
	return 0;
}

/* ---- what was stored ---- */

static int read_body(struct ctx *ctx, uint64_t id, struct buf *ret)
{
	struct spool_reader *reader;
	struct slice piece;
	int r = spool_body_open(run.server.spool, id, &reader);

	assert(r == 0);
	while ((r = spool_body_read(ctx, reader, &piece)) == 0 && piece.n)
		buf_put(ret, piece);
	spool_body_close(reader);
	return r;
}

/* Whole fields, of those that we add. */
static bool is_ours(struct slice fields)
{
	bool submission = run.mode->for_whom == CONFIG_FOR_SUBMISSION;

	if (!slice_starts(fields, S("Received: from ")) || !slice_ends(fields, S("\r\n")))
		return false;
	while (fields.n) {
		struct slice line = slice_split(&fields, '\n');

		if (line.n < 2 || slice_find(line, '\r') != line.n - 1)
			return false;
		if (line.p[0] != '\t' && line.p[0] != ' ' && !slice_starts(line, S("Received: ")) &&
			!(submission && (slice_starts(line, S("Date: ")) ||
						slice_starts(line, S("Message-ID: ")))))
			return false;
	}
	return true;
}

/* The header block is fields of our own, then the block that came (perhaps with the empty line
 * behind it); the body is all that follows. */
static void check_text(struct slice header, struct slice body, struct slice text)
{
	assert(slice_ends(text, body));
	struct slice came = slice_take(text, text.n - body.n);
	struct slice block = slice_ends(came, S("\r\n")) ? slice_take(came, came.n - 2) : came;

	assert((slice_ends(header, block) && is_ours(slice_take(header, header.n - block.n))) ||
		(slice_ends(header, came) && is_ours(slice_take(header, header.n - came.n))));
}

/* Of a message from a stranger. */
static void check_recipient(struct slice path)
{
	assert(slice_ends_nocase(path, S("@ours.test")));
	path = slice_take(path, path.n - sizeof("@ours.test") + 1);
	assert(slice_find(path, '%') == path.n && slice_find(path, '!') == path.n &&
		slice_find(path, '@') == path.n);
}

/* Of a message that somebody had to log in for. */
static void check_sender(struct slice path, bool is_bob)
{
	assert(run.model.logged_in || !run.model.whole);
	assert(path.n == 0 || slice_eq_nocase(path, S("ann@example.org")) ||
		(is_bob && slice_ends_nocase(path, S("@bob.test"))));
}

static void check_envelope(const struct spool_envelope *e)
{
	for (size_t i = 0; i < e->rcpts_n && run.mode->for_whom == CONFIG_FOR_MX; i++)
		check_recipient(e->rcpts[i].forward_path);
	assert(run.mode->backend == NULL);
	if (run.mode->for_whom == CONFIG_FOR_SUBMISSION || run.mode == STRANGER_INSIDE) {
		assert(e->login.n > 0);
		check_sender(e->reverse_path, slice_eq(e->login, S("bob")));
	}
}

/* The same of a message that was passed on as one text; an empty line may have been put behind a
 * header block that had none. */
static void check_passed(struct slice whole, struct slice text)
{
	if (slice_ends(whole, text) && is_ours(slice_take(whole, whole.n - text.n)))
		return;
	for (size_t at = 0; at <= text.n; at += slice_find(slice_skip(text, at), '\n') + 1) {
		struct slice body = slice_skip(text, at), block = slice_take(text, at);
		struct slice above = slice_take(whole, whole.n - body.n);

		if (body.n + block.n + 2 > whole.n || !slice_ends(whole, body) ||
			!slice_ends(above, S("\r\n")))
			continue;
		above = slice_take(above, above.n - 2);
		if (slice_ends(above, block) && is_ours(slice_take(above, above.n - block.n)))
			return;
	}
	abort();
}

static void check_backend(void)
{
	const struct model *m = &run.model;

	for (size_t i = 0; i < run.backend.n; i++) {
		struct slice to = buf_slice(&run.backend.v[i].to);
		struct slice from = slice_skip(buf_slice(&run.backend.v[i].from), 1); /* "<" */

		while (to.n && run.mode->for_whom == CONFIG_FOR_MX)
			check_recipient(slice_split(&to, ' '));
		if (run.mode->for_whom == CONFIG_FOR_SUBMISSION)
			check_sender(slice_take(from, slice_find(from, '>')), true);
		if (i < m->accepted_n)
			check_passed(buf_slice(&run.backend.v[i].text), buf_slice(&m->accepted[i]));
	}
	assert(run.backend.n == m->accepted_n || (run.backend.n > m->accepted_n && !m->whole));
}

/* What the seeds of tests/fuzz/seeds are checked by: each reply's code, in order. */
static void show(size_t stored)
{
	fprintf(stderr, "outcome: stored=%zu passed=%zu tls=%d codes=", stored, run.backend.n,
		run.tls || run.mode->implicit);
	for (size_t i = 0; i < run.model.codes_n; i++)
		fprintf(stderr, "%s%d", i ? "," : "", run.model.codes[i]);
	fputc('\n', stderr);
}

static void check_stored(struct ctx *ctx)
{
	struct model *m = &run.model;
	struct spool_info info = { 0 };
	size_t n = 0;

	while (spool_next(run.server.spool, info.id, &info)) {
		struct arena arena = ARENA_INIT;
		struct spool_envelope e;
		struct slice header;
		struct buf body;
		int r = spool_read_envelope(ctx, run.server.spool, info.id, &arena, &e);

		if (r == 0)
			r = spool_read_header(ctx, run.server.spool, info.id, &arena, &header);
		buf_init(&body, 1 << 24);
		if (r == 0)
			r = read_body(ctx, info.id, &body);
		assert(r == 0);
		check_envelope(&e);
		if (n < m->accepted_n)
			check_text(header, buf_slice(&body), buf_slice(&m->accepted[n]));
		n++;
		buf_done(&body);
		arena_reset(&arena);
	}
	if (getenv("FUZZ_OUTCOME"))
		show(n);
	if (run.mode->backend)
		check_backend();
	else
		assert(n == m->accepted_n || (n > m->accepted_n && !m->whole));
}

/* ---- the run ---- */

static int play(struct ctx *ctx, void *arg)
{
	struct sim_host *host = sim_host_new("relay", "192.0.2.25");
	struct sim_host *from = run.mode->client ? sim_host_new("client", run.mode->client) : host;
	struct sim_proc *proc = sim_proc_start(host, "relay", serve, NULL), *backend = NULL;

	(void)arg;
	if (run.mode->backend)
		backend = sim_proc_start(sim_host_new("backend", "192.0.2.30"), "backend",
			fakehop_run, &run.backend);
	(void)ctx_sleep(ctx, USEC_PER_MSEC);
	(void)sim_host_run(ctx, from, "client", talk, NULL);
	(void)ctx_sleep(ctx, 2 * USEC_PER_HOUR);
	assert(run.server.sessions.count == 0 && run.server.held == 0);
	model_read(&run.model);
	check_stored(ctx);
	sim_proc_stop(proc);
	int r = sim_proc_wait(ctx, proc);

	if (backend) {
		sim_proc_stop(backend);
		(void)sim_proc_wait(ctx, backend);
	}
	return r;
}

static int make_keys(struct ctx *ctx, void *arg)
{
	struct cert ca = cert_make(NULL, "Root", NULL, -3650, 36500, true);
	struct cert leaf = cert_make(&ca, "leaf", "DNS:relay.test", -3650, 36500, false);
	struct tls_keypair pair = { leaf.pem, leaf.key_pem };
	struct buf why;
	int r;

	(void)ctx, (void)arg;
	buf_init(&why, 500);
	r = tls_server_new(&pair, 1, &why, &world.tls);
	assert(r == 0);
	r = tls_client_new(ca.pem, &why, &world.authorities);
	assert(r == 0);
	world.authority = malloc(ca.pem.n);
	world.authority_n = ca.pem.n;
	memcpy(world.authority, ca.pem.p, ca.pem.n);
	buf_done(&why);
	cert_free(&leaf);
	cert_free(&ca);
	return 0;
}

static void make_world(void)
{
	struct buf why;
	int r;

	buf_init(&why, 500);
	world.config = relay_config(config_text);
	world.failures = malloc(auth_throttle_bytes());
	assert(world.failures);
	r = auth_users_parse(slice_str(users_text), "users", &why, &world.users);
	assert(r == 0);
	buf_done(&why);
	sim_start(1);
	sim_openssl_start();
	r = sim_run("keys", make_keys, NULL);
	assert(r == 0 && sim_stop() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > INPUT_MAX)
		return 0;
	if (world.config == NULL)
		make_world();
	run = (struct run){ .mode = &modes[data[0] % MODES],
		.input = slice_of(data + 1, size - 1) };
	model_init(&run.model);
	run.model.whole = true;
	run.model.front = slice_eq(slice_str(run.mode->listener), S("behind"));
	run.model.strangers = run.mode->for_whom == CONFIG_FOR_MX;
	run.model.may_refuse = run.mode->for_whom == CONFIG_FOR_SUBMISSION || run.mode->backend;
	run.model.accepted_words = run.mode->backend ? "2.0.0 taken" : "Queued as ";
	run.backend = (struct fakehop){ .address = "192.0.2.30:25", .offers = run.mode->backend };
	real_alarm();
	sim_start(2);
	int r = sim_run("fuzz", play, NULL);
	size_t leaks = sim_stop();

	assert(r == 0 && leaks == 0);
	model_done(&run.model);
	fakehop_done(&run.backend);
	return 0;
}
