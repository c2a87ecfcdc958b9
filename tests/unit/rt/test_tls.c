/* TLS over the loopback interface: handshakes good and bad, what is known of the peer, resumption,
 * channel bindings, ends in order and out of order, reader and writer on one connection. */
#include "rt/tls.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "certs.h"
#include "check_main.h"
#include "linux_pair.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "rt/tls_keys.h"
#include "rt/tls_link.h"
#include "rt/transport.h"

static struct cert ca, other_ca;

/* One conversation: what each side does after its handshake, and how the handshakes ended. */
struct talk {
	struct tls_server *server;
	struct tls_client *client;
	const char *name;
	enum tls_verify verify;
	const char *session_key;
	int (*serve)(struct ctx *ctx, struct talk *t);
	int (*use)(struct ctx *ctx, struct talk *t);
	struct stream *s, *c;
	int server_result, client_result;
	struct tls_info info; /* the client's */
	char why[400];
	char client_why[400];
};

static int run_server(struct ctx *ctx, void *arg)
{
	struct talk *t = arg;

	t->server_result = tls_accept(ctx, t->s, t->server);
	if (t->server_result == 0 && t->serve)
		ck_assert_int_eq(t->serve(ctx, t), 0);
	else if (t->server_result < 0)
		sock_shutdown(stream_sock(t->s));
	return 0;
}

static int run_client(struct ctx *ctx, void *arg)
{
	struct talk *t = arg;

	t->client_result = tls_connect(ctx, t->c, t->client, slice_str(t->name), t->verify,
		slice_str(t->session_key ? t->session_key : "key"));
	if (t->client_result < 0) {
		snprintf(t->client_why, sizeof(t->client_why), "%s", ctx->err.text);
		sock_shutdown(stream_sock(t->c));
		return 0;
	}
	ck_assert(stream_tls_info(t->c, &t->info));
	snprintf(t->why, sizeof(t->why), "%s", t->info.peer_why);
	if (t->use)
		ck_assert_int_eq(t->use(ctx, t), 0);
	return 0;
}

static void talk(struct ctx *ctx, struct talk *t)
{
	struct pair p = connect_pair(ctx);
	struct scope scope;

	t->s = stream_new(p.server);
	t->c = stream_new(p.client);
	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "server", run_server, t), 0);
	ck_assert_int_eq(scope_spawn(&scope, "client", run_client, t), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	stream_free(t->c);
	stream_free(t->s);
}

static struct tls_server *new_server(const struct cert *a, const struct cert *b)
{
	struct tls_keypair pairs[2] = { { a->pem, a->key_pem } };
	struct tls_server *t = NULL;
	struct buf why;

	if (b)
		pairs[1] = (struct tls_keypair){ b->pem, b->key_pem };
	buf_init(&why, 500);
	ck_assert_msg(tls_server_new(pairs, b ? 2 : 1, &why, &t) == 0, "%.*s",
		SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	return t;
}

static struct tls_client *new_client(const struct cert *root)
{
	struct tls_client *t = NULL;
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(tls_client_new(root->pem, &why, &t), 0);
	buf_done(&why);
	return t;
}

/* Client: reads "hello", answers. Server: the other way round. */
static int say_hello(struct ctx *ctx, struct talk *t)
{
	ck_assert_int_eq(stream_write(ctx, t->s, S("hello")), 0);
	ck_assert_int_eq(stream_fill(ctx, t->s), 0);
	ck_assert(slice_eq(stream_peek(t->s), S("thanks")));
	stream_take(t->s, 6);
	ck_assert_int_eq(stream_shutdown(ctx, t->s), 0);
	return 0;
}

static int hear_hello(struct ctx *ctx, struct talk *t)
{
	ck_assert_int_eq(stream_fill(ctx, t->c), 0);
	ck_assert(slice_eq(stream_peek(t->c), S("hello")));
	stream_take(t->c, 5);
	ck_assert_int_eq(stream_write(ctx, t->c, S("thanks")), 0);
	ck_assert_int_eq(stream_fill(ctx, t->c), ERR_EOF);
	ck_assert_int_eq(stream_shutdown(ctx, t->c), 0);
	return 0;
}

static int bytes_pass(struct ctx *ctx, void *arg)
{
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct talk t = { .server = new_server(&leaf, NULL),
		.client = new_client(&ca),
		.name = "mx.example.",
		.verify = TLS_VERIFY_NAME,
		.serve = say_hello,
		.use = hear_hello };

	(void)arg;
	talk(ctx, &t);
	ck_assert_int_eq(t.server_result, 0);
	ck_assert_msg(t.client_result == 0, "%s", t.client_why);
	ck_assert_str_eq(t.info.version, "TLSv1.3");
	ck_assert_str_eq(t.why, "");
	ck_assert_int_eq(t.info.peer, TLS_PEER_VERIFIED);
	ck_assert_uint_ge(t.info.bits, 128);
	ck_assert(!t.info.resumed);
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&leaf);
	return 0;
}

START_TEST(a_conversation)
{
	ck_assert_int_eq(loop_run("test", bytes_pass, NULL), 0);
}
END_TEST

struct trial {
	const char *names; /* of the certificate */
	int from, to;
	enum { BY_CA, BY_OTHER, BY_ITSELF } by;
	const char *name; /* that the client wants */
	enum tls_peer peer;
	const char *why; /* beginning; NULL: verifies */
};

static const struct trial trials[] = {
	{ "DNS:mx.example", -1, 30, BY_CA, "mx.example", TLS_PEER_VERIFIED, NULL },
	{ "DNS:*.mail.example", -1, 30, BY_CA, "mx.mail.example", TLS_PEER_VERIFIED, NULL },
	{ "IP:192.0.2.1", -1, 30, BY_CA, "192.0.2.1", TLS_PEER_VERIFIED, NULL },
	{ "DNS:m*.mail.example", -1, 30, BY_CA, "mx.mail.example", TLS_PEER_TRUSTED,
		"certificate is for m*.mail.example, not mx.mail.example" },
	{ "DNS:mx.example,DNS:a.example,DNS:b.example,DNS:c.example", -1, 30, BY_CA,
		"relay.example", TLS_PEER_TRUSTED,
		"certificate is for mx.example, a.example, b.example and 1 more, not "
		"relay.example" },
	{ "DNS:mx.example", -1, 30, BY_CA, "192.0.2.1", TLS_PEER_TRUSTED,
		"certificate is for mx.example, not 192.0.2.1" },
	{ "DNS:mx.example", -30, -1, BY_CA, "mx.example", TLS_PEER_UNTRUSTED,
		"certificate expired on 20" },
	{ "DNS:mx.example", 1, 30, BY_CA, "mx.example", TLS_PEER_UNTRUSTED,
		"certificate is not valid before 20" },
	{ "DNS:mx.example", -1, 30, BY_OTHER, "mx.example", TLS_PEER_UNTRUSTED,
		"certificate is from an unknown authority: Other Root" },
	{ "DNS:mx.example", -1, 30, BY_ITSELF, "mx.example", TLS_PEER_UNTRUSTED,
		"self-signed certificate" },
};

static void try_both_ways(struct ctx *ctx, const struct trial *trial, size_t i)
{
	const struct cert *const issuers[] = { &ca, &other_ca, NULL };
	struct cert leaf = cert_make(
		issuers[trial->by], "leaf", trial->names, trial->from, trial->to, false);
	struct talk t = {
		.server = new_server(&leaf, NULL), .client = new_client(&ca), .name = trial->name
	};

	/* Any certificate will do, and still it is known what it is worth. */
	talk(ctx, &t);
	ck_assert_msg(t.client_result == 0, "%zu: %s", i, t.client_why);
	ck_assert_msg(t.info.peer == trial->peer, "%zu: %d", i, t.info.peer);
	ck_assert_msg(slice_starts(slice_str(t.why), slice_str(trial->why)), "%zu: %s", i, t.why);
	t.verify = TLS_VERIFY_NAME;
	talk(ctx, &t);
	ck_assert_msg(t.client_result == (trial->why ? ERR_TLS : 0), "%zu: %s", i, t.client_why);
	ck_assert_msg(slice_starts(slice_str(t.client_why), slice_str(trial->why)), "%zu: %s", i,
		t.client_why);
	/* Under TLS 1.3 the server is done before the client has judged. */
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&leaf);
}

static int try_all(struct ctx *ctx, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
		try_both_ways(ctx, &trials[i], i);
	return 0;
}

START_TEST(certificates)
{
	ck_assert_int_eq(loop_run("test", try_all, NULL), 0);
}
END_TEST

static int choose(struct ctx *ctx, void *arg)
{
	static const char *const names[] = { "one.example", "two.example", "three.example" };
	struct cert one = cert_make(&ca, "one", "DNS:one.example", -1, 30, false);
	struct cert two = cert_make(&ca, "two", "DNS:two.example", -1, 30, false);
	struct talk t = { .server = new_server(&one, &two),
		.client = new_client(&ca),
		.verify = TLS_VERIFY_NAME };

	(void)arg;
	for (size_t i = 0; i < 3; i++) {
		t.name = names[i];
		talk(ctx, &t);
		ck_assert_int_eq(t.client_result, i < 2 ? 0 : ERR_TLS);
	}
	ck_assert_str_eq(t.client_why, "certificate is for one.example, not three.example");
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&one);
	cert_free(&two);
	return 0;
}

START_TEST(certificate_by_name)
{
	ck_assert_int_eq(loop_run("test", choose, NULL), 0);
}
END_TEST

static int resume(struct ctx *ctx, void *arg)
{
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct talk t = { .server = new_server(&leaf, NULL),
		.client = new_client(&ca),
		.name = "mx.example",
		.serve = say_hello,
		.use = hear_hello };
	int max = *(int *)arg;

	SSL_CTX_set_max_proto_version(t.server->v[0], max);
	talk(ctx, &t);
	ck_assert(!t.info.resumed);
	talk(ctx, &t);
	ck_assert(t.info.resumed);
	ck_assert_int_eq(t.info.peer, TLS_PEER_VERIFIED);
	t.session_key = "another";
	talk(ctx, &t);
	ck_assert(!t.info.resumed);
	t.session_key = "key";
	t.name = "other.example";
	talk(ctx, &t);
	ck_assert(!t.info.resumed);
	/* Trusted is not enough where the name must fit. */
	t.verify = TLS_VERIFY_NAME;
	t.serve = t.use = NULL;
	talk(ctx, &t);
	ck_assert_int_eq(t.client_result, ERR_TLS);
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&leaf);
	return 0;
}

START_TEST(resumption)
{
	int max = _i == 0 ? TLS1_3_VERSION : TLS1_2_VERSION;

	ck_assert_int_eq(loop_run("test", resume, &max), 0);
}
END_TEST

/* Two workers: tickets of one are good at the other once they share a key. */
static int share_tickets(struct ctx *ctx, void *arg)
{
	static const char key[TLS_TICKET_KEY_BYTES] = "not very secret";
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct tls_server *workers[2] = { new_server(&leaf, NULL), new_server(&leaf, NULL) };
	struct talk t = { .client = new_client(&ca),
		.name = "mx.example",
		.serve = say_hello,
		.use = hear_hello };
	bool shared = *(bool *)arg;

	for (int i = 0; i < 2; i++) {
		if (shared)
			tls_server_set_ticket_key(workers[i], key);
		t.server = workers[i];
		talk(ctx, &t);
	}
	ck_assert_int_eq(t.info.resumed, shared);
	tls_server_unref(workers[0]);
	tls_server_unref(workers[1]);
	tls_client_unref(t.client);
	cert_free(&leaf);
	return 0;
}

START_TEST(ticket_keys)
{
	bool shared = _i == 1;

	ck_assert_int_eq(loop_run("test", share_tickets, &shared), 0);
}
END_TEST

static const char *binding_type[2];
static struct buf binding[2];

static int bind_server(struct ctx *ctx, struct talk *t)
{
	buf_clear(&binding[0]);
	ck_assert(stream_tls_binding(t->s, &binding_type[0], &binding[0]));
	return say_hello(ctx, t);
}

static int bind_client(struct ctx *ctx, struct talk *t)
{
	buf_clear(&binding[1]);
	ck_assert(stream_tls_binding(t->c, &binding_type[1], &binding[1]));
	return hear_hello(ctx, t);
}

static int bind_both(struct ctx *ctx, void *arg)
{
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct talk t = { .server = new_server(&leaf, NULL),
		.client = new_client(&ca),
		.name = "mx.example",
		.serve = bind_server,
		.use = bind_client };
	int max = *(int *)arg;

	SSL_CTX_set_max_proto_version(t.server->v[0], max);
	for (int i = 0; i < 2; i++) {
		talk(ctx, &t);
		ck_assert_int_eq(t.info.resumed, i == 1);
		ck_assert_str_eq(
			binding_type[0], max == TLS1_3_VERSION ? "tls-exporter" : "tls-unique");
		ck_assert_str_eq(binding_type[0], binding_type[1]);
		ck_assert(slice_eq(buf_slice(&binding[0]), buf_slice(&binding[1])));
		ck_assert_uint_ge(binding[0].n, 12);
	}
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&leaf);
	return 0;
}

START_TEST(channel_binding)
{
	int max = _i == 0 ? TLS1_3_VERSION : TLS1_2_VERSION;

	buf_init(&binding[0], 64);
	buf_init(&binding[1], 64);
	ck_assert_int_eq(loop_run("test", bind_both, &max), 0);
	buf_done(&binding[0]);
	buf_done(&binding[1]);
}
END_TEST

static int cut_off(struct ctx *ctx, struct talk *t)
{
	ck_assert_int_eq(stream_write(ctx, t->s, S("hello")), 0);
	ck_assert_int_eq(stream_flush(ctx, t->s), 0);
	sock_shutdown(stream_sock(t->s));
	return 0;
}

static int hear_cut(struct ctx *ctx, struct talk *t)
{
	ck_assert_int_eq(stream_fill(ctx, t->c), 0);
	stream_take(t->c, stream_peek(t->c).n);
	ck_assert_int_eq(stream_fill(ctx, t->c), ERR_RESET);
	ck_assert_ptr_nonnull(strstr(ctx->err.text, "without close_notify"));
	return 0;
}

static int garbage(struct ctx *ctx, struct talk *t)
{
	size_t n;

	(void)ctx;
	ck_assert_int_eq(sock_write_now(stream_sock(t->s), "plain text and more\r\n", 21, &n), 0);
	return 0;
}

static int hear_garbage(struct ctx *ctx, struct talk *t)
{
	ck_assert_int_eq(stream_fill(ctx, t->c), ERR_TLS);
	return 0;
}

static int close_then_talk(struct ctx *ctx, struct talk *t)
{
	size_t n;

	ck_assert_int_eq(stream_write(ctx, t->s, S("bye")), 0);
	ck_assert_int_eq(stream_flush(ctx, t->s), 0);
	ck_assert_int_eq(SSL_shutdown(tls_link_of(t->s)->ssl), 0);
	ck_assert_int_eq(sock_write_now(stream_sock(t->s), "behind the end", 14, &n), 0);
	return 0;
}

static int hear_close(struct ctx *ctx, struct talk *t)
{
	ck_assert_int_eq(stream_fill(ctx, t->c), 0);
	stream_take(t->c, stream_peek(t->c).n);
	ck_assert_int_eq(stream_fill(ctx, t->c), ERR_EOF);
	ck_assert_int_eq(stream_fill(ctx, t->c), ERR_EOF);
	return 0;
}

static int end_badly(struct ctx *ctx, void *arg)
{
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct talk t = {
		.server = new_server(&leaf, NULL), .client = new_client(&ca), .name = "mx.example"
	};

	(void)arg;
	t.serve = cut_off;
	t.use = hear_cut;
	talk(ctx, &t);
	t.serve = garbage;
	t.use = hear_garbage;
	talk(ctx, &t);
	t.serve = close_then_talk;
	t.use = hear_close;
	talk(ctx, &t);
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&leaf);
	return 0;
}

START_TEST(ends)
{
	ck_assert_int_eq(loop_run("test", end_badly, NULL), 0);
}
END_TEST

#define BULK (2 * 1024 * 1024)

static int write_bulk(struct ctx *ctx, void *arg)
{
	struct stream *s = arg;
	char block[10000];

	memset(block, 'x', sizeof(block));
	for (size_t n = 0; n < BULK; n += sizeof(block)) {
		int r = stream_write(ctx, s, slice_of(block, sizeof(block)));

		if (r < 0)
			return r;
	}
	return stream_flush(ctx, s);
}

/* Reads and writes at once, both more than any buffer holds. */
static int both_ways(struct ctx *ctx, struct stream *s)
{
	size_t got = 0;
	struct scope scope;

	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "writer", write_bulk, s), 0);
	while (got < BULK) {
		ck_assert_int_eq(stream_fill(ctx, s), 0);
		got += stream_peek(s).n;
		stream_take(s, stream_peek(s).n);
	}
	return scope_wait(ctx, &scope);
}

static int serve_bulk(struct ctx *ctx, struct talk *t)
{
	return both_ways(ctx, t->s);
}

static int use_bulk(struct ctx *ctx, struct talk *t)
{
	return both_ways(ctx, t->c);
}

static int full_duplex(struct ctx *ctx, void *arg)
{
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct talk t = { .server = new_server(&leaf, NULL),
		.client = new_client(&ca),
		.name = "mx.example",
		.serve = serve_bulk,
		.use = use_bulk };

	(void)arg;
	talk(ctx, &t);
	tls_server_unref(t.server);
	tls_client_unref(t.client);
	cert_free(&leaf);
	return 0;
}

START_TEST(reader_and_writer)
{
	ck_assert_int_eq(loop_run("test", full_duplex, NULL), 0);
}
END_TEST

static int hear_no_tls(struct ctx *ctx, void *arg)
{
	struct cert leaf = cert_make(&ca, "x", "DNS:mx.example", -1, 30, false);
	struct tls_server *server = new_server(&leaf, NULL);
	struct pair p = connect_pair(ctx);
	struct stream *s = stream_new(p.server);
	struct deadline deadline;
	struct tls_info info;
	size_t n;

	(void)arg;
	ck_assert_int_eq(sock_write_now(p.client, "EHLO client.example\r\n", 21, &n), 0);
	ck_assert_int_eq(tls_accept(ctx, s, server), ERR_TLS);
	ck_assert_str_eq(ctx->err.text, "handshake: the peer does not speak TLS");
	ck_assert(!stream_tls_info(s, &info));
	stream_free(s);
	sock_close(p.client);
	/* And who says nothing runs into the caller's deadline. */
	p = connect_pair(ctx);
	s = stream_new(p.server);
	ctx_narrow(ctx, &deadline, 20 * USEC_PER_MSEC);
	ck_assert_int_eq(ctx_widen(ctx, &deadline, tls_accept(ctx, s, server)), ERR_TIMEOUT);
	stream_free(s);
	sock_close(p.client);
	tls_server_unref(server);
	cert_free(&leaf);
	return 0;
}

START_TEST(no_handshake)
{
	ck_assert_int_eq(loop_run("test", hear_no_tls, NULL), 0);
}
END_TEST

START_TEST(keys)
{
	struct cert a = cert_make(&ca, "a", NULL, -1, 30, false);
	struct cert b = cert_make(&ca, "b", NULL, -1, 30, false);
	const struct {
		struct tls_keypair pair;
		const char *why;
	} cases[] = {
		{ { S("none"), a.key_pem }, "there is no certificate in PEM form" },
		{ { a.pem, S("none") }, "there is no private key in PEM form" },
		{ { a.pem, S("-----BEGIN ENCRYPTED PRIVATE KEY-----\n") },
			"the key is encrypted; give it without a password" },
		{ { a.pem, b.key_pem }, "the key does not belong to the certificate" },
	};
	struct tls_server *t = NULL;
	struct tls_client *c = NULL;
	struct buf why;

	buf_init(&why, 500);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&why);
		ck_assert_int_eq(tls_server_new(&cases[i].pair, 1, &why, &t), ERR_TLS);
		ck_assert_msg(slice_eq(buf_slice(&why), slice_str(cases[i].why)), "%.*s",
			SLICE_ARG(buf_slice(&why)));
	}
	ck_assert_int_eq(tls_server_new(NULL, 0, &why, &t), ERR_TLS);
	ck_assert_int_eq(tls_client_new(S("none"), &why, &c), ERR_TLS);
	ck_assert_int_eq(tls_client_new(SLICE_NIL, &why, &c), 0);
	tls_client_unref(c);
	buf_done(&why);
	cert_free(&a);
	cert_free(&b);
}
END_TEST

static void setup(void)
{
	ca = cert_make(NULL, "Test Root", NULL, -10, 3000, true);
	other_ca = cert_make(NULL, "Other Root", NULL, -10, 3000, true);
}

static void teardown(void)
{
	cert_free(&ca);
	cert_free(&other_ca);
}

static Suite *suite(void)
{
	Suite *s = suite_create("tls");
	TCase *t = tcase_create("tls");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_conversation);
	tcase_add_test(t, certificates);
	tcase_add_test(t, certificate_by_name);
	tcase_add_loop_test(t, resumption, 0, 2);
	tcase_add_loop_test(t, ticket_keys, 0, 2);
	tcase_add_loop_test(t, channel_binding, 0, 2);
	tcase_add_test(t, ends);
	tcase_add_test(t, reader_and_writer);
	tcase_add_test(t, no_handshake);
	tcase_add_test(t, keys);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
