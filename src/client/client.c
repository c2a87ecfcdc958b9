/* Opens a session: greeting, EHLO, STARTTLS, log-in, in the order of RFC 5321, 3207 and 4954; and
 * ends it. Straight down, since the coroutine keeps our place. What was offered before STARTTLS is
 * forgotten after it (RFC 3207 section 4.2), and so is everything that the peer sent before the
 * handshake: it may be somebody else's. */
#include "client/client.h"

#include <stdlib.h>

#include "base/mem.h"
#include "client/login.h"
#include "client/talk.h"
#include "client/tell.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "smtp/domain.h"

const struct client_timeouts client_timeouts_default = {
	.greeting = 5 * USEC_PER_MIN,
	.mail = 5 * USEC_PER_MIN,
	.rcpt = 5 * USEC_PER_MIN,
	.data = 2 * USEC_PER_MIN,
	.block = 3 * USEC_PER_MIN,
	.dot = 10 * USEC_PER_MIN,
	.cleanup = 5 * USEC_PER_SEC,
};

static int greeting(struct ctx *ctx, struct client *c, struct client_failure *ret)
{
	struct smtp_reply reply;

	c->stage = CLIENT_GREETING;

	int r = client_talk_reply(ctx, c, c->timeouts.greeting, &reply);

	if (r < 0)
		return client_talk_failed(ctx, c, r, ret);
	if (reply.code != 220)
		return client_talk_refused(ctx, c, CLIENT_REPLY, &reply, ret);
	return 0;
}

static int say_hello(struct ctx *ctx, struct client *c, const char *verb, struct slice helo,
	struct smtp_reply *ret)
{
	buf_printf(client_talk_line(c), "%s %.*s", verb, SLICE_ARG(helo));

	int r = client_talk_send(ctx, c, c->timeouts.greeting);

	return r < 0 ? r : client_talk_reply_whole(ctx, c, c->timeouts.greeting, ret);
}

/* The first word of the reply (RFC 5321 section 4.1.1.1), if it can be a host's name. */
static void note_name(struct client *c, struct slice text)
{
	struct slice name = slice_take(text, slice_find(text, '\n'));

	name = slice_take(name, slice_find(name, ' '));
	free(c->called);
	c->called = name.n && smtp_domain_valid(name, false) ? mem_strdup(name) : NULL;
}

/* HELO only where EHLO is unknown: a server that knows it and says no now would say no again. */
static int hello(struct ctx *ctx, struct client *c, const struct client_settings *s, bool told,
	struct client_failure *ret)
{
	const struct slice name = client_tell_name(s, told);
	bool lmtp = c->protocol == CLIENT_LMTP;
	struct smtp_reply reply;

	c->stage = CLIENT_EHLO;
	c->caps = (struct smtp_caps){ 0 };

	int r = say_hello(ctx, c, lmtp ? "LHLO" : "EHLO", name, &reply);

	if (r == 0 && reply.code == 250)
		smtp_caps_read(smtp_reply_text(&reply), &c->caps);
	else if (r == 0 && !lmtp && (reply.code == 500 || reply.code == 502))
		r = say_hello(ctx, c, "HELO", name, &reply);
	if (r < 0)
		return client_talk_failed(ctx, c, r, ret);
	if (reply.code != 250)
		return client_talk_refused(ctx, c, CLIENT_REPLY, &reply, ret);
	note_name(c, smtp_reply_text(&reply));
	return 0;
}

static int handshake(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	bool verify = s->tls == CLIENT_TLS_VERIFY;
	struct deadline d;

	c->stage = CLIENT_STARTTLS;
	(void)stream_drop_input(c->stream); /* what came in the clear proves nothing */
	smtp_reply_reader_done(&c->reader);
	smtp_reply_reader_init(&c->reader);
	ctx_narrow(ctx, &d, c->timeouts.greeting);

	int r = ctx_widen(ctx, &d,
		tls_connect(ctx, c->stream, s->tls_client, s->server_name,
			verify ? TLS_VERIFY_NAME : TLS_VERIFY_NONE, s->session_key));

	if (r == 0)
		return 0;
	(void)client_talk_failed(ctx, c, r, ret);
	if (r == ERR_TLS) {
		ret->why = verify ? CLIENT_UNTRUSTED : CLIENT_TLS_FAILED;
		ret->text = ctx->err.text ? ctx->err.text : "the TLS handshake failed";
	} else if (r != ERR_CANCELLED) {
		ret->why = CLIENT_TLS_FAILED;
	}
	return r;
}

static int start_tls(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	struct smtp_reply reply;

	c->stage = CLIENT_STARTTLS;
	buf_puts(client_talk_line(c), "STARTTLS");

	int r = client_talk_send(ctx, c, c->timeouts.greeting);

	if (r == 0)
		r = client_talk_reply(ctx, c, c->timeouts.greeting, &reply);
	if (r < 0) {
		(void)client_talk_failed(ctx, c, r, ret);
		if (r != ERR_CANCELLED)
			ret->why = CLIENT_TLS_FAILED;
		return r;
	}
	if (reply.code != 220)
		return client_talk_refused(ctx, c, CLIENT_TLS_FAILED, &reply, ret);
	r = handshake(ctx, c, s, ret);
	return r < 0 ? r : hello(ctx, c, s, false, ret);
}

static int secure(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	if (s->tls == CLIENT_TLS_OFF || s->implicit_tls)
		return 0;
	if (smtp_caps_has(&c->caps, SMTP_CAP_STARTTLS))
		return start_tls(ctx, c, s, ret);
	if (s->tls == CLIENT_TLS_OPPORTUNISTIC)
		return 0;
	*ret = (struct client_failure){
		.why = CLIENT_NO_TLS,
		.stage = CLIENT_STARTTLS,
		.text = "STARTTLS is not offered, and the configuration demands TLS",
	};
	return ERR_TLS;
}

/* XCLIENT begins the session anew, as the client's. */
static int introduce(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	bool anew;
	int r = client_tell_hello(ctx, c, s, &anew, ret);

	return r == 0 && anew ? hello(ctx, c, s, true, ret) : r;
}

static int open_session(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	int r = client_tell_header(ctx, c, s, ret);

	if (r == 0 && s->implicit_tls)
		r = handshake(ctx, c, s, ret);
	if (r == 0)
		r = greeting(ctx, c, ret);
	if (r == 0)
		r = hello(ctx, c, s, false, ret);
	if (r == 0)
		r = secure(ctx, c, s, ret);
	if (r == 0)
		r = introduce(ctx, c, s, ret);
	if (r == 0 && s->login)
		r = client_login_run(ctx, c, s->login, ret);
	return r;
}

int client_open(struct ctx *ctx, struct stream *stream, const struct client_settings *settings,
	struct client **ret, struct client_failure *ret_failure)
{
	struct client *c = mem_zalloc(sizeof(*c));

	c->stream = stream;
	c->protocol = settings->protocol;
	c->timeouts = settings->timeouts;
	buf_init(&c->line, CLIENT_LINE_MAX);
	smtp_reply_reader_init(&c->reader);

	int r = open_session(ctx, c, settings, ret_failure);

	if (r < 0) {
		if (ret_failure->why == CLIENT_REPLY || ret_failure->why == CLIENT_NO_LOGIN ||
			ret_failure->why == CLIENT_NO_TLS || ret_failure->why == CLIENT_NOT_TOLD)
			client_quit(ctx, c);
		else
			client_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	stream_free(c->stream);
	smtp_reply_reader_done(&c->reader);
	arena_reset(&c->scratch);
	buf_done(&c->line);
	free(c->called);
	free(c);
}

void client_quit(struct ctx *ctx, struct client *c)
{
	struct smtp_reply reply;
	struct deadline d;

	if (!c)
		return;
	if (!c->over) {
		ctx_shield(ctx, &d, c->timeouts.cleanup);
		buf_puts(client_talk_line(c), "QUIT");

		int r = client_talk_send(ctx, c, c->timeouts.cleanup);

		if (r == 0)
			r = client_talk_reply(ctx, c, c->timeouts.cleanup, &reply);
		if (r == 0)
			r = stream_shutdown(ctx, c->stream);
		(void)ctx_widen(ctx, &d, r); /* it ends in any case */
	}
	client_free(c);
}

usec_t client_silence(const struct client *c)
{
	return clock_now() - c->used;
}

int client_noop(
	struct ctx *ctx, struct client *c, usec_t timeout, struct client_failure *ret_failure)
{
	struct smtp_reply reply;

	c->stage = CLIENT_MAIL;
	int r = client_talk_listen(ctx, c);

	if (r == 0) {
		buf_puts(client_talk_line(c), "NOOP");
		r = client_talk_send(ctx, c, timeout);
	}
	if (r == 0)
		r = client_talk_reply(ctx, c, timeout, &reply);
	if (r == 0 && c->over)
		r = ctx_fail(ctx, ERR_EOF, "client", "it said 421");
	if (r == 0 && reply.code / 100 == 3)
		r = ctx_fail(ctx, ERR_PROTOCOL, "client", "%u makes no sense there", reply.code);
	if (r == 0)
		return 0;
	(void)client_talk_failed(ctx, c, r, ret_failure);
	if (ret_failure->reply.code == 0 && ret_failure->why != CLIENT_LOCAL)
		ret_failure->text = "no answer to NOOP";
	return r;
}

enum client_protocol client_protocol(const struct client *c)
{
	return c->protocol;
}

struct slice client_called(const struct client *c)
{
	return slice_str(c->called);
}

const struct smtp_caps *client_caps(const struct client *c)
{
	return &c->caps;
}

bool client_tls_info(const struct client *c, struct tls_info *ret)
{
	return stream_tls_info(c->stream, ret);
}

void client_set_timeouts(struct client *c, const struct client_timeouts *t)
{
	c->timeouts = *t;
}

bool client_reusable(const struct client *c)
{
	return !c->over && !client_talk_interrupted(c);
}

unsigned client_messages(const struct client *c)
{
	return c->messages;
}
