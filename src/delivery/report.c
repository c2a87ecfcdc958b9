/* Building a report and putting it into the spool like any other message: it has the null
 * reverse-path, it is ours, and it is routed and retried as everything else. */
#include "delivery/report.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "config/config.h"
#include "delivery/outcome.h"
#include "delivery/params.h"
#include "delivery/sched.h"
#include "message/dsn.h"
#include "message/header.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/random.h"
#include "smtp/param.h"

#define TEXT_MAX     (1u << 20) /* bytes of a report, and further for each recipient: */
#define RCPT_MAX     (16u << 10)
#define RETURNED_MAX (64u << 10) /* bytes of a body that RET=FULL sends back; beyond: header only */

/* ---- the text ---- */

static const enum message_dsn_action actions[REPORT_KINDS] = {
	[REPORT_FAILED] = MESSAGE_DSN_FAILED,
	[REPORT_DELAYED] = MESSAGE_DSN_DELAYED,
	[REPORT_SUCCESS] = MESSAGE_DSN_RELAYED,
};

static struct slice status_text(struct arena *a, struct smtp_status status)
{
	struct buf b;

	buf_init(&b, 16);
	smtp_status_format(&b, status);
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static void fill_rcpt(struct arena *a, const struct outcome_context *oc,
	const struct report_rcpt *v, struct message_dsn_rcpt *ret)
{
	const struct spool_envelope_rcpt *r = &oc->envelope->rcpts[v->result.rcpt];
	struct smtp_rcpt_params params;

	params_of_recipient(a, r, &params);
	*ret = (struct message_dsn_rcpt){
		.orcpt_type = params.orcpt.n ? params.orcpt_type : SLICE_NIL,
		.orcpt = params.orcpt,
		.action = v->kind == REPORT_SUCCESS && oc->is_final ? MESSAGE_DSN_DELIVERED
								    : actions[v->kind],
		.status = status_text(a, v->status),
		.remote_mta = oc->host,
		.diagnostic = v->diagnostic,
		.reason = v->diagnostic.n ? SLICE_NIL : v->result.reason,
		.last_attempt = clock_wall(),
		.retry_until = v->kind == REPORT_DELAYED ? v->keep_until : 0,
	};
	(void)smtp_path_parse_mailbox(a, r->forward_path, &ret->final); /* was parsed at RCPT */
}

/* The body as far as RET=FULL asks for it and it is short enough. Suspends. */
static struct slice returned_body(
	struct ctx *ctx, struct arena *a, const struct outcome_context *oc, enum report_kind kind)
{
	struct spool_reader *reader;
	struct buf b;
	struct slice piece, body = SLICE_NIL;
	int r;

	if (oc->envelope->ret != SPOOL_RET_FULL || kind != REPORT_FAILED ||
		spool_body_open(sched_spool(oc->sched), oc->id, &reader) < 0)
		return SLICE_NIL;
	buf_init(&b, RETURNED_MAX);
	while ((r = spool_body_read(ctx, reader, &piece)) == 0 && piece.n && !b.failed)
		buf_put(&b, piece);
	if (r == 0 && !b.failed)
		body = arena_dup(a, buf_slice(&b));
	buf_done(&b);
	spool_body_close(reader);
	return body;
}

static void describe(struct ctx *ctx, struct arena *a, const struct outcome_context *oc,
	enum report_kind kind, struct message_dsn *ret)
{
	const struct config *config = sched_config(oc->sched);
	struct smtp_mail_params params;
	char *id = arena_alloc(a, TEXT_ID_CHARS);

	params_of_message(a, oc->envelope, &params);
	text_id(oc->id, id);
	ret->reporting_mta = config->hostname;
	ret->envid = params.envid;
	ret->queue_id = slice_of(id, TEXT_ID_CHARS);
	ret->arrival = oc->envelope->arrived;
	ret->now = clock_wall();
	ret->random = random_u64();
	ret->header = oc->header;
	ret->body = returned_body(ctx, a, oc, kind);
	ret->what = ret->body.n ? MESSAGE_DSN_RETURN_FULL : MESSAGE_DSN_RETURN_HEADERS;
	(void)smtp_path_parse_mailbox(a, oc->envelope->reverse_path, &ret->sender);
}

/* ---- the spool ---- */

static int store(struct ctx *ctx, const struct outcome_context *oc, const struct message_dsn *dsn,
	struct slice text, const struct spool_result *results, size_t n)
{
	struct spool_envelope_rcpt rcpt = { .forward_path = oc->envelope->reverse_path };
	const struct spool_envelope envelope = {
		.arrived = clock_wall(),
		.entitlement = SPOOL_ENTITLED_LOCAL,
		.vouched = SPOOL_VOUCHED_NOT,
		.body = message_dsn_needs_8bit(dsn) ? SPOOL_BODY_8BITMIME : SPOOL_BODY_7BIT,
		.smtputf8 = message_dsn_needs_utf8(dsn),
		.rcpts = &rcpt,
		.rcpts_n = 1,
	};
	struct spool *spool = sched_spool(oc->sched);
	struct spool_writer *writer;
	size_t header, body;
	int r = spool_begin_own(ctx, spool, &writer);

	if (r < 0)
		return r;
	(void)message_header_split(text, true, &header, &body);
	r = spool_write(ctx, writer, slice_skip(text, body));
	if (r == 0)
		return spool_commit(ctx, writer, &envelope, slice_take(text, header), results, n);
	spool_abort(writer);
	return r;
}

int report_commit(struct ctx *ctx, const struct outcome_context *oc, enum report_kind kind,
	const struct report_rcpt *v, size_t n)
{
	struct arena scratch = ARENA_INIT;
	struct message_dsn_rcpt *rcpts = arena_array(&scratch, struct message_dsn_rcpt, n);
	struct spool_result *results = arena_array(&scratch, struct spool_result, n);
	struct message_dsn dsn = { .rcpts = rcpts };
	struct buf text;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (v[i].kind != kind)
			continue;
		fill_rcpt(&scratch, oc, &v[i], &rcpts[dsn.n]);
		results[dsn.n++] = v[i].result;
	}
	describe(ctx, &scratch, oc, kind, &dsn);
	buf_init(&text, TEXT_MAX + dsn.n * RCPT_MAX);
	message_dsn_format(&text, &dsn);
	r = text.failed ? ERR_LIMIT : store(ctx, oc, &dsn, buf_slice(&text), results, dsn.n);
	buf_done(&text);
	arena_reset(&scratch);
	return r;
}
