/* The AUTH exchange of RFC 4954 section 4, whatever the mechanism: challenges go to the caller's
 * functions, answers come back in base64. What was sent is wiped, since it may be the password.
 * A refusal for good is the operator's affair and must never return mail; a temporary one is just
 * this host's. */
#include "client/login.h"

#include "base/ip.h"
#include "base/mem.h"
#include "client/talk.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "rt/tls.h"

static bool may_show_password(const struct client *c)
{
	struct ip_port peer = stream_peer(c->stream);
	struct tls_info info;

	return stream_tls_info(c->stream, &info) || ip_is_loopback(&peer.ip);
}

static int no_login(struct ctx *ctx, const struct client *c, struct client_failure *ret)
{
	*ret = (struct client_failure){
		.why = CLIENT_NO_LOGIN,
		.stage = c->stage,
		.text = ctx->err.text ? ctx->err.text : "the log-in failed",
	};
	return ERR_AUTH;
}

/* The peer cannot go on with an exchange that we have given up: "*" cancels it (section 4). */
static int give_up(struct ctx *ctx, struct client *c, struct client_failure *ret)
{
	struct client_failure failure;
	struct smtp_reply reply;

	(void)no_login(ctx, c, &failure);
	buf_putc(client_talk_line(c), '*');

	int r = client_talk_send(ctx, c, c->timeouts.cleanup);

	if (r == 0)
		r = client_talk_reply(ctx, c, c->timeouts.cleanup, &reply);
	if (r == ERR_CANCELLED)
		return client_talk_failed(ctx, c, r, ret);
	*ret = failure;
	return ERR_AUTH;
}

static int failed(struct ctx *ctx, struct client *c, int code, struct client_failure *ret)
{
	return code == ERR_AUTH ? no_login(ctx, c, ret) : client_talk_failed(ctx, c, code, ret);
}

/* Sends c->line and wipes it. */
static int send_secret(struct ctx *ctx, struct client *c)
{
	int r = client_talk_send(ctx, c, c->timeouts.greeting);

	mem_wipe(c->line.p, c->line.n);
	return r;
}

static int exchange(struct ctx *ctx, struct client *c, const struct client_login *login,
	struct client_failure *ret)
{
	for (int step = 0; step <= CLIENT_LOGIN_STEPS; step++) {
		struct smtp_reply reply;
		int r = send_secret(ctx, c);

		if (r == 0)
			r = client_talk_reply_whole(ctx, c, c->timeouts.greeting, &reply);
		if (r < 0)
			return client_talk_failed(ctx, c, r, ret);
		if (reply.code == 235) {
			r = login->done(ctx, login->arg, smtp_reply_text(&reply));
			return r < 0 ? failed(ctx, c, r, ret) : 0;
		}
		if (reply.code != 334) {
			bool for_now = smtp_reply_is_temporary(&reply);

			return client_talk_refused(
				ctx, c, for_now ? CLIENT_REPLY : CLIENT_NO_LOGIN, &reply, ret);
		}
		r = login->step(ctx, login->arg, smtp_reply_text(&reply), client_talk_line(c));
		if (r == ERR_AUTH)
			return give_up(ctx, c, ret);
		if (r < 0)
			return client_talk_failed(ctx, c, r, ret);
	}
	(void)ctx_fail(ctx, ERR_AUTH, "auth", "the server asks too many questions at log-in");
	return no_login(ctx, c, ret);
}

int client_login_run(struct ctx *ctx, struct client *c, const struct client_login *login,
	struct client_failure *ret)
{
	const char *mech;
	struct buf initial;

	c->stage = CLIENT_AUTH;
	buf_init(&initial, CLIENT_LINE_MAX);

	int r = login->begin(
		ctx, login->arg, &c->caps, c->stream, may_show_password(c), &mech, &initial);

	if (r < 0) {
		buf_done_secret(&initial);
		return failed(ctx, c, r, ret);
	}
	buf_printf(client_talk_line(c), "AUTH %s%s", mech, initial.n ? " " : "");
	buf_put(&c->line, buf_slice(&initial));
	buf_done_secret(&initial);
	r = exchange(ctx, c, login, ret);
	buf_done_secret(&c->line);
	login->end(login->arg);
	return r;
}
