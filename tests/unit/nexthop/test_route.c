/* Which next hop: a table of facts against one configuration. */
#include "nexthop/route.h"

#include "check_main.h"
#include "config/load_text.h"
#include "config/mailbox.h"

static const char text[] =
	"postmaster: admin@far.example\n"
	"listeners:\n"
	"  mx: { for: mx, address: \"192.0.2.7:25\" }\n"
	"  front: { for: mx, service: proxy, address: \"192.0.2.7:26\", via: eu }\n"
	"our-addresses: [ 192.0.2.7 ]\n"
	"hops:\n"
	"  inside: { hosts: [ in.example ] }\n"
	"  brand: { hosts: [ brand.example ] }\n"
	"  eu: { hosts: [ eu.example ] }\n"
	"  null: { hosts: [ null.example ] }\n"
	"domains: { ours.example: { via: inside, recipients: any } }\n"
	"routes:\n"
	"  - { login: \"*@brand.example\", via: brand }\n"
	"  - { from: \"<>\", to: null.example, via: \"null\" }\n"
	"  - { to: [ \"*.eu\", \"vip@far.example\" ], from: \"*@ours.example\", via: eu }\n"
	"  - { to: \"*.example\", via: mx }\n"
	"  - { to: \"[*]\", via: mx }\n";

enum { INSIDE, BRAND, EU, NUL, MX, NOT };

static const struct {
	const char *sender, *login;
	enum spool_entitlement entitlement;
	const char *to;
	int expect;
	const char *listener; /* of a proxy that has a via; NULL: another one */
} cases[] = {
	/* a domain's via comes first, for everyone, in any case */
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@ours.example", INSIDE },
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@OURS.example", INSIDE },
	{ "a@x.example", "u@brand.example", SPOOL_ENTITLED_LOGIN, "b@ours.example", INSIDE },
	{ "", "", SPOOL_NOT_ENTITLED, "b@ours.example", INSIDE },
	/* routes are for the entitled, and for mail to our postmaster */
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@far.example", NOT },
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "Admin@far.example", MX },
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@far.example", MX },
	{ "a@x.example", "", SPOOL_ENTITLED_CERTIFICATE, "b@far.example", MX },
	{ "", "", SPOOL_ENTITLED_LOCAL, "b@far.example", MX },
	/* the log-in: only where there is one */
	{ "a@x.example", "u@brand.example", SPOOL_ENTITLED_LOGIN, "b@far.example", BRAND },
	{ "a@x.example", "u@BRAND.example", SPOOL_ENTITLED_LOGIN, "b@nowhere.org", BRAND },
	{ "a@x.example", "u@other.example", SPOOL_ENTITLED_LOGIN, "b@far.example", MX },
	/* the null reverse-path is matched by <> only */
	{ "", "", SPOOL_ENTITLED_NETWORK, "b@null.example", NUL },
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@null.example", MX },
	/* all parts of a route must match; the first that does is taken */
	{ "a@ours.example", "", SPOOL_ENTITLED_NETWORK, "b@shop.eu", EU },
	{ "a@ours.example", "", SPOOL_ENTITLED_NETWORK, "VIP@far.example", EU },
	{ "a@ours.example", "", SPOOL_ENTITLED_NETWORK, "vip2@far.example", MX },
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@shop.eu", NOT },
	{ "", "", SPOOL_ENTITLED_NETWORK, "b@shop.eu", NOT },
	/* a local part that looks like a domain changes nothing */
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@ours.example@shop.eu", NOT },
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@far.example@nowhere.org", NOT },
	/* literals: others by their address, our own nowhere */
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@[192.0.2.9]", MX },
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@[192.0.2.7]", NOT },
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@[192.0.2.9]", NOT },
	/* a proxy's via has all that its clients may send, and gives them no right */
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@ours.example", EU, "front" },
	{ "a@x.example", "", SPOOL_ENTITLED_NETWORK, "b@far.example", EU, "front" },
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "admin@far.example", EU, "front" },
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@far.example", NOT, "front" },
	{ "a@x.example", "", SPOOL_NOT_ENTITLED, "b@ours.example", INSIDE, "gone" },
};

START_TEST(one_case)
{
	static const char *const names[] = { "inside", "brand", "eu", "null" };
	const struct config *c = load_text(text);
	struct smtp_path to = mailbox(cases[_i].to);
	struct nexthop_facts facts = { slice_str(cases[_i].sender), slice_str(cases[_i].login),
		slice_str(cases[_i].listener ? cases[_i].listener : "mx"), cases[_i].entitlement };

	ck_assert_msg(c != NULL, "%s", load_said());
	struct nexthop_route r = nexthop_route_find(c, &facts, &to);
	int expect = cases[_i].expect;

	ck_assert_int_eq(r.kind, expect == NOT	? NEXTHOP_NONE
				 : expect == MX ? NEXTHOP_MX
						: NEXTHOP_HOPS);
	if (r.kind == NEXTHOP_HOPS)
		ck_assert_str_eq(r.hops->name.p, names[expect]);
	ck_assert_int_eq(r.domain != NULL, expect == INSIDE);
	ck_assert_int_eq(r.rule != NULL, expect != INSIDE && expect != NOT &&
						 !(r.kind == NEXTHOP_HOPS && cases[_i].listener));
	ck_assert_int_eq(r.why[0] != '\0', expect == NOT);
	config_unref(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("route");
	TCase *t = tcase_create("route");

	tcase_add_loop_test(t, one_case, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
