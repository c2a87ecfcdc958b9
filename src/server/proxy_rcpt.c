/* RCPT for the proxy: to the backend of the transaction, into the spool, or in another transaction.
 * Those that arrived together are asked about together. */
#include "base/arena.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "nexthop/nexthop.h"
#include "server/permission.h"
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

/* Recipients of the same breath that were chosen for each so far. */
struct chosen {
	size_t asked, ours;
};

/* CHOOSE_NONE: *ret says why. */
static enum choice choose(struct proxy_tx *t, const struct smtp_rcpt_cmd *cmd,
	const struct chosen *before, struct client_rcpt *ret_rcpt, struct smtp_reply *ret)
{
	struct proxy_backend *b = &t->backend;
	struct server_recipient recipient;
	struct nexthop_target target;

	if (!server_recipient_decide(t->session, &t->arena, &t->sender, b->reverse_path,
		    t->log.accepted + before->asked + before->ours, &cmd->path, &recipient, ret))
		return CHOOSE_NONE;
	*ret_rcpt = (struct client_rcpt){ server_mailbox(&t->arena, &recipient.path), cmd->params };
	nexthop_target_of(&t->arena, &recipient.route, recipient.path.domain, &target);
	if (b->target.key.n == 0)
		b->target = target;
	/* One end of data has one answer: who is somewhere else, or with LMTP has an answer of its
	 * own that the client could not hear, is for the spool, or comes in another transaction. */
	bool apart = !slice_eq(b->target.key, target.key) ||
		     (proxy_tx_is_lmtp(&target) && proxy_tx_backends(t) + before->asked > 0 &&
			     !smtp_mail_params_has(&b->params, SMTP_PARAM_PRDR));

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

	proxy_keep_add(&t->keep, rcpt, true);
	proxy_log_recipient(&t->log, rcpt->path);
	smtp_reply_set(ret, 250, "2.1.5", "Recipient taken");
	if (pretence)
		pretence->kept++;
}

static void pass_reply(struct proxy_tx *t, const struct client_rcpt *rcpt,
	const struct smtp_reply *said, struct smtp_reply *ret)
{
	bool lost = t->backend.lost.code;

	if (proxy_tx_is_ours(t) ||
		(!lost && proxy_reply_is_about_us(said) && proxy_keep_can(&t->keep))) {
		take(t, rcpt, ret);
		return;
	}
	if (lost) {
		*ret = t->backend.lost;
		proxy_log_reply(&t->log, &t->arena, &t->backend.refused, ret);
		return;
	}
	proxy_backend_pass(&t->backend, &t->arena, said, "1.5", ret);
	if (smtp_reply_is_positive(ret)) {
		proxy_keep_add(&t->keep, rcpt, false);
		proxy_log_recipient(&t->log, rcpt->path);
	} else if (t->log.accepted == 0) {
		proxy_log_reply(&t->log, &t->arena, said, ret);
	}
}

int proxy_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_tx_of(tx);
	struct client_rcpt *rcpts = arena_array(&t->arena, struct client_rcpt, 2 * n);
	struct client_rcpt *asked = rcpts + n;
	struct smtp_reply *said = arena_array(&t->arena, struct smtp_reply, n);
	enum choice *choices = arena_array(&t->arena, enum choice, n);
	struct chosen chosen = { 0 };
	int r = proxy_keep_prepare(ctx, &t->keep, t->id);

	for (size_t i = 0; i < n && r == 0; i++) {
		choices[i] = choose(t, &cmds[i], &chosen, &rcpts[i], &ret[i]);
		chosen.ours += choices[i] == CHOOSE_SPOOL;
		if (choices[i] == CHOOSE_BACKEND)
			asked[chosen.asked++] = rcpts[i];
	}
	if (t->late) {
		proxy_late_rcpts(&t->backend, asked, chosen.asked, said);
	} else if (r == 0 && chosen.asked) {
		proxy_tx_introduce(t);
		t->backend.kept = proxy_keep_can(&t->keep);
		if (!t->backend.live)
			t->backend.prefer = proxy_doubt_member(
				t->session, &t->backend, asked, chosen.asked);
		asked[chosen.asked - 1].last = t->session->data_follows;
		r = proxy_backend_rcpts(ctx, &t->backend, asked, chosen.asked, said);
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		if (choices[i] == CHOOSE_SPOOL)
			take(t, &rcpts[i], &ret[i]);
		else if (choices[i] == CHOOSE_BACKEND)
			pass_reply(t, &rcpts[i], said++, &ret[i]);
	}
	proxy_tx_count(t);
	return r;
}
