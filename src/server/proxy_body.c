/* The content, once there is a backend that takes it. What went out is not kept here: a backend
 * that is lost with it is lost for this message. */
#include "server/proxy_body.h"

#include "base/metrics.h"
#include "nexthop/live.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "server/proxy_backend.h"

int proxy_body_write(struct ctx *ctx, struct proxy_backend *b, struct slice bytes)
{
	const char *why = "it took the content so slowly that the client waits for its answer";
	struct nexthop_broken broken;
	usec_t began = clock_now();
	struct deadline d;

	if (b->lost.code || b->live == NULL)
		return 0;
	ctx_narrow(ctx, &d, proxy_due_left_to_write(&b->due, proxy_backend_answer_time(b)));
	int r = ctx_widen(ctx, &d, nexthop_live_write(ctx, b->live, bytes, &broken));

	b->waited += clock_now() - began;
	proxy_due_wrote(&b->due, bytes.n, clock_now() - began);
	if (r == 0 || ctx_check(ctx) < 0)
		return r;
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, &why);
	proxy_backend_lose(ctx, b, why);
	return 0;
}

int proxy_body_finish(struct ctx *ctx, struct proxy_backend *b, struct smtp_reply *ret,
	struct smtp_reply *ret_each, size_t *ret_n)
{
	struct nexthop_broken broken = { .in_doubt = true };
	const char *why = NULL;
	usec_t began = clock_now();
	struct deadline d;

	ret->code = 0;
	*ret_n = 0;
	if (b->lost.code)
		return 0;
	ctx_narrow(ctx, &d, proxy_due_left(&b->due, proxy_backend_answer_time(b)));
	int r = nexthop_live_finish(ctx, b->live, ret, ret_each, ret_n, &broken);

	r = ctx_widen(ctx, &d, r);
	b->waited += clock_now() - began;
	if (r == 0 || r == ERR_CANCELLED)
		return r;
	metric_add(METRIC_INDOUBT, r == ERR_TIMEOUT); /* else it is counted already */
	ret->code = 0;
	*ret_n = 0;
	b->in_doubt = broken.in_doubt;
	if (r == ERR_UNREACHABLE)
		proxy_backend_broke(ctx, b, &broken, &why);
	if (broken.in_doubt)
		why = proxy_backend_doubt(ctx, r == ERR_UNREACHABLE ? &broken : NULL);
	proxy_backend_lose(ctx, b, why);
	return 0;
}

void proxy_body_settle(struct ctx *ctx, struct proxy_backend *b)
{
	usec_t began = clock_now();

	nexthop_live_settle(ctx, b->live);
	b->waited += clock_now() - began;
}
