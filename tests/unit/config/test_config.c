/* Whole configurations: the documented ones load, and what they imply is filled in. */
#include "config/config.h"

#include <stdlib.h>

#include "config/load_text.h"
#include "check_main.h"

static const struct config *load(const char *text)
{
	const struct config *c = load_text(text);

	ck_assert_msg(c != NULL, "%s", load_said());
	return c;
}

static bool is(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text)) && s.p[s.n] == '\0';
}

START_TEST(nothing_said)
{
	const struct config *c = load("");

	ck_assert(is(c->hostname, "host.example.org"));
	ck_assert(is(c->postmaster, ""));
	ck_assert_uint_eq(c->listeners.n, 1);
	const struct config_listener *l = c->listeners.v;

	ck_assert(is(l->name, "local") && l->at == NULL);
	ck_assert(l->for_whom == CONFIG_FOR_INTERNAL && l->tls == CONFIG_LISTEN_OFF);
	ck_assert_uint_eq(l->address.n, 2);
	ck_assert_uint_eq(l->networks.n, 2);
	ck_assert_uint_eq(c->limits.message_size, 50 << 20);
	ck_assert_uint_eq(c->retry.schedule.n, 7);
	ck_assert(c->retry.schedule.v[6] == 4 * USEC_PER_HOUR);
	ck_assert(is(c->spool.path, "/var/lib/sluice"));
	ck_assert(is(c->admin.socket, "/var/lib/sluice/admin.sock"));
	ck_assert_ptr_nonnull(strstr(load_said(), "no mail can be delivered"));
	config_unref(c);
}
END_TEST

START_TEST(null_client)
{
	const struct config *c = load(
		"hops:   { provider: { hosts: [\"smtps://smtp.provider.example\"], tls: verify, login: { "
		"user: me, password-file: provider.secret } } }\n"
		"routes: [ { via: provider } ]\n");
	const struct config_hops *h = config_hops_find(c, S("provider"));

	ck_assert_str_eq(load_said(), "");
	ck_assert_ptr_nonnull(h);
	ck_assert(c->routes.v[0].hops == h);
	ck_assert(h->hosts.v[0].place.implicit_tls && h->hosts.v[0].place.port == 465);
	ck_assert(is(h->hosts.v[0].place.name, "smtp.provider.example"));
	ck_assert(is(h->login.user, "me") && is(h->login.password_file.content, "pass word"));
	ck_assert(is(h->login.password_file.path, "etc/provider.secret"));
	ck_assert_uint_eq(config_line(h->at), 1);
	config_unref(c);
}
END_TEST

static const char site[] =
	"hostname: mx1.example.org\n"
	"postmaster: admin@example.net\n"
	"workers: auto\n"
	"our-names: [ mail.example.org ]\n"
	"our-addresses: 203.0.113.7\n"
	"spool: { path: spool }\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"users: [ { file: users } ]\n"
	"listeners:\n"
	"  submissions: { for: submission, address: \":465\", tls: implicit }\n"
	"  submission:  { for: submission, address: \":587\" }\n"
	"  devices:     { for: internal, address: \"10.0.0.1:25\", networks: [ { from: 10.1.0.0/24,\n"
	"                 senders: [\"*@example.net\"] }, \"2001:db8::/64\", 10.9.9.9 ] }\n"
	"  mx:          { for: mx, address: [\":25\"] }\n"
	"domains:\n"
	"  example.net: { via: inside, recipients: any }\n"
	"  Example.com: { via: inside, recipients: [ { file: list }, { file: /abs/list } ], keep: 3d }\n"
	"routes:\n"
	"  - { login: \"*@brand.example\", via: inside }\n"
	"  - { via: mx }\n"
	"hops:\n"
	"  inside: { hosts: [\"10.0.0.5:26\", \"lmtp://[2001:db8::5]:2424\", smtp://b.example],\n"
	"            tls: opportunistic }\n";

START_TEST(whole_site)
{
	const struct config *c = load(site);

	ck_assert(is(c->spool.path, "etc/spool"));
	ck_assert(is(c->tls.v[0].certificate.content, "certificate"));
	ck_assert(is(c->users.v[0].file.content, "me:{x}y\n"));
	const struct config_listener *l = c->listeners.v;

	ck_assert_uint_eq(c->listeners.n, 4);
	ck_assert(l[0].tls == CONFIG_LISTEN_IMPLICIT && !l[0].tls_required);
	ck_assert(l[1].tls == CONFIG_LISTEN_STARTTLS && l[1].tls_required);
	ck_assert(l[2].tls == CONFIG_LISTEN_STARTTLS && !l[2].tls_required);
	ck_assert_uint_eq(l[2].networks.n, 3);
	ck_assert_uint_eq(l[2].networks.v[0].senders.n, 1);
	ck_assert_uint_eq(l[2].networks.v[2].from.bits, 32);
	ck_assert(l[0].address.v[0].ip.family == IP_NONE && l[0].address.v[0].port == 465);
	const struct config_host *h = c->hops.v[0].hosts.v;

	ck_assert_uint_eq(c->hops.v[0].hosts.n, 3);
	ck_assert(h[0].place.ip.family == IP_V4 && h[0].place.port == 26 &&
		  h[0].place.protocol == CONFIG_SMTP);
	ck_assert(h[1].place.ip.family == IP_V6 && h[1].place.port == 2424 &&
		  h[1].place.protocol == CONFIG_LMTP);
	ck_assert(is(h[1].place.name, "2001:db8::5"));
	ck_assert(h[2].place.ip.family == IP_NONE && h[2].place.port == 25 &&
		  is(h[2].place.name, "b.example"));
	ck_assert(c->routes.v[1].hops == NULL);
	ck_assert_uint_eq(config_line(c->routes.v[1].at), 20);
	config_unref(c);
}
END_TEST

START_TEST(questions)
{
	const struct config *c = load(site);
	const struct config_domain *net = config_domain_find(c, S("EXAMPLE.net"));
	const struct config_domain *com = config_domain_find(c, S("example.com"));
	struct ip ip;

	ck_assert(net && com && !config_domain_find(c, S("example.org")));
	ck_assert(net->keep == 21 * USEC_PER_DAY && com->keep == 3 * USEC_PER_DAY);
	ck_assert(config_domain_knows(c, net, S("anybody")));
	ck_assert(config_domain_knows(c, com, S("anna")));
	ck_assert(config_domain_knows(c, com, S("BOB")));
	ck_assert(config_domain_knows(c, com, S("dora")));
	ck_assert(!config_domain_knows(c, com, S("carl")));
	ck_assert(!config_domain_knows(c, com, S("")));
	ck_assert(config_is_our_name(c, S("MX1.example.org")));
	ck_assert(config_is_our_name(c, S("mail.example.org")));
	ck_assert(!config_is_our_name(c, S("example.org")));
	ck_assert(ip_parse(S("203.0.113.7"), &ip) && config_is_our_address(c, &ip));
	ck_assert(ip_parse(S("10.0.0.1"), &ip) && config_is_our_address(c, &ip));
	ck_assert(ip_parse(S("10.0.0.2"), &ip) && !config_is_our_address(c, &ip));
	ck_assert(config_listener_find(c, S("mx")) == &c->listeners.v[3]);
	ck_assert_ptr_null(config_listener_find(c, S("nobody")));
	ck_assert_ptr_null(config_hops_find(c, S("nobody")));
	config_unref(c);
}
END_TEST

START_TEST(references)
{
	const struct config *c = load(site);

	ck_assert(config_ref(c) == c);
	config_unref(c);
	ck_assert(is(c->hostname, "mx1.example.org"));
	config_unref(c);
	config_unref(NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");

	tcase_add_test(t, nothing_said);
	tcase_add_test(t, null_client);
	tcase_add_test(t, whole_site);
	tcase_add_test(t, questions);
	tcase_add_test(t, references);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
