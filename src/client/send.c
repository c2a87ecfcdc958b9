/* One transaction. Commands go out in groups where the peer takes them (RFC 2920), never more than
 * its and our socket buffers hold, so that neither side can wait for the other for ever; replies
 * are read in order. A small message for a peer that knows BDAT (RFC 3030) goes with its commands
 * in one round trip, but only on a session that was used a moment ago: should it turn out to be
 * gone, nobody could say whether the message arrived.
 *
 * The message counts as sent from the instant when its last byte may have left us. From there on a
 * lost session means doubt, not failure. */
#include "client/client.h"
#include "client/result.h"
#include "client/talk.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "smtp/dot.h"

/* Bytes of commands on their way before their replies are read. */
#define WINDOW 8192
/* The largest message that goes by BDAT, and to how many recipients. */
#define BDAT_SIZE_MAX  24576
#define BDAT_RCPTS_MAX 20
/* How long ago the peer must have answered for BDAT. */
#define BDAT_FRESH (2 * USEC_PER_SEC)

struct sending {
	struct client *c;
	const struct client_message *m;
	struct client_results results;
	struct client_failure *failure;
	bool rset; /* RSET comes first */
	bool bdat; /* the message goes with the commands */
	bool utf8; /* SMTPUTF8 is asked for */
	bool refused; /* MAIL was */
	bool go; /* 354 came */
	bool sent; /* the peer may have all of it */
	bool ours; /* the failure is on our own side */
};

/* ---- before the first byte ---- */

static bool is_clean(struct slice path)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f)
			return false;
	return true;
}

static bool all_clean(const struct client_message *m)
{
	bool clean = is_clean(m->reverse_path);

	for (size_t i = 0; i < m->n; i++)
		clean = clean && is_clean(m->rcpts[i].path);
	return clean;
}

static bool all_ascii(const struct client_message *m)
{
	bool ascii = slice_is_ascii(m->reverse_path);

	for (size_t i = 0; i < m->n; i++)
		ascii = ascii && slice_is_ascii(m->rcpts[i].path);
	return ascii;
}

/* What this peer cannot take is known from its EHLO reply. True when the message is decided. */
static bool refuse_unsent(struct sending *s)
{
	const struct smtp_caps *caps = &s->c->caps;
	const struct client_message *m = s->m;

	s->utf8 = m->needs_utf8 || !all_ascii(m);
	if (!all_clean(m))
		client_results_own(&s->results, CLIENT_PERMANENT, (struct smtp_status){ 5, 1, 3 },
			"a control character stands in an address");
	else if (caps->size && m->size > caps->size)
		client_results_own(&s->results, CLIENT_TOO_BIG, (struct smtp_status){ 5, 3, 4 },
			"the message is larger than the host takes");
	else if (s->utf8 && !smtp_caps_has(caps, SMTP_CAP_SMTPUTF8))
		client_results_own(&s->results, CLIENT_NEEDS_UTF8, (struct smtp_status){ 5, 6, 7 },
			"the host does not take internationalised addresses (SMTPUTF8)");
	else if (m->needs_8bit && !smtp_caps_has(caps, SMTP_CAP_8BITMIME))
		client_results_own(&s->results, CLIENT_NEEDS_8BIT, (struct smtp_status){ 5, 6, 3 },
			"the host does not take 8-bit content (8BITMIME)");
	else
		return false;
	return true;
}

static bool by_bdat(const struct client *c, const struct client_message *m)
{
	return c->protocol == CLIENT_SMTP && smtp_caps_has(&c->caps, SMTP_CAP_PIPELINING) &&
	       smtp_caps_has(&c->caps, SMTP_CAP_CHUNKING) && m->size > 0 &&
	       m->size <= BDAT_SIZE_MAX && m->n <= BDAT_RCPTS_MAX &&
	       clock_now() - c->used <= BDAT_FRESH;
}

/* ---- what goes out ---- */

static int local_failure(struct sending *s, int code)
{
	s->ours = true;
	return code;
}

static int next_piece(struct ctx *ctx, struct sending *s, struct slice *ret)
{
	int r = s->m->next(ctx, s->m->arg, ret);

	return r < 0 ? local_failure(s, r) : 0;
}

static int still_ours(struct ctx *ctx, struct sending *s)
{
	if (!s->m->still_ours || s->m->still_ours(s->m->arg))
		return 0;
	return local_failure(
		s, ctx_fail(ctx, ERR_BUSY, "client", "somebody else has the message now"));
}

static int send_mail(struct ctx *ctx, struct sending *s)
{
	struct smtp_mail_params params = s->m->params;
	struct buf *line = client_talk_line(s->c);

	params.present &= ~(1U << SMTP_PARAM_BODY | 1U << SMTP_PARAM_SMTPUTF8);
	params.present |= 1U << SMTP_PARAM_SIZE;
	params.size = s->m->size;
	if (s->m->needs_8bit) {
		params.present |= 1U << SMTP_PARAM_BODY;
		params.body = SMTP_BODY_8BITMIME;
	}
	if (s->utf8)
		params.present |= 1U << SMTP_PARAM_SMTPUTF8;
	buf_printf(line, "MAIL FROM:<%.*s>", SLICE_ARG(s->m->reverse_path));
	smtp_param_format_mail(line, &params, &s->c->caps);
	return client_talk_send(ctx, s->c, s->c->timeouts.mail);
}

static int send_rcpt(struct ctx *ctx, struct sending *s, size_t i)
{
	const struct client_rcpt *rcpt = &s->m->rcpts[i];
	struct buf *line = client_talk_line(s->c);

	buf_printf(line, "RCPT TO:<%.*s>", SLICE_ARG(rcpt->path));
	smtp_param_format_rcpt(line, &rcpt->params, &s->c->caps);
	return client_talk_send(ctx, s->c, s->c->timeouts.rcpt);
}

/* The message as one last chunk. Its announced size is a promise: a body that is longer or shorter
 * ends the session. */
static int send_bdat(struct ctx *ctx, struct sending *s)
{
	uint64_t left = s->m->size;
	int r = still_ours(ctx, s);

	if (r == 0) {
		buf_printf(client_talk_line(s->c), "BDAT %llu LAST", (unsigned long long)left);
		r = client_talk_send(ctx, s->c, s->c->timeouts.data);
	}
	if (r == 0)
		s->m->rewind(s->m->arg);
	while (r == 0) {
		struct slice piece = SLICE_NIL;

		r = next_piece(ctx, s, &piece);
		if (r == 0 && (piece.n > left || (piece.n == 0 && left > 0)))
			r = local_failure(s,
				ctx_fail(ctx, ERR_CORRUPT, "client", "the message changed size"));
		if (r < 0 || piece.n == 0)
			break;
		left -= piece.n;
		s->sent = left == 0;
		r = client_talk_write(ctx, s->c, piece);
	}
	return r;
}

/* ---- the commands, counted: RSET where needed, MAIL, each RCPT, DATA or BDAT ---- */

enum command { RSET, MAIL, RCPT, DATA };

static size_t commands(const struct sending *s)
{
	return s->m->n + (s->rset ? 3U : 2U);
}

static enum command command_at(const struct sending *s, size_t at, size_t *ret_rcpt)
{
	size_t i = s->rset ? at : at + 1;

	if (i < 2)
		return i == 0 ? RSET : MAIL;
	*ret_rcpt = i - 2;
	return i - 2 < s->m->n ? RCPT : DATA;
}

static int send_command(struct ctx *ctx, struct sending *s, size_t at)
{
	size_t rcpt = 0;

	switch (command_at(s, at, &rcpt)) {
	case RSET:
		buf_puts(client_talk_line(s->c), "RSET");
		return client_talk_send(ctx, s->c, s->c->timeouts.mail);
	case MAIL:
		return send_mail(ctx, s);
	case RCPT:
		return send_rcpt(ctx, s, rcpt);
	case DATA:
		if (s->bdat)
			return send_bdat(ctx, s);
		buf_puts(client_talk_line(s->c), "DATA");
		return client_talk_send(ctx, s->c, s->c->timeouts.data);
	}
	return 0;
}

static int out_of_turn(struct ctx *ctx, const struct smtp_reply *reply)
{
	return ctx_fail(ctx, ERR_PROTOCOL, "client", "%u makes no sense there", reply->code);
}

static int take_rcpt(struct ctx *ctx, struct sending *s, size_t i, const struct smtp_reply *reply)
{
	if (reply->code >= 300 && reply->code < 400)
		return out_of_turn(ctx, reply);
	if (s->refused)
		return 0;
	if (reply->code < 300)
		client_results_accept(&s->results, i, reply);
	else
		client_results_reply(&s->results, i, CLIENT_RCPT, reply);
	return 0;
}

/* The reply to DATA; with BDAT it is the one to the whole message. */
static int take_data(struct ctx *ctx, struct sending *s, const struct smtp_reply *reply)
{
	if (s->bdat && (reply->code < 300 || reply->code >= 400)) {
		s->c->unclean = reply->code >= 400;
		client_results_reply_accepted(&s->results, CLIENT_DOT, reply);
		return 0;
	}
	s->go = !s->bdat && reply->code == 354;
	if (!s->go && reply->code < 400)
		return out_of_turn(ctx, reply);
	if (!s->go)
		client_results_reply_accepted(&s->results, CLIENT_DATA, reply);
	return 0;
}

static int take_reply(struct ctx *ctx, struct sending *s, size_t at)
{
	static const enum client_stage stages[] = { CLIENT_MAIL, CLIENT_MAIL, CLIENT_RCPT,
		CLIENT_DATA };
	const struct client_timeouts *t = &s->c->timeouts;
	const usec_t timeouts[] = { t->mail, t->mail, t->rcpt, s->bdat ? t->dot : t->data };
	struct smtp_reply reply;
	size_t rcpt = 0;
	enum command command = command_at(s, at, &rcpt);

	s->c->stage = command == DATA && s->bdat ? CLIENT_DOT : stages[command];

	int r = client_talk_reply(ctx, s->c, timeouts[command], &reply);

	if (r < 0)
		return r;
	switch (command) {
	case RSET:
		r = reply.code == 250 || reply.code == 421 ? 0 : out_of_turn(ctx, &reply);
		break;
	case MAIL:
		if (reply.code >= 300 && reply.code < 400)
			return out_of_turn(ctx, &reply);
		s->refused = reply.code >= 400;
		if (s->refused)
			client_results_reply_all(&s->results, CLIENT_MAIL, &reply);
		break;
	case RCPT:
		r = take_rcpt(ctx, s, rcpt, &reply);
		break;
	case DATA:
		r = take_data(ctx, s, &reply);
		break;
	}
	/* After 421 there is nothing to wait for; with the message's own answer all is said. */
	if (r == 0 && s->c->over && (command != DATA || s->results.accepted > 0))
		r = ctx_fail(ctx, ERR_EOF, "client", "the host closes the session");
	return r;
}

/* Sends one group and reads its replies. *at moves behind it. */
static int run_group(struct ctx *ctx, struct sending *s, size_t *at)
{
	bool pipelining = smtp_caps_has(&s->c->caps, SMTP_CAP_PIPELINING);
	size_t first = *at, end = first, bytes = 0;
	size_t rcpt;
	int r;

	s->c->stage = command_at(s, first, &rcpt) == RCPT ? CLIENT_RCPT : CLIENT_MAIL;
	r = client_talk_listen(ctx, s->c);
	if (r < 0)
		return r;
	do {
		r = send_command(ctx, s, end);
		if (r < 0)
			return r;
		bytes += s->c->line.n;
		end++;
	} while (pipelining && end < commands(s) && bytes < WINDOW);
	for (*at = first; *at < end; ++*at) {
		r = take_reply(ctx, s, *at);
		if (r < 0)
			return r;
	}
	return 0;
}

static int envelope(struct ctx *ctx, struct sending *s)
{
	size_t at = 0;

	s->c->unclean = true;
	while (at < commands(s) && !s->refused) {
		if (at == commands(s) - 1 && s->results.accepted == 0)
			break; /* nobody to send it to, and we know */

		int r = run_group(ctx, s, &at);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- the message by DATA ---- */

static int write_body(struct ctx *ctx, struct sending *s, struct smtp_dot *dot)
{
	struct slice piece, stuffed;

	s->m->rewind(s->m->arg);
	for (;;) {
		int r = next_piece(ctx, s, &piece);

		if (r < 0 || piece.n == 0)
			return r;
		while (smtp_dot_next(dot, &piece, &stuffed)) {
			r = client_talk_write(ctx, s->c, stuffed);
			if (r < 0)
				return r;
		}
	}
}

/* A peer that refuses while we write says why and closes: its words count, if they are a no. True
 * when they decided the message. */
static bool hear_last_words(struct ctx *ctx, struct sending *s, usec_t patience)
{
	struct smtp_reply reply;

	if (client_talk_reply(ctx, s->c, patience, &reply) < 0 || reply.code < 400)
		return false;
	client_results_reply_accepted(&s->results, CLIENT_BODY, &reply);
	s->c->over = true;
	return true;
}

static int end_of_data(struct ctx *ctx, struct sending *s, const struct smtp_dot *dot)
{
	bool words = false;
	int r = client_talk_words(ctx, s->c, &words);

	if (r < 0)
		return r;
	if (words && hear_last_words(ctx, s, CLIENT_LAST_WORDS))
		return 0;
	if (words)
		return ctx_fail(ctx, ERR_PROTOCOL, "client", "a reply that nobody asked for");
	r = still_ours(ctx, s);
	if (r < 0)
		return r;
	s->sent = true;
	return client_talk_write(ctx, s->c, smtp_dot_end(dot));
}

/* One reply for all, or with LMTP one for each recipient that was accepted (RFC 2033 section
 * 4.2). */
static int take_verdicts(struct ctx *ctx, struct sending *s)
{
	bool lmtp = s->c->protocol == CLIENT_LMTP;

	s->c->stage = CLIENT_DOT;
	for (size_t i = 0; i < s->results.n && s->results.accepted > 0; i++) {
		struct smtp_reply reply;

		if (!client_results_is_accepted(&s->results, i))
			continue;

		int r = client_talk_reply(ctx, s->c, s->c->timeouts.dot, &reply);

		if (r < 0)
			return r;
		if (reply.code >= 300 && reply.code < 400)
			return out_of_turn(ctx, &reply);
		if (lmtp)
			client_results_reply(&s->results, i, CLIENT_DOT, &reply);
		else
			client_results_reply_accepted(&s->results, CLIENT_DOT, &reply);
	}
	s->c->unclean = false;
	return 0;
}

/* 354 although nobody was accepted (RFC 2920 section 3.1): an empty message ends it. */
static int send_nothing(struct ctx *ctx, struct client *c)
{
	struct smtp_reply reply;

	if (c->protocol == CLIENT_LMTP) {
		c->over = true; /* how many replies would come is not defined */
		return 0;
	}
	c->stage = CLIENT_DOT;

	int r = client_talk_write(ctx, c, S(".\r\n"));

	if (r == 0)
		r = client_talk_reply(ctx, c, c->timeouts.dot, &reply);
	c->unclean = false;
	return r;
}

static int send_data(struct ctx *ctx, struct sending *s)
{
	struct smtp_dot dot;

	if (s->results.accepted == 0)
		return send_nothing(ctx, s->c);
	s->c->stage = CLIENT_BODY;
	smtp_dot_init(&dot);

	int r = write_body(ctx, s, &dot);

	if (r == 0)
		r = end_of_data(ctx, s, &dot);
	if (r < 0 && !s->ours && r != ERR_CANCELLED && r != ERR_PROTOCOL) {
		(void)client_talk_failed(ctx, s->c, r, s->failure);
		(void)hear_last_words(ctx, s, CLIENT_LAST_WORDS);
		return r;
	}
	return r < 0 || s->results.accepted == 0 ? r : take_verdicts(ctx, s);
}

/* ---- all of it ---- */

static int send_message(struct ctx *ctx, struct sending *s)
{
	int r = envelope(ctx, s);

	return r == 0 && s->go ? send_data(ctx, s) : r;
}

int client_send(struct ctx *ctx, struct client *c, const struct client_message *m,
	struct client_result *ret_results, struct client_failure *ret_failure)
{
	struct client_failure failure = { 0 };
	struct sending s = { .c = c, .m = m, .failure = &failure };

	client_results_init(&s.results, ret_results, m->n);
	if (refuse_unsent(&s))
		return 0;
	s.rset = c->unclean;
	s.bdat = by_bdat(c, m);
	c->messages++;

	int r = send_message(ctx, &s);

	if (r == 0)
		return 0;
	if (failure.why == CLIENT_OK)
		(void)client_talk_failed(ctx, c, r, &failure);
	if (s.ours) {
		failure.why = CLIENT_LOCAL;
		failure.text = ctx->err.text ? ctx->err.text : err_name(r);
	}
	client_results_fail(&s.results, &failure, s.sent);
	*ret_failure = failure;
	return r;
}
