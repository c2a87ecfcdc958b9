/* Words for what server/explain.h found out. Both forms come from the same few questions: which
 * option decided, which way a recipient's mail goes, what nobody can know here. */
#include "app/explain_print.h"

#include <stdio.h>
#include <string.h>

#include "app/text_out.h"
#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "config/where.h"
#include "control/json.h"
#include "server/explain.h"
#include "smtp/reply.h"

#define TEXT_MAX 65536

static const char *const whom[] = {
	[CONFIG_FOR_INTERNAL] = "internal",
	[CONFIG_FOR_SUBMISSION] = "submission",
	[CONFIG_FOR_MX] = "mx",
};
static const char *const services[] = {
	[CONFIG_SERVICE_RELAY] = "relay",
	[CONFIG_SERVICE_PROXY] = "proxy",
};
static const char *const hop_tls[] = {
	[CONFIG_TLS_OFF] = "off",
	[CONFIG_TLS_OPPORTUNISTIC] = "opportunistic",
	[CONFIG_TLS_REQUIRE] = "require",
	[CONFIG_TLS_VERIFY] = "verify",
};

static const char *const balances[] = {
	[CONFIG_BALANCE_ORDERED] = "ordered",
	[CONFIG_BALANCE_WEIGHTED] = "weighted",
	[CONFIG_BALANCE_LEAST] = "least-connections",
	[CONFIG_BALANCE_STICKY] = "sticky",
};
static const char *const tells[] = {
	[CONFIG_TELL_NOTHING] = "none",
	[CONFIG_TELL_XFORWARD] = "xforward",
	[CONFIG_TELL_XCLIENT] = "xclient",
	[CONFIG_TELL_PROXY_V1] = "proxy-v1",
	[CONFIG_TELL_PROXY_V2] = "proxy-v2",
};

/* ---- questions ---- */

static bool is_proxy(const struct explain_envelope *e)
{
	return e->listener->service == CONFIG_SERVICE_PROXY;
}

static bool keeps(const struct explain_envelope *e)
{
	return e->listener->on_backend_failure == CONFIG_FAILURE_SPOOL;
}

static const char *entitlement(enum spool_entitlement e)
{
	switch (e) {
	case SPOOL_ENTITLED_LOGIN:
		return "login";
	case SPOOL_ENTITLED_NETWORK:
		return "network";
	case SPOOL_ENTITLED_CERTIFICATE:
		return "certificate";
	case SPOOL_ENTITLED_POP:
		return "pop";
	case SPOOL_ENTITLED_LOCAL:
		return "local";
	case SPOOL_NOT_ENTITLED:
		break;
	}
	return "no";
}

static const char *entitlement_words(enum spool_entitlement e)
{
	return e == SPOOL_ENTITLED_LOGIN ? "the client has logged in and may send anywhere"
	       : e == SPOOL_NOT_ENTITLED
		       ? "the client is not entitled to send anywhere but to `domains`"
		       : "the client is in one of our networks and may send anywhere";
}

/* Permission knows no file of users: there is one, and this is where it is named. */
static const struct config_node *place_of(
	const struct explain_envelope *e, const struct server_verdict *v)
{
	bool users = v->at == NULL && strcmp(v->key, "users") == 0 && e->config->users.n;

	return users ? e->config->users.v[0].at : v->at;
}

static const char *key_of(const struct explain_envelope *e, const struct server_verdict *v)
{
	return place_of(e, v) == v->at ? v->key : "file";
}

/* The option that chose the way. */
static const struct config_node *route_node(
	const struct explain_envelope *e, const struct nexthop_route *r)
{
	return r->domain ? r->domain->at : r->rule ? r->rule->at : e->listener->at;
}

static void host_text(struct buf *b, const struct config_endpoint *h)
{
	bool six = h->ip.family == IP_V6;

	buf_printf(b, "%s://%s%s%s:%u",
		h->protocol == CONFIG_LMTP ? "lmtp"
		: h->implicit_tls	   ? "smtps"
					   : "smtp",
		six ? "[" : "", h->name.p, six ? "]" : "", h->port);
}

static bool is_relay(const struct explain_envelope *e)
{
	return !is_proxy(e);
}

static bool is_slowed(const struct explain_envelope *e)
{
	const struct config_flow *f = &e->listener->flow;

	return f->greeting_delay || f->reply_delay || f->tarpit.per_error || f->stutter ||
	       f->read_rate;
}

static bool needs_room(const struct explain_envelope *e)
{
	return is_proxy(e) && (e->listener->on_backend_failure == CONFIG_FAILURE_SPOOL ||
				      e->listener->connect == CONFIG_CONNECT_DOT);
}

/* What nobody can know from the configuration alone, and where it is so. */
static const struct {
	bool (*is_so)(const struct explain_envelope *e); /* NULL: everywhere */
	const char *text;
} unknowns[] = {
	{ NULL, "whether a connection is let in also depends on how many are open "
		"(limits.sessions, sessions-per-client and sessions-per-network, and "
		"max-connections of the listener and its networks)" },
	{ is_slowed, "how long the listener's flow lets the client wait for all this" },
	{ is_proxy,
		"what the servers behind us say to recipients and content, and whether they can "
		"be reached and have a place free (max-connections, max-waiting of the hops): "
		"none was asked" },
	{ needs_room, "whether there is room for the message until a server has answered" },
	{ is_relay,
		"whether there is room for the message, and what its content makes of the reply "
		"to it" },
	{ is_relay,
		"where direct delivery (mx:...) connects to: names are looked up when it is due" },
};

#define UNKNOWNS (sizeof(unknowns) / sizeof(unknowns[0]))

/* NULL where it is known. */
static const char *unknown(const struct explain_envelope *e, size_t i)
{
	return !unknowns[i].is_so || unknowns[i].is_so(e) ? unknowns[i].text : NULL;
}

/* ---- for people ---- */

/* " (line 9, domains.ours.example.recipients)" */
static void print_place(
	const struct explain_envelope *e, const struct config_node *at, const char *key)
{
	unsigned line = config_where_line(at, key);
	struct buf path;

	buf_init(&path, TEXT_MAX);
	config_where_path(e->config, at, key, &path);
	if (line)
		printf(" (line %u, ", line);
	else
		printf(" (");
	text_out(buf_slice(&path));
	puts(")");
	buf_done(&path);
}

static void print_lines(const char *before, struct slice lines)
{
	while (lines.n) {
		struct slice line = slice_split(&lines, '\n');

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		printf("%s", before);
		text_out(line);
		putchar('\n');
	}
}

void explain_print_begin(const struct explain_envelope *e)
{
	struct buf client;

	buf_init(&client, 100);
	ip_format(&client, &e->client);
	printf("listener %s: for %s, service %s", e->listener->name.p, whom[e->listener->for_whom],
		services[e->listener->service]);
	if (e->listener->at)
		print_place(e, e->listener->at, NULL);
	else
		puts(" (implied)");
	printf("%.*s connects%s\n", SLICE_ARG(buf_slice(&client)),
		e->tls ? ", behind the TLS handshake" : "");
	buf_done(&client);
}

static void print_verdict(const struct explain_envelope *e, const struct server_verdict *v)
{
	if (server_verdict_is_allowed(v))
		printf("      permitted: %s", entitlement_words(v->entitlement));
	else
		printf("      not permitted: %s", v->text);
	print_place(e, place_of(e, v), key_of(e, v));
}

static void print_hosts(const struct config_hops *hops)
{
	struct buf host;

	buf_init(&host, TEXT_MAX);
	for (size_t i = 0; i < hops->hosts.n; i++) {
		buf_clear(&host);
		host_text(&host, &hops->hosts.v[i].place);
		printf("        %.*s\n", SLICE_ARG(buf_slice(&host)));
	}
	buf_done(&host);
}

static void print_route(const struct explain_envelope *e, const struct explain_step *step)
{
	const struct nexthop_route *r = &step->route;

	if (step->verdict.instead.n) {
		printf("      goes to ");
		text_out(step->verdict.instead);
		putchar('\n');
	}
	if (r->kind == NEXTHOP_NONE) {
		if (r->why)
			printf("      no way: %s\n", r->why);
		return;
	}
	printf("      route");
	print_place(e, route_node(e, r), "via");
	printf("      destination ");
	text_out(step->destination);
	if (r->kind == NEXTHOP_MX) {
		puts(": the mail exchangers that DNS names when it is due");
		return;
	}
	printf(", tls %s", hop_tls[r->hops->tls]);
	if (r->hops->hosts.n > 1)
		printf(", balance %s", balances[r->hops->balance]);
	if (r->hops->tell_client != CONFIG_TELL_NOTHING && is_proxy(e))
		printf(", tell-client %s", tells[r->hops->tell_client]);
	if (r->hops->login.user.n)
		printf(", logging in as %s", r->hops->login.user.p);
	print_place(e, r->hops->at, NULL);
	print_hosts(r->hops);
}

static bool is_asked_late(const struct explain_envelope *e, const struct explain_step *step)
{
	return is_proxy(e) && e->listener->connect == CONFIG_CONNECT_DOT &&
	       step->command == EXPLAIN_DATA && step->positive;
}

void explain_print_step(const struct explain_envelope *e, const struct explain_step *step)
{
	if (step->said.n)
		print_lines("C: ", step->said);
	print_lines(step->backend ? "S? " : "S: ", step->reply);
	if (step->verdict.code)
		print_verdict(e, &step->verdict);
	if (step->command == EXPLAIN_RCPT && server_verdict_is_allowed(&step->verdict))
		print_route(e, step);
	if (step->backend && step->command == EXPLAIN_EHLO)
		puts("      8BITMIME, SMTPUTF8, DSN, MT-PRIORITY, REQUIRETLS, PRDR, the numbers, "
		     "and AUTH\n"
		     "      where log-ins are passed through, depend on what the servers behind us "
		     "were last\n"
		     "      heard to offer: this is if they offer everything");
	else if (step->backend)
		puts("      the server behind us is asked here, and its reply passed on; this one "
		     "is if it says yes");
	if (step->backend && step->command == EXPLAIN_DATA && e->listener->slow_after)
		puts("      of a client that is slow until here, or of any while few connections "
		     "are\n      free, the message is gathered first, and a server asked when it "
		     "is whole");
	if (is_asked_late(e, step))
		puts("      a server behind us is asked when the message is whole, and its answer "
		     "passed on");
	if (((step->backend && step->command != EXPLAIN_EHLO) || is_asked_late(e, step)) &&
		keeps(e))
		puts("      where none can be reached, the message is stored here and delivered "
		     "later");
	if (step->kept)
		puts("      stored here, if the server of the first recipient takes the message: "
		     "delivered later");
}

void explain_print_end(const struct explain_envelope *e, struct slice unread)
{
	puts("not known here:");
	for (size_t i = 0; i < UNKNOWNS; i++)
		if (unknown(e, i))
			printf("  %s\n", unknown(e, i));
	if (unread.n)
		print_lines("  what stands in a file that may not be read: ", unread);
}

/* ---- JSON ---- */

static void set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value); /* fails without memory only */
}

static void set_place(json_t *object, const struct explain_envelope *e,
	const struct config_node *at, const char *key)
{
	unsigned line = config_where_line(at, key);
	struct buf path;

	buf_init(&path, TEXT_MAX);
	config_where_path(e->config, at, key, &path);
	if (line)
		set(object, "line", json_integer(line));
	set(object, "option", control_json_text(buf_slice(&path)));
	buf_done(&path);
}

json_t *explain_json_begin(const struct explain_envelope *e)
{
	json_t *o = json_object();
	struct buf client;

	buf_init(&client, 100);
	ip_format(&client, &e->client);
	set(o, "listener", control_json_text(e->listener->name));
	set(o, "line", json_integer(config_where_line(e->listener->at, NULL)));
	set(o, "for", json_string(whom[e->listener->for_whom]));
	set(o, "service", json_string(services[e->listener->service]));
	set(o, "client", control_json_text(buf_slice(&client)));
	set(o, "tls", json_boolean(e->tls));
	set(o, "steps", json_array());
	buf_done(&client);
	return o;
}

static void set_reply(json_t *o, struct slice lines)
{
	struct smtp_reply_reader reader;
	struct arena arena = ARENA_INIT;
	struct smtp_reply reply;
	size_t used;

	smtp_reply_reader_init(&reader);
	if (smtp_reply_read(&reader, lines, &arena, &used, &reply) == SMTP_REPLY_DONE) {
		struct buf enhanced;

		buf_init(&enhanced, 16);
		if (reply.status.class)
			smtp_status_format(&enhanced, reply.status);
		set(o, "code", json_integer(reply.code));
		set(o, "enhanced", control_json_text(buf_slice(&enhanced)));
		set(o, "text", control_json_text(smtp_reply_text(&reply)));
		buf_done(&enhanced);
	}
	smtp_reply_reader_done(&reader);
	arena_reset(&arena);
}

static json_t *verdict_json(const struct explain_envelope *e, const struct server_verdict *v)
{
	json_t *o = json_object();

	set(o, "permitted", json_boolean(server_verdict_is_allowed(v)));
	if (server_verdict_is_allowed(v))
		set(o, "entitled", json_string(entitlement(v->entitlement)));
	else
		set(o, "why", json_string(v->text));
	set_place(o, e, place_of(e, v), key_of(e, v));
	return o;
}

static json_t *hosts_json(const struct config_hops *hops)
{
	json_t *list = json_array();
	struct buf host;

	buf_init(&host, TEXT_MAX);
	for (size_t i = 0; i < hops->hosts.n; i++) {
		buf_clear(&host);
		host_text(&host, &hops->hosts.v[i].place);
		(void)json_array_append_new(list, control_json_text(buf_slice(&host)));
	}
	buf_done(&host);
	return list;
}

static json_t *route_json(const struct explain_envelope *e, const struct explain_step *step)
{
	const struct nexthop_route *r = &step->route;
	json_t *o = json_object();

	if (r->kind == NEXTHOP_NONE) {
		set(o, "why", json_string(r->why ? r->why : "not asked for"));
		return o;
	}
	set_place(o, e, route_node(e, r), "via");
	set(o, "destination", control_json_text(step->destination));
	if (r->hops) {
		set(o, "hops-line", json_integer(config_where_line(r->hops->at, NULL)));
		set(o, "tls", json_string(hop_tls[r->hops->tls]));
		set(o, "balance", json_string(balances[r->hops->balance]));
		set(o, "tell-client", json_string(tells[r->hops->tell_client]));
		set(o, "hosts", hosts_json(r->hops));
	}
	return o;
}

void explain_json_step(
	json_t *object, const struct explain_envelope *e, const struct explain_step *step)
{
	json_t *o = json_object();

	set(o, "command", control_json_text(step->said));
	set_reply(o, step->reply);
	set(o, "by", json_string(step->backend ? "backend" : "sluice"));
	if (step->backend && step->command != EXPLAIN_EHLO)
		set(o, "kept-without-backend", json_boolean(keeps(e)));
	if (step->kept)
		set(o, "kept", json_true());
	if (step->verdict.code)
		set(o, "permission", verdict_json(e, &step->verdict));
	if (step->command == EXPLAIN_RCPT && server_verdict_is_allowed(&step->verdict)) {
		if (step->verdict.instead.n)
			set(o, "instead", control_json_text(step->verdict.instead));
		set(o, "route", route_json(e, step));
	}
	(void)json_array_append_new(json_object_get(object, "steps"), o);
}

void explain_json_end(json_t *object, const struct explain_envelope *e, struct slice unread)
{
	json_t *list = json_array(), *files = json_array();

	for (size_t i = 0; i < UNKNOWNS; i++)
		if (unknown(e, i))
			(void)json_array_append_new(list, json_string(unknown(e, i)));
	while (unread.n)
		(void)json_array_append_new(files, control_json_text(slice_split(&unread, '\n')));
	set(object, "not-known", list);
	set(object, "unread", files);
}
