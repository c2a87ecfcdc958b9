/* The next hop of tests: strict about nothing, honest about what it took. */
#include "fakehop.h"

#include <check.h>
#include <stdlib.h>

#include "base/ip.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/stream.h"

struct visit {
	struct fakehop *hop;
	struct stream *stream;
	struct buf line;
	struct fakehop_message now; /* of the transaction */
	bool open;
	const char *after_dot; /* the reply to the content; NULL: close */
};

static int say(struct ctx *ctx, struct visit *v, const char *text)
{
	return stream_write(ctx, v->stream, slice_str(text));
}

static int read_line(struct ctx *ctx, struct visit *v)
{
	buf_clear(&v->line);
	for (;;) {
		struct slice in = stream_peek(v->stream);
		size_t end = slice_find(in, '\n');
		int r;

		buf_put(&v->line, slice_take(in, end < in.n ? end + 1 : end));
		stream_take(v->stream, end < in.n ? end + 1 : end);
		if (end < in.n) {
			v->line.n -= 2;
			return 0;
		}
		r = stream_fill(ctx, v->stream);
		if (r < 0)
			return r;
	}
}

static void begin(struct visit *v)
{
	v->open = true;
	buf_init(&v->now.to, 1 << 20);
	buf_init(&v->now.from, 4096);
	buf_init(&v->now.text, 8 << 20);
	buf_put(&v->now.from, slice_skip(buf_slice(&v->line), 10));
	v->after_dot = "250 2.0.0 taken\r\n";
}

static void drop(struct visit *v)
{
	if (!v->open)
		return;
	buf_done(&v->now.to);
	buf_done(&v->now.from);
	buf_done(&v->now.text);
	v->open = false;
}

static void keep(struct visit *v)
{
	ck_assert_uint_lt(v->hop->n, FAKEHOP_MESSAGES);
	v->now.wall = clock_wall();
	v->hop->v[v->hop->n++] = v->now;
	v->open = false;
}

static int recipient(struct ctx *ctx, struct visit *v)
{
	struct slice path = slice_skip(buf_slice(&v->line), 9);

	path = slice_take(path, slice_find(path, '>'));
	if (slice_starts(path, S("perm")))
		return say(ctx, v, "550 5.1.1 no such user\r\n");
	if (slice_starts(path, S("temp")))
		return say(ctx, v, "450 4.2.1 busy\r\n");
	if (slice_starts(path, S("full")))
		v->after_dot = "452 4.2.2 full\r\n";
	if (slice_starts(path, S("gone")))
		v->after_dot = "554 5.6.0 not wanted\r\n";
	if (slice_starts(path, S("lost")))
		v->after_dot = NULL;
	buf_put(&v->now.to, path);
	buf_putc(&v->now.to, ' ');
	return say(ctx, v, "250 2.1.5 ok\r\n");
}

static int content(struct ctx *ctx, struct visit *v)
{
	if (!v->open || v->now.to.n == 0)
		return say(ctx, v, "554 5.5.1 no recipients\r\n");
	int r = say(ctx, v, "354 go\r\n");

	while (r == 0 && (r = read_line(ctx, v)) == 0) {
		struct slice line = buf_slice(&v->line);

		if (slice_eq(line, S(".")))
			break;
		buf_put(&v->now.text, slice_starts(line, S(".")) ? slice_skip(line, 1) : line);
		buf_puts(&v->now.text, "\r\n");
	}
	if (r < 0 || v->after_dot == NULL) {
		drop(v);
		return r < 0 ? r : ERR_EOF;
	}
	if (v->after_dot[0] == '2') {
		keep(v);
	} else {
		drop(v);
	}
	return say(ctx, v, v->after_dot);
}

/* "BDAT n" or "BDAT n LAST" (RFC 3030). */
static int chunk(struct ctx *ctx, struct visit *v)
{
	struct slice words = slice_skip(buf_slice(&v->line), 5);
	bool last = slice_search(words, S(" LAST")) < words.n;
	uint64_t n = 0;

	ck_assert(slice_to_u64(slice_take(words, slice_find(words, ' ')), 64 << 20, &n));
	while (n > 0) {
		struct slice in = slice_take(stream_peek(v->stream), (size_t)n);

		if (v->open)
			buf_put(&v->now.text, in);
		stream_take(v->stream, in.n);
		n -= in.n;
		int r = n > 0 ? stream_fill(ctx, v->stream) : 0;

		if (r < 0)
			return r;
	}
	v->hop->chunks++;
	if (!v->open || v->now.to.n == 0)
		return say(ctx, v, "503 5.5.1 no recipients\r\n");
	if (!last)
		return say(ctx, v, "250 2.0.0 more\r\n");
	if (v->after_dot == NULL)
		return ERR_EOF;
	if (v->after_dot[0] == '2')
		keep(v);
	else
		drop(v);
	return say(ctx, v, v->after_dot);
}

static int hello(struct ctx *ctx, struct visit *v)
{
	int r = say(ctx, v, "250-hop\r\n");

	if (r == 0)
		r = say(ctx, v,
			v->hop->offers ? v->hop->offers
				       : "250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n");
	return r == 0 ? say(ctx, v, "250 SIZE\r\n") : r;
}

static int answer(struct ctx *ctx, struct visit *v)
{
	struct slice line = buf_slice(&v->line);

	if (slice_starts_nocase(line, S("EHLO")))
		return hello(ctx, v);
	if (slice_starts_nocase(line, S("MAIL"))) {
		drop(v);
		if (v->hop->refuse_mail)
			return say(ctx, v, "451 4.3.0 not now\r\n");
		begin(v);
		return say(ctx, v, "250 2.1.0 ok\r\n");
	}
	if (slice_starts_nocase(line, S("RCPT")))
		return v->open ? recipient(ctx, v) : say(ctx, v, "503 5.5.1 MAIL first\r\n");
	if (slice_starts_nocase(line, S("DATA")))
		return content(ctx, v);
	if (slice_starts_nocase(line, S("BDAT")))
		return chunk(ctx, v);
	if (slice_starts_nocase(line, S("QUIT"))) {
		(void)say(ctx, v, "221 2.0.0 bye\r\n");
		return ERR_EOF;
	}
	if (slice_starts_nocase(line, S("NOOP")))
		return say(ctx, v, "250 2.0.0 ok\r\n");
	drop(v);
	return say(ctx, v,
		slice_starts_nocase(line, S("RSET")) ? "250 2.0.0 ok\r\n" : "500 5.5.2 what\r\n");
}

static int visit(struct ctx *ctx, void *arg)
{
	struct visit *v = arg;
	struct fakehop *hop = v->hop;

	buf_init(&v->line, 1 << 20);
	hop->connections++;
	if (++hop->sessions_now > hop->sessions_most)
		hop->sessions_most = hop->sessions_now;
	int r = say(ctx, v, hop->greeting ? hop->greeting : "220 hop ESMTP\r\n");

	while (r == 0 && (r = read_line(ctx, v)) == 0)
		r = answer(ctx, v);
	drop(v);
	(void)stream_flush(ctx, v->stream);
	stream_free(v->stream);
	buf_done(&v->line);
	free(v);
	hop->sessions_now--;
	return 0;
}

int fakehop_run(struct ctx *ctx, void *arg)
{
	struct fakehop *hop = arg;
	struct listen_sock *l;
	struct ip_port at, peer, local;
	struct scope scope;
	struct sock *sock;
	int r;

	ck_assert(ip_port_parse(slice_str(hop->address), &at));
	ck_assert_int_eq(listen_sock_open(&at, &(struct listen_options){ 0 }, &l), 0);
	scope_init(&scope, SCOPE_SERVE);
	while ((r = listen_sock_accept(ctx, l, &sock, &peer, &local)) == 0) {
		struct visit *v = mem_zalloc(sizeof(*v));

		v->hop = hop;
		v->stream = stream_new(sock);
		ck_assert_int_eq(scope_spawn(&scope, "visit", visit, v), 0);
	}
	scope_end(ctx, &scope);
	listen_sock_close(l);
	return 0;
}

void fakehop_done(struct fakehop *h)
{
	for (size_t i = 0; i < h->n; i++) {
		buf_done(&h->v[i].to);
		buf_done(&h->v[i].from);
		buf_done(&h->v[i].text);
	}
	h->n = 0;
}
