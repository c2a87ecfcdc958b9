/* DNS answers on the way out. The input is a zone in text, whose records are what name servers
 * answer (a line that is none ends it); the last line's domain is asked for its hosts and all of
 * them for their addresses. Whatever stands there: at most so many hosts and addresses, in order of
 * preference, none of them ourselves or loopback; a failing or bogus look-up never makes mail bounce;
 * a refusal has its reason. */
#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rng.h"
#include "config/config.h"
#include "nexthop/alabel.h"
#include "nexthop/failure.h"
#include "nexthop/hosts.h"
#include "real_alarm.h"
#include "relay.h"
#include "rt/ctx.h"
#include "rt/dns.h"
#include "rt/sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char config_text[] = "hostname: relay.test\n"
				  "our-names: [ alias.test ]\n"
				  "our-addresses: [ 192.0.2.25, \"2001:db8::25\" ]\n"
				  "routes: [ { via: mx } ]\n";

static const struct config *config;

static bool is_ours(const struct ip *ip)
{
	static const struct ip ours = { .family = IP_V4, .b = { 192, 0, 2, 25 } };

	return ip_is_loopback(ip) || ip_eq(ip, &ours);
}

static void check_hosts(const struct nexthop_hosts *hosts)
{
	assert(hosts->n > 0 && hosts->n <= NEXTHOP_HOSTS_MAX);
	for (size_t i = 0; i < hosts->n; i++) {
		const struct nexthop_host *h = &hosts->v[i];

		assert(i == 0 || h[-1].preference <= h->preference);
		assert(h->name.n > 0 && !slice_eq_nocase(h->name, S("relay.test")) &&
			!slice_eq_nocase(h->name, S("alias.test")));
		assert(h->n <= NEXTHOP_ADDRESSES_MAX);
		assert((h->lookup == NEXTHOP_RESOLVED) == (h->n > 0) ||
			h->lookup == NEXTHOP_UNRESOLVED);
		for (size_t k = 0; k < h->n; k++)
			assert(h->addresses[k].ip.family != IP_NONE &&
				!is_ours(&h->addresses[k].ip));
	}
}

static void check_failure(const struct nexthop_failure *f)
{
	assert(f->text && f->text[0] && f->status.class == (f->fate == NEXTHOP_FAIL ? 5 : 4));
}

/* What cannot be looked up is tried again. */
static void check_refused(
	struct ctx *ctx, struct arena *a, struct slice domain, const struct nexthop_failure *f)
{
	struct dns_answer answer;

	check_failure(f);
	if (domain.p[0] == '[' || !nexthop_alabel_domain(a, domain, &domain))
		return;
	int r = dns_query(ctx, a, domain, DNS_MX, &answer);

	assert(r == 0);
	if (answer.status == DNS_FAILED || answer.status == DNS_BOGUS)
		assert(f->fate == NEXTHOP_DEFER && f->alarm == (answer.status == DNS_BOGUS));
}

static void check_explained(struct ctx *ctx, const struct nexthop_hosts *hosts)
{
	struct nexthop_failure failure = { 0 };
	bool reachable = false, failed = false;

	for (size_t i = 0; i < hosts->n; i++) {
		reachable |= hosts->v[i].lookup == NEXTHOP_RESOLVED;
		failed |= hosts->v[i].lookup == NEXTHOP_LOOKUP_FAILED ||
			  hosts->v[i].lookup == NEXTHOP_LOOKUP_BOGUS;
	}
	if (reachable)
		return;
	(void)nexthop_hosts_explain(ctx, hosts, &failure);
	check_failure(&failure);
	assert(!failed || failure.fate == NEXTHOP_DEFER);
}

static int play(struct ctx *ctx, void *arg)
{
	struct slice zone = *(const struct slice *)arg, domain = zone;
	struct nexthop_failure failure = { 0 };
	struct nexthop_hosts hosts;
	struct arena arena = ARENA_INIT;
	size_t lf = slice_rfind(zone, '\n');
	struct rng rng;

	rng_seed(&rng, 1);
	if (lf < zone.n) {
		domain = slice_skip(zone, lf + 1);
		(void)sim_dns_zone(arena_strdup(&arena, slice_take(zone, lf)));
	}
	int r = domain.n ? nexthop_hosts_of_domain(
				   ctx, &arena, config, &rng, domain, &hosts, &failure)
			 : 0;

	if (domain.n && r < 0)
		check_refused(ctx, &arena, domain, &failure);
	for (size_t i = 0; domain.n && r == 0 && i < hosts.n; i++) {
		r = nexthop_hosts_look_up(ctx, &arena, config, &hosts, i, &failure);
		if (r < 0)
			check_failure(&failure);
		else
			check_hosts(&hosts);
	}
	if (domain.n && r == 0)
		check_explained(ctx, &hosts);
	arena_reset(&arena);
	return 0;
}

static int on_host(struct ctx *ctx, void *arg)
{
	return sim_host_run(ctx, sim_host_new("relay", "192.0.2.25"), "relay", play, arg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_of(data, size);

	real_alarm();
	if (size == 0 || size > 8192)
		return 0;
	if (config == NULL)
		config = relay_config(config_text);
	sim_start(1);
	int r = sim_run("fuzz", on_host, &input);
	size_t leaks = sim_stop();

	assert(r == 0 && leaks == 0);
	return 0;
}
