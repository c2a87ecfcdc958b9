/* STARTTLS (RFC 3207). What the client sent behind the command, in the clear, is dropped: it may
 * be somebody else's. After the handshake the session begins anew, with nothing known of the
 * client. */
#include "base/event.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

#define HANDSHAKE_TIME (60 * USEC_PER_SEC)

static int flush(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	ctx_narrow(ctx, &d, HANDSHAKE_TIME);
	return ctx_widen(ctx, &d, stream_flush(ctx, s->stream));
}

static int handshake(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	ctx_narrow(ctx, &d, HANDSHAKE_TIME);
	ctx->log.action = "TLS handshake";
	s->shaking = true;
	int r = ctx_widen(ctx, &d, tls_accept(ctx, s->stream, s->server->tls));

	s->shaking = r < 0;
	return r;
}

int cmd_starttls(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	(void)cmd;
	if (!smtp_caps_has(&s->caps, SMTP_CAP_STARTTLS))
		return session_say(ctx, s, s->tls ? 503 : 502, "5.5.1",
			s->tls ? "TLS is on already" : "STARTTLS is not offered here");
	int r = session_say(ctx, s, 220, "2.0.0", "Ready to start TLS");

	s->taken = 0; /* the command's own bytes go with the rest */
	size_t dropped = stream_drop_input(s->stream);

	if (r == 0)
		r = flush(ctx, s);
	dropped += stream_drop_input(s->stream);
	if (dropped > sizeof("STARTTLS\r\n") - 1)
		LOG(ctx, EV_NOTICE, FIELD_STR("what", "plain text behind STARTTLS was dropped"),
			FIELD_INT("bytes", dropped));
	if (r == 0)
		r = handshake(ctx, s);
	if (r < 0)
		return r;
	session_forget_client(ctx, s);
	s->tls = true;
	cmd_hello_offers(s, &s->caps);
	return 0;
}
