/* The server's exchange in the simulated world: played by our own client, and by scripts of lines
 * that a client might send. Delays, refusal, the cache, the queue. */
#include <string.h>

#include "auth/client.h"
#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "check_main.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"

/* Of "pencil", with the salt of RFC 7677's example. */
#define PENCIL                                                                                     \
	"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
/* Of "Hello world!". */
#define HELLO "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
#define USERS                                                                                      \
	"ann@example.org:" PENCIL "\n"                                                             \
	"bob:" HELLO "\n"                                                                          \
	"carl:!" PENCIL "\n"

#define ALL                                                                                        \
	(AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN) | AUTH_BIT(AUTH_CRAM_MD5) |                   \
		AUTH_BIT(AUTH_SCRAM_SHA_256))

static struct auth_server *server;
static struct pool *pool; /* the client's */
static struct ip address = { .family = IP_V4, .b = { 192, 0, 2, 1 } };

static struct auth_server *new_server(const struct auth_settings *settings, const char *text)
{
	struct auth_users *users = NULL;
	struct auth_server *a;
	struct buf why;

	buf_init(&why, 500);
	ck_assert_int_eq(auth_users_parse(slice_str(text), "users", &why, &users), 0);
	buf_done(&why);
	a = auth_server_new(settings, users);
	auth_users_unref(users);
	return a;
}

static void run(coro_fn *fn, const struct auth_settings *settings)
{
	sim_start(7);
	server = new_server(settings, USERS);
	pool = pool_new("keys", 1, 10);
	ck_assert_int_eq(sim_run("test", fn, NULL), 0);
	pool_free(pool);
	auth_server_free(server);
	ck_assert_uint_eq(sim_stop(), 0);
}

/* ---- our client against our server ---- */

static int answer(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	struct auth_client *c = arg;
	enum auth_outcome outcome = AUTH_FAULT;
	int r = auth_client_step(ctx, c, pool, challenge, ret, &outcome);

	ck_assert_int_eq(r, 0);
	if (outcome != AUTH_OK) {
		buf_clear(ret);
		buf_puts(ret, "*");
	}
	return 0;
}

/* A whole log-in. */
static enum auth_outcome log_in(struct ctx *ctx, enum auth_mech mech, const char *user,
	const char *password, struct auth_result *ret)
{
	struct auth_client_env env = { .clear_ok = true };
	struct auth_client *c = NULL;
	struct auth_request req = { .mechanism = slice_str(auth_mech_name(mech)),
		.offers = ALL,
		.client = address,
		.ask = answer };
	struct buf initial;

	ck_assert_int_eq(
		auth_client_new(mech, &env, slice_str(user), slice_str(password), &c), AUTH_OK);
	buf_init(&initial, AUTH_LINE_MAX);
	req.arg = c;
	req.has_initial = auth_client_initial(c, &initial);
	req.initial = buf_slice(&initial);
	ck_assert_int_eq(auth_server_run(ctx, server, &req, ret), 0);
	if (ret->outcome == AUTH_OK)
		ck_assert_int_eq(auth_client_done(c, SLICE_NIL), AUTH_OK);
	buf_done(&initial);
	auth_client_free(c);
	return ret->outcome;
}

static const struct {
	enum auth_mech mech;
	const char *user, *password;
	enum auth_outcome want;
	const char *why;
} cases[] = {
	{ AUTH_PLAIN, "ann@example.org", "pencil", AUTH_OK, "" },
	{ AUTH_PLAIN, "ANN@example.org", "pencil", AUTH_OK, "" },
	{ AUTH_PLAIN, "ann@example.org", "pencils", AUTH_WRONG, "wrong password" },
	{ AUTH_PLAIN, "nobody", "pencil", AUTH_WRONG, "no such user" },
	/* Whoever's secret a name is checked against: his password opens nothing. */
	{ AUTH_PLAIN, "nobody2", "pencil", AUTH_WRONG, "no such user" },
	{ AUTH_PLAIN, "nobody3", "pencil", AUTH_WRONG, "no such user" },
	{ AUTH_PLAIN, "nobody", "Hello world!", AUTH_WRONG, "no such user" },
	{ AUTH_PLAIN, "nobody4", "Hello world!", AUTH_WRONG, "no such user" },
	{ AUTH_PLAIN, "bob", "Hello world!", AUTH_OK, "" },
	{ AUTH_PLAIN, "bob", "Hello world", AUTH_WRONG, "wrong password" },
	{ AUTH_PLAIN, "carl", "pencil", AUTH_DISABLED, "the user is disabled" },
	{ AUTH_PLAIN, "carl", "pen", AUTH_WRONG, "wrong password" },
	{ AUTH_LOGIN, "ann@example.org", "pencil", AUTH_OK, "" },
	{ AUTH_LOGIN, "ann@example.org", "x", AUTH_WRONG, "wrong password" },
	{ AUTH_SCRAM_SHA_256, "ann@example.org", "pencil", AUTH_OK, "" },
	{ AUTH_SCRAM_SHA_256, "Ann@Example.Org", "pencil", AUTH_OK, "" },
	{ AUTH_SCRAM_SHA_256, "ann@example.org", "pencils", AUTH_WRONG,
		"wrong password or channel binding" },
	{ AUTH_SCRAM_SHA_256, "nobody", "pencil", AUTH_WRONG, "no such user" },
	{ AUTH_SCRAM_SHA_256, "bob", "Hello world!", AUTH_WRONG, "no such user" },
	{ AUTH_SCRAM_SHA_256, "carl", "pencil", AUTH_DISABLED, "the user is disabled" },
	{ AUTH_CRAM_MD5, "ann@example.org", "pencil", AUTH_UNSUPPORTED,
		"a mechanism that is not offered" },
};

static int log_in_all(struct ctx *ctx, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_result result;

		/* Each from an address of its own, so that no failure counts for the next. */
		address.b[3]++;
		log_in(ctx, cases[i].mech, cases[i].user, cases[i].password, &result);
		ck_assert_msg(result.outcome == cases[i].want, "%zu: %s", i, result.why);
		ck_assert_msg(strcmp(result.why, cases[i].why) == 0, "%zu: %s", i, result.why);
		ck_assert_msg((result.delay > 0) == (result.outcome == AUTH_WRONG ||
							    result.outcome == AUTH_DISABLED),
			"%zu", i);
		if (result.outcome == AUTH_OK)
			ck_assert_ptr_nonnull(
				auth_users_find(auth_server_users(server), slice_str(result.name)));
	}
	return 0;
}

START_TEST(mechanisms)
{
	run(log_in_all, &(struct auth_settings){ 0 });
}
END_TEST

/* ---- scripts ---- */

struct script {
	const char *mechanism;
	const char *lines[5]; /* the first is the initial response; NULL: none. "." ends */
	enum auth_outcome want;
};

static int next_line(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	const char *const **next = arg;
	const char *line = *(*next)++;

	(void)ctx, (void)challenge;
	ck_assert_ptr_nonnull(line);
	if (strcmp(line, "too long") == 0)
		return ERR_LIMIT;
	if (strcmp(line, "gone") == 0)
		return ERR_EOF;
	buf_puts(ret, line);
	return 0;
}

static const struct script scripts[] = {
	{ "GSSAPI", { NULL }, AUTH_UNSUPPORTED },
	{ "SCRAM-SHA-256-PLUS", { NULL }, AUTH_UNSUPPORTED },
	{ "", { NULL }, AUTH_UNSUPPORTED },
	{ "PLAIN", { NULL, "*" }, AUTH_CANCELLED },
	{ "PLAIN", { "*" }, AUTH_CANCELLED },
	{ "PLAIN", { "=" }, AUTH_SYNTAX },
	{ "PLAIN", { "" }, AUTH_SYNTAX },
	{ "LOGIN", { "=", "SGVsbG8gd29ybGQh" }, AUTH_SYNTAX },
	{ "PLAIN", { "not base64" }, AUTH_SYNTAX },
	{ "PLAIN", { NULL, "too long" }, AUTH_SYNTAX },
	{ "PLAIN", { NULL, "" }, AUTH_SYNTAX },
	{ "plain", { NULL, "AGFubkBleGFtcGxlLm9yZwBwZW5jaWw=" }, AUTH_OK },
	{ "PLAIN", { "Ym9iAGFubkBleGFtcGxlLm9yZwBwZW5jaWw=" }, AUTH_WRONG }, /* bob as ann */
	{ "LOGIN", { NULL, "Ym9i", "SGVsbG8gd29ybGQh" }, AUTH_OK },
	{ "LOGIN", { "Ym9i", "SGVsbG8gd29ybGQh" }, AUTH_OK },
	{ "LOGIN", { NULL, "Ym9i", "*" }, AUTH_CANCELLED },
	{ "LOGIN", { NULL, "", "SGVsbG8gd29ybGQh" }, AUTH_SYNTAX },
	{ "LOGIN", { NULL, "Ym9i", "" }, AUTH_SYNTAX },
	/* n,,n=ann@example.org,r=abc */
	{ "SCRAM-SHA-256", { "biwsbj1hbm5AZXhhbXBsZS5vcmcscj1hYmM=", "*" }, AUTH_CANCELLED },
	{ "SCRAM-SHA-256", { "biwsbj1hbm5AZXhhbXBsZS5vcmcscj1hYmM=", "eA==" }, AUTH_SYNTAX },
	{ "SCRAM-SHA-256", { "eA==" }, AUTH_SYNTAX },
	/* p=tls-exporter,,n=u,r=abc: a binding without -PLUS */
	{ "SCRAM-SHA-256", { "cD10bHMtZXhwb3J0ZXIsLG49dSxyPWFiYw==" }, AUTH_SYNTAX },
	/* n,a=bob,n=ann@example.org,r=abc */
	{ "SCRAM-SHA-256", { "bixhPWJvYixuPWFubkBleGFtcGxlLm9yZyxyPWFiYw==" }, AUTH_WRONG },
};

static int play(struct ctx *ctx, const struct script *s, struct auth_result *ret)
{
	const char *const *next = &s->lines[1];
	struct auth_request req = { .mechanism = slice_str(s->mechanism),
		.offers = ALL,
		.client = address,
		.ask = next_line,
		.arg = &next,
		.initial = slice_str(s->lines[0]),
		.has_initial = s->lines[0] != NULL };

	return auth_server_run(ctx, server, &req, ret);
}

static int play_all(struct ctx *ctx, void *arg)
{
	static const struct script gone = { "PLAIN", { NULL, "gone" }, AUTH_OK };
	struct auth_result result;

	(void)arg;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		address.b[3]++;
		ck_assert_int_eq(play(ctx, &scripts[i], &result), 0);
		ck_assert_msg(result.outcome == scripts[i].want, "%zu: %s", i, result.why);
	}
	ck_assert_int_eq(play(ctx, &gone, &result), ERR_EOF);
	return 0;
}

START_TEST(scripted)
{
	run(play_all, &(struct auth_settings){ 0 });
}
END_TEST

/* ---- decoys ---- */

static int first_challenge(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	struct buf *seen = arg;

	(void)ctx;
	ck_assert(text_base64_decode(seen, challenge));
	buf_puts(ret, "*");
	return 0;
}

/* The part of server-first behind the nonce: ",s=...,i=...". */
static struct slice salt_shown(
	struct ctx *ctx, struct auth_server *a, const char *user, struct buf *seen)
{
	struct auth_request req = { .mechanism = S("SCRAM-SHA-256"),
		.offers = ALL,
		.client = address,
		.ask = first_challenge,
		.arg = seen,
		.has_initial = true };
	struct auth_result result;
	struct buf first, encoded;

	buf_init(&first, 500);
	buf_init(&encoded, 500);
	buf_init(seen, 500);
	buf_printf(&first, "n,,n=%s,r=abc", user);
	text_base64(&encoded, buf_slice(&first));
	req.initial = buf_slice(&encoded);
	ck_assert_int_eq(auth_server_run(ctx, a, &req, &result), 0);
	ck_assert_int_eq(result.outcome, AUTH_CANCELLED);
	buf_done(&first);
	buf_done(&encoded);
	return slice_skip(buf_slice(seen), slice_find(buf_slice(seen), ','));
}

static int show_decoys(struct ctx *ctx, void *arg)
{
	struct auth_server *other = new_server(&(struct auth_settings){ 0 }, USERS);
	struct buf a, b, c, d, e;
	struct slice salt = salt_shown(ctx, server, "nobody", &a);

	(void)arg;
	/* The same name has the same salt, in whatever case, in another process too. */
	ck_assert(slice_eq(salt, salt_shown(ctx, server, "NoBody", &b)));
	ck_assert(slice_eq(salt, salt_shown(ctx, other, "nobody", &c)));
	ck_assert(!slice_eq(salt, salt_shown(ctx, server, "nobody2", &d)));
	/* It looks like a true one. */
	ck_assert(slice_eq(salt_shown(ctx, server, "ann@example.org", &e),
		S(",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")));
	ck_assert_uint_eq(salt.n, sizeof(",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") - 1);
	ck_assert(slice_ends(salt, S("==,i=4096")));
	buf_done(&a);
	buf_done(&b);
	buf_done(&c);
	buf_done(&d);
	buf_done(&e);
	auth_server_free(other);
	return 0;
}

START_TEST(decoys)
{
	run(show_decoys, &(struct auth_settings){ 0 });
}
END_TEST

/* ---- failures add up ---- */

static int fail_often(struct ctx *ctx, void *arg)
{
	static const int seconds[] = { 1, 2, 4, 8, 8 };
	struct auth_result result;
	struct ip mine = address;

	(void)arg;
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_OK);
	for (int i = 0; i < 5; i++) {
		log_in(ctx, AUTH_PLAIN, "nobody", "x", &result);
		ck_assert_int_eq(result.outcome, AUTH_WRONG);
		ck_assert_int_eq(result.delay, seconds[i] * USEC_PER_SEC);
	}
	ck_assert(auth_server_refuses(server, &address));
	log_in(ctx, AUTH_PLAIN, "ann@example.org", "pencil", &result);
	ck_assert_int_eq(result.outcome, AUTH_REFUSED);
	ck_assert_int_eq(result.delay, 8 * USEC_PER_SEC);
	log_in(ctx, AUTH_SCRAM_SHA_256, "ann@example.org", "pencil", &result);
	ck_assert_int_eq(result.outcome, AUTH_REFUSED);
	/* bob was here before: by the cache, and after it was emptied by his record. */
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_OK);
	ck_assert_int_eq(ctx_sleep(ctx, 11 * USEC_PER_SEC), 0);
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_OK);
	/* Others are not concerned; in time all is forgiven. */
	address.b[0]++;
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "ann@example.org", "pencil", &result), AUTH_OK);
	address = mine;
	ck_assert_int_eq(ctx_sleep(ctx, 5 * USEC_PER_MIN), 0);
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "ann@example.org", "pencil", &result), AUTH_OK);
	return 0;
}

START_TEST(failures)
{
	run(fail_often, &(struct auth_settings){ .refuse_after = 5,
				.delay_max = 8 * USEC_PER_SEC,
				.cache_life = 10 * USEC_PER_SEC });
}
END_TEST

/* ---- reload ---- */

static int reload(struct ctx *ctx, void *arg)
{
	struct auth_users *users = NULL;
	struct auth_result result;
	struct buf why;

	(void)arg;
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_OK);
	buf_init(&why, 500);
	ck_assert_int_eq(auth_users_parse(S("bob:!" HELLO "\n"), "users", &why, &users), 0);
	auth_server_set_users(server, users);
	auth_users_unref(users);
	ck_assert(auth_users_find(auth_server_users(server), S("bob"))->disabled);
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_DISABLED);
	/* The cache does not outlive a change of the password. */
	ck_assert_int_eq(auth_users_parse(S("bob:" HELLO "\n"), "users", &why, &users), 0);
	auth_server_set_users(server, users);
	auth_users_unref(users);
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_OK);
	ck_assert_int_eq(auth_users_parse(S("bob:" PENCIL "\n"), "users", &why, &users), 0);
	auth_server_set_users(server, users);
	auth_users_unref(users);
	ck_assert_int_eq(log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result), AUTH_WRONG);
	ck_assert_int_eq(auth_users_parse(S("bob:" HELLO "\n"), "users", &why, &users), 0);
	auth_server_set_users(server, users);
	auth_users_unref(users);
	ck_assert_uint_eq(auth_server_offers(server, NULL, true),
		AUTH_BIT(AUTH_PLAIN) | AUTH_BIT(AUTH_LOGIN));
	auth_server_set_users(server, NULL);
	ck_assert_uint_eq(auth_server_offers(server, NULL, true), 0);
	ck_assert_ptr_null(auth_server_users(server));
	log_in(ctx, AUTH_PLAIN, "bob", "Hello world!", &result);
	ck_assert_int_eq(result.outcome, AUTH_UNSUPPORTED);
	buf_done(&why);
	return 0;
}

START_TEST(reloaded)
{
	run(reload, &(struct auth_settings){ 0 });
}
END_TEST

static int offer(struct ctx *ctx, void *arg)
{
	struct buf b;

	(void)ctx, (void)arg;
	buf_init(&b, 200);
	auth_server_format_offers(auth_server_offers(server, NULL, true), &b);
	ck_assert(slice_eq(buf_slice(&b), S("SCRAM-SHA-256 PLAIN LOGIN")));
	buf_clear(&b);
	auth_server_format_offers(auth_server_offers(server, NULL, false), &b);
	ck_assert(slice_eq(buf_slice(&b), S("SCRAM-SHA-256")));
	buf_done(&b);
	return 0;
}

START_TEST(offers)
{
	run(offer, &(struct auth_settings){ 0 });
}
END_TEST

/* ---- cancelled while a thread burns ---- */

static int log_in_once(struct ctx *ctx, void *arg)
{
	struct auth_request req = { .mechanism = S("PLAIN"),
		.offers = ALL,
		.client = address,
		.initial = S("AGJvYgBIZWxsbyB3b3JsZCE="),
		.has_initial = true };
	struct auth_result result;

	(void)arg;
	return auth_server_run(ctx, server, &req, &result);
}

static int leave_early(struct ctx *ctx, void *arg)
{
	struct scope scope;

	(void)arg;
	for (usec_t wait = 0; wait < 200; wait += 10) {
		scope_init(&scope, SCOPE_ALL);
		ck_assert_int_eq(scope_spawn(&scope, "one", log_in_once, NULL), 0);
		ck_assert_int_eq(scope_spawn(&scope, "two", log_in_once, NULL), 0);
		ck_assert_int_eq(ctx_sleep(ctx, wait), 0);
		scope_end(ctx, &scope);
	}
	/* No turn was lost. */
	return log_in_once(ctx, NULL);
}

START_TEST(cancelled)
{
	run(leave_early, &(struct auth_settings){ 0 });
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("exchange");
	TCase *t = tcase_create("exchange");

	tcase_add_test(t, mechanisms);
	tcase_add_test(t, scripted);
	tcase_add_test(t, decoys);
	tcase_add_test(t, failures);
	tcase_add_test(t, reloaded);
	tcase_add_test(t, offers);
	tcase_add_test(t, cancelled);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
