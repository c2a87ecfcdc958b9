/* Latencies, outages, planned and random faults. What will become of a connection is decided when
 * it is made, so that a fault does not depend on who runs when. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/sim/draw.h"
#include "rt/sim/net.h"

#define FIRST_LATENCY_MIN 100
#define FIRST_LATENCY_MAX (2 * USEC_PER_MSEC)
#define OWN_LATENCY_MIN	  5 /* of a host to itself */
#define OWN_LATENCY_MAX	  50

struct link {
	struct list all;
	const struct sim_host *from, *to;
	struct sim_link rules;
};

struct rule {
	struct list all;
	struct ip_port to;
	enum sim_connect how;
	unsigned nth; /* 0: `how` for every connect; else the plan for one */
	struct sim_plan plan;
};

static struct {
	struct list links, rules;
	struct sim_chaos chaos;
} net;

static const struct sim_link far_link = { FIRST_LATENCY_MIN, FIRST_LATENCY_MAX, 0, false };
static const struct sim_link own_link = { OWN_LATENCY_MIN, OWN_LATENCY_MAX, 0, false };

void link_start(void)
{
	list_init(&net.links);
	list_init(&net.rules);
	net.chaos = (struct sim_chaos){ 0 };
}

void link_stop(void)
{
	struct list *node;

	while ((node = list_pop(&net.links)))
		free(container_of(node, struct link, all));
	while ((node = list_pop(&net.rules)))
		free(container_of(node, struct rule, all));
}

static struct link *find(const struct sim_host *from, const struct sim_host *to)
{
	list_each (it, &net.links) {
		struct link *l = container_of(it, struct link, all);

		if (l->from == from && l->to == to)
			return l;
	}
	return NULL;
}

struct sim_link *sim_link(struct sim_host *from, struct sim_host *to)
{
	struct link *l = find(from, to);

	if (l == NULL) {
		l = mem_alloc(sizeof(*l));
		*l = (struct link){ .from = from, .to = to };
		l->rules = from == to ? own_link : far_link;
		list_append(&net.links, &l->all);
	}
	return &l->rules;
}

const struct sim_link *link_between(const struct sim_host *from, const struct sim_host *to)
{
	const struct link *l = find(from, to);

	if (l)
		return &l->rules;
	return from == to ? &own_link : &far_link;
}

static struct rule *rule_new(const char *to)
{
	struct rule *r = mem_zalloc(sizeof(*r));
	bool parsed = ip_port_parse(slice_str(to), &r->to);

	assert(parsed);
	(void)parsed;
	list_append(&net.rules, &r->all);
	return r;
}

void sim_net_connect(const char *to, enum sim_connect how)
{
	rule_new(to)->how = how;
}

void sim_net_plan(const char *to, unsigned nth, const struct sim_plan *plan)
{
	struct rule *r = rule_new(to);

	assert(nth > 0);
	r->nth = nth;
	r->plan = *plan;
}

void sim_net_chaos(const struct sim_chaos *chaos)
{
	net.chaos = *chaos;
}

static void follow_rules(struct conn *c)
{
	const struct ip_port *to = &c->end[0].peer;

	list_each_safe (it, &net.rules) {
		struct rule *r = container_of(it, struct rule, all);

		if (r->to.port != to->port || !ip_eq(&r->to.ip, &to->ip))
			continue;
		if (r->nth == 0) {
			c->how = r->how;
		} else if (--r->nth == 0) {
			c->plan = r->plan;
			list_remove(&r->all);
			free(r);
		}
	}
}

static void follow_chaos(struct conn *c)
{
	const struct sim_chaos *chaos = &net.chaos;

	if (draw_permille(DRAW_NET, chaos->refused))
		c->how = SIM_CONNECT_REFUSED;
	else if (draw_permille(DRAW_NET, chaos->black_hole))
		c->how = SIM_CONNECT_BLACK_HOLE;
	else if (draw_permille(DRAW_NET, chaos->unreachable))
		c->how = SIM_CONNECT_UNREACHABLE;
	if (draw_permille(DRAW_NET, chaos->reset))
		c->plan.how = SIM_BREAK_RESET;
	else if (draw_permille(DRAW_NET, chaos->lose))
		c->plan.how = SIM_BREAK_LOSE;
	else if (draw_permille(DRAW_NET, chaos->silence))
		c->plan.how = SIM_BREAK_SILENCE;
	if (c->plan.how != SIM_BREAK_NONE) {
		c->plan.answers = draw_below(DRAW_NET, 2);
		c->plan.after = draw_below(DRAW_NET, chaos->within);
	}
}

void link_plan(struct conn *c)
{
	if (c->end[0].host != c->end[1].host)
		follow_chaos(c);
	follow_rules(c);
}
