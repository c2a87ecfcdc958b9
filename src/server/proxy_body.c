/* The content, once there is a backend that takes it. What went out is not kept here: a backend
 * that is lost with it is lost for this message. But with BDAT nothing goes out until there is
 * enough of it, or all: one that is lost before that is replaced as before the content, and whoever
 * comes after it gets what was gathered. */
#include "server/proxy_body.h"

#include "base/buf.h"
#include "base/metrics.h"
#include "nexthop/live.h"
#include "nexthop/quiet.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "server/proxy_ask.h"
#include "server/proxy_backend.h"

/* ---- losing it before any of it has gone out ---- */

static bool may_start_anew(const struct proxy_backend *b, struct slice *ret_unsent)
{
	return proxy_ask_may_replace(b) && nexthop_live_unsent(b->live, ret_unsent);
}

/* Another one gets the envelope, and what there is of the content. */
static int start_anew(struct ctx *ctx, struct proxy_backend *b, struct slice content, bool streams,
	const char **ret_why)
{
	struct nexthop_broken broken;
	struct smtp_reply said;
	int r = proxy_backend_say_again(ctx, b, ret_why);

	if (r < 0)
		return r;
	r = nexthop_live_open(ctx, b->live, &said, &broken);
	if (r == 0 && said.code) {
		*ret_why = "another backend does not take the content";
		return ERR_UNREACHABLE;
	}
	if (r == 0 && streams)
		(void)nexthop_quiet_stream(nexthop_live_conn(b->live), false);
	if (r == 0 && content.n)
		r = nexthop_live_write(ctx, b->live, content, &broken);
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, ret_why);
	return r;
}

/* 0: somebody else stands where the last one stood. ERR_UNREACHABLE, or ERR_TIMEOUT: nobody does.
 * Else as ctx_check. */
static int replace(
	struct ctx *ctx, struct proxy_backend *b, struct slice unsent, const char **ret_why)
{
	bool streams = nexthop_quiet_streams(nexthop_live_conn(b->live));
	int r = ERR_UNREACHABLE;
	struct deadline d;
	struct buf content;

	buf_init(&content, unsent.n);
	buf_put(&content, unsent);
	b->began = clock_now();
	ctx_narrow(ctx, &d, proxy_ask_replace_time(b));
	while (r == ERR_UNREACHABLE && proxy_ask_may_replace(b)) {
		b->replaced++;
		proxy_backend_give_up(ctx, b, *ret_why);
		r = start_anew(ctx, b, buf_slice(&content), streams, ret_why);
	}
	r = ctx_widen(ctx, &d, r);
	proxy_due_wrote(&b->due, 0, clock_now() - b->began);
	buf_done(&content);
	if (r == ERR_TIMEOUT) {
		proxy_blame_failed(ctx, b, false);
		*ret_why = "no other backend answered in time";
	}
	return r;
}

/* ---- the steps ---- */

static int write_once(
	struct ctx *ctx, struct proxy_backend *b, struct slice bytes, const char **ret_why)
{
	struct nexthop_broken broken;
	usec_t began = clock_now();
	struct deadline d;

	ctx_narrow(ctx, &d, proxy_due_left_to_write(&b->due, proxy_backend_answer_time(b)));
	int r = ctx_widen(ctx, &d, nexthop_live_write(ctx, b->live, bytes, &broken));

	proxy_due_wrote(&b->due, r == 0 ? bytes.n : 0, clock_now() - began);
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, ret_why);
	else if (r == ERR_TIMEOUT)
		*ret_why = "it took the content so slowly that the client waits for its answer";
	return r;
}

int proxy_body_write(struct ctx *ctx, struct proxy_backend *b, struct slice bytes)
{
	usec_t began = clock_now();
	const char *why = NULL;
	struct slice unsent;

	if (b->lost.code || b->live == NULL)
		return 0;
	int r = write_once(ctx, b, bytes, &why);

	while (r == ERR_UNREACHABLE && may_start_anew(b, &unsent)) {
		r = replace(ctx, b, unsent, &why);
		if (r == 0)
			r = write_once(ctx, b, bytes, &why);
	}
	b->waited += clock_now() - began;
	if (r == 0)
		proxy_blame_done(ctx, b);
	if (r == 0 || ctx_check(ctx) < 0)
		return r;
	proxy_backend_lose(ctx, b, why);
	return 0;
}

static int finish_once(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n, const char **ret_why)
{
	struct nexthop_broken broken = { .in_doubt = true };
	struct deadline d;

	ctx_narrow(ctx, &d, proxy_due_left(&b->due, proxy_backend_answer_time(b)));
	int r = nexthop_live_finish(ctx, b->live, ret, ret_each, ret_n, &broken);

	r = ctx_widen(ctx, &d, r);
	if (r == 0 || r == ERR_CANCELLED)
		return r;
	metric_add(METRIC_INDOUBT, r == ERR_TIMEOUT); /* else it is counted already */
	b->in_doubt = broken.in_doubt;
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, ret_why);
	if (broken.in_doubt)
		*ret_why = proxy_backend_doubt(ctx, r == ERR_UNREACHABLE ? &broken : NULL);
	return r;
}

int proxy_body_finish(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	usec_t began = clock_now();
	const char *why = NULL;
	struct slice unsent;

	ret->code = 0;
	*ret_n = 0;
	if (b->lost.code)
		return 0;
	int r = finish_once(ctx, b, ret, ret_each, ret_n, &why);

	while (r == ERR_UNREACHABLE && !b->in_doubt && may_start_anew(b, &unsent)) {
		r = replace(ctx, b, unsent, &why);
		if (r == 0)
			r = finish_once(ctx, b, ret, ret_each, ret_n, &why);
	}
	b->waited += clock_now() - began;
	if (r == 0)
		proxy_blame_done(ctx, b);
	if (r == 0 || r == ERR_CANCELLED)
		return r;
	ret->code = 0;
	*ret_n = 0;
	proxy_backend_lose(ctx, b, why);
	return 0;
}

void proxy_body_settle(struct ctx *ctx, struct proxy_backend *b)
{
	usec_t began = clock_now();

	nexthop_live_settle(ctx, b->live);
	b->waited += clock_now() - began;
}
