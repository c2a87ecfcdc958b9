/* The body goes into a spool's writer while it also goes to the backend, and most often it is for
 * nothing: the backend's answer, whatever it is, is the answer, and the writer is dropped. Only a
 * commit makes anything of it, so a crash leaves no trace. The envelope holds everyone who got 250
 * at RCPT, whoever said so, since a backend that is lost later leaves its recipients to us. */
#include "server/proxy_keep.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "server/content.h"
#include "server/server.h"
#include "server/service.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"
#include "spool/spool.h"

#define EMPTY_LINE 2

/* What no queue could take can be passed on all the same. */
static size_t header_max(const struct session *s)
{
	return (size_t)s->config->limits.header_size + CONTENT_ADDED_BYTES + EMPTY_LINE;
}

/* What was offered in the name of the servers behind us, and would be forgotten in the queue. */
static bool asks_too_much(const struct smtp_mail_params *p)
{
	return smtp_mail_params_has(p, SMTP_PARAM_REQUIRETLS) ||
	       smtp_mail_params_has(p, SMTP_PARAM_MT_PRIORITY);
}

void proxy_keep_begin(struct proxy_keep *k, struct arena *a, const struct session *s,
	const struct smtp_mail_cmd *cmd, enum spool_entitlement why)
{
	k->lent = s->listener->on_backend_failure != CONFIG_FAILURE_SPOOL ||
		  asks_too_much(&cmd->params);
	if (k->lent && s->listener->connect != CONFIG_CONNECT_DOT)
		return;
	k->session = s;
	k->arena = a;
	k->size_hint = cmd->params.size;
	server_envelope_begin(&k->envelope, a, s, cmd, why);
	buf_init(&k->header, header_max(s));
}

bool proxy_keep_borrow(
	struct proxy_keep *k, struct arena *a, const struct session *s, uint64_t size_hint)
{
	struct gathering *g = &s->server->gathering;

	if (k->session && !k->lent)
		return true;
	if (gathering_avoids(g, &s->peer.ip, clock_now()))
		return false;
	if (!gathering_begin(g, &s->peer.ip, spool_room(s->server->spool), size_hint, &k->gathered))
		return false;
	if (k->session)
		return true;
	k->lent = true;
	k->session = s;
	k->arena = a;
	k->size_hint = size_hint;
	buf_init(&k->header, header_max(s));
	return true;
}

int proxy_keep_prepare(struct ctx *ctx, struct proxy_keep *k, char *id)
{
	if (!k->session || k->writer)
		return 0;
	int r = spool_begin(ctx, k->session->server->spool, k->size_hint, &k->writer);

	if (r == 0)
		text_id(spool_writer_id(k->writer), id);
	return r == ERR_CANCELLED || r == ERR_TIMEOUT ? r : 0;
}

bool proxy_keep_holds(const struct proxy_keep *k)
{
	struct smtp_reply why;

	return k->writer && !server_spool_refuses(k->session->server, k->size_hint, &why);
}

bool proxy_keep_admit(struct proxy_keep *k)
{
	struct server *server = k->session->server;

	if (!proxy_keep_holds(k))
		return false;
	return !k->lent || gathering_begin(&server->gathering, &k->session->peer.ip,
				   spool_room(server->spool), k->size_hint, &k->gathered);
}

bool proxy_keep_can(const struct proxy_keep *k)
{
	return !k->lent && proxy_keep_holds(k);
}

void proxy_keep_refusal(const struct proxy_keep *k, struct smtp_reply *ret)
{
	if (!k->writer)
		server_spool_refusal(ERR_IO, ret);
	else if (!server_spool_refuses(k->session->server, k->size_hint, ret))
		server_spool_refusal(ERR_FULL, ret); /* others have it */
}

void proxy_keep_add(struct proxy_keep *k, const struct client_rcpt *rcpt, bool ours)
{
	size_t n = k->envelope.e.rcpts_n;

	if (!k->session)
		return;
	server_envelope_add(&k->envelope, k->arena, rcpt->path, &rcpt->params);
	if (n == k->ours_room) {
		k->ours_room = k->envelope.room;
		k->ours = mem_resize(k->ours, k->ours_room * sizeof(*k->ours));
	}
	k->ours[n] = ours;
	k->ours_n += ours;
}

struct proxy_keep_no {
	const struct proxy_keep_no *next;
	struct slice path;
	struct smtp_reply said;
};

void proxy_keep_refuse(struct proxy_keep *k, struct slice path, const struct smtp_reply *said)
{
	if (!k->session || k->lent)
		return;
	struct proxy_keep_no *no = arena_array(k->arena, struct proxy_keep_no, 1);

	*no = (struct proxy_keep_no){ k->noes, path, *said };
	k->noes = no;
}

const struct smtp_reply *proxy_keep_no(const struct proxy_keep *k, struct slice path)
{
	const struct proxy_keep_no *no = k->noes;

	while (no && !slice_eq_nocase(no->path, path))
		no = no->next;
	return no ? &no->said : NULL;
}

size_t proxy_keep_bytes(const struct proxy_keep *k)
{
	return server_envelope_bytes(&k->envelope) + k->ours_room * sizeof(*k->ours) + k->header.n;
}

/* ---- content ---- */

int proxy_keep_header(struct proxy_keep *k, struct slice header, bool passes)
{
	if (!k->writer)
		return 0;
	if (!k->lent && header.n > SPOOL_HEADER_MAX + EMPTY_LINE) {
		if (!passes || k->ours_n)
			return ERR_LIMIT;
		k->lent = true;
	}
	struct server *server = k->session->server;

	if (!gathering_memory(&k->gathered, server->held_max, header.n) ||
		!gathering_add(&k->gathered, spool_room(server->spool), header.n))
		return ERR_FULL;
	buf_put(&k->header, header);
	return k->header.failed ? ERR_LIMIT : 0;
}

static int refuse_rest(struct ctx *ctx, struct proxy_keep *k)
{
	gathering_avoid(&k->gathered, clock_now());
	return ctx_fail(ctx, ERR_FULL, "spool", "other messages that are gathered have the room");
}

int proxy_keep_write(struct ctx *ctx, struct proxy_keep *k, struct slice body)
{
	if (!k->writer)
		return 0;
	if (!gathering_add(&k->gathered, spool_room(k->session->server->spool), body.n))
		return refuse_rest(ctx, k);
	int r = spool_write(ctx, k->writer, body);

	if (r == 0 && spool_writer_has_file(k->writer) && !gathering_file(&k->gathered))
		return refuse_rest(ctx, k);
	return r;
}

int proxy_keep_each(struct ctx *ctx, struct proxy_keep *k,
	int (*visit)(void *arg, struct slice piece), void *arg)
{
	int r = visit(arg, buf_slice(&k->header));

	return r == 0 ? spool_writer_each(ctx, k->writer, visit, arg) : r;
}

void proxy_keep_leave_ours(struct proxy_keep *k)
{
	struct spool_envelope *e = &k->envelope.e;
	size_t n = 0;

	for (size_t i = 0; i < e->rcpts_n; i++)
		if (k->ours[i])
			e->rcpts[n++] = e->rcpts[i];
	e->rcpts_n = n;
}

int proxy_keep_commit(
	struct ctx *ctx, struct proxy_keep *k, const struct edits *edits, struct smtp_reply *ret)
{
	struct spool_writer *writer = k->writer;
	struct slice header = buf_slice(&k->header);

	if (!writer) {
		server_spool_refusal(ERR_IO, ret);
		return 0;
	}
	k->writer = NULL;
	int r = server_envelope_commit(ctx, &k->envelope, k->session, writer,
		slice_take(header, header.n - EMPTY_LINE), edits->eight_bit, ret);

	if (r == 0 && ret->code >= 500) /* a backend might take it: it is our limit */
		server_spool_refusal(ERR_IO, ret);
	metric_add(METRIC_MESSAGES_KEPT, r == 0 && smtp_reply_is_positive(ret));
	return r;
}

void proxy_keep_drop(struct proxy_keep *k)
{
	spool_abort(k->writer);
	k->writer = NULL;
	gathering_end(&k->gathered);
	buf_clear(&k->header);
}

void proxy_keep_end(struct proxy_keep *k)
{
	spool_abort(k->writer);
	gathering_end(&k->gathered);
	server_envelope_done(&k->envelope);
	buf_done(&k->header);
	free(k->ours);
}
