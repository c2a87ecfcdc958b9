/* The relay stores every message, the proxy those that a server behind it could not take; what is
 * stored, when it counts as accepted and what the client hears must not differ. */
#include "server/envelope.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/front.h"
#include "server/recipient.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"
#include "smtp/xtext.h"
#include "spool/spool.h"

/* ---- the envelope ---- */

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

void server_envelope_begin(struct server_envelope *v, struct arena *a, const struct session *s,
	const struct smtp_mail_cmd *cmd, enum spool_entitlement why)
{
	v->room = 0;
	v->e = (struct spool_envelope){
		.reverse_path = server_mailbox(a, &cmd->path),
		.login = arena_dup(a, s->login),
		.listener = arena_dup(a, s->listener->name),
		.helo = arena_dup(a, s->helo),
		.client = s->peer,
		.entitlement = why,
		.vouched = vouched_by(why),
		.smtputf8 = smtp_mail_params_has(&cmd->params, SMTP_PARAM_SMTPUTF8),
		.ret = (enum spool_ret)cmd->params.ret,
		.envid = xtext(a, cmd->params.envid),
	};
}

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

void server_envelope_add(struct server_envelope *v, struct arena *a, struct slice path,
	const struct smtp_rcpt_params *params)
{
	struct spool_envelope *e = &v->e;

	if (e->rcpts_n == v->room) {
		v->room = v->room ? v->room * 2 : 4;
		e->rcpts = mem_resize(e->rcpts, v->room * sizeof(*e->rcpts));
	}
	e->rcpts[e->rcpts_n++] = (struct spool_envelope_rcpt){
		.forward_path = path,
		.orcpt = original_recipient(a, params),
		.notify = (uint8_t)params->notify,
	};
}

size_t server_envelope_bytes(const struct server_envelope *v)
{
	return v->room * sizeof(*v->e.rcpts);
}

void server_envelope_done(struct server_envelope *v)
{
	free(v->e.rcpts);
	v->e.rcpts = NULL;
}

/* ---- the spool ---- */

bool server_spool_refuses(const struct server *server, uint64_t size, struct smtp_reply *ret)
{
	const struct spool *spool = server->spool;

	if (server->held >= server->held_max)
		smtp_reply_set(ret, 452, "4.3.1", "Too much mail arrives at once; try again later");
	else if (!spool_healthy(spool))
		smtp_reply_set(ret, 451, "4.3.0", "The spool has failed; try again later");
	else if (!spool_has_room(spool, size))
		smtp_reply_set(ret, 452, "4.3.1", "No room for mail now; try again later");
	else
		return false;
	return true;
}

void server_spool_refusal(int r, struct smtp_reply *ret)
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

static void log_accepted(
	struct ctx *ctx, const struct session *s, const struct spool_envelope *e, uint64_t size)
{
	struct tls_info tls = { 0 };

	(void)stream_tls_info(s->stream, &tls);
	metric_add(METRIC_MESSAGES_ACCEPTED, 1);
	LOG(ctx, EV_ACCEPTED, FIELD("from", e->reverse_path.n ? e->reverse_path : S("<>")),
		FIELD("to", e->rcpts[0].forward_path), FIELD_INT("recipients", e->rcpts_n),
		FIELD_INT("size", size), FIELD("helo", e->helo), FIELD("login", e->login),
		FIELD("listener", e->listener), FIELD_STR("tls", tls.version),
		FIELD("forwarded", front_forwarded(s)));
}

int server_envelope_commit(struct ctx *ctx, struct server_envelope *v, const struct session *s,
	struct spool_writer *writer, struct slice header, bool eight_bit, struct smtp_reply *ret)
{
	uint64_t size = header.n + 2 + spool_writer_size(writer);
	char id[TEXT_ID_CHARS];

	text_id(spool_writer_id(writer), id);
	v->e.arrived = clock_wall();
	/* What came, not what was declared: many declare 8BITMIME for everything, and some nothing
	 * for anything; a next hop without 8BITMIME can have all that is ASCII. */
	v->e.body = eight_bit ? SPOOL_BODY_8BITMIME : SPOOL_BODY_7BIT;
	int r = spool_commit(ctx, writer, &v->e, header, NULL, 0);

	if (r == ERR_CANCELLED)
		return r;
	if (r < 0) { /* a time-out is the disk's, not the client's */
		server_spool_refusal(r, ret);
		return 0;
	}
	log_accepted(ctx, s, &v->e, size);
	smtp_reply_set(ret, 250, "2.0.0", "Queued as %.*s", (int)sizeof(id), id);
	return 0;
}
