/* The proxy service, in the order of a transaction. MAIL is answered here, since nobody knows yet
 * which backend it is for (unless `connect: mail` asks that at once); the first recipient that may
 * be sent to chooses it, and from then on each command waits for the backend's reply. The content
 * streams through, and the end of it is passed on only when our own verdicts are in: so a 250 to
 * our client is always the backend's.
 *
 * When the backend is lost and cannot be replaced (proxy_backend.c), the client is told 451 at each
 * further step. That nobody knows what became of a message whose end was sent is told as 451 as
 * well: the client tries again, and a duplicate is better than a loss. */
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
#include "server/front.h"
#include "server/introduce.h"
#include "server/passage.h"
#include "server/permission.h"
#include "server/proxy_backend.h"
#include "server/proxy_log.h"
#include "server/proxy_offers.h"
#include "server/proxy_reply.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"

struct proxy_tx {
	struct tx base;
	struct session *session;
	struct arena arena;
	struct smtp_path sender;
	struct proxy_backend backend;
	struct client_who who; /* told to the backend */
	struct proxy_log log;
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
	t->session->server->held -= t->held;
	arena_reset(&t->arena);
	free(t);
}

static void count_held(struct proxy_tx *t)
{
	t->session->server->held += t->arena.total - t->held;
	t->held = t->arena.total;
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

static struct proxy_tx *new_tx(struct session *s, const struct smtp_mail_cmd *cmd)
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
	return t;
}

/* `connect: mail`: the reply is the backend's. After a no the transaction is over. */
static int ask_at_mail(
	struct ctx *ctx, struct proxy_tx *t, struct tx **ret_tx, struct smtp_reply *ret)
{
	struct proxy_backend *b = &t->backend;
	struct smtp_reply said = { 0 };

	nexthop_target_hops(&t->arena, t->session->listener->hops, &b->target);
	introduce(t);
	int r = proxy_backend_mail(ctx, b, &said);

	if (r == 0 && b->lost.code)
		*ret = b->lost;
	else if (r == 0)
		proxy_reply_pass(&t->session->tx_arena, &said, "1.0", ret);
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
	struct proxy_tx *t = new_tx(s, cmd);

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

/* May it go to the backend? `before` go in the same breath. Else *ret says why not. */
static bool choose(struct proxy_tx *t, const struct smtp_rcpt_cmd *cmd, size_t before,
	struct client_rcpt *ret_rcpt, struct smtp_reply *ret)
{
	struct proxy_backend *b = &t->backend;
	struct server_recipient recipient;
	struct nexthop_target target;

	if (!server_recipient_decide(t->session, &t->arena, &t->sender, b->reverse_path,
		    t->log.accepted + before, &cmd->path, &recipient, ret))
		return false;
	if (b->lost.code) {
		*ret = b->lost;
		return false;
	}
	nexthop_target_of(&t->arena, &recipient.route, recipient.path.domain, &target);
	if (b->target.key.n == 0)
		b->target = target;
	/* One end of data has one answer: who is somewhere else, or with LMTP has an answer of its
	 * own that the client could not hear, comes in another transaction. */
	if (!slice_eq(b->target.key, target.key) ||
		(is_lmtp(&target) && t->log.accepted + before > 0 &&
			!smtp_mail_params_has(&b->params, SMTP_PARAM_PRDR))) {
		smtp_reply_set(ret, 452, "4.5.3", "Send this recipient in another transaction");
		return false;
	}
	/* What RFC 3461 promises cannot be dropped silently. */
	if (cmd->params.present && b->live &&
		!smtp_caps_has(nexthop_live_caps(b->live), SMTP_CAP_DSN)) {
		smtp_reply_set(ret, 452, "4.5.3", "Send this recipient in another transaction");
		return false;
	}
	*ret_rcpt = (struct client_rcpt){ server_mailbox(&t->arena, &recipient.path), cmd->params };
	return true;
}

static void pass_reply(struct proxy_tx *t, const struct client_rcpt *rcpt,
	const struct smtp_reply *said, struct smtp_reply *ret)
{
	if (t->backend.lost.code) {
		*ret = t->backend.lost;
		proxy_log_reply(&t->log, &t->arena, &t->backend.refused, ret);
		return;
	}
	proxy_reply_pass(&t->arena, said, "1.5", ret);
	if (smtp_reply_is_positive(ret))
		proxy_log_recipient(&t->log, rcpt->path);
	else if (t->log.accepted == 0)
		proxy_log_reply(&t->log, &t->arena, said, ret);
}

static int proxy_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_of(tx);
	struct client_rcpt *rcpts = arena_array(&t->arena, struct client_rcpt, n);
	struct smtp_reply *said = arena_array(&t->arena, struct smtp_reply, n);
	size_t *index = arena_array(&t->arena, size_t, n), asked = 0;

	for (size_t i = 0; i < n; i++)
		if (choose(t, &cmds[i], asked, &rcpts[asked], &ret[i]))
			index[asked++] = i;
	if (asked)
		introduce(t);
	int r = asked ? proxy_backend_rcpts(ctx, &t->backend, rcpts, asked, said) : 0;

	for (size_t i = 0; i < asked && r == 0; i++)
		pass_reply(t, &rcpts[i], &said[i], &ret[index[i]]);
	count_held(t);
	return r;
}

/* ---- content ---- */

static int proxy_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct proxy_tx *t = proxy_of(tx);
	struct smtp_reply said;
	int r = proxy_backend_open(ctx, &t->backend, &said);

	*ret = CONTENT_STREAM;
	t->base.queue_id = slice_of(t->id, sizeof(t->id));
	if (r == 0 && t->backend.lost.code)
		*ret_refusal = t->backend.lost;
	else if (r == 0 && said.code)
		proxy_reply_pass(&t->arena, &said, "0.0", ret_refusal);
	if (r == 0 && ret_refusal->code)
		proxy_log_reply(&t->log, &t->arena, &said, ret_refusal);
	return r;
}

/* What is lost stays lost; the client is told at the end, since it sends all of it in any case. */
static int proxy_write(struct ctx *ctx, struct tx *tx, struct slice bytes)
{
	struct proxy_tx *t = proxy_of(tx);

	t->log.size += bytes.n;
	return proxy_backend_write(ctx, &t->backend, bytes);
}

/* The backend answered for each of n recipients, more than one: the client asked for that. */
static void pass_each(struct proxy_tx *t, const struct smtp_reply *each, size_t n,
	const struct smtp_reply *said, struct smtp_reply *ret)
{
	struct session *s = t->session;
	struct session_verdict *v = arena_array(&s->tx_arena, struct session_verdict, n);
	size_t taken = 0, last = 0;

	for (size_t i = 0; i < n; i++) {
		struct slice path = proxy_backend_accepted(&t->backend, i);

		v[i].recipient = arena_dup(&s->tx_arena, path);
		proxy_reply_pass(&s->tx_arena, &each[i], "0.0", &v[i].reply);
		taken += smtp_reply_is_positive(&v[i].reply);
		if (smtp_reply_is_temporary(&v[i].reply))
			last = i;
	}
	if (taken && !smtp_reply_is_positive(said) && !is_lmtp(&t->backend.target))
		return; /* it contradicts itself: nobody has it, says its last word */
	s->verdicts = v;
	s->verdicts_n = n;
	if (taken)
		smtp_reply_set(ret, 250, "2.0.0", "%zu of %zu recipients have it", taken, n);
	else
		*ret = v[last].reply;
}

static void pass_answer(struct proxy_tx *t, const struct smtp_reply *said,
	const struct smtp_reply *each, size_t n, struct smtp_reply *ret)
{
	if (t->backend.lost.code) {
		*ret = t->backend.lost;
		return;
	}
	proxy_reply_pass(&t->session->tx_arena, said, "0.0", ret);
	if (n > 1)
		pass_each(t, each, n, said, ret);
}

static int proxy_finish(
	struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct proxy_tx *t = proxy_of(tx);
	struct smtp_reply said, *each = arena_array(&t->arena, struct smtp_reply, t->log.accepted);
	size_t n;
	int r = proxy_backend_finish(ctx, &t->backend, &said, each, &n);

	(void)edits;
	if (r == 0) {
		pass_answer(t, &said, each, n, ret);
		metric_add(METRIC_MESSAGES_PROXIED, smtp_reply_is_positive(ret));
		proxy_log_reply(&t->log, &t->arena, &said, ret);
	}
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
	.header = proxy_write,
	.write = proxy_write,
	.finish = proxy_finish,
	.abort = proxy_abort,
};
