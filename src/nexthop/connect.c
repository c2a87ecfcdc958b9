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
#include "base/rng.h"
#include "client/client.h"
#include "config/config.h"
#include "nexthop/board.h"
#include "nexthop/failure.h"
#include "nexthop/hosts.h"
#include "nexthop/inside.h"
#include "nexthop/login.h"
#include "nexthop/members.h"
#include "nexthop/memory.h"
#include "nexthop/patience.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/stream.h"

/* Whose fault a failure is: it decides whether the member is left alone. */
enum fault {
	FAULT_NONE, /* our own, or our password's */
	FAULT_SOFT, /* it answers, but does not let us in */
	FAULT_HARD, /* it does not answer */
};

/* One search for a session. */
struct search {
	const struct nexthop_way *way;
	struct nexthop_hosts hosts;
	struct arena arena;
	unsigned tries;
	usec_t until; /* where a client waits, from the first try on */
	bool stop; /* another host would not help */
	bool alarm; /* one of the failures was for a person */
	bool misfit; /* the last host's was */
	bool lacking; /* a host lacked what the message needs */
	bool skipped; /* a member that is left alone was not tried */
	bool failed; /* a host failed otherwise; *failure is about the last */
	unsigned lacks; /* what the last lacking host lacked */
	enum fault fault; /* of the last host */
	bool waiting; /* counted among those who wait for a member */
	usec_t waited;
	bool replaces; /* an idle connection was closed for this search */
	/* Of the member that is tried. */
	bool probing; /* to find out whether it is back: nobody is remembered as dead */
	usec_t back; /* when it came back: what was remembered before is not true any more */
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

/* A client waits, and has waited long enough. */
static bool is_late(const struct search *s)
{
	return s->way->ask->bounded && clock_now() >= s->until;
}

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
	s->fault = FAULT_HARD;
	s->stop = is_late(s);
	free(name);
	return ERR_UNREACHABLE;
}

/* A server behind us that does not want our EHLO: how we and it are set up does not fit. */
static bool is_turned_away(const struct client_failure *f)
{
	return f->why == CLIENT_REPLY && f->stage == CLIENT_EHLO && f->reply.code >= 500;
}

static void session_failed(struct ctx *ctx, struct search *s, const struct nexthop_host *h,
	const struct ip_port *at, const struct client_failure *f)
{
	char *name = nexthop_connect_name(h->name, at);

	(void)nexthop_failure_set(
		ctx, s->failure, nexthop_failure_status(f), h->name, "%s: %s", name, f->text);
	free(name);
	s->failure->reply = f->reply;
	if (f->why == CLIENT_REPLY && f->reply.status.class == 4)
		s->failure->status = f->reply.status;
	s->failed = true;
	if (f->why != CLIENT_NO_LOGIN && f->why != CLIENT_LOCAL && s->fault == FAULT_NONE)
		s->fault = FAULT_SOFT;
	s->stop = f->why == CLIENT_NO_LOGIN || is_late(s);
	s->misfit = f->why == CLIENT_NO_LOGIN || f->why == CLIENT_NO_TLS ||
		    f->why == CLIENT_UNTRUSTED || f->why == CLIENT_NOT_TOLD ||
		    (s->way->ask->bounded && is_turned_away(f));
	s->alarm |= s->misfit;
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

static enum client_tell tell_of(const struct nexthop_way *way)
{
	static const enum client_tell tells[] = {
		[CONFIG_TELL_NOTHING] = CLIENT_TELL_NOTHING,
		[CONFIG_TELL_XFORWARD] = CLIENT_TELL_XFORWARD,
		[CONFIG_TELL_XCLIENT] = CLIENT_TELL_XCLIENT,
		[CONFIG_TELL_PROXY_V1] = CLIENT_TELL_PROXY_V1,
		[CONFIG_TELL_PROXY_V2] = CLIENT_TELL_PROXY_V2,
	};

	return way->hops ? tells[way->hops->tell_client] : CLIENT_TELL_NOTHING;
}

/* What remains of a waiting client's patience; it never ends at once. */
static usec_t left(const struct search *s)
{
	usec_t now = clock_now();

	return s->until > now ? s->until - now : 1;
}

static int open_on(struct ctx *ctx, const struct search *s, const struct nexthop_host *h,
	struct sock *sock, enum client_tls tls, struct client **ret, struct client_failure *failure)
{
	const struct nexthop_way *way = s->way;
	struct nexthop_login login;
	struct client_login calls;
	struct deadline d;
	struct client_settings settings = {
		.protocol = h->lmtp ? CLIENT_LMTP : CLIENT_SMTP,
		.helo = way->config->hostname,
		.tls = tls,
		.implicit_tls = h->implicit_tls,
		.server_name = h->name,
		.tls_client = way->tls_client,
		.session_key = way->target->key,
		.tell = tell_of(way),
		.who = way->ask->who,
		.timeouts = nexthop_patience_session(
			way->config, way->hops, way->ask->bounded, left(s)),
	};

	if (way->hops && way->hops->login.user.n && !way->check) {
		nexthop_login_init(&login, &way->hops->login, way->pool, &calls);
		settings.login = &calls;
	}
	if (!way->ask->bounded)
		return client_open(ctx, stream_new(sock), &settings, ret, failure);
	ctx_narrow(ctx, &d, left(s));

	int r = ctx_widen(ctx, &d, client_open(ctx, stream_new(sock), &settings, ret, failure));

	if (r == ERR_TIMEOUT && failure->why != CLIENT_TIMEOUT) /* not a step, but all of them */
		*failure = (struct client_failure){ .why = CLIENT_TIMEOUT,
			.stage = CLIENT_GREETING,
			.text = "it takes too long to let us in" };
	return r;
}

static int connect_to(struct ctx *ctx, struct search *s, const struct ip_port *addresses, size_t n,
	struct sock **ret, size_t *ret_index)
{
	struct deadline d;

	if (s->tries++ == 0)
		s->until = clock_now() + NEXTHOP_PATIENCE_ALL;
	metric_add(METRIC_CONNECTS, 1);
	ctx->log.action = "connecting";
	ctx_narrow(
		ctx, &d, nexthop_patience_connect(s->way->config, s->way->ask->bounded, left(s)));
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

	int r = open_on(ctx, s, h, sock, CLIENT_TLS_OFF, ret, failure);

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

	int r = open_on(ctx, s, h, sock, tls, ret, &failure);

	if (r < 0 && r != ERR_CANCELLED && may_choose && failure.why == CLIENT_TLS_FAILED)
		r = open_in_clear(ctx, s, h, at, ret, &failure);
	if (r == 0) {
		nexthop_memory_clear(s->way->dead, at);
		return 0;
	}
	if (ctx_check(ctx) < 0)
		return ctx_check(ctx);
	if ((failure.why == CLIENT_LOST || failure.why == CLIENT_TIMEOUT) &&
		failure.stage <= CLIENT_EHLO) {
		remember_dead(s, at);
		s->fault = FAULT_HARD;
	}
	session_failed(ctx, s, h, at, &failure);
	return ERR_UNREACHABLE;
}

/* What a host lacks of what the message needs. */
static unsigned lacks(const struct search *s, const struct client *c)
{
	return nexthop_lacks(client_caps(c), s->way->ask->needs, s->way->ask->size);
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
		if (r == 0 && lacks(s, client) == 0) {
			*ret = (struct nexthop_with){ client, mem_strdup(h->name), at,
				NEXTHOP_NO_MEMBER };
			return 0;
		}
		if (r == 0) {
			s->lacking = true;
			s->lacks = lacks(s, client);
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

/* What this worker remembers, unless the others know better. */
static bool is_dead(const struct search *s, const struct ip_port *at, usec_t *ret_since)
{
	if (!nexthop_memory_has(s->way->dead, at, clock_now(), ret_since))
		return false;
	if (!s->probing && *ret_since >= s->back)
		return true;
	nexthop_memory_clear(s->way->dead, at);
	return false;
}

static int try_host(
	struct ctx *ctx, struct search *s, const struct nexthop_host *h, struct nexthop_with *ret)
{
	struct ip_port alive[NEXTHOP_ADDRESSES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		usec_t since = 0;

		if (!is_dead(s, &h->addresses[i], &since)) {
			alive[n++] = h->addresses[i];
		} else if (!s->oldest || since < s->oldest_since) {
			s->oldest = h;
			s->oldest_address = h->addresses[i];
			s->oldest_since = since;
		}
	}
	return try_addresses(ctx, s, h, alive, n, ret);
}

/* ---- the members of a pool ---- */

static void note_failure(struct ctx *ctx, const struct search *s, size_t member)
{
	const struct nexthop_host *h = &s->hosts.v[member];

	if (s->misfit && s->way->ask->bounded)
		nexthop_group_misfit(ctx, s->way->group, member, s->failure->text);
	if (s->fault == FAULT_HARD)
		nexthop_group_failed(ctx, s->way->group, member, s->failure->text, false);
	else if (s->fault == FAULT_SOFT)
		nexthop_group_lost(ctx, s->way->group, member, s->failure->text);
	else if (h->lookup != NEXTHOP_RESOLVED)
		nexthop_group_lost(ctx, s->way->group, member, "its name has no address");
}

static int try_entry(struct ctx *ctx, struct search *s, size_t i, struct nexthop_with *ret)
{
	int r = nexthop_hosts_look_up(ctx, &s->arena, s->way->config, &s->hosts, i, s->failure);

	s->fault = FAULT_NONE;
	s->misfit = false;
	if (r == 0)
		r = try_host(ctx, s, &s->hosts.v[i], ret);
	if (r == 0) {
		ret->member = i;
		nexthop_group_opened(ctx, s->way->group, i, client_caps(ret->client), false);
	} else if (r == ERR_UNREACHABLE) {
		note_failure(ctx, s, i);
	}
	return r;
}

/* It is counted as open and busy from before it is tried, so that others see how many come. */
static int try_member(struct ctx *ctx, struct search *s, size_t i, struct nexthop_member *m,
	bool away, struct nexthop_with *ret)
{
	const struct nexthop_group *g = s->way->group;
	struct nexthop_entry *e = g->members[i];

	if (!away && !nexthop_entry_try(e, s->way->config->delivery.dead_host, clock_now())) {
		m->out = true;
		s->failed = true;
		return nexthop_failure_set(ctx, s->failure, "4.4.1", s->hosts.v[i].name,
			"it was down, and another attempt finds out now whether it is back");
	}
	if (!nexthop_entry_take(e, g->slot, NEXTHOP_OPEN, g->hops->hosts.v[i].max_connections)) {
		m->full = true;
		return ERR_UNREACHABLE;
	}
	(void)nexthop_entry_take(e, g->slot, NEXTHOP_BUSY, 0); /* without limit */
	s->probing = m->state == NEXTHOP_MEMBER_DOWN;
	s->back = m->since;
	m->out = true;
	int r = try_entry(ctx, s, i, ret); /* suspends */

	if (r < 0) {
		nexthop_entry_give(e, g->slot, NEXTHOP_BUSY);
		nexthop_entry_give(e, g->slot, NEXTHOP_OPEN);
	}
	return r;
}

/* All members that may be tried have as many connections as they may have: looks again soon. */
static int wait_for_room(struct ctx *ctx, struct search *s)
{
	const struct nexthop_group *g = s->way->group;
	usec_t pause = (20 + (usec_t)rng_below(s->way->rng, 80)) * USEC_PER_MSEC;

	if (s->way->ask->bounded && !s->waiting && nexthop_group_wait(g) < 0)
		return nexthop_failure_crowded(ctx, s->failure, g->hops->name, false);
	s->waiting |= s->way->ask->bounded;
	if (s->waiting && s->waited >= g->hops->waiting_timeout)
		return nexthop_failure_crowded(ctx, s->failure, g->hops->name, true);
	s->waited += pause;
	ctx->log.action = "waiting for a connection's place";
	return ctx_sleep(ctx, pause);
}

/* Whoever could not ask anybody yet waits for room; others do only where it is sure to come. */
static bool may_wait(struct search *s, const struct nexthop_member *v)
{
	const struct nexthop_way *w = s->way;

	if (!s->replaces && w->ask->bounded)
		s->replaces = nexthop_replace_idle(w->nexthop, w->target, w->group, w->ask, v);
	return s->tries == 0 || (s->replaces && !is_late(s));
}

/* Room may have come; what was found out stays. */
static void look_again(
	const struct search *s, struct nexthop_member *v, size_t n, struct nexthop_pool *pool)
{
	for (size_t i = 0; i < n; i++)
		v[i].full = nexthop_group_is_full(s->way->group, i);
	pool->now = clock_now();
}

/* The first that lets us in. ERR_UNREACHABLE: none does. */
static int try_members(struct ctx *ctx, struct search *s, struct nexthop_with *ret)
{
	const struct nexthop_group *g = s->way->group;
	size_t n = g->hops->hosts.n, i = s->way->first;
	struct nexthop_member *v = arena_array(&s->arena, struct nexthop_member, n);
	struct nexthop_pool pool;

	s->lacks = nexthop_group_pool(g, s->way->ask, v, &pool);
	s->lacking = s->lacks != 0;
	while (s->tries < NEXTHOP_TRIES_MAX && !s->stop) {
		int r;

		if (i == NEXTHOP_NO_MEMBER || v[i].out || v[i].full)
			i = nexthop_pool_choose(&pool, s->way->rng);
		if (i == NEXTHOP_NO_MEMBER && nexthop_pool_is_full(&pool) && may_wait(s, v)) {
			r = wait_for_room(ctx, s); /* suspends */
			if (r < 0)
				return r == ERR_UNREACHABLE ? ERR_LIMIT : r;
			look_again(s, v, n, &pool);
			continue;
		}
		bool away = i != NEXTHOP_NO_MEMBER && nexthop_member_is_away(&v[i], pool.now);

		s->skipped = away && s->tries > 0;
		if (i == NEXTHOP_NO_MEMBER || s->skipped)
			break;
		r = try_member(ctx, s, i, &v[i], away, ret); /* suspends */
		if (r != ERR_UNREACHABLE)
			return r;
	}
	return ERR_UNREACHABLE;
}

/* ---- all of them ---- */

static int no_host_has_it(struct ctx *ctx, struct search *s)
{
	const struct nexthop_way *way = s->way;
	const char *name, *detail = nexthop_need_status(s->lacks, &name);
	char status[16];

	/* One that is left alone may have it. */
	(void)snprintf(status, sizeof(status), "%c.%s", s->skipped ? '4' : '5', detail);
	(void)nexthop_failure_set(ctx, s->failure, status, SLICE_NIL, "no host of %.*s takes %s",
		SLICE_ARG(way->hops ? way->hops->name : way->target->domain), name);
	s->failure->reason = NEXTHOP_LACKING;
	s->failure->lacks = s->lacks;
	return ERR_UNREACHABLE;
}

static int try_hosts(struct ctx *ctx, struct search *s, struct nexthop_with *ret)
{
	for (size_t i = 0; i < s->hosts.n && s->tries < NEXTHOP_TRIES_MAX && !s->stop; i++) {
		int r = nexthop_hosts_look_up(
			ctx, &s->arena, s->way->config, &s->hosts, i, s->failure);

		s->failed |= r == ERR_UNREACHABLE;
		if (r < 0)
			return r;
		if (i >= s->hosts.n)
			break;
		r = try_host(ctx, s, &s->hosts.v[i], ret);
		if (r != ERR_UNREACHABLE)
			return r;
	}
	return ERR_UNREACHABLE;
}

/* The address that has been dead longest, when there was nothing else to try. */
static int try_oldest(struct ctx *ctx, struct search *s, struct nexthop_with *ret)
{
	struct ip_port last = s->oldest_address;
	struct nexthop_member m = { .state = NEXTHOP_MEMBER_DOWN };

	if (s->way->group)
		return try_member(ctx, s, (size_t)(s->oldest - s->hosts.v), &m, true, ret);
	return try_addresses(ctx, s, s->oldest, &last, 1, ret);
}

static int try_all(struct ctx *ctx, struct search *s, struct nexthop_with *ret)
{
	int r = s->way->group ? try_members(ctx, s, ret) : try_hosts(ctx, s, ret);

	if (r == ERR_UNREACHABLE && s->tries == 0 && s->oldest)
		r = try_oldest(ctx, s, ret);
	if (r != ERR_UNREACHABLE || s->failed)
		return r;
	return s->lacking ? no_host_has_it(ctx, s)
			  : nexthop_hosts_explain(ctx, &s->hosts, s->failure);
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
		r = try_all(ctx, &s, ret);
	if (s.waiting)
		nexthop_group_waited(way->group);
	arena_reset(&s.arena);
	if (r < 0 && ctx_check(ctx) < 0)
		return ctx_check(ctx);
	if (r < 0) {
		failure.alarm |= s.alarm;
		*ret_failure = failure;
	}
	return r;
}

int nexthop_connect_check(struct ctx *ctx, const struct nexthop_way *way, size_t member,
	struct nexthop_with *ret, struct nexthop_failure *ret_failure)
{
	struct search s = { .way = way, .failure = ret_failure, .probing = true };

	nexthop_hosts_configured(&s.arena, way->hops, &s.hosts);
	int r = nexthop_hosts_look_up(
		ctx, &s.arena, way->config, &s.hosts, member, ret_failure); /* suspends */

	if (r == 0)
		r = try_host(ctx, &s, &s.hosts.v[member], ret); /* suspends */
	if (r == ERR_UNREACHABLE && !s.failed)
		r = nexthop_failure_set(ctx, ret_failure, "4.4.4", s.hosts.v[member].name,
			"its name has no address");
	arena_reset(&s.arena);
	return r;
}
