/* No transaction shows another client's identity: so many randomised ones, of sessions that come,
 * change and go, over the real cache of connections (lease, conn, begin, live, limits) and the real
 * description of a session (introduce). What would be the network is played here: the hosts are
 * pieces of memory that note what they were told, answer at random times, hang up at random, and
 * compare each transaction with the session that it came from.
 *
 * `make test` plays 60,000 with the sanitizers, and a million in the optimised build
 * (tools/test identity):
 *
 *     IDENTITY_TRANSACTIONS=1000000 build/clang/tests/sim/test_sim_identity */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "client/client.h"
#include "client/live.h"
#include "config/config.h"
#include "config/load_text.h"
#include "nexthop/board.h"
#include "nexthop/connect.h"
#include "nexthop/failure.h"
#include "nexthop/live.h"
#include "nexthop/members.h"
#include "nexthop/nexthop.h"
#include "nexthop/pool.h"
#include "nexthop/target.h"
#include "rt/ctx.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "server/introduce.h"
#include "server/session.h"

#include "sim_check.h"

#define VISITORS     60
#define DELIVERIES   10
#define TRANSACTIONS 60000
#define RELOAD_EVERY 10000
#define TOLD_MAX     400

static const char config_text[] =
	"hostname: front.test\n"
	"delivery: { idle-timeout: 40ms, messages-per-connection: 20 }\n"
	"listeners: { inside: { for: internal, service: proxy, address: \"192.0.2.25:25\",\n"
	"             networks: [ 10.0.0.0/8 ] } }\n"
	"routes: [ { via: none }, { via: xforward }, { via: xclient }, { via: v1 }, { via: v2 } ]\n"
	"hops:\n"
	"  none: { hosts: [ 192.0.2.30 ], tls: off, max-connections: 7 }\n"
	"  xforward: { hosts: [ 192.0.2.31, 192.0.2.41 ], tls: off, max-connections: 9,\n"
	"              tell-client: xforward, balance: least-connections }\n"
	"  xclient: { hosts: [ 192.0.2.32, 192.0.2.42 ], tls: off, max-connections: 9,\n"
	"             tell-client: xclient, balance: weighted }\n"
	"  v1: { hosts: [ 192.0.2.33 ], tls: off, max-connections: 5, tell-client: proxy-v1 }\n"
	"  v2: { hosts: [ 192.0.2.34 ], tls: off, max-connections: 20, tell-client: proxy-v2 }\n";

static struct {
	struct nexthop *nexthop;
	const struct config *config;
	struct rng rng;
	uint64_t wanted, done, shared, kept; /* transactions */
	uint64_t sessions;
	bool over;
} run;

static uint64_t chance(uint64_t n)
{
	return rng_below(&run.rng, n);
}

/* ---- a client's session ---- */

struct visitor {
	struct session session;
	char text[2][48]; /* helo, login */
	char also[TOLD_MAX]; /* how a host is told of it, beside its address */
};

/* Everything that is told carries the number of the session and of its state. */
static void change(struct visitor *v, uint64_t number, uint64_t version)
{
	struct session *s = &v->session;

	(void)snprintf(v->text[0], sizeof(v->text[0]), "h%llu-%llu.test",
		(unsigned long long)number, (unsigned long long)version);
	(void)snprintf(v->text[1], sizeof(v->text[1]), "u%llu-%llu", (unsigned long long)number,
		(unsigned long long)version);
	s->helo = slice_str(v->text[0]);
	s->login = version % 2 ? slice_str(v->text[1]) : SLICE_NIL;
	(void)snprintf(v->also, sizeof(v->also), "HELO=%s LOGIN=%s", v->text[0],
		version % 2 ? v->text[1] : "[UNAVAILABLE]");
}

static void arrive(struct visitor *v)
{
	uint64_t number = ++run.sessions;
	char id[TEXT_ID_CHARS + 1];

	(void)snprintf(id, sizeof(id), "%0*llu", TEXT_ID_CHARS, (unsigned long long)number);
	v->session = (struct session){
		.config = run.config,
		.listener = &run.config->listeners.v[0],
		.stream = stream_memory(SLICE_NIL, NULL),
		.esmtp = true,
		.peer = { { IP_V4, { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
					   (uint8_t)number } },
			(uint16_t)number },
	};
	memcpy(v->session.id, id, TEXT_ID_CHARS);
	change(v, number, 0);
}

static void leave(struct visitor *v)
{
	nexthop_forget(run.nexthop, slice_of(v->session.id, TEXT_ID_CHARS));
	stream_free(v->session.stream);
}

/* ---- a host ---- */

struct client {
	struct smtp_caps caps;
	char told[TOLD_MAX]; /* at the beginning; "" for nobody */
	struct ip addr;
	bool over, in_use;
	unsigned messages;
};

static void note(char told[static TOLD_MAX], const struct smtp_x *x)
{
	unsigned left = SMTP_X_BIT(SMTP_X_HELO) | SMTP_X_BIT(SMTP_X_LOGIN);
	struct buf b;

	buf_init(&b, TOLD_MAX - 1);
	smtp_x_format(&b, "", x, &left);
	memcpy(told, b.p, b.n);
	told[b.n] = 0;
	buf_done(&b);
}

static bool names(const char *told, const struct ip *addr, const struct visitor *v)
{
	return strcmp(told + (*told == ' '), v->also) == 0 && ip_eq(addr, &v->session.peer.ip);
}

char *nexthop_connect_name(struct slice host, const struct ip_port *peer)
{
	(void)peer;
	return mem_strdup(host);
}

int nexthop_connect_check(struct ctx *ctx, const struct nexthop_way *way, size_t member,
	struct nexthop_with *ret, struct nexthop_failure *ret_failure)
{
	(void)way, (void)member, (void)ret;
	return nexthop_failure_set(ctx, ret_failure, "4.4.1", S(""), "not here");
}

int nexthop_connect_run(struct ctx *ctx, const struct nexthop_way *way, struct nexthop_with *ret,
	struct nexthop_failure *ret_failure)
{
	const struct client_who *who = way->ask->who;
	struct client *c = mem_zalloc(sizeof(*c));
	const struct nexthop_group *g = way->group;
	int r = ctx_sleep(ctx, (usec_t)chance(3000));

	if (r < 0 || chance(50) == 0) {
		free(c);
		return r < 0 ? r : nexthop_failure_set(ctx, ret_failure, "4.4.1", S(""), "no");
	}
	if (who && nexthop_is_told_once(way->hops)) {
		note(c->told, &who->x);
		c->addr = who->x.addr;
	}
	*ret = (struct nexthop_with){ c, mem_strdup(S("host")), { { 0 }, 25 }, NEXTHOP_NO_MEMBER };
	if (g) {
		ret->member = chance(g->hops->hosts.n);
		(void)nexthop_entry_take(g->members[ret->member], g->slot, NEXTHOP_OPEN, 0);
		(void)nexthop_entry_take(g->members[ret->member], g->slot, NEXTHOP_BUSY, 0);
	}
	return 0;
}

void client_free(struct client *c)
{
	free(c);
}

void client_quit(struct ctx *ctx, struct client *c)
{
	struct deadline d;

	ctx_shield(ctx, &d, USEC_PER_SEC);
	(void)ctx_widen(ctx, &d, ctx_sleep(ctx, (usec_t)chance(1000)));
	free(c);
}

struct slice client_called(const struct client *c)
{
	(void)c;
	return SLICE_NIL;
}

const struct smtp_caps *client_caps(const struct client *c)
{
	return &c->caps;
}

bool client_reusable(const struct client *c)
{
	return !c->over;
}

unsigned client_messages(const struct client *c)
{
	return c->messages;
}

enum client_protocol client_protocol(const struct client *c)
{
	(void)c;
	return CLIENT_SMTP;
}

bool client_tls_info(const struct client *c, struct tls_info *ret)
{
	(void)c, (void)ret;
	return false;
}

void client_set_timeouts(struct client *c, const struct client_timeouts *t)
{
	(void)c, (void)t;
}

const struct client_timeouts client_timeouts_default;

static int lost(struct client *c, struct client_failure *ret)
{
	c->over = true;
	*ret = (struct client_failure){ .why = CLIENT_LOST, .stage = CLIENT_MAIL, .text = "lost" };
	return ERR_EOF;
}

/* The comparison that all this is for. A relay's delivery has no log field of a session. */
static void compare(const struct ctx *ctx, const struct client *c, const struct client_who *forward)
{
	const struct visitor *v = (const void *)ctx->log.session.p;
	char said[TOLD_MAX];

	if (v == NULL || c->told[0] == 0)
		ck_assert_msg(c->told[0] == 0, "a delivery goes as %s", c->told);
	else
		ck_assert_msg(names(c->told, &c->addr, v), "%s goes as %s", v->also, c->told);
	if (forward == NULL)
		return;
	note(said, &forward->forward);
	ck_assert_ptr_nonnull(v);
	ck_assert_msg(
		names(said, &forward->forward.addr, v), "%s is forwarded as %s", v->also, said);
}

usec_t client_silence(const struct client *c)
{
	(void)c;
	return 0;
}

int client_noop(
	struct ctx *ctx, struct client *c, usec_t timeout, struct client_failure *ret_failure)
{
	(void)ctx, (void)timeout;
	return lost(c, ret_failure);
}

int client_live_begin(struct ctx *ctx, struct client *c, struct slice reverse_path,
	const struct smtp_mail_params *params, const struct client_who *who,
	const struct client_rcpt *rcpts, size_t n, struct client_live *ret,
	struct smtp_reply *ret_mail, struct smtp_reply *ret_rcpts,
	struct client_failure *ret_failure)
{
	(void)reverse_path, (void)params, (void)rcpts, (void)n, (void)ret_rcpts;
	ck_assert_msg(!c->in_use, "two transactions at once");
	ck_assert(!c->over);
	*ret = (struct client_live){ .client = c };
	if (chance(20) == 0)
		return lost(c, ret_failure);
	compare(ctx, c, who);
	run.kept += c->messages > 0;
	run.shared += c->told[0] == 0;
	c->in_use = true;
	c->messages++;
	smtp_reply_set(ret_mail, 250, "2.1.0", "ok");
	return 0;
}

int client_live_finish(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n, struct client_failure *ret_failure)
{
	(void)ret_each;
	*ret_n = 0;
	compare(ctx, l->client, NULL);
	if (chance(30) == 0)
		return lost(l->client, ret_failure);
	smtp_reply_set(ret, 250, "2.0.0", "ok");
	return 0;
}

void client_live_settle(struct ctx *ctx, struct client_live *l)
{
	(void)ctx, (void)l;
}

bool client_live_unsent(const struct client_live *l, struct slice *ret)
{
	(void)l, (void)ret;
	return false;
}

void client_live_abandon(struct client_live *l)
{
	l->client->in_use = false;
	l->client->over |= chance(10) == 0;
}

int client_live_rcpts(struct ctx *ctx, struct client_live *l, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret, struct client_failure *ret_failure)
{
	(void)ctx, (void)rcpts, (void)n, (void)ret;
	return lost(l->client, ret_failure);
}

int client_live_open(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct client_failure *ret_failure)
{
	(void)ctx, (void)ret;
	return lost(l->client, ret_failure);
}

int client_live_write(struct ctx *ctx, struct client_live *l, struct slice piece,
	struct client_failure *ret_failure)
{
	(void)ctx, (void)piece;
	return lost(l->client, ret_failure);
}

int client_send(struct ctx *ctx, struct client *c, const struct client_message *m,
	struct client_result *ret_results, struct client_failure *ret_failure)
{
	ck_assert_msg(!c->in_use, "two transactions at once");
	ret_results[0] = (struct client_result){ .outcome = CLIENT_TEMPORARY };
	(void)m;
	if (chance(20) == 0)
		return lost(c, ret_failure);
	compare(ctx, c, NULL);
	c->messages++;
	c->in_use = true;
	int r = ctx_sleep(ctx, (usec_t)chance(500));

	c->in_use = false;
	ret_results[0].outcome = CLIENT_DELIVERED;
	return r;
}

/* ---- transactions ---- */

static void choose_target(struct arena *a, struct nexthop_target *ret)
{
	nexthop_target_hops(a, &run.config->hops.v[chance(run.config->hops.n)], ret);
}

static int pause_a_little(struct ctx *ctx)
{
	return chance(4) ? ctx_yield(ctx) : ctx_sleep(ctx, (usec_t)chance(2000));
}

static int pass(struct ctx *ctx, const struct visitor *v, const struct nexthop_target *t)
{
	struct arena arena = ARENA_INIT;
	struct nexthop_conn *conn;
	struct nexthop_failure failure;
	struct nexthop_broken broken;
	struct nexthop_live *live = NULL;
	struct smtp_reply mail, reply;
	size_t n;
	struct client_who who;
	struct nexthop_ask ask = { .who = &who, .client = v->session.peer.ip, .bounded = true };

	introduce_client(&v->session, &arena, S("id"), &who, &ask.identity);
	int r = nexthop_acquire(ctx, run.nexthop, t, &ask, &conn, &failure);

	if (r == 0)
		r = nexthop_live_begin(
			ctx, conn, S(""), NULL, NULL, 0, &live, &mail, &reply, &broken);
	if (r == 0)
		r = pause_a_little(ctx);
	if (r == 0 && chance(5))
		r = nexthop_live_finish(ctx, live, &reply, NULL, &n, &broken);
	run.done += live != NULL;
	nexthop_live_end(live);
	arena_reset(&arena);
	return ctx_check(ctx);
}

static int visit(struct ctx *ctx, void *arg)
{
	struct visitor *v = mem_zalloc(sizeof(*v));
	int r = 0;

	(void)arg;
	while (r == 0 && run.done < run.wanted) {
		arrive(v);
		ctx->log.session = slice_of(v, 1);
		for (uint64_t n = 1 + chance(12), k = 1; k <= n && r == 0; k++) {
			struct arena arena = ARENA_INIT;
			struct nexthop_target t;

			choose_target(&arena, &t);
			if (chance(6) == 0)
				change(v, run.sessions + k, k);
			r = pass(ctx, v, &t);
			arena_reset(&arena);
			if (r == 0)
				r = pause_a_little(ctx);
			arena_reset(ctx->arena);
		}
		leave(v);
	}
	ctx->log.session = SLICE_NIL;
	free(v);
	return r;
}

/* Mail from the spool goes the same ways, as nobody's. */
static int deliver(struct ctx *ctx, void *arg)
{
	int r = 0;

	(void)arg;
	while (r == 0 && run.done < run.wanted) {
		struct arena arena = ARENA_INIT;
		struct nexthop_target t;
		struct nexthop_conn *conn;
		struct nexthop_failure failure;
		struct client_result result;

		choose_target(&arena, &t);
		r = nexthop_acquire(
			ctx, run.nexthop, &t, &(struct nexthop_ask){ 0 }, &conn, &failure);
		if (r == 0) {
			r = nexthop_send(ctx, conn, &(struct client_message){ .n = 1 }, &result);
			nexthop_release(conn);
		}
		arena_reset(&arena);
		arena_reset(ctx->arena);
		r = ctx_check(ctx);
		if (r == 0)
			r = pause_a_little(ctx);
	}
	return r;
}

static int keep_house(struct ctx *ctx, void *arg)
{
	(void)nexthop_run(ctx, run.nexthop);
	(void)arg;
	return 0;
}

static int reload(struct ctx *ctx, void *arg)
{
	uint64_t next = RELOAD_EVERY;
	int r = 0;

	(void)arg;
	while (r == 0 && run.done < run.wanted) {
		if (run.done >= next) {
			const struct config *fresh = load_text(config_text);

			ck_assert_int_eq(nexthop_set_config(run.nexthop, fresh, NULL), 0);
			config_unref(fresh); /* the first one stays for targets and sessions */
			next += RELOAD_EVERY;
		}
		r = ctx_sleep(ctx, 10 * USEC_PER_MSEC);
	}
	return r;
}

static int play(struct ctx *ctx, void *arg)
{
	struct scope sessions, house;

	(void)arg;
	run.config = load_text(config_text);
	ck_assert_msg(run.config != NULL, "%s", load_said());
	ck_assert_int_eq(
		nexthop_new(&(struct nexthop_options){ .config = run.config }, NULL, &run.nexthop),
		0);
	scope_init(&sessions, SCOPE_ALL);
	scope_init(&house, SCOPE_SERVE);
	ck_assert_int_eq(scope_spawn(&house, "house", keep_house, NULL), 0);
	ck_assert_int_eq(scope_spawn(&sessions, "reload", reload, NULL), 0);
	for (size_t i = 0; i < VISITORS; i++)
		ck_assert_int_eq(scope_spawn(&sessions, "visitor", visit, NULL), 0);
	for (size_t i = 0; i < DELIVERIES; i++)
		ck_assert_int_eq(scope_spawn(&sessions, "delivery", deliver, NULL), 0);
	int r = scope_wait(ctx, &sessions);

	scope_end(ctx, &house);
	nexthop_free(ctx, run.nexthop);
	config_unref(run.config);
	return r;
}

START_TEST(nobody_is_taken_for_another)
{
	const char *n = getenv("IDENTITY_TRANSACTIONS");
	uint64_t wanted = TRANSACTIONS;

	ck_assert(n == NULL || slice_to_u64(slice_str(n), 1000000000, &wanted));
	run.wanted = wanted;
	rng_seed(&run.rng, 1);
	run_seed(1, play, NULL);
	ck_assert_uint_ge(run.done, wanted);
	/* It would prove nothing if nothing were kept. */
	ck_assert_uint_ge(run.kept, wanted / 6);
	ck_assert_uint_ge(run.shared, wanted / 4);
	ck_assert_uint_ge(run.sessions, wanted / 20);
	printf("%llu transactions of %llu sessions, %llu on kept connections\n",
		(unsigned long long)run.done, (unsigned long long)run.sessions,
		(unsigned long long)run.kept);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("identity");
	TCase *t = tcase_create("identity");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, nobody_is_taken_for_another);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
