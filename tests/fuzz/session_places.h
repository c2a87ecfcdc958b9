/* Where fuzz_session's client may knock: the configuration with its listeners, its users, and the
 * places, one of which the first byte of an input chooses. tests/fuzz/seeds knows them by their number. */
#ifndef SLUICE_TESTS_FUZZ_SESSION_PLACES_H
#define SLUICE_TESTS_FUZZ_SESSION_PLACES_H

#include <stdbool.h>

#include "config/config.h"

static const char config_text[] =
	"hostname: relay.test\n"
	"postmaster: boss@ours.test\n"
	"limits: { message-size: 100000, recipients: 100, errors: 20, login-failures: 3 }\n"
	"tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
	"spool: { path: spool }\n"
	"users: [ { file: users } ]\n"
	"listeners:\n"
	"  mx: { for: mx, address: \"192.0.2.25:25\" }\n"
	"  inside: { for: internal, address: \"192.0.2.25:2525\", networks: [ 192.0.2.0/24 ] }\n"
	"  submission: { for: submission, address: \"192.0.2.25:587\" }\n"
	"  local: { for: submission, address: \"127.0.0.1:587\", tls: off }\n"
	"  submissions: { for: submission, address: \"192.0.2.25:465\", tls: implicit }\n"
	"  proxy: { for: mx, service: proxy, address: \"192.0.2.25:26\", tls: off }\n"
	"  behind: { for: mx, address: \"192.0.2.25:27\",\n"
	"            xclient: { from: [ 198.51.100.9, 192.0.2.25 ] }, xforward: { from: 198.51.100.9 } }\n"
	"  proxy-inside: { for: internal, service: proxy, address: \"192.0.2.25:2626\",\n"
	"                  networks: [ 192.0.2.0/24 ] }\n"
	"  proxy-submission: { for: submission, service: proxy, address: \"192.0.2.25:588\" }\n"
	"  proxy-submissions: { for: submission, service: proxy, address: \"192.0.2.25:466\",\n"
	"                       tls: implicit }\n"
	"  late: { for: mx, service: proxy, address: \"192.0.2.25:28\", tls: off, connect: dot }\n"
	"  keeping: { for: mx, service: proxy, address: \"192.0.2.25:29\", tls: off,\n"
	"             on-backend-failure: spool }\n"
	"domains: { ours.test: { via: home, recipients: any } }\n"
	"routes: [ { via: out } ]\n"
	"hops: { home: { hosts: [ \"192.0.2.30:25\" ], tls: off },\n"
	"        out: { hosts: [ \"192.0.2.31:25\" ], tls: off } }\n";

/* The password of all is "pencil", with the salt of RFC 7677's example. */
#define PENCIL                                                                                     \
	"{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
static const char users_text[] = "ann@example.org:" PENCIL "\nbob:" PENCIL ":*@bob.test\n";

#define ONE_TEXT  "250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
#define IN_CHUNKS "250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n"

static const struct mode {
	const char *listener, *at, *client;
	enum config_for for_whom;
	bool implicit;
	const char *backend; /* what it offers; NULL: none is there, mail is stored */
} modes[] = {
	{ "mx", "192.0.2.25:25", "198.51.100.9", CONFIG_FOR_MX, false },
	{ "inside", "192.0.2.25:2525", "192.0.2.9", CONFIG_FOR_INTERNAL, false },
	{ "local", "127.0.0.1:587", NULL, CONFIG_FOR_SUBMISSION, false },
	{ "submission", "192.0.2.25:587", "198.51.100.9", CONFIG_FOR_SUBMISSION, false },
	{ "inside", "192.0.2.25:2525", "198.51.100.9", CONFIG_FOR_INTERNAL, false },
	{ "submissions", "192.0.2.25:465", "198.51.100.9", CONFIG_FOR_SUBMISSION, true },
	{ "proxy", "192.0.2.25:26", "198.51.100.9", CONFIG_FOR_MX, false, ONE_TEXT },
	{ "proxy", "192.0.2.25:26", "198.51.100.9", CONFIG_FOR_MX, false, IN_CHUNKS },
	{ "behind", "192.0.2.25:27", "198.51.100.9", CONFIG_FOR_MX, false },
	{ "proxy-inside", "192.0.2.25:2626", "192.0.2.9", CONFIG_FOR_INTERNAL, false, ONE_TEXT },
	{ "proxy-inside", "192.0.2.25:2626", "192.0.2.9", CONFIG_FOR_INTERNAL, false, IN_CHUNKS },
	{ "proxy-submission", "192.0.2.25:588", "198.51.100.9", CONFIG_FOR_SUBMISSION, false,
		ONE_TEXT },
	{ "proxy-submission", "192.0.2.25:588", "198.51.100.9", CONFIG_FOR_SUBMISSION, false,
		IN_CHUNKS },
	{ "proxy-submissions", "192.0.2.25:466", "198.51.100.9", CONFIG_FOR_SUBMISSION, true,
		ONE_TEXT },
	{ "proxy-submissions", "192.0.2.25:466", "198.51.100.9", CONFIG_FOR_SUBMISSION, true,
		IN_CHUNKS },
	{ "late", "192.0.2.25:28", "198.51.100.9", CONFIG_FOR_MX, false, ONE_TEXT },
	{ "late", "192.0.2.25:28", "198.51.100.9", CONFIG_FOR_MX, false, IN_CHUNKS },
	/* It stores nothing while a server is behind it, and everything while there is none. */
	{ "keeping", "192.0.2.25:29", "198.51.100.9", CONFIG_FOR_MX, false, ONE_TEXT },
	{ "keeping", "192.0.2.25:29", "198.51.100.9", CONFIG_FOR_MX, false, IN_CHUNKS },
	{ "keeping", "192.0.2.25:29", "198.51.100.9", CONFIG_FOR_MX, false },
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

#endif
