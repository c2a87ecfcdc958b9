/* What options of the same hops forbid together, as rules.c does it for the rest. */
#include "config/loading.h"

/* Whoever can stand between us and a hop reads what TLS does not hide. */
static void check_password(struct config_loading *l, const struct config_hops *h)
{
	bool weak = h->tls == CONFIG_TLS_OFF || h->tls == CONFIG_TLS_OPPORTUNISTIC;

	if (h->login.user.n && weak && !config_hosts_are_loopback(h))
		CONFIG_ERROR(l, config_place(h->at, "tls"),
			"the hops '%s' would get a password in the clear; require or verify was "
			"expected, because they have a login",
			h->name.p);
}

/* smtps:// is TLS; saying that it is off leaves open what is meant. */
static void check_smtps(struct config_loading *l, const struct config_hops *h)
{
	for (size_t i = 0; i < h->hosts.n; i++)
		if (h->hosts.v[i].place.implicit_tls && h->tls == CONFIG_TLS_OFF)
			CONFIG_ERROR(l, config_place(h->at, "tls"),
				"the hops '%s' have a smtps:// host and tls: off; opportunistic, "
				"require or verify was expected",
				h->name.p);
}

/* A weight or a slow start says something about a choice, and there is none. */
static void check_balance(struct config_loading *l, const struct config_hops *h)
{
	for (size_t i = 0; i < h->hosts.n && h->balance == CONFIG_BALANCE_ORDERED; i++)
		if (config_node_get(h->hosts.v[i].at, "weight"))
			CONFIG_WARNING(l, config_place(h->hosts.v[i].at, "weight"),
				"'weight' means nothing with balance: ordered");
	if (h->slow_start && h->balance == CONFIG_BALANCE_ORDERED)
		CONFIG_WARNING(l, config_place(h->at, "slow-start"),
			"'slow-start' means nothing with balance: ordered");
	if (h->hosts.n > CONFIG_HOSTS_MAX)
		CONFIG_ERROR(l, config_place(h->at, "hosts"),
			"the hops '%s' have more than %d hosts", h->name.p, CONFIG_HOSTS_MAX);
}

/* A server that wants a password, or one that mail to others leaves by, is most often somebody
 * else's, who counts sessions without mail against us. */
static void check_health(struct config_loading *l, const struct config_hops *h)
{
	const struct config_node *at = config_place(h->at, "health");

	if (h->health.at == NULL)
		return;
	if (h->login.user.n)
		CONFIG_ERROR(l, at,
			"the hops '%s' have a login and are checked, but who wants a password is "
			"a stranger, and strangers take sessions without mail for abuse; leave "
			"out 'health'",
			h->name.p);
	else if (h->for_routes && !h->for_domains && !h->for_listeners)
		CONFIG_WARNING(l, at,
			"the hops '%s' are used by routes only and are checked: that is for "
			"servers of your own; strangers take sessions without mail for abuse",
			h->name.p);
}

/* Hops that nothing uses are most often a forgotten route. */
static void check_use(struct config_loading *l, const struct config_hops *h)
{
	if (!h->for_domains && !h->for_routes && !h->for_listeners)
		CONFIG_WARNING(l, h->at, "nothing uses the hops '%s'", h->name.p);
}

static void (*const rules[])(struct config_loading *, const struct config_hops *) = {
	check_password, check_smtps, check_balance, check_health, check_use
};

void config_rules_hops(struct config_loading *l, const struct config_hops *h)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](l, h);
}
