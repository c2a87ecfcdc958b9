/* The client as the session knows it. One whose address nobody knows, or a front that speaks for
 * itself, is told as unknown: our own address, or the front's, would give it rights that are not
 * its own. What a trusted peer said by XFORWARD is told on, by XFORWARD alone. */
#include "server/introduce.h"

#include "base/arena.h"
#include "base/buf.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/front.h"
#include "server/session.h"

#define IDENTITY_MAX 8192

/* The id of the session, then all that may be told. */
static struct slice identify(const struct session *s, struct arena *a, const struct client_who *who)
{
	unsigned left = SMTP_XCLIENT_ALL;
	struct buf b;

	buf_init(&b, IDENTITY_MAX);
	buf_put(&b, slice_of(s->id, sizeof(s->id)));
	while (left)
		smtp_x_format(&b, " ", &who->x, &left);
	buf_printf(&b, " %.*s %.*s", SLICE_ARG(s->login), SLICE_ARG(who->tls_version));
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static void tell_on(const struct smtp_x *said, struct smtp_x *x)
{
	if (said->said & SMTP_X_BIT(SMTP_X_NAME))
		x->name = said->name;
	if (said->said & SMTP_X_BIT(SMTP_X_ADDR))
		x->addr = said->addr;
	if (said->said & SMTP_X_BIT(SMTP_X_PORT))
		x->port = said->port;
	if (said->said & SMTP_X_BIT(SMTP_X_PROTO))
		x->proto = said->proto;
	if (said->said & SMTP_X_BIT(SMTP_X_HELO))
		x->helo = said->helo;
	if (said->said & SMTP_X_BIT(SMTP_X_IDENT))
		x->ident = said->ident;
	if (said->said & SMTP_X_BIT(SMTP_X_SOURCE))
		x->source = said->source;
}

void introduce_client(const struct session *s, struct arena *a, struct slice id,
	struct client_who *ret, struct slice *ret_identity)
{
	struct ip ip = front_trusted_ip(s);
	struct tls_info tls = { 0 };

	(void)stream_tls_info(s->stream, &tls);
	*ret = (struct client_who){
		.x = {
			.proto = s->esmtp ? S("ESMTP") : S("SMTP"),
			.helo = arena_dup(a, s->helo),
			.login = s->login,
			.name = front_client_name(s),
			.addr = ip,
			.port = ip.family == IP_NONE ? 0 : s->peer.port,
			.destaddr = s->local.ip,
			.destport = s->local.port,
		},
		.tls_version = arena_dup(a, slice_str(tls.version)),
	};
	*ret_identity = identify(s, a, ret);
	ret->forward = ret->x;
	ret->forward.ident = id;
	ret->forward.source = ip_is_loopback(&ip) ? S("LOCAL") : S("REMOTE");
	if (s->front)
		tell_on(&s->front->forward, &ret->forward);
}
