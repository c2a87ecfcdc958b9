/* The order is the meaning here, so it stands in one short function for each command. Who may send
 * to the world is decided in one place, entitlement(), by facts of the client alone; a recipient
 * never adds to it. */
#include "server/permission.h"

#include "auth/users.h"
#include "config/config.h"
#include "smtp/path.h"

static struct server_verdict refuse(uint16_t code, const char *enhanced, const char *text)
{
	return (struct server_verdict){ .code = code, .enhanced = enhanced, .text = text };
}

static struct server_verdict allow(enum spool_entitlement e, const struct config_domain *d)
{
	return (struct server_verdict){
		.code = 250,
		.enhanced = "2.1.5",
		.text = "accepted",
		.entitlement = e,
		.domain = d,
	};
}

/* Names what decided. */
static struct server_verdict by(
	struct server_verdict v, const struct config_node *at, const char *key)
{
	v.at = at;
	v.key = key;
	return v;
}

static const struct config_network *find_in(const struct config_listener *l, const struct ip *ip)
{
	if (l->for_whom != CONFIG_FOR_INTERNAL)
		return NULL;
	for (size_t i = 0; i < l->networks.n; i++)
		if (ip_in_net(ip, &l->networks.v[i].from))
			return &l->networks.v[i];
	return NULL;
}

/* The network of an internal listener that holds the client, or NULL. */
static const struct config_network *find_network(const struct server_client *client)
{
	return find_in(client->listener, &client->ip);
}

bool server_client_is_known(const struct config *c, const struct server_client *client)
{
	bool known = client->user || client->passed;

	for (size_t i = 0; !known && i < c->listeners.n; i++)
		known = find_in(&c->listeners.v[i], &client->ip) != NULL;
	return known;
}

static enum spool_entitlement entitlement(const struct server_client *client)
{
	if (client->listener->for_whom == CONFIG_FOR_MX)
		return SPOOL_NOT_ENTITLED;
	if (client->user || client->passed)
		return SPOOL_ENTITLED_LOGIN;
	return find_network(client) ? SPOOL_ENTITLED_NETWORK : SPOOL_NOT_ENTITLED;
}

/* May the client use the listener at all? */
static struct server_verdict check_client(const struct server_client *client)
{
	const struct config_network *net = find_network(client);
	const struct config_node *at = client->listener->at;
	enum spool_entitlement e = entitlement(client);

	switch (client->listener->for_whom) {
	case CONFIG_FOR_SUBMISSION:
		if (client->listener->tls_required && !client->tls)
			return by(refuse(530, "5.7.0", "say STARTTLS first"), at, "tls");
		if (e == SPOOL_NOT_ENTITLED)
			return by(refuse(530, "5.7.0", "log in first"), at, "for");
		break;
	case CONFIG_FOR_INTERNAL:
		if (e == SPOOL_NOT_ENTITLED)
			return by(refuse(550, "5.7.1", "your address is in none of our networks"),
				at, "networks");
		break;
	case CONFIG_FOR_MX:
		break;
	}
	if (client->passed)
		return by(allow(e, NULL), at, "auth");
	if (e == SPOOL_ENTITLED_LOGIN)
		return by(allow(e, NULL), NULL, "users");
	return net ? by(allow(e, NULL), net->at, "from") : by(allow(e, NULL), at, "for");
}

static struct server_verdict check_user_sender(
	const struct auth_user *user, const struct smtp_path *sender, struct server_verdict allowed)
{
	if (!auth_user_has_senders(user))
		return by(refuse(550, "5.7.1", "no sender address is configured for your log-in"),
			NULL, "users");
	if (!auth_user_may_send(user, sender->raw))
		return by(refuse(550, "5.7.1", "your log-in may not send as this address"), NULL,
			"users");
	return allowed;
}

/* May the client use this reverse-path? The null one is for reports, which everyone may send. */
static struct server_verdict check_sender(const struct server_client *client,
	const struct smtp_path *sender, struct server_verdict allowed)
{
	const struct config_network *net = find_network(client);

	if (allowed.entitlement == SPOOL_NOT_ENTITLED || sender->is_null)
		return allowed;
	if (client->user)
		return check_user_sender(client->user, sender, allowed);
	if (net == NULL || net->senders.n == 0)
		return allowed;
	for (size_t i = 0; i < net->senders.n; i++)
		if (slice_glob(net->senders.v[i], sender->raw))
			return by(allowed, net->at, "senders");
	return by(refuse(550, "5.7.1", "your network may not send as this address"), net->at,
		"senders");
}

struct server_verdict server_permission_mail(
	const struct server_client *client, const struct smtp_path *sender)
{
	struct server_verdict v = check_client(client);

	if (!server_verdict_is_allowed(&v))
		return v;
	v = check_sender(client, sender, v);
	if (server_verdict_is_allowed(&v))
		v.enhanced = "2.1.0";
	return v;
}

/* <postmaster>, and postmaster and abuse at our names and domains (RFC 5321 section 4.5.1, RFC
 * 2142). */
static bool is_for_postmaster(const struct config *c, const struct smtp_path *to)
{
	if (to->domain.n == 0)
		return true;
	if (!slice_eq_nocase(to->local, S("postmaster")) && !slice_eq_nocase(to->local, S("abuse")))
		return false;
	return config_domain_find(c, to->domain) || config_is_our_name(c, to->domain) ||
	       (to->is_literal && config_is_our_address(c, &to->literal));
}

/* A server behind us might read these as a route to somebody else: the percent hack, the bang path,
 * a quoted address; and the forms of the three signs that Unicode calls compatible with them. */
static bool hides_a_route(struct slice local)
{
	static const struct slice signs[] = {
		SLICE("%"), SLICE("!"), SLICE("@"), SLICE("\xef\xbc\x85"), SLICE("\xef\xbc\x81"),
		SLICE("\xef\xbc\xa0"), /* full width */
		SLICE("\xef\xb9\xaa"), SLICE("\xef\xb9\x97"), SLICE("\xef\xb9\xab"), /* small */
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (slice_search(local, signs[i]) < local.n)
			return true;
	return false;
}

/* v allowed the sender. */
static struct server_verdict check_recipient(
	const struct config *c, const struct smtp_path *to, struct server_verdict v)
{
	const struct config_domain *d = config_domain_find(c, to->domain);
	bool entitled = v.entitlement != SPOOL_NOT_ENTITLED;

	if (!entitled && hides_a_route(to->local))
		return by(refuse(550, "5.7.1", "relaying denied: no routes in local parts"), v.at,
			v.key);
	if (d == NULL && !entitled)
		return by(refuse(550, "5.7.1", "relaying denied: this domain is none of ours"),
			c->at, "domains");
	if (d && !config_domain_knows(c, d, to->local))
		return by(refuse(550, "5.1.1", "no such recipient here"), d->at, "recipients");
	return d ? by(allow(v.entitlement, d), d->at, "recipients")
		 : by(allow(v.entitlement, NULL), v.at, v.key);
}

struct server_verdict server_permission_rcpt(const struct config *c,
	const struct server_client *client, const struct smtp_path *sender,
	const struct smtp_path *recipient)
{
	struct server_verdict v = server_permission_mail(client, sender);

	if (!server_verdict_is_allowed(&v))
		return v;
	if (client->passed) {
		v.enhanced = "2.1.5"; /* all else is for the server behind us to say */
		return v;
	}
	if (is_for_postmaster(c, recipient)) {
		if (c->postmaster.n) {
			v = by(allow(v.entitlement, config_domain_find(c, recipient->domain)),
				c->at, "postmaster");
			v.instead = c->postmaster;
			return v;
		}
		if (recipient->domain.n == 0)
			return by(refuse(550, "5.1.1", "no postmaster is configured here"), c->at,
				"postmaster");
	}
	return check_recipient(c, recipient, v);
}
