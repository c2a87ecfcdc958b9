/* Names to hosts to addresses. Hosts are looked up group by group, a group being exchangers of
 * equal preference: that is early enough to see that one of them is ourselves before a worse or
 * equal one is tried (RFC 5321 section 5.1: mail must not circle), and late enough not to ask for
 * what is never needed. With direct delivery loopback addresses count as ours: such a record is
 * either a mistake or an attempt to reach what trusts this machine. */
#include "nexthop/hosts.h"

#include <assert.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/rng.h"
#include "config/config.h"
#include "nexthop/alabel.h"
#include "nexthop/failure.h"
#include "rt/ctx.h"
#include "rt/dns.h"
#include "rt/scope.h"
#include "smtp/domain.h"

#define SMTP_PORT 25

/* ---- configured sets ---- */

void nexthop_hosts_configured(
	struct arena *a, const struct config_hops *hops, struct nexthop_hosts *ret)
{
	struct nexthop_hosts hosts = { .n = hops->hosts.n };

	hosts.v = arena_array(a, struct nexthop_host, hosts.n);
	for (size_t i = 0; i < hosts.n; i++) {
		const struct config_endpoint *h = &hops->hosts.v[i].place;

		hosts.v[i] = (struct nexthop_host){
			.name = h->name,
			.literal = h->ip,
			.port = h->port,
			.lmtp = h->protocol == CONFIG_LMTP,
			.implicit_tls = h->implicit_tls,
		};
	}
	*ret = hosts;
}

/* ---- exchangers ---- */

static void set_exchanger(
	struct nexthop_host *h, struct slice name, const struct ip *literal, uint16_t preference)
{
	*h = (struct nexthop_host){ .name = name, .port = SMTP_PORT, .preference = preference };
	if (literal)
		h->literal = *literal;
}

static bool is_ours(const struct config *config, const struct ip *ip)
{
	static const uint8_t zeros[16];

	return config_is_our_address(config, ip) || ip_is_loopback(ip) ||
	       memcmp(ip->b, zeros, ip->family == IP_V4 ? 4 : 16) == 0;
}

static int loops(
	struct ctx *ctx, struct slice domain, struct slice host, struct nexthop_failure *ret)
{
	(void)nexthop_failure_set(ctx, ret, "5.4.6", host,
		"mail for %.*s would come back to us: its best mail exchanger, %.*s, is this host",
		SLICE_ARG(domain), SLICE_ARG(host));
	ret->alarm = true;
	return ERR_UNREACHABLE;
}

static int literal_host(struct ctx *ctx, struct arena *a, const struct config *config,
	struct slice domain, struct nexthop_hosts *ret, struct nexthop_failure *ret_failure)
{
	struct ip ip;
	struct buf text;

	if (!smtp_domain_literal(domain, &ip) || ip.family == IP_NONE)
		return nexthop_failure_set(ctx, ret_failure, "5.1.2", SLICE_NIL,
			"%.*s is no address that can be reached", SLICE_ARG(domain));
	if (is_ours(config, &ip))
		return loops(ctx, domain, domain, ret_failure);
	buf_init(&text, 64);
	ip_format(&text, &ip);
	ret->v = arena_new(a, struct nexthop_host);
	ret->n = 1;
	set_exchanger(ret->v, arena_dup(a, buf_slice(&text)), &ip, 0);
	buf_done(&text);
	return 0;
}

/* Insertion sort: at most NEXTHOP_HOSTS_MAX of them. Shuffled before, so that equals are in random
 * order (section 5.1) and, with more exchangers than we look at, chance decides which. */
static void order(struct rng *rng, struct dns_record *v, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(rng, i);
		struct dns_record swap = v[i - 1];

		v[i - 1] = v[j];
		v[j] = swap;
	}
	for (size_t i = 1; i < n; i++) {
		struct dns_record moved = v[i];
		size_t j = i;

		for (; j > 0 && v[j - 1].preference > moved.preference; j--)
			v[j] = v[j - 1];
		v[j] = moved;
	}
}

static int exchangers(struct ctx *ctx, struct arena *a, const struct config *config,
	struct rng *rng, const struct dns_answer *answer, struct nexthop_hosts *ret,
	struct nexthop_failure *ret_failure)
{
	size_t n = 0;

	if (answer->n == 1 && answer->v[0].name.n == 0)
		return nexthop_failure_set(ctx, ret_failure, "5.1.10", SLICE_NIL,
			"the domain %.*s takes no mail (null MX)", SLICE_ARG(ret->domain));
	order(rng, answer->v, answer->n);
	ret->v = arena_array(a, struct nexthop_host, NEXTHOP_HOSTS_MAX);
	for (size_t i = 0; i < answer->n && n < NEXTHOP_HOSTS_MAX; i++) {
		const struct dns_record *mx = &answer->v[i];

		if (mx->name.n == 0)
			continue; /* the root takes no mail */
		if (config_is_our_name(config, mx->name)) {
			while (n > 0 && ret->v[n - 1].preference == mx->preference)
				n--;
			if (n == 0)
				return loops(ctx, ret->domain, mx->name, ret_failure);
			break;
		}
		set_exchanger(&ret->v[n++], mx->name, NULL, mx->preference);
	}
	ret->n = n;
	if (n == 0)
		return nexthop_failure_set(ctx, ret_failure, "5.4.4", SLICE_NIL,
			"the domain %.*s has no usable mail exchanger", SLICE_ARG(ret->domain));
	return 0;
}

static int dns_trouble(struct ctx *ctx, enum dns_status status, struct slice name, const char *why,
	struct nexthop_failure *ret)
{
	(void)nexthop_failure_set(ctx, ret, "4.4.3", SLICE_NIL, "look-up of %.*s: %s",
		SLICE_ARG(name), why ? why : "the DNS gives no answer");
	ret->alarm = status == DNS_BOGUS;
	return ERR_UNREACHABLE;
}

/* The DNS knows internationalised names by their A-labels (RFC 5891, RFC 6531 section 3.2). */
static int ascii_domain(
	struct ctx *ctx, struct arena *a, struct slice *domain, struct nexthop_failure *ret_failure)
{
	if (!nexthop_alabel_domain(a, *domain, domain))
		return nexthop_failure_set(ctx, ret_failure, "5.1.2", SLICE_NIL,
			"the domain of the address is no valid internationalised name");
	return 0;
}

int nexthop_hosts_of_domain(struct ctx *ctx, struct arena *a, const struct config *config,
	struct rng *rng, struct slice domain, struct nexthop_hosts *ret,
	struct nexthop_failure *ret_failure)
{
	struct nexthop_hosts hosts = { .domain = arena_dup(a, domain) };
	struct dns_answer answer;
	int r;

	if (domain.n && domain.p[0] == '[') {
		r = literal_host(ctx, a, config, hosts.domain, &hosts, ret_failure);
		if (r == 0)
			*ret = hosts;
		return r;
	}
	r = ascii_domain(ctx, a, &hosts.domain, ret_failure);
	if (r == 0)
		r = dns_query(ctx, a, hosts.domain, DNS_MX, &answer); /* suspends */
	if (r < 0)
		return r;
	switch (answer.status) {
	case DNS_FOUND:
		r = exchangers(ctx, a, config, rng, &answer, &hosts, ret_failure);
		break;
	case DNS_NO_DATA:
		if (config_is_our_name(config, hosts.domain))
			return loops(ctx, hosts.domain, hosts.domain, ret_failure);
		hosts.v = arena_new(a, struct nexthop_host);
		hosts.n = 1;
		hosts.implicit = true;
		set_exchanger(hosts.v, hosts.domain, NULL, 0);
		break;
	case DNS_NO_NAME:
		r = nexthop_failure_set(ctx, ret_failure, "5.1.2", SLICE_NIL,
			"the domain %.*s does not exist", SLICE_ARG(hosts.domain));
		break;
	case DNS_FAILED:
	case DNS_BOGUS:
		r = dns_trouble(ctx, answer.status, hosts.domain, answer.why, ret_failure);
		break;
	}
	if (r == 0)
		*ret = hosts;
	return r;
}

/* ---- addresses ---- */

struct query {
	struct arena *a;
	struct slice name;
	struct dns_answer v4, v6;
};

static int ask_v6(struct ctx *ctx, void *arg)
{
	struct query *q = arg;

	return dns_query(ctx, q->a, q->name, DNS_AAAA, &q->v6);
}

/* Both families at once. */
static int ask(struct ctx *ctx, struct query *q)
{
	struct scope scope;

	scope_init(&scope, SCOPE_ALL);

	int r = scope_spawn(&scope, "look-up", ask_v6, q);

	if (r == 0)
		r = dns_query(ctx, q->a, q->name, DNS_A, &q->v4);
	if (r == 0)
		r = scope_wait(ctx, &scope);
	scope_end(ctx, &scope);
	return r;
}

/* IPv6 first, then the families in turn (RFC 8305 section 4). */
static void interleave(struct nexthop_host *h, const struct query *q)
{
	size_t n4 = q->v4.status == DNS_FOUND ? q->v4.n : 0;
	size_t n6 = q->v6.status == DNS_FOUND ? q->v6.n : 0;

	h->n = 0;
	for (size_t i = 0; i < n4 || i < n6; i++) {
		if (i < n6 && h->n < NEXTHOP_ADDRESSES_MAX)
			h->addresses[h->n++] = (struct ip_port){ q->v6.v[i].ip, h->port };
		if (i < n4 && h->n < NEXTHOP_ADDRESSES_MAX)
			h->addresses[h->n++] = (struct ip_port){ q->v4.v[i].ip, h->port };
	}
}

static void judge(struct nexthop_host *h, const struct query *q)
{
	const struct dns_answer *answers[] = { &q->v4, &q->v6 };

	h->lookup = h->n ? NEXTHOP_RESOLVED : NEXTHOP_NO_ADDRESS;
	for (size_t i = 0; i < 2 && h->n == 0; i++) {
		if (answers[i]->status != DNS_FAILED && answers[i]->status != DNS_BOGUS)
			continue;
		h->lookup = answers[i]->status == DNS_BOGUS ? NEXTHOP_LOOKUP_BOGUS
							    : NEXTHOP_LOOKUP_FAILED;
		h->why = answers[i]->why;
	}
}

/* RFC 6761 section 6.3: this name is never asked for. */
static void set_localhost(struct nexthop_host *h)
{
	h->addresses[0] = (struct ip_port){ { IP_V6, { [15] = 1 } }, h->port };
	h->addresses[1] = (struct ip_port){ { IP_V4, { 127, 0, 0, 1 } }, h->port };
	h->n = 2;
	h->lookup = NEXTHOP_RESOLVED;
}

static int look_up(struct ctx *ctx, struct arena *a, struct nexthop_host *h)
{
	struct query q = { .a = a, .name = h->name };

	if (h->literal.family != IP_NONE) {
		h->addresses[0] = (struct ip_port){ h->literal, h->port };
		h->n = 1;
		h->lookup = NEXTHOP_RESOLVED;
		return 0;
	}

	if (slice_eq_nocase(h->name, S("localhost"))) {
		set_localhost(h);
		return 0;
	}

	int r = ask(ctx, &q);

	if (r < 0)
		return r;
	interleave(h, &q);
	judge(h, &q);
	return 0;
}

static bool is_ourselves(const struct config *config, const struct nexthop_host *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (is_ours(config, &h->addresses[i].ip))
			return true;
	return false;
}

int nexthop_hosts_look_up(struct ctx *ctx, struct arena *a, const struct config *config,
	struct nexthop_hosts *hosts, size_t i, struct nexthop_failure *ret_failure)
{
	size_t end = i + 1;

	if (hosts->v[i].lookup != NEXTHOP_UNRESOLVED)
		return 0;
	while (hosts->domain.n && end < hosts->n &&
		hosts->v[end].preference == hosts->v[i].preference)
		end++;
	for (size_t j = i; j < end; j++) {
		struct nexthop_host *h = &hosts->v[j];
		int r = look_up(ctx, a, h);

		if (r < 0)
			return r;
		if (hosts->domain.n && is_ourselves(config, h)) {
			hosts->n = i;
			return i ? 0 : loops(ctx, hosts->domain, h->name, ret_failure);
		}
	}
	return 0;
}

int nexthop_hosts_explain(
	struct ctx *ctx, const struct nexthop_hosts *hosts, struct nexthop_failure *ret)
{
	const struct nexthop_host *h = NULL;

	assert(hosts->n);
	for (size_t i = 0; i < hosts->n; i++)
		if (!h || hosts->v[i].lookup > h->lookup)
			h = &hosts->v[i];
	if (h->lookup == NEXTHOP_LOOKUP_FAILED || h->lookup == NEXTHOP_LOOKUP_BOGUS)
		return dns_trouble(ctx, h->lookup == NEXTHOP_LOOKUP_BOGUS ? DNS_BOGUS : DNS_FAILED,
			h->name, h->why, ret);
	if (hosts->domain.n == 0) {
		(void)nexthop_failure_set(ctx, ret, "4.4.4", h->name,
			"the host %.*s has no address", SLICE_ARG(h->name));
		ret->alarm = true; /* a mistake in the configuration must not return mail */
		return ERR_UNREACHABLE;
	}
	if (hosts->implicit)
		return nexthop_failure_set(ctx, ret, "5.1.2", SLICE_NIL,
			"the domain %.*s has neither mail exchanger nor address",
			SLICE_ARG(hosts->domain));
	return nexthop_failure_set(ctx, ret, "5.4.4", SLICE_NIL,
		"no mail exchanger of %.*s has an address", SLICE_ARG(hosts->domain));
}
