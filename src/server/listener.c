/* Accepting connections: limits first, then a coroutine for the session. */
#include "server/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/tally.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/random.h"
#include "rt/tls.h"
#include "server/relay.h"
#include "server/session.h"
#include "smtp/reply.h"

#define LISTENER_KEY_BYTES 128

#define PAUSE (100 * USEC_PER_MSEC) /* when descriptors or stacks have run out */

void server_init(struct server *server)
{
	*server = (struct server){ .relay = &relay_service, .held_max = SERVER_HELD_MAX };
	scope_init(&server->sessions, SCOPE_SERVE);
	map_init(&server->per_client, random_hash_key(), false);
}

void server_done(struct server *server)
{
	config_unref(server->config);
	tls_server_unref(server->tls);
	map_done(&server->per_client);
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

/* ---- how many sessions one client has ---- IPv6 clients are counted by their /64 */

static struct slice client_key(const struct ip *ip)
{
	return slice_of(ip->b, ip->family == IP_V4 ? 4 : 8);
}

static size_t client_sessions(const struct server *server, const struct ip *ip)
{
	return (size_t)(uintptr_t)map_get(&server->per_client, client_key(ip));
}

static void count_client(struct server *server, const struct ip *ip, bool more)
{
	size_t n = client_sessions(server, ip);

	n = more ? n + 1 : n - 1;
	if (n == 0)
		(void)map_remove(&server->per_client, client_key(ip));
	else
		(void)map_set(&server->per_client, client_key(ip), (void *)(uintptr_t)n);
}

/* The same in the table of all workers. */
static struct slice shared_key(const struct ip *ip, char room[static 24])
{
	struct slice key = client_key(ip);

	memcpy(room, "client:", 7);
	memcpy(room + 7, key.p, key.n);
	return slice_of(room, 7 + key.n);
}

bool server_client_enter(
	struct server *server, const struct config_limits *limits, const struct ip *ip)
{
	char room[24];

	if (client_sessions(server, ip) >= limits->sessions_per_client)
		return false;
	if (server->shared && !tally_take(server->shared, server->slot, shared_key(ip, room),
				      limits->sessions_per_client, clock_now()))
		return false;
	count_client(server, ip, true);
	return true;
}

void server_client_leave(struct server *server, const struct ip *ip)
{
	char room[24];

	count_client(server, ip, false);
	if (server->shared)
		tally_give(server->shared, server->slot, shared_key(ip, room), clock_now());
}

#define ALL_SESSIONS S("sessions")

static void leave(struct server *server, const struct ip *ip)
{
	if (ip->family != IP_NONE)
		server_client_leave(server, ip);
	if (server->shared)
		tally_give(server->shared, server->slot, ALL_SESSIONS, clock_now());
}

/* Counts a session, or says why there may not be one more. ip IP_NONE: it is said later whose. */
static const char *admit(
	struct server *server, const struct config_limits *limits, const struct ip *ip)
{
	static const char too_many[] = "Too many connections";

	if (server->sessions.count >= limits->sessions)
		return too_many;
	if (server->shared && !tally_take(server->shared, server->slot, ALL_SESSIONS,
				      limits->sessions, clock_now()))
		return too_many;
	if (ip->family == IP_NONE || server_client_enter(server, limits, ip))
		return NULL;
	leave(server, &(struct ip){ 0 });
	return "Too many connections from your address";
}

/* A server in front stands for many clients: they are counted once it has named them. */
static struct ip counted_ip(const struct config_listener *listener, const struct ip *peer)
{
	bool front = config_front_has(&listener->proxy_protocol, peer) ||
		     config_front_has(&listener->xclient, peer);

	return front ? (struct ip){ 0 } : *peer;
}

/* Keys of addresses are 17 bytes; these are text. */
static struct slice listener_key(struct slice name, char room[LISTENER_KEY_BYTES])
{
	int n = snprintf(room, LISTENER_KEY_BYTES, "listener %.*s", SLICE_ARG(name));

	return slice_of(room, (size_t)n < LISTENER_KEY_BYTES ? (size_t)n : LISTENER_KEY_BYTES - 1);
}

/* For people: it limits nothing. */
static void count_at(const struct server *server, struct slice name, bool more)
{
	char room[LISTENER_KEY_BYTES];
	struct slice key = listener_key(name, room);

	if (server->shared && more)
		(void)tally_take(server->shared, server->slot, key, UINT32_MAX, clock_now());
	else if (server->shared)
		tally_give(server->shared, server->slot, key, clock_now());
}

uint32_t server_listener_sessions(const struct server *server, struct slice name)
{
	char room[LISTENER_KEY_BYTES];

	return server->shared ? tally_sum(server->shared, listener_key(name, room)) : 0;
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

	leave(v.server, &v.counted);
	count_at(v.server, v.listener->name, false);
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
	count_at(v->server, listener->name, true);
	metric_add(METRIC_SESSIONS, 1);
	metric_add(METRIC_SESSIONS_TOTAL, 1);
	return 0;
}

/* A refused client is told so in one line, if that can be done without waiting, and if it would
 * understand it: `clear` is false where it waits for a TLS handshake. */
static void turn_away(
	struct ctx *ctx, struct sock *sock, struct ip_port peer, bool clear, const char *why)
{
	struct buf text;
	struct smtp_reply reply;
	size_t sent;

	buf_init(&text, SMTP_REPLY_LINE_MAX);
	ip_port_format(&text, &peer);
	metric_add(METRIC_SESSIONS_REFUSED, 1);
	LOG(ctx, EV_REFUSED, FIELD("peer", buf_slice(&text)), FIELD_STR("reason", why));
	buf_clear(&text);
	smtp_reply_set(&reply, 421, "4.7.0", "%s; try again later", why);
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
	const char *why = listener == NULL || l->server->stopping
				  ? "This listener is closing"
				  : admit(l->server, &config->limits, &counted);

	bool clear = listener == NULL || listener->tls != CONFIG_LISTEN_IMPLICIT;

	if (why) {
		turn_away(ctx, sock, peer, clear, why);
	} else if (start_session(l, listener, sock, peer, local) < 0) {
		leave(l->server, &counted);
		turn_away(ctx, sock, peer, clear, "Out of memory");
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
