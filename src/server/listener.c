/* Accepting connections: limits first, then a coroutine for the session. */
#include "server/server.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/random.h"
#include "rt/tls.h"
#include "server/crowd.h"
#include "server/relay.h"
#include "server/session.h"
#include "smtp/reply.h"

#define PAUSE (100 * USEC_PER_MSEC) /* when descriptors or stacks have run out */

void server_init(struct server *server)
{
	struct hash_key key = random_hash_key();

	*server = (struct server){ .relay = &relay_service, .held_max = SERVER_HELD_MAX };
	scope_init(&server->sessions, SCOPE_SERVE);
	map_init(&server->crowds, key, false);
	gathering_init(&server->gathering, key);
}

void server_done(struct server *server)
{
	config_unref(server->config);
	tls_server_unref(server->tls);
	map_done(&server->crowds);
	gathering_done(&server->gathering);
	heap_done(&server->slowed);
}

void server_set_config(struct server *server, const struct config *config, struct tls_server *tls)
{
	const struct config *old = server->config;
	struct tls_server *old_tls = server->tls;

	server->config = config_ref(config);
	server->tls = tls ? tls_server_ref(tls) : NULL;
	config_unref(old);
	tls_server_unref(old_tls);
}

/* ---- limits ---- */

static void leave(struct server *server, const struct config *c, const struct config_listener *l,
	const struct ip *ip)
{
	if (ip->family != IP_NONE)
		crowd_leave_client(server, c, l, ip);
	crowd_leave(server, l);
}

/* Counts a session, or says why there may not be one more. ip IP_NONE: it is said later whose. */
static bool admit(struct server *server, const struct config *c, const struct config_listener *l,
	const struct ip *ip, struct crowd_limit *ret_limit)
{
	if (!crowd_enter(server, l, ret_limit))
		return false;
	if (ip->family == IP_NONE || crowd_enter_client(server, c, l, ip, ret_limit))
		return true;
	crowd_leave(server, l);
	return false;
}

/* A server in front stands for many clients: they are counted once it has named them. */
static struct ip counted_ip(const struct config_listener *listener, const struct ip *peer)
{
	bool front = config_front_has(&listener->proxy_protocol, peer) ||
		     config_front_has(&listener->xclient, peer);

	return front ? (struct ip){ 0 } : *peer;
}

/* ---- one session ---- */

/* Given to the session's coroutine, which frees it. */
struct visit {
	struct server *server;
	const struct config *config; /* a reference: keeps the listener alive */
	const struct config_listener *listener;
	struct sock *sock;
	struct ip_port peer, local;
	struct ip counted; /* as whose; IP_NONE: nobody's yet */
};

static int serve(struct ctx *ctx, void *arg)
{
	struct visit v = *(struct visit *)arg;

	free(arg);
	int r = session_serve(ctx, v.server, v.listener, v.sock, v.peer, v.local);

	leave(v.server, v.config, v.listener, &v.counted);
	metric_sub(METRIC_SESSIONS, 1);
	config_unref(v.config);
	return r;
}

static int start_session(const struct server_listener *l, const struct config_listener *listener,
	struct sock *sock, struct ip_port peer, struct ip_port local)
{
	struct visit *v = mem_alloc(sizeof(*v));

	*v = (struct visit){ l->server, l->server->config, listener, sock, peer, local,
		counted_ip(listener, &peer.ip) };
	if (scope_spawn(&l->server->sessions, "session", serve, v) < 0) {
		free(v);
		return ERR_FULL;
	}
	(void)config_ref(v->config);
	metric_add(METRIC_SESSIONS, 1);
	metric_add(METRIC_SESSIONS_TOTAL, 1);
	return 0;
}

/* A refused client is told so in one line, if that can be done without waiting, and if it would
 * understand it: `clear` is false where it waits for a TLS handshake. */
static void turn_away(
	struct ctx *ctx, struct sock *sock, struct ip_port peer, bool clear, struct crowd_limit why)
{
	struct buf text;
	struct smtp_reply reply;
	size_t sent;

	buf_init(&text, SMTP_REPLY_LINE_MAX);
	ip_port_format(&text, &peer);
	metric_add(METRIC_SESSIONS_REFUSED, 1);
	LOG(ctx, EV_REFUSED, FIELD("peer", buf_slice(&text)), FIELD_STR("reason", why.says),
		FIELD_STR("limit", why.option));
	buf_clear(&text);
	smtp_reply_set(&reply, 421, "4.7.0", "%s; try again later", why.says);
	smtp_reply_format(&text, &reply);
	if (clear)
		(void)sock_write_now(sock, text.p, text.n, &sent);
	sock_close(sock);
	buf_done(&text);
}

static void welcome(struct ctx *ctx, const struct server_listener *l, struct sock *sock,
	struct ip_port peer, struct ip_port local)
{
	const struct config *config = l->server->config;
	const struct config_listener *listener = config_listener_find(config, l->name);

	struct ip counted = listener ? counted_ip(listener, &peer.ip) : (struct ip){ 0 };
	bool clear = listener == NULL || listener->tls != CONFIG_LISTEN_IMPLICIT;
	struct crowd_limit why = { NULL, "This listener is closing" };

	if (listener == NULL || l->server->stopping ||
		!admit(l->server, config, listener, &counted, &why)) {
		turn_away(ctx, sock, peer, clear, why);
	} else if (start_session(l, listener, sock, peer, local) < 0) {
		leave(l->server, config, listener, &counted);
		turn_away(ctx, sock, peer, clear, (struct crowd_limit){ NULL, "Out of memory" });
	}
}

int server_listen(struct ctx *ctx, void *arg)
{
	const struct server_listener *l = arg;
	int r = 0;

	while (r == 0 || r == ERR_FULL) {
		struct ip_port peer, local;
		struct sock *sock;

		r = listen_sock_accept(ctx, l->sock, &sock, &peer, &local);
		if (r == 0)
			welcome(ctx, l, sock, peer, local);
		else if (r == ERR_FULL)
			r = ctx_sleep(ctx, PAUSE);
	}
	return r;
}
