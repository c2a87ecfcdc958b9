/* The end of a proxied message: the backend's answer is passed on, and what was left to us is
 * stored. A 250 of ours follows a backend's 250 or a commit, and nothing else. */
#include "base/arena.h"
#include "base/metrics.h"
#include "rt/ctx.h"
#include "server/proxy_body.h"
#include "server/proxy_late.h"
#include "server/proxy_reply.h"
#include "server/proxy_tx.h"
#include "server/proxy_wide.h"
#include "server/session.h"
#include "smtp/reply.h"

/* Each of n recipients of the backend has an answer of its own, and `stored` is that of those that
 * are ours: in the order in which they were taken. */
static void pass_each(struct proxy_tx *t, const struct smtp_reply *each, size_t n,
	const struct smtp_reply *stored, struct smtp_reply *ret)
{
	const struct proxy_keep *k = &t->keep;
	struct session *s = t->session;
	struct session_verdict *v = arena_array(
		&s->tx_arena, struct session_verdict, n + k->ours_n);
	size_t taken = 0, last = 0, theirs = 0, ours = 0;

	for (size_t i = 0; i < n + k->ours_n; i++) {
		bool is_ours = k->ours_n && k->ours[i];
		struct slice path = is_ours ? k->envelope.e.rcpts[ours++].forward_path
					    : proxy_backend_accepted(&t->backend, theirs);

		v[i].recipient = arena_dup(&s->tx_arena, path);
		if (is_ours)
			v[i].reply = *stored;
		else
			proxy_backend_pass_verdict(
				&t->backend, &s->tx_arena, &each[theirs++], &v[i].reply);
		taken += smtp_reply_is_positive(&v[i].reply);
		if (smtp_reply_is_temporary(&v[i].reply))
			last = i;
	}
	s->verdicts = v;
	s->verdicts_n = n + k->ours_n;
	if (taken)
		smtp_reply_set(
			ret, 250, "2.0.0", "%zu of %zu recipients have it", taken, s->verdicts_n);
	else
		*ret = v[last].reply;
}

static bool any_positive(const struct smtp_reply *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (smtp_reply_is_positive(&v[i]))
			return true;
	return false;
}

static int store(
	struct ctx *ctx, struct proxy_tx *t, const struct edits *edits, struct smtp_reply *ret)
{
	int r = proxy_keep_commit(ctx, &t->keep, edits, ret);

	if (r == 0 && smtp_reply_is_positive(ret))
		t->log.kept = t->keep.envelope.e.rcpts_n;
	return r;
}

/* The backend's answer, which is for n recipients severally if n is more than one: then the client
 * asked for that. Where it has taken the message, so do we for those that are ours. */
static int pass_answer(struct ctx *ctx, struct proxy_tx *t, const struct edits *edits,
	const struct smtp_reply *said, const struct smtp_reply *each, size_t n,
	struct smtp_reply *ret)
{
	bool severally = n > 1, taken = severally && any_positive(each, n);
	struct smtp_reply stored = { 0 };
	int r = 0;

	proxy_backend_pass_verdict(&t->backend, &t->session->tx_arena, said, ret);
	if (taken && !smtp_reply_is_positive(said) && !proxy_tx_is_lmtp(&t->backend.target))
		severally = taken = false; /* it contradicts itself: nobody has it, in the end */
	if (!severally)
		taken = smtp_reply_is_positive(ret);
	metric_add(METRIC_MESSAGES_PROXIED, taken);
	proxy_keep_leave_ours(&t->keep);
	if (taken && t->keep.ours_n)
		r = store(ctx, t, edits, &stored);
	else
		smtp_reply_set(&stored, 452, "4.5.3", PROXY_AGAIN);
	if (r < 0)
		return r;
	if (severally)
		pass_each(t, each, n, &stored, ret);
	else if (t->log.kept)
		smtp_reply_set(ret, 250, "2.0.0",
			"Queued as %.*s for some recipients; the server behind us has the others",
			SLICE_ARG(t->base.queue_id));
	else if (taken && t->keep.ours_n)
		*ret = stored;
	return 0;
}

/* It was taken before, and its end is not sent: the backend drops it. */
static void answer_twin(
	struct ctx *ctx, struct proxy_tx *t, const struct doubt *twin, struct smtp_reply *ret)
{
	smtp_reply_set(ret, 250, "2.0.0", "Duplicate of %s, which was taken before", twin->id);
	t->log.as = "duplicate";
	t->log.twin = arena_dup(&t->arena, slice_str(twin->id));
	proxy_body_settle(ctx, &t->backend);
}

/* What the client may not come to know. An answer that is not the same for everyone can never be
 * given again from memory. */
static void remember(struct ctx *ctx, struct proxy_tx *t, const struct smtp_reply *said)
{
	struct slice id = slice_of(t->id, sizeof(t->id));

	bool alike = t->session->verdicts_n == 0 && t->keep.ours_n == 0;

	if (t->backend.in_doubt) {
		proxy_doubt_unanswered(&t->doubt, t->session, &t->backend, id);
		t->log.as = "in-doubt";
	} else if (said->code && smtp_reply_is_positive(said)) {
		proxy_doubt_committed(ctx, &t->doubt, t->session, &t->backend, id, alike);
	}
}

/* The end is passed on, to whoever has recipients of the message. */
static int pass_end(struct ctx *ctx, struct proxy_tx *t, const struct edits *edits,
	struct smtp_reply *ret_said, struct smtp_reply *ret)
{
	struct proxy_backend *b = &t->backend;
	struct smtp_reply *each = arena_array(&t->arena, struct smtp_reply, t->log.accepted);
	size_t n = 0;
	int r = 0;

	b->kept = proxy_keep_can(&t->keep);
	proxy_tx_received(t);
	if (t->late && edits->eight_bit)
		proxy_wide_gathered(b);
	if (t->late) {
		proxy_tx_introduce(t);
		b->prefer = proxy_doubt_member(t->session, b, b->answered.rcpts, b->answered.n);
	}
	if (proxy_tx_backends(t) && t->late)
		r = proxy_late_finish(ctx, b, &t->keep, ret_said, each, &n);
	else if (proxy_tx_backends(t))
		r = proxy_body_finish(ctx, b, ret_said, each, &n);
	/* Of one recipient only the own answer counts, and a no is one, whoever says it. */
	if (r == 0 && n == 1 && smtp_reply_is_positive(ret_said))
		*ret_said = each[0];
	if (r == 0 && ret_said->code)
		r = pass_answer(ctx, t, edits, ret_said, each, n, ret);
	else if (r == 0 && (proxy_tx_backends(t) == 0 || proxy_tx_is_ours(t)))
		r = store(ctx, t, edits, ret);
	else if (r == 0)
		*ret = b->lost;
	remember(ctx, t, ret_said);
	return r;
}

int proxy_finish(struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_tx_of(tx);
	struct smtp_reply said = { 0 };
	struct doubt twin;
	int r = 0;

	if (proxy_doubt_close(&t->doubt, t->session, &twin))
		answer_twin(ctx, t, &twin, ret);
	else
		r = pass_end(ctx, t, edits, &said, ret);
	if (t->backend.too_wide && !t->log.as)
		t->log.as = proxy_log_refused;
	if (r == 0)
		proxy_log_reply(&t->log, &t->arena, proxy_backend_heard(&t->backend, &said), ret);
	proxy_log_end(ctx, &t->log, t->session, &t->backend, "stopped");
	proxy_tx_free(t);
	return r;
}
