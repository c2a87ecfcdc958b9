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

#include "base/mem.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "server/ahead.h"
#include "server/content.h"
#include "server/envelope.h"
#include "server/front.h"
#include "server/passage.h"
#include "server/permission.h"
#include "server/proxy_body.h"
#include "server/proxy_gather.h"
#include "server/proxy_offers.h"
#include "server/proxy_reply.h"
#include "server/proxy_rest.h"
#include "server/proxy_tx.h"
#include "server/proxy_wide.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"

/* ---- MAIL ---- */

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
	t->backend.hostname = s->config->hostname;
	t->backend.held = s->passage ? passage_conn(s->passage) : NULL;
	t->backend.ahead = ahead_conn(s, needs, cmd->params.size);
	t->backend.next_alarm = &s->server->backend_alarm;
	t->backend.reverse_path = server_mailbox(&t->arena, &cmd->path);
	smtp_mail_params_dup(&t->arena, &cmd->params, &t->backend.params);
	text_id((uint64_t)clock_wall() << 12 | (s->server->next_session++ & 4095), t->id);
	proxy_keep_begin(&t->keep, &t->arena, s, cmd, why);
	t->late = s->listener->connect == CONFIG_CONNECT_DOT;
	proxy_tx_count(t);
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
		proxy_tx_introduce(t);
		b->kept = proxy_keep_can(&t->keep);
		b->prefer = proxy_doubt_member(t->session, b, NULL, 0);
		r = proxy_backend_mail(ctx, b, &said);
	}
	if (r == 0 && said.code && b->kept && smtp_reply_is_about_session(&said))
		proxy_backend_refused(b, &said);
	if (r == 0 && proxy_tx_is_ours(t))
		smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	else if (r == 0 && b->lost.code)
		*ret = b->lost;
	else if (r == 0)
		proxy_backend_pass(b, &t->session->tx_arena, &said, "1.0", ret);
	if (r == 0 && smtp_reply_is_positive(ret)) {
		*ret_tx = &t->base;
		return 0;
	}
	proxy_log_reply(&t->log, &t->arena, proxy_backend_heard(b, &said), ret);
	proxy_log_end(ctx, &t->log, t->session, b, "stopped");
	proxy_tx_free(t);
	return r;
}

static int proxy_mail(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
	struct tx **ret_tx, struct smtp_reply *ret)
{
	const struct server_client client = session_client(s);
	struct server_verdict verdict = server_permission_mail(&client, &cmd->path);

	if (s->passage && !passage_is_alive(s->passage)) {
		smtp_reply_set(ret, 421, "4.4.2",
			"The connection to the server behind us has ended; log in again");
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

/* ---- content ---- */

/* Before the content: who takes it? Else *ret_refusal. */
static int find_taker(struct ctx *ctx, struct proxy_tx *t, struct smtp_reply *ret_refusal)
{
	struct proxy_backend *b = &t->backend;
	struct smtp_reply said = { 0 };
	int r = 0;

	b->kept = proxy_keep_can(&t->keep);
	if ((t->keep.ours_n && !b->kept) || (t->late && !proxy_keep_admit(&t->keep))) {
		proxy_keep_refusal(&t->keep, ret_refusal);
		t->log.refused = true;
		return 0;
	}
	if (!t->late)
		r = proxy_gather_begin(ctx, t, ret_refusal);
	if (t->late || r < 0 || ret_refusal->code)
		return r;
	if (proxy_tx_backends(t) == 0)
		proxy_backend_end(b); /* nobody there wants it */
	else
		r = proxy_backend_open(ctx, b, &said);
	if (r == 0 && said.code && b->kept && smtp_reply_is_about_session(&said))
		proxy_backend_refused(b, &said);
	if (r < 0 || proxy_tx_backends(t) == 0 || proxy_tx_is_ours(t))
		return r;
	if (b->lost.code)
		*ret_refusal = b->lost;
	else if (said.code)
		proxy_backend_pass(b, &t->arena, &said, "0.0", ret_refusal);
	else
		proxy_gather_streams(t);
	if (ret_refusal->code)
		proxy_log_reply(&t->log, &t->arena, proxy_backend_heard(b, &said), ret_refusal);
	return 0;
}

static int proxy_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct proxy_tx *t = proxy_tx_of(tx);

	*ret = CONTENT_STREAM;
	t->base.queue_id = slice_of(t->id, sizeof(t->id));
	int r = find_taker(ctx, t, ret_refusal);

	if (r == 0 && ret_refusal->code == 0 && proxy_tx_backends(t))
		proxy_doubt_open(&t->doubt, t->session, &t->backend, t->keep.ours_n == 0);
	return r;
}

/* What could not be kept is no loss while a backend has everyone. */
static int note_kept(struct proxy_tx *t, int r)
{
	if (r == 0 || r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r;
	proxy_keep_drop(&t->keep); /* its room is free at once, however long the rest may take */
	if (t->keep.ours_n || t->late || t->backend.lost.code)
		return r;
	t->backend.kept = false;
	return 0;
}

/* What is lost stays lost; the client is told at the end, since it sends all of it in any case. */
static int pass_on(struct ctx *ctx, struct proxy_tx *t, struct slice bytes)
{
	proxy_tx_received(t);
	if (!t->late && t->session->content->reader.eight_bit && proxy_wide_streams(&t->backend)) {
		proxy_body_settle(ctx, &t->backend);
		proxy_backend_end(&t->backend);
	}
	return t->late ? 0 : proxy_body_write(ctx, &t->backend, bytes);
}

static int proxy_header(struct ctx *ctx, struct tx *tx, struct slice bytes)
{
	struct proxy_tx *t = proxy_tx_of(tx);
	int r = pass_on(ctx, t, bytes);

	/* As it came: ours has a field that is new each time. */
	proxy_doubt_header(&t->doubt, buf_slice(&t->session->content->header));

	t->log.size += bytes.n;
	if (r == 0)
		r = note_kept(t, proxy_keep_header(&t->keep, bytes, t->late));
	proxy_tx_count(t);
	return r;
}

static int proxy_write(struct ctx *ctx, struct tx *tx, struct slice bytes)
{
	struct proxy_tx *t = proxy_tx_of(tx);
	int r = pass_on(ctx, t, bytes);

	proxy_doubt_write(&t->doubt, bytes);
	t->log.size += bytes.n;
	return r == 0 ? note_kept(t, proxy_keep_write(ctx, &t->keep, bytes)) : r;
}

static const char *why_ended(const struct session *s, enum abort_why why)
{
	switch (why) {
	case ABORT_RSET:
		break;
	case ABORT_CLIENT:
		return s->quit || s->closing ? "abandoned" : "client-lost";
	case ABORT_REFUSE:
		return proxy_log_refused;
	case ABORT_STOP:
		return "stopped";
	}
	return "abandoned";
}

static void proxy_abort(struct ctx *ctx, struct tx *tx, enum abort_why why)
{
	struct proxy_tx *t = proxy_tx_of(tx);

	proxy_body_settle(ctx, &t->backend);
	proxy_log_end(ctx, &t->log, t->session, &t->backend, why_ended(t->session, why));
	proxy_tx_free(t);
}

const struct service_ops proxy_service = {
	.offers = proxy_offers_add,
	.mail = proxy_mail,
	.rcpts = proxy_rcpts,
	.open = proxy_open,
	.header = proxy_header,
	.write = proxy_write,
	.finish = proxy_finish,
	.rest = proxy_rest,
	.abort = proxy_abort,
};
