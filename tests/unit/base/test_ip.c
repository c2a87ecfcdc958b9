/* Addresses and networks: text both ways, mapped addresses, matching. */
#include "base/ip.h"

#include "base/buf.h"
#include "check_main.h"

static const struct {
	const char *text, *canonical; /* NULL: malformed */
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "2001:DB8:0::1", "2001:db8::1" },
	{ "::", "::" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "::ffff:c000:201", "192.0.2.1" },
	{ "192.0.2", NULL },
	{ "192.0.2.256", NULL },
	{ "192.0.2.01", NULL },
	{ "[::1]", NULL },
	{ "fe80::1%eth0", NULL },
	{ "", NULL },
	{ " 192.0.2.1", NULL },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa", NULL },
};

START_TEST(ip_text)
{
	struct ip ip = { .family = 99 };
	struct buf b;

	if (!ip_parse(slice_str(addresses[_i].text), &ip)) {
		ck_assert_ptr_null(addresses[_i].canonical);
		ck_assert_uint_eq(ip.family, 99);
		return;
	}
	buf_init(&b, 100);
	ip_format(&b, &ip);
	ck_assert_ptr_nonnull(addresses[_i].canonical);
	ck_assert(slice_eq(buf_slice(&b), slice_str(addresses[_i].canonical)));
	buf_done(&b);
}
END_TEST

static const struct {
	const char *text, *canonical;
} ports[] = {
	{ "192.0.2.1:25", "192.0.2.1:25" },
	{ "[2001:db8::1]:465", "[2001:db8::1]:465" },
	{ ":25", ":25" },
	{ "192.0.2.1:0", "192.0.2.1:0" },
	{ "192.0.2.1:65535", "192.0.2.1:65535" },
	{ "192.0.2.1:65536", NULL },
	{ "192.0.2.1", NULL },
	{ "192.0.2.1:", NULL },
	{ "2001:db8::1:25", NULL },
	{ "[192.0.2.1]:25", NULL },
	{ "[]:25", NULL },
	{ "[::1:25", NULL },
	{ "name:25", NULL },
	{ "", NULL },
};

START_TEST(ip_ports)
{
	struct ip_port a;
	struct buf b;
	bool ok = ip_port_parse(slice_str(ports[_i].text), &a);

	ck_assert_msg(ok == (ports[_i].canonical != NULL), "%s", ports[_i].text);
	if (!ok)
		return;
	buf_init(&b, 100);
	ip_port_format(&b, &a);
	ck_assert(slice_eq(buf_slice(&b), slice_str(ports[_i].canonical)));
	buf_done(&b);
}
END_TEST

static const struct {
	const char *text, *canonical;
} nets[] = {
	{ "10.0.0.0/8", "10.0.0.0/8" },
	{ "192.0.2.1", "192.0.2.1/32" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "2001:db8::/32", "2001:db8::/32" },
	{ "2001:db8::1", "2001:db8::1/128" },
	{ "::ffff:10.0.0.0/104", "10.0.0.0/8" },
	{ "::ffff:10.0.0.0/90", NULL },
	{ "10.0.0.1/8", NULL },
	{ "10.128.0.0/8", NULL },
	{ "10.128.0.0/9", "10.128.0.0/9" },
	{ "10.0.0.0/33", NULL },
	{ "::/129", NULL },
	{ "10.0.0.0/", NULL },
	{ "10.0.0.0/-1", NULL },
	{ "/8", NULL },
};

START_TEST(ip_nets)
{
	struct ip_net net;
	struct buf b;
	bool ok = ip_net_parse(slice_str(nets[_i].text), &net);

	ck_assert_msg(ok == (nets[_i].canonical != NULL), "%s", nets[_i].text);
	if (!ok)
		return;
	buf_init(&b, 100);
	ip_net_format(&b, &net);
	ck_assert(slice_eq(buf_slice(&b), slice_str(nets[_i].canonical)));
	buf_done(&b);
}
END_TEST

static const struct {
	const char *ip, *net;
	bool in;
} members[] = {
	{ "10.1.2.3", "10.0.0.0/8", true },
	{ "11.1.2.3", "10.0.0.0/8", false },
	{ "10.127.0.1", "10.0.0.0/9", true },
	{ "10.128.0.1", "10.0.0.0/9", false },
	{ "192.0.2.1", "192.0.2.1/32", true },
	{ "192.0.2.2", "192.0.2.1/32", false },
	{ "1.2.3.4", "0.0.0.0/0", true },
	{ "::1", "0.0.0.0/0", false },
	{ "1.2.3.4", "::/0", false },
	{ "::ffff:10.1.1.1", "10.0.0.0/8", true },
	{ "2001:db8::5", "2001:db8::/64", true },
	{ "2001:db8:0:1::5", "2001:db8::/64", false },
};

START_TEST(ip_members)
{
	struct ip ip;
	struct ip_net net;

	ck_assert(ip_parse(slice_str(members[_i].ip), &ip));
	ck_assert(ip_net_parse(slice_str(members[_i].net), &net));
	ck_assert_int_eq(ip_in_net(&ip, &net), members[_i].in);
}
END_TEST

START_TEST(ip_facts)
{
	struct ip a, b, none = { 0 };
	struct ip_net all;
	struct buf text;

	ck_assert(ip_parse(S("127.9.9.9"), &a) && ip_is_loopback(&a));
	ck_assert(ip_parse(S("::1"), &b) && ip_is_loopback(&b));
	ck_assert(!ip_eq(&a, &b));
	ck_assert(ip_parse(S("128.0.0.1"), &b) && !ip_is_loopback(&b));
	ck_assert(!ip_is_loopback(&none));
	ck_assert(!ip_eq(&a, &none));
	ck_assert(ip_net_parse(S("0.0.0.0/0"), &all) && !ip_in_net(&none, &all));
	buf_init(&text, 20);
	ip_format(&text, &none);
	ck_assert(slice_eq(buf_slice(&text), S("unknown")));
	buf_done(&text);
	a = ip_from_bytes("\x7f\0\0\1", IP_V4);
	ck_assert(ip_is_loopback(&a));
	a = ip_from_bytes("", IP_NONE);
	ck_assert_uint_eq(a.family, IP_NONE);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("ip");
	TCase *t = tcase_create("ip");

	tcase_add_loop_test(t, ip_text, 0, sizeof(addresses) / sizeof(addresses[0]));
	tcase_add_loop_test(t, ip_ports, 0, sizeof(ports) / sizeof(ports[0]));
	tcase_add_loop_test(t, ip_nets, 0, sizeof(nets) / sizeof(nets[0]));
	tcase_add_loop_test(t, ip_members, 0, sizeof(members) / sizeof(members[0]));
	tcase_add_test(t, ip_facts);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
