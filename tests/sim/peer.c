#include "peer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/slice.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"

struct visit {
	struct peer *peer;
	struct stream *stream;
	unsigned messages;
	bool quit, closed;
};

/* Lines parted by '\n'. */
static int say(struct ctx *ctx, struct visit *v, const char *text, const char *usual)
{
	struct slice rest = slice_str(text ? text : usual);
	int r = 0;

	while (rest.n && r == 0) {
		r = stream_write(ctx, v->stream, slice_split(&rest, '\n'));
		if (r == 0)
			r = stream_write(ctx, v->stream, S("\r\n"));
	}
	return r;
}

static int next_line(struct ctx *ctx, struct visit *v, char *line, size_t size)
{
	for (;;) {
		struct slice in = stream_peek(v->stream);
		size_t n = slice_find(in, '\n');

		if (n < in.n) {
			assert(n > 0 && n < size);
			memcpy(line, in.p, n - 1);
			line[n - 1] = 0;
			stream_take(v->stream, n + 1);
			return 0;
		}

		int r = stream_fill(ctx, v->stream);

		if (r < 0)
			return r;
	}
}

static bool is(const char *line, const char *verb)
{
	return strncmp(line, verb, strlen(verb)) == 0;
}

/* Text to the lone dot, then the answer, then perhaps the end. */
static int take_message(struct ctx *ctx, struct visit *v)
{
	struct peer *p = v->peer;
	char line[1100] = "";
	int r = 0;

	while (r == 0 && strcmp(line, ".") != 0)
		r = next_line(ctx, v, line, sizeof(line));
	if (r < 0)
		return r;
	p->messages++;
	v->messages++;
	r = say(ctx, v, p->dot, "250 2.0.0 kept");
	if (r == 0 && p->messages_max && v->messages >= p->messages_max) {
		v->closed = true;
		if (p->farewell)
			r = say(ctx, v, "421 4.3.2 that was enough", NULL);
	}
	return r;
}

static int answer(struct ctx *ctx, struct visit *v, const char *line)
{
	struct peer *p = v->peer;

	if (is(line, "EHLO") || is(line, "HELO") || is(line, "LHLO"))
		return say(ctx, v, p->ehlo, "250-mx\n250-PIPELINING\n250-8BITMIME\n250 SIZE");
	if (is(line, "STARTTLS")) {
		int r = say(ctx, v, p->starttls, "454 4.7.0 no");

		p->starttls_seen++;
		return r == 0 && p->starttls && strcmp(p->starttls, "220 go") == 0
			       ? tls_accept(ctx, v->stream, p->tls)
			       : r;
	}
	if (is(line, "AUTH")) {
		p->auths++;
		return say(ctx, v, p->auth, "235 2.7.0 welcome");
	}
	if (is(line, "MAIL"))
		return say(ctx, v, p->mail, "250 ok");
	if (is(line, "RCPT")) {
		p->rcpts++;
		return say(ctx, v, p->rcpt, "250 ok");
	}
	if (is(line, "DATA")) {
		int r = say(ctx, v, p->data, "354 go on");

		return r == 0 && (!p->data || is(p->data, "354")) ? take_message(ctx, v) : r;
	}
	if (is(line, "QUIT")) {
		p->quits++;
		v->quit = true;
		return say(ctx, v, "221 bye", NULL);
	}
	return say(ctx, v, is(line, "RSET") ? "250 ok" : "500 what", NULL);
}

static int session(struct ctx *ctx, void *arg)
{
	struct visit *v = arg;
	struct peer *p = v->peer;
	char line[1100];
	int r = p->implicit ? tls_accept(ctx, v->stream, p->tls) : 0;

	if (r == 0)
		r = say(ctx, v, p->greeting, "220 mx ESMTP");
	while (r == 0 && !v->quit && !v->closed) {
		r = next_line(ctx, v, line, sizeof(line));
		if (r == 0)
			r = answer(ctx, v, line);
	}
	if (r == 0)
		(void)stream_shutdown(ctx, v->stream); /* the end in any case */
	p->lost += !v->quit;
	p->open--;
	stream_free(v->stream);
	free(v);
	return 0;
}

static int serve(struct ctx *ctx, struct peer *p, enum ip_family family)
{
	struct ip_port where = { { .family = (uint8_t)family }, p->port ? p->port : 25 };
	struct listen_sock *l;
	struct scope sessions;
	struct sock *sock;
	int r = listen_sock_open(&where, NULL, &l);

	assert(r == 0);
	scope_init(&sessions, SCOPE_SERVE);
	while ((r = listen_sock_accept(ctx, l, &sock, NULL, NULL)) == 0) {
		struct visit *v = mem_zalloc(sizeof(*v));

		v->peer = p;
		v->stream = stream_new(sock);
		p->connections++;
		p->open++;
		if (p->open > p->most_open)
			p->most_open = p->open;
		r = scope_spawn(&sessions, "peer", session, v);
		assert(r == 0);
	}
	listen_sock_close(l);
	scope_end(ctx, &sessions);
	return r;
}

static int serve_v4(struct ctx *ctx, void *arg)
{
	return serve(ctx, arg, IP_V4);
}

static int serve_v6(struct ctx *ctx, void *arg)
{
	return serve(ctx, arg, IP_V6);
}

static int serve_both(struct ctx *ctx, void *arg)
{
	struct scope scope;
	int r;

	scope_init(&scope, SCOPE_ALL);
	r = scope_spawn(&scope, "peer", serve_v4, arg);
	assert(r == 0);
	r = scope_spawn(&scope, "peer", serve_v6, arg);
	assert(r == 0);
	r = scope_wait(ctx, &scope);
	scope_end(ctx, &scope);
	return r;
}

struct sim_proc *peer_start(struct sim_host *h, struct peer *p)
{
	return sim_proc_start(h, "peer", serve_both, p);
}
