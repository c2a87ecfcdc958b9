/* EHLO and HELO (RFC 5321 section 4.1.1.1): who the client says it is, and what we offer. */
#include "base/buf.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "server/auth_offers.h"
#include "server/front.h"
#include "server/passage.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

#define EHLO_BYTES 4096

void cmd_hello_offers(const struct session *s, struct smtp_caps *ret)
{
	struct smtp_caps caps = { 0 };

	smtp_caps_add(&caps, SMTP_CAP_PIPELINING);
	smtp_caps_add(&caps, SMTP_CAP_ENHANCEDSTATUSCODES);
	smtp_caps_add(&caps, SMTP_CAP_CHUNKING);
	smtp_caps_add(&caps, SMTP_CAP_SIZE);
	caps.size = s->config->limits.message_size;
	smtp_caps_add(&caps, SMTP_CAP_LIMITS);
	caps.rcpt_max = s->config->limits.recipients;
	if (s->listener->tls == CONFIG_LISTEN_STARTTLS && !s->tls &&
		(s->server->tls || s->server->pretence))
		smtp_caps_add(&caps, SMTP_CAP_STARTTLS);
	auth_offers_caps(s, &caps);
	front_offers(s, &caps);
	s->service->offers(s, &caps);
	*ret = caps;
}

static int reply_ehlo(struct ctx *ctx, struct session *s)
{
	struct buf text;
	char greeting[80];
	struct buf peer;

	buf_init(&peer, sizeof(greeting));
	buf_puts(&peer, "greets [");
	ip_format(&peer, &s->peer.ip);
	buf_puts(&peer, "]");
	buf_init(&text, EHLO_BYTES);
	smtp_caps_format(&text, &s->caps, s->config->hostname, buf_slice(&peer));
	int r = session_write(ctx, s, buf_slice(&text));

	buf_done(&text);
	buf_done(&peer);
	return r;
}

/* Over the last one, so that a client cannot make a session grow by saying hello for ever. */
static void remember_name(struct session *s, struct slice name)
{
	if (name.n > s->helo_room) {
		s->helo_room = name.n > 2 * s->helo_room ? name.n : 2 * s->helo_room;
		s->helo.p = arena_alloc(&s->arena, s->helo_room);
	}
	memcpy((char *)(uintptr_t)s->helo.p, name.p, name.n);
	s->helo.n = name.n;
}

int cmd_hello(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	const struct slice named = front_client_helo(s);

	session_drop_transaction(ctx, s, SESSION_READY, ABORT_RSET);
	s->esmtp = cmd->verb == SMTP_EHLO;
	remember_name(s, named.n ? named : cmd->helo.name);
	int r = s->esmtp ? passage_prepare(ctx, s) : 0;

	if (r < 0)
		return r;
	cmd_hello_offers(s, &s->caps);
	if (s->esmtp)
		return reply_ehlo(ctx, s);
	return session_say(ctx, s, 250, NULL, "%.*s", SLICE_ARG(s->config->hostname));
}
