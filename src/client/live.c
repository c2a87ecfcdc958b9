/* The steps of a transaction for a proxy. BDAT is preferred where the peer knows it: a content that
 * turns out to be unwanted then costs RSET, not the connection, and a short message needs no round
 * trip for 354. The last chunk is held back until finish, so that nothing is accepted before the
 * caller says so. Where it must be DATA, that goes with the envelope if our own client's DATA is
 * there already: this saves a round trip, too. */
#include "client/live.h"

#include "client/talk.h"
#include "client/tell.h"
#include "rt/ctx.h"
#include "rt/stream.h"

#define CHUNK	   32768 /* bytes gathered for one BDAT */
#define UNANSWERED 8 /* chunks sent ahead of their replies */
#define WINDOW	   8192 /* bytes of commands sent ahead of their replies */

static bool offers(const struct client_live *l, enum smtp_cap cap)
{
	return smtp_caps_has(&l->client->caps, cap);
}

static bool by_chunks(const struct client_live *l)
{
	return offers(l, SMTP_CAP_CHUNKING) && l->client->protocol == CLIENT_SMTP;
}

static void give_up(struct client_live *l)
{
	if (l->content && !l->chunks)
		l->client->over = true;
	if (l->unanswered || l->asked)
		l->client->over = true; /* replies that nobody waits for are still to come */
	l->content = false;
}

static int fail(
	struct ctx *ctx, struct client_live *l, int code, struct client_failure *ret_failure)
{
	give_up(l);
	if (l->begun)
		buf_done(&l->chunk);
	client_talk_failed(ctx, l->client, code, ret_failure);
	if (l->odd && ret_failure->reply.code == 0)
		ret_failure->reply = *l->odd;
	return code;
}

static int makes_no_sense(struct ctx *ctx, struct client_live *l, const struct smtp_reply *reply)
{
	struct smtp_reply *odd = arena_array(ctx->arena, struct smtp_reply, 1);

	*odd = *reply;
	l->odd = odd;
	return ctx_fail(ctx, ERR_PROTOCOL, "client", "%u makes no sense there", reply->code);
}

/* It is about our session, or our log-in, and not about what was asked. With a log-in of somebody
 * else's it may be his. */
static bool is_farewell(const struct client *c, const struct smtp_reply *reply)
{
	return smtp_reply_is_about_session(reply) && (reply->code == 421 || !c->passed);
}

/* A reply in its turn: 2xx, 4xx or 5xx, or 354 where that is wanted. All else loses our place; and
 * before the content, while another peer can still be asked, so does a farewell. */
static int hear(struct ctx *ctx, struct client_live *l, enum client_stage stage, usec_t timeout,
	struct smtp_reply *ret)
{
	struct smtp_reply reply;

	l->client->stage = stage;
	int r = client_talk_reply_passed(ctx, l->client, timeout, &reply);

	if (r < 0)
		return r;
	if (stage <= CLIENT_DATA && is_farewell(l->client, &reply)) {
		smtp_reply_keep(&reply, &l->client->goodbye);
		return ctx_fail(ctx, ERR_EOF, "client", "it ends the session");
	}
	bool go_on = reply.code >= 300 && reply.code < 400;

	if (stage == CLIENT_DATA ? reply.code < 400 && reply.code != 354 : go_on)
		return makes_no_sense(ctx, l, &reply);
	*ret = reply;
	return 0;
}

/* ---- the envelope ---- */

static int send_mail(struct ctx *ctx, struct client_live *l, struct slice reverse_path,
	const struct smtp_mail_params *params)
{
	struct buf *line = client_talk_line(l->client);

	buf_printf(line, "MAIL FROM:<%.*s>", SLICE_ARG(reverse_path));
	smtp_param_format_mail(line, params, &l->client->caps);
	return client_talk_send(ctx, l->client, l->client->timeouts.mail);
}

static int send_rcpt(struct ctx *ctx, struct client_live *l, const struct client_rcpt *rcpt)
{
	struct buf *line = client_talk_line(l->client);

	buf_printf(line, "RCPT TO:<%.*s>", SLICE_ARG(rcpt->path));
	smtp_param_format_rcpt(line, &rcpt->params, &l->client->caps);
	return client_talk_send(ctx, l->client, l->client->timeouts.rcpt);
}

static int send_data(struct ctx *ctx, struct client_live *l)
{
	buf_puts(client_talk_line(l->client), "DATA");
	return client_talk_send(ctx, l->client, l->client->timeouts.data);
}

/* Nobody is there to get a content: DATA was too much. A peer that says 354 all the same (RFC 2920
 * section 3.1) waits for one, and is left alone with it. The replies so far stand. */
static int take_data_back(struct ctx *ctx, struct client_live *l)
{
	struct smtp_reply reply;
	int r = hear(ctx, l, CLIENT_DATA, l->client->timeouts.data, &reply);

	l->asked = false;
	l->odd = NULL;
	if (r < 0 || reply.code == 354)
		l->client->over = true;
	return ctx_check(ctx);
}

/* Sends recipients from *at on, as many as go out together. */
static int send_group(struct ctx *ctx, struct client_live *l, const struct client_rcpt *rcpts,
	size_t n, size_t *at)
{
	size_t bytes = 0;
	int r = 0;

	while (r == 0 && *at < n && bytes < WINDOW) {
		r = send_rcpt(ctx, l, &rcpts[*at]);
		bytes += l->client->line.n;
		++*at;
		if (!offers(l, SMTP_CAP_PIPELINING))
			break;
	}
	if (r == 0 && n && *at == n && rcpts[n - 1].last && offers(l, SMTP_CAP_PIPELINING) &&
		!by_chunks(l)) {
		l->asked = true;
		r = send_data(ctx, l);
	}
	return r;
}

static int hear_rcpts(
	struct ctx *ctx, struct client_live *l, struct smtp_reply *ret, size_t from, size_t to)
{
	int r = 0;

	for (size_t i = from; i < to && r == 0; i++) {
		r = hear(ctx, l, CLIENT_RCPT, l->client->timeouts.rcpt, &ret[i]);
		l->accepted += r == 0 && ret[i].code < 300;
	}
	return r;
}

/* Recipients from `sent` on; those before it were sent already. */
static int rcpts_from(struct ctx *ctx, struct client_live *l, const struct client_rcpt *rcpts,
	size_t n, size_t sent, struct smtp_reply *ret)
{
	size_t heard = 0;
	int r = 0;

	l->client->stage = CLIENT_RCPT;
	while (r == 0 && heard < n) {
		if (sent == heard)
			r = client_talk_listen(
				ctx, l->client); /* else it would pass for the next reply */
		if (r == 0 && sent == heard)
			r = send_group(ctx, l, rcpts, n, &sent);
		if (r == 0)
			r = hear_rcpts(ctx, l, ret, heard, sent);
		heard = sent;
	}
	return r == 0 && l->asked && l->accepted == 0 ? take_data_back(ctx, l) : r;
}

/* What one transaction begins with. */
struct beginning {
	struct slice reverse_path;
	const struct smtp_mail_params *params;
	const struct client_who *who;
	const struct client_rcpt *rcpts;
	size_t n, sent; /* recipients */
	bool reset; /* RSET comes first */
	unsigned forwards; /* replies to XFORWARD that are due */
};

static int send_reset(struct ctx *ctx, struct client *c)
{
	buf_puts(client_talk_line(c), "RSET");
	return client_talk_send(ctx, c, c->timeouts.mail);
}

/* RSET and XFORWARD, as far as they are wanted. Where the peer pipelines, their replies are heard
 * later. */
static int send_first(
	struct ctx *ctx, struct client_live *l, struct beginning *b, struct client_failure *ret)
{
	bool together = offers(l, SMTP_CAP_PIPELINING);
	struct smtp_reply reply;
	int r = b->reset ? send_reset(ctx, l->client) : 0;

	if (r == 0 && b->reset && !together)
		r = hear(ctx, l, CLIENT_MAIL, l->client->timeouts.mail, &reply);
	l->client->stage = CLIENT_MAIL;
	if (r == 0 && b->who)
		r = client_tell_forward(ctx, l->client, b->who, &b->forwards);
	if (r == 0 && !together)
		r = client_tell_forwarded(ctx, l->client, b->forwards, ret);
	return r;
}

static int hear_first(struct ctx *ctx, struct client_live *l, const struct beginning *b,
	struct client_failure *ret)
{
	struct smtp_reply reply;
	int r = b->reset ? hear(ctx, l, CLIENT_MAIL, l->client->timeouts.mail, &reply) : 0;

	return r == 0 ? client_tell_forwarded(ctx, l->client, b->forwards, ret) : r;
}

/* Its no to MAIL is final: what it says to the commands behind MAIL, or that it says nothing more,
 * changes nothing. */
static void hear_rest(struct ctx *ctx, struct client_live *l, size_t rcpts)
{
	struct smtp_reply reply;
	int r = 0;

	while (r == 0 && rcpts-- > 0)
		r = hear(ctx, l, CLIENT_RCPT, l->client->timeouts.rcpt, &reply);
	if (r == 0 && l->asked)
		r = take_data_back(ctx, l);
	if (r < 0)
		l->client->over = true;
	client_live_abandon(l);
}

static int begin(struct ctx *ctx, struct client_live *l, struct beginning *b,
	struct smtp_reply *ret_mail, struct smtp_reply *ret_rcpts, struct client_failure *ret)
{
	bool together = offers(l, SMTP_CAP_PIPELINING);
	struct client *c = l->client;
	int r = client_talk_listen(ctx, c);

	if (r == 0)
		r = send_first(ctx, l, b, ret);
	if (r < 0)
		return r;
	c->unclean = true;
	if (!together)
		r = client_talk_listen(ctx, c);
	if (r == 0)
		r = send_mail(ctx, l, b->reverse_path, b->params);
	if (r == 0 && together)
		r = send_group(ctx, l, b->rcpts, b->n, &b->sent);
	if (r == 0 && together)
		r = hear_first(ctx, l, b, ret);
	if (r == 0)
		r = hear(ctx, l, CLIENT_MAIL, c->timeouts.mail, ret_mail);
	if (r == 0 && ret_mail->code >= 400) {
		hear_rest(ctx, l, b->sent);
		return 0;
	}
	return r == 0 ? rcpts_from(ctx, l, b->rcpts, b->n, b->sent, ret_rcpts) : r;
}

int client_live_begin(struct ctx *ctx, struct client *c, struct slice reverse_path,
	const struct smtp_mail_params *params, const struct client_who *who,
	const struct client_rcpt *rcpts, size_t n, struct client_live *ret,
	struct smtp_reply *ret_mail, struct smtp_reply *ret_rcpts,
	struct client_failure *ret_failure)
{
	struct beginning b = { reverse_path, params, who, rcpts, n, 0, c->unclean, 0 };

	*ret = (struct client_live){ .client = c };
	ret->prdr = smtp_mail_params_has(params, SMTP_PARAM_PRDR) && offers(ret, SMTP_CAP_PRDR);
	buf_init(&ret->chunk, CHUNK);
	c->messages++;
	int r = who ? client_tell_offered(c, CLIENT_TELL_XFORWARD, ret_failure) : 0;

	if (r == 0)
		r = begin(ctx, ret, &b, ret_mail, ret_rcpts, ret_failure);

	if (r == ERR_REFUSED) {
		client_live_abandon(ret);
		return r;
	}
	return r < 0 ? fail(ctx, ret, r, ret_failure) : 0;
}

int client_live_rcpts(struct ctx *ctx, struct client_live *l, const struct client_rcpt *rcpts,
	size_t n, struct smtp_reply *ret, struct client_failure *ret_failure)
{
	if (l->client->over) { /* it waits for a content that there is not */
		client_live_abandon(l);
		*ret_failure = (struct client_failure){ .why = CLIENT_LOCAL,
			.stage = CLIENT_RCPT,
			.text = "its session can take no more recipients" };
		return ERR_EOF;
	}
	l->client->stage = CLIENT_RCPT;
	int r = rcpts_from(ctx, l, rcpts, n, 0, ret);

	return r < 0 ? fail(ctx, l, r, ret_failure) : 0;
}

/* ---- the content ---- */

int client_live_open(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct client_failure *ret_failure)
{
	struct client *c = l->client;
	int r;

	ret->code = 0;
	smtp_dot_init(&l->dot);
	l->chunks = by_chunks(l);
	l->content = l->chunks;
	c->stage = CLIENT_DATA;
	r = l->asked ? 0 : client_talk_listen(ctx, c);
	if (r == 0 && !l->asked && !l->chunks)
		r = send_data(ctx, l);
	l->asked = false;
	if (r == 0 && !l->chunks)
		r = hear(ctx, l, CLIENT_DATA, c->timeouts.data, ret);
	if (r < 0)
		return fail(ctx, l, r, ret_failure);
	if (ret->code == 354) {
		ret->code = 0;
		l->content = l->begun = true;
	}
	return 0;
}

static int hear_chunk(struct ctx *ctx, struct client_live *l)
{
	struct smtp_reply reply;
	int r = hear(ctx, l, CLIENT_BODY, l->client->timeouts.block, &reply);

	l->unanswered--;
	if (r == 0 && reply.code >= 400 && l->refused.code == 0)
		smtp_reply_keep(&reply, &l->refused);
	return r;
}

/* "BDAT n[ LAST]" and what was gathered. After a no, nothing more is sent. */
static int send_chunk(struct ctx *ctx, struct client_live *l, bool last)
{
	struct client *c = l->client;
	int r = 0;

	while (r == 0 && l->unanswered >= (last ? 1 : UNANSWERED))
		r = hear_chunk(ctx, l);
	if (r == 0 && l->unanswered == 0)
		r = client_talk_listen(ctx, c); /* else it would pass for the reply to this chunk */
	if (r < 0 || l->refused.code)
		return r;
	l->begun = true;
	buf_printf(client_talk_line(c), "BDAT %zu%s", l->chunk.n, last ? " LAST" : "");
	r = client_talk_send(ctx, c, c->timeouts.block);
	if (r == 0 && last)
		c->stage = CLIENT_DOT;
	if (r == 0)
		r = client_talk_write(ctx, c, buf_slice(&l->chunk));
	buf_clear(&l->chunk);
	l->unanswered++;
	return r;
}

static int write_chunks(struct ctx *ctx, struct client_live *l, struct slice piece)
{
	int r = 0;

	while (r == 0 && piece.n && l->refused.code == 0) {
		struct slice part = slice_take(piece, CHUNK - l->chunk.n);

		buf_put(&l->chunk, part);
		piece = slice_skip(piece, part.n);
		if (l->chunk.n == CHUNK)
			r = send_chunk(ctx, l, false);
	}
	return r;
}

static int write_dotted(struct ctx *ctx, struct client_live *l, struct slice piece)
{
	struct slice stuffed;
	int r = 0;

	while (r == 0 && smtp_dot_next(&l->dot, &piece, &stuffed))
		r = client_talk_write(ctx, l->client, stuffed);
	return r;
}

int client_live_write(struct ctx *ctx, struct client_live *l, struct slice piece,
	struct client_failure *ret_failure)
{
	size_t before = l->chunk.n;

	l->client->stage = CLIENT_BODY;
	int r = l->chunks ? write_chunks(ctx, l, piece) : write_dotted(ctx, l, piece);

	if (r < 0 && !l->begun)
		l->chunk.n = before; /* whoever gets it now gets the piece once more */
	return r < 0 ? fail(ctx, l, r, ret_failure) : 0;
}

bool client_live_unsent(const struct client_live *l, struct slice *ret)
{
	if (l->begun)
		return false;
	*ret = buf_slice(&l->chunk);
	return true;
}

/* ---- the end ---- */

/* The answers to the end of the content. */
static int hear_answers(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	const usec_t timeout = l->client->timeouts.dot;
	bool lmtp = l->client->protocol == CLIENT_LMTP;
	int r = 0;

	l->client->stage = CLIENT_DOT;
	if (!lmtp)
		r = client_talk_reply_passed(ctx, l->client, timeout, ret);
	if (r == 0 && !lmtp && ret->code / 100 == 3 && !(l->prdr && ret->code == 353))
		r = makes_no_sense(ctx, l, ret);
	if (r < 0 || (!lmtp && ret->code != 353))
		return r;
	*ret_n = l->accepted;
	for (size_t i = 0; i < l->accepted && r == 0; i++)
		r = hear(ctx, l, CLIENT_DOT, timeout, &ret_each[i]);
	if (r == 0 && lmtp)
		*ret = ret_each[0];
	else if (r == 0)
		r = hear(ctx, l, CLIENT_DOT, timeout, ret);
	return r;
}

static int finish_chunks(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	int r = send_chunk(ctx, l, true);

	if (r == 0 && l->refused.code) {
		*ret = l->refused;
		client_live_abandon(l);
		return 0;
	}
	return r == 0 ? hear_answers(ctx, l, ret, ret_each, ret_n) : r;
}

/* A peer that spoke before the end refuses, if its words are a no; the end must not follow then. */
static int early_no(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret)
{
	struct client *c = l->client;
	bool words = false;
	int r = client_talk_words(ctx, c, &words);

	ret->code = 0;
	if (r < 0 || !words)
		return r;
	r = client_talk_reply_passed(ctx, c, CLIENT_LAST_WORDS, ret);
	if (r == 0 && ret->code < 400)
		r = ctx_fail(ctx, ERR_PROTOCOL, "client", "a reply that nobody asked for");
	c->over = true;
	return r;
}

static int finish_data(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	struct client *c = l->client;
	int r = early_no(ctx, l, ret);

	if (r < 0 || ret->code)
		return r;
	c->stage = CLIENT_DOT;
	r = client_talk_write(ctx, c, smtp_dot_end(&l->dot));
	return r == 0 ? hear_answers(ctx, l, ret, ret_each, ret_n) : r;
}

int client_live_finish(struct ctx *ctx, struct client_live *l, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n, struct client_failure *ret_failure)
{
	*ret_n = 0;

	int r = l->chunks ? finish_chunks(ctx, l, ret, ret_each, ret_n)
			  : finish_data(ctx, l, ret, ret_each, ret_n);

	if (r < 0)
		return fail(ctx, l, r, ret_failure);
	if (l->content)
		l->client->unclean = l->chunks && ret->code >= 400;
	l->content = false;
	l->unanswered = 0; /* the last one has its answer */
	buf_done(&l->chunk);
	return 0;
}

void client_live_settle(struct ctx *ctx, struct client_live *l)
{
	struct deadline d;
	int r = 0;

	if (l->unanswered == 0 || l->client->over)
		return;
	ctx_narrow(ctx, &d, l->client->timeouts.cleanup);
	while (r == 0 && l->unanswered)
		r = hear_chunk(ctx, l);
	r = ctx_widen(ctx, &d, r);
	if (r < 0)
		l->client->over = true;
}

void client_live_abandon(struct client_live *l)
{
	give_up(l);
	buf_done(&l->chunk);
}
