/* Making next hops, telling them how to behave, starting and stopping them. */
#include "hop.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "certificates.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "hop_parts.h"

#define LINE_MAX (1u << 20)

struct hop *hop_find(struct play *p, struct slice name)
{
	list_each (it, &p->servers) {
		struct hop *server = container_of(it, struct hop, node);

		if (slice_eq(server->name, name))
			return server;
	}
	return NULL;
}

/* ---- the process ---- */

struct door {
	struct hop *server;
	struct listen_sock *sock;
	struct scope *visits;
};

static int accept_all(struct ctx *ctx, void *arg)
{
	const struct door *door = arg;
	struct sock *sock;
	int r;

	while ((r = listen_sock_accept(ctx, door->sock, &sock, NULL, NULL)) == 0) {
		struct visit *v = mem_zalloc(sizeof(*v));

		v->server = door->server;
		v->sock = sock;
		v->stream = stream_new(sock);
		buf_init(&v->line, LINE_MAX);
		r = scope_spawn(door->visits, "visit", hop_visit, v);
		if (r < 0)
			return r;
	}
	return r;
}

static int serve(struct ctx *ctx, void *arg)
{
	struct hop *server = arg;
	struct door doors[HOP_PORTS];
	struct scope visits, accepting;
	int r = 0;

	scope_init(&visits, SCOPE_SERVE);
	scope_init(&accepting, SCOPE_ALL);
	for (size_t i = 0; i < server->at_n; i++) {
		doors[i] = (struct door){ server, NULL, &visits };
		if (listen_sock_open(&server->at[i], NULL, &doors[i].sock) == 0)
			r = scope_spawn(&accepting, "accept", accept_all, &doors[i]);
	}
	if (r == 0)
		r = scope_wait(ctx, &accepting);
	scope_end(ctx, &accepting);
	for (size_t i = 0; i < server->at_n; i++)
		listen_sock_close(doors[i].sock);
	scope_end(ctx, &visits);
	return r;
}

static void start(struct hop *server)
{
	if (server->proc == NULL)
		server->proc = sim_proc_start(server->host, "server", serve, server);
}

static void stop(struct ctx *ctx, struct hop *server)
{
	if (server->proc == NULL)
		return;
	sim_proc_stop(server->proc);
	(void)sim_proc_wait(ctx, server->proc); /* it was cancelled */
	server->proc = NULL;
}

/* ---- statements in its block ---- */

static bool read_answer(struct play *p, const struct stmt *s, struct answer *a)
{
	uint64_t times;

	for (size_t i = 2; i < s->n; i++) {
		if (stmt_is(s, i, "for") && i + 1 < s->n) {
			a->match = stmt_word(s, ++i);
		} else if (stmt_is(s, i, "times")) {
			if (!play_number(p, s, ++i, &times))
				return false;
			a->times = times;
		} else if (stmt_is(s, i, "after")) {
			if (!play_time(p, s, ++i, &a->delay))
				return false;
		} else if (stmt_is(s, i, "close")) {
			a->then = THEN_CLOSE;
		} else if (stmt_is(s, i, "reset")) {
			a->then = THEN_RESET;
		} else if (stmt_is(s, i, "silence")) {
			a->then = THEN_SILENCE;
		} else if (stmt_is(s, i, "flood")) {
			a->then = THEN_FLOOD;
		} else if (stmt_is(s, i, "long")) {
			a->then = THEN_LONG;
		} else if (s->words[i].quoted && a->reply.n == 0) {
			a->reply = stmt_word(s, i);
		} else {
			(void)play_fail(p, s, "what is `%.*s` here?", SLICE_ARG(stmt_word(s, i)));
			return false;
		}
	}
	return true;
}

static int op_answer(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;
	struct answer *a = mem_zalloc(sizeof(*a));

	(void)ctx;
	a->times = UINT64_MAX;
	a->stage = stmt_word(s, 1);
	if (!read_answer(p, s, a)) {
		free(a);
		return ERR_INVALID;
	}
	list_prepend(&server->answers, &a->node);
	return 0;
}

static void forget_answers(struct hop *server)
{
	struct list *node;

	while ((node = list_pop(&server->answers)))
		free(container_of(node, struct answer, node));
}

static int op_forget(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	(void)p;
	(void)s;
	forget_answers(server);
	server->offers = NULL;
	return 0;
}

static int op_offer(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	(void)p;
	server->offers = s;
	return 0;
}

static int op_script(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	p->scripted = true;
	server->script = s;
	return 0;
}

static int op_login(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	(void)p;
	server->user = stmt_word(s, 1);
	server->password = stmt_word(s, 2);
	return 0;
}

/* tls NAME [untrusted | expired] */
static int op_tls(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	if (p->certificates == NULL)
		p->certificates = certificates_new();
	tls_server_unref(server->tls);
	server->tls = certificates_server(p->certificates, stmt_word(s, 1),
		stmt_is(s, 2, "expired") ? -2 : 3000, !stmt_is(s, 2, "untrusted"));
	return 0;
}

static int op_implicit(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	(void)p;
	(void)s;
	server->implicit = true;
	return 0;
}

static int op_lmtp(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	(void)p;
	(void)s;
	server->lmtp = true;
	return 0;
}

static int op_header(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = self;

	(void)ctx;
	(void)p;
	(void)s;
	server->header = true;
	return 0;
}

static int op_stop(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)p;
	(void)s;
	stop(ctx, self);
	return 0;
}

static int op_start(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	(void)p;
	(void)s;
	start(self);
	return 0;
}

/* Its connections that are open. */
static int op_reset(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct hop *server = self;

	(void)ctx;
	(void)p;
	(void)s;
	sim_host_reset_connections(server->host);
	return 0;
}

const struct op hop_ops[] = {
	{ "answer", 2, 12, BLOCK_NONE, NULL, op_answer },
	{ "forget", 0, 0, BLOCK_NONE, NULL, op_forget },
	{ "offer", 0, 20, BLOCK_NONE, NULL, op_offer },
	{ "script", 0, 0, BLOCK_MUST, hop_script_ops, op_script },
	{ "login", 2, 2, BLOCK_NONE, NULL, op_login },
	{ "tls", 1, 2, BLOCK_NONE, NULL, op_tls },
	{ "implicit", 0, 0, BLOCK_NONE, NULL, op_implicit },
	{ "lmtp", 0, 0, BLOCK_NONE, NULL, op_lmtp },
	{ "proxy-header", 0, 0, BLOCK_NONE, NULL, op_header },
	{ "stop", 0, 0, BLOCK_NONE, NULL, op_stop },
	{ "start", 0, 0, BLOCK_NONE, NULL, op_start },
	{ "reset", 0, 0, BLOCK_NONE, NULL, op_reset },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};

/* ---- the statement itself ---- */

static struct hop *make(struct play *p, const struct stmt *s)
{
	struct hop *server = mem_zalloc(sizeof(*server));

	server->play = p;
	server->name = stmt_word(s, 1);
	list_init(&server->answers);
	list_init(&server->messages);
	list_append(&p->servers, &server->node);
	return server;
}

static bool read_addresses(struct play *p, struct hop *server, const struct stmt *s)
{
	for (size_t i = 2; i < s->n; i++) {
		struct slice text = stmt_word(s, i), host = text;
		struct ip_port at;

		if (server->at_n == HOP_PORTS || !ip_port_parse(text, &at))
			return false;
		host = slice_take(text, slice_rfind(text, ':'));
		if (slice_starts(host, S("[")))
			host = slice_take(slice_skip(host, 1), host.n - 2);
		server->at[server->at_n++] = at;
		if (server->host == NULL)
			server->host = play_host(p, host);
	}
	return true;
}

int hop_statement(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct hop *server = hop_find(p, stmt_word(s, 1));
	bool is_new = server == NULL;

	(void)self;
	if (is_new == (s->n == 2))
		return play_fail(p, s, "server NAME ADDRESS:PORT... the first time, then NAME");
	if (is_new)
		server = make(p, s);
	if (is_new && !read_addresses(p, server, s))
		return play_fail(p, s, "an address with a port was expected");
	int r = op_run_all(ctx, p, server, hop_ops, s->block);

	if (is_new && r == 0) {
		start(server);
		r = ctx_yield(ctx);
	}
	return r;
}

void hop_message_free(struct message *m)
{
	if (m == NULL)
		return;
	free((void *)(uintptr_t)m->from.p);
	buf_done(&m->to);
	buf_done(&m->told);
	buf_done(&m->text);
	free(m);
}

void hop_end_all(struct ctx *ctx, struct play *p)
{
	struct list *node, *it;

	while ((node = list_pop(&p->servers))) {
		struct hop *server = container_of(node, struct hop, node);

		stop(ctx, server);
		forget_answers(server);
		while ((it = list_pop(&server->messages)))
			hop_message_free(container_of(it, struct message, node));
		tls_server_unref(server->tls);
		free(server);
	}
}
