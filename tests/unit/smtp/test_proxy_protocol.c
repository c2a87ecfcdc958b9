/* Headers of the PROXY protocol, whole, in pieces, too long, and written. */
#include "smtp/proxy_protocol.h"

#include "base/buf.h"
#include "check_main.h"

#define SIGN "\r\n\r\n\0\r\nQUIT\n"
#define V4   "\xc0\0\2\7\xc0\0\2\1\x30\x39\0\x19" /* 192.0.2.7:12345 to 192.0.2.1:25 */
#define V6                                                                                         \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"                                                   \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\x30\x39\0\x19"
#define SSL "\x20\0\x0f\1\0\0\0\1\x21\0\7TLSv1.3"

static const struct {
	struct slice header;
	const char *client, *server; /* NULL: LOCAL */
	bool tls;
} good[] = {
	{ SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 12345 25\r\n"), "192.0.2.7:12345", "192.0.2.1:25" },
	{ SLICE("PROXY TCP6 2001:db8::1 2001:db8::2 12345 25\r\n"), "[2001:db8::1]:12345",
		"[2001:db8::2]:25" },
	{ SLICE("PROXY TCP6 ::ffff:192.0.2.7 2001:db8::2 0 65535\r\n"), "192.0.2.7:0",
		"[2001:db8::2]:65535" },
	{ SLICE("PROXY UNKNOWN\r\n"), NULL, NULL },
	{ SLICE("PROXY UNKNOWN ffff:f...f:ffff whatever 65535 65535\r\n"), NULL, NULL },
	{ SLICE(SIGN "\x21\x11\0\x0c" V4), "192.0.2.7:12345", "192.0.2.1:25" },
	{ SLICE(SIGN "\x21\x21\0\x24" V6), "[2001:db8::1]:12345", "[2001:db8::2]:25" },
	{ SLICE(SIGN "\x20\0\0\0"), NULL, NULL },
	{ SLICE(SIGN "\x20\x11\0\x0c" V4), NULL, NULL },
	{ SLICE(SIGN "\x21\0\0\3abc"), NULL, NULL },
	{ SLICE(SIGN "\x21\x12\0\x0c" V4), NULL, NULL }, /* datagrams */
	{ SLICE(SIGN "\x21\x11\0\x0f" V4 "\4\0\0"), "192.0.2.7:12345", "192.0.2.1:25" },
	{ SLICE(SIGN "\x21\x11\0\x22" V4 "\x05\0\1x" SSL), "192.0.2.7:12345", "192.0.2.1:25",
		true },
	{ SLICE(SIGN "\x21\x11\0\x14" V4 "\x20\0\5\0\0\0\0\1"), "192.0.2.7:12345", "192.0.2.1:25" },
};

static bool is_at(const struct ip_port *got, const char *want)
{
	struct ip_port at;

	return want ? ip_port_parse(slice_str(want), &at) && ip_eq(&at.ip, &got->ip) &&
			       at.port == got->port
		    : got->ip.family == IP_NONE;
}

/* Byte by byte: more is wanted until the last one, and what follows is not taken. */
START_TEST(whole_headers)
{
	struct slice header = good[_i].header;
	struct smtp_proxy p;
	const char *why = "";
	size_t used = 0;
	struct buf b;

	for (size_t n = 0; n < header.n; n++)
		ck_assert_int_eq(
			smtp_proxy_read(slice_take(header, n), &used, &p, &why), SMTP_PROXY_MORE);
	buf_init(&b, 1000);
	buf_put(&b, header);
	buf_puts(&b, "EHLO x\r\n");
	ck_assert_msg(
		smtp_proxy_read(buf_slice(&b), &used, &p, &why) == SMTP_PROXY_DONE, "%s", why);
	ck_assert_uint_eq(used, header.n);
	ck_assert(p.is_local == (good[_i].client == NULL));
	ck_assert(is_at(&p.client, good[_i].client) && is_at(&p.server, good[_i].server));
	ck_assert_int_eq(p.tls, good[_i].tls);
	ck_assert(slice_eq(p.tls_version, good[_i].tls ? S("TLSv1.3") : S("")));
	buf_done(&b);
}
END_TEST

/* Who asks for no more than is wanted takes the header and nothing else. */
START_TEST(wanted_bytes)
{
	struct slice header = good[_i].header;
	size_t n = 0, used = 0;
	struct smtp_proxy p;
	const char *why;

	while (smtp_proxy_read(slice_take(header, n), &used, &p, &why) == SMTP_PROXY_MORE) {
		ck_assert_uint_gt(smtp_proxy_wants(slice_take(header, n)), 0);
		n += smtp_proxy_wants(slice_take(header, n));
		ck_assert_uint_le(n, header.n);
	}
	ck_assert_uint_eq(n, header.n);
}
END_TEST

#define TEN  "xxxxxxxxxx"
#define LINE TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct slice bad[] = {
	SLICE("EHLO client.test\r\n"),
	SLICE("proxy TCP4 192.0.2.7 192.0.2.1 12345 25\r\n"),
	SLICE("PRO\r\n"),
	SLICE("\x16\x03\x01"),
	SLICE("\r\n\r\n\r\n"),
	SLICE("PROXY \r\n"),
	SLICE("PROXY TCP4\r\n"),
	SLICE("PROXY TCP5 192.0.2.7 192.0.2.1 12345 25\r\n"),
	SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 12345 25\n"),
	SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 12345\r\n"),
	SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 12345 25 \r\n"),
	SLICE("PROXY TCP4 192.0.2.7  192.0.2.1 12345 25\r\n"),
	SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 012345 25\r\n"),
	SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 12345 65536\r\n"),
	SLICE("PROXY TCP4 192.0.2.300 192.0.2.1 12345 25\r\n"),
	SLICE("PROXY TCP4 2001:db8::1 2001:db8::2 12345 25\r\n"),
	SLICE("PROXY TCP6 192.0.2.7 192.0.2.1 12345 25\r\n"),
	SLICE("PROXY UNKNOWNS\r\n"),
	SLICE("PROXY UNKNOWN " LINE "xxxx\r\n"), /* 108 */
	SLICE("PROXY UNKNOWN " LINE TEN),
	SLICE(SIGN "\x11\x11\0\x0c" V4),
	SLICE(SIGN "\x22\x11\0\x0c" V4),
	SLICE(SIGN "\x21\x11\0\x0b\xc0\0\2\7\xc0\0\2\1\x30\x39\0"),
	SLICE(SIGN "\x21\x21\0\x0c" V4),
	SLICE(SIGN "\x21\x11\xff\xff"),
	SLICE(SIGN "\x20\0\x07\xf1"), /* 2049 */
	SLICE(SIGN "\x21\x11\0\x0d" V4 "\4"),
	SLICE(SIGN "\x21\x11\0\x10" V4 "\4\0\2x"),
	SLICE(SIGN "\x21\x11\0\x13" V4 "\x20\0\4\1\0\0\0"),
	SLICE(SIGN "\x21\x11\0\x17" V4 "\x20\0\x08\1\0\0\0\0\x21\0\1"),
};

START_TEST(refused)
{
	struct smtp_proxy p = { .version = SMTP_PROXY_V2 };
	const char *why = NULL;
	size_t used = 7;

	ck_assert_int_eq(smtp_proxy_read(bad[_i], &used, &p, &why), SMTP_PROXY_BROKEN);
	ck_assert_ptr_nonnull(why);
	ck_assert_uint_eq(used, 7);
}
END_TEST

START_TEST(longest_line)
{
	struct smtp_proxy p;
	const char *why = "";
	size_t used;

	ck_assert_int_eq(smtp_proxy_read(S("PROXY UNKNOWN " LINE "x\r\n"), &used, &p, &why),
		SMTP_PROXY_DONE);
	ck_assert_uint_eq(used, SMTP_PROXY_V1_MAX);
}
END_TEST

static void write_of(size_t i, enum smtp_proxy_version version, bool tls, struct buf *b)
{
	struct smtp_proxy p = { .version = version, .tls = tls, .tls_version = S("TLSv1.3") };

	p.is_local = good[i].client == NULL;
	if (!p.is_local) {
		ck_assert(ip_port_parse(slice_str(good[i].client), &p.client));
		ck_assert(ip_port_parse(slice_str(good[i].server), &p.server));
	}
	smtp_proxy_write(b, &p);
}

START_TEST(written)
{
	static const struct {
		size_t like;
		enum smtp_proxy_version version;
		bool tls;
		struct slice want;
	} cases[] = {
		{ 0, SMTP_PROXY_V1, true, SLICE("PROXY TCP4 192.0.2.7 192.0.2.1 12345 25\r\n") },
		{ 1, SMTP_PROXY_V1, false,
			SLICE("PROXY TCP6 2001:db8::1 2001:db8::2 12345 25\r\n") },
		{ 2, SMTP_PROXY_V1, false,
			SLICE("PROXY TCP6 ::ffff:192.0.2.7 2001:db8::2 0 65535\r\n") },
		{ 3, SMTP_PROXY_V1, false, SLICE("PROXY UNKNOWN\r\n") },
		{ 5, SMTP_PROXY_V2, false, SLICE(SIGN "\x21\x11\0\x0c" V4) },
		{ 6, SMTP_PROXY_V2, false, SLICE(SIGN "\x21\x21\0\x24" V6) },
		{ 5, SMTP_PROXY_V2, true, SLICE(SIGN "\x21\x11\0\x1e" V4 SSL) },
		{ 2, SMTP_PROXY_V2, false,
			SLICE(SIGN "\x21\x21\0\x24\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\7"
				   "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\0\0\xff\xff") },
		{ 3, SMTP_PROXY_V2, true, SLICE(SIGN "\x20\0\0\0") },
	};
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		write_of(cases[i].like, cases[i].version, cases[i].tls, &b);
		ck_assert_msg(slice_eq(buf_slice(&b), cases[i].want), "case %zu", i);
	}
	buf_done(&b);
}
END_TEST

/* Nobody's address is never left out: the receiver would take the client for us. */
START_TEST(written_unknown)
{
	struct smtp_proxy p = { .version = SMTP_PROXY_V1 };
	struct buf b;

	buf_init(&b, 1000);
	smtp_proxy_write(&b, &p);
	ck_assert(slice_eq(buf_slice(&b), S("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n")));
	buf_clear(&b);
	ck_assert(ip_parse(S("2001:db8::2"), &p.server.ip));
	smtp_proxy_write(&b, &p);
	ck_assert(slice_eq(buf_slice(&b), S("PROXY TCP6 :: 2001:db8::2 0 0\r\n")));
	buf_clear(&b);
	p = (struct smtp_proxy){ .version = SMTP_PROXY_V2 };
	smtp_proxy_write(&b, &p);
	ck_assert(slice_eq(buf_slice(&b), S(SIGN "\x21\x11\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0")));
	buf_done(&b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("proxy-protocol");
	TCase *t = tcase_create("proxy-protocol");

	tcase_add_loop_test(t, whole_headers, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, wanted_bytes, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, refused, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, longest_line);
	tcase_add_test(t, written);
	tcase_add_test(t, written_unknown);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
