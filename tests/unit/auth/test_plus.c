/* SCRAM-SHA-256-PLUS over real TLS connections: the binding must be of this very connection. */
#include <string.h>

#include "../rt/certs.h"
#include "../rt/linux_pair.h"
#include "auth/client.h"
#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "check_main.h"
#include "rt/job.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "rt/tls.h"

#define USERS                                                                                      \
	"ann:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                        \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n"

/* Two ends of one TLS connection. */
struct link {
	struct stream *server, *client;
	struct tls_server *keys;
	struct tls_client *trust;
};

static struct cert leaf;
static struct auth_server *server;
static struct pool *pool;

static int accept_one(struct ctx *ctx, void *arg)
{
	struct link *l = arg;

	return tls_accept(ctx, l->server, l->keys);
}

static int connect_one(struct ctx *ctx, void *arg)
{
	struct link *l = arg;

	return tls_connect(ctx, l->client, l->trust, S("mx.example"), TLS_VERIFY_NONE, S("key"));
}

static void link_open(struct ctx *ctx, struct link *l)
{
	struct tls_keypair pair = { leaf.pem, leaf.key_pem };
	struct pair p = connect_pair(ctx);
	struct scope scope;
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(tls_server_new(&pair, 1, &why, &l->keys), 0);
	ck_assert_int_eq(tls_client_new(leaf.pem, &why, &l->trust), 0);
	buf_done(&why);
	l->server = stream_new(p.server);
	l->client = stream_new(p.client);
	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "server", accept_one, l), 0);
	ck_assert_int_eq(scope_spawn(&scope, "client", connect_one, l), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
}

static void link_close(struct link *l)
{
	stream_free(l->client);
	stream_free(l->server);
	tls_server_unref(l->keys);
	tls_client_unref(l->trust);
}

static int answer(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	enum auth_outcome outcome = AUTH_FAULT;

	ck_assert_int_eq(auth_client_step(ctx, arg, pool, challenge, ret, &outcome), 0);
	if (outcome != AUTH_OK)
		buf_puts(ret, "*");
	return 0;
}

/* The client believes to talk over `seen`, the server over `real`. */
static enum auth_outcome log_in(
	struct ctx *ctx, enum auth_mech mech, const struct link *seen, const struct link *real)
{
	struct auth_client_env env = { .stream = seen->client };
	struct auth_request req = { .mechanism = slice_str(auth_mech_name(mech)),
		.client = { .family = IP_V4, .b = { 192, 0, 2, 1 } },
		.offers = auth_server_offers(server, real->server, false),
		.stream = real->server,
		.ask = answer,
		.has_initial = true };
	struct auth_client *c = NULL;
	struct auth_result result;
	struct buf initial;

	ck_assert_int_eq(auth_client_new(mech, &env, S("ann"), S("pencil"), &c), AUTH_OK);
	buf_init(&initial, AUTH_LINE_MAX);
	ck_assert(auth_client_initial(c, &initial));
	req.initial = buf_slice(&initial);
	req.arg = c;
	ck_assert_int_eq(auth_server_run(ctx, server, &req, &result), 0);
	if (result.outcome == AUTH_OK)
		ck_assert_int_eq(auth_client_done(c, SLICE_NIL), AUTH_OK);
	buf_done(&initial);
	auth_client_free(c);
	return result.outcome;
}

static int bound(struct ctx *ctx, void *arg)
{
	struct link a, b;
	struct auth_client_env env;
	struct auth_request req = { .mechanism = S("SCRAM-SHA-256"),
		.has_initial = true,
		/* y,,n=ann,r=abc */
		.initial = S("eSwsbj1hbm4scj1hYmM="),
		.client = { .family = IP_V4, .b = { 192, 0, 2, 1 } } };
	struct auth_result result;
	const char *why = NULL;

	(void)arg;
	link_open(ctx, &a);
	link_open(ctx, &b);
	req.offers = auth_server_offers(server, a.server, false);
	ck_assert_uint_eq(
		req.offers, AUTH_BIT(AUTH_SCRAM_SHA_256) | AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS));
	env = (struct auth_client_env){ .stream = a.client };
	ck_assert_int_eq(auth_client_choose(req.offers, &env, &why), AUTH_SCRAM_SHA_256_PLUS);
	ck_assert_int_eq(log_in(ctx, AUTH_SCRAM_SHA_256_PLUS, &a, &a), AUTH_OK);
	ck_assert_int_eq(log_in(ctx, AUTH_SCRAM_SHA_256, &a, &a), AUTH_OK);
	/* Somebody in the middle: two connections. */
	ck_assert_int_eq(log_in(ctx, AUTH_SCRAM_SHA_256_PLUS, &a, &b), AUTH_WRONG);
	/* Somebody took -PLUS out of the offer. */
	ck_assert_int_eq(auth_server_run(ctx, server, &req, &result), 0);
	ck_assert_int_eq(result.outcome, AUTH_WRONG);
	ck_assert_str_eq(result.why, "somebody hid SCRAM-SHA-256-PLUS from the client");
	link_close(&a);
	link_close(&b);
	return 0;
}

START_TEST(binding)
{
	struct auth_users *users = NULL;
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(auth_users_parse(S(USERS), "users", &why, &users), 0);
	buf_done(&why);
	leaf = cert_make(NULL, "mx.example", "DNS:mx.example", -1, 30, true);
	server = auth_server_new(&(struct auth_settings){ 0 }, users);
	pool = pool_new("keys", 1, 10);
	ck_assert_int_eq(loop_run("test", bound, NULL), 0);
	pool_free(pool);
	auth_server_free(server);
	auth_users_unref(users);
	cert_free(&leaf);
}
END_TEST

START_TEST(choice)
{
	static const struct {
		unsigned offered;
		bool clear_ok;
		enum auth_mech want;
	} cases[] = {
		{ AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN), true, AUTH_PLAIN },
		{ AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN), false, AUTH_MECH_COUNT },
		{ AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_CRAM_MD5), false, AUTH_CRAM_MD5 },
		{ AUTH_BIT(AUTH_LOGIN), true, AUTH_LOGIN },
		{ AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS), true, AUTH_MECH_COUNT }, /* no TLS here */
		{ AUTH_BIT(AUTH_SCRAM_SHA_256) | AUTH_BIT(AUTH_PLAIN), true, AUTH_SCRAM_SHA_256 },
		{ 0, true, AUTH_MECH_COUNT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_client_env env = { .clear_ok = cases[i].clear_ok };
		const char *why = NULL;

		ck_assert_msg(auth_client_choose(cases[i].offered, &env, &why) == cases[i].want,
			"%zu", i);
		ck_assert((why != NULL) == (cases[i].want == AUTH_MECH_COUNT));
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("plus");
	TCase *t = tcase_create("plus");

	tcase_add_test(t, binding);
	tcase_add_test(t, choice);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
