/* A connection at a next hop: honest about what it took, unless told otherwise. Every stage of the
 * dialogue asks first how it is to be answered. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "hop_parts.h"
#include "talk.h"
#include "wire.h"
#include "wire_text.h"

#define TEXT_MAX  (64u << 20)
#define PATHS_MAX (1u << 20)
#define FLOOD	  50000 /* pieces of a reply */

/* ---- lines ---- */

int hop_hear(struct ctx *ctx, struct visit *v)
{
	buf_clear(&v->line);
	return talk_line(ctx, v->stream, &v->line);
}

int hop_say(struct ctx *ctx, struct visit *v, struct slice lines)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	talk_put_lines(&b, lines);
	int r = stream_write(ctx, v->stream, buf_slice(&b));

	buf_done(&b);
	return r;
}

static void see(const struct visit *v, struct slice stage, struct slice arg, struct slice reply)
{
	play_see(v->server->play, "server %.*s %.*s %.*s => %.*s", SLICE_ARG(v->server->name),
		SLICE_ARG(stage), SLICE_ARG(slice_take(arg, 200)),
		SLICE_ARG(reply.n ? reply : S("(nothing)")));
}

static struct answer *how_to_answer(const struct visit *v, struct slice stage, struct slice arg)
{
	list_each (it, &v->server->answers) {
		struct answer *a = container_of(it, struct answer, node);

		if (a->times && slice_eq_nocase(a->stage, stage) &&
			(a->match.n == 0 || slice_glob(a->match, arg)))
			return a;
	}
	return NULL;
}

/* More than anybody should take; then it hangs up. */
static int say_too_much(struct ctx *ctx, struct visit *v, const char *piece)
{
	int r = 0;

	for (unsigned i = 0; i < FLOOD && r == 0; i++)
		r = stream_write(ctx, v->stream, slice_str(piece));
	return r < 0 ? r : ERR_EOF;
}

static int then(struct ctx *ctx, struct visit *v, const struct answer *a, int r)
{
	static const char *const does[] = { [THEN_CLOSE] = "closes",
		[THEN_RESET] = "resets",
		[THEN_SILENCE] = "is silent",
		[THEN_FLOOD] = "floods",
		[THEN_LONG] = "has no end" };

	if (r < 0 || a == NULL || a->then == THEN_GO_ON)
		return r;
	play_see(v->server->play, "server %.*s %s", SLICE_ARG(v->server->name), does[a->then]);
	if (a->then == THEN_FLOOD || a->then == THEN_LONG)
		return say_too_much(
			ctx, v, a->then == THEN_FLOOD ? "250-and more\r\n" : "250 and more ");
	r = stream_flush(ctx, v->stream);
	if (a->then == THEN_SILENCE)
		return ctx_sleep(ctx, 400 * USEC_PER_DAY);
	if (a->then == THEN_RESET)
		sim_sock_reset(v->sock);
	return r < 0 ? r : a->then == THEN_RESET ? ERR_RESET : ERR_EOF;
}

/* Says what is to be said at a stage. *ret_reply (may be NULL) tells what that was; it is empty when
 * nothing was said. */
static int answer(struct ctx *ctx, struct visit *v, struct slice stage, struct slice arg,
	struct slice usual, struct slice *ret_reply)
{
	struct answer *a = how_to_answer(v, stage, arg);
	struct slice reply = a && (a->reply.n || a->then) ? a->reply : usual;
	int r = 0;

	if (a) {
		a->times--;
		r = a->delay ? ctx_sleep(ctx, a->delay) : 0;
	}
	see(v, stage, arg, reply);
	if (ret_reply)
		*ret_reply = reply;
	if (r == 0 && reply.n)
		r = hop_say(ctx, v, reply);
	return then(ctx, v, a, r);
}

/* ---- transactions ---- */

static void begin(struct visit *v)
{
	struct message *m = mem_zalloc(sizeof(*m));
	struct slice from = slice_skip(buf_slice(&v->line), 10);

	hop_message_free(v->now);
	m->from = slice_of(mem_strdup(from), from.n);
	m->tls = v->tls;
	m->login = v->login;
	buf_init(&m->to, PATHS_MAX);
	buf_init(&m->text, TEXT_MAX);
	buf_init(&m->told, PATHS_MAX);
	hop_told_message(v, m);
	buf_clear(&v->forwarded);
	v->now = m;
}

static void keep(struct visit *v)
{
	struct hop *server = v->server;
	struct message *m = v->now;
	struct buf shown;

	v->now = NULL;
	m->at = clock_now() - server->play->began;
	server->got++;
	list_append(&server->messages, &m->node);
	play_see(server->play, "at %lld", (long long)m->at);
	if (wire_text_longest(buf_slice(&m->text)) > LINE_USUAL)
		play_see(server->play, "by %.*s longest %zu", SLICE_ARG(server->name),
			wire_text_longest(buf_slice(&m->text)));
	play_see(server->play, "by %.*s %s %s", SLICE_ARG(server->name), v->lhlo ? "LMTP" : "SMTP",
		m->chunked ? "BDAT" : "DATA");
	buf_init(&shown, TEXT_MAX);
	wire_text_show(buf_slice(&m->text), &shown);
	play_see(server->play, "server %.*s got from %.*s to %.*s text %.*s",
		SLICE_ARG(server->name), SLICE_ARG(m->from), SLICE_ARG(buf_slice(&m->to)),
		SLICE_ARG(buf_slice(&shown)));
	buf_done(&shown);
}

static struct slice path_of(struct slice arg)
{
	struct slice path = slice_skip(arg, slice_find(arg, '<') + 1);

	return slice_take(path, slice_find(path, '>'));
}

static int recipient(struct ctx *ctx, struct visit *v, struct slice arg)
{
	struct slice reply = SLICE_NIL;

	v->server->rcpts++;
	if (v->now == NULL)
		return hop_say(ctx, v, S("503 5.5.1 MAIL first"));
	int r = answer(ctx, v, S("RCPT"), path_of(arg), S("250 2.1.5 ok"), &reply);

	if (!slice_starts(reply, S("2")))
		return r;
	if (v->now->to.n)
		buf_putc(&v->now->to, ' ');
	buf_put(&v->now->to, path_of(arg));
	return r;
}

/* One reply a message; LMTP (RFC 2033 section 4.2): one a recipient. */
static int judge(struct ctx *ctx, struct visit *v)
{
	struct slice rest, reply = SLICE_NIL;
	bool taken = false;
	struct buf some;
	int r = 0;

	if (!v->server->lmtp) {
		r = answer(
			ctx, v, S("content"), buf_slice(&v->now->to), S("250 2.0.0 taken"), &reply);
		taken = slice_starts(reply, S("2"));
	}
	rest = buf_slice(&v->now->to);
	buf_init(&some, PATHS_MAX);
	while (v->server->lmtp && rest.n && r == 0) {
		struct slice to = slice_split(&rest, ' ');

		r = answer(ctx, v, S("content"), to, S("250 2.0.0 taken"), &reply);
		if (!slice_starts(reply, S("2")))
			continue;
		buf_puts(&some, taken ? " " : "");
		buf_put(&some, to);
		taken = true;
	}
	if (v->server->lmtp) {
		buf_clear(&v->now->to);
		buf_put(&v->now->to, buf_slice(&some));
	}
	buf_done(&some);
	if (taken)
		keep(v);
	hop_message_free(v->now);
	v->now = NULL;
	return r;
}

static int data(struct ctx *ctx, struct visit *v)
{
	struct slice reply = SLICE_NIL;

	if (v->now == NULL || v->now->to.n == 0)
		return hop_say(ctx, v, S("554 5.5.1 no recipients"));
	int r = answer(ctx, v, S("DATA"), SLICE_NIL, S("354 go on"), &reply);

	if (r < 0 || !slice_starts(reply, S("354")))
		return r;
	while ((r = hop_hear(ctx, v)) == 0) {
		struct slice line = buf_slice(&v->line);

		if (slice_eq(line, S(".")))
			return judge(ctx, v);
		buf_put(&v->now->text, slice_starts(line, S(".")) ? slice_skip(line, 1) : line);
		buf_putc(&v->now->text, '\n');
	}
	return r;
}

static int take_bytes(struct ctx *ctx, struct visit *v, uint64_t n, struct buf *ret)
{
	while (n > 0) {
		struct slice in = slice_take(stream_peek(v->stream), (size_t)n);
		int r = 0;

		if (in.n == 0)
			r = stream_fill(ctx, v->stream);
		if (r < 0)
			return r;
		if (ret)
			buf_put(ret, in);
		stream_take(v->stream, in.n);
		n -= in.n;
	}
	return 0;
}

static int bdat(struct ctx *ctx, struct visit *v, struct slice arg)
{
	uint64_t n = 0;
	bool last = slice_ends_nocase(arg, S(" LAST"));
	bool open = v->now && v->now->to.n;

	if (!slice_to_u64(slice_take(arg, slice_find(arg, ' ')), TEXT_MAX, &n))
		return hop_say(ctx, v, S("501 5.5.4 how many?"));
	int r = take_bytes(ctx, v, n, open ? &v->now->text : NULL);

	if (r < 0)
		return r;
	if (!open)
		return hop_say(ctx, v, S("503 5.5.1 no recipients"));
	if (!last)
		return answer(ctx, v, S("BDAT"), arg, S("250 2.0.0 go on"), NULL);
	/* Texts are kept with plain line ends. */
	struct buf *text = &v->now->text;
	size_t kept = 0;

	v->now->chunked = true;
	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\r')
			text->p[kept++] = text->p[i];
	text->n = kept;
	return judge(ctx, v);
}

/* ---- hello and what follows from it ---- */

static int hello(struct ctx *ctx, struct visit *v, struct slice verb, struct slice arg)
{
	const struct hop *server = v->server;
	struct buf b;

	buf_init(&b, 8192);
	buf_puts(&b, "250-hop");
	for (size_t i = 1; server->offers && i < server->offers->n; i++) {
		buf_puts(&b, "\n250-");
		buf_put(&b, stmt_word(server->offers, i));
	}
	if (server->offers == NULL)
		buf_puts(&b, "\n250-PIPELINING\n250-8BITMIME\n250-DSN\n250-ENHANCEDSTATUSCODES");
	if (server->tls && !server->implicit && !v->tls)
		buf_puts(&b, "\n250-STARTTLS");
	buf_puts(&b, "\n250 SIZE");
	v->lhlo = slice_eq_nocase(verb, S("LHLO"));
	hop_told(v, verb, arg);
	int r = answer(ctx, v, verb, arg,
		slice_eq_nocase(verb, S("HELO")) ? S("250 hop") : buf_slice(&b), NULL);

	buf_done(&b);
	return r;
}

static int starttls(struct ctx *ctx, struct visit *v)
{
	struct slice reply = SLICE_NIL;
	int r = answer(ctx, v, S("STARTTLS"), SLICE_NIL,
		v->server->tls ? S("220 2.0.0 go") : S("502 5.5.1 not here"), &reply);

	if (r < 0 || !slice_starts(reply, S("220")) || v->server->tls == NULL)
		return r;
	(void)stream_drop_input(v->stream);
	r = tls_accept(ctx, v->stream, v->server->tls);
	see(v, S("handshake"), SLICE_NIL, slice_str(r < 0 ? err_name(r) : "ok"));
	v->tls = r == 0;
	return r;
}

/* What "AUTH PLAIN" carries for who may log in (RFC 4616), in base64. */
static void expected_login(const struct hop *server, struct buf *ret)
{
	static const char signs[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf b;

	buf_init(&b, 2000);
	buf_putc(&b, 0);
	buf_put(&b, server->user);
	buf_putc(&b, 0);
	buf_put(&b, server->password);
	for (size_t i = 0; i < b.n; i += 3) {
		unsigned bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < b.n ? (unsigned char)b.p[i + k] : 0U);
		for (size_t k = 0; k < 4; k++)
			buf_putc(ret, i + k > b.n ? '=' : signs[bits >> (18 - 6 * k) & 63]);
	}
	buf_done(&b);
}

static int login(struct ctx *ctx, struct visit *v, struct slice arg)
{
	struct slice reply = SLICE_NIL;
	struct buf expected;

	buf_init(&expected, 4000);
	expected_login(v->server, &expected);
	bool right = v->server->user.n == 0 ||
		     (slice_starts_nocase(arg, S("PLAIN ")) &&
			     slice_eq(slice_skip(arg, 6), buf_slice(&expected)));
	int r = answer(ctx, v, S("AUTH"), slice_take(arg, slice_find(arg, ' ')),
		right ? S("235 2.7.0 welcome") : S("535 5.7.8 no"), &reply);

	v->login = slice_starts(reply, S("235"));
	buf_done(&expected);
	return r;
}

/* ---- the dialogue ---- */

static int dispatch(struct ctx *ctx, struct visit *v)
{
	struct slice arg = buf_slice(&v->line), verb = slice_split(&arg, ' ');

	if (slice_eq_nocase(verb, S("EHLO")) || slice_eq_nocase(verb, S("HELO")) ||
		slice_eq_nocase(verb, S("LHLO")))
		return hello(ctx, v, verb, arg);
	if (slice_eq_nocase(verb, S("STARTTLS")))
		return starttls(ctx, v);
	if (slice_eq_nocase(verb, S("AUTH")))
		return login(ctx, v, arg);
	if (slice_eq_nocase(verb, S("MAIL"))) {
		struct slice reply = SLICE_NIL;
		int r = answer(ctx, v, verb, slice_skip(arg, 5), S("250 2.1.0 ok"), &reply);

		if (slice_starts(reply, S("2")))
			begin(v);
		return r;
	}
	if (slice_eq_nocase(verb, S("RCPT")))
		return recipient(ctx, v, arg);
	if (slice_eq_nocase(verb, S("DATA")))
		return data(ctx, v);
	if (slice_eq_nocase(verb, S("BDAT")))
		return bdat(ctx, v, arg);
	if (slice_eq_nocase(verb, S("XCLIENT")) || slice_eq_nocase(verb, S("XFORWARD"))) {
		hop_told(v, verb, arg);
		return answer(ctx, v, verb, arg,
			slice_eq_nocase(verb, S("XCLIENT")) ? S("220 hop ESMTP") : S("250 ok"),
			NULL);
	}
	if (slice_eq_nocase(verb, S("QUIT"))) {
		int r = answer(ctx, v, verb, SLICE_NIL, S("221 2.0.0 bye"), NULL);

		return r < 0 ? r : ERR_EOF;
	}
	if (slice_eq_nocase(verb, S("NOOP")))
		return answer(ctx, v, verb, SLICE_NIL, S("250 2.0.0 ok"), NULL);
	hop_message_free(v->now);
	v->now = NULL;
	return answer(ctx, v, verb, SLICE_NIL,
		slice_eq_nocase(verb, S("RSET")) ? S("250 2.0.0 ok") : S("500 5.5.2 what"), NULL);
}

static int converse(struct ctx *ctx, struct visit *v)
{
	int r = hop_read_header(ctx, v);

	if (r == 0 && v->server->implicit) {
		r = tls_accept(ctx, v->stream, v->server->tls);
		see(v, S("handshake"), SLICE_NIL, slice_str(r < 0 ? err_name(r) : "ok"));
		v->tls = r == 0;
	}
	if (r == 0)
		r = answer(ctx, v, S("greeting"), SLICE_NIL, S("220 hop ESMTP"), NULL);
	while (r == 0 && (r = hop_hear(ctx, v)) == 0)
		r = dispatch(ctx, v);
	return r;
}

int hop_visit(struct ctx *ctx, void *arg)
{
	struct visit *v = arg;
	struct hop *server = v->server;
	const struct stmt *script = server->script;

	server->script = NULL;
	server->connections++;
	server->sessions++;
	if (server->sessions > server->sessions_most)
		server->sessions_most = server->sessions;
	buf_init(&v->told, PATHS_MAX);
	buf_init(&v->forwarded, PATHS_MAX);
	play_see(server->play, "server %.*s connection", SLICE_ARG(server->name));
	int r = script ? hop_play_script(ctx, v, script) : converse(ctx, v);

	if (r == ERR_EOF)
		(void)stream_shutdown(ctx, v->stream); /* it ends in any case */
	play_see(server->play, "server %.*s ends %s", SLICE_ARG(server->name), err_name(r));
	stream_free(v->stream);
	hop_message_free(v->now);
	buf_done(&v->line);
	buf_done(&v->told);
	buf_done(&v->forwarded);
	server->sessions--;
	free(v);
	return 0;
}
