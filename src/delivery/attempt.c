/* An attempt reads top to bottom: take a job, lease its recipients, read the message, get a
 * session, send, settle. The session is kept for the next job of the line. When the destination
 * cannot be reached, the rest of the line shares the failure: trying each message against a dead
 * host would help nobody. */
#include "delivery/attempt.h"

#include <assert.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "base/metrics.h"
#include "base/text.h"
#include "config/config.h"
#include "delivery/health.h"
#include "delivery/outcome.h"
#include "delivery/params.h"
#include "delivery/sched.h"
#include "nexthop/alabel.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "smtp/caps.h"
#include "spool/spool.h"

#define UNREADABLE_PAUSE                                                                           \
	USEC_PER_MIN /* before a message that the disk did not give is tried again */

/* One message in hand. */
struct letter {
	struct sched *sched;
	struct sched_job *job;
	struct arena arena;
	struct spool_lease lease;
	struct spool_envelope envelope;
	struct slice sender; /* the reverse-path as it is said */
	struct slice header;
	struct spool_reader *body;
	unsigned part; /* of the content: what `next` gives next */
	bool needs_8bit, needs_utf8;
	char id[TEXT_ID_CHARS];
};

/* ---- the message as the client reads it ---- */

static int next_piece(struct ctx *ctx, void *arg, struct slice *ret)
{
	struct letter *l = arg;

	switch (l->part++) {
	case 0:
		*ret = l->header;
		if (ret->n)
			return 0;
		l->part++;
		__attribute__((fallthrough));
	case 1:
		*ret = S("\r\n");
		return 0;
	default:
		return spool_body_read(ctx, l->body, ret);
	}
}

static void rewind_letter(void *arg)
{
	struct letter *l = arg;

	l->part = 0;
	spool_body_rewind(l->body);
}

static bool still_ours(void *arg)
{
	const struct letter *l = arg;

	return spool_lease_valid(sched_spool(l->sched), &l->lease);
}

/* ---- taking a message in hand ---- */

/* The forward-path of the job's i-th recipient as it is said: in A-labels where that spares
 * SMTPUTF8. */
static struct slice said_path(struct arena *a, const struct letter *l, size_t i)
{
	return nexthop_alabel_mailbox(a, l->envelope.rcpts[l->job->rcpts[i]].forward_path);
}

static void find_needs(struct letter *l)
{
	const struct spool_envelope *e = &l->envelope;

	l->sender = nexthop_alabel_mailbox(&l->arena, e->reverse_path);
	l->needs_8bit = e->body != SPOOL_BODY_7BIT || !slice_is_ascii(l->header);
	if (!e->smtputf8)
		return;
	l->needs_utf8 = !slice_is_ascii(l->header) || !slice_is_ascii(l->sender);
	for (size_t i = 0; i < l->job->n && !l->needs_utf8; i++)
		l->needs_utf8 = !slice_is_ascii(said_path(&l->arena, l, i));
}

/* 0, or why the message cannot be sent now: it is gone, changed, or unreadable. */
static int open_letter(struct ctx *ctx, struct letter *l)
{
	struct spool *spool = sched_spool(l->sched);
	int r = spool_lease(spool, l->job->id, l->job->rcpts, l->job->n, &l->lease);

	if (r < 0)
		return r;
	text_id(l->job->id, l->id);
	ctx->log.queue_id = slice_of(l->id, sizeof(l->id));
	r = spool_read_envelope(ctx, spool, l->job->id, &l->arena, &l->envelope);
	if (r == 0)
		r = spool_read_header(ctx, spool, l->job->id, &l->arena, &l->header);
	if (r == 0)
		r = spool_body_open(spool, l->job->id, &l->body);
	if (r == 0)
		find_needs(l);
	return r;
}

/* Gives the leases from the given recipient on back unchanged. */
static void return_recipients(struct letter *l, size_t from)
{
	for (size_t i = from; l->lease.id && i < l->job->n; i++) {
		const struct spool_result as_it_was = {
			.id = l->job->id, .rcpt = l->job->rcpts[i], .outcome = SPOOL_RETURN
		};

		spool_record(sched_spool(l->sched), &as_it_was, 1);
	}
}

/* The message could not be opened. When it is gone, somebody else's or in quarantine, the spool
 * knows what to do; trouble with the disk is waited out, or the same failure would follow at
 * once. */
static void put_off(struct ctx *ctx, struct letter *l, int code)
{
	const char *why = ctx->err.text ? ctx->err.text : err_name(code);

	if (l->lease.id == 0 || code == ERR_CANCELLED || code == ERR_NOTFOUND || code == ERR_BUSY ||
		code == ERR_CORRUPT) {
		return_recipients(l, 0);
		return;
	}
	LOG(ctx, EV_TROUBLE, FIELD_STR("reason", why), FIELD_STR("error", err_name(code)),
		FIELD_STR("mail", "stays in the queue; tried again in a minute"));
	for (size_t i = 0; i < l->job->n; i++) {
		struct spool_rcpt_info info = { 0 };

		(void)spool_look_rcpt(
			sched_spool(l->sched), l->job->id, l->job->rcpts[i], &info); /* leased */
		const struct spool_result later = {
			.id = l->job->id,
			.rcpt = l->job->rcpts[i],
			.outcome = SPOOL_DEFER,
			.due = clock_wall() + UNREADABLE_PAUSE,
			.attempts = info.attempts,
			.reason = slice_str(why),
		};

		spool_record(sched_spool(l->sched), &later, 1);
	}
}

static void close_letter(struct ctx *ctx, struct letter *l)
{
	spool_body_close(l->body);
	arena_reset(&l->arena);
	ctx->log.queue_id = SLICE_NIL;
	sched_job_done(l->sched, l->job);
}

/* ---- settling ---- */

static struct outcome_context context_of(const struct letter *l, const struct nexthop_conn *conn)
{
	return (struct outcome_context){
		.sched = l->sched,
		.id = l->job->id,
		.envelope = &l->envelope,
		.header = l->header,
		.host = conn ? nexthop_conn_host(conn) : SLICE_NIL,
		.name = conn ? nexthop_conn_name(conn) : SLICE_NIL,
		.relays_dsn = conn && smtp_caps_has(nexthop_conn_caps(conn), SMTP_CAP_DSN),
		.is_final = conn && nexthop_conn_is_lmtp(conn),
	};
}

static void settle_failure(struct ctx *ctx, struct letter *l, const struct nexthop_failure *failure)
{
	struct outcome_context oc = context_of(l, NULL);
	struct outcome *v = arena_array(&l->arena, struct outcome, l->job->n);

	oc.host = oc.name = failure->host;
	for (size_t i = 0; i < l->job->n; i++)
		outcome_from_failure(&v[i], l->job->rcpts[i], failure);
	outcome_settle(ctx, &oc, v, l->job->n);
}

/* ---- sending ---- */

static void fill_recipients(
	struct arena *a, const struct letter *l, size_t from, size_t n, struct client_rcpt *ret)
{
	for (size_t i = 0; i < n; i++) {
		const struct spool_envelope_rcpt *r = &l->envelope.rcpts[l->job->rcpts[from + i]];

		ret[i] = (struct client_rcpt){ .path = said_path(a, l, from + i) };
		params_of_recipient(a, r, &ret[i].params);
	}
}

/* One transaction for part of the job's recipients. Suspends. */
static int send_some(struct ctx *ctx, struct letter *l, struct nexthop_conn *conn, struct slice key,
	size_t from, size_t n)
{
	struct arena scratch = ARENA_INIT;
	struct client_rcpt *rcpts = arena_array(&scratch, struct client_rcpt, n);
	struct client_result *results = arena_array(&scratch, struct client_result, n);
	struct outcome *v = arena_array(&scratch, struct outcome, n);
	struct client_message m = {
		.reverse_path = l->sender,
		.rcpts = rcpts,
		.n = n,
		.size = l->header.n + 2 + spool_body_size(l->body),
		/* Where it is sent without 8BITMIME, the hops say that they take it. */
		.needs_8bit = l->needs_8bit &&
			      smtp_caps_has(nexthop_conn_caps(conn), SMTP_CAP_8BITMIME),
		.needs_utf8 = l->needs_utf8,
		.arg = l,
		.next = next_piece,
		.rewind = rewind_letter,
		.still_ours = still_ours,
	};

	params_of_message(&scratch, &l->envelope, &m.params);
	fill_recipients(&scratch, l, from, n, rcpts);
	int r = nexthop_send(ctx, conn, &m, results);
	struct outcome_context oc = context_of(l, conn);

	for (size_t i = 0; i < n; i++) {
		outcome_from_result(&v[i], l->job->rcpts[from + i], &results[i]);
		if (v[i].kind == OUTCOME_DELIVERED)
			health_good(ctx, sched_health(l->sched), key);
	}
	outcome_settle(ctx, &oc, v, n);
	arena_reset(&scratch);
	return r;
}

/* How many recipients one transaction may have here. */
static size_t batch_limit(const struct letter *l, const struct nexthop_conn *conn)
{
	size_t limit = sched_config(l->sched)->delivery.recipients_per_message;
	size_t theirs = nexthop_conn_rcpt_max(conn);

	return theirs && theirs < limit ? theirs : limit;
}

static unsigned needs_of(const struct letter *l)
{
	return (l->needs_8bit ? NEXTHOP_NEED_8BIT : 0u) | (l->needs_utf8 ? NEXTHOP_NEED_UTF8 : 0u);
}

static bool conn_fits(const struct letter *l, const struct nexthop_conn *conn)
{
	return nexthop_conn_lacks(conn, needs_of(l), 0) == 0;
}

/* The configuration no longer has a route for mail that it once took: a person's affair. */
static bool no_route(const struct nexthop_target *target, struct nexthop_failure *ret_failure)
{
	if (target->no_route == NULL)
		return false;
	*ret_failure = (struct nexthop_failure){
		.fate = NEXTHOP_DEFER,
		.alarm = true,
		.status = { 4, 4, 4 },
		.text = target->no_route,
	};
	return true;
}

/* A session that can carry this letter, kept or new, in *conn. Suspends. */
static int get_session(struct ctx *ctx, struct sched_destination *d, const struct letter *l,
	struct nexthop_conn **conn, struct nexthop_failure *ret_failure)
{
	if (*conn && nexthop_reusable(*conn) && conn_fits(l, *conn))
		return 0;
	nexthop_release(*conn);
	*conn = NULL;
	if (no_route(sched_target(d), ret_failure))
		return ERR_NOTFOUND;
	ctx->log.action = "connecting";
	metric_add(METRIC_ATTEMPTS, 1);
	return nexthop_acquire(ctx, sched_nexthop(l->sched), sched_target(d),
		&(struct nexthop_ask){ .needs = needs_of(l) }, conn, ret_failure);
}

/* Sends the letter to all recipients of its job. Those not reached when the session breaks off are
 * given back, to be tried again at once. */
static int send_all(struct ctx *ctx, struct letter *l, struct nexthop_conn *conn, struct slice key)
{
	size_t done = 0, limit = batch_limit(l, conn);
	int r = 0;

	ctx->log.action = "sending";
	while (done < l->job->n && r == 0 && (done == 0 || nexthop_reusable(conn))) {
		size_t n = l->job->n - done < limit ? l->job->n - done : limit;

		r = send_some(ctx, l, conn, key, done, n);
		done += n;
	}
	return_recipients(l, done);
	return r;
}

/* ---- the attempt ---- */

/* Sets the whole rest of the line aside with the same failure. */
static void fail_line(
	struct ctx *ctx, struct sched_destination *d, const struct nexthop_failure *failure)
{
	size_t n = sched_queued(d); /* those that come meanwhile get an attempt of their own */

	while (n-- > 0 && ctx_yield(ctx) == 0) { /* a long line is not the others' affair */
		struct letter l = { .sched = sched_of(d), .job = sched_take(d) };

		if (l.job == NULL)
			return;
		int r = open_letter(ctx, &l);

		if (r == 0)
			settle_failure(ctx, &l, failure);
		else
			put_off(ctx, &l, r);
		close_letter(ctx, &l);
	}
}

/* One job, whatever comes of it. 0, or the attempt is over. */
static int serve_job(struct ctx *ctx, struct sched_destination *d, struct sched_job *job,
	struct nexthop_conn **conn)
{
	struct letter l = { .sched = sched_of(d), .job = job };
	struct nexthop_failure failure;
	int r = open_letter(ctx, &l);

	if (r < 0) {
		put_off(ctx, &l, r);
		close_letter(ctx, &l);
		return r == ERR_CANCELLED || r == ERR_IO ? r : 0;
	}
	r = get_session(ctx, d, &l, conn, &failure);
	if (r == 0) {
		r = send_all(ctx, &l, *conn, sched_target(d)->key);
	} else if (r == ERR_CANCELLED) {
		return_recipients(&l, 0);
	} else {
		settle_failure(ctx, &l, &failure);
		health_bad(ctx, sched_health(l.sched), sched_target(d)->key, failure.text,
			failure.alarm);
	}
	close_letter(ctx, &l);
	if (r < 0 && r != ERR_CANCELLED && needs_of(&l) == 0)
		fail_line(ctx, d, &failure);
	return r;
}

void attempt_run(struct ctx *ctx, struct sched_destination *d)
{
	struct nexthop_conn *conn = NULL;
	struct sched_job *job;
	int r = 0;

	while (r == 0 && (job = sched_take(d))) {
		r = serve_job(ctx, d, job, &conn);
		/* What was said about this one; the line may never end. */
		ctx->err = (struct err){ 0 };
		arena_reset(ctx->arena);
	}
	nexthop_release(conn);
}
