/* libunbound with its thread, not on our loop: validating an answer checks a chain of
 * signatures, milliseconds that no session shall wait for, and a resolver that stalls stalls
 * alone. Answers come through one descriptor. There is no coroutine of our own that nobody owns:
 * one of those that ask watches the descriptor for all (the leader), and hands that on when it
 * leaves. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unbound.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "rt/ctx.h"
#include "rt/dns.h"
#include "rt/linux/dns_record.h"
#include "rt/linux/epoll.h"
#include "rt/waitq.h"

#define NAME_BYTES    253
#define CLASS_IN      1
#define RCODE_NOERROR 0
#define RCODE_NAME    3
#define RECORDS_MAX   1000

/* One question under way; lives in the frame of its coroutine. */
struct query {
	struct list node;
	struct waitq woken; /* the answer is here, or nobody leads */
	struct arena *arena;
	enum dns_type type;
	struct dns_answer answer;
	bool done;
};

static struct {
	struct ub_ctx *ub;
	struct watch watch;
	struct list queries;
	bool led; /* some coroutine waits for the descriptor */
	bool threaded; /* libunbound has started its thread */
} dns;

static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	"REFUSED" };

static int refuse(const struct dns_settings *s, const char *what, int rc)
{
	if (s->why)
		buf_printf(s->why, "%s: %s", what, ub_strerror(rc));
	return ERR_INVALID;
}

static bool is_loopback(struct slice server)
{
	struct ip ip;

	return ip_parse(slice_split(&server, '@'), &ip) && ip_is_loopback(&ip);
}

static int use_servers(struct ub_ctx *ub, const struct dns_settings *s)
{
	char text[64];
	int rc;

	if (s->servers_n == 0) {
		rc = ub_ctx_resolvconf(ub, NULL);
		(void)ub_ctx_hosts(ub, NULL); /* without the file nothing is known from it */
		return rc ? refuse(s, "/etc/resolv.conf", rc) : 0;
	}
	for (size_t i = 0; i < s->servers_n; i++) {
		struct slice server = s->servers[i];

		if (server.n >= sizeof(text))
			return refuse(s, "a name server", UB_SYNTAX);
		memcpy(text, server.p, server.n);
		text[server.n] = 0;
		rc = ub_ctx_set_fwd(ub, text);
		if (rc)
			return refuse(s, text, rc);
	}
	return 0;
}

/* What a mail server's resolver does otherwise than the library's defaults: names that somebody's
 * own name server knows are for that server to answer. */
static void set_options(struct ub_ctx *ub, const struct dns_settings *s)
{
	bool loopback = s->servers_n == 0;

	for (size_t i = 0; i < s->servers_n; i++)
		loopback = loopback || is_loopback(s->servers[i]);
	(void)ub_ctx_debugout(ub, NULL); /* errors reach us as answers */
	/* The library fails these only for names that it does not know. */
	(void)ub_ctx_set_option(ub, "do-not-query-localhost:", loopback ? "no" : "yes");
	(void)ub_ctx_set_option(ub, "unblock-lan-zones:", "yes");
	(void)ub_ctx_set_option(ub, "insecure-lan-zones:", "yes");
	(void)ub_ctx_set_option(
		ub, "val-log-level:", "2"); /* makes it say why an answer is bogus */
}

/* Record by record, from memory: the library would read a file at the first query, when this
 * process may no longer have the right to. A comment begins with a semicolon. */
static int use_anchor(struct ub_ctx *ub, const struct dns_settings *s)
{
	struct arena scratch = ARENA_INIT;
	struct slice rest = s->trust_anchor;
	int n = 0, rc = 0;

	while (rest.n && rc == 0) {
		struct slice line = slice_split(&rest, '\n');
		struct slice record = slice_trim(slice_split(&line, ';'));

		if (record.n == 0)
			continue;
		rc = ub_ctx_add_ta(ub, arena_strdup(&scratch, record));
		n++;
	}
	arena_reset(&scratch);
	if (rc == 0 && n == 0 && s->trust_anchor.n)
		rc = UB_SYNTAX;
	return rc ? refuse(s, "the trust anchor", rc) : 0;
}

/* The library answers NXDOMAIN for "test." by itself (RFC 6761) unless told. */
static int use_zones(struct ub_ctx *ub, const struct dns_settings *s)
{
	int rc = ub_ctx_zone_add(ub, "test.", "transparent");

	return rc ? refuse(s, "libunbound", rc) : 0;
}

int dns_setup(const struct dns_settings *s)
{
	struct ub_ctx *ub = ub_ctx_create();
	int fd, r;

	if (!ub)
		return refuse(s, "libunbound", UB_NOMEM);
	(void)ub_ctx_async(ub, 1); /* fails only after the first query */
	set_options(ub, s);
	r = use_servers(ub, s);
	if (r == 0)
		r = use_anchor(ub, s);
	if (r == 0)
		r = use_zones(ub, s);
	/* Ours to close; the library's own stays its own. */
	fd = r == 0 ? fcntl(ub_fd(ub), F_DUPFD_CLOEXEC, 0) : -1;
	if (r == 0 && fd < 0)
		r = refuse(s, "libunbound", UB_PIPE);
	if (r < 0) {
		ub_ctx_delete(ub);
		return r;
	}
	dns.ub = ub;
	dns.led = dns.threaded = false;
	list_init(&dns.queries);
	watch_init(&dns.watch, fd, WATCH_LEVEL);
	dns.watch.shared = true;
	return 0;
}

void dns_done(void)
{
	if (!dns.ub)
		return;
	watch_close(&dns.watch);
	ub_ctx_delete(dns.ub);
	dns.ub = NULL;
}

static void read_records(struct query *q, const struct ub_result *result)
{
	struct dns_answer *a = &q->answer;
	size_t n = 0;

	while (n < RECORDS_MAX && result->data[n])
		n++;
	a->v = arena_array(q->arena, struct dns_record, n + 1);
	for (size_t i = 0; i < n; i++)
		if (dns_record_read(slice_of(result->data[i], (size_t)result->len[i]), q->type,
			    q->arena, &a->v[a->n]))
			a->n++;
}

static struct slice clean_name(struct arena *arena, struct slice name)
{
	char *text;

	if (slice_ends(name, S(".")))
		name.n--;
	text = arena_strdup(arena, name);
	for (size_t i = 0; i < name.n; i++)
		text[i] = ascii_lower(text[i]);
	return slice_of(text, name.n);
}

static void read_failure(struct query *q, const struct ub_result *result)
{
	struct dns_answer *a = &q->answer;
	size_t known = sizeof(rcodes) / sizeof(rcodes[0]);

	a->status = DNS_FAILED;
	if (result->rcode >= 0 && (size_t)result->rcode < known)
		a->why = arena_printf(
			q->arena, "the name servers answer %s", rcodes[result->rcode]);
	else
		a->why = arena_printf(q->arena, "the name servers answer code %d", result->rcode);
}

static void read_result(struct query *q, const struct ub_result *result)
{
	struct dns_answer *a = &q->answer;

	a->security = result->secure ? DNS_SECURE : DNS_INSECURE;
	a->ttl = result->ttl * USEC_PER_SEC;
	a->canonical = clean_name(
		q->arena, slice_str(result->canonname ? result->canonname : result->qname));
	if (result->bogus) {
		const char *why = result->why_bogus ? result->why_bogus : "validation failed";

		a->status = DNS_BOGUS;
		a->why = arena_strdup(q->arena, slice_str(why));
	} else if (result->nxdomain || result->rcode == RCODE_NAME) {
		a->status = DNS_NO_NAME;
	} else if (result->rcode != RCODE_NOERROR) {
		read_failure(q, result);
	} else {
		if (result->havedata)
			read_records(q, result);
		a->status = a->n > 0 ? DNS_FOUND : DNS_NO_DATA;
	}
}

/* Called by the library, from ub_process or before ub_resolve_async returns: only wakes. */
static void answered(void *arg, int rc, struct ub_result *result)
{
	struct query *q = arg;

	if (rc != 0 || !result) {
		q->answer.status = DNS_FAILED;
		q->answer.why = ub_strerror(rc);
	} else {
		read_result(q, result);
	}
	ub_resolve_free(result);
	q->done = true;
	(void)waitq_wake(&q->woken); /* false when it does not wait */
}

/* The library makes its thread at the first question; signals are the loop's. */
static int ask(struct query *q, const char *name, int *ret_id)
{
	sigset_t all, before;
	int rc;

	if (!dns.threaded) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
	}
	rc = ub_resolve_async(dns.ub, name, (int)q->type, CLASS_IN, q, answered, ret_id);
	if (!dns.threaded)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	dns.threaded = true;
	return rc;
}

/* Suspends until something happened that may concern q. */
static int lead_or_wait(struct ctx *ctx, struct query *q)
{
	int r;

	if (dns.led)
		return waitq_wait(ctx, &q->woken);
	dns.led = true;
	dns.watch.readable = false;
	r = watch_wait_readable(ctx, &dns.watch, "waiting for the DNS");
	dns.led = false;
	if (r == 0 && ub_process(dns.ub) != 0)
		return ctx_fail(ctx, ERR_IO, "dns", "libunbound failed");
	return r;
}

/* Somebody must watch the descriptor while anybody waits. */
static void leave(struct query *q)
{
	list_remove(&q->node);
	if (!dns.led && !list_empty(&dns.queries))
		(void)waitq_wake(&container_of(dns.queries.next, struct query, node)->woken);
}

static int wait_answer(struct ctx *ctx, struct query *q, int id)
{
	struct deadline patience;
	int r = 0;

	list_append(&dns.queries, &q->node);
	ctx_narrow(ctx, &patience, DNS_PATIENCE);
	while (r == 0 && !q->done)
		r = lead_or_wait(ctx, q); /* suspends */
	r = ctx_widen(ctx, &patience, r);
	leave(q);
	if (q->done)
		return 0;
	(void)ub_cancel(dns.ub, id); /* no answer is called for from here on */
	if (r == ERR_TIMEOUT || r == ERR_IO) {
		q->answer.status = DNS_FAILED;
		q->answer.why = r == ERR_IO ? "libunbound failed"
					    : "no name server answered within 20 seconds";
		return 0;
	}
	return r;
}

/* A terminated name that the library's parser reads as we do. */
static bool name_text(struct slice name, char ret[NAME_BYTES + 2])
{
	if (slice_ends(name, S(".")))
		name.n--;
	if (name.n > NAME_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] == '\\' || name.p[i] == 127)
			return false;
	memcpy(ret, name.p ? name.p : "", name.n);
	ret[name.n] = '.';
	ret[name.n + 1] = 0;
	return true;
}

int dns_query(struct ctx *ctx, struct arena *arena, struct slice name, enum dns_type type,
	struct dns_answer *ret)
{
	struct query q = { .arena = arena, .type = type };
	char text[NAME_BYTES + 3];
	int id = 0, rc = 0, r = ctx_check(ctx);

	if (r < 0)
		return ctx_fail(ctx, r, "dns", "%s", err_name(r));
	waitq_init(&q.woken);
	if (!dns.ub)
		return ctx_fail(ctx, ERR_DNS, "dns", "the resolver is not set up");
	if (name_text(name, text))
		rc = ask(&q, text, &id);
	else
		rc = UB_SYNTAX;
	if (rc == UB_SYNTAX) {
		q.answer.status = DNS_NO_NAME;
		q.answer.why = "not a domain name";
	} else if (rc != 0) {
		q.answer.status = DNS_FAILED;
		q.answer.why = ub_strerror(rc);
	} else {
		r = wait_answer(ctx, &q, id); /* suspends */
	}
	if (r == 0)
		*ret = q.answer;
	return r;
}
