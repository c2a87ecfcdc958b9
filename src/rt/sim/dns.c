/* rt/dns.h answered from zone text. */
#include "rt/dns.h"

#include <assert.h>

#include "base/err.h"
#include "rt/ctx.h"
#include "rt/sim/draw.h"
#include "rt/sim/host.h"
#include "rt/sim/trace.h"
#include "rt/sim/zone.h"

#define LATENCY_MIN  200
#define LATENCY_MAX  (30 * USEC_PER_MSEC)
#define TIMEOUT	     (10 * USEC_PER_SEC) /* until the resolver gives up */
#define CHAIN_MAX    12 /* CNAMEs followed */
#define NEGATIVE_TTL (5 * USEC_PER_MIN)
#define NAME_MAX_DNS 253

static struct zone zone = { .records = { &zone.records, &zone.records },
	.rules = { &zone.rules, &zone.rules } };

int dns_setup(const struct dns_settings *s)
{
	(void)s;
	return 0;
}

void dns_done(void)
{
}

void sim_dns_clear(void)
{
	list_init(&zone.records);
	list_init(&zone.rules);
	arena_reset(&zone.arena);
}

static void move_all(struct list *to, struct list *from)
{
	struct list *node;

	while ((node = list_pop(from)))
		list_append(to, node);
}

unsigned sim_dns_zone(const char *text)
{
	struct zone fresh;

	/* The new part is read into lists of its own, but into the old arena, which keeps it. */
	fresh.arena = zone.arena;
	list_init(&fresh.records);
	list_init(&fresh.rules);
	unsigned line = zone_parse(&fresh, slice_str(text));

	zone.arena = fresh.arena;
	if (line)
		return line;
	move_all(&zone.records, &fresh.records);
	move_all(&zone.rules, &fresh.rules);
	return 0;
}

unsigned sim_dns_behave(const char *text)
{
	struct zone fresh = { .arena = zone.arena };

	list_init(&fresh.records);
	list_init(&fresh.rules);
	unsigned line = zone_parse(&fresh, slice_str(text));

	zone.arena = fresh.arena;
	assert(list_empty(&fresh.records) && "how names behave, not what they are");
	if (line)
		return line;
	list_init(&zone.rules);
	move_all(&zone.rules, &fresh.rules);
	return 0;
}

static const struct zone_rule *rule_for(struct slice name, enum zone_behaviour how)
{
	list_each (it, &zone.rules) {
		const struct zone_rule *r = container_of(it, struct zone_rule, node);

		if (r->how == how && zone_covers(r->name, name))
			return r;
	}
	return NULL;
}

static bool exists(struct slice name)
{
	list_each (it, &zone.records)
		if (zone_covers(name, container_of(it, struct zone_record, node)->name))
			return true;
	return false;
}

/* The owner whose records answer for the name: itself, or the closest wildcard (RFC 4592). */
static bool find_owner(struct arena *a, struct slice name, struct slice *ret)
{
	*ret = name;
	if (exists(name))
		return true;
	for (size_t dot = slice_find(name, '.'); dot < name.n; dot = slice_find(name, '.')) {
		name = slice_skip(name, dot + 1);
		*ret = slice_str(arena_printf(a, "*.%.*s", SLICE_ARG(name)));
		if (exists(*ret))
			return true;
		if (exists(name))
			return false; /* the closest encloser has no wildcard */
	}
	return false;
}

static const struct zone_record *find(struct slice owner, enum dns_type type)
{
	list_each (it, &zone.records) {
		const struct zone_record *r = container_of(it, struct zone_record, node);

		if (r->type == type && slice_eq(r->name, owner))
			return r;
	}
	return NULL;
}

static void copy_record(struct arena *a, const struct dns_record *from, struct dns_record *to)
{
	*to = *from;
	to->name = arena_dup(a, from->name);
	to->data = arena_dup(a, from->data);
}

static void collect(struct arena *a, struct slice owner, enum dns_type type, struct dns_answer *ans)
{
	size_t n = 0;

	list_each (it, &zone.records)
		n++;
	ans->v = arena_array(a, struct dns_record, n);
	list_each (it, &zone.records) {
		const struct zone_record *r = container_of(it, struct zone_record, node);

		if (r->type != type || !slice_eq(r->name, owner))
			continue;
		copy_record(a, &r->data, &ans->v[ans->n++]);
		if (r->ttl < ans->ttl)
			ans->ttl = r->ttl;
	}
	/* The order of equals is the server's whim. */
	for (size_t i = ans->n; i > 1; i--) {
		size_t j = (size_t)draw_below(DRAW_DNS, i);
		struct dns_record swap = ans->v[i - 1];

		ans->v[i - 1] = ans->v[j];
		ans->v[j] = swap;
	}
}

static void failed(struct dns_answer *ans, enum dns_status status, const char *why)
{
	ans->status = status;
	ans->security = DNS_INSECURE;
	ans->why = why;
	ans->ttl = 0;
}

/* One name of the chain. True when the answer is complete; else *name is the next. */
static bool step(struct arena *a, enum dns_type type, struct slice *name, struct dns_answer *ans)
{
	struct slice owner;

	if (rule_for(*name, ZONE_BOGUS)) {
		failed(ans, DNS_BOGUS, "validation failed: signature does not match");
		return true;
	}
	if (rule_for(*name, ZONE_SERVFAIL)) {
		failed(ans, DNS_FAILED, "server failure");
		return true;
	}
	if (rule_for(*name, ZONE_SECURE) == NULL)
		ans->security = DNS_INSECURE;
	ans->canonical = *name;
	if (!find_owner(a, *name, &owner)) {
		ans->status = DNS_NO_NAME;
		return true;
	}
	const struct zone_record *alias = find(owner, DNS_CNAME);

	if (alias && type != DNS_CNAME) {
		*name = arena_dup(a, alias->data.name);
		if (alias->ttl < ans->ttl)
			ans->ttl = alias->ttl;
		return false;
	}
	collect(a, owner, type, ans);
	ans->status = ans->n ? DNS_FOUND : DNS_NO_DATA;
	return true;
}

static void resolve(struct arena *a, struct slice name, enum dns_type type, struct dns_answer *ans)
{
	*ans = (struct dns_answer){ .security = DNS_SECURE, .ttl = USEC_INFINITY };
	unsigned links = 0;

	while (!step(a, type, &name, ans)) {
		if (++links == CHAIN_MAX) {
			failed(ans, DNS_FAILED, "too many CNAMEs");
			break;
		}
	}
	if (ans->ttl == USEC_INFINITY)
		ans->ttl = NEGATIVE_TTL;
}

int dns_query(struct ctx *ctx, struct arena *arena, struct slice name, enum dns_type type,
	struct dns_answer *ret)
{
	struct slice asked = zone_name(arena, name);
	const struct zone_rule *delay = rule_for(asked, ZONE_DELAY);
	bool silent = rule_for(asked, ZONE_TIMEOUT);
	usec_t wait = silent ? TIMEOUT : draw_time(DRAW_DNS, LATENCY_MIN, LATENCY_MAX);
	struct dns_answer ans = { 0 };
	int r = host_check(ctx);

	if (r < 0)
		return r;
	trace_bytes(TRACE_DNS, (uint64_t)type, 0, asked);
	wait = time_add(wait, delay ? delay->delay : 0);
	if (wait > DNS_PATIENCE) {
		wait = DNS_PATIENCE;
		silent = true;
	}
	r = ctx_sleep(ctx, wait);
	if (r == 0)
		r = host_check(ctx);
	if (r < 0)
		return r;
	if (silent)
		failed(&ans, DNS_FAILED, "no server answered in time");
	else if (asked.n > NAME_MAX_DNS)
		failed(&ans, DNS_FAILED, "the name is too long");
	else
		resolve(arena, asked, type, &ans);
	*ret = ans;
	return 0;
}
