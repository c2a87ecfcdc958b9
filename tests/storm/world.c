/* The world of a run: the program's configuration, names, next hops and what each of them is like. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "program.h"
#include "rt/sim/sim.h"
#include "rt/tls.h"
#include "storm.h"

static const char config[] =
	"hostname: relay.test\n" PROGRAM_SPOOL "log: { level: %s }\npostmaster: boss@ours.test\n"
	"retry: { jitter: 20, schedule: [ 5s, 10s, 30s, 1m, 2m ] }\n"
	"delivery: { dead-host: 20s, connections-per-destination: 5 }\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"users: [ { file: users } ]\n"
	"listeners:\n"
	"  mx: { for: mx, address: \"192.0.2.25:25\" }\n"
	"  inside: { for: internal, address: \"192.0.2.25:2525\", networks: [ 192.0.2.64/26 ] }\n"
	"  users: { for: submission, address: \"192.0.2.25:465\", tls: implicit }\n"
	"  gate: { for: mx, service: proxy, address: \"192.0.2.25:26\" }\n"
	"  pass: { for: internal, service: proxy, address: \"192.0.2.25:2526\","
	" networks: [ 192.0.2.64/26 ] }\n"
	"  gate-keep: { for: mx, service: proxy, address: \"192.0.2.25:27\","
	" on-backend-failure: spool }\n"
	"  pass-keep: { for: internal, service: proxy, address: \"192.0.2.25:2627\","
	" networks: [ 192.0.2.64/26 ], on-backend-failure: spool }\n"
	"%s%s%s"
	"domains: { ours.test: { via: home, recipients: any } }\n"
	"routes:\n"
	"  - { to: \"*@pool.test\", via: pool }\n"
	"  - { to: \"*@slow.test\", via: slow }\n"
	"  - { to: \"*@moody.test\", via: moody }\n"
	"  - { to: \"*@grey.test\", via: grey }\n"
	"  - { to: \"*@safe.test\", via: safe }\n"
	"  - { to: \"*@tls.test\", via: tls }\n"
	"  - { to: \"*@boxes.test\", via: boxes }\n"
	"  - { via: mx }\n"
	"hops:\n"
	"  home: { hosts: [ \"192.0.2.30:25\" ], tls: off, max-connections: 4 }\n"
	"  pool: { hosts: [ \"192.0.2.31:25\", \"192.0.2.32:25\" ], tls: off, max-connections: 3 }\n"
	"  slow: { hosts: [ \"192.0.2.33:25\" ], tls: off, max-connections: 2 }\n"
	"  moody: { hosts: [ \"192.0.2.34:25\" ], tls: off, max-connections: 1 }\n"
	"  grey: { hosts: [ \"192.0.2.35:25\" ], tls: off, max-connections: 3 }\n"
	"  safe: { hosts: [ one.safe.test, two.safe.test ], tls: verify, ca-file: ca.pem,"
	" max-connections: 3 }\n"
	"  tls: { hosts: [ mail.tls.test ], tls: require, max-connections: 2 }\n"
	"  boxes: { hosts: [ \"lmtp://192.0.2.41:24\", \"lmtp://192.0.2.42:24\" ], tls: off,"
	" max-connections: 3 }\n";

static const char zone[] = "mx.test 300 MX 10 one.mx.test\n"
			   "mx.test 300 MX 20 two.mx.test\n"
			   "one.mx.test 300 A 192.0.2.36\n"
			   "two.mx.test 300 A 192.0.2.37\n"
			   "one.safe.test 300 A 192.0.2.38\n"
			   "two.safe.test 300 A 192.0.2.39\n"
			   "mail.tls.test 300 A 192.0.2.40\n"
			   "void.test 300 MX 0 .\n";

/* ann, whose password is pencil, with the salt of RFC 7677's example. */
static const char users[] = "ann:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
			    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
			    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=:*@ours.test\n";

static const struct destination destinations[DESTINATIONS] = {
	{ .name = "home", .limit = 4 },
	{ .name = "pool", .limit = 3 },
	{ .name = "slow", .limit = 2 },
	{ .name = "moody", .limit = 1 },
	{ .name = "grey", .limit = 3 },
	{ .name = "mx.test", .limit = 5 },
	{ .name = "safe", .limit = 3, .secrecy = SECRECY_NAMED },
	{ .name = "tls", .limit = 2, .secrecy = SECRECY_ANY },
	{ .name = "boxes", .limit = 3 },
};

static const struct manners plain = {
	.mail_4xx = 20, .rcpt_4xx = 20, .dot_4xx = 20, .dot_lost = 15
};
static const struct manners slow = { .dot_4xx = 20, .chunks = true, .delay = 8 * USEC_PER_SEC };
static const struct manners moody = { .greet_close = 50,
	.greet_421 = 50,
	.ehlo_close = 30,
	.mail_4xx = 60,
	.mail_5xx = 0,
	.rcpt_4xx = 80,
	.rcpt_5xx = 60,
	.data_4xx = 40,
	.dot_4xx = 60,
	.dot_5xx = 50,
	.dot_close = 40,
	.dot_lost = 50,
	.close_after = 20,
	.delay = USEC_PER_SEC };
static const struct manners grey = { .greylists = true, .rcpt_5xx = 20, .seven = true };

static const struct manners safe = {
	.dot_4xx = 20, .tls_strange = 20, .chunks = true, .tls = true
};
static const struct manners willing = { .tls_4xx = 50,
	.tls_close = 50,
	.tls_broken = 100,
	.tls_strange = 500,
	.chunks = true,
	.tls = true };
static const struct manners false_friend = { .dot_4xx = 20,
	.tls_hidden = 80,
	.tls_4xx = 80,
	.tls_close = 50,
	.tls_broken = 80,
	.tls_strange = 150,
	.tls = true };

static const struct manners box = {
	.rcpt_4xx = 20, .rcpt_5xx = 30, .dot_close = 20, .dot_lost = 60, .lmtp = true
};

static const struct {
	const char *name, *address;
	unsigned destination;
	const struct manners *manners;
} hops[HOPS] = {
	{ "home", "192.0.2.30:25", 0, &plain },
	{ "pool1", "192.0.2.31:25", 1, &moody },
	{ "pool2", "192.0.2.32:25", 1, &plain },
	{ "slow", "192.0.2.33:25", 2, &slow },
	{ "moody", "192.0.2.34:25", 3, &moody },
	{ "grey", "192.0.2.35:25", 4, &grey },
	{ "mx1", "192.0.2.36:25", 5, &moody },
	{ "mx2", "192.0.2.37:25", 5, &willing },
	{ "safe1", "192.0.2.38:25", 6, &false_friend },
	{ "safe2", "192.0.2.39:25", 6, &safe },
	{ "tls", "192.0.2.40:25", 7, &false_friend },
	{ "box1", "192.0.2.41:24", 8, &box },
	{ "box2", "192.0.2.42:24", 8, &box },
};

static void make_server(const struct cert *leaf, struct tls_server **ret)
{
	struct tls_keypair pair = { leaf->pem, leaf->key_pem };
	struct buf why;

	buf_init(&why, 500);
	if (tls_server_new(&pair, 1, &why, ret) < 0)
		storm_fail("a next hop's certificate is of no use");
	buf_done(&why);
}

void world_certificates(void)
{
	static const char hosts[] = "DNS:one.safe.test,DNS:two.safe.test,DNS:mail.tls.test";
	struct cert ca = cert_make(NULL, "Root", NULL, -4000, 36500, true);
	struct cert leaf = cert_make(&ca, "leaf", "DNS:relay.test", -4000, 36500, false);
	struct cert hop = cert_make(&ca, "hop", hosts, -4000, 36500, false);
	struct cert other = cert_make(&ca, "other", "DNS:other.test", -4000, 36500, false);
	struct buf why;

	buf_init(&why, 500);
	sim_disk_write(storm.box, "tls.pem", leaf.pem);
	sim_disk_write(storm.box, "tls.key", leaf.key_pem);
	sim_disk_write(storm.box, "ca.pem", ca.pem);
	if (tls_client_new(ca.pem, &why, &storm.authorities) < 0)
		storm_fail("no authorities");
	make_server(&hop, &storm.own);
	make_server(&other, &storm.strange);
	buf_done(&why);
	cert_free(&other);
	cert_free(&hop);
	cert_free(&leaf);
	cert_free(&ca);
}

void world_forget(void)
{
	tls_server_unref(storm.strange);
	tls_server_unref(storm.own);
	tls_client_unref(storm.authorities);
}

void world_hops(void)
{
	char address[40];

	memcpy(storm.destinations, destinations, sizeof(destinations));
	for (unsigned i = 0; i < HOPS; i++) {
		struct hop *h = &storm.hops[i];

		snprintf(address, sizeof(address), "%.*s", (int)strcspn(hops[i].address, ":"),
			hops[i].address);
		*h = (struct hop){ .address = hops[i].address,
			.destination = &storm.destinations[hops[i].destination],
			.manners = *hops[i].manners,
			.host = sim_host_new(hops[i].name, address) };
		if (storm_chance(200)) {
			h->manners.window = 1000 + (size_t)sim_choose(7000);
			h->manners.sip = 400 * USEC_PER_MSEC;
		}
		h->manners.prdr = !h->manners.lmtp && storm_chance(500);
		h->proc = sim_proc_start(h->host, hops[i].name, storm_hop, h);
	}
}

void world_fronts(void)
{
	static const char *const vias[] = { "home", "pool", "boxes" };

	for (unsigned i = 0; i < FRONTS; i++) {
		struct front *f = &storm.fronts[i];

		f->strangers = storm_chance(250);
		f->connect = storm_chance(500)	 ? CONNECT_DOT
			     : storm_chance(500) ? CONNECT_MAIL
						 : CONNECT_RCPT;
		if (f->connect == CONNECT_MAIL || storm_chance(700))
			f->via = vias[sim_choose(3)];
		f->keeps = storm_chance(450);
		f->dedupe = storm_chance(700);
	}
}

/* Its lines of the configuration. */
static void write_front(unsigned i, char *text, size_t n)
{
	static const char *const connects[] = { "rcpt", "mail", "dot" };
	const struct front *f = &storm.fronts[i];

	snprintf(text, n,
		"  front%u: { for: %s, service: proxy, address: \"192.0.2.25:%u\", %s%s%s"
		" connect: %s, dedupe: %s, on-backend-failure: %s }\n",
		i, f->strangers ? "mx" : "internal, networks: [ 192.0.2.64/26 ]", 28 + i,
		f->via ? "via: " : "", f->via ? f->via : "", f->via ? "," : "",
		connects[f->connect], f->dedupe ? "on" : "off", f->keeps ? "spool" : "tempfail");
}

void world_config(char *text, size_t n, bool more)
{
	char fronts[FRONTS][300];

	for (unsigned i = 0; i < FRONTS; i++)
		write_front(i, fronts[i], sizeof(fronts[i]));
	snprintf(text, n, config, "info", fronts[0], fronts[1],
		more ? "  more: { for: internal, address: \"192.0.2.25:2527\","
		       " networks: [ 192.0.2.64/26 ] }\n"
		     : "");
}

void world_names(void)
{
	if (sim_dns_zone(zone))
		storm_fail("the zone cannot be read");
}

void world_users(void)
{
	sim_disk_write(storm.box, "users", slice_str(users));
}
