/* The clients: honest about what they were told, dishonest about staying to the end. */
#include <stdio.h>
#include <stdlib.h>

#include "base/ip.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "refusal.h"
#include "storm.h"

#define PATIENCE      (6 * USEC_PER_MIN)
#define DAWDLE	      (4 * USEC_PER_SEC)
#define SOON	      (20 * USEC_PER_SEC) /* until a message is sent again, at most */
#define TRIES_MOST    3 /* again */
#define REFUSALS_MOST 20 /* `errors` of the configuration, as it is by itself */
#define LOG_IN	      "AUTH PLAIN AGFubgBwZW5jaWw=\r\n" /* ann, pencil */

/* A point at which a client goes away. */
enum leave { STAY, AT_MAIL, AT_RCPT, IN_CONTENT, BEFORE_END, AT_END, LEAVES };

struct session {
	struct stream *stream;
	enum sender sender;
	enum leave leave;
	unsigned number;
	bool pipelines, chunks;
	bool dawdles; /* it takes its time, now and then, between commands */
	bool severally; /* it wants to hear of each recipient, where that is offered (PRDR) */
	bool offered; /* a line of a reply said PRDR */
	bool asked; /* in this transaction */
	bool wide; /* a line of a reply said 8BITMIME */
	usec_t sip; /* before it reads more, at most */
	unsigned refusals; /* that it was told */
	char text[120]; /* of the last reply, behind its code */
};

/* It reads so slowly that it may be taken for gone, or was refused too often. */
static bool may_end(const struct session *s)
{
	return s->sip > 0 || s->refusals >= REFUSALS_MOST;
}

/* What was answered, or was not. */
static void judge(const struct session *s, enum stage stage, int code)
{
	refusal_judge(&(struct answer){
		.sender = s->sender,
		.stage = stage,
		.code = code,
		.text = s->text,
		.may_end = may_end(s),
	});
}

static const char *port_of(enum sender sender)
{
	static const char *const ports[] = {
		[STRANGER] = "192.0.2.25:25",
		[INSIDE] = "192.0.2.25:2525",
		[USER] = "192.0.2.25:465",
		[PASSING_STRANGER] = "192.0.2.25:26",
		[PASSING] = "192.0.2.25:2526",
		[KEEPING_STRANGER] = "192.0.2.25:27",
		[KEEPING] = "192.0.2.25:2627",
		[FRONT_ONE] = "192.0.2.25:28",
		[FRONT_TWO] = "192.0.2.25:29",
	};

	return ports[sender];
}

static int fill(struct ctx *ctx, struct session *s)
{
	int r = 0;

	if (s->sip && storm_chance(5))
		r = ctx_sleep(ctx, PATIENCE);
	else if (s->sip)
		r = ctx_sleep(ctx, (usec_t)sim_choose((uint64_t)s->sip));

	return r < 0 ? r : stream_fill(ctx, s->stream);
}

/* The code of the next reply; 0 when there is none. */
static int reply(struct ctx *ctx, struct session *s)
{
	struct deadline d;
	int code = 0, r = 0;

	ctx_narrow(ctx, &d, PATIENCE);
	while (code == 0 && r == 0) {
		struct slice in = stream_peek(s->stream);
		size_t end = slice_find(in, '\n');

		if (end == in.n) {
			r = fill(ctx, s);
			continue;
		}
		s->offered |= slice_eq(slice_skip(slice_take(in, end), 4), S("PRDR\r"));
		s->wide |= slice_eq(slice_skip(slice_take(in, end), 4), S("8BITMIME\r"));
		if (end > 4 && in.p[3] != '-') {
			code = atoi((char[]){ in.p[0], in.p[1], in.p[2], 0 });
			snprintf(s->text, sizeof(s->text), "%.*s", (int)end - 5, in.p + 4);
		}
		stream_take(s->stream, end + 1);
	}
	(void)ctx_widen(ctx, &d, r);
	s->refusals += code >= 400;
	if (code == 0)
		s->text[0] = '\0';
	return code;
}

static bool put(struct ctx *ctx, struct session *s, struct slice text)
{
	struct deadline d;

	ctx_narrow(ctx, &d, PATIENCE);
	return ctx_widen(ctx, &d, stream_write(ctx, s->stream, text)) == 0;
}

/* A command in the midst of a transaction. */
static bool command(struct ctx *ctx, struct session *s, const char *text)
{
	if (s->dawdles && storm_chance(400))
		(void)ctx_sleep(ctx, DAWDLE + (usec_t)sim_choose(DAWDLE));
	return put(ctx, s, slice_str(text));
}

static int say(struct ctx *ctx, struct session *s, const char *text)
{
	return put(ctx, s, slice_str(text)) ? reply(ctx, s) : 0;
}

static bool stuffed(struct ctx *ctx, struct session *s, struct slice text)
{
	bool fine = true;

	while (text.n && fine) {
		size_t end = slice_find(text, '\n') + 1;

		if (text.p[0] == '.')
			fine = put(ctx, s, S("."));
		fine = fine && put(ctx, s, slice_take(text, end));
		text = slice_skip(text, end);
	}
	return fine;
}

static void set_fate(struct message *m, enum fate fate, int code)
{
	m->fate = fate;
	m->code = code;
	m->fate_at = clock_now();
	for (unsigned i = 0; i < m->rcpts_n; i++) {
		m->rcpts[i].fate = fate;
		m->rcpts[i].code = code;
	}
}

/* The answer to the content, or to a piece of it. */
static void judge_content(const struct session *s, const struct message *m, int code)
{
	struct answer a = { s->sender, STAGE_CONTENT, code, s->text, .may_end = may_end(s),
		.of = m };

	for (unsigned i = 0; i < m->rcpts_n; i++)
		a.wanted |= m->rcpts[i].accepted && m->first->rcpts[i].refused;
	refusal_judge(&a);
}

/* One answer for all. */
static void end(const struct session *s, struct message *m, int code)
{
	judge_content(s, m, code);
	if (code == 0)
		return;
	set_fate(m, code == 250 ? TAKEN : REFUSED, code);
	if (m->fate == TAKEN)
		oracle_acknowledged(m, s->text);
}

/* The answer of one recipient. */
static void end_one(const struct session *s, struct message *m, unsigned rcpt, int code)
{
	struct rcpt *r = &m->rcpts[rcpt];

	refusal_judge(&(struct answer){ s->sender, STAGE_CONTENT, code, s->text,
		.wanted = m->first->rcpts[rcpt].refused, .may_end = may_end(s), .of = m });
	r->fate = code == 250 ? TAKEN : REFUSED;
	r->code = code;
	if (r->fate == TAKEN)
		oracle_acknowledged_one(m, rcpt, s->text);
}

/* Behind 353: the answers of those that were accepted, then the last word (draft-hall-prdr-00). */
static void end_each(struct ctx *ctx, struct session *s, struct message *m)
{
	bool any = false;
	int code = 353;

	if (!s->asked)
		storm_fail("message %u got 353, and did not say PRDR", m->number);
	m->fate_at = clock_now();
	for (unsigned i = 0; i < m->rcpts_n && code; i++) {
		if (!m->rcpts[i].accepted)
			continue;
		code = reply(ctx, s);
		if (code)
			end_one(s, m, i, code);
		any |= code == 250;
	}
	if (code)
		code = reply(ctx, s);
	if (code == 0)
		return;
	m->code = code;
	m->fate = code == 250 ? TAKEN : REFUSED;
	if ((code == 250) != any)
		storm_fail("message %u got %d as the last word, and its recipients did not",
			m->number, code);
}

/* The end was sent. */
static void hear_end(struct ctx *ctx, struct session *s, struct message *m)
{
	int code = reply(ctx, s);

	if (code == 353)
		end_each(ctx, s, m);
	else
		end(s, m, code);
}

static bool flush(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	ctx_narrow(ctx, &d, PATIENCE);
	return ctx_widen(ctx, &d, stream_flush(ctx, s->stream)) == 0;
}

/* Behind 354. False when the session is over. */
static bool send_data(struct ctx *ctx, struct session *s, struct message *m)
{
	struct slice text = buf_slice(&m->text);

	if (s->leave == IN_CONTENT) {
		(void)stuffed(ctx, s, slice_take(text, (size_t)sim_choose(text.n)));
		(void)flush(ctx, s);
		return false;
	}
	if (!stuffed(ctx, s, text) || s->leave == BEFORE_END)
		return false;
	set_fate(m, OPEN, 0);
	if (!put(ctx, s, S(".\r\n")) || !flush(ctx, s) || s->leave == AT_END)
		return false;
	hear_end(ctx, s, m);
	return m->fate != OPEN;
}

/* In the midst of a chunk, which may be the last one: false, the session is over. */
static bool leave_in_chunk(struct ctx *ctx, struct session *s, struct slice piece)
{
	(void)put(ctx, s, slice_take(piece, (size_t)sim_choose(piece.n)));
	(void)flush(ctx, s);
	return false;
}

static bool send_chunks(struct ctx *ctx, struct session *s, struct message *m)
{
	struct slice text = buf_slice(&m->text);

	for (;;) {
		bool last = storm_chance(400);
		struct slice piece = last ? text : slice_take(text, (size_t)sim_choose(text.n));
		char line[60];

		snprintf(line, sizeof(line), "BDAT %zu%s\r\n", piece.n, last ? " LAST" : "");
		bool leaves = s->leave == IN_CONTENT && (last || storm_chance(500));

		if (last && (s->leave == BEFORE_END || (leaves && piece.n == 0)))
			return false;
		if (!command(ctx, s, line))
			return false;
		if (leaves)
			return leave_in_chunk(ctx, s, piece);
		if (last)
			set_fate(m, OPEN, 0);
		if (!put(ctx, s, piece) || !flush(ctx, s) || (last && s->leave == AT_END))
			return false;
		if (last) {
			hear_end(ctx, s, m);
			return m->fate != OPEN;
		}
		int code = reply(ctx, s);

		if (code != 250) {
			end(s, m, code);
			return false;
		}
		text = slice_skip(text, piece.n);
	}
}

/* out_of_turn: MAIL was refused, or not answered. */
static void note_rcpt(
	const struct session *s, struct message *m, unsigned rcpt, int code, bool out_of_turn)
{
	struct rcpt *r = &m->rcpts[rcpt];

	r->accepted = code == 250;
	r->denied = code >= 400;
	if (r->accepted && r->foreign)
		storm_fail("an open relay: a stranger may send to %s", r->address);
	refusal_judge(&(struct answer){ s->sender, STAGE_RCPT, code, s->text, out_of_turn,
		r->foreign || m->first->rcpts[rcpt].refused, may_end(s) });
}

static void command_rcpt(const struct rcpt *r, char *ret, size_t n)
{
	snprintf(ret, n, "RCPT TO:<%s>\r\n", r->address);
}

/* Some declare it though all is ASCII, some do not though it is not. */
static bool declares_width(const struct session *s, const struct message *m)
{
	return s->wide && storm_chance(m->eight ? 800 : 100);
}

static unsigned accepted(const struct message *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < m->rcpts_n; i++)
		n += m->rcpts[i].accepted;
	return n;
}

/* Each command waits for the answer of the one before. 250 when DATA may follow. */
static int step_by_step(struct ctx *ctx, struct session *s, struct message *m)
{
	char to[80];
	int code = reply(ctx, s);

	judge(s, STAGE_MAIL, code);
	if (code != 250)
		return code;
	for (unsigned i = 0; i < m->rcpts_n; i++) {
		command_rcpt(&m->rcpts[i], to, sizeof(to));
		if (!command(ctx, s, to) || s->leave == AT_RCPT)
			return 0;
		code = reply(ctx, s);
		note_rcpt(s, m, i, code, false);
		if (code == 0)
			return 0;
	}
	return s->chunks || command(ctx, s, "DATA\r\n") ? 250 : 0;
}

/* All of them are sent, then come the answers. */
static int in_one_go(struct ctx *ctx, struct session *s, struct message *m)
{
	char to[80];

	for (unsigned i = 0; i < m->rcpts_n; i++) {
		command_rcpt(&m->rcpts[i], to, sizeof(to));
		if (!command(ctx, s, to) || s->leave == AT_RCPT)
			return 0;
	}
	if (!s->chunks && !command(ctx, s, "DATA\r\n"))
		return 0;
	int mail = reply(ctx, s), code = mail;

	judge(s, STAGE_MAIL, mail);
	for (unsigned i = 0; i < m->rcpts_n && code; i++) {
		code = reply(ctx, s);
		note_rcpt(s, m, i, code, mail != 250);
	}
	return code ? mail : 0;
}

/* MAIL, RCPT and DATA. The last reply's code, 0 when the session is over; 250 when content may follow
 * in chunks. */
static int envelope(struct ctx *ctx, struct session *s, struct message *m)
{
	char mail[80];

	s->asked = s->offered && s->severally;
	snprintf(mail, sizeof(mail), "MAIL FROM:<%s>%s%s\r\n", m->from, s->asked ? " PRDR" : "",
		declares_width(s, m) ? " BODY=8BITMIME" : "");
	if (!put(ctx, s, slice_str(mail)) || s->leave == AT_MAIL)
		return 0;
	int code = s->pipelines ? in_one_go(ctx, s, m) : step_by_step(ctx, s, m);

	if (code == 0 || (!s->pipelines && code != 250))
		return code;
	bool some = code == 250 && accepted(m);

	if (s->chunks)
		return some ? 250 : 554;
	code = reply(ctx, s);
	refusal_judge(&(struct answer){ s->sender, STAGE_DATA, code, s->text, .out_of_turn = !some,
		.may_end = may_end(s) });
	return code;
}

/* Where a duplicate would be known they often go before they can hear the answer. */
static enum leave when_to_leave(enum sender sender)
{
	const struct front *f = front_of(sender);

	if (f && f->dedupe && storm_chance(80))
		return AT_END;
	return storm_chance(120) ? 1 + (enum leave)sim_choose(LEAVES - 1) : STAY;
}

/* False when the session is over. */
static bool send_message(struct ctx *ctx, struct session *s, struct message *m)
{
	s->leave = when_to_leave(m->sender);
	m->session = s->number;
	m->slowly = s->sip > 0;
	int code = envelope(ctx, s, m);

	if (code == 354)
		return send_data(ctx, s, m);
	if (code == 250)
		return send_chunks(ctx, s, m);
	set_fate(m, code ? REFUSED : UNSENT, code);
	if (code == 0)
		return false;
	code = say(ctx, s, "RSET\r\n");
	judge(s, STAGE_RESET, code);
	return code == 250;
}

/* A command, or nothing, and its answer. */
static bool hears(
	struct ctx *ctx, struct session *s, enum stage stage, const char *command, int due)
{
	int code = command ? say(ctx, s, command) : reply(ctx, s);

	judge(s, stage, code);
	return code == due;
}

static bool shake_hands(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	ctx_narrow(ctx, &d, PATIENCE);
	return ctx_widen(ctx, &d,
		       tls_connect(ctx, s->stream, storm.authorities, S("relay.test"),
			       TLS_VERIFY_NAME, S("storm"))) == 0;
}

static bool hello(struct ctx *ctx, struct session *s)
{
	char ehlo[60];

	if (s->sender == USER && !shake_hands(ctx, s)) {
		judge(s, STAGE_GREETING, 0);
		return false;
	}
	snprintf(ehlo, sizeof(ehlo), "EHLO c%u.client.test\r\n", s->number);
	return hears(ctx, s, STAGE_GREETING, NULL, 220) && hears(ctx, s, STAGE_HELLO, ehlo, 250) &&
	       (s->sender != USER || hears(ctx, s, STAGE_LOG_IN, LOG_IN, 235));
}

/* Nobody knows what became of it, or it may come again: it will. */
static bool wants_again(const struct message *m)
{
	bool proxied = is_passing(m->sender) || is_keeping(m->sender);

	return proxied && (m->fate == OPEN || m->code == 451) && m->first->tries < TRIES_MOST;
}

/* again: is sent first, unless NULL; is the next one afterwards. */
static void visit(struct ctx *ctx, enum sender sender, const struct message **again)
{
	struct session s = { .sender = sender,
		.number = ++storm.sessions,
		.pipelines = storm_chance(500),
		.chunks = storm_chance(300),
		.dawdles = storm_chance(150),
		.severally = storm_chance(700) };
	unsigned messages = 1 + (unsigned)sim_choose(5);
	struct ip_port at;
	struct sock *sock;
	struct deadline d;

	(void)ip_port_parse(slice_str(port_of(sender)), &at);
	ctx_narrow(ctx, &d, USEC_PER_MIN);
	if (ctx_widen(ctx, &d, sock_connect(ctx, &at, NULL, &sock)) < 0) {
		judge(&s, STAGE_GREETING, 0);
		return;
	}
	if (storm_chance(120)) {
		sim_sock_set_window(sock, 64 + (size_t)sim_choose(300));
		s.sip = USEC_PER_SEC;
	}
	s.stream = stream_new(sock);
	bool on = hello(ctx, &s);

	const struct message *before = *again;

	*again = NULL;
	for (unsigned i = 0; on && i < messages && storm.failure == NULL; i++) {
		/* Once a session: its name is how the two are told apart. */
		struct message *m = i == 0 && before ? message_again(before) : message_new(sender);

		on = send_message(ctx, &s, m);
		if (wants_again(m))
			*again = m;
	}
	if (on && storm_chance(700))
		(void)say(ctx, &s, "QUIT\r\n");
	stream_free(s.stream);
}

int storm_client(struct ctx *ctx, void *arg)
{
	enum sender sender = (enum sender)(intptr_t)arg;
	const struct message *again = NULL;

	while (!storm.calm && storm.failure == NULL && ctx_check(ctx) == 0) {
		usec_t most = again ? SOON : storm.length / 3;

		(void)ctx_sleep(ctx, (usec_t)sim_choose((uint64_t)most));
		if (!storm.calm)
			visit(ctx, sender, &again);
	}
	storm.clients_now--;
	return 0;
}
