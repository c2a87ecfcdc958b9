/* What is derived from the table: the sample loads, `config show` loads again and says where each
 * value comes from, explanations find their option. */
#include "config/write.h"

#include <stdlib.h>

#include "base/buf.h"
#include "check_main.h"
#include "config/load_text.h"
#include "config/options.h"

static const struct config *load(const char *text)
{
	const struct config *c = load_text(text);

	ck_assert_msg(c != NULL, "%s\n%s", load_said(), text);
	return c;
}

/* The caller frees. */
static char *text_of(struct buf *b)
{
	buf_putc(b, '\0');
	ck_assert(!b->failed);
	return buf_take(b);
}

static char *show(const struct config *c)
{
	struct buf b;

	buf_init(&b, CONFIG_WRITE_MAX);
	config_write_show(c, &b);
	return text_of(&b);
}

static char *sample(void)
{
	struct buf b;

	buf_init(&b, CONFIG_WRITE_MAX);
	config_write_sample(&b);
	return text_of(&b);
}

START_TEST(sample_loads)
{
	char *text = sample();
	const struct config *c = load(text);

	ck_assert_str_eq(load_said(), "");
	ck_assert_uint_eq(c->routes.n, 1);
	ck_assert_ptr_null(c->routes.v[0].hops);
	config_unref(c);
	free(text);
}
END_TEST

/* Makes a comment of a section of hops. */
static void leave_out(char *text, const char *section)
{
	char *line = strstr(text, section);

	ck_assert_ptr_nonnull(line);
	do {
		*line = '#';
		line = strchr(line, '\n') + 1;
	} while (*line == '#' || strncmp(line, "      ", 6) == 0);
}

/* Every default and example of the table is a legal value. What does not go together is left out:
 * hops with a login are not checked. */
START_TEST(whole_sample_loads)
{
	static const char *const sections[] = { "    health:\n", "    login:\n" };
	char *text = sample(), *to = text;

	for (char *from = text; *from;) {
		char *end = strchr(from, '\n');

		if (strncmp(from, "# ", 2) == 0)
			from += 2;
		memmove(to, from, (size_t)(end + 1 - from));
		to += end + 1 - from;
		from = end + 1;
	}
	*to = '\0';
	leave_out(text, sections[_i]);
	const struct config *c = load(text);

	ck_assert_str_eq(load_said(), "");
	ck_assert_uint_eq(c->listeners.n, 1);
	ck_assert_uint_eq(c->listeners.v[0].networks.v[0].senders.n, 1);
	ck_assert_uint_eq(c->hops.v[0].login.user.n, _i == 0 ? 2 : 0);
	config_unref(c);
	free(text);
}
END_TEST

static const char site[] =
	"hostname: mx1.example.org\n"
	"postmaster: \"a'b+c@example.net\"\n"
	"our-addresses: [ 203.0.113.7, \"2001:db8::7\" ]\n"
	"dns: { servers: [ \"127.0.0.1@5353\", \"::1\" ], trust-anchor: /abs/root.key }\n"
	"retry: { schedule: [ 1s, 1m30s, 1h30m ] }\n"
	"listeners:\n"
	"  lan: { for: internal, address: \"10.0.0.1:25\", networks: [ { from: 10.1.0.0/24,\n"
	"         senders: \"*@example.net\" }, \"2001:db8::/64\" ] }\n"
	"  \"mx: \\\"1\\\"\": { for: mx, address: [ \":25\", \"[::1]:26\" ] }\n"
	"domains:\n"
	"  example.net: { via: inside, recipients: any }\n"
	"  Example.com: { via: inside, recipients: [ { file: /abs/list } ], keep: 3d }\n"
	"routes: [ { login: \"*@b.example\", from: \"<>\", to: [ x.example, \"*@y.example\" ],\n"
	"           via: inside }, { via: mx } ]\n"
	"hops:\n"
	"  inside: { hosts: [ \"10.0.0.5:26\", \"lmtp://[2001:db8::5]:2424\",\n"
	"            \"smtps://b.example\" ], tls: require, max-connections: 7,\n"
	"            login: { user: \"my \\\"self\\\"\", password-file: /abs/secret } }\n";

/* Comments cut off: they name lines, which differ. */
static void cut_comments(char *text)
{
	char *to = text;

	for (char *from = text; *from;) {
		char *end = strchr(from, '\n'), *sign = strstr(from, " # ");
		size_t n = (size_t)((sign && sign < end ? sign : end) - from);

		memmove(to, from, n);
		to += n;
		while (to > text && to[-1] == ' ')
			to--;
		*to++ = '\n';
		from = end + 1;
	}
	*to = '\0';
}

START_TEST(shown_loads_again)
{
	const struct config *c = load(_i ? site : "");
	char *first = show(c);
	const struct config *again = load(first);
	char *second = show(again);

	cut_comments(first);
	cut_comments(second);
	ck_assert_str_eq(first, second);
	config_unref(c);
	config_unref(again);
	free(first);
	free(second);
}
END_TEST

START_TEST(shown_says_where)
{
	static const char *const expect[][2] = {
		{ "hostname: mx1.example.org ", "# line 1" },
		{ "user: sluice ", "# default" },
		{ "postmaster: \"a'b+c@example.net\" ", "# line 2" },
		{ "servers: [ \"127.0.0.1@5353\", \"::1\" ] ", "# line 4" },
		{ "schedule: [ 1s, 1m30s, 1h30m ] ", "# line 5" },
		{ "keep: 3d ", "# line 12" },
		{ "keep: 21d ", "# implied" },
		{ "tls: off ", "# implied" },
		{ "- from: \"10.1.0.0/24\" ", "# line 7" },
		{ "\"mx: \\\"1\\\"\":\n", "" },
		{ "password-file: /abs/secret ", "# line 18" },
		{ "- is: any ", "# line 11" },
	};
	const struct config *c = load(site);
	char *text = show(c);

	for (size_t i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		const char *at = strstr(text, expect[i][0]);

		ck_assert_msg(at != NULL, "%s not in\n%s", expect[i][0], text);
		const char *end = strchr(at, '\n');
		const char *comment = strstr(at, expect[i][1]);

		ck_assert_msg(comment && comment < end, "%s: %s", expect[i][0], expect[i][1]);
	}
	ck_assert_ptr_null(strstr(text, "password\n"));
	config_unref(c);
	free(text);
}
END_TEST

START_TEST(explained)
{
	static const struct {
		const char *name, *expect; /* NULL: nothing is known of it */
	} cases[] = {
		{ "limits.message-size", "message-size: the largest message taken" },
		{ "limits", ".hops: the most Received fields" },
		{ "listeners.NAME.tls", "unset: starttls on submission" },
		{ "listeners.mx.networks[].from", "example: 10.1.0.0/24" },
		{ "listeners.tls", "TLS towards clients" },
		{ "listeners.networks", "the clients of an internal listener" },
		{ "hops.x.login.user", "required" },
		{ "policies", "not built yet" },
		{ "spool.path", "takes effect at the next start" },
		{ "", NULL },
		{ "limit", NULL },
		{ "limits.message", NULL },
		{ "limits.hops.more", NULL },
		{ "listeners.NAME.nothing", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;

		buf_init(&b, CONFIG_WRITE_MAX);
		bool known = config_write_explain(slice_str(cases[i].name), &b);
		char *text = text_of(&b);

		ck_assert_msg(known == (cases[i].expect != NULL), "%s", cases[i].name);
		ck_assert_msg(
			!known || strstr(text, cases[i].expect), "%s: %s", cases[i].name, text);
		ck_assert(known || *text == '\0');
		free(text);
	}
}
END_TEST

START_TEST(restarts)
{
	const struct config *a = load(""),
			    *b = load("workers: 3\nspool: { path: /x }\nlog: { level: "
				      "debug }\n");
	struct buf out;

	buf_init(&out, CONFIG_WRITE_MAX);
	config_write_restarts(a, a, &out);
	ck_assert_uint_eq(out.n, 0);
	config_write_restarts(a, b, &out);
	ck_assert(slice_eq(buf_slice(&out), S("workers, spool.path, admin.socket")));
	buf_done(&out);
	config_unref(a);
	config_unref(b);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("write");
	TCase *t = tcase_create("write");

	tcase_add_test(t, sample_loads);
	tcase_add_loop_test(t, whole_sample_loads, 0, 2);
	tcase_add_loop_test(t, shown_loads_again, 0, 2);
	tcase_add_test(t, shown_says_where);
	tcase_add_test(t, explained);
	tcase_add_test(t, restarts);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
