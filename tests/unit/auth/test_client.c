/* The client against scripted servers: RFC 2195's example, hostile challenges, proofs that fail. */
#include "auth/client.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "check_main.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/loop.h"

static struct pool *pool;

static struct auth_client *new_client(enum auth_mech mech, const char *user, const char *password)
{
	struct auth_client_env env = { .clear_ok = true };
	struct auth_client *c = NULL;

	ck_assert_int_eq(
		auth_client_new(mech, &env, slice_str(user), slice_str(password), &c), AUTH_OK);
	return c;
}

static enum auth_outcome step(
	struct ctx *ctx, struct auth_client *c, const char *challenge, struct buf *ret)
{
	enum auth_outcome outcome = AUTH_FAULT;

	buf_clear(ret);
	ck_assert_int_eq(auth_client_step(ctx, c, pool, slice_str(challenge), ret, &outcome), 0);
	ck_assert((outcome == AUTH_OK) == (auth_client_why(c)[0] == 0));
	return outcome;
}

static int cram_md5(struct ctx *ctx, void *arg)
{
	struct auth_client *c = new_client(AUTH_CRAM_MD5, "tim", "tanstaaftanstaaf");
	struct buf b;

	(void)arg;
	buf_init(&b, 1000);
	ck_assert(!auth_client_initial(c, &b));
	/* RFC 2195 section 2 */
	ck_assert_int_eq(
		step(ctx, c, "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", &b),
		AUTH_OK);
	ck_assert(slice_eq(buf_slice(&b), S("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw")));
	ck_assert_int_eq(auth_client_done(c, SLICE_NIL), AUTH_OK);
	auth_client_free(c);
	buf_done(&b);
	return 0;
}

static int plain_and_login(struct ctx *ctx, void *arg)
{
	struct auth_client *c = new_client(AUTH_PLAIN, "tim", "tanstaaftanstaaf");
	struct buf b;

	(void)arg;
	buf_init(&b, 1000);
	ck_assert(auth_client_initial(c, &b));
	ck_assert(slice_eq(buf_slice(&b), S("AHRpbQB0YW5zdGFhZnRhbnN0YWFm")));
	/* Asked for it, when the command line would have been too long. */
	ck_assert_int_eq(step(ctx, c, "", &b), AUTH_OK);
	ck_assert(slice_eq(buf_slice(&b), S("AHRpbQB0YW5zdGFhZnRhbnN0YWFm")));
	ck_assert_int_eq(step(ctx, c, "eA==", &b), AUTH_SYNTAX);
	auth_client_free(c);
	c = new_client(AUTH_LOGIN, "tim", "secret");
	ck_assert(!auth_client_initial(c, &b));
	ck_assert_int_eq(step(ctx, c, "VXNlcm5hbWU6", &b), AUTH_OK);
	ck_assert(slice_eq(buf_slice(&b), S("dGlt")));
	ck_assert_int_eq(step(ctx, c, "not base64", &b), AUTH_OK);
	ck_assert(slice_eq(buf_slice(&b), S("c2VjcmV0")));
	ck_assert_int_eq(step(ctx, c, "", &b), AUTH_SYNTAX);
	auth_client_free(c);
	buf_done(&b);
	return 0;
}

/* "r=<our nonce>more,s=c2FsdHNhbHQ=,i=<rounds>", base64. */
static void server_first(
	struct auth_client *c, const char *nonce_suffix, const char *rest, struct buf *ret)
{
	struct buf first, decoded, text;

	buf_init(&first, 1000);
	buf_init(&decoded, 1000);
	buf_init(&text, 1000);
	ck_assert(auth_client_initial(c, &first));
	ck_assert(text_base64_decode(&decoded, buf_slice(&first)));
	size_t at = slice_search(buf_slice(&decoded), S("r="));

	buf_put(&text, slice_skip(buf_slice(&decoded), at));
	buf_puts(&text, nonce_suffix);
	buf_puts(&text, rest);
	buf_clear(ret);
	text_base64(ret, buf_slice(&text));
	buf_putc(ret, 0);
	buf_done(&first);
	buf_done(&decoded);
	buf_done(&text);
}

static int scram_hostile(struct ctx *ctx, void *arg)
{
	static const struct {
		const char *rest;
		enum auth_outcome want;
	} cases[] = {
		{ ",s=c2FsdHNhbHQ=,i=4096", AUTH_OK },
		{ ",s=c2FsdHNhbHQ=,i=100001", AUTH_UNSUPPORTED },
		{ ",s=c2FsdHNhbHQ=,i=4294967295", AUTH_UNSUPPORTED },
		{ ",s=c2FsdHNhbHQ=,i=99999999999999999999", AUTH_SYNTAX },
		{ ",s=c2FsdHNhbHQ=", AUTH_SYNTAX },
		{ ",s=%%%,i=4096", AUTH_SYNTAX },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct auth_client *c = new_client(AUTH_SCRAM_SHA_256, "user", "pencil");
		struct buf challenge, b;
		enum auth_outcome outcome;

		buf_init(&challenge, 1000);
		buf_init(&b, 1000);
		server_first(c, "more", cases[i].rest, &challenge);
		outcome = step(ctx, c, challenge.p, &b);
		ck_assert_msg(outcome == cases[i].want, "%zu: %s", i, auth_outcome_name(outcome));
		/* 235 without the server's proof is no log-in. */
		ck_assert_int_eq(auth_client_done(c, SLICE_NIL), AUTH_WRONG);
		auth_client_free(c);
		buf_done(&challenge);
		buf_done(&b);
	}
	return 0;
}

static int scram_proof(struct ctx *ctx, void *arg)
{
	static const char *const finals[] = { "dj1BQUFB", "ZT1pbnZhbGlkLXByb29m", "eA==", "%%" };

	(void)arg;
	for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
		struct auth_client *c = new_client(AUTH_SCRAM_SHA_256, "user", "pencil");
		struct buf challenge, b;

		buf_init(&challenge, 1000);
		buf_init(&b, 1000);
		server_first(c, "more", ",s=c2FsdHNhbHQ=,i=4096", &challenge);
		ck_assert_int_eq(step(ctx, c, challenge.p, &b), AUTH_OK);
		ck_assert_msg(step(ctx, c, finals[i], &b) != AUTH_OK, "%zu", i);
		auth_client_free(c);
		buf_done(&challenge);
		buf_done(&b);
	}
	return 0;
}

START_TEST(scripts)
{
	static coro_fn *const v[] = { cram_md5, plain_and_login, scram_hostile, scram_proof };

	pool = pool_new("keys", 1, 10);
	ck_assert_int_eq(loop_run("test", v[_i], NULL), 0);
	pool_free(pool);
}
END_TEST

START_TEST(refused)
{
	struct auth_client_env env = { 0 };
	struct auth_client *c = NULL;
	char long_text[AUTH_PASSWORD_MAX + 1];

	memset(long_text, 'x', sizeof(long_text));
	ck_assert_int_eq(auth_client_new(AUTH_PLAIN, &env, S(""), S("x"), &c), AUTH_SYNTAX);
	ck_assert_int_eq(auth_client_new(AUTH_PLAIN, &env, S("x"), S(""), &c), AUTH_SYNTAX);
	ck_assert_int_eq(
		auth_client_new(AUTH_PLAIN, &env, slice_of("a\0b", 3), S("x"), &c), AUTH_SYNTAX);
	ck_assert_int_eq(auth_client_new(AUTH_PLAIN, &env, S("x"),
				 slice_of(long_text, sizeof(long_text)), &c),
		AUTH_SYNTAX);
	ck_assert_int_eq(
		auth_client_new(AUTH_MECH_COUNT, &env, S("x"), S("x"), &c), AUTH_UNSUPPORTED);
	ck_assert_int_eq(auth_client_new(AUTH_SCRAM_SHA_256_PLUS, &env, S("x"), S("x"), &c),
		AUTH_UNSUPPORTED);
	ck_assert_int_eq(
		auth_client_new(AUTH_SCRAM_SHA_256, &env, S("\x07"), S("x"), &c), AUTH_SYNTAX);
	auth_client_free(NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("client");
	TCase *t = tcase_create("client");

	tcase_add_loop_test(t, scripts, 0, 4);
	tcase_add_test(t, refused);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
