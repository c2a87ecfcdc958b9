/* Every row of the table: its value reaches the configuration, what is not built is refused by
 * name, and no row stands there without its case here. */
#include "config/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "check_main.h"
#include "config/load_text.h"
#include "config/write.h"

/* What other options need around them. */
#define HOPS	"hops: { h: { hosts: h.example } }\n"
#define LISTEN	"listeners: { x: { for: internal, address: \"127.0.0.1:9\", "
#define DOMAIN	"domains: { d.example: { via: h, recipients: any"
#define TLS	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
#define A_ROUTE "routes: [ { via: mx, "

static const struct {
	const char *path; /* the section's path, a dot, the key */
	const char *text; /* a configuration that says it */
	const char *shown; /* what `config show` then has, and without it does not */
} cases[] = {
	{ "hostname", "hostname: a.example\n", "hostname: a.example " },
	{ "postmaster", "postmaster: a@a.example\n", "postmaster: \"a@a.example\" " },
	{ "user", "user: mailer\n", "user: mailer " },
	{ "workers", "workers: 3\n", "workers: 3 " },
	{ "our-names", "our-names: [ a.example, b.example ]\n",
		"our-names: [ a.example, b.example ] " },
	{ "our-addresses", "our-addresses: 192.0.2.1\n", "our-addresses: [ \"192.0.2.1\" ] " },
	{ "limits.message-size", "limits: { message-size: 64KiB }\n", "message-size: 64KiB " },
	{ "limits.recipients", "limits: { recipients: 100 }\n", " recipients: 100 " },
	{ "limits.command-timeout", "limits: { command-timeout: 7s }\n", "command-timeout: 7s " },
	{ "limits.data-timeout", "limits: { data-timeout: 90 }\n", "data-timeout: 1m30s " },
	{ "limits.sessions", "limits: { sessions: 7 }\n", "sessions: 7 " },
	{ "limits.sessions-per-client", "limits: { sessions-per-client: 7 }\n",
		"sessions-per-client: 7 " },
	{ "limits.slowed", "limits: { slowed: 7 }\n", "slowed: 7 " },
	{ "listeners.NAME.flow.clients", LISTEN "flow: { clients: everyone } } }\n",
		"clients: everyone " },
	{ "listeners.NAME.flow.greeting-delay", LISTEN "flow: { greeting-delay: 2s } } }\n",
		"greeting-delay: 2s " },
	{ "listeners.NAME.flow.early-talkers", LISTEN "flow: { early-talkers: mark } } }\n",
		"early-talkers: mark " },
	{ "listeners.NAME.flow.reply-delay", LISTEN "flow: { reply-delay: 3s } } }\n",
		"reply-delay: 3s " },
	{ "listeners.NAME.flow.tarpit.per-error",
		LISTEN "flow: { tarpit: { per-error: 4s } } } }\n", "per-error: 4s " },
	{ "listeners.NAME.flow.stutter", LISTEN "flow: { stutter: 500ms } } }\n",
		"stutter: 500ms " },
	{ "listeners.NAME.flow.stutter-bytes", LISTEN "flow: { stutter-bytes: 9 } } }\n",
		"stutter-bytes: 9 " },
	{ "listeners.NAME.flow.read-rate", LISTEN "flow: { read-rate: 4KiB } } }\n",
		"read-rate: 4KiB " },
	{ "listeners.NAME.flow.longest", LISTEN "flow: { longest: 7m } } }\n", "longest: 7m " },
	{ "listeners.NAME.networks[].bandwidth",
		LISTEN "networks: [ { from: 127.0.0.1, bandwidth: 5KiB } ] } }\n",
		"bandwidth: 5KiB " },
	{ "listeners.NAME.bandwidth.connection", LISTEN "bandwidth: { connection: 7KiB } } }\n",
		"connection: 7KiB " },
	{ "listeners.NAME.bandwidth.address", LISTEN "bandwidth: { address: 7KiB } } }\n",
		"address: 7KiB " },
	{ "listeners.NAME.bandwidth.network", LISTEN "bandwidth: { network: 7KiB } } }\n",
		"network: 7KiB " },
	{ "listeners.NAME.bandwidth.login", LISTEN "bandwidth: { login: 7KiB } } }\n",
		"login: 7KiB " },
	{ "listeners.NAME.bandwidth.burst", LISTEN "bandwidth: { burst: 7KiB } } }\n",
		"burst: 7KiB " },
	{ "limits.sessions-per-network", "limits: { sessions-per-network: 7 }\n",
		"sessions-per-network: 7 " },
	{ "listeners.NAME.dedupe", LISTEN "service: proxy, dedupe: on } }\n", "dedupe: on " },
	{ "listeners.NAME.slow-after", LISTEN "service: proxy, slow-after: 3s } }\n",
		"slow-after: 3s " },
	{ "listeners.NAME.release-after", LISTEN "service: proxy, release-after: 7s } }\n",
		"release-after: 7s " },
	{ "listeners.NAME.max-connections", LISTEN "max-connections: 7 } }\n",
		"max-connections: 7 " },
	{ "listeners.NAME.networks[].max-connections",
		LISTEN "networks: [ { from: 127.0.0.1, max-connections: 7 } ] } }\n",
		"max-connections: 7 " },
	{ "listeners.NAME.flow.receive-buffer", LISTEN "flow: { receive-buffer: 8KiB } } }\n",
		"receive-buffer: 8KiB " },
	{ "limits.errors", "limits: { errors: 7 }\n", "errors: 7 " },
	{ "limits.login-failures", "limits: { login-failures: 7 }\n", "login-failures: 7 " },
	{ "limits.hops", "limits: { hops: 17 }\n", "hops: 17 " },
	{ "limits.header-size", "limits: { header-size: 64KiB }\n", "header-size: 64KiB " },
	{ "retry.schedule", "retry: { schedule: [ 1s, 2s ] }\n", "schedule: [ 1s, 2s ] " },
	{ "retry.jitter", "retry: { jitter: 0 }\n", "jitter: 0 " },
	{ "retry.keep", "retry: { keep: 6d }\n", "keep: 6d " },
	{ "retry.keep-dsn", "retry: { keep-dsn: 7d }\n", "keep-dsn: 7d " },
	{ "retry.keep-backup", "retry: { keep-backup: 7d }\n", "keep-backup: 7d " },
	{ "retry.warn-after", "retry: { warn-after: 0 }\n", "warn-after: 0s " },
	{ "spool.path", "spool: { path: /x }\n", "path: /x " },
	{ "spool.segment-size", "spool: { segment-size: 65536 }\n", "segment-size: 64KiB " },
	{ "spool.reserve", "spool: { reserve: 1GiB }\n", "reserve: 1GiB " },
	{ "log.format", "log: { format: json }\n", "format: json " },
	{ "log.level", "log: { level: debug }\n", "level: debug " },
	{ "admin.socket", "admin: { socket: s }\n", "socket: etc/s " },
	{ "dns.servers", "dns: { servers: \"192.0.2.1@54\" }\n", "servers: [ \"192.0.2.1@54\" ] " },
	{ "dns.trust-anchor", "dns: { trust-anchor: /abs/root.key }\n",
		"trust-anchor: /abs/root.key " },
	{ "delivery.connections", "delivery: { connections: 7 }\n", "connections: 7 " },
	{ "delivery.connections-per-destination", "delivery: { connections-per-destination: 7 }\n",
		"connections-per-destination: 7 " },
	{ "delivery.messages-per-connection", "delivery: { messages-per-connection: 7 }\n",
		"messages-per-connection: 7 " },
	{ "delivery.recipients-per-message", "delivery: { recipients-per-message: 7 }\n",
		"recipients-per-message: 7 " },
	{ "delivery.idle-timeout", "delivery: { idle-timeout: 7s }\n", "idle-timeout: 7s " },
	{ "delivery.connect-timeout", "delivery: { connect-timeout: 250ms }\n",
		"connect-timeout: 250ms " },
	{ "delivery.greeting-timeout", "delivery: { greeting-timeout: 7s }\n",
		"greeting-timeout: 7s " },
	{ "delivery.dead-host", "delivery: { dead-host: 7s }\n", "dead-host: 7s " },
	{ "tls[].certificate", TLS, "certificate: etc/tls.pem " },
	{ "tls[].key-file", TLS, "key-file: etc/tls.key " },
	{ "users[].file", "users: [ { file: users } ]\n", "file: etc/users " },
	{ "listeners.NAME.for",
		TLS "users: [ { file: users } ]\n"
		    "listeners: { x: { for: submission, address: \":9\" } }\n",
		"for: submission " },
	{ "listeners.NAME.service", LISTEN "service: relay } }\n", "service: relay " },
	{ "listeners.NAME.address", LISTEN "} }\n", "address: [ \"127.0.0.1:9\" ] " },
	{ "listeners.NAME.tls", TLS LISTEN "tls: implicit } }\n", "tls: implicit " },
	{ "listeners.NAME.i-accept-an-open-relay", LISTEN "i-accept-an-open-relay: true } }\n",
		"i-accept-an-open-relay: true " },
	{ "listeners.NAME.networks[].from", LISTEN "networks: 192.0.2.0/24 } }\n",
		"from: \"192.0.2.0/24\" " },
	{ "listeners.NAME.networks[].senders",
		LISTEN "networks: [ { from: 192.0.2.0/24, senders: [ a@b, c@d ] } ] } }\n",
		"senders: [ \"a@b\", \"c@d\" ] " },
	{ "listeners.NAME.proxy-protocol.from", LISTEN "proxy-protocol: { from: 192.0.2.5 } } }\n",
		"from: [ \"192.0.2.5/32\" ] " },
	{ "listeners.NAME.xclient.from",
		LISTEN "xclient: { from: [ 192.0.2.5, \"2001:db8::/64\" ] } } }\n",
		"from: [ \"192.0.2.5/32\", \"2001:db8::/64\" ] " },
	{ "listeners.NAME.xclient.login",
		"users: [ { file: users } ]\n" LISTEN
		"xclient: { from: 192.0.2.5, login: true } } }\n",
		"login: true " },
	{ "listeners.NAME.xforward.from", LISTEN "xforward: { from: 192.0.2.0/24 } } }\n",
		"from: [ \"192.0.2.0/24\" ] " },
	{ "listeners.NAME.on-backend-failure",
		"spool: { path: q }\n"
		"listeners: { x: { for: internal, service: proxy, address: \"127.0.0.1:9\", "
		"on-backend-failure: spool } }\n",
		"on-backend-failure: spool " },
	{ "listeners.NAME.auth",
		TLS
		"hops: { h: { hosts: h.example, tls: verify } }\n"
		"listeners: { x: { for: submission, service: proxy, address: \":9\", auth: pass-through, via: "
		"h } }\n",
		"auth: pass-through " },
	{ "listeners.NAME.connect",
		"hops: { h: { hosts: h.example } }\n" LISTEN
		"service: proxy, via: h, connect: mail } }\n",
		"connect: mail " },
	{ "listeners.NAME.via",
		TLS
		"hops: { h: { hosts: h.example, tls: verify } }\n"
		"listeners: { x: { for: submission, service: proxy, address: \":9\", auth: pass-through, via: "
		"h } }\n",
		"via: h " },
	{ "domains.NAME.via", HOPS DOMAIN " } }\n", "via: h " },
	{ "domains.NAME.keep", HOPS DOMAIN ", keep: 6d } }\n", "keep: 6d " },
	{ "domains.NAME.recipients[].is", HOPS DOMAIN " } }\n", "- is: any " },
	{ "domains.NAME.recipients[].file",
		HOPS "domains: { d.example: { via: h, recipients: [ { file: list } ] } }\n",
		"- file: etc/list " },
	{ "routes[].login", A_ROUTE "login: \"*\" } ]\n", "login: [ \"*\" ] " },
	{ "routes[].from", A_ROUTE "from: \"<>\" } ]\n", "from: [ \"<>\" ] " },
	{ "routes[].to", A_ROUTE "to: a.example } ]\n", "to: [ a.example ] " },
	{ "routes[].via", "routes: [ { via: mx } ]\n", "via: mx " },
	{ "hops.NAME.hosts[].host", HOPS, "- host: \"smtp://h.example:25\" " },
	{ "hops.NAME.hosts[].weight",
		"hops: { h: { hosts: [ { host: h.example, weight: 7 } ] } }\n", "weight: 7 " },
	{ "hops.NAME.hosts[].max-connections",
		"hops: { h: { hosts: [ { host: h.example, max-connections: 7 } ] } }\n",
		"max-connections: 7 " },
	{ "hops.NAME.balance", "hops: { h: { hosts: h.example, balance: least-connections } }\n",
		"balance: least-connections " },
	{ "hops.NAME.sticky", "hops: { h: { hosts: h.example, sticky: network } }\n",
		"sticky: network " },
	{ "hops.NAME.slow-start", "hops: { h: { hosts: h.example, slow-start: 7s } }\n",
		"slow-start: 7s " },
	{ "hops.NAME.max-waiting", "hops: { h: { hosts: h.example, max-waiting: 7 } }\n",
		"max-waiting: 7 " },
	{ "hops.NAME.waiting-timeout", "hops: { h: { hosts: h.example, waiting-timeout: 7s } }\n",
		"waiting-timeout: 7s " },
	{ "hops.NAME.reply-timeout", "hops: { h: { hosts: h.example, reply-timeout: 7s } }\n",
		"reply-timeout: 7s " },
	{ "hops.NAME.health.every", "hops: { h: { hosts: h.example, health: { every: 17s } } }\n",
		"every: 17s " },
	{ "hops.NAME.health.timeout",
		"hops: { h: { hosts: h.example, health: { timeout: 7s } } }\n", "timeout: 7s " },
	{ "hops.NAME.max-connections", "hops: { h: { hosts: h.example, max-connections: 7 } }\n",
		"max-connections: 7 " },
	{ "hops.NAME.tls", "hops: { h: { hosts: h.example, tls: require } }\n", "tls: require " },
	{ "hops.NAME.ca-file", "hops: { h: { hosts: h.example, ca-file: ca.pem } }\n",
		"ca-file: etc/ca.pem " },
	{ "hops.NAME.answer-timeout", "hops: { h: { hosts: h.example, answer-timeout: 2m } }\n",
		"answer-timeout: 2m " },
	{ "hops.NAME.noop-after", "hops: { h: { hosts: h.example, noop-after: 3m } }\n",
		"noop-after: 3m " },
	{ "hops.NAME.soft-rejects", "hops: { h: { hosts: h.example, soft-rejects: true } }\n",
		"soft-rejects: true " },
	{ "hops.NAME.hide-names", "hops: { h: { hosts: h.example, hide-names: true } }\n",
		"hide-names: true " },
	{ "hops.NAME.assume-8bit", "hops: { h: { hosts: h.example, assume-8bit: true } }\n",
		"assume-8bit: true " },
	{ "hops.NAME.tell-client", "hops: { h: { hosts: h.example, tell-client: proxy-v2 } }\n",
		"tell-client: proxy-v2 " },
	{ "hops.NAME.login.user",
		"hops: { h: { hosts: h.example, login: { user: me, password-file: provider.secret } } }\n",
		"user: me " },
	{ "hops.NAME.login.password-file",
		"hops: { h: { hosts: h.example, login: { user: me, password-file: provider.secret } } }\n",
		"password-file: etc/provider.secret " },
	{ "hops.NAME.login.mechanism",
		"hops: { h: { hosts: h.example, login: { user: me, password-file: provider.secret,\n"
		"        mechanism: cram-md5 } } }\n",
		"mechanism: cram-md5 " },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static char *shown(const char *text)
{
	const struct config *c = load_text(text);
	struct buf b;

	ck_assert_msg(c != NULL, "%s%s", text, load_said());
	buf_init(&b, CONFIG_WRITE_MAX);
	config_write_show(c, &b);
	buf_putc(&b, '\0');
	config_unref(c);
	return buf_take(&b);
}

START_TEST(value_arrives)
{
	/* A listener that trusts this network is no part of any case. */
	char *with = shown(cases[_i].text);
	char *without = shown(
		"listeners: { y: { for: internal, address: \"127.0.0.2:25\", networks: "
		"127.0.0.2 } }\n");

	ck_assert_msg(strstr(with, cases[_i].shown) != NULL, "%s\n%s", cases[_i].shown, with);
	/* This case has the default. */
	if (!strstr(cases[_i].path, "service"))
		ck_assert_msg(strstr(without, cases[_i].shown) == NULL, "%s", cases[_i].shown);
	free(with);
	free(without);
}
END_TEST

static bool has_case(const char *path)
{
	for (size_t i = 0; i < CASES; i++)
		if (strcmp(cases[i].path, path) == 0)
			return true;
	return false;
}

/* What stands around a key of the section, with its required keys; NULL: nothing is refused
 * there. */
static const char *around(const char *section)
{
	static const char *const texts[][2] = {
		{ "", "%s: 1\n" },
		{ "spool", "spool: { %s: 1 }\n" },
		{ "admin", "admin: { %s: 1 }\n" },
		{ "delivery", "delivery: { %s: 1 }\n" },
		{ "tls[]", "tls: [ { certificate: tls.pem, key-file: tls.key, %s: 1 } ]\n" },
		{ "users[]", "users: [ { file: users, %s: 1 } ]\n" },
		{ "listeners.NAME", LISTEN "%s: 1 } }\n" },
		{ "listeners.NAME.networks[]",
			LISTEN "networks: [ { from: 127.0.0.1, %s: 1 } ] } }\n" },
		{ "hops.NAME", "hops: { h: { hosts: h.example, %s: 1 } }\n" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(section, texts[i][0]) == 0)
			return texts[i][1];
	return NULL;
}

static void check_refused(const struct config_section *s, const struct config_option *o)
{
	char text[500], expect[300];
	const char *pattern = around(s->path);

	ck_assert_msg(pattern != NULL, "section '%s'", s->path);
	const char *gap = strstr(pattern, "%s");

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(gap - pattern), pattern, o->key, gap + 2);
	snprintf(expect, sizeof(expect), "'%s' is not built yet: %s; leave it out", o->key,
		o->summary);
	ck_assert_msg(load_text(text) == NULL, "%s", text);
	ck_assert_msg(strstr(load_said(), expect) != NULL, "%s\n%s", text, load_said());
}

static void check_row(const struct config_section *s, const struct config_option *o)
{
	char path[200];

	snprintf(path, sizeof(path), "%s%s%s", s->path, *s->path ? "." : "", o->key);
	ck_assert_msg(o->summary != NULL, "%s", path);
	if (o->type == CONFIG_TYPE_NOT_BUILT) {
		check_refused(s, o);
		return;
	}
	ck_assert_msg(o->since && o->text, "%s", path);
	if (o->section == NULL)
		ck_assert_msg(has_case(path), "no case for %s", path);
	ck_assert_msg(
		o->required || o->def || o->implied || o->example || o->type == CONFIG_TYPE_SECTION,
		"%s: what is it when it is not said?", path);
}

START_TEST(every_row)
{
	const struct config_section *todo[40] = { &config_section_root };

	for (size_t i = 0, n = 1; i < n; i++)
		for (size_t k = 0; k < todo[i]->n; k++) {
			const struct config_option *o = &todo[i]->options[k];

			check_row(todo[i], o);
			if (o->section)
				todo[n++] = o->section;
		}
}
END_TEST

START_TEST(nearest_key)
{
	static const char *const words[][2] = {
		{ "hostnam", "hostname" },
		{ "hotsname", "hostname" },
		{ "HOSTNAME", "hostname" },
		{ "worker", "workers" },
		{ "listners", "listeners" },
		{ "dsn", "dns" },
		{ "hop", "hops" },
		{ "x", NULL },
		{ "", NULL },
		{ "hostnames-of-this-machine", NULL },
		{ "policie", NULL },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *found = config_option_nearest(
			&config_section_root, slice_str(words[i][0]));

		ck_assert_msg((found == NULL) == (words[i][1] == NULL), "%s: %s", words[i][0],
			found ? found : "nothing");
		if (found)
			ck_assert_str_eq(found, words[i][1]);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("options");
	TCase *t = tcase_create("options");

	tcase_add_loop_test(t, value_arrives, 0, CASES);
	tcase_add_test(t, every_row);
	tcase_add_test(t, nearest_key);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
