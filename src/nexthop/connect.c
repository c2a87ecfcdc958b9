/* Hosts in order; of each host the addresses that are not known to be dead, by Happy Eyeballs; on
 * each connection the session's opening. Connection, greeting, EHLO and STARTTLS failures go on to
 * the next address and host (DESIGN: "next host"); a refused log-in ends it, since asking the next
 * host with the same password would only lock the account. If every address is remembered as dead,
 * the one that has been dead longest is tried: somebody has to find out that it is back. */
#include "nexthop/connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/failure.h"
#include "nexthop/hosts.h"
#include "nexthop/login.h"
#include "nexthop/memory.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/stream.h"

/* One search for a session. */
struct search {
	const struct nexthop_way *way;
	struct nexthop_hosts hosts;
	struct arena arena;
	unsigned tries;
	bool stop; /* another host would not help */
	bool alarm; /* one of the failures was for a person */
	bool lacking; /* a host lacked what the message needs */
	bool failed; /* a host failed otherwise; *failure is about the last */
	unsigned lacks; /* what the last lacking host lacked */
	struct nexthop_failure *failure;
	/* The address that has been dead longest. */
	const struct nexthop_host *oldest;
	struct ip_port oldest_address;
	usec_t oldest_since;
};

char *nexthop_connect_name(struct slice host, const struct ip_port *peer)
{
	struct buf ip, b;

	buf_init(&ip, 64);
	buf_init(&b, 1024);
	ip_format(&ip, &peer->ip);
	if (!slice_eq(host, buf_slice(&ip)))
		buf_put(&b, slice_take(host, 512));
	buf_printf(&b, "[%.*s]:%u", SLICE_ARG(buf_slice(&ip)), peer->port);
	buf_putc(&b, 0);
	buf_done(&ip);
	return buf_take(&b);
}

/* ---- what went wrong ---- */

static int connect_failed(struct ctx *ctx, struct search *s, const struct nexthop_host *h,
	const struct ip_port *at, size_t n, int code)
{
	char *name = nexthop_connect_name(h->name, at);
	char more[40] = "";

	if (n > 1)
		(void)snprintf(more, sizeof(more), " and %zu more", n - 1);
	(void)nexthop_failure_set(ctx, s->failure, "4.4.1", h->name, "connect to %s%s: %s", name,
		more, err_name(code));
	s->failed = true;
	free(name);
	return ERR_UNREACHABLE;
}

static const char *status_of(const struct client_failure *f)
{
	switch (f->why) {
	case CLIENT_NO_LOGIN:
		return "4.7.8";
	case CLIENT_NO_TLS:
	case CLIENT_TLS_FAILED:
	case CLIENT_UNTRUSTED:
		return "4.7.5";
	case CLIENT_BROKEN:
		return "4.5.0";
	case CLIENT_REPLY:
		return "4.3.2";
	case CLIENT_LOCAL:
		return "4.3.0";
	case CLIENT_OK:
	case CLIENT_LOST:
	case CLIENT_TIMEOUT:
		break;
	}
	return "4.4.2";
}

static void session_failed(struct ctx *ctx, struct search *s, const struct nexthop_host *h,
	const struct ip_port *at, const struct client_failure *f)
{
	char *name = nexthop_connect_name(h->name, at);

	(void)nexthop_failure_set(ctx, s->failure, status_of(f), h->name, "%s: %s", name, f->text);
	free(name);
	s->failure->reply = f->reply;
	if (f->why == CLIENT_REPLY && f->reply.status.class == 4)
		s->failure->status = f->reply.status;
	s->failed = true;
	s->stop = f->why == CLIENT_NO_LOGIN;
	s->alarm |= f->why == CLIENT_NO_LOGIN || f->why == CLIENT_NO_TLS ||
		    f->why == CLIENT_UNTRUSTED;
}

/* ---- one address ---- */

static enum client_tls tls_of(const struct nexthop_way *way)
{
	if (!way->hops)
		return CLIENT_TLS_OPPORTUNISTIC;
	switch (way->hops->tls) {
	case CONFIG_TLS_OFF:
		return CLIENT_TLS_OFF;
	case CONFIG_TLS_OPPORTUNISTIC:
		return CLIENT_TLS_OPPORTUNISTIC;
	case CONFIG_TLS_REQUIRE:
		return CLIENT_TLS_REQUIRE;
	case CONFIG_TLS_VERIFY:
		break;
	}
	return CLIENT_TLS_VERIFY;
}

static int open_on(struct ctx *ctx, const struct nexthop_way *way, const struct nexthop_host *h,
	struct sock *sock, enum client_tls tls, struct client **ret, struct client_failure *failure)
{
	struct nexthop_login login;
	struct client_login calls;
	struct client_settings settings = {
		.protocol = h->lmtp ? CLIENT_LMTP : CLIENT_SMTP,
		.helo = way->config->hostname,
		.tls = tls,
		.implicit_tls = h->implicit_tls,
		.server_name = h->name,
		.tls_client = way->tls_client,
		.session_key = way->target->key,
		.timeouts = client_timeouts_default,
	};

	settings.timeouts.greeting = way->config->delivery.greeting_timeout;
	if (way->hops && way->hops->login.user.n) {
		nexthop_login_init(&login, &way->hops->login, way->pool, &calls);
		settings.login = &calls;
	}
	return client_open(ctx, stream_new(sock), &settings, ret, failure);
}

static int connect_to(struct ctx *ctx, struct search *s, const struct ip_port *addresses, size_t n,
	struct sock **ret, size_t *ret_index)
{
	struct deadline d;

	s->tries++;
	metric_add(METRIC_CONNECTS, 1);
	ctx->log.action = "connecting";
	ctx_narrow(ctx, &d, s->way->config->delivery.connect_timeout);
	return ctx_widen(ctx, &d, net_connect(ctx, addresses, n, NULL, ret, ret_index));
}

static void remember_dead(struct search *s, const struct ip_port *at)
{
	usec_t now = clock_now();

	nexthop_memory_mark(
		s->way->dead, at, now, time_add(now, s->way->config->delivery.dead_host));
}

/* A peer whose TLS does not work gets the mail in the clear, where the policy lets us choose. */
static int open_in_clear(struct ctx *ctx, struct search *s, const struct nexthop_host *h,
	const struct ip_port *at, struct client **ret, struct client_failure *failure)
{
	struct sock *sock;
	usec_t now = clock_now();

	if (s->tries >= NEXTHOP_TRIES_MAX || connect_to(ctx, s, at, 1, &sock, &(size_t){ 0 }) < 0) {
		int r = ctx_check(ctx);

		return r < 0 ? r : ERR_TLS; /* the first failure says more */
	}

	int r = open_on(ctx, s->way, h, sock, CLIENT_TLS_OFF, ret, failure);

	if (r == 0)
		nexthop_memory_mark(s->way->clear, at, now, time_add(now, NEXTHOP_CLEAR_TIME));
	return r;
}

static int open_session(struct ctx *ctx, struct search *s, const struct nexthop_host *h,
	struct sock *sock, const struct ip_port *at, struct client **ret)
{
	struct client_failure failure = { 0 };
	enum client_tls tls = tls_of(s->way);
	usec_t since;
	bool may_choose = tls == CLIENT_TLS_OPPORTUNISTIC && !h->implicit_tls;

	if (may_choose && nexthop_memory_has(s->way->clear, at, clock_now(), &since))
		tls = CLIENT_TLS_OFF;

	int r = open_on(ctx, s->way, h, sock, tls, ret, &failure);

	if (r < 0 && r != ERR_CANCELLED && may_choose && failure.why == CLIENT_TLS_FAILED)
		r = open_in_clear(ctx, s, h, at, ret, &failure);
	if (r == 0) {
		nexthop_memory_clear(s->way->dead, at);
		return 0;
	}
	if (ctx_check(ctx) < 0)
		return ctx_check(ctx);
	if ((failure.why == CLIENT_LOST || failure.why == CLIENT_TIMEOUT) &&
		failure.stage <= CLIENT_EHLO)
		remember_dead(s, at);
	session_failed(ctx, s, h, at, &failure);
	return ERR_UNREACHABLE;
}

/* What a host lacks of what the message needs. */
static unsigned lacks(const struct search *s, const struct client *c)
{
	const struct smtp_caps *caps = client_caps(c);
	unsigned missing = 0;

	if (!smtp_caps_has(caps, SMTP_CAP_8BITMIME))
		missing |= NEXTHOP_NEED_8BIT;
	if (!smtp_caps_has(caps, SMTP_CAP_SMTPUTF8))
		missing |= NEXTHOP_NEED_UTF8;
	return missing & s->way->needs;
}

/* ---- one host ---- */

/* A session with one of these addresses of h. ERR_UNREACHABLE: go on; else final. */
static int try_addresses(struct ctx *ctx, struct search *s, const struct nexthop_host *h,
	struct ip_port *addresses, size_t n, struct nexthop_with *ret)
{
	while (n > 0 && s->tries < NEXTHOP_TRIES_MAX && !s->stop) {
		struct client *client;
		struct sock *sock;
		size_t i = 0;
		int r = connect_to(ctx, s, addresses, n, &sock, &i);

		if (r < 0 && ctx_check(ctx) < 0)
			return ctx_check(ctx);
		if (r < 0) {
			for (i = 0; i < n; i++)
				remember_dead(s, &addresses[i]);
			return connect_failed(ctx, s, h, &addresses[0], n, r);
		}

		struct ip_port at = addresses[i];

		r = open_session(ctx, s, h, sock, &at, &client);
		if (r == 0 && (s->lacks = lacks(s, client)) == 0) {
			*ret = (struct nexthop_with){ client, mem_strdup(h->name), at };
			return 0;
		}
		if (r == 0) {
			s->lacking = true;
			client_quit(ctx, client);
			return ERR_UNREACHABLE;
		}
		if (r != ERR_UNREACHABLE)
			return r;
		memmove(&addresses[i], &addresses[i + 1], (n - i - 1) * sizeof(*addresses));
		n--;
	}
	return ERR_UNREACHABLE;
}

static int try_host(
	struct ctx *ctx, struct search *s, const struct nexthop_host *h, struct nexthop_with *ret)
{
	struct ip_port alive[NEXTHOP_ADDRESSES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		usec_t since = 0;

		if (!nexthop_memory_has(s->way->dead, &h->addresses[i], clock_now(), &since)) {
			alive[n++] = h->addresses[i];
		} else if (!s->oldest || since < s->oldest_since) {
			s->oldest = h;
			s->oldest_address = h->addresses[i];
			s->oldest_since = since;
		}
	}
	return try_addresses(ctx, s, h, alive, n, ret);
}

/* ---- all of them ---- */

static int no_host_has_it(struct ctx *ctx, struct search *s)
{
	const struct nexthop_way *way = s->way;
	bool utf8 = (s->lacks & NEXTHOP_NEED_UTF8) != 0;

	return nexthop_failure_set(ctx, s->failure, utf8 ? "5.6.7" : "5.6.3", SLICE_NIL,
		"no host of %.*s takes %s",
		SLICE_ARG(way->hops ? way->hops->name : way->target->domain),
		utf8 ? "internationalised addresses (SMTPUTF8)" : "8-bit content (8BITMIME)");
}

static int try_hosts(struct ctx *ctx, struct search *s, struct nexthop_with *ret)
{
	for (size_t i = 0; i < s->hosts.n && s->tries < NEXTHOP_TRIES_MAX && !s->stop; i++) {
		int r = nexthop_hosts_look_up(
			ctx, &s->arena, s->way->config, &s->hosts, i, s->failure);

		if (r < 0)
			return r;
		if (i >= s->hosts.n)
			break;
		r = try_host(ctx, s, &s->hosts.v[i], ret);
		if (r != ERR_UNREACHABLE)
			return r;
	}
	if (s->tries == 0 && s->oldest) {
		struct ip_port last = s->oldest_address;
		int r = try_addresses(ctx, s, s->oldest, &last, 1, ret);

		if (r != ERR_UNREACHABLE)
			return r;
	}
	if (!s->failed)
		return s->lacking ? no_host_has_it(ctx, s)
				  : nexthop_hosts_explain(ctx, &s->hosts, s->failure);
	return ERR_UNREACHABLE;
}

int nexthop_connect_run(struct ctx *ctx, const struct nexthop_way *way, struct nexthop_with *ret,
	struct nexthop_failure *ret_failure)
{
	struct nexthop_failure failure = { 0 };
	struct search s = { .way = way, .failure = &failure };
	int r = 0;

	ctx->log.action = "looking up the next hop";
	if (way->hops)
		nexthop_hosts_configured(&s.arena, way->hops, &s.hosts);
	else
		r = nexthop_hosts_of_domain(ctx, &s.arena, way->config, way->rng,
			way->target->domain, &s.hosts, &failure);
	if (r == 0)
		r = try_hosts(ctx, &s, ret);
	arena_reset(&s.arena);
	if (r < 0 && ctx_check(ctx) < 0)
		return ctx_check(ctx);
	if (r < 0) {
		failure.alarm |= s.alarm;
		*ret_failure = failure;
	}
	return r;
}
