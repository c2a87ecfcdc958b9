/* PROXY headers, XCLIENT and XFORWARD as a client says them. A peer that was to be told and cannot
 * be is never used untold: it would take our client's mail for ours, and give it our rights. That
 * the peer does not let us is the operator's affair and must never return mail. */
#include "client/tell.h"

#include "client/talk.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "smtp/domain.h"
#include "smtp/proxy_protocol.h"

#define HEADER_MAX SMTP_PROXY_V2_MAX

static bool is_header(enum client_tell tell)
{
	return tell == CLIENT_TELL_PROXY_V1 || tell == CLIENT_TELL_PROXY_V2;
}

struct slice client_tell_name(const struct client_settings *s, bool told)
{
	bool its_own = s->who && (is_header(s->tell) || told);
	struct ip ip;

	if (its_own && (smtp_domain_valid(s->who->x.helo, false) ||
			       smtp_domain_literal(s->who->x.helo, &ip)))
		return s->who->x.helo;
	return s->helo;
}

/* ---- the PROXY protocol ---- */

int client_tell_header(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	struct smtp_proxy p = { .is_local = s->who == NULL };
	struct deadline d;
	struct buf header;

	if (!is_header(s->tell))
		return 0;
	p.version = s->tell == CLIENT_TELL_PROXY_V1 ? SMTP_PROXY_V1 : SMTP_PROXY_V2;
	if (s->who) {
		p.client = (struct ip_port){ s->who->x.addr, s->who->x.port };
		p.server = (struct ip_port){ s->who->x.destaddr, s->who->x.destport };
		p.tls = s->who->tls_version.n > 0;
		p.tls_version = s->who->tls_version;
	}
	c->stage = CLIENT_GREETING;
	buf_init(&header, HEADER_MAX);
	smtp_proxy_write(&header, &p);
	ctx_narrow(ctx, &d, c->timeouts.greeting);
	int r = stream_write(ctx, c->stream, buf_slice(&header));

	if (r == 0)
		r = stream_flush(ctx, c->stream); /* a handshake may follow */
	r = ctx_widen(ctx, &d, r);
	buf_done(&header);
	return r < 0 ? client_talk_failed(ctx, c, r, ret) : 0;
}

/* ---- XCLIENT ---- */

int client_tell_offered(const struct client *c, enum client_tell tell, struct client_failure *ret)
{
	bool forward = tell == CLIENT_TELL_XFORWARD;

	if ((forward ? c->caps.xforward : c->caps.xclient) & SMTP_X_BIT(SMTP_X_ADDR))
		return 0;
	*ret = (struct client_failure){
		.why = CLIENT_NOT_TOLD,
		.stage = CLIENT_TELL,
		.text = forward ? "XFORWARD is not offered to us" : "XCLIENT is not offered to us",
	};
	return ERR_REFUSED;
}

/* Only a no for good is about how we and the peer are set up. */
static enum client_why why_not(const struct smtp_reply *reply)
{
	return reply->code >= 500 ? CLIENT_NOT_TOLD : CLIENT_REPLY;
}

static int say_xclient(struct ctx *ctx, struct client *c, const struct client_settings *s,
	struct client_failure *ret)
{
	unsigned left = c->caps.xclient;
	struct smtp_reply reply;

	while (left) {
		smtp_x_format(client_talk_line(c), "XCLIENT", &s->who->x, &left);

		int r = client_talk_send(ctx, c, c->timeouts.greeting);

		if (r == 0)
			r = client_talk_reply(ctx, c, c->timeouts.greeting, &reply);
		if (r < 0)
			return client_talk_failed(ctx, c, r, ret);
		if (reply.code >= 300)
			return client_talk_refused(ctx, c, why_not(&reply), &reply, ret);
	}
	return 0;
}

int client_tell_hello(struct ctx *ctx, struct client *c, const struct client_settings *s,
	bool *ret_anew, struct client_failure *ret)
{
	int r;

	*ret_anew = false;
	if (s->who == NULL || (s->tell != CLIENT_TELL_XFORWARD && s->tell != CLIENT_TELL_XCLIENT))
		return 0;
	r = client_tell_offered(c, s->tell, ret);
	if (r < 0 || s->tell == CLIENT_TELL_XFORWARD)
		return r;
	c->stage = CLIENT_TELL;
	*ret_anew = true;
	return say_xclient(ctx, c, s, ret);
}

/* ---- XFORWARD ---- */

int client_tell_forward(
	struct ctx *ctx, struct client *c, const struct client_who *who, unsigned *ret_n)
{
	unsigned left = c->caps.xforward;
	int r = 0;

	*ret_n = 0;
	while (left && r == 0) {
		smtp_x_format(client_talk_line(c), "XFORWARD", &who->forward, &left);
		r = client_talk_send(ctx, c, c->timeouts.mail);
		++*ret_n;
	}
	return r;
}

int client_tell_forwarded(struct ctx *ctx, struct client *c, unsigned n, struct client_failure *ret)
{
	struct smtp_reply reply;
	int r = 0;

	while (n-- > 0 && r == 0) {
		r = client_talk_reply(ctx, c, c->timeouts.mail, &reply);
		if (r == 0 && reply.code == 421) /* whether it hangs up or not */
			return ctx_fail(ctx, ERR_EOF, "client", "the host closes the session");
		if (r < 0 || reply.code < 300)
			continue;
		c->stage = CLIENT_TELL;
		c->over = true; /* what was sent behind it is still to be answered */
		r = client_talk_refused(ctx, c, why_not(&reply), &reply, ret);
	}
	return r;
}
