/* The next hops: each answers as its manners say, and tells the oracle what it took. */
#include <stdio.h>
#include <stdlib.h>

#include "base/ip.h"
#include "base/list.h"
#include "base/mem.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "own.h"
#include "storm.h"

#define STALL	     (15 * USEC_PER_MIN) /* longer than most are patient */
#define LOST_AFTER   (2 * USEC_PER_SEC)
#define VERDICTS_MAX 8 /* more than a message has recipients */

struct visit {
	struct list all;
	struct hop *hop;
	struct sock *sock; /* the stream's */
	struct stream *stream;
	usec_t began;
	struct buf line, to, text;
	bool open, report; /* a transaction; of ours to a sender */
	bool each; /* it wants an answer for each recipient */
	bool tls, strange; /* strange: under somebody else's certificate */
	usec_t sip; /* before each read, at most */
	size_t first, end; /* deliveries of the last transaction */
	usec_t replied; /* when it got its 250 */
};

static struct list visits = { &visits, &visits };

static bool chance(const struct visit *v, unsigned n)
{
	(void)v;
	return !storm.calm && n && storm_chance(n);
}

static int say(struct ctx *ctx, struct visit *v, const char *text)
{
	usec_t most = storm.calm ? 0 : v->hop->manners.delay;
	int r = most ? ctx_sleep(ctx, (usec_t)sim_choose((uint64_t)most)) : 0;

	return r < 0 ? r : stream_write(ctx, v->stream, slice_str(text));
}

static int fill(struct ctx *ctx, struct visit *v)
{
	usec_t most = storm.calm ? 0 : v->sip;
	int r = 0;

	if (most && storm_chance(3))
		r = ctx_sleep(ctx, STALL);
	else if (most)
		r = ctx_sleep(ctx, (usec_t)sim_choose((uint64_t)most));
	return r < 0 ? r : stream_fill(ctx, v->stream);
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
		if (end < in.n)
			return 0;
		r = fill(ctx, v);
		if (r < 0)
			return r;
	}
}

/* ---- how many connections are open ---- */

/* There are never more than when one has begun. Each is open until one of both sides has closed it; what
 * a process had ends with it, so that a kill or a cut needs no excuse. A side that was closed, of
 * which the other one has not heard, or never will, is closed. */
static void count(const struct destination *d)
{
	unsigned n = 0;

	list_each (it, &visits) {
		const struct visit *v = container_of(it, struct visit, all);

		n += v->hop->destination == d && sim_sock_peer_has(v->sock);
	}
	if (n > d->limit)
		storm_fail("%s has %u connections open; its limit is %u", d->name, n, d->limit);
}

/* ---- commands ---- */

/* What must not be read on the way, and perhaps is. */
static void judge_secrecy(const struct visit *v)
{
	const struct destination *d = v->hop->destination;

	if (d->secrecy != SECRECY_NONE && !v->tls)
		storm_fail("mail for %s is sent in the clear", d->name);
	if (d->secrecy == SECRECY_NAMED && v->strange)
		storm_fail("mail for %s is sent to somebody else", d->name);
}

static int mail(struct ctx *ctx, struct visit *v)
{
	const struct manners *m = &v->hop->manners;

	judge_secrecy(v);
	if ((storm.closed && !storm.calm) || chance(v, m->mail_4xx))
		return say(ctx, v, "451 4.3.0 not now\r\n");
	v->report = slice_search(buf_slice(&v->line), S("<>")) < v->line.n;
	v->each = slice_search(buf_slice(&v->line), S(" PRDR")) < v->line.n;
	if (v->each && !m->prdr)
		storm_fail("%s got PRDR, and did not offer it", v->hop->address);
	if (m->seven && slice_search(buf_slice(&v->line), S(" BODY=8BITMIME")) < v->line.n)
		storm_fail("%s got BODY=8BITMIME, and did not offer it", v->hop->address);
	if (!v->report && chance(v, m->mail_5xx)) {
		v->open = false;
		return say(ctx, v, "550 5.7.1 not you\r\n");
	}
	v->open = true;
	buf_clear(&v->to);
	buf_clear(&v->text);
	return say(ctx, v, "250 2.1.0 ok\r\n");
}

static int rcpt(struct ctx *ctx, struct visit *v)
{
	struct slice path = slice_skip(buf_slice(&v->line), 9);
	const struct manners *m = &v->hop->manners;
	struct message *of;

	path = slice_take(path, slice_find(path, '>'));
	if (!v->open)
		return say(ctx, v, "503 5.5.1 MAIL first\r\n");
	struct rcpt *r = oracle_rcpt(path, &of);

	if (r && r->foreign)
		storm_fail("a stranger's foreign recipient has left: %s", r->address);
	if (chance(v, m->greylists ? 500 : m->rcpt_4xx))
		return say(ctx, v, "450 4.2.1 later\r\n");
	if (!v->report && chance(v, m->rcpt_5xx)) {
		if (r)
			r->refused++;
		storm_cut_soon();
		return say(ctx, v, "550 5.1.1 no such user\r\n");
	}
	if (r)
		r->sipped |= v->sip > 0;
	buf_put(&v->to, path);
	buf_putc(&v->to, ' ');
	return say(ctx, v, "250 2.1.5 ok\r\n");
}

static void each_to(struct visit *v, void (*visit)(struct visit *v, struct slice to))
{
	struct slice rest = buf_slice(&v->to);

	while (rest.n)
		visit(v, slice_split(&rest, ' '));
}

static void refuse(struct visit *v, struct slice to)
{
	struct message *m;
	struct rcpt *r = oracle_rcpt(to, &m);

	(void)v;
	if (r)
		r->refused++;
}

static void judge_narrow(const struct visit *v, struct slice to)
{
	struct message *m;
	struct rcpt *r = oracle_rcpt(to, &m);

	if (r && message_is_too_wide(m, r->address))
		storm_fail("message %u has bytes over 127, and %s does not offer 8BITMIME",
			m->number, v->hop->address);
}

static void take(struct visit *v, struct slice to)
{
	if (v->hop->manners.seven)
		judge_narrow(v, to);
	if (v->report)
		own_delivered(to, buf_slice(&v->text), v->began, sim_sock_peer_has(v->sock));
	else
		oracle_delivered(to, buf_slice(&v->text), v->began, sim_sock_peer_has(v->sock));
}

/* Our 250 was written for these. */
static void has_answered(size_t from, size_t to)
{
	for (size_t i = from; i < to && i < storm.deliveries_n; i++) {
		storm.deliveries[i].answered = true;
		storm.deliveries[i].said = clock_now();
	}
}

static int read_content(struct ctx *ctx, struct visit *v)
{
	int r;

	buf_clear(&v->text);
	while ((r = read_line(ctx, v)) == 0) {
		struct slice line = buf_slice(&v->line);

		if (slice_eq(line, S(".\r\n")))
			return 0;
		buf_put(&v->text, slice_starts(line, S(".")) ? slice_skip(line, 1) : line);
	}
	return r;
}

/* What it was to say is lost; that shows at once, or only after a while. */
static int lose(struct ctx *ctx)
{
	if (storm_chance(700))
		(void)ctx_sleep(ctx, LOST_AFTER + (usec_t)sim_choose(4 * USEC_PER_SEC));
	return ERR_EOF;
}

static int answer_dot(struct ctx *ctx, struct visit *v)
{
	const struct manners *m = &v->hop->manners;

	v->open = false;
	if (chance(v, m->dot_4xx))
		return say(ctx, v, "452 4.2.2 full\r\n");
	if (!v->report && chance(v, m->dot_5xx)) {
		each_to(v, refuse);
		storm_cut_soon();
		return say(ctx, v, "554 5.6.0 not wanted\r\n");
	}
	if (chance(v, m->dot_close))
		return ERR_EOF;
	v->first = storm.deliveries_n;
	each_to(v, take);
	v->end = storm.deliveries_n;
	if (chance(v, m->dot_lost))
		return lose(ctx);
	int r = say(ctx, v, "250 2.0.0 taken\r\n");

	if (r == 0)
		has_answered(v->first, v->end);
	v->replied = clock_now();
	return r;
}

/* ---- an answer for each recipient ---- */

/* What a recipient is answered. */
struct verdict {
	enum { VERDICT_YES, VERDICT_LATER, VERDICT_NO } what;
	size_t delivery; /* where it is YES */
};

static const char *words(const struct verdict *d)
{
	static const char *const texts[] = { "250 2.0.0 taken\r\n", "452 4.2.2 full\r\n",
		"550 5.7.1 not wanted\r\n" };

	return texts[d->what];
}

/* Takes it for some; how many of them there are. */
static size_t choose_each(struct visit *v, struct verdict *ret)
{
	struct slice rest = buf_slice(&v->to);
	size_t n = 0;

	while (rest.n && n < VERDICTS_MAX) {
		struct slice to = slice_split(&rest, ' ');
		struct verdict *d = &ret[n++];

		*d = (struct verdict){ VERDICT_YES, storm.deliveries_n };
		if (chance(v, 100))
			d->what = VERDICT_LATER;
		else if (!v->report && chance(v, 80))
			d->what = VERDICT_NO;
		if (d->what == VERDICT_NO)
			refuse(v, to);
		else if (d->what == VERDICT_YES)
			take(v, to);
	}
	return n;
}

/* With PRDR something stands before them and behind them. The last word may be a yes though nobody
 * has it; it is no no where somebody has. */
static int answer_each(struct ctx *ctx, struct visit *v)
{
	const struct manners *m = &v->hop->manners;
	struct verdict verdicts[VERDICTS_MAX];
	int r = 0;

	v->open = false;
	v->first = storm.deliveries_n;
	size_t n = choose_each(v, verdicts);

	v->end = storm.deliveries_n;
	bool lost = chance(v, m->dot_lost), any = v->end > v->first;
	size_t most = lost ? (size_t)sim_choose(n) : n;

	if (!m->lmtp)
		r = say(ctx, v, "353 one by one\r\n");
	for (size_t i = 0; i < most && r == 0; i++) {
		const struct verdict *d = &verdicts[i];

		r = say(ctx, v, words(d));
		if (m->lmtp && r == 0 && d->what == VERDICT_YES)
			has_answered(d->delivery, d->delivery + 1);
	}
	if (r == 0 && !lost && !m->lmtp) {
		r = say(ctx, v, any || storm_chance(300) ? "250 2.0.0 so\r\n" : words(verdicts));
		has_answered(v->first, v->end);
	}
	v->replied = clock_now();
	return lost && r == 0 ? lose(ctx) : r;
}

/* The last word is that nobody has it, whatever was said before. */
static int take_back(struct ctx *ctx, struct visit *v)
{
	struct slice rest = buf_slice(&v->to);
	int r = say(ctx, v, "353 one by one\r\n");

	v->open = false;
	each_to(v, refuse);
	while (rest.n && r == 0) {
		(void)slice_split(&rest, ' ');
		r = say(ctx, v,
			storm_chance(700) ? "250 2.0.0 taken\r\n" : "550 5.7.1 not wanted\r\n");
	}
	return r == 0 ? say(ctx, v, "554 5.3.0 nobody, after all\r\n") : r;
}

static void note_end(struct visit *v, struct slice to)
{
	struct message *m;
	struct rcpt *r = oracle_rcpt(to, &m);

	(void)v;
	if (r)
		r->ended_at = clock_now();
}

static int answer_end(struct ctx *ctx, struct visit *v)
{
	bool each = v->hop->manners.lmtp || (v->each && storm_chance(800));

	each_to(v, note_end);
	if (each && !v->hop->manners.lmtp && chance(v, 30))
		return take_back(ctx, v);
	if (each && chance(v, v->hop->manners.dot_close))
		return ERR_EOF;
	return each ? answer_each(ctx, v) : answer_dot(ctx, v);
}

static int read_chunk(struct ctx *ctx, struct visit *v, size_t n)
{
	int r = 0;

	while (n && r == 0) {
		struct slice in = slice_take(stream_peek(v->stream), n);

		buf_put(&v->text, in);
		stream_take(v->stream, in.n);
		n -= in.n;
		if (n)
			r = fill(ctx, v);
	}
	return r;
}

/* The last chunk is the end of the message. */
static int bdat(struct ctx *ctx, struct visit *v)
{
	size_t n = 0;
	char last[5] = "";

	buf_putc(&v->line, '\0');
	if (sscanf(v->line.p, "%*s %zu %4s", &n, last) < 1)
		storm_fail("a chunk without a size: %s", v->line.p);
	int r = read_chunk(ctx, v, n);

	if (r < 0)
		return r;
	if (!v->open || v->to.n == 0)
		return say(ctx, v, "503 5.5.1 no recipients\r\n");
	if (chance(v, v->hop->manners.data_4xx)) {
		v->open = false;
		return say(ctx, v, "451 4.3.0 no\r\n");
	}
	return last[0] ? answer_end(ctx, v) : say(ctx, v, "250 2.0.0 go on\r\n");
}

static int data(struct ctx *ctx, struct visit *v)
{
	if (!v->open || v->to.n == 0)
		return say(ctx, v, "554 5.5.1 no recipients\r\n");
	if (chance(v, v->hop->manners.data_4xx)) {
		v->open = false;
		return say(ctx, v, "451 4.3.0 no\r\n");
	}
	int r = say(ctx, v, "354 go\r\n");

	if (r == 0)
		r = read_content(ctx, v);
	if (r == 0)
		r = answer_end(ctx, v);
	return r;
}

/* The program has read our 250 if it goes on. A QUIT may be its farewell to a reply that it did not wait
 * for, or that was lost on the way. */
static void confirm(struct visit *v)
{
	bool quits = slice_starts_nocase(buf_slice(&v->line), S("QUIT"));

	if (quits && (storm.deaf || v->sip || clock_now() - v->replied < USEC_PER_SEC))
		return;
	for (size_t i = v->first; i < v->end; i++)
		storm.deliveries[i].confirmed = true;
	v->first = v->end = 0;
}

static int ehlo(struct ctx *ctx, struct visit *v)
{
	const struct manners *m = &v->hop->manners;

	int r;

	if (chance(v, m->ehlo_close))
		return ERR_EOF;
	if (m->tls && !v->tls && !chance(v, m->tls_hidden) &&
		(r = say(ctx, v, "250-hop\r\n250-STARTTLS\r\n")) < 0)
		return r;
	if (m->prdr && (r = say(ctx, v, "250-hop\r\n250-PRDR\r\n")) < 0)
		return r;
	if (!m->seven && (r = say(ctx, v, "250-hop\r\n250-8BITMIME\r\n")) < 0)
		return r;
	return say(ctx, v,
		m->chunks ? "250-hop\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE\r\n"
			  : "250-hop\r\n250-PIPELINING\r\n250 SIZE\r\n");
}

static int starttls(struct ctx *ctx, struct visit *v)
{
	const struct manners *m = &v->hop->manners;

	if (chance(v, m->tls_4xx))
		return say(ctx, v, "454 4.7.0 not now\r\n");
	if (chance(v, m->tls_close))
		return ERR_EOF;
	int r = say(ctx, v, "220 2.0.0 go\r\n");
	bool broken = chance(v, m->tls_broken);

	if (r == 0 && broken)
		r = storm_chance(700) ? say(ctx, v, "what is this\r\n") : ctx_sleep(ctx, STALL);
	if (r == 0)
		r = stream_flush(ctx, v->stream);
	if (r < 0 || broken)
		return r;
	(void)stream_drop_input(v->stream);
	v->strange = chance(v, m->tls_strange);
	r = tls_accept(ctx, v->stream, v->strange ? storm.strange : storm.own);
	v->tls = r == 0;
	return r;
}

static int answer(struct ctx *ctx, struct visit *v)
{
	struct slice line = buf_slice(&v->line);

	confirm(v);
	if (chance(v, v->hop->manners.close_after))
		return ERR_EOF;
	if (slice_starts_nocase(line, v->hop->manners.lmtp ? S("LHLO") : S("EHLO")))
		return ehlo(ctx, v);
	if (slice_starts_nocase(line, S("STARTTLS")))
		return starttls(ctx, v);
	if (slice_starts_nocase(line, S("MAIL")))
		return mail(ctx, v);
	if (slice_starts_nocase(line, S("RCPT")))
		return rcpt(ctx, v);
	if (slice_starts_nocase(line, S("DATA")))
		return data(ctx, v);
	if (slice_starts_nocase(line, S("BDAT")))
		return bdat(ctx, v);
	if (slice_starts_nocase(line, S("QUIT"))) {
		(void)say(ctx, v, "221 2.0.0 bye\r\n");
		return ERR_EOF;
	}
	if (slice_starts_nocase(line, S("RSET")))
		v->open = false;
	return say(ctx, v, "250 2.0.0 ok\r\n");
}

static int visit(struct ctx *ctx, void *arg)
{
	struct visit *v = arg;
	const struct manners *m = &v->hop->manners;
	int r = chance(v, m->greet_close) ? ERR_EOF : 0;

	if (r == 0 && chance(v, m->greet_421)) {
		(void)say(ctx, v, "421 4.3.2 too busy\r\n");
		(void)stream_flush(ctx, v->stream);
		r = ERR_EOF;
	}
	if (r == 0)
		r = say(ctx, v, "220 hop ESMTP\r\n");
	while (r == 0 && (r = read_line(ctx, v)) == 0)
		r = answer(ctx, v);
	(void)stream_flush(ctx, v->stream);
	list_remove(&v->all);
	stream_free(v->stream);
	buf_done(&v->line);
	buf_done(&v->to);
	buf_done(&v->text);
	free(v);
	return 0;
}

static void read_slowly(struct visit *v, struct sock *sock)
{
	const struct manners *m = &v->hop->manners;

	if (m->window == 0 || !chance(v, 500))
		return;
	sim_sock_set_window(sock, m->window);
	v->sip = m->sip;
}

int storm_hop(struct ctx *ctx, void *arg)
{
	struct hop *hop = arg;
	struct listen_sock *l;
	struct ip_port at, peer, local;
	struct scope scope;
	struct sock *sock;

	(void)ip_port_parse(slice_str(hop->address), &at);
	if (listen_sock_open(&at, &(struct listen_options){ 0 }, &l) < 0)
		return ERR_INVALID;
	scope_init(&scope, SCOPE_SERVE);
	while (listen_sock_accept(ctx, l, &sock, &peer, &local) == 0) {
		struct visit *v = mem_zalloc(sizeof(*v));

		v->hop = hop;
		read_slowly(v, sock);
		v->began = clock_now();
		v->sock = sock;
		v->stream = stream_new(sock);
		list_append(&visits, &v->all);
		count(hop->destination);
		buf_init(&v->line, 1 << 20);
		buf_init(&v->to, 1 << 20);
		buf_init(&v->text, 64 << 20);
		(void)scope_spawn(&scope, "visit", visit, v);
	}
	scope_end(ctx, &scope);
	listen_sock_close(l);
	return 0;
}
