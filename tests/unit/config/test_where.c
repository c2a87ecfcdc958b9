/* The line and the way to an option: in maps, in lists, where it is not said, where it is implied. */
#include "config/where.h"

#include "base/buf.h"
#include "check_main.h"
#include "config/load_text.h"

static const char text[] = "hostname: mx.ours.example\n" /* 1 */
			   "listeners:\n" /* 2 */
			   "  lan:\n" /* 3 */
			   "    for: internal\n" /* 4 */
			   "    address: \"10.0.0.1:25\"\n" /* 5 */
			   "    networks:\n" /* 6 */
			   "      - 10.1.0.0/24\n" /* 7 */
			   "      - { from: 10.2.0.0/24, senders: \"*@ours.example\" }\n" /* 8 */
			   "domains: { ours.example: { via: inside, recipients: any } }\n" /* 9 */
			   "routes:\n" /* 10 */
			   "  - { to: \"*.far.example\",\n" /* 11 */
			   "      via: inside }\n" /* 12 */
			   "  - { via: mx }\n" /* 13 */
			   "hops: { inside: { hosts: in.example } }\n"; /* 14 */

static void check(const struct config *c, const struct config_node *at, const char *key,
	unsigned line, const char *path)
{
	struct buf b;

	buf_init(&b, 1000);
	config_where_path(c, at, key, &b);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(path)), "%.*s instead of %s",
		SLICE_ARG(buf_slice(&b)), path);
	ck_assert_uint_eq(config_where_line(at, key), line);
	buf_done(&b);
}

START_TEST(places)
{
	const struct config *c = load_text(text);

	ck_assert_msg(c != NULL, "%s", load_said());
	const struct config_listener *l = c->listeners.v;

	check(c, c->at, "hostname", 1, "hostname");
	check(c, l->at, NULL, 3, "listeners.lan");
	check(c, l->at, "for", 4, "listeners.lan.for");
	check(c, l->at, "tls", 3, "listeners.lan.tls"); /* not said */
	check(c, l->networks.v[0].at, "from", 7, "listeners.lan.networks[0].from");
	check(c, l->networks.v[1].at, "senders", 8, "listeners.lan.networks[1].senders");
	check(c, c->domains.v[0].at, "recipients", 9, "domains.ours.example.recipients");
	check(c, c->routes.v[0].at, "via", 12, "routes[0].via");
	check(c, c->routes.v[1].at, NULL, 13, "routes[1]");
	check(c, c->hops.v[0].at, NULL, 14, "hops.inside");
	check(c, NULL, "users", 0, "users");
	config_unref(c);
}
END_TEST

START_TEST(implied)
{
	const struct config *c = load_text("routes: [ { via: mx } ]\n");

	ck_assert_msg(c != NULL, "%s", load_said());
	check(c, c->listeners.v[0].at, "for", 0, "for");
	check(c, c->at, "postmaster", 1, "postmaster");
	config_unref(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("where");
	TCase *t = tcase_create("where");

	tcase_add_test(t, places);
	tcase_add_test(t, implied);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
