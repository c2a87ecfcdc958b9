/* A backend that is connected to when the message is whole is busy for as long as it takes itself,
 * not for as long as a slow client takes. The price: its refusal of one recipient comes when the
 * others can no longer be told apart, so one answer has to do for all of them, and it must not be a
 * yes for one who was refused. Since all is kept, a backend that is lost in the content is replaced
 * as well; only behind the end of it nobody knows. */
#include "server/proxy_late.h"

#include "base/arena.h"
#include "base/metrics.h"
#include "nexthop/live.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "server/proxy_ask.h"
#include "server/proxy_backend.h"
#include "server/proxy_keep.h"
#include "server/proxy_reply.h"

void proxy_late_rcpts(
	struct proxy_backend *b, const struct client_rcpt *rcpts, size_t n, struct smtp_reply *ret)
{
	for (size_t i = 0; i < n; i++) {
		smtp_reply_set(&ret[i], 250, "2.1.5", "Recipient taken");
		proxy_backend_remember(b, &rcpts[i], &ret[i]);
	}
}

/* ---- one backend ---- */

struct attempt {
	struct ctx *ctx;
	struct proxy_backend *backend;
	struct nexthop_broken broken;
	const char *why; /* it was lost */
	struct smtp_reply *said; /* to each recipient */
	size_t accepted;
	bool refused; /* somebody was, by one that was lost then */
};

static int pass_piece(void *arg, struct slice piece)
{
	struct attempt *t = arg;

	return nexthop_live_write(t->ctx, t->backend->live, piece, &t->broken);
}

/* The first of the replies, as far as they came, that says no, rather one for now than one for
 * ever; or NULL. */
static const struct smtp_reply *first_no(const struct smtp_reply *said, size_t n)
{
	const struct smtp_reply *no = NULL;

	for (size_t i = 0; i < n; i++)
		if (said[i].code >= 400 && (no == NULL || (smtp_reply_is_temporary(&said[i]) &&
								  !smtp_reply_is_temporary(no))))
			no = &said[i];
	return no;
}

/* One recipient's refusal as the answer to all. */
static void refuse_all(const struct attempt *t, const struct smtp_reply *no, struct smtp_reply *ret)
{
	const struct client_rcpt *rcpt = &t->backend->answered.rcpts[no - t->said];
	const char *text = arena_printf(t->backend->arena, "<%.*s>: %.*s", SLICE_ARG(rcpt->path),
		SLICE_ARG(smtp_reply_text(no)));

	*ret = *no;
	if (!smtp_reply_is_about_session(no)) {
		smtp_reply_set_text(ret, no->code, NULL, slice_str(text));
		ret->status = no->status;
	}
}

/* It was said before, and has to be answered as then. */
static int say_again(struct attempt *t)
{
	const struct proxy_answered *a = &t->backend->answered;

	t->accepted = a->n; /* whose answers are known: each of the others is heard */
	return proxy_backend_say_again(t->ctx, t->backend, &t->why);
}

/* Its session is in hand, and was told all that comes before the content. */
static int go_on(struct attempt *t)
{
	t->accepted = t->backend->answered.n; /* as above */
	return 0;
}

/* MAIL and recipients. *ret has code 0, or is what ends it: nobody gets the message. */
static int say_envelope(struct attempt *t, struct smtp_reply *ret)
{
	struct proxy_backend *b = t->backend;
	const struct proxy_answered *a = &b->answered;
	bool severally = smtp_mail_params_has(&b->params, SMTP_PARAM_PRDR);
	struct smtp_reply mail;

	for (size_t i = 0; i < a->n; i++)
		t->said[i].code = 0;
	int r = proxy_backend_connect(t->ctx, b, a->rcpts, a->n, &mail, t->said, &t->why);
	const struct smtp_reply *no = first_no(t->said, a->n);

	if (r == ERR_UNREACHABLE && no) {
		t->refused = true;
		if (severally)
			return r;
		refuse_all(t, no, ret);
		return 0;
	}
	if (r < 0)
		return r;
	if (!smtp_reply_is_positive(&mail)) {
		*ret = mail;
		return 0;
	}
	t->accepted = 0;
	for (size_t i = 0; i < a->n; i++)
		t->accepted += smtp_reply_is_positive(&t->said[i]);
	if (no && (t->accepted == 0 || !severally))
		refuse_all(t, no, ret);
	return 0;
}

static int say_content(struct attempt *t, struct proxy_keep *k, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	int r = proxy_keep_each(t->ctx, k, pass_piece, t);

	if (r < 0)
		return r;
	t->broken.in_doubt = true; /* from now on, unless it says otherwise */
	return nexthop_live_finish(t->ctx, t->backend->live, ret, ret_each, ret_n, &t->broken);
}

/* Each recipient's own answer: the refusal that it got, or what became of the message. */
static void answer_each(
	const struct attempt *t, const struct smtp_reply *whole, struct smtp_reply *each, size_t n)
{
	size_t total = t->backend->answered.n, from = n;

	for (size_t i = total; i-- > 0;) {
		if (!smtp_reply_is_positive(&t->said[i]))
			each[i] = t->said[i];
		else
			each[i] = n ? each[--from] : *whole;
	}
}

static int attempt(struct attempt *t, struct proxy_keep *k, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	*ret_n = 0;
	ret->code = 0;
	int r = t->backend->live     ? go_on(t)
		: t->backend->parted ? say_again(t)
				     : say_envelope(t, ret);

	if (r < 0)
		return r;
	if (ret->code == 0)
		r = nexthop_live_open(t->ctx, t->backend->live, ret, &t->broken);
	if (r == 0 && ret->code) {
		if (smtp_reply_is_about_session(ret)) {
			proxy_backend_refused(t->backend, ret);
			ret->code = 0;
		}
		return 0;
	}
	if (r == 0)
		r = say_content(t, k, ret, ret_each, ret_n);
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(t->ctx, t->backend, &t->broken, &t->why);
	if (r == 0 && t->accepted < t->backend->answered.n) {
		answer_each(t, ret, ret_each, *ret_n);
		*ret_n = t->backend->answered.n;
	}
	return r;
}

/* ---- one after the other ---- */

static int try_all(struct attempt *t, struct proxy_keep *k, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	struct proxy_backend *b = t->backend;
	int r = attempt(t, k, ret, ret_each, ret_n);

	while (r == ERR_UNREACHABLE && !t->broken.in_doubt && proxy_ask_may_replace(b)) {
		b->replaced++;
		proxy_backend_give_up(t->ctx, b, t->why);
		r = attempt(t, k, ret, ret_each, ret_n);
	}
	return r;
}

int proxy_late_finish(struct ctx *ctx, struct proxy_backend *b, struct proxy_keep *k,
	struct smtp_reply *ret, struct smtp_reply *ret_each, size_t *ret_n)
{
	struct attempt t = { .ctx = ctx, .backend = b };
	usec_t began = clock_now();
	struct deadline d;

	t.said = arena_array(b->arena, struct smtp_reply, b->answered.n);
	proxy_ask_begin(b);
	ctx_narrow(ctx, &d, proxy_backend_answer_time(b));
	int r = ctx_widen(ctx, &d, try_all(&t, k, ret, ret_each, ret_n));

	b->waited += clock_now() - began;
	if (r == 0)
		proxy_blame_done(ctx, b);
	if (r == 0 || r == ERR_CANCELLED)
		return r;
	ret->code = 0;
	*ret_n = 0;
	b->in_doubt = t.broken.in_doubt;
	metric_add(
		METRIC_INDOUBT, b->in_doubt && r == ERR_TIMEOUT); /* else it is counted already */
	if (b->in_doubt)
		t.why = proxy_backend_doubt(ctx, r == ERR_UNREACHABLE ? &t.broken : NULL);
	else if (r == ERR_TIMEOUT)
		t.why = "no answer in time";
	proxy_blame_failed(ctx, b, r != ERR_TIMEOUT);
	b->absent &= !t.refused; /* who was refused is not taken here */
	proxy_backend_lose(ctx, b, t.why);
	return 0;
}
