/* What options forbid together. Each rule is one function under a sentence that says why it is
 * there, and stands in one of the tables at the end: for each listener, domain, or for the whole;
 * those of hops stand in rules_hops.c. */
#include "config/loading.h"

/* ---- listeners ---- */

/* TLS without a certificate would fail at the first client. */
static void check_certificate(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	if (it->tls != CONFIG_LISTEN_OFF && c->tls.n == 0)
		CONFIG_ERROR(l, config_place(it->at, "tls"),
			"the listener '%s' does TLS, but there is no certificate; say tls: [ { "
			"certificate: FILE, key-file: FILE } ]%s",
			it->name.p,
			config_listens_on_loopback(it)
				? ", or in the listener tls: off, which loopback allows"
				: "");
}

/* Users need somebody to know them, and passwords must not cross a network in the clear. */
static void check_submission(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	if (it->for_whom != CONFIG_FOR_SUBMISSION)
		return;
	if (c->users.n == 0 && it->login_by == CONFIG_LOGIN_USERS)
		CONFIG_ERROR(l, it->at,
			"the listener '%s' is for submission, but nobody can log in; say users: "
			"[ { file: FILE } ]",
			it->name.p);
	if (it->tls == CONFIG_LISTEN_OFF && !config_listens_on_loopback(it))
		CONFIG_ERROR(l, config_place(it->at, "tls"),
			"the listener '%s' would take passwords in the clear; starttls or "
			"implicit was expected, off is for loopback addresses only",
			it->name.p);
}

/* Only internal listeners trust addresses; elsewhere a network would promise what is not done. */
static void check_networks(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	(void)c;
	if (it->for_whom != CONFIG_FOR_INTERNAL && it->networks.n)
		CONFIG_ERROR(l, config_place(it->at, "networks"),
			"'networks' stands in the listener '%s', which is not `for: internal`: "
			"its clients gain nothing by it",
			it->name.p);
	if (it->for_whom == CONFIG_FOR_INTERNAL && it->networks.n == 0)
		CONFIG_ERROR(l, it->at,
			"the listener '%s' is for internal clients, but no networks say who they "
			"are; say networks: [ 10.1.0.0/24 ], or listen on loopback only",
			it->name.p);
}

static bool has_wildcard(const struct config_listener *it)
{
	static const uint8_t zero[16];

	for (size_t i = 0; i < it->address.n; i++)
		if (memcmp(it->address.v[i].ip.b, zero, sizeof(zero)) == 0)
			return true;
	return false;
}

/* Behind container NAT every client looks local: this has made many open relays. */
static void check_wildcard(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	(void)c;
	if (it->networks.n && has_wildcard(it) && !it->i_accept_an_open_relay)
		CONFIG_ERROR(l, config_place(it->at, "networks"),
			"the listener '%s' trusts networks and listens on every address, where "
			"NAT makes strangers look local; name the inner address, or say "
			"i-accept-an-open-relay: true",
			it->name.p);
}

/* A wide network holds strangers. */
static void check_width(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	(void)c;
	for (size_t i = 0; i < it->networks.n; i++) {
		const struct ip_net *net = &it->networks.v[i].from;
		unsigned least = net->ip.family == IP_V4 ? 8 : 32;

		if (net->bits < least && !it->i_accept_an_open_relay)
			CONFIG_ERROR(l, config_place(it->networks.v[i].at, "from"),
				"a network of /%u is too wide to be trusted; /%u or narrower was "
				"expected, or i-accept-an-open-relay: true",
				net->bits, least);
	}
}

static void check_front_width(
	struct config_loading *l, const struct config_listener *it, const struct config_front *f)
{
	for (size_t i = 0; i < f->from.n; i++) {
		unsigned least = f->from.v[i].ip.family == IP_V4 ? 8 : 32;

		if (f->from.v[i].bits < least && !it->i_accept_an_open_relay)
			CONFIG_ERROR(l, config_place(f->at, "from"),
				"a network of /%u is too wide to be believed about others; /%u or "
				"narrower was expected, or i-accept-an-open-relay: true",
				f->from.v[i].bits, least);
	}
}

/* Who is believed about others can be anybody; about log-ins, any user. */
static void check_fronts(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	check_front_width(l, it, &it->proxy_protocol);
	check_front_width(l, it, &it->xclient);
	check_front_width(l, it, &it->xforward);
	if (!it->xclient.login)
		return;
	if (c->users.n == 0)
		CONFIG_ERROR(l, config_place(it->xclient.at, "login"),
			"the listener '%s' believes servers about log-ins, but there are no users; "
			"say users: [ { file: FILE } ]",
			it->name.p);
	if (has_wildcard(it) && !it->i_accept_an_open_relay)
		CONFIG_ERROR(l, config_place(it->xclient.at, "login"),
			"the listener '%s' believes servers about log-ins and listens on every "
			"address, where NAT makes strangers look local; name the inner address, "
			"or say i-accept-an-open-relay: true",
			it->name.p);
}

/* What was typed for one server must not be heard by another, nor be tried by us in its name. */
static void check_passed_hops(
	struct config_loading *l, const struct config_listener *it, const struct config_hops *h)
{
	bool weak = h->tls == CONFIG_TLS_OFF || h->tls == CONFIG_TLS_OPPORTUNISTIC;

	if (h->login.user.n)
		CONFIG_ERROR(l, config_place(it->at, "via"),
			"log-ins of the listener '%s' are passed to the hops '%s', which have a "
			"login of their own; hops without one were expected",
			it->name.p, h->name.p);
	if (weak && !config_hosts_are_loopback(h))
		CONFIG_ERROR(l, config_place(it->at, "via"),
			"log-ins of the listener '%s' would be passed to the hops '%s' in the "
			"clear; say tls: require or verify there",
			it->name.p, h->name.p);
	for (size_t i = 0; i < h->hosts.n; i++)
		if (h->hosts.v[i].place.protocol == CONFIG_LMTP)
			CONFIG_ERROR(l, config_place(it->at, "via"),
				"nobody logs in by LMTP, but the hops '%s' have a lmtp:// host",
				h->name.p);
}

/* Passing a log-in through makes sense only where it is asked for, and only to somebody. */
static void check_passed(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	bool passed = it->login_by == CONFIG_LOGIN_PASSED;

	(void)c;
	if (passed &&
		(it->service != CONFIG_SERVICE_PROXY || it->for_whom != CONFIG_FOR_SUBMISSION))
		CONFIG_ERROR(l, config_place(it->at, "auth"),
			"'auth: pass-through' stands in the listener '%s'; service: proxy and for: "
			"submission were expected beside it",
			it->name.p);
	if (passed && it->hops == NULL)
		CONFIG_ERROR(l, config_place(it->at, "auth"),
			"the listener '%s' passes log-ins through, but to whom? say via: with a "
			"name in `hops`",
			it->name.p);
	if (it->service != CONFIG_SERVICE_PROXY && it->via.n)
		CONFIG_ERROR(l, config_place(it->at, "via"),
			"'via' stands in the listener '%s' without service: proxy; "
			"`domains` and `routes` say where its mail goes",
			it->name.p);
	if (passed && it->hops)
		check_passed_hops(l, it, it->hops);
}

/* SMTP has one answer to a message, and behind it nothing is said of a recipient any more. */
static void warn_of_one_answer(struct config_loading *l, const struct config_listener *it)
{
	if (it->service == CONFIG_SERVICE_PROXY && it->connect == CONFIG_CONNECT_DOT)
		CONFIG_WARNING(l, config_place(it->at, "connect"),
			"recipients share one verdict at the listener '%s': with connect: dot, "
			"what a server refuses to one of them is refused to all; with rcpt each "
			"has its own",
			it->name.p);
}

/* Where a connection is made ahead, for whom must be known ahead too. */
static void check_connect(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	const struct config_node *at = config_place(it->at, "connect");
	bool passed = it->login_by == CONFIG_LOGIN_PASSED;
	bool ahead = it->connect < CONFIG_CONNECT_RCPT;

	(void)c;
	if (it->service != CONFIG_SERVICE_PROXY && !passed && it->connect != CONFIG_CONNECT_RCPT)
		CONFIG_ERROR(l, at,
			"'connect' stands in the listener '%s' without service: proxy, but a "
			"relay connects when it delivers",
			it->name.p);
	else if (passed && it->connect != CONFIG_CONNECT_AUTH)
		CONFIG_ERROR(l, at,
			"the listener '%s' passes log-ins through, so it connects at AUTH; "
			"connect: auth was expected, or nothing",
			it->name.p);
	else if (ahead && it->hops == NULL)
		CONFIG_ERROR(l, at,
			"the listener '%s' connects before a recipient is known, but to whom? "
			"say via: with a name in `hops`",
			it->name.p);
	else if (it->connect == CONFIG_CONNECT_AUTH && it->for_whom != CONFIG_FOR_SUBMISSION)
		CONFIG_ERROR(l, at,
			"nobody has to log in at the listener '%s'; connect: auth makes sense with "
			"for: submission",
			it->name.p);
	else if (it->connect == CONFIG_CONNECT_ACCEPT && it->hops &&
		 it->hops->tell_client == CONFIG_TELL_XCLIENT)
		CONFIG_ERROR(l, at,
			"the hops '%s' are told by XCLIENT who the client is, but before its EHLO "
			"nobody knows all of it; say connect: mail or rcpt",
			it->hops->name.p);
	else
		warn_of_one_answer(l, it);
}

/* Between a relay and its client there is no server that could wait. */
static void check_patience(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	struct config_listener usual;
	const char *key;

	(void)c;
	if (it->service == CONFIG_SERVICE_PROXY)
		return;
	config_default_listener(l, &usual);
	if (it->slow_after != usual.slow_after)
		key = "slow-after";
	else if (it->release_after != usual.release_after)
		key = "release-after";
	else
		return;
	CONFIG_ERROR(l, config_place(it->at, key),
		"'%s' stands in the listener '%s' without service: proxy, but a relay holds no "
		"server while its client is slow",
		key, it->name.p);
}

/* What would be stored must have a place that was chosen for it, and a way out: a log-in that was
 * passed through ends with its session. */
static void check_backend_failure(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	const struct config_node *at = config_place(it->at, "on-backend-failure");

	if (it->on_backend_failure != CONFIG_FAILURE_SPOOL)
		return;
	if (it->service != CONFIG_SERVICE_PROXY)
		CONFIG_ERROR(l, at,
			"'on-backend-failure' stands in the listener '%s', which is a relay; "
			"service: proxy was expected beside it",
			it->name.p);
	if (c->spool.at == NULL)
		CONFIG_ERROR(l, at,
			"the listener '%s' would store mail, but nothing says where; say spool: { "
			"path: FOLDER }",
			it->name.p);
	if (it->login_by == CONFIG_LOGIN_PASSED)
		CONFIG_ERROR(l, at,
			"the listener '%s' would store mail of log-ins that are passed through, "
			"and could not send it afterwards, since only those servers know the "
			"users; tempfail was expected",
			it->name.p);
}

/* A relay keeps what it took, and delivers it once. */
static void check_dedupe(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	(void)c;
	if (it->dedupe && it->service != CONFIG_SERVICE_PROXY)
		CONFIG_ERROR(l, config_place(it->at, "dedupe"),
			"'dedupe: on' stands in the listener '%s'; service: proxy was expected "
			"beside it",
			it->name.p);
}

/* A mx listener serves `domains`, and must have a postmaster (RFC 5321 section 4.5.1). */
static void check_mx(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	if (it->for_whom != CONFIG_FOR_MX)
		return;
	if (c->domains.n == 0)
		CONFIG_ERROR(l, it->at,
			"the listener '%s' is for mx, but there are no `domains` whose mail it "
			"could take",
			it->name.p);
	if (c->postmaster.n == 0)
		CONFIG_ERROR(l, it->at,
			"the listener '%s' is for mx, and everyone may write to its postmaster; "
			"say postmaster: admin@example.net",
			it->name.p);
}

static bool listens_on(const struct config_listener *it, const struct ip_port *a, size_t limit)
{
	for (size_t i = 0; i < it->address.n && i < limit; i++) {
		const struct ip_port *b = &it->address.v[i];

		if (a->port == b->port && a->ip.family == b->ip.family &&
			memcmp(a->ip.b, b->ip.b, sizeof(a->ip.b)) == 0)
			return true;
	}
	return false;
}

/* The second of two listeners on one address would never get a client. */
static void check_addresses(
	struct config_loading *l, const struct config *c, const struct config_listener *it)
{
	for (const struct config_listener *other = c->listeners.v; other <= it; other++)
		for (size_t i = 0; i < it->address.n; i++)
			if (listens_on(other, &it->address.v[i], other == it ? i : SIZE_MAX))
				CONFIG_ERROR(l, config_place(it->at, "address"),
					"the listeners '%s' and '%s' have an address in common",
					other->name.p, it->name.p);
}

/* ---- domains ---- */

static bool stores(const struct config_listener *it)
{
	return it->service == CONFIG_SERVICE_RELAY ||
	       it->on_backend_failure == CONFIG_FAILURE_SPOOL;
}

static bool any_stores(const struct config *c)
{
	for (size_t i = 0; i < c->listeners.n; i++)
		if (stores(&c->listeners.v[i]))
			return true;
	return false;
}

/* What is stored is returned later; a proxy that stores nothing lets the backend say no,
 * which is as good as `backend-decides` where that is told who asks. */
static void warn_of_any(struct config_loading *l, const struct config *c,
	const struct config_domain *d, const struct config_node *at)
{
	if (any_stores(c))
		CONFIG_WARNING(l, at,
			"every recipient of '%s' is taken, also those that do not exist, "
			"and returned later to senders that may be forged; a file of "
			"recipients is better",
			d->name.p);
	else if (d->hops->tell_client < CONFIG_TELL_XCLIENT)
		CONFIG_WARNING(l, at,
			"every recipient of '%s' is passed to the hops '%s', which decide by our "
			"address in the place of the client's; a file of recipients is better, or "
			"`backend-decides` and there tell-client: xclient, proxy-v1 or proxy-v2",
			d->name.p, d->hops->name.p);
}

/* Accepting mail for nobody makes us send reports to forged senders; so it must be said. */
static void check_recipients(
	struct config_loading *l, const struct config *c, const struct config_domain *d)
{
	if (d->recipients.n == 0)
		CONFIG_ERROR(l, config_place(d->at, "recipients"),
			"'recipients' of '%s' is empty; `any`, or a list with { file: FILE }, "
			"was expected",
			d->name.p);
	for (size_t i = 0; i < d->recipients.n; i++) {
		const struct config_node *at = d->recipients.v[i].at;
		bool is = config_node_get(at, "is"), file = config_node_get(at, "file");

		if (is == file)
			CONFIG_ERROR(
				l, at, "an item of 'recipients' is either `any` or has a `file`");
		else if (is && d->recipients.v[i].is == CONFIG_RECIPIENTS_ANY)
			warn_of_any(l, c, d, at);
	}
}

/* A final server has an answer for each recipient of a message, most clients take only one. */
static void warn_of_lmtp(
	struct config_loading *l, const struct config *c, const struct config_domain *d)
{
	bool proxy = false, lmtp = false;

	for (size_t i = 0; i < c->listeners.n; i++)
		proxy |= c->listeners.v[i].service == CONFIG_SERVICE_PROXY;
	for (size_t i = 0; d->hops && i < d->hops->hosts.n; i++)
		lmtp |= d->hops->hosts.v[i].place.protocol == CONFIG_LMTP;
	if (proxy && lmtp)
		CONFIG_WARNING(l, config_place(d->at, "via"),
			"a proxy takes one recipient of '%s' a transaction from clients without "
			"PRDR, because the hops '%s' have a lmtp:// host; some come back for the "
			"next one minutes later",
			d->name.p, d->hops->name.p);
}

static const struct config_listener *find_mx_that_stores(const struct config *c)
{
	for (size_t i = 0; i < c->listeners.n; i++)
		if (c->listeners.v[i].for_whom == CONFIG_FOR_MX && stores(&c->listeners.v[i]))
			return &c->listeners.v[i];
	return NULL;
}

/* A backend that is not told who the client is takes him for us, and may trust our address; and
 * only a proxy asks it while the client waits. */
/* A listener whose `via` has everything, and is not told who the client is; or NULL. */
static const struct config_listener *find_untold_via(const struct config *c)
{
	for (size_t i = 0; i < c->listeners.n; i++) {
		const struct config_listener *it = &c->listeners.v[i];

		if (it->hops && it->login_by != CONFIG_LOGIN_PASSED &&
			it->hops->tell_client < CONFIG_TELL_XCLIENT)
			return it;
	}
	return NULL;
}

static void check_backend_decides(
	struct config_loading *l, const struct config *c, const struct config_domain *d)
{
	const struct config_listener *mx = find_mx_that_stores(c), *untold = find_untold_via(c);

	for (size_t i = 0; i < d->recipients.n; i++) {
		const struct config_node *at = d->recipients.v[i].at;

		if (d->recipients.v[i].is != CONFIG_RECIPIENTS_BACKEND)
			continue;
		if (d->hops->tell_client < CONFIG_TELL_XCLIENT)
			CONFIG_ERROR(l, at,
				"`backend-decides`, but the hops '%s' are not told who the client "
				"is and would take him for us; say tell-client: xclient, proxy-v1 "
				"or proxy-v2 there",
				d->hops->name.p);
		if (untold)
			CONFIG_ERROR(l, at,
				"`backend-decides`, but the listener '%s' passes everything to the "
				"hops '%s', which are not told who the client is; say tell-client: "
				"xclient, proxy-v1 or proxy-v2 there",
				untold->name.p, untold->hops->name.p);
		if (mx && mx->service == CONFIG_SERVICE_RELAY)
			CONFIG_ERROR(l, at,
				"`backend-decides`, but the listener '%s' is a relay, which asks "
				"nobody; say service: proxy there, or another source of recipients",
				mx->name.p);
		else if (mx)
			CONFIG_ERROR(l, at,
				"`backend-decides`, but the listener '%s' takes recipients also "
				"while nobody can be asked; say on-backend-failure: tempfail "
				"there, or another source of recipients",
				mx->name.p);
	}
}

/* ---- the whole ---- */

/* A route that matches everything hides those behind it. */
static void check_hidden_routes(struct config_loading *l, const struct config *c)
{
	for (size_t i = 0; i + 1 < c->routes.n; i++) {
		const struct config_route *r = &c->routes.v[i];

		if (r->login.n == 0 && r->from.n == 0 && r->to.n == 0) {
			CONFIG_WARNING(l, c->routes.v[i + 1].at,
				"this route is never reached: the one in line %u matches "
				"everything",
				config_line(r->at));
			return;
		}
	}
}

/* The journal finds its way by arithmetic on powers of two, and must be able to compact when no
 * mail is accepted any more. */
static void check_spool(struct config_loading *l, const struct config *c)
{
	uint64_t size = c->spool.segment_size;

	if (size & (size - 1))
		CONFIG_ERROR(l, config_place(c->spool.at, "segment-size"),
			"'segment-size' is no power of two; 64KiB, 128KiB and so on were expected");
	if (c->spool.reserve < 2 * size)
		CONFIG_ERROR(l, config_place(c->spool.at, "reserve"),
			"'reserve' is less than two segments; twice 'segment-size' or more was "
			"expected");
}

/* The order in which several would be asked is not decided. */
static void check_users(struct config_loading *l, const struct config *c)
{
	if (c->users.n > 1)
		CONFIG_ERROR(l, c->users.v[1].at,
			"a second source of users is not built yet; one file was expected");
}

/* Not dangerous, but surely not what was meant. */
static void check_usefulness(struct config_loading *l, const struct config *c)
{
	if (c->routes.n == 0 && c->domains.n == 0)
		CONFIG_WARNING(l, NULL,
			"there are neither `routes` nor `domains`: no mail can be delivered; say "
			"routes: [ { via: mx } ], or name `hops` there");
	if (c->retry.warn_after && c->retry.warn_after >= c->retry.keep)
		CONFIG_WARNING(l, config_place(c->retry.at, "warn-after"),
			"no sender is warned of a delay, because 'warn-after' is not below 'keep'");
}

static void (*const listener_rules[])(struct config_loading *, const struct config *,
	const struct config_listener *) = { check_certificate, check_submission, check_networks,
	check_wildcard, check_width, check_fronts, check_passed, check_connect, check_patience,
	check_backend_failure, check_dedupe, check_mx, check_addresses };
static void (*const domain_rules[])(struct config_loading *, const struct config *,
	const struct config_domain *) = { check_recipients, check_backend_decides, warn_of_lmtp };
static void (*const rules[])(struct config_loading *, const struct config *) = { check_spool,
	check_users, check_hidden_routes, check_usefulness };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void config_rules_check(struct config_loading *l)
{
	const struct config *c = &l->store->config;

	for (size_t i = 0; i < c->listeners.n; i++)
		for (size_t k = 0; k < COUNT(listener_rules); k++)
			listener_rules[k](l, c, &c->listeners.v[i]);
	for (size_t i = 0; i < c->domains.n; i++)
		for (size_t k = 0; k < COUNT(domain_rules); k++)
			domain_rules[k](l, c, &c->domains.v[i]);
	for (size_t i = 0; i < c->hops.n; i++)
		config_rules_hops(l, &c->hops.v[i]);
	for (size_t i = 0; i < COUNT(rules); i++)
		rules[i](l, c);
}
