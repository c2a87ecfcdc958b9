/* The fate of a recipient, decided in one place. Refused for good, or out of time: a report goes
 * to a sender that may have one; where none may be sent the recipient is held as undeliverable,
 * so that nothing vanishes. What cannot be recorded with its report now is deferred, never
 * dropped. */
#include "delivery/outcome.h"

#include "base/buf.h"
#include "base/event.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "delivery/postmaster.h"
#include "delivery/report.h"
#include "delivery/retry.h"
#include "delivery/sched.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "spool/spool.h"

#define SETTLE_TIME USEC_PER_MIN /* for storing reports, cancelled or not */

/* ---- from the way out ---- */

void outcome_from_result(struct outcome *ret, uint16_t rcpt, const struct client_result *result)
{
	static const enum outcome_kind kinds[] = {
		[CLIENT_DELIVERED] = OUTCOME_DELIVERED,
		[CLIENT_TEMPORARY] = OUTCOME_TEMPORARY,
		[CLIENT_PERMANENT] = OUTCOME_PERMANENT,
		[CLIENT_INDOUBT] = OUTCOME_TEMPORARY,
		[CLIENT_TOO_BIG] = OUTCOME_PERMANENT,
		[CLIENT_NEEDS_8BIT] = OUTCOME_PERMANENT,
		[CLIENT_NEEDS_UTF8] = OUTCOME_PERMANENT,
		[CLIENT_UNTRIED] = OUTCOME_UNTRIED,
	};

	*ret = (struct outcome){
		.rcpt = rcpt,
		.kind = kinds[result->outcome],
		.status = result->status,
		.reply = result->reply,
		.text = result->text,
	};
}

void outcome_from_failure(struct outcome *ret, uint16_t rcpt, const struct nexthop_failure *failure)
{
	*ret = (struct outcome){
		.rcpt = rcpt,
		.kind = failure->fate == NEXTHOP_FAIL ? OUTCOME_PERMANENT : OUTCOME_TEMPORARY,
		.status = failure->status,
		.text = failure->text,
	};
}

/* ---- deciding ---- */

/* A report may go out, and this recipient's NOTIFY asks for such a one. */
static bool may_report(const struct spool_envelope *e, const struct spool_envelope_rcpt *r,
	enum spool_notify which)
{
	unsigned notify = r->notify ? r->notify : SPOOL_NOTIFY_FAILURE | SPOOL_NOTIFY_DELAY;

	return e->reverse_path.n && e->vouched != SPOOL_VOUCHED_NOT && (notify & which);
}

static bool wants_no_report(const struct spool_envelope_rcpt *r)
{
	return r->notify && !(r->notify & SPOOL_NOTIFY_FAILURE);
}

static void decide_failed(const struct spool_envelope *e, struct report_rcpt *v)
{
	const struct spool_envelope_rcpt *r = &e->rcpts[v->result.rcpt];

	if (may_report(e, r, SPOOL_NOTIFY_FAILURE)) {
		v->result.outcome = SPOOL_FAIL;
		v->kind = REPORT_FAILED;
	} else if (wants_no_report(r)) {
		v->result.outcome = SPOOL_FAIL;
	} else {
		v->result.outcome = SPOOL_UNDELIVERABLE;
	}
}

static usec_t domain_keep(const struct config *config, struct slice path)
{
	struct slice domain = slice_skip(path, slice_rfind(path, '@') + 1);
	const struct config_domain *d = config_domain_find(config, domain);

	return d ? d->keep : 0;
}

static void decide_deferred(const struct outcome_context *oc, struct report_rcpt *v)
{
	const struct config *config = sched_config(oc->sched);
	const struct spool_envelope *e = oc->envelope;
	const struct spool_envelope_rcpt *r = &e->rcpts[v->result.rcpt];
	const struct retry_state state = {
		.arrived = e->arrived,
		.now = clock_wall(),
		.attempts = v->result.attempts,
		.warned = v->result.warned,
		.null_sender = e->reverse_path.n == 0,
		.keep = domain_keep(config, r->forward_path),
	};

	v->result.outcome = SPOOL_DEFER;
	v->keep_until = e->arrived + retry_keep(config, &state);
	switch (retry_decide(config, &state, sched_rng(oc->sched), &v->result.due)) {
	case RETRY_LATER:
		break;
	case RETRY_WARN:
		v->result.warned = true;
		if (may_report(e, r, SPOOL_NOTIFY_DELAY))
			v->kind = REPORT_DELAYED;
		break;
	case RETRY_EXPIRED:
		v->status = (struct smtp_status){ 4, 4, 7 };
		decide_failed(e, v);
		break;
	}
}

static void decide_delivered(const struct outcome_context *oc, struct report_rcpt *v)
{
	const struct spool_envelope *e = oc->envelope;

	v->result.outcome = SPOOL_DELIVERED;
	if (!oc->relays_dsn && may_report(e, &e->rcpts[v->result.rcpt], SPOOL_NOTIFY_SUCCESS))
		v->kind = REPORT_SUCCESS;
}

/* What the next hop or we said, in one line. */
static struct slice reason_of(struct arena *a, const struct outcome *o, struct slice name)
{
	struct buf b;

	buf_init(&b, SPOOL_REASON_MAX * 4);
	if (o->reply.code) {
		if (name.n) {
			buf_put(&b, name);
			buf_puts(&b, " said: ");
		}
		smtp_reply_format_line(&b, &o->reply);
	} else if (o->text) {
		buf_puts(&b, o->text);
	}
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static struct slice diagnostic_of(struct arena *a, const struct outcome *o)
{
	struct buf b;

	if (o->reply.code == 0)
		return SLICE_NIL;
	buf_init(&b, SMTP_REPLY_READ_MAX * 4);
	smtp_reply_format_line(&b, &o->reply);
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

static void decide(struct arena *a, const struct outcome_context *oc, const struct outcome *o,
	struct report_rcpt *v)
{
	struct spool_rcpt_info info = { 0 };

	(void)spool_look_rcpt(sched_spool(oc->sched), oc->id, o->rcpt, &info);
	*v = (struct report_rcpt){
		.result = { .id = oc->id,
			.rcpt = o->rcpt,
			.attempts = (uint16_t)(info.attempts + 1),
			.warned = info.warned,
			.reason = reason_of(a, o, oc->name) },
		.status = o->status,
		.diagnostic = diagnostic_of(a, o),
	};
	switch (o->kind) {
	case OUTCOME_DELIVERED:
		decide_delivered(oc, v);
		break;
	case OUTCOME_TEMPORARY:
		decide_deferred(oc, v);
		break;
	case OUTCOME_PERMANENT:
		decide_failed(oc->envelope, v);
		break;
	case OUTCOME_UNTRIED:
		v->result.outcome = SPOOL_RETURN;
		break;
	}
}

/* ---- saying so ---- */

static void log_one(struct ctx *ctx, const struct outcome_context *oc, const struct report_rcpt *v)
{
	static const struct {
		enum event event;
		enum metric metric;
	} words[] = {
		[SPOOL_DELIVERED] = { EV_DELIVERED, METRIC_DELIVERED },
		[SPOOL_DEFER] = { EV_DEFERRED, METRIC_DEFERRED },
		[SPOOL_FAIL] = { EV_BOUNCED, METRIC_BOUNCED },
		[SPOOL_UNDELIVERABLE] = { EV_UNDELIVERABLE, METRIC_UNDELIVERABLE },
	};
	static const char *const reports[REPORT_KINDS] = {
		[REPORT_FAILED] = "failure, stored for the sender",
		[REPORT_DELAYED] = "delay, stored for the sender",
		[REPORT_SUCCESS] = "success, stored for the sender",
	};
	const struct spool_envelope *e = oc->envelope;
	struct buf status, due;

	if (v->result.outcome == SPOOL_RETURN)
		return;
	metric_add(words[v->result.outcome].metric, 1);
	buf_init(&status, 16);
	smtp_status_format(&status, v->status);
	buf_init(&due, 64);
	if (v->result.outcome == SPOOL_DEFER)
		time_format_iso(&due, v->result.due);
	LOG(ctx, words[v->result.outcome].event, FIELD("to", e->rcpts[v->result.rcpt].forward_path),
		FIELD("from", e->reverse_path.n ? e->reverse_path : S("<>")),
		FIELD("host", oc->name), FIELD("status", buf_slice(&status)),
		FIELD("reason", v->result.reason), FIELD_INT("attempt", v->result.attempts),
		FIELD_INT("age-ms", (clock_wall() - e->arrived) / USEC_PER_MSEC),
		FIELD("next", buf_slice(&due)), FIELD_STR("report", reports[v->kind]));
	buf_done(&status);
	buf_done(&due);
}

/* A report of our own to the postmaster makes no second one. */
static void tell_postmaster(const struct outcome_context *oc, const struct report_rcpt *v)
{
	const struct spool_envelope *e = oc->envelope;
	struct slice to = e->rcpts[v->result.rcpt].forward_path;
	char id[TEXT_ID_CHARS];

	if (v->result.outcome != SPOOL_UNDELIVERABLE ||
		(e->entitlement == SPOOL_ENTITLED_LOCAL &&
			slice_eq(to, sched_config(oc->sched)->postmaster)))
		return;
	text_id(oc->id, id);
	postmaster_note(sched_postmaster(oc->sched),
		"Message %.*s from <%.*s> to <%.*s> failed and may not be returned: %.*s. "
		"It is held in the queue.",
		TEXT_ID_CHARS, id, SLICE_ARG(e->reverse_path), SLICE_ARG(to),
		SLICE_ARG(slice_take(v->result.reason, 300)));
}

/* The report could not be stored: nothing may be lost, so the recipient waits for another try. */
static void put_off(const struct outcome_context *oc, struct report_rcpt *v)
{
	const struct config *config = sched_config(oc->sched);

	if (v->kind == REPORT_FAILED) {
		v->result.outcome = SPOOL_DEFER;
		v->result.due = clock_wall() + config->retry.schedule.v[0];
	} else if (v->kind == REPORT_DELAYED) {
		v->result.warned = false;
	}
	v->kind = REPORT_NONE;
}

static void store_reports(struct ctx *ctx, const struct outcome_context *oc, struct report_rcpt *v,
	size_t n, enum report_kind kind)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= v[i].kind == kind;
	if (!any)
		return;
	int r = report_commit(ctx, oc, kind, v, n);

	if (r == 0)
		return;
	LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "a report to the sender could not be stored"),
		FIELD_STR("error", err_name(r)), FIELD_STR("mail", "stays in the queue"));
	for (size_t i = 0; i < n; i++)
		if (v[i].kind == kind)
			put_off(oc, &v[i]);
}

void outcome_settle(
	struct ctx *ctx, const struct outcome_context *oc, const struct outcome *v, size_t n)
{
	struct arena scratch = ARENA_INIT;
	struct report_rcpt *decided = arena_array(&scratch, struct report_rcpt, n);
	struct deadline d;

	for (size_t i = 0; i < n; i++)
		decide(&scratch, oc, &v[i], &decided[i]);
	ctx_shield(ctx, &d, SETTLE_TIME);
	for (enum report_kind kind = REPORT_FAILED; kind < REPORT_KINDS; kind++)
		store_reports(ctx, oc, decided, n, kind);
	(void)ctx_widen(ctx, &d, 0);
	for (size_t i = 0; i < n; i++) {
		if (decided[i].kind == REPORT_NONE)
			spool_record(sched_spool(oc->sched), &decided[i].result, 1);
		log_one(ctx, oc, &decided[i]);
		tell_postmaster(oc, &decided[i]);
	}
	arena_reset(&scratch);
}
