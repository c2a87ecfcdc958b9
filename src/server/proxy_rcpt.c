/* RCPT for the proxy: to the backend of the transaction, into the spool, or in another transaction.
 * Those that arrived together are asked about together. */
#include "base/arena.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/nexthop.h"
#include "server/permission.h"
#include "server/proxy_gather.h"
#include "server/proxy_late.h"
#include "server/proxy_reply.h"
#include "server/proxy_tx.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

/* What is done about a recipient. */
enum choice { CHOOSE_NONE, CHOOSE_BACKEND, CHOOSE_SPOOL };

/* Recipients of one breath. Those before `settled` have their replies; of the others, up to
 * `decided`, it is known what is done about them. */
struct breath {
	struct client_rcpt *rcpts, *asked;
	enum choice *choices;
	struct smtp_reply *said, *ret;
	size_t settled, decided, total;
	size_t asked_n, ours_n; /* not settled, for the backend and for the spool */
};

/* A server that refused the transaction itself is not asked again, nor passed by. */
static const struct proxy_no *find_no(const struct proxy_tx *t, const struct nexthop_target *target)
{
	const struct proxy_no *no = t->noes;

	while (no && !slice_eq(no->target, target->key))
		no = no->next;
	return no;
}

/* The backend has nobody: the transaction is given up there and belongs to another target. */
static void turn_to(struct proxy_tx *t, const struct nexthop_target *target)
{
	struct proxy_backend *b = &t->backend;

	if (b->lost.code && !b->absent) {
		struct proxy_no *no = arena_array(&t->arena, struct proxy_no, 1);

		*no = (struct proxy_no){ t->noes, b->target.key, b->lost };
		t->noes = no;
	}
	proxy_backend_turn_to(b, target);
}

/* One end of data has one answer: who is somewhere else, or with LMTP has an answer of its own that
 * the client could not hear, is not for the backend that has `theirs` recipients. */
static bool is_apart(const struct proxy_tx *t, const struct nexthop_target *target, size_t theirs)
{
	const struct proxy_backend *b = &t->backend;

	return !slice_eq(b->target.key, target->key) ||
	       (proxy_tx_is_lmtp(target) && theirs > 0 &&
		       !smtp_mail_params_has(&b->params, SMTP_PARAM_PRDR));
}

/* CHOOSE_NONE: *ret says why. */
static enum choice choose_for(struct proxy_tx *t, const struct smtp_rcpt_cmd *cmd,
	const struct nexthop_target *target, size_t theirs, struct smtp_reply *ret)
{
	struct proxy_backend *b = &t->backend;
	const struct proxy_no *no = find_no(t, target);

	if (no) {
		*ret = no->reply;
		return CHOOSE_NONE;
	}
	if (b->target.key.n == 0)
		b->target = *target;
	else if (theirs == 0 && !b->held && !slice_eq(b->target.key, target->key))
		turn_to(t, target);
	bool apart = is_apart(t, target, theirs);

	if (proxy_tx_is_ours(t) || (apart && proxy_keep_can(&t->keep)))
		return CHOOSE_SPOOL;
	if (b->lost.code) {
		*ret = b->lost;
		return CHOOSE_NONE;
	}
	if (apart) {
		smtp_reply_set(ret, 452, "4.5.3", PROXY_AGAIN);
		return CHOOSE_NONE;
	}
	/* What RFC 3461 promises cannot be dropped silently. */
	if (cmd->params.present && b->live &&
		!smtp_caps_has(nexthop_live_caps(b->live), SMTP_CAP_DSN)) {
		smtp_reply_set(ret, 452, "4.5.3", PROXY_AGAIN);
		return CHOOSE_NONE;
	}
	return CHOOSE_BACKEND;
}

static void take(struct proxy_tx *t, const struct client_rcpt *rcpt, struct smtp_reply *ret)
{
	struct server_pretence *pretence = t->session->server->pretence;
	const struct smtp_reply *no = proxy_keep_no(&t->keep, rcpt->path);

	if (no) {
		*ret = *no;
		return;
	}
	proxy_keep_add(&t->keep, rcpt, true);
	proxy_log_recipient(&t->log, rcpt->path);
	smtp_reply_set(ret, 250, "2.1.5", "Recipient taken");
	if (pretence)
		pretence->kept++;
}

/* said: to this recipient; code 0: it was lost before it said anything. A no stands, whatever
 * becomes of it; and so does a yes, which is ours to keep where it can be. */
static void pass_reply(struct proxy_tx *t, const struct client_rcpt *rcpt,
	const struct smtp_reply *said, struct smtp_reply *ret)
{
	bool lost = t->backend.lost.code, no = said->code >= 400;

	if ((!no && proxy_tx_is_ours(t)) ||
		(!lost && smtp_reply_is_about_session(said) && proxy_keep_can(&t->keep))) {
		take(t, rcpt, ret);
		return;
	}
	if (said->code == 0) {
		*ret = t->backend.lost;
		proxy_log_reply(&t->log, &t->arena, &t->backend.last_word, ret);
		return;
	}
	proxy_backend_pass(&t->backend, &t->arena, said, "1.5", ret);
	if (smtp_reply_is_positive(ret)) {
		proxy_keep_add(&t->keep, rcpt, false);
		proxy_log_recipient(&t->log, rcpt->path);
		return;
	}
	proxy_keep_refuse(&t->keep, rcpt->path, ret);
	if (t->log.accepted == 0)
		proxy_log_reply(&t->log, &t->arena, said, ret);
}

/* The backend is asked about those that are for it. */
static int ask(struct ctx *ctx, struct proxy_tx *t, struct breath *m)
{
	struct proxy_backend *b = &t->backend;

	if (t->late) {
		proxy_late_rcpts(b, m->asked, m->asked_n, m->said);
		return 0;
	}
	proxy_tx_introduce(t);
	b->kept = proxy_keep_can(&t->keep);
	if (!b->live)
		b->prefer = proxy_doubt_member(t->session, b, m->asked, m->asked_n);
	m->asked[m->asked_n - 1].last = m->decided == m->total && proxy_gather_may_ask_ahead(t);
	return proxy_backend_rcpts(ctx, b, m->asked, m->asked_n, m->said);
}

/* Those that are decided about get their replies. */
static int settle(struct ctx *ctx, struct proxy_tx *t, struct breath *m)
{
	const struct smtp_reply *said = m->said;
	int r = m->asked_n ? ask(ctx, t, m) : 0;

	for (; m->settled < m->decided && r == 0; m->settled++) {
		if (m->choices[m->settled] == CHOOSE_SPOOL)
			take(t, &m->rcpts[m->settled], &m->ret[m->settled]);
		else if (m->choices[m->settled] == CHOOSE_BACKEND)
			pass_reply(t, &m->rcpts[m->settled], said++, &m->ret[m->settled]);
	}
	m->asked_n = m->ours_n = 0;
	return r;
}

/* What is done about the next one. It may depend on what the backend says about those before it. */
static int decide(
	struct ctx *ctx, struct proxy_tx *t, struct breath *m, const struct smtp_rcpt_cmd *cmd)
{
	struct server_recipient recipient;
	struct nexthop_target target;
	size_t i = m->decided;
	int r = 0;

	m->choices[i] = CHOOSE_NONE;
	if (t->backend.held && t->backend.lost.code) {
		m->ret[i] = t->backend.lost; /* with its log-in, which is no reason for a 5xx */
	} else if (server_recipient_decide(t->session, &t->arena, &t->sender,
			   t->backend.reverse_path, t->log.accepted + m->asked_n + m->ours_n,
			   &cmd->path, &recipient, &m->ret[i])) {
		m->rcpts[i] = (struct client_rcpt){ server_mailbox(&t->arena, &recipient.path),
			cmd->params };
		nexthop_target_of(&t->arena, &recipient.route, recipient.path.domain, &target);
		if (m->asked_n && proxy_tx_backends(t) == 0 && is_apart(t, &target, m->asked_n))
			r = settle(ctx, t, m);
		if (r < 0)
			return r;
		m->choices[i] = choose_for(
			t, cmd, &target, proxy_tx_backends(t) + m->asked_n, &m->ret[i]);
	}
	if (m->choices[i] == CHOOSE_BACKEND)
		m->asked[m->asked_n++] = m->rcpts[i];
	m->ours_n += m->choices[i] == CHOOSE_SPOOL;
	m->decided++;
	return 0;
}

int proxy_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_tx_of(tx);
	struct breath m = {
		.rcpts = arena_array(&t->arena, struct client_rcpt, n),
		.asked = arena_array(&t->arena, struct client_rcpt, n),
		.choices = arena_array(&t->arena, enum choice, n),
		.said = arena_array(&t->arena, struct smtp_reply, n),
		.ret = ret,
		.total = n,
	};
	int r = proxy_keep_prepare(ctx, &t->keep, t->id);

	while (m.decided < n && r == 0)
		r = decide(ctx, t, &m, &cmds[m.decided]);
	if (r == 0)
		r = settle(ctx, t, &m);
	proxy_tx_count(t);
	return r;
}
