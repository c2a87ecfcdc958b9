/* Opening a session: every reply at every stage. */
#include <stdlib.h>

#include "check_main.h"
#include "base/err.h"
#include "client/client.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "client/script.h"

#define GREETING "220 mx.example ESMTP\r\n|"
#define EHLO	 "EHLO us.example\r\n"
#define QUIT	 "QUIT\r\n"

static const struct client_who who = {
	.x = { .helo = SLICE("his.example"), .addr = { IP_V4, { 192, 0, 2, 7 } } },
};

struct open_case {
	const char *script;
	struct client_settings settings;
	bool hangs, login;
	enum client_why why; /* CLIENT_OK: it opens */
	enum client_stage stage;
	int code; /* of the reply */
	const char *heard;
	const char *text; /* a piece of the failure's text */
};

static const struct open_case cases[] = {
	{ GREETING "250-mx.example\r\n250-SIZE 1000\r\n250 PIPELINING\r\n|", .heard = EHLO QUIT },
	{ "220-mx.example\r\n220 ESMTP\r\n|250 mx.example\r\n|", .heard = EHLO QUIT },
	{ GREETING "250 mx.example\r\n|", { .protocol = CLIENT_LMTP },
		.heard = "LHLO us.example\r\n" QUIT },
	/* greeting */
	{ "", .why = CLIENT_LOST, .stage = CLIENT_GREETING, .heard = "",
		.text = "closed, waiting for the greeting" },
	{ "", .hangs = true, .why = CLIENT_TIMEOUT, .stage = CLIENT_GREETING, .heard = "",
		.text = "timed out" },
	{ "554 no\r\n|", .why = CLIENT_REPLY, .stage = CLIENT_GREETING, .code = 554, .heard = QUIT,
		.text = "greeting: 554 no" },
	{ "421 busy\r\n", .why = CLIENT_REPLY, .stage = CLIENT_GREETING, .code = 421, .heard = "" },
	{ "SSH-2.0-x\r\n", .why = CLIENT_BROKEN, .stage = CLIENT_GREETING, .heard = "" },
	{ "220-mx\r\n250 mx\r\n", .why = CLIENT_BROKEN, .stage = CLIENT_GREETING, .heard = "" },
	{ "250 mx\r\n|", .why = CLIENT_REPLY, .stage = CLIENT_GREETING, .code = 250,
		.heard = QUIT },
	/* EHLO and HELO */
	{ GREETING "502 what\r\n|250 mx\r\n|", .heard = EHLO "HELO us.example\r\n" QUIT },
	{ GREETING "500 what\r\n|250 mx\r\n|", .heard = EHLO "HELO us.example\r\n" QUIT },
	{ GREETING "500 what\r\n|550 no\r\n|", .why = CLIENT_REPLY, .stage = CLIENT_EHLO,
		.code = 550, .heard = EHLO "HELO us.example\r\n" QUIT },
	{ GREETING "550 no\r\n|", .why = CLIENT_REPLY, .stage = CLIENT_EHLO, .code = 550,
		.heard = EHLO QUIT },
	{ GREETING "450 later\r\n|", .why = CLIENT_REPLY, .stage = CLIENT_EHLO, .code = 450,
		.heard = EHLO QUIT },
	{ GREETING "500 what\r\n|", { .protocol = CLIENT_LMTP }, .why = CLIENT_REPLY,
		.stage = CLIENT_EHLO, .code = 500, .heard = "LHLO us.example\r\n" QUIT },
	{ GREETING, .why = CLIENT_LOST, .stage = CLIENT_EHLO, .heard = EHLO },
	{ GREETING, .hangs = true, .why = CLIENT_TIMEOUT, .stage = CLIENT_EHLO, .heard = EHLO },
	/* STARTTLS */
	{ GREETING "250 mx\r\n|", { .tls = CLIENT_TLS_REQUIRE }, .why = CLIENT_NO_TLS,
		.stage = CLIENT_STARTTLS, .heard = EHLO QUIT, .text = "not offered" },
	{ GREETING "250 mx\r\n|", { .tls = CLIENT_TLS_VERIFY }, .why = CLIENT_NO_TLS,
		.stage = CLIENT_STARTTLS, .heard = EHLO QUIT },
	{ GREETING "250 mx\r\n|", { .tls = CLIENT_TLS_OPPORTUNISTIC }, .heard = EHLO QUIT },
	{ GREETING "250-mx\r\n250 STARTTLS\r\n|", { .tls = CLIENT_TLS_OFF }, .heard = EHLO QUIT },
	{ GREETING "250-mx\r\n250 STARTTLS\r\n|454 no\r\n|", { .tls = CLIENT_TLS_OPPORTUNISTIC },
		.why = CLIENT_TLS_FAILED, .stage = CLIENT_STARTTLS, .code = 454,
		.heard = EHLO "STARTTLS\r\n", .text = "TLS refused: 454 no" },
	{ GREETING "250-mx\r\n250 STARTTLS\r\n|", { .tls = CLIENT_TLS_REQUIRE },
		.why = CLIENT_TLS_FAILED, .stage = CLIENT_STARTTLS, .heard = EHLO "STARTTLS\r\n" },
	/* who our client is */
	{ GREETING "250-mx\r\n250 XCLIENT ADDR HELO\r\n|220 mx\r\n|250 mx\r\n|",
		{ .tell = CLIENT_TELL_XCLIENT, .who = &who },
		.heard = EHLO "XCLIENT HELO=his.example ADDR=192.0.2.7\r\n"
			      "EHLO his.example\r\n" QUIT },
	{ GREETING "250-mx\r\n250 XCLIENT ADDR\r\n|550 5.7.0 no\r\n|",
		{ .tell = CLIENT_TELL_XCLIENT, .who = &who }, .why = CLIENT_NOT_TOLD,
		.stage = CLIENT_TELL, .code = 550,
		.heard = EHLO "XCLIENT ADDR=192.0.2.7\r\n" QUIT },
	{ GREETING "250-mx\r\n250 XCLIENT NAME\r\n|", { .tell = CLIENT_TELL_XCLIENT, .who = &who },
		.why = CLIENT_NOT_TOLD, .stage = CLIENT_TELL, .heard = EHLO QUIT,
		.text = "XCLIENT is not offered to us" },
	{ GREETING "250 mx\r\n|", { .tell = CLIENT_TELL_XFORWARD, .who = &who },
		.why = CLIENT_NOT_TOLD, .stage = CLIENT_TELL, .heard = EHLO QUIT,
		.text = "XFORWARD is not offered to us" },
	{ GREETING "250-mx\r\n250 XCLIENT ADDR\r\n|", { .tell = CLIENT_TELL_XCLIENT },
		.heard = EHLO QUIT },
	{ GREETING "250-mx\r\n250 XCLIENT ADDR\r\n|", { .tell = CLIENT_TELL_XCLIENT, .who = &who },
		.why = CLIENT_LOST, .stage = CLIENT_TELL,
		.heard = EHLO "XCLIENT ADDR=192.0.2.7\r\n" },
	{ GREETING "250 mx\r\n|", { .tell = CLIENT_TELL_PROXY_V1, .who = &who },
		.heard = "PROXY TCP4 192.0.2.7 0.0.0.0 0 0\r\nEHLO his.example\r\n" QUIT },
	{ GREETING "250 mx\r\n|", { .tell = CLIENT_TELL_PROXY_V1 },
		.heard = "PROXY UNKNOWN\r\n" EHLO QUIT },
	/* log-in */
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|235 yes\r\n|", .login = true,
		.heard = EHLO "AUTH TEST aW5pdA==\r\n" QUIT },
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|334 YQ==\r\n|334 \r\n|235 yes\r\n|", .login = true,
		.heard = EHLO "AUTH TEST aW5pdA==\r\nYQ==\r\n\r\n" QUIT },
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|535 5.7.8 no\r\n|", .login = true,
		.why = CLIENT_NO_LOGIN, .stage = CLIENT_AUTH, .code = 535,
		.heard = EHLO "AUTH TEST aW5pdA==\r\n" QUIT,
		.text = "log-in refused: 535 5.7.8 no" },
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|454 later\r\n|", .login = true,
		.why = CLIENT_REPLY, .stage = CLIENT_AUTH, .code = 454,
		.heard = EHLO "AUTH TEST aW5pdA==\r\n" QUIT },
	{ GREETING "250 mx\r\n|", .login = true, .why = CLIENT_NO_LOGIN, .stage = CLIENT_AUTH,
		.heard = EHLO QUIT, .text = "nothing to log in with" },
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|334 bad\r\n|501 ok\r\n|", .login = true,
		.why = CLIENT_NO_LOGIN, .stage = CLIENT_AUTH,
		.heard = EHLO "AUTH TEST aW5pdA==\r\n*\r\n" QUIT, .text = "a bad challenge" },
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|235 unproven\r\n|", .login = true,
		.why = CLIENT_NO_LOGIN, .stage = CLIENT_AUTH,
		.heard = EHLO "AUTH TEST aW5pdA==\r\n" QUIT, .text = "did not prove itself" },
	{ GREETING "250-mx\r\n250 AUTH PLAIN\r\n|", .login = true, .why = CLIENT_LOST,
		.stage = CLIENT_AUTH, .heard = EHLO "AUTH TEST aW5pdA==\r\n" },
};

static int login_begin(struct ctx *ctx, void *arg, const struct smtp_caps *offered,
	const struct stream *stream, bool clear_ok, const char **ret_mech, struct buf *ret)
{
	(void)stream;
	ck_assert(!clear_ok);
	if (!smtp_caps_has_mech(offered, SMTP_MECH_PLAIN))
		return ctx_fail(ctx, ERR_AUTH, "test", "nothing to log in with");
	++*(int *)arg;
	*ret_mech = "TEST";
	buf_puts(ret, "aW5pdA==");
	return 0;
}

static int login_step(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	(void)arg;
	if (slice_eq(challenge, S("bad")))
		return ctx_fail(ctx, ERR_AUTH, "test", "a bad challenge");
	buf_put(ret, challenge);
	return 0;
}

static int login_done(struct ctx *ctx, void *arg, struct slice text)
{
	(void)arg;
	if (slice_eq(text, S("unproven")))
		return ctx_fail(ctx, ERR_AUTH, "test", "the server did not prove itself");
	return 0;
}

static void login_end(void *arg)
{
	--*(int *)arg;
}

static int run_case(struct ctx *ctx, void *arg)
{
	const struct open_case *c = arg;
	int running = 0;
	const struct client_login login = { &running, login_begin, login_step, login_done,
		login_end };
	struct script script = { .hangs = c->hangs };
	struct client_settings settings = c->settings;
	struct client_failure failure = { 0 };
	struct client *client = NULL;

	settings.helo = S("us.example");
	settings.server_name = S("mx.example");
	settings.timeouts = client_timeouts_default;
	settings.login = c->login ? &login : NULL;

	int r = client_open(ctx, script_stream(&script, slice_str(c->script), '|'), &settings,
		&client, &failure);

	ck_assert_int_eq(r == 0, c->why == CLIENT_OK);
	ck_assert_int_eq(failure.why, c->why);
	if (c->why != CLIENT_OK) {
		ck_assert_int_eq(failure.stage, c->stage);
		ck_assert_int_eq(failure.reply.code, c->code);
		ck_assert_ptr_nonnull(failure.text);
		ck_assert_msg(!c->text || strstr(failure.text, c->text), "%s", failure.text);
	}
	ck_assert_int_eq(running, 0);
	client_quit(ctx, client);
	ck_assert_msg(slice_eq(buf_slice(&script.heard), slice_str(c->heard)), "heard %.*s",
		SLICE_ARG(buf_slice(&script.heard)));
	buf_done(&script.heard);
	return 0;
}

START_TEST(every_reply)
{
	struct open_case c = cases[_i];

	ck_assert_int_eq(loop_run("test", run_case, &c), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("client/open");
	TCase *t = tcase_create("open");

	tcase_add_loop_test(t, every_reply, 0, sizeof(cases) / sizeof(*cases));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
