/* Two look-ups: the map of `domains`, then the list of `routes` from the top. A list is right for
 * routes: there are few, their order is their meaning, and patterns have no index. */
#include "nexthop/route.h"

#include "config/config.h"
#include "smtp/path.h"

/* An empty list says nothing and so matches. */
static bool matches_any(const struct config_texts *patterns, struct slice text)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (slice_glob(patterns->v[i], text))
			return true;
	return patterns->n == 0;
}

static bool matches_login(const struct config_route *r, struct slice login)
{
	return r->login.n == 0 || (login.n && matches_any(&r->login, login));
}

/* Only the pattern <> speaks of the null reverse-path: "*" means "any address". */
static bool matches_sender(const struct config_route *r, struct slice sender)
{
	return matches_any(&r->from, sender.n ? sender : S("<>"));
}

static bool matches_recipient(const struct config_route *r, const struct smtp_path *recipient)
{
	for (size_t i = 0; i < r->to.n; i++) {
		struct slice pattern = r->to.v[i];
		bool whole = slice_find(pattern, '@') < pattern.n;

		if (slice_glob(pattern, whole ? recipient->raw : recipient->domain))
			return true;
	}
	return r->to.n == 0;
}

static bool is_entitled(const struct config *c, const struct nexthop_facts *facts,
	const struct smtp_path *recipient)
{
	return facts->entitlement != SPOOL_NOT_ENTITLED ||
	       (c->postmaster.n && slice_eq_nocase(recipient->raw, c->postmaster));
}

static struct nexthop_route none(const char *why)
{
	return (struct nexthop_route){ .kind = NEXTHOP_NONE, .why = why };
}

/* That of a proxy; where log-ins are passed through it is good for nobody else. */
static const struct config_hops *listener_via(const struct config *c, struct slice name)
{
	const struct config_listener *l = config_listener_find(c, name);

	return l && l->login_by != CONFIG_LOGIN_PASSED ? l->hops : NULL;
}

struct nexthop_route nexthop_route_find(const struct config *c, const struct nexthop_facts *facts,
	const struct smtp_path *recipient)
{
	const struct config_domain *d = config_domain_find(c, recipient->domain);

	const struct config_hops *via = listener_via(c, facts->listener);

	if (!d && !is_entitled(c, facts, recipient))
		return none("the domain is none of ours, and its sender may not use our routes");
	if (via)
		return (struct nexthop_route){ NEXTHOP_HOPS, via, NULL, NULL, "" };
	if (d)
		return (struct nexthop_route){ NEXTHOP_HOPS, d->hops, d, NULL, "" };
	if (recipient->is_literal && config_is_our_address(c, &recipient->literal))
		return none("the address is our own, and no domain stands for it");
	for (size_t i = 0; i < c->routes.n; i++) {
		const struct config_route *r = &c->routes.v[i];

		if (matches_login(r, facts->login) && matches_sender(r, facts->sender) &&
			matches_recipient(r, recipient))
			return (struct nexthop_route){ r->hops ? NEXTHOP_HOPS : NEXTHOP_MX, r->hops,
				NULL, r, "" };
	}
	return none("no route leads to this recipient");
}
