/* What a configuration means without saying it, and which section a name means. Each step stands
 * under a sentence that says why; together they make the structures complete, so that nobody else
 * asks whether an option was set. */
#include "base/buf.h"
#include "base/mem.h"
#include "config/loading.h"

const struct config_node *config_place(const struct config_node *section, const char *key)
{
	const struct config_node *n = config_node_get(section, key);

	return n ? n : section;
}

bool config_listens_on_loopback(const struct config_listener *it)
{
	for (size_t i = 0; i < it->address.n; i++)
		if (!ip_is_loopback(&it->address.v[i].ip))
			return false;
	return true;
}

bool config_hosts_are_loopback(const struct config_hops *h)
{
	for (size_t i = 0; i < h->hosts.n; i++)
		if (!ip_is_loopback(&h->hosts.v[i].place.ip) &&
			!slice_eq_nocase(h->hosts.v[i].place.name, S("localhost")))
			return false;
	return true;
}

/* Peers reject a greeting without a name, so there must be one. */
static void imply_hostname(struct config_loading *l, struct config *c)
{
	if (c->hostname.n)
		return;
	if (!config_is_dns_name(l->in->system_name))
		CONFIG_ERROR(l, NULL,
			"'hostname' is missing, and the system's host name is no DNS name; say "
			"hostname: mail.example.org");
	c->hostname = arena_dup(&l->store->arena, l->in->system_name);
}

/* Without listeners the program serves its own machine only: a forgotten section opens nothing. */
static void imply_listener(struct config_loading *l, struct config *c)
{
	static const struct ip_port loopback[] = {
		{ { IP_V4, { 127, 0, 0, 1 } }, 25 },
		{ { IP_V6, { [15] = 1 } }, 25 },
	};
	struct config_listener *it;

	if (c->listeners.n)
		return;
	it = arena_new(&l->store->arena, struct config_listener);
	config_default_listener(l, it);
	it->name = S("local");
	it->for_whom = CONFIG_FOR_INTERNAL;
	it->address = (struct config_addresses){ loopback, 2 };
	c->listeners = (struct config_listeners){ it, 1 };
}

/* A certificate is configured to be used; submission is TLS or nothing. */
static void imply_listen_tls(const struct config *c, struct config_listener *it)
{
	bool submission = it->for_whom == CONFIG_FOR_SUBMISSION;

	if (!config_node_get(it->at, "tls"))
		it->tls = submission || c->tls.n ? CONFIG_LISTEN_STARTTLS : CONFIG_LISTEN_OFF;
	it->tls_required = submission && it->tls == CONFIG_LISTEN_STARTTLS;
}

/* Whoever reaches a loopback address is on this machine. */
static void imply_networks(struct config_listener *it)
{
	static const struct config_network loopback[] = {
		{ .from = { { IP_V4, { 127 } }, 8 } },
		{ .from = { { IP_V6, { [15] = 1 } }, 128 } },
	};

	if (it->for_whom == CONFIG_FOR_INTERNAL && it->networks.n == 0 &&
		config_listens_on_loopback(it))
		it->networks = (struct config_networks){ loopback, 2 };
}

/* A stranger's program that does not wait for the greeting reads no replies either. */
static void imply_early_talkers(struct config_listener *it)
{
	if (!config_node_get(it->flow.at, "early-talkers"))
		it->flow.early_talkers = it->for_whom == CONFIG_FOR_MX ? CONFIG_EARLY_REFUSE
								       : CONFIG_EARLY_IGNORE;
}

static void imply_connect(struct config_listener *it)
{
	bool passed = it->login_by == CONFIG_LOGIN_PASSED;

	if (!config_node_get(it->at, "connect"))
		it->connect = passed ? CONFIG_CONNECT_AUTH : CONFIG_CONNECT_RCPT;
}

static void imply_listeners(struct config_loading *l, struct config *c)
{
	imply_listener(l, c);
	for (size_t i = 0; i < c->listeners.n; i++) {
		struct config_listener *it = CONFIG_WRITABLE(
			struct config_listener, &c->listeners.v[i]);

		imply_listen_tls(c, it);
		imply_networks(it);
		imply_early_talkers(it);
		imply_connect(it);
	}
}

/* A password, or a port that is TLS from the first byte, must meet the right server. */
static void imply_hop_tls(struct config_hops *h)
{
	bool secret = h->login.user.n > 0;

	for (size_t i = 0; i < h->hosts.n; i++)
		secret = secret || h->hosts.v[i].place.implicit_tls;
	if (!config_node_get(h->at, "tls"))
		h->tls = secret ? CONFIG_TLS_VERIFY : CONFIG_TLS_OPPORTUNISTIC;
}

/* Editors end files with a line end that is no part of the password. */
static void trim_password(struct config_loading *l, struct config_login *login)
{
	const struct config_node *at = config_place(login->at, "password-file");
	const char *path = login->password_file.path.p;
	struct slice p = login->password_file.content;

	if (login->user.n == 0 || l->in->read_file == NULL)
		return;
	while (p.n && (p.p[p.n - 1] == '\n' || p.p[p.n - 1] == '\r'))
		p.n--;
	if (p.n == 0)
		CONFIG_ERROR(l, at, "the password file %s is empty", path);
	else if (memchr(p.p, '\n', p.n))
		CONFIG_ERROR(
			l, at, "the password file %s has several lines; one was expected", path);
	*CONFIG_WRITABLE(char, p.p + p.n) = '\0';
	login->password_file.content = p;
}

/* `mx` and `better-mx` mean something in `via`. */
static void index_hops(struct config_loading *l, struct config_hops *h)
{
	if (slice_eq(h->name, S("mx")) || slice_eq(h->name, S("better-mx")))
		CONFIG_KEY_ERROR(l, h->at,
			"hops cannot be named '%s', because `via` means something else by it; "
			"another name was expected",
			h->name.p);
	if (h->name.n == 0)
		CONFIG_KEY_ERROR(l, h->at, "these hops have no name; a name was expected");
	else
		map_set(&l->store->hops, h->name, h);
}

static void imply_hops(struct config_loading *l, struct config *c)
{
	for (size_t i = 0; i < c->hops.n; i++) {
		struct config_hops *h = CONFIG_WRITABLE(struct config_hops, &c->hops.v[i]);

		imply_hop_tls(h);
		trim_password(l, CONFIG_WRITABLE(struct config_login, &h->login));
		index_hops(l, h);
	}
}

static const struct config_hops *find_via(struct config_loading *l, const struct config *c,
	const struct config_node *section, struct slice via)
{
	const struct config_hops *h = map_get(&l->store->hops, via);
	const struct config_node *at = config_place(section, "via");
	const char *nearest = NULL;
	unsigned best = CONFIG_FAR;

	for (size_t i = 0; h == NULL && i < c->hops.n; i++)
		if (config_is_nearer(via, c->hops.v[i].name, &best))
			nearest = c->hops.v[i].name.p;
	if (h == NULL && nearest)
		CONFIG_ERROR(
			l, at, "'via': no hops are named '%s'; did you mean '%s'?", via.p, nearest);
	else if (h == NULL)
		CONFIG_ERROR(l, at, "'via': no hops are named '%s'; a name in `hops` was expected",
			via.p);
	return h;
}

static void resolve_listeners(struct config_loading *l, struct config *c)
{
	for (size_t i = 0; i < c->listeners.n; i++) {
		struct config_listener *it = CONFIG_WRITABLE(
			struct config_listener, &c->listeners.v[i]);

		const struct config_hops *hops = it->via.n ? find_via(l, c, it->at, it->via) : NULL;

		if (it->service == CONFIG_SERVICE_PROXY)
			it->hops = hops;
		if (it->hops)
			CONFIG_WRITABLE(struct config_hops, it->hops)->for_listeners = true;
	}
}

/* A route that leads nowhere must not be found out by the first mail. */
static void resolve_routes(struct config_loading *l, struct config *c)
{
	for (size_t i = 0; i < c->routes.n; i++) {
		struct config_route *r = CONFIG_WRITABLE(struct config_route, &c->routes.v[i]);

		if (!slice_eq(r->via, S("mx")))
			r->hops = find_via(l, c, r->at, r->via);
		else
			c->routes_direct = true;
		if (r->hops)
			CONFIG_WRITABLE(struct config_hops, r->hops)->for_routes = true;
	}
}

/* Domains are compared in one form; a domain written twice in different case is a mistake. */
static void index_domain(struct config_loading *l, struct config_domain *d)
{
	if (!config_is_dns_name(d->name))
		CONFIG_KEY_ERROR(l, d->at, "'%s' is no domain; a DNS name in ASCII was expected%s",
			d->name.p, slice_is_ascii(d->name) ? "" : " (its xn-- form)");
	else if (map_set(&l->store->domains, d->name, d))
		CONFIG_KEY_ERROR(l, d->at, "the domain '%s' stands here a second time", d->name.p);
}

static void imply_domains(struct config_loading *l, struct config *c)
{
	for (size_t i = 0; i < c->domains.n; i++) {
		struct config_domain *d = CONFIG_WRITABLE(struct config_domain, &c->domains.v[i]);

		index_domain(l, d);
		d->hops = find_via(l, c, d->at, d->via);
		if (d->hops)
			CONFIG_WRITABLE(struct config_hops, d->hops)->for_domains = true;
		if (!config_node_get(d->at, "keep"))
			d->keep = c->retry.keep_backup;
	}
}

static void add_known(struct map *known, const struct config_domain *d, struct slice line)
{
	size_t at = slice_rfind(line, '@');

	/* One file may list the addresses of several domains. */
	if (at < line.n && !slice_eq_nocase(slice_skip(line, at + 1), d->name))
		return;
	if (at > 0)
		map_set(known, slice_take(line, at), CONFIG_WRITABLE(void, d));
}

static void read_known(struct map *known, const struct config_domain *d, struct slice content)
{
	while (content.n) {
		struct slice line = slice_trim(slice_split(&content, '\n'));

		if (line.n && line.p[0] != '#')
			add_known(known, d, line);
	}
}

static void read_recipients(struct config_loading *l, struct config *c)
{
	l->store->known = mem_zalloc(sizeof(struct map) * (c->domains.n + 1));
	for (size_t i = 0; i < c->domains.n; i++) {
		const struct config_domain *d = &c->domains.v[i];

		map_init(&l->store->known[i], (struct hash_key){ 0, 0 }, true);
		for (size_t k = 0; k < d->recipients.n; k++) {
			struct config_recipients *r = CONFIG_WRITABLE(
				struct config_recipients, &d->recipients.v[k]);

			if (r->file.path.n)
				r->is = CONFIG_RECIPIENTS_FILE;
			read_known(&l->store->known[i], d, r->file.content);
		}
	}
}

/* Compaction writes one segment while outcomes go to another. */
static void imply_reserve(struct config *c)
{
	if (!config_node_get(c->spool.at, "reserve"))
		c->spool.reserve = 4 * c->spool.segment_size;
}

/* The spool's folder belongs to the right user already, and one program stands for one spool. */
static void imply_socket(struct config_loading *l, struct config *c)
{
	char *path;

	if (config_node_get(c->admin.at, "socket"))
		return;
	path = arena_printf(&l->store->arena, "%s/admin.sock", c->spool.path.p);
	c->admin.socket = slice_str(path);
}

void config_imply(struct config_loading *l)
{
	struct config *c = &l->store->config;

	imply_hostname(l, c);
	imply_reserve(c);
	imply_socket(l, c);
	imply_listeners(l, c);
	imply_hops(l, c);
	resolve_listeners(l, c);
	resolve_routes(l, c);
	imply_domains(l, c);
	read_recipients(l, c);
}
