/* Every sentence that a wrong configuration gets, with its place; and the warnings. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "check_main.h"
#include "config/load_text.h"
#include "config/report.h"

#define TLS    "tls: [ { certificate: tls.pem, key-file: tls.key } ]\n"
#define HOPS   "hops: { inside: { hosts: h.example } }\n"
#define LISTEN "listeners: { x: { for: internal, address: "

static const struct {
	const char *text, *said; /* one of the lines that it gets, or its beginning */
} errors[] = {
	/* YAML */
	{ "a: &x 1\n", "t.yaml:1:4: anchors are not taken; write the value where it is used" },
	{ "a: &x [ 1 ]\n", "t.yaml:1:4: anchors are not taken" },
	{ "a: *x\n", "t.yaml:1:4: aliases are not taken; write the value where it is used" },
	{ "a: !!int 1\n", "t.yaml:1:4: tags are not taken; the option itself decides the type" },
	{ "a: !x { }\n", "t.yaml:1:4: tags are not taken" },
	{ "--- {}\n--- {}\n", "t.yaml:2:1: a second document begins here; one was expected" },
	{ "workers: 1\nworkers: 2\n",
		"t.yaml:2:1: the key 'workers' stands here a second time; the first is in line 1" },
	{ "[ a ]: 1\n", "t.yaml:1:1: a map or list cannot be a key; a name was expected" },
	{ "[[[[[[[[[[[[[[[[[", "t.yaml:1:17: maps and lists are nested over 16 deep" },
	{ "a: \"b\\x01\"\n",
		"t.yaml:1:4: a control character stands in this text; plain text in one" },
	{ "a: |\n  b\n  c\n", "t.yaml:1:4: a control character stands in this text" },
	{ "a: [ 1\n", "t.yaml:2:1: YAML: did not find expected ',' or ']' while parsing a flow" },
	{ "a:\n\t b: 1\n", "t.yaml:2:1: YAML: found character that cannot start any token while "
			   "scanning for the next token (line 2); indent with spaces" },
	{ "a: @b\n", "t.yaml:1:4: YAML: found character that cannot start any token" },
	{ "a: \xff\n", "t.yaml: byte 3: invalid leading UTF-8 octet; UTF-8 text was expected" },
	/* keys and kinds */
	{ "hostnam: a\n",
		"t.yaml:1:1: 'hostnam' is unknown; an option of the file was expected; did "
		"you mean 'hostname'?" },
	{ "limits: { hop: 1 }\n",
		"t.yaml:1:11: 'hop' is unknown; an option of limits was expected; "
		"did you mean 'hops'?" },
	{ "nothing-like-it: 1\n",
		"t.yaml:1:1: 'nothing-like-it' is unknown; an option of the file was expected\n" },
	{ "policies: { }\n",
		"t.yaml:1:1: 'policies' is not built yet: policies such as greylisting "
		"and DNS lists; leave it out" },
	{ "- a\n",
		"t.yaml:1:1: a list stands here; a map of the options of the file was expected" },
	{ "limits: 1\n", "t.yaml:1:9: a single value stands here; a map of the options of limits" },
	{ "tls: 1\n", "t.yaml:1:6: 'tls': a single value stands here; a list was expected" },
	{ "tls: { }\n", "t.yaml:1:1: 'tls': a map stands here; a list was expected" },
	{ "hops: [ ]\n", "t.yaml:1:1: 'hops': a list stands here; a map of names was expected" },
	{ "hops: { a: 1 }\n", "t.yaml:1:12: a single value stands here; a map of the options of "
			      "hops.NAME was expected" },
	{ "hops: { a: { } }\n",
		"t.yaml:1:9: 'hosts' is missing; hops.NAME needs it: the hosts, best" },
	{ "workers: [ 1 ]\n",
		"t.yaml:1:1: 'workers': a list stands here; auto or a number from 1 to "
		"256 was expected" },
	{ "workers:\n", "t.yaml:1:9: 'workers': the value is missing; auto or a number" },
	{ "routes: [ { via: mx, to: [ ] } ]\n", "t.yaml:1:22: 'to': the list is empty; a pattern" },
	/* values */
	{ "hostname: a_b\n", "t.yaml:1:11: 'hostname': 'a_b' is no DNS name; a DNS name in ASCII "
			     "letters, digits, hyphens and dots was expected" },
	{ "hostname: a..b\n", "'a..b' is no DNS name" },
	{ "hostname: -a\n", "'-a' is no DNS name" },
	{ "hostname: a-\n", "'a-' is no DNS name" },
	{ "hostname: a.\n", "'a.' is no DNS name" },
	{ "hostname: b\xc3\xbc.example\n", "is not ASCII (write its xn-- form)" },
	{ "postmaster: a\n",
		"'postmaster': 'a' is no address; an address such as admin@example.net" },
	{ "postmaster: \"@b\"\n", "'@b' is no address" },
	{ "postmaster: a@b_c\n", "'a@b_c' is no address" },
	{ "postmaster: a b@c\n", "'a b@c' is no address" },
	{ "workers: 0\n", "'workers': '0' is out of bounds; auto or a number from 1 to 256 was" },
	{ "workers: 257\n", "'257' is out of bounds" },
	{ "workers: many\n", "'workers': 'many' is no such number" },
	{ "workers: -1\n", "'-1' is no such number" },
	{ "limits: { message-size: 50MB }\n",
		"'message-size': '50MB' is no size; a size such as 512KiB or 50MiB from 64KiB to 1GiB" },
	{ "limits: { message-size: 63KiB }\n", "'63KiB' is out of bounds" },
	{ "limits: { message-size: 99999999999GiB }\n", "'99999999999GiB' is no size" },
	{ "limits: { data-timeout: 5x }\n",
		"'data-timeout': '5x' is no time; a time such as 30s, 5m "
		"or 2d from 1s to 1h was expected" },
	{ "limits: { data-timeout: 500ms }\n", "'500ms' is out of bounds" },
	{ "retry: { schedule: [ 1m, 0s ] }\n", "t.yaml:1:26: 'schedule': '0s' is out of bounds" },
	{ "retry: { schedule: [ ] }\n", "'schedule': the list is empty" },
	{ "log: { level: warn }\n",
		"'level': 'warn' is unknown; debug, info, warning or error was" },
	{ "log: { level: debig }\n", "'debig' is unknown, did you mean 'debug'?; debug, info" },
	{ LISTEN "\"127.0.0.1:9\", service: proxi } }\n",
		"'proxi' is unknown, did you mean 'proxy'?; relay or proxy was expected" },
	{ LISTEN "\"127.0.0.1:9\", i-accept-an-open-relay: yes } }\n",
		"'yes' is neither; true or false was expected" },
	{ LISTEN "25 } }\n", "'address': '25' is no address with a port; \"ADDRESS:PORT\", "
			     "\"[V6ADDRESS]:PORT\" or \":PORT\", one or a list was expected" },
	{ LISTEN "\"127.0.0.1:0\" } }\n", "'127.0.0.1:0' is no address with a port" },
	{ LISTEN "\"127.0.0.1:9\", networks: 10.0.0.1/8 } }\n",
		"'from': '10.0.0.1/8' has bits set behind the network's prefix; a network such as" },
	{ LISTEN "\"127.0.0.1:9\", networks: [ lan ] } }\n", "'from': 'lan' is no network" },
	{ LISTEN "\"127.0.0.1:9\", xclient: { login: true } } }\n",
		"t.yaml:1:58: 'from' is missing; listeners.NAME.xclient needs it" },
	{ LISTEN "\"127.0.0.1:9\", xforward: { from: [ front ] } } }\n",
		"'from': 'front' is no network; a network such as 10.1.0.0/24 or "
		"\"2001:db8::/64\", or a list of them was expected" },
	{ "our-addresses: a\n",
		"'our-addresses': 'a' is no address; an address or a list of them" },
	{ "dns: { servers: \"127.0.0.1:53\" }\n", "'127.0.0.1:53' is no resolver; system, or" },
	{ "dns: { servers: \"127.0.0.1@0\" }\n", "'127.0.0.1@0' is no resolver" },
	{ "hops: { a: { hosts: ftp://a } }\n", "'ftp://a' has an unknown scheme; \"HOST\"" },
	{ "hops: { a: { hosts: a_b } }\n", "'a_b' names no host" },
	{ "hops: { a: { hosts: \"[a]:25\" } }\n", "'[a]:25' has no IPv6 address in its brackets" },
	{ "hops: { a: { hosts: \"[::1\" } }\n", "'[::1' has no IPv6 address in its brackets" },
	{ "hops: { a: { hosts: \"[127.0.0.1]\" } }\n", "has no IPv6 address in its brackets" },
	{ "hops: { a: { hosts: \"a:0\" } }\n",
		"'a:0' has something else than a port behind the host" },
	{ "hops: { a: { hosts: smtp://a/b } }\n", "'smtp://a/b' names no host" },
	{ "hops: { a: { hosts: \"a:25/b\" } }\n",
		"has something else than a port behind the host" },
	{ "hops: { a: { hosts: a, balance: wieghted } }\n",
		"'wieghted' is unknown, did you mean 'weighted'?; ordered" },
	{ "hops: { a: { hosts: [ { host: a, weight: 0 } ] } }\n",
		"'weight': '0' is out of bounds; a number from 1 to 1000" },
	{ "hops: { a: { hosts: [ { weight: 1 } ] } }\n",
		"'host' is missing; hops.NAME.hosts[] needs it" },
	{ "routes: [ { via: better-mx } ]\n",
		"'via': 'better-mx' is not built yet; a name in `hops`" },
	{ HOPS "domains: { a.example: { via: inside, recipients: [ verify ] } }\n",
		"t.yaml:2:52: 'is': 'is: verify' is not built yet; any or backend-decides was expected" },
	/* files */
	{ "users: [ { file: nobody } ]\n",
		"t.yaml:1:18: 'file': the file etc/nobody cannot be read: "
		"it does not exist" },
	{ "users: [ { file: locked } ]\n",
		"the file etc/locked cannot be read: permission was denied" },
	{ "hops: { a: { hosts: a, login: { user: u, password-file: empty.secret } } }\n",
		"t.yaml:1:57: the password file etc/empty.secret is empty" },
	{ "hops: { a: { hosts: a, login: { user: u, password-file: two.secret } } }\n",
		"the password file etc/two.secret has several lines; one was expected" },
	/* rules */
	{ LISTEN "\"127.0.0.1:9\", tls: implicit } }\n",
		"t.yaml:1:63: the listener 'x' does TLS, but there is no certificate; say tls: [ { "
		"certificate: FILE, key-file: FILE } ], or in the listener tls: off" },
	{ TLS "listeners: { x: { for: submission, address: \":9\" } }\n",
		"t.yaml:2:14: the listener 'x' is for submission, but nobody can log in; say users" },
	{ "users: [ { file: users } ]\nlisteners: { x: { for: submission, address: \":9\", tls: off } "
	  "}\n",
		"t.yaml:2:56: the listener 'x' would take passwords in the clear; starttls or implicit" },
	{ HOPS "listeners: { x: { for: mx, address: \":9\", networks: 10.0.0.0/8 } }\n",
		"t.yaml:2:53: 'networks' stands in the listener 'x', which is not `for: internal`" },
	{ LISTEN "\"10.0.0.1:9\" } }\n",
		"t.yaml:1:14: the listener 'x' is for internal clients, but "
		"no networks say who they are; say networks" },
	{ LISTEN "[ \"127.0.0.1:9\", \":9\" ], networks: [ 10.0.0.0/8 ] } }\n",
		"t.yaml:1:68: the listener 'x' trusts networks and listens on every address" },
	{ LISTEN "\"0.0.0.0:9\", networks: [ 10.0.0.0/8 ] } }\n",
		"listens on every address, where NAT" },
	{ LISTEN "\"[::]:9\", networks: [ 10.0.0.0/8 ] } }\n",
		"listens on every address, where NAT" },
	{ LISTEN "\"10.0.0.1:9\", networks: [ 10.0.0.0/7 ] } }\n",
		"t.yaml:1:69: a network of /7 is too wide to be trusted; /8 or narrower was expected" },
	{ LISTEN "\"127.0.0.1:9\", proxy-protocol: { from: 10.0.0.0/7 } } }\n",
		"a network of /7 is too wide to be believed about others; /8 or narrower" },
	{ LISTEN "\"127.0.0.1:9\", xclient: { from: \"2001::/31\" } } }\n",
		"a network of /31 is too wide to be believed about others; /32 or narrower" },
	{ LISTEN "\"127.0.0.1:9\", xclient: { from: 10.0.0.5, login: true } } }\n",
		"t.yaml:1:92: the listener 'x' believes servers about log-ins, but there are no "
		"users" },
	{ "users: [ { file: users } ]\n" HOPS
	  "domains: { d.example: { via: inside, recipients: any } }\npostmaster: a@b.example\n"
	  "listeners: { x: { for: mx, address: \":9\", xclient: { from: 10.0.0.5, login: true } } }\n",
		"t.yaml:5:77: the listener 'x' believes servers about log-ins and listens on "
		"every address" },
	{ HOPS "domains: { d.example: { via: inside, recipients: backend-decides } }\n",
		"t.yaml:2:38: `backend-decides`, but the hops 'inside' are not told who the client is" },
	{ "hops: { inside: { hosts: h.example, tell-client: xforward } }\n"
	  "domains: { d.example: { via: inside, recipients: [ backend-decides ] } }\n",
		"t.yaml:2:52: `backend-decides`, but the hops 'inside' are not told who the client is" },
	{ "hops: { inside: { hosts: h.example, tell-client: xclient } }\npostmaster: a@b.example\n"
	  "domains: { d.example: { via: inside, recipients: backend-decides } }\n"
	  "listeners: { x: { for: mx, address: \":9\" } }\n",
		"t.yaml:3:38: `backend-decides`, but the listener 'x' is a relay, which asks nobody" },
	{ "hops: { inside: { hosts: h.example, tell-client: xclient } }\npostmaster: a@b.example\n"
	  "domains: { d.example: { via: inside, recipients: backend-decides } }\nspool: { path: q }\n"
	  "listeners: { x: { for: mx, service: proxy, address: \":9\", on-backend-failure: spool } }\n",
		"t.yaml:3:38: `backend-decides`, but the listener 'x' takes recipients also while "
		"nobody can be asked; say on-backend-failure: tempfail there" },
	{ LISTEN "\"127.0.0.1:9\", on-backend-failure: spool } }\n",
		"t.yaml:1:78: 'on-backend-failure' stands in the listener 'x', which is a relay; "
		"service: proxy was expected beside it" },
	{ LISTEN "\"127.0.0.1:9\", service: proxy, on-backend-failure: spool } }\n",
		"t.yaml:1:94: the listener 'x' would store mail, but nothing says where; say spool: { "
		"path: FOLDER }" },
	{ TLS "spool: { path: q }\nhops: { inside: { hosts: h.example, tls: verify } }\n"
	      "listeners: { x: { for: submission, service: proxy, address: \":9\", auth: "
	      "pass-through, via: inside, on-backend-failure: spool } }\n",
		"the listener 'x' would store mail of log-ins that are passed through, and could not "
		"send it afterwards" },
	{ LISTEN "\"127.0.0.1:9\", dedupe: on } }\n" HOPS,
		"t.yaml:1:66: 'dedupe: on' stands in the listener 'x'; service: proxy was expected "
		"beside it" },
	{ LISTEN "\"127.0.0.1:9\", slow-after: 2s } }\n" HOPS,
		"t.yaml:1:70: 'slow-after' stands in the listener 'x' without service: proxy, but a "
		"relay holds no server while its client is slow" },
	{ LISTEN "\"127.0.0.1:9\", release-after: 0s } }\n" HOPS,
		"t.yaml:1:73: 'release-after' stands in the listener 'x' without service: proxy" },
	{ HOPS LISTEN "\"127.0.0.1:9\", auth: pass-through, via: inside } }\n",
		"t.yaml:2:64: 'auth: pass-through' stands in the listener 'x'; service: proxy and for: "
		"submission were expected beside it" },
	{ LISTEN "\"127.0.0.1:9\", via: inside } }\n" HOPS,
		"t.yaml:1:63: 'via' stands in the listener 'x' without service: proxy" },
	{ LISTEN "\"127.0.0.1:9\", connect: mail } }\n" HOPS,
		"t.yaml:1:67: 'connect' stands in the listener 'x' without service: proxy" },
	{ LISTEN "\"127.0.0.1:9\", service: proxy, connect: mail } }\n" HOPS,
		"t.yaml:1:83: the listener 'x' connects before a recipient is known, but to whom?" },
	{ LISTEN "\"127.0.0.1:9\", service: proxy, via: inside, connect: auth } }\n" HOPS,
		"nobody has to log in at the listener 'x'; connect: auth makes sense with for: "
		"submission" },
	{ "hops: { inside: { hosts: h.example, tell-client: xclient } }\n" LISTEN
	  "\"127.0.0.1:9\", service: proxy, via: inside, connect: accept } }\n",
		"the hops 'inside' are told by XCLIENT who the client is, but before its EHLO" },
	{ TLS "hops: { inside: { hosts: h.example, tls: verify } }\n"
	      "listeners: { x: { for: submission, service: proxy, address: \":9\", auth: "
	      "pass-through, via: inside, connect: mail } }\n",
		"the listener 'x' passes log-ins through, so it connects at AUTH" },
	{ "hops: { inside: { hosts: h.example, tell-client: xclient }, plain: { hosts: p.example } "
	  "}\npostmaster: a@b.example\n"
	  "domains: { d.example: { via: inside, recipients: backend-decides } }\n"
	  "listeners: { x: { for: mx, service: proxy, address: \":9\", via: plain } }\n",
		"t.yaml:3:38: `backend-decides`, but the listener 'x' passes everything to the hops "
		"'plain', which are not told" },
	{ LISTEN "\"127.0.0.1:9\", via: outside } }\n" HOPS,
		"t.yaml:1:63: 'via': no hops are named 'outside'" },
	{ TLS "listeners: { x: { for: submission, service: proxy, address: \":9\", auth: "
	      "pass-through } }\n",
		"t.yaml:2:73: the listener 'x' passes log-ins through, but to whom?" },
	{ TLS HOPS "listeners: { x: { for: submission, service: proxy, address: \":9\", auth: "
		   "pass-through, via: inside } }\n",
		"log-ins of the listener 'x' would be passed to the hops 'inside' in the clear" },
	{ TLS "hops: { inside: { hosts: h.example, tls: verify, login: { user: me, password-file: "
	      "provider.secret } } }\n"
	      "listeners: { x: { for: submission, service: proxy, address: \":9\", auth: "
	      "pass-through, via: inside } }\n",
		"log-ins of the listener 'x' are passed to the hops 'inside', which have a login of" },
	{ TLS "hops: { inside: { hosts: \"lmtp://127.0.0.1\" } }\n"
	      "listeners: { x: { for: submission, service: proxy, address: \":9\", auth: "
	      "pass-through, via: inside } }\n",
		"nobody logs in by LMTP, but the hops 'inside' have a lmtp:// host" },
	{ LISTEN "\"10.0.0.1:9\", networks: [ { from: \"2001::/31\" } ] } }\n",
		"a network of /31 is too wide to be trusted; /32 or narrower was expected, or "
		"i-accept-an-open-relay: true" },
	{ "listeners: { x: { for: mx, address: \":9\" } }\n",
		"t.yaml:1:14: the listener 'x' is for mx, but there are no `domains` whose mail" },
	{ "listeners: { x: { for: mx, address: \":9\" } }\n",
		"t.yaml:1:14: the listener 'x' is for mx, and everyone may write to its postmaster" },
	{ LISTEN "\"127.0.0.1:9\" }, y: { for: internal, address: \"127.0.0.1:9\" } }\n",
		"the listeners 'x' and 'y' have an address in common" },
	{ LISTEN "[ \"127.0.0.1:9\", \"127.0.0.1:9\" ] } }\n",
		"the listeners 'x' and 'x' have an address in common" },
	{ "routes: [ { via: nobody } ]\n",
		"t.yaml:1:18: 'via': no hops are named 'nobody'; a name in `hops` was expected" },
	{ HOPS "routes: [ { via: insid } ]\n",
		"t.yaml:2:18: 'via': no hops are named 'insid'; did you mean 'inside'?" },
	{ HOPS "domains: { a.example: { via: mx, recipients: any } }\n", "no hops are named 'mx'" },
	{ "hops: { mx: { hosts: a } }\n",
		"t.yaml:1:9: hops cannot be named 'mx', because `via` means "
		"something else by it; another name was expected" },
	{ "hops: { \"\": { hosts: a } }\n", "t.yaml:1:9: these hops have no name" },
	{ HOPS "domains: { a.example: { via: inside } }\n",
		"t.yaml:2:12: 'recipients' is missing; domains.NAME needs it" },
	{ HOPS "domains: { a.example: { via: inside, recipients: [ ] } }\n",
		"t.yaml:2:38: 'recipients' of 'a.example' is empty; `any`, or a list with" },
	{ HOPS "domains: { a.example: { via: inside, recipients: [ { } ] } }\n",
		"t.yaml:2:52: an item of 'recipients' is either `any` or has a `file`" },
	{ HOPS "domains: { a.example: { via: inside, recipients: [ { is: any, file: list } ] } }\n",
		"an item of 'recipients' is either `any` or has a `file`" },
	{ HOPS "domains: { a_b: { via: inside, recipients: any } }\n",
		"t.yaml:2:12: 'a_b' is no domain; a DNS name in ASCII was expected\n" },
	{ HOPS "domains: { b\xc3\xbc.example: { via: inside, recipients: any } }\n",
		"was expected (its xn-- form)" },
	{ HOPS "domains: { a.b: { via: inside, recipients: any }, A.b: { via: inside, recipients: any "
	       "} }\n",
		"t.yaml:2:51: the domain 'A.b' stands here a second time" },
	{ "hops: { a: { hosts: a, tls: opportunistic, login: { user: u, password-file: "
	  "provider.secret } } }\n",
		"t.yaml:1:29: the hops 'a' would get a password in the clear; require or verify" },
	{ "spool: { segment-size: 96KiB }\n", "t.yaml:1:24: 'segment-size' is no power of two" },
	{ "spool: { segment-size: 1MiB, reserve: 1MiB }\n",
		"t.yaml:1:39: 'reserve' is less than two segments" },
	{ "users: [ { file: users }, { file: users } ]\n",
		"t.yaml:1:27: a second source of users is not built yet; one file was expected" },
	{ LISTEN "\":9\", transparent: true } }\n",
		"t.yaml:1:49: 'transparent' is not built yet: taking connections that are on their "
		"way to other servers" },
	{ LISTEN "\":9\", tls: intercept } }\n",
		"t.yaml:1:54: 'tls': 'tls: intercept' is not built yet; off, starttls or implicit "
		"was expected" },
	{ LISTEN "\":9\", tls: opaque } }\n",
		"t.yaml:1:54: 'tls': 'tls: opaque' is not built yet; off" },
	{ LISTEN "\":9\", tls: strip } }\n",
		"t.yaml:1:54: 'tls': 'tls: strip' is not built yet; off" },
	{ "hops: { a: { hosts: a.example, health: { every: 10s }, login: { user: u, password-file: "
	  "provider.secret } } }\nroutes: [ { via: a } ]\n",
		"t.yaml:1:32: the hops 'a' have a login and are checked, but who wants a password is "
		"a stranger" },
	{ "hops: { a: { hosts: a.example, health: { every: 9s } } }\n",
		"t.yaml:1:49: 'every': '9s'" },
	{ "hops: { a: { hosts: smtps://a, tls: off } }\n",
		"t.yaml:1:37: the hops 'a' have a smtps:// host and tls: off; opportunistic" },
};

static const struct {
	const char *text, *said;
} warnings[] = {
	{ "", "t.yaml: warning: there are neither `routes` nor `domains`: no mail can be delivered" },
	{ HOPS, "t.yaml:1:9: warning: nothing uses the hops 'inside'" },
	{ HOPS "domains: { a.example: { via: inside, recipients: any } }\n",
		"t.yaml:2:38: warning: every recipient of 'a.example' is taken, also those that do" },
	{ HOPS "domains: { a.example: { via: inside, recipients: any } }\n"
	       "postmaster: a@b.example\n"
	       "listeners: { x: { for: mx, service: proxy, address: \":25\", tls: off } }\n",
		"t.yaml:2:38: warning: every recipient of 'a.example' is passed to the hops "
		"'inside', which decide by our address" },
	{ HOPS "domains: { a.example: { via: inside, recipients: any } }\n"
	       "postmaster: a@b.example\nspool: { path: q }\n"
	       "listeners: { x: { for: mx, service: proxy, address: \":25\", tls: off, "
	       "on-backend-failure: spool } }\n",
		"t.yaml:2:38: warning: every recipient of 'a.example' is taken, also those that do" },
	{ "routes:\n- { via: mx }\n- { via: mx, to: a }\n",
		"t.yaml:3:3: warning: this route is never reached: the one in line 2 matches" },
	{ "hops: { a: { hosts: a.example, health: { every: 10s } } }\nroutes: [ { via: a } ]\n",
		"t.yaml:1:32: warning: the hops 'a' are used by routes only and are checked: that is "
		"for servers of your own" },
	{ HOPS LISTEN "\"127.0.0.1:9\", service: proxy, via: inside, connect: dot } }\n",
		"t.yaml:2:96: warning: recipients share one verdict at the listener 'x': with "
		"connect: dot" },
	{ "hops: { in: { hosts: [ lmtp://127.0.0.1 ], tell-client: proxy-v1 } }\npostmaster: a@b.example\n"
	  "domains: { a.example: { via: in, recipients: backend-decides } }\n"
	  "listeners: { x: { for: mx, service: proxy, address: \":25\", tls: off } }\n",
		"t.yaml:3:30: warning: a proxy takes one recipient of 'a.example' a transaction" },
	{ "retry: { warn-after: 5d }\n", "t.yaml:1:22: warning: no sender is warned of a delay, "
					 "because 'warn-after' is not below 'keep'" },
};

/* What a rule lets pass: the counterpart of its error. */
static const char *const allowed[] = {
	"users: [ { file: users } ]\n"
	"listeners: { x: { for: submission, address: \"127.0.0.1:9\", tls: off } }\n",
	LISTEN "\":9\", networks: [ 0.0.0.0/0 ], i-accept-an-open-relay: true } }\n",
	"hops: { a: { hosts: [ \"127.0.0.1\", localhost, \"[::1]:9\" ], tls: off,\n"
	"  login: { user: u, password-file: provider.secret } } }\n",
	LISTEN "[ \"127.0.0.1:9\", \"127.0.0.1:10\", \"[::1]:9\" ] } }\n",
	LISTEN "\"127.0.0.1:9\", slow-after: 1s, release-after: 5s } }\n",
	LISTEN "\"127.0.0.1:9\", service: proxy, slow-after: 0s, release-after: 1m } }\n",
	"# a comment only\n",
	"--- {}\n",
};

#define N(table) ((int)(sizeof(table) / sizeof(table[0])))

START_TEST(error)
{
	ck_assert_msg(load_text(errors[_i].text) == NULL, "loads: %s", errors[_i].text);
	ck_assert_msg(strstr(load_said(), errors[_i].said) != NULL, "%s\nsaid: %sexpected: %s",
		errors[_i].text, load_said(), errors[_i].said);
}
END_TEST

START_TEST(warning)
{
	const struct config *c = load_text(warnings[_i].text);

	ck_assert_msg(c != NULL, "%s", load_said());
	ck_assert_msg(strstr(load_said(), warnings[_i].said) != NULL, "%s\nsaid: %s",
		warnings[_i].text, load_said());
	config_unref(c);
}
END_TEST

/* A backend that is told who the client is may be asked about every recipient; servers of one's own
 * may be checked. */
START_TEST(without_a_word)
{
	const struct config *c = load_text(
		"hops: { inside: { hosts: h.example, tell-client: xclient, health: { } } }\n"
		"domains: { a.example: { via: inside, recipients: any } }\n"
		"postmaster: a@b.example\n"
		"listeners: { x: { for: mx, service: proxy, address: \":25\", tls: off } }\n"
		"routes: [ { via: inside } ]\n");

	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(load_said(), "");
	config_unref(c);
}
END_TEST

START_TEST(allowance)
{
	const struct config *c = load_text(allowed[_i]);

	ck_assert_msg(c != NULL, "%s\n%s", allowed[_i], load_said());
	config_unref(c);
}
END_TEST

/* Twenty are told, the rest is counted. */
START_TEST(many_errors)
{
	struct buf b;
	size_t lines = 0;

	buf_init(&b, 10000);
	for (int i = 0; i < 30; i++)
		buf_printf(&b, "nonsense%d: 1\n", i);
	buf_putc(&b, '\0');
	ck_assert_ptr_null(load_text(b.p));
	for (const char *p = load_said(); *p; p++)
		lines += *p == '\n';
	ck_assert_uint_eq(lines, CONFIG_PROBLEMS + 1);
	ck_assert_ptr_nonnull(strstr(load_said(), "t.yaml: and 10 more\n"));
	buf_done(&b);
}
END_TEST

START_TEST(too_large)
{
	char *text = malloc(CONFIG_TEXT_MAX + 2);

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', CONFIG_TEXT_MAX + 1);
	text[CONFIG_TEXT_MAX + 1] = '\0';
	ck_assert_ptr_null(load_text(text));
	ck_assert_str_eq(load_said(), "t.yaml: the file is over 1 MiB\n");
	free(text);
}
END_TEST

static int endless(void *arg, const char *path, struct buf *ret)
{
	(void)arg;
	(void)path;
	while (!ret->failed)
		buf_puts(ret,
			"a line of a very long file of users that does not end, ever, at all\n");
	return 0;
}

START_TEST(without_files)
{
	struct config_input in = {
		.path = "t.yaml",
		.text = S("users: [ { file: nobody } ]\n" TLS),
		.system_name = S("not a name"),
	};
	const struct config *c = NULL;
	struct config_report r;

	/* Nothing is read: the file's syntax alone is judged. */
	config_report_init(&r);
	ck_assert_int_lt(config_load(&in, &r, &c), 0);
	ck_assert_uint_eq(r.errors, 1);
	ck_assert_ptr_nonnull(
		strstr(r.v[0].text, "'hostname' is missing, and the system's host name "
				    "is no DNS name"));
	config_report_done(&r);
	in.system_name = S("host.example");
	ck_assert_int_eq(config_load(&in, &r, &c), 0);
	ck_assert(slice_eq(c->users.v[0].file.path, S("nobody")));
	ck_assert_uint_eq(c->users.v[0].file.content.n, 0);
	config_unref(c);
	config_report_done(&r);
	/* A file without end. */
	in.read_file = endless;
	ck_assert_int_lt(config_load(&in, &r, &c), 0);
	ck_assert_ptr_nonnull(strstr(r.v[0].text, "cannot be read: it is too large"));
	config_report_done(&r);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("errors");
	TCase *t = tcase_create("errors");

	tcase_add_loop_test(t, error, 0, N(errors));
	tcase_add_loop_test(t, warning, 0, N(warnings));
	tcase_add_test(t, without_a_word);
	tcase_add_loop_test(t, allowance, 0, N(allowed));
	tcase_add_test(t, many_errors);
	tcase_add_test(t, too_large);
	tcase_add_test(t, without_files);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
