/* The proxy service, in the order of a transaction. MAIL is answered here, since nobody knows yet
 * which backend it is for (unless `connect: mail` asks that at once); the first recipient that may
 * be sent to chooses it, and from then on each command waits for the backend's reply. The content
 * streams through, and the end of it is passed on only when our own verdicts are in: so a 250 to
 * our client is always the backend's.
 *
 * When the backend is lost and cannot be replaced (proxy_backend.c), the client is told 451 at each
 * further step; or, where the listener spools, all that it says is taken by us and stored at the
 * end (proxy_keep.c). That nobody knows what became of a message whose end was sent is told as 451
 * in any case: the client tries again, and a duplicate is better than a loss. */
#include "server/proxy.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "nexthop/live.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/ahead.h"
#include "server/envelope.h"
#include "server/front.h"
#include "server/introduce.h"
#include "server/passage.h"
#include "server/permission.h"
#include "server/proxy_backend.h"
#include "server/proxy_keep.h"
#include "server/proxy_late.h"
#include "server/proxy_log.h"
#include "server/proxy_offers.h"
#include "server/proxy_reply.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"

#define AGAIN "Send this recipient in another transaction"

struct proxy_tx {
	struct tx base;
	struct session *session;
	struct arena arena;
	struct smtp_path sender;
	struct proxy_backend backend;
	struct client_who who; /* told to the backend */
	struct proxy_log log;
	struct proxy_keep keep; /* what we store where a backend cannot take it */
	bool late; /* backends hear of it when it is whole */
	size_t held; /* bytes of the arena, counted in server.held */
	char id[TEXT_ID_CHARS];
};

static struct proxy_tx *proxy_of(struct tx *tx)
{
	return container_of(tx, struct proxy_tx, base);
}

static void proxy_free(struct proxy_tx *t)
{
	proxy_backend_end(&t->backend);
	proxy_keep_end(&t->keep);
	t->session->server->held -= t->held;
	arena_reset(&t->arena);
	free(t);
}

static void count_held(struct proxy_tx *t)
{
	size_t now = t->arena.total + proxy_keep_bytes(&t->keep);

	t->session->server->held += now - t->held;
	t->held = now;
}

/* Recipients in the hands of a backend, or that were when it was lost. */
static size_t backends(const struct proxy_tx *t)
{
	return t->log.accepted - t->keep.ours_n;
}

/* It is lost for want of a server, and the message may be stored in its place. */
static bool is_left_to_us(const struct proxy_tx *t)
{
	const struct proxy_backend *b = &t->backend;

	return b->lost.code && b->absent && !b->in_doubt && proxy_keep_can(&t->keep);
}

/* ---- MAIL ---- */

/* Once it is known who is to be told. */
static void introduce(struct proxy_tx *t)
{
	struct proxy_backend *b = &t->backend;
	struct session *s = t->session;
	const struct slice id = slice_of(t->id, sizeof(t->id));

	if (b->held) {
		introduce_client(s, &t->arena, id, passage_who(s->passage), &b->identity);
		return;
	}
	if (b->ahead)
		introduce_client(s, &t->arena, id, ahead_who(s), &b->identity);
	if (b->who || b->pretence || !b->target.hops ||
		b->target.hops->tell_client == CONFIG_TELL_NOTHING)
		return;
	introduce_client(s, &t->arena, id, &t->who, &b->identity);
	b->who = &t->who;
	s->introduced |= nexthop_is_told_once(b->target.hops);
}

static struct proxy_tx *new_tx(
	struct session *s, const struct smtp_mail_cmd *cmd, enum spool_entitlement why)
{
	struct proxy_tx *t = mem_zalloc(sizeof(*t));
	unsigned needs = proxy_offers_needs(&cmd->params, NULL, 0);

	t->base.ops = &proxy_service;
	t->session = s;
	proxy_log_begin(&t->log, s);
	smtp_path_dup(&t->arena, &cmd->path, &t->sender);
	t->backend.nexthop = s->server->nexthop;
	t->backend.pretence = s->server->pretence;
	t->backend.arena = &t->arena;
	t->backend.client = s->peer.ip;
	t->backend.held = s->passage ? passage_conn(s->passage) : NULL;
	t->backend.ahead = ahead_conn(s, needs, cmd->params.size);
	t->backend.next_alarm = &s->server->backend_alarm;
	t->backend.reverse_path = server_mailbox(&t->arena, &cmd->path);
	smtp_mail_params_dup(&t->arena, &cmd->params, &t->backend.params);
	text_id((uint64_t)clock_wall() << 12 | (s->server->next_session++ & 4095), t->id);
	proxy_keep_begin(&t->keep, &t->arena, s, cmd, why);
	t->late = s->listener->connect == CONFIG_CONNECT_DOT;
	count_held(t);
	return t;
}

/* `connect: mail`: the reply is the backend's, or ours where the message is left to us. After a no
 * the transaction is over. */
static int ask_at_mail(
	struct ctx *ctx, struct proxy_tx *t, struct tx **ret_tx, struct smtp_reply *ret)
{
	struct proxy_backend *b = &t->backend;
	struct smtp_reply said = { 0 };

	nexthop_target_hops(&t->arena, t->session->listener->hops, &b->target);
	int r = proxy_keep_prepare(ctx, &t->keep, t->id);

	if (r == 0) {
		introduce(t);
		b->kept = proxy_keep_can(&t->keep);
		r = proxy_backend_mail(ctx, b, &said);
	}
	if (r == 0 && said.code && b->kept && proxy_reply_is_about_us(&said))
		proxy_backend_refused(b, &said);
	if (r == 0 && is_left_to_us(t))
		smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	else if (r == 0 && b->lost.code)
		*ret = b->lost;
	else if (r == 0)
		proxy_backend_pass(b, &t->session->tx_arena, &said, "1.0", ret);
	if (r == 0 && smtp_reply_is_positive(ret)) {
		*ret_tx = &t->base;
		return 0;
	}
	proxy_log_reply(&t->log, &t->arena, &said, ret);
	proxy_log_end(ctx, &t->log, t->session, b, "stopped");
	proxy_free(t);
	return r;
}

static int proxy_mail(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
	struct tx **ret_tx, struct smtp_reply *ret)
{
	const struct server_client client = session_client(s);
	struct server_verdict verdict = server_permission_mail(&client, &cmd->path);

	if (s->passage && !passage_is_alive(s->passage)) {
		smtp_reply_set(ret, 421, "4.4.2", "The server behind us was lost; log in again");
		return 0;
	}
	if (!server_verdict_is_allowed(&verdict)) {
		smtp_reply_set(ret, verdict.code, verdict.enhanced, "%s", verdict.text);
		return 0;
	}
	if (!proxy_offers_still(s, &cmd->params, ret))
		return 0;
	if (s->listener->connect == CONFIG_CONNECT_DOT &&
		server_spool_refuses(s->server, cmd->params.size, ret))
		return 0;
	struct proxy_tx *t = new_tx(s, cmd, verdict.entitlement);

	if (s->listener->connect == CONFIG_CONNECT_MAIL)
		return ask_at_mail(ctx, t, ret_tx, ret);
	*ret_tx = &t->base;
	smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	return 0;
}

/* ---- RCPT ---- */

static bool is_lmtp(const struct nexthop_target *t)
{
	return t->hops && t->hops->hosts.v[0].place.protocol == CONFIG_LMTP;
}

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
		     (is_lmtp(&target) && backends(t) + before->asked > 0 &&
			     !smtp_mail_params_has(&b->params, SMTP_PARAM_PRDR));

	if (is_left_to_us(t) || (apart && proxy_keep_can(&t->keep)))
		return CHOOSE_SPOOL;
	if (b->lost.code) {
		*ret = b->lost;
		return CHOOSE_NONE;
	}
	if (apart) {
		smtp_reply_set(ret, 452, "4.5.3", AGAIN);
		return CHOOSE_NONE;
	}
	/* What RFC 3461 promises cannot be dropped silently. */
	if (cmd->params.present && b->live &&
		!smtp_caps_has(nexthop_live_caps(b->live), SMTP_CAP_DSN)) {
		smtp_reply_set(ret, 452, "4.5.3", AGAIN);
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

	if (is_left_to_us(t) ||
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

static int proxy_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_of(tx);
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
		introduce(t);
		t->backend.kept = proxy_keep_can(&t->keep);
		asked[chosen.asked - 1].last = t->session->data_follows;
		r = proxy_backend_rcpts(ctx, &t->backend, asked, chosen.asked, said);
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		if (choices[i] == CHOOSE_SPOOL)
			take(t, &rcpts[i], &ret[i]);
		else if (choices[i] == CHOOSE_BACKEND)
			pass_reply(t, &rcpts[i], said++, &ret[i]);
	}
	count_held(t);
	return r;
}

/* ---- content ---- */

/* Before the content: who takes it? Else *ret_refusal. */
static int find_taker(struct ctx *ctx, struct proxy_tx *t, struct smtp_reply *ret_refusal)
{
	struct proxy_backend *b = &t->backend;
	struct smtp_reply said = { 0 };
	int r = 0;

	b->kept = proxy_keep_can(&t->keep);
	if ((t->keep.ours_n && !b->kept) || (t->late && !proxy_keep_holds(&t->keep))) {
		proxy_keep_refusal(&t->keep, ret_refusal);
		return 0;
	}
	if (t->late)
		return 0;
	if (backends(t) == 0)
		proxy_backend_end(b); /* nobody there wants it */
	else
		r = proxy_backend_open(ctx, b, &said);
	if (r == 0 && said.code && b->kept && proxy_reply_is_about_us(&said))
		proxy_backend_refused(b, &said);
	if (r < 0 || backends(t) == 0 || is_left_to_us(t))
		return r;
	if (b->lost.code)
		*ret_refusal = b->lost;
	else if (said.code)
		proxy_backend_pass(b, &t->arena, &said, "0.0", ret_refusal);
	if (ret_refusal->code)
		proxy_log_reply(&t->log, &t->arena, &said, ret_refusal);
	return 0;
}

static int proxy_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct proxy_tx *t = proxy_of(tx);

	*ret = CONTENT_STREAM;
	t->base.queue_id = slice_of(t->id, sizeof(t->id));
	return find_taker(ctx, t, ret_refusal);
}

/* What could not be kept is no loss while a backend has everyone. */
static int note_kept(struct proxy_tx *t, int r)
{
	if (r == 0 || r == ERR_CANCELLED || r == ERR_TIMEOUT || t->keep.ours_n || t->late ||
		t->backend.lost.code)
		return r;
	proxy_keep_drop(&t->keep);
	t->backend.kept = false;
	return 0;
}

/* What is lost stays lost; the client is told at the end, since it sends all of it in any case. */
static int proxy_header(struct ctx *ctx, struct tx *tx, struct slice bytes)
{
	struct proxy_tx *t = proxy_of(tx);
	int r = proxy_backend_write(ctx, &t->backend, bytes);

	t->log.size += bytes.n;
	if (r == 0)
		r = note_kept(t, proxy_keep_header(&t->keep, bytes));
	count_held(t);
	return r;
}

static int proxy_write(struct ctx *ctx, struct tx *tx, struct slice bytes)
{
	struct proxy_tx *t = proxy_of(tx);
	int r = proxy_backend_write(ctx, &t->backend, bytes);

	t->log.size += bytes.n;
	return r == 0 ? note_kept(t, proxy_keep_write(ctx, &t->keep, bytes)) : r;
}

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
	if (taken && !smtp_reply_is_positive(said) && !is_lmtp(&t->backend.target))
		severally = taken = false; /* it contradicts itself: nobody has it, in the end */
	if (!severally)
		taken = smtp_reply_is_positive(ret);
	metric_add(METRIC_MESSAGES_PROXIED, taken);
	proxy_keep_leave_ours(&t->keep);
	if (taken && t->keep.ours_n)
		r = store(ctx, t, edits, &stored);
	else
		smtp_reply_set(&stored, 452, "4.5.3", AGAIN);
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

static int proxy_finish(
	struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_of(tx);
	struct smtp_reply said = { 0 };
	struct smtp_reply *each = arena_array(&t->arena, struct smtp_reply, t->log.accepted);
	size_t n = 0;
	int r = 0;

	t->backend.kept = proxy_keep_can(&t->keep);
	if (t->late)
		introduce(t);
	if (backends(t) && t->late)
		r = proxy_late_finish(ctx, &t->backend, &t->keep, &said, each, &n);
	else if (backends(t))
		r = proxy_backend_finish(ctx, &t->backend, &said, each, &n);
	if (r == 0 && said.code)
		r = pass_answer(ctx, t, edits, &said, each, n, ret);
	else if (r == 0 && (backends(t) == 0 || is_left_to_us(t)))
		r = store(ctx, t, edits, ret);
	else if (r == 0)
		*ret = t->backend.lost;
	if (r == 0)
		proxy_log_reply(&t->log, &t->arena, &said, ret);
	proxy_log_end(ctx, &t->log, t->session, &t->backend, "stopped");
	proxy_free(t);
	return r;
}

static const char *why_ended(const struct session *s, enum abort_why why)
{
	switch (why) {
	case ABORT_RSET:
		break;
	case ABORT_CLIENT:
		return s->quit || s->closing ? "abandoned" : "client-lost";
	case ABORT_REFUSE:
		return "refused";
	case ABORT_STOP:
		return "stopped";
	}
	return "abandoned";
}

static void proxy_abort(struct ctx *ctx, struct tx *tx, enum abort_why why)
{
	struct proxy_tx *t = proxy_of(tx);

	proxy_log_end(ctx, &t->log, t->session, &t->backend, why_ended(t->session, why));
	proxy_free(t);
}

const struct service_ops proxy_service = {
	.offers = proxy_offers_add,
	.mail = proxy_mail,
	.rcpts = proxy_rcpts,
	.open = proxy_open,
	.header = proxy_header,
	.write = proxy_write,
	.finish = proxy_finish,
	.abort = proxy_abort,
};
