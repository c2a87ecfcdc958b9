/* The relay service. The envelope grows in memory while RCPTs come, the body goes into a spool
 * writer as it arrives, and one commit makes both durable; only then is 250 said. */
#include "server/relay.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "server/envelope.h"
#include "server/permission.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"
#include "spool/spool.h"

struct relay_tx {
	struct tx base;
	struct session *session;
	struct arena arena;
	struct smtp_path sender;
	struct server_envelope envelope;
	size_t held; /* bytes of the envelope, counted in server.held */
	uint64_t size_hint;
	struct spool_writer *writer;
	char id[TEXT_ID_CHARS];
};

static struct relay_tx *relay_of(struct tx *tx)
{
	return container_of(tx, struct relay_tx, base);
}

static void relay_free(struct relay_tx *t)
{
	spool_abort(t->writer);
	t->session->server->held -= t->held;
	server_envelope_done(&t->envelope);
	arena_reset(&t->arena);
	free(t);
}

static void count_held(struct relay_tx *t)
{
	struct server *server = t->session->server;
	size_t now = t->arena.total + server_envelope_bytes(&t->envelope);

	server->held += now - t->held;
	t->held = now;
}

static void relay_offers(const struct session *s, struct smtp_caps *caps)
{
	(void)s;
	smtp_caps_add(caps, SMTP_CAP_8BITMIME);
	smtp_caps_add(caps, SMTP_CAP_SMTPUTF8);
	smtp_caps_add(caps, SMTP_CAP_DSN);
}

/* ---- MAIL ---- */

static int relay_mail(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
	struct tx **ret_tx, struct smtp_reply *ret)
{
	const struct server_client client = session_client(s);
	struct server_verdict verdict = server_permission_mail(&client, &cmd->path);

	(void)ctx;
	if (!server_verdict_is_allowed(&verdict)) {
		smtp_reply_set(ret, verdict.code, verdict.enhanced, "%s", verdict.text);
		return 0;
	}
	if (server_spool_refuses(s->server, cmd->params.size, ret))
		return 0;
	struct relay_tx *t = mem_zalloc(sizeof(*t));

	t->base.ops = &relay_service;
	t->session = s;
	smtp_path_dup(&t->arena, &cmd->path, &t->sender);
	server_envelope_begin(&t->envelope, &t->arena, s, cmd, verdict.entitlement);
	t->size_hint = cmd->params.size;
	count_held(t);
	*ret_tx = &t->base;
	smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	return 0;
}

/* ---- RCPT ---- */

static void decide_recipient(
	struct relay_tx *t, const struct smtp_rcpt_cmd *cmd, struct smtp_reply *ret)
{
	const struct spool_envelope *e = &t->envelope.e;
	struct server_recipient recipient;

	if (!server_recipient_decide(t->session, &t->arena, &t->sender, e->reverse_path, e->rcpts_n,
		    &cmd->path, &recipient, ret))
		return;
	server_envelope_add(
		&t->envelope, &t->arena, server_mailbox(&t->arena, &recipient.path), &cmd->params);
	count_held(t);
	smtp_reply_set(ret, 250, "2.1.5", "Recipient taken");
}

static int relay_rcpts(struct ctx *ctx, struct tx *tx, const struct smtp_rcpt_cmd *cmds, size_t n,
	struct smtp_reply *ret)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		decide_recipient(relay_of(tx), &cmds[i], &ret[i]);
	return 0;
}

/* ---- content ---- */

static int relay_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct relay_tx *t = relay_of(tx);
	int r = spool_begin(ctx, t->session->server->spool, t->size_hint, &t->writer);

	if (r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r;
	if (r < 0) {
		server_spool_refusal(r, ret_refusal);
		return 0;
	}
	text_id(spool_writer_id(t->writer), t->id);
	t->base.queue_id = slice_of(t->id, sizeof(t->id));
	*ret = CONTENT_HOLD;
	return 0;
}

static int relay_write(struct ctx *ctx, struct tx *tx, struct slice body)
{
	return spool_write(ctx, relay_of(tx)->writer, body);
}

static int relay_finish(
	struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct relay_tx *t = relay_of(tx);
	struct spool_writer *writer = t->writer;

	t->writer = NULL;
	int r = server_envelope_commit(
		ctx, &t->envelope, t->session, writer, edits->header, edits->eight_bit, ret);

	relay_free(t);
	return r;
}

static void relay_abort(struct ctx *ctx, struct tx *tx, enum abort_why why)
{
	(void)ctx;
	(void)why;
	relay_free(relay_of(tx));
}

const struct service_ops relay_service = {
	.offers = relay_offers,
	.mail = relay_mail,
	.rcpts = relay_rcpts,
	.open = relay_open,
	.write = relay_write,
	.finish = relay_finish,
	.abort = relay_abort,
};
