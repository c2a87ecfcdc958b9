/* The relay service. The envelope grows in memory while RCPTs come, the body goes into a spool
 * writer as it arrives, and one commit makes both durable; only then is 250 said. */
#include "server/relay.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/tls.h"
#include "server/front.h"
#include "server/permission.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"
#include "smtp/xtext.h"
#include "spool/spool.h"

struct relay_tx {
	struct tx base;
	struct session *session;
	struct arena arena;
	struct smtp_path sender;
	struct spool_envelope envelope;
	size_t room; /* for recipients */
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
	free(t->envelope.rcpts);
	arena_reset(&t->arena);
	free(t);
}

static void count_held(struct relay_tx *t)
{
	struct server *server = t->session->server;
	size_t now = t->arena.total + t->room * sizeof(*t->envelope.rcpts);

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

static struct slice xtext(struct arena *a, struct slice bytes)
{
	struct buf b;

	buf_init(&b, SPOOL_FIELD_MAX);
	smtp_xtext_encode(&b, bytes);
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static enum spool_vouched vouched_by(enum spool_entitlement why)
{
	switch (why) {
	case SPOOL_ENTITLED_LOGIN:
		return SPOOL_VOUCHED_LOGIN;
	case SPOOL_ENTITLED_NETWORK:
	case SPOOL_ENTITLED_CERTIFICATE:
	case SPOOL_ENTITLED_POP:
	case SPOOL_ENTITLED_LOCAL:
		return SPOOL_VOUCHED_NETWORK;
	case SPOOL_NOT_ENTITLED:
		break;
	}
	return SPOOL_VOUCHED_NOT;
}

static void fill_envelope(
	struct relay_tx *t, const struct smtp_mail_cmd *cmd, enum spool_entitlement why)
{
	const struct session *s = t->session;

	smtp_path_dup(&t->arena, &cmd->path, &t->sender);
	t->envelope = (struct spool_envelope){
		.reverse_path = server_mailbox(&t->arena, &cmd->path),
		.login = arena_dup(&t->arena, s->login),
		.listener = arena_dup(&t->arena, s->listener->name),
		.helo = arena_dup(&t->arena, s->helo),
		.client = s->peer,
		.entitlement = why,
		.vouched = vouched_by(why),
		.smtputf8 = smtp_mail_params_has(&cmd->params, SMTP_PARAM_SMTPUTF8),
		.ret = (enum spool_ret)cmd->params.ret,
		.envid = xtext(&t->arena, cmd->params.envid),
	};
	t->size_hint = cmd->params.size;
	count_held(t);
}

static void no_room(const struct server *server, uint64_t size, struct smtp_reply *ret)
{
	const struct spool *spool = server->spool;

	if (server->held >= server->held_max)
		smtp_reply_set(ret, 452, "4.3.1", "Too much mail arrives at once; try again later");
	else if (!spool_healthy(spool))
		smtp_reply_set(ret, 451, "4.3.0", "The spool has failed; try again later");
	else if (!spool_has_room(spool, size))
		smtp_reply_set(ret, 452, "4.3.1", "No room for mail now; try again later");
}

static int relay_mail(struct ctx *ctx, struct session *s, const struct smtp_mail_cmd *cmd,
	struct tx **ret_tx, struct smtp_reply *ret)
{
	const struct server_client client = session_client(s);
	struct server_verdict verdict = server_permission_mail(&client, &cmd->path);

	(void)ctx;
	ret->code = 0;
	if (!server_verdict_is_allowed(&verdict))
		smtp_reply_set(ret, verdict.code, verdict.enhanced, "%s", verdict.text);
	else
		no_room(s->server, cmd->params.size, ret);
	if (ret->code)
		return 0;
	struct relay_tx *t = mem_zalloc(sizeof(*t));

	t->base.ops = &relay_service;
	t->session = s;
	fill_envelope(t, cmd, verdict.entitlement);
	*ret_tx = &t->base;
	smtp_reply_set(ret, 250, "2.1.0", "Sender taken");
	return 0;
}

/* ---- RCPT ---- */

static struct slice original_recipient(struct arena *a, const struct smtp_rcpt_params *p)
{
	struct buf b;

	if (!smtp_rcpt_params_has(p, SMTP_PARAM_ORCPT))
		return SLICE_NIL;
	buf_init(&b, SPOOL_FIELD_MAX);
	buf_put(&b, p->orcpt_type);
	buf_putc(&b, ';');
	smtp_xtext_encode(&b, p->orcpt);
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static void add_recipient(
	struct relay_tx *t, const struct smtp_path *path, const struct smtp_rcpt_params *params)
{
	struct spool_envelope *e = &t->envelope;

	if (e->rcpts_n == t->room) {
		t->room = t->room ? t->room * 2 : 4;
		e->rcpts = mem_resize(e->rcpts, t->room * sizeof(*e->rcpts));
	}
	e->rcpts[e->rcpts_n++] = (struct spool_envelope_rcpt){
		.forward_path = server_mailbox(&t->arena, path),
		.orcpt = original_recipient(&t->arena, params),
		.notify = (uint8_t)params->notify,
	};
	count_held(t);
}

static void decide_recipient(
	struct relay_tx *t, const struct smtp_rcpt_cmd *cmd, struct smtp_reply *ret)
{
	struct server_recipient recipient;

	if (!server_recipient_decide(t->session, &t->arena, &t->sender, t->envelope.reverse_path,
		    t->envelope.rcpts_n, &cmd->path, &recipient, ret))
		return;
	add_recipient(t, &recipient.path, &cmd->params);
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

static void spool_refusal(int r, struct smtp_reply *ret)
{
	if (r == ERR_FULL)
		smtp_reply_set(ret, 452, "4.3.1", "No room for the message now; try again later");
	else if (r == ERR_LIMIT)
		smtp_reply_set(ret, 552, "5.3.4", "The message is too large to be stored");
	else if (r == ERR_TIMEOUT)
		smtp_reply_set(ret, 451, "4.3.0",
			"The disk does not answer: whether it has the message is unknown; try "
			"again later");
	else
		smtp_reply_set(
			ret, 451, "4.3.0", "The message could not be stored; try again later");
}

static int relay_open(
	struct ctx *ctx, struct tx *tx, enum content_mode *ret, struct smtp_reply *ret_refusal)
{
	struct relay_tx *t = relay_of(tx);
	int r = spool_begin(ctx, t->session->server->spool, t->size_hint, &t->writer);

	if (r == ERR_CANCELLED || r == ERR_TIMEOUT)
		return r;
	if (r < 0) {
		spool_refusal(r, ret_refusal);
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

static void log_accepted(struct ctx *ctx, const struct relay_tx *t, uint64_t size)
{
	const struct session *s = t->session;
	const struct spool_envelope *e = &t->envelope;
	struct tls_info tls = { 0 };

	(void)stream_tls_info(s->stream, &tls);
	metric_add(METRIC_MESSAGES_ACCEPTED, 1);
	LOG(ctx, EV_ACCEPTED, FIELD("from", e->reverse_path.n ? e->reverse_path : S("<>")),
		FIELD("to", e->rcpts[0].forward_path), FIELD_INT("recipients", e->rcpts_n),
		FIELD_INT("size", size), FIELD("helo", e->helo), FIELD("login", e->login),
		FIELD("listener", e->listener), FIELD_STR("tls", tls.version),
		FIELD("forwarded", front_forwarded(s)));
}

static int relay_finish(
	struct ctx *ctx, struct tx *tx, const struct edits *edits, struct smtp_reply *ret)
{
	struct relay_tx *t = relay_of(tx);
	struct spool_writer *writer = t->writer;
	uint64_t size = edits->header.n + 2 + spool_writer_size(writer);

	t->writer = NULL;
	t->envelope.arrived = clock_wall();
	/* What came, not what was declared: many declare 8BITMIME for everything, and some nothing
	 * for anything; a next hop without 8BITMIME can have all that is ASCII. */
	t->envelope.body = edits->eight_bit ? SPOOL_BODY_8BITMIME : SPOOL_BODY_7BIT;
	int r = spool_commit(ctx, writer, &t->envelope, edits->header, NULL, 0);

	if (r == 0) {
		log_accepted(ctx, t, size);
		smtp_reply_set(ret, 250, "2.0.0", "Queued as %.*s", SLICE_ARG(t->base.queue_id));
	} else if (r != ERR_CANCELLED) { /* a time-out is the disk's, not the client's */
		spool_refusal(r, ret);
		r = 0;
	}
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
