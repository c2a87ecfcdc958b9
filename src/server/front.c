/* The PROXY header and the two commands, one after the other: whether the speaker is named, what he
 * says, what follows for the session. Rights are those of the client that was named. The front's
 * own address gives none: a front that forgets to name its client would otherwise lend its own
 * rights to everyone.
 *
 * XCLIENT is taken from the speaker until he has named an address; then only from a client that is
 * a named server itself, since a front may pass its client's commands on as they are. */
#include "server/front.h"

#include <stdlib.h>

#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/stream.h"
#include "server/crowd.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/proxy_protocol.h"
#include "smtp/reply.h"

static struct front *front_of(struct session *s)
{
	if (s->front == NULL) {
		s->front = mem_zalloc(sizeof(*s->front));
		s->front->speaker = s->peer;
	}
	return s->front;
}

static void uncount(struct session *s)
{
	if (s->front->counted.family != IP_NONE)
		crowd_leave_client(s->server, s->config, s->listener, &s->front->counted);
	s->front->counted = (struct ip){ 0 };
}

/* The client that was named counts as one that connects by itself. False: it has too many. */
static bool count(struct session *s, struct crowd_limit *ret_limit)
{
	uncount(s);
	if (s->peer.ip.family == IP_NONE)
		return true;
	if (!crowd_enter_client(s->server, s->config, s->listener, &s->peer.ip, ret_limit))
		return false;
	s->front->counted = s->peer.ip;
	return true;
}

static int refuse_crowd(struct ctx *ctx, struct session *s, const struct crowd_limit *why)
{
	metric_add(METRIC_SESSIONS_REFUSED, 1);
	LOG(ctx, EV_REFUSED, FIELD_STR("reason", why->says), FIELD_STR("limit", why->option));
	s->closing = true;
	if (s->listener->tls == CONFIG_LISTEN_IMPLICIT && !s->tls)
		return ERR_LIMIT;
	return session_say(ctx, s, 421, "4.7.0", "%s; try again later", why->says);
}

void front_end(struct session *s)
{
	if (s->front == NULL)
		return;
	uncount(s);
	arena_reset(&s->front->arena);
	arena_reset(&s->front->forward_arena);
	free(s->front);
	s->front = NULL;
}

/* The address whose word counts. */
static struct ip voice(const struct session *s)
{
	return s->front && !s->front->told ? s->front->speaker.ip : s->peer.ip;
}

static bool may_say(const struct session *s, const struct config_front *named)
{
	const struct ip ip = voice(s);

	return config_front_has(named, &ip);
}

struct ip front_trusted_ip(const struct session *s)
{
	bool itself = (s->front && s->front->is_local && !s->front->told) ||
		      may_say(s, &s->listener->xclient);

	return itself ? (struct ip){ 0 } : s->peer.ip;
}

bool front_is_private(const struct session *s)
{
	struct ip_port near = s->front ? stream_peer(s->stream) : s->peer;

	return s->tls || (ip_is_loopback(&near.ip) &&
				 (ip_is_loopback(&s->peer.ip) || (s->front && s->front->tls)));
}

struct slice front_forwarded(const struct session *s)
{
	return s->front ? s->front->forward_text : SLICE_NIL;
}

struct slice front_client_name(const struct session *s)
{
	return s->front ? s->front->client.name : SLICE_NIL;
}

struct slice front_client_helo(const struct session *s)
{
	return s->front ? s->front->client.helo : SLICE_NIL;
}

void front_forget_forward(struct session *s)
{
	struct front *f = s->front;

	if (f == NULL)
		return;
	f->forward = (struct smtp_x){ 0 };
	f->forward_text = SLICE_NIL;
	arena_reset(&f->forward_arena);
}

void front_offers(const struct session *s, struct smtp_caps *caps)
{
	if (may_say(s, &s->listener->xclient)) {
		smtp_caps_add(caps, SMTP_CAP_XCLIENT);
		caps->xclient = SMTP_XCLIENT_ALL;
		if (!s->listener->xclient.login)
			caps->xclient &= ~SMTP_X_BIT(SMTP_X_LOGIN);
	}
	if (may_say(s, &s->listener->xforward)) {
		smtp_caps_add(caps, SMTP_CAP_XFORWARD);
		caps->xforward = SMTP_XFORWARD_ALL;
	}
}

/* Later lines of the log name the client; this one says who named it. */
static void log_named(struct ctx *ctx, const struct session *s, const char *how)
{
	const struct front *f = s->front;
	struct ip_port near = stream_peer(s->stream);
	struct buf by;

	buf_init(&by, 64);
	ip_port_format(&by, &near);
	LOG(ctx, EV_CLIENT_NAMED, FIELD("by", buf_slice(&by)), FIELD_STR("how", how),
		FIELD("name", f->client.name), FIELD("helo", f->client.helo),
		FIELD("login", s->login), FIELD("proto", f->client.proto),
		FIELD_STR("tls", f->tls ? "yes" : NULL));
	buf_done(&by);
}

/* ---- the PROXY protocol ---- */

static int read_header(struct ctx *ctx, struct sock *sock, struct buf *in, struct smtp_proxy *ret,
	const char **why)
{
	enum smtp_proxy_step step;
	size_t n;

	while ((step = smtp_proxy_read(buf_slice(in), &n, ret, why)) == SMTP_PROXY_MORE) {
		size_t wanted = smtp_proxy_wants(buf_slice(in));
		int r = sock_read(ctx, sock, buf_room(in, wanted), wanted, &n);

		if (r < 0)
			return r;
		buf_added(in, n);
	}
	return step == SMTP_PROXY_DONE ? 0 : ERR_PROTOCOL;
}

static int refuse_header(struct ctx *ctx, struct session *s, const char *why)
{
	LOG(ctx, EV_REFUSED, FIELD_STR("reason", why),
		FIELD_STR("what", "proxy-protocol stands in the listener's configuration"));
	s->closing = true;
	if (s->listener->tls == CONFIG_LISTEN_IMPLICIT)
		return ERR_LIMIT;
	int r = session_say(ctx, s, 421, "4.7.0", "A PROXY header is due here");

	return r < 0 ? r : ERR_LIMIT;
}

int front_read_header(struct ctx *ctx, struct session *s, struct sock *sock)
{
	const char *why = "no PROXY header came in time";
	struct crowd_limit limit;
	struct smtp_proxy p;
	struct deadline d;
	struct buf in;

	if (!config_front_has(&s->listener->proxy_protocol, &s->peer.ip))
		return 0;
	ctx->log.action = "waiting for a PROXY header";
	buf_init(&in, SMTP_PROXY_V2_MAX);
	ctx_narrow(ctx, &d, FRONT_HEADER_TIME);
	int r = ctx_widen(ctx, &d, read_header(ctx, sock, &in, &p, &why));

	buf_done(&in);
	if (r == ERR_PROTOCOL || r == ERR_TIMEOUT)
		return refuse_header(ctx, s, why);
	if (r < 0)
		return r;
	struct front *f = front_of(s);

	f->is_local = p.is_local;
	f->tls = p.tls;
	if (!p.is_local) {
		f->speaker = p.client;
		s->local = p.server;
		session_set_peer(ctx, s, p.client);
	}
	log_named(ctx, s, p.is_local ? "PROXY: itself" : "PROXY");
	if (!p.is_local && !count(s, &limit)) {
		r = refuse_crowd(ctx, s, &limit);
		return r < 0 ? r : ERR_LIMIT;
	}
	cmd_hello_offers(s, &s->caps);
	return 0;
}

/* ---- XCLIENT ---- */

static int refuse_stranger(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 550, "5.7.1", "You may not speak for others here");
	return session_refuse(ctx, s, smtp_verb_name(cmd->verb), cmd->arg, &reply);
}

static int refuse_attributes(
	struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd, const char *why)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 501, "5.5.4", "%s: %s", smtp_verb_name(cmd->verb), why);
	return session_refuse(ctx, s, smtp_verb_name(cmd->verb), cmd->arg, &reply);
}

/* Only users that we know: others could be looked up by nobody later. */
static void log_in(struct session *s, struct slice login)
{
	const struct auth_users *users = auth_server_users(s->server->auth);
	const struct auth_user *user = users ? auth_users_find(users, login) : NULL;

	if (user == NULL || user->disabled)
		return;
	s->login = arena_dup(&s->arena, login);
	s->mechanism = "XCLIENT";
}

static void begin_anew(struct ctx *ctx, struct session *s)
{
	struct front *f = s->front;

	session_forget_client(ctx, s);
	if (f->client.said & SMTP_X_BIT(SMTP_X_ADDR)) {
		f->told = true;
		session_set_peer(ctx, s, (struct ip_port){ f->client.addr, f->client.port });
	}
	if (f->client.destaddr.family != IP_NONE)
		s->local = (struct ip_port){ f->client.destaddr, f->client.destport };
	if (f->client.login.n && s->server->auth)
		log_in(s, f->client.login);
	log_named(ctx, s, "XCLIENT");
	cmd_hello_offers(s, &s->caps);
}

/* A peer that does not wait for the new greeting may be passing on what somebody else said. */
static bool speaks_early(const struct session *s)
{
	return stream_peek(s->stream).n > s->taken;
}

int cmd_xclient(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct arena arena = ARENA_INIT;
	struct crowd_limit limit;
	struct front *f;
	struct smtp_x x;
	const char *why;

	if (!may_say(s, &s->listener->xclient))
		return refuse_stranger(ctx, s, cmd);
	if (speaks_early(s)) {
		s->closing = true;
		return session_say(ctx, s, 554, "5.5.1", "You spoke before the greeting");
	}
	f = front_of(s);
	x = f->client;
	if (!smtp_x_parse(&arena, cmd->arg, s->caps.xclient, &x, &why)) {
		int r = refuse_attributes(ctx, s, cmd, why);

		arena_reset(&arena);
		return r;
	}
	struct arena kept = ARENA_INIT;

	smtp_x_dup(&kept, &x, &x);
	arena_reset(&arena);
	arena_reset(&f->arena);
	f->arena = kept;
	f->client = x;
	begin_anew(ctx, s);
	if (f->told && !count(s, &limit))
		return refuse_crowd(ctx, s, &limit);
	return session_say_greeting(ctx, s);
}

/* ---- XFORWARD ---- */

static void put(struct buf *b, const char *key, struct slice value)
{
	if (value.n)
		buf_printf(b, " %s=%.*s", key, SLICE_ARG(value));
}

static void describe(struct front *f)
{
	const struct smtp_x *x = &f->forward;
	struct buf b;

	buf_init(&b, 8 * SMTP_X_VALUE_MAX);
	buf_put(&b, x->name);
	if (x->addr.family != IP_NONE) {
		buf_putc(&b, '[');
		ip_format(&b, &x->addr);
		buf_putc(&b, ']');
	}
	if (b.n == 0)
		buf_puts(&b, "unknown");
	put(&b, "helo", x->helo);
	put(&b, "proto", x->proto);
	put(&b, "ident", x->ident);
	put(&b, "source", x->source);
	f->forward_text = arena_dup(&f->forward_arena, buf_slice(&b));
	buf_done(&b);
}

int cmd_xforward(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct arena arena = ARENA_INIT;
	struct front *f;
	struct smtp_x x;
	const char *why;
	int r;

	if (!may_say(s, &s->listener->xforward))
		return refuse_stranger(ctx, s, cmd);
	f = front_of(s);
	x = f->forward;
	if (smtp_x_parse(&arena, cmd->arg, SMTP_XFORWARD_ALL, &x, &why)) {
		struct arena kept = ARENA_INIT;

		smtp_x_dup(&kept, &x, &f->forward);
		arena_reset(&f->forward_arena);
		f->forward_arena = kept;
		describe(f);
		r = session_say(ctx, s, 250, "2.0.0", "Noted");
	} else {
		r = refuse_attributes(ctx, s, cmd, why);
	}
	arena_reset(&arena);
	return r;
}
