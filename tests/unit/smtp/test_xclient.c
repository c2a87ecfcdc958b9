/* XCLIENT and XFORWARD, both ways. */
#include "smtp/xclient.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check_main.h"
#include "smtp/caps.h"

static const struct {
	const char *args;
	unsigned allowed;
	const char *again; /* as we say the same */
} good[] = {
	{ "NAME=spike.example ADDR=192.0.2.7", SMTP_XCLIENT_ALL,
		"XCLIENT NAME=spike.example ADDR=192.0.2.7" },
	{ "addr=IPV6:2001:db8::1 port=25", SMTP_XCLIENT_ALL,
		"XCLIENT PORT=25 ADDR=IPV6:2001:db8::1" },
	{ "ADDR=2001:DB8::1", SMTP_XCLIENT_ALL, "XCLIENT ADDR=IPV6:2001:db8::1" },
	{ "ADDR=ipv6:::ffff:192.0.2.7", SMTP_XCLIENT_ALL, "XCLIENT ADDR=192.0.2.7" },
	{ "ADDR=[unavailable] NAME=[TempUnavail]", SMTP_XCLIENT_ALL,
		"XCLIENT NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE]" },
	{ "PROTO=ESMTP HELO=[192.0.2.1] LOGIN=ann+40example.org", SMTP_XCLIENT_ALL,
		"XCLIENT PROTO=ESMTP HELO=[192.0.2.1] LOGIN=ann@example.org" },
	{ "LOGIN=a+2Bb+3Dc", SMTP_XCLIENT_ALL, "XCLIENT LOGIN=a+2Bb+3Dc" },
	{ "DESTADDR=192.0.2.1 DESTPORT=65535", SMTP_XCLIENT_ALL,
		"XCLIENT DESTADDR=192.0.2.1 DESTPORT=65535" },
	{ "  HELO=x   PROTO=SMTP ", SMTP_XCLIENT_ALL, "XCLIENT PROTO=SMTP HELO=x" },
	{ "IDENT=4B7F SOURCE=local", SMTP_XFORWARD_ALL, "XFORWARD IDENT=4B7F SOURCE=local" },
	{ "PROTO=HTTP", SMTP_XFORWARD_ALL, "XFORWARD PROTO=HTTP" },
	{ "NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE]", SMTP_XFORWARD_ALL,
		"XFORWARD HELO=[UNAVAILABLE] NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE]" },
};

START_TEST(both_ways)
{
	struct arena a = ARENA_INIT;
	struct smtp_x x = { 0 };
	const char *why = "";
	struct buf b;

	ck_assert_msg(smtp_x_parse(&a, slice_str(good[_i].args), good[_i].allowed, &x, &why),
		"%s: %s", good[_i].args, why);
	buf_init(&b, 1000);
	unsigned left = x.said;

	smtp_x_format(&b, good[_i].again[1] == 'C' ? "XCLIENT" : "XFORWARD", &x, &left);
	ck_assert_uint_eq(left, 0);
	ck_assert_msg(slice_eq(buf_slice(&b), slice_str(good[_i].again)), "%.*s",
		SLICE_ARG(buf_slice(&b)));
	buf_done(&b);
	arena_reset(&a);
}
END_TEST

#define TEN	  "xxxxxxxxxx"
#define LONG	  TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define BAD_VALUE "an attribute's value is malformed"

static const struct {
	const char *args;
	unsigned allowed;
	const char *why;
} bad[] = {
	{ "", SMTP_XCLIENT_ALL, "an attribute is missing" },
	{ "   ", SMTP_XCLIENT_ALL, "an attribute is missing" },
	{ "ADDR", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "ADDR=", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "=192.0.2.1", SMTP_XCLIENT_ALL, "an attribute is unknown or not offered here" },
	{ "COLOUR=red", SMTP_XCLIENT_ALL, "an attribute is unknown or not offered here" },
	{ "IDENT=x", SMTP_XCLIENT_ALL, "an attribute is unknown or not offered here" },
	{ "LOGIN=x", SMTP_XFORWARD_ALL, "an attribute is unknown or not offered here" },
	{ "LOGIN=x", SMTP_XCLIENT_ALL & ~SMTP_X_BIT(SMTP_X_LOGIN),
		"an attribute is unknown or not offered here" },
	{ "PORT=1 PORT=2", SMTP_XCLIENT_ALL, "an attribute is given twice" },
	{ "PORT=[UNAVAILABLE] PORT=2", SMTP_XCLIENT_ALL, "an attribute is given twice" },
	{ "ADDR=192.0.2", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "ADDR=192.0.2.7/32", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "ADDR=IPV6:", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "PORT=65536", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "PORT=-1", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "NAME=a..b", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "NAME=a+20b", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "HELO=a+0D+0AMAIL", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "HELO=a+00", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "HELO=a+C3+BC", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "HELO=(comment)", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "HELO=a+2", SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "HELO=" LONG LONG, SMTP_XCLIENT_ALL, BAD_VALUE },
	{ "PROTO=" LONG, SMTP_XFORWARD_ALL, BAD_VALUE },
	{ "SOURCE=MOON", SMTP_XFORWARD_ALL, BAD_VALUE },
};

START_TEST(refused)
{
	const struct smtp_x before = { .name = S("old"), .said = 5 };
	struct arena a = ARENA_INIT;
	struct smtp_x x = before;
	const char *why = "";

	ck_assert_msg(!smtp_x_parse(&a, slice_str(bad[_i].args), bad[_i].allowed, &x, &why), "%s",
		bad[_i].args);
	ck_assert_str_eq(why, bad[_i].why);
	ck_assert_mem_eq(&x, &before, sizeof(x));
	arena_reset(&a);
}
END_TEST

START_TEST(later_ones_replace)
{
	struct arena a = ARENA_INIT;
	struct smtp_x x = { 0 };
	const char *why;

	ck_assert(smtp_x_parse(&a, S("HELO=one NAME=a.test PORT=7"), SMTP_XCLIENT_ALL, &x, &why));
	ck_assert(smtp_x_parse(&a, S("HELO=two PORT=[UNAVAILABLE]"), SMTP_XCLIENT_ALL, &x, &why));
	ck_assert(slice_eq(x.helo, S("two")) && slice_eq(x.name, S("a.test")));
	ck_assert_uint_eq(x.port, 0);
	arena_reset(&a);
}
END_TEST

/* Lines stay within their length, all is said once, the address last; what cannot be said is not. */
START_TEST(long_values)
{
	char many[256];
	struct smtp_x x = { .helo = S(LONG), .name = S(LONG ".test"), .proto = S("ESMTP") };
	unsigned left = SMTP_XCLIENT_ALL, lines = 0;
	struct buf b;

	memset(many, '+', sizeof(many));
	x.login = slice_of(many, 255);
	ck_assert(ip_parse(S("192.0.2.7"), &x.addr));
	buf_init(&b, 4096);
	while (left) {
		size_t begin = b.n;

		smtp_x_format(&b, "XCLIENT", &x, &left);
		ck_assert_uint_le(b.n - begin, SMTP_X_LINE_MAX);
		buf_putc(&b, '\n');
		ck_assert_uint_lt(++lines, 10);
	}
	ck_assert(slice_search(buf_slice(&b), S("LOGIN=[UNAVAILABLE]")) < b.n);
	ck_assert(slice_search(buf_slice(&b), S("NAME=[UNAVAILABLE]")) < b.n); /* a label of 130 */
	ck_assert(slice_search(buf_slice(&b), S("HELO=" LONG)) < b.n);
	ck_assert(slice_ends(buf_slice(&b), S(" ADDR=192.0.2.7\n")));
	buf_done(&b);
}
END_TEST

START_TEST(offered)
{
	struct smtp_caps caps = { 0 };
	struct buf b;

	smtp_caps_read_line(&caps, S("XCLIENT ADDR PORT SESSION HELO IDENT"));
	smtp_caps_read_line(&caps, S("XFORWARD name addr login"));
	ck_assert_uint_eq(caps.xclient,
		SMTP_X_BIT(SMTP_X_ADDR) | SMTP_X_BIT(SMTP_X_PORT) | SMTP_X_BIT(SMTP_X_HELO));
	ck_assert_uint_eq(caps.xforward, SMTP_X_BIT(SMTP_X_ADDR) | SMTP_X_BIT(SMTP_X_NAME));
	buf_init(&b, 1000);
	smtp_caps_format(&b, &caps, S("us"), S(""));
	ck_assert(slice_eq(buf_slice(&b),
		S("250-us\r\n250-XCLIENT HELO PORT ADDR\r\n250 XFORWARD NAME ADDR\r\n")));
	ck_assert_str_eq(smtp_x_attr_name(SMTP_X_DESTADDR), "DESTADDR");
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("xclient");
	TCase *t = tcase_create("xclient");

	tcase_add_loop_test(t, both_ways, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, refused, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, later_ones_replace);
	tcase_add_test(t, long_values);
	tcase_add_test(t, offered);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
