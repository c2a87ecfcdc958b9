/* Happy Eyeballs: each address is tried by a child of its own, and the parent decides when the next
 * one starts. Children report through the struct below, which lives in the parent's frame; a child
 * can therefore also leave its error text in the parent's arena. */
#include "rt/net.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/scope.h"

/* RFC 8305 section 5: Connection Attempt Delay, recommended value. */
#define ATTEMPT_DELAY (250 * USEC_PER_MSEC)

struct race {
	struct ctx *ctx; /* the parent's */
	const struct ip *source;
	struct scope scope;
	struct waitq changed;
	struct sock *winner;
	size_t winner_index;
	size_t failed;
	int result; /* of the last that failed */
};

struct attempt {
	struct race *race;
	const struct ip_port *to;
	size_t index;
};

static int attempt_main(struct ctx *ctx, void *arg)
{
	struct attempt *a = arg;
	struct race *race = a->race;
	struct sock *s;
	int r = sock_connect(ctx, a->to, race->source, &s);

	if (r == 0 && race->winner) {
		sock_close(s);
	} else if (r == 0) {
		race->winner = s;
		race->winner_index = a->index;
	} else {
		race->failed++;
		race->result = r;
		if (r != ERR_CANCELLED)
			(void)ctx_fail(race->ctx, r, ctx->err.layer, "%s", ctx->err.text);
	}
	waitq_wake_all(&race->changed);
	return 0;
}

/* Until somebody has won, `failures` have failed, or the duration has passed (then ERR_TIMEOUT). */
static int await(struct ctx *ctx, struct race *race, size_t failures, usec_t duration)
{
	struct deadline d;
	int r = 0;

	ctx_narrow(ctx, &d, duration);
	while (r == 0 && race->winner == NULL && race->failed < failures)
		r = waitq_wait(ctx, &race->changed);
	return ctx_widen(ctx, &d, r);
}

static int run_race(struct ctx *ctx, struct race *race, struct attempt *attempts, size_t n)
{
	for (size_t i = 0; i < n && race->winner == NULL; i++) {
		int r = scope_spawn(&race->scope, "connect", attempt_main, &attempts[i]);

		if (r < 0)
			return ctx_fail(ctx, r, "connect", "no memory for another attempt");
		/* Any new failure starts the next one; after the last, all must have failed. */
		r = i + 1 < n ? await(ctx, race, race->failed + 1, ATTEMPT_DELAY)
			      : await(ctx, race, n, USEC_INFINITY);
		if (r == ERR_TIMEOUT && i + 1 < n)
			r = ctx_check(ctx); /* the delay passed, or the caller's deadline too? */
		if (r < 0)
			return ctx_fail(ctx, r, "connect", "no address answered: %s", err_name(r));
	}
	return race->winner ? 0 : race->result;
}

int net_connect(struct ctx *ctx, const struct ip_port *addrs, size_t n, const struct ip *source,
	struct sock **ret, size_t *ret_index)
{
	struct race race = { .ctx = ctx, .source = source };
	struct attempt *attempts;
	int r;

	if (n == 0)
		return ctx_fail(ctx, ERR_UNREACHABLE, "connect", "no address to connect to");
	if (n == 1) {
		r = sock_connect(ctx, &addrs[0], source, ret);
		if (r == 0 && ret_index)
			*ret_index = 0;
		return r;
	}
	scope_init(&race.scope, SCOPE_SERVE);
	waitq_init(&race.changed);
	attempts = mem_alloc(n * sizeof(*attempts));
	for (size_t i = 0; i < n; i++)
		attempts[i] = (struct attempt){ &race, &addrs[i], i };
	r = run_race(ctx, &race, attempts, n);
	scope_end(ctx, &race.scope);
	free(attempts);
	if (r < 0) {
		sock_close(race.winner); /* it may have come while we were giving up */
		return r;
	}
	*ret = race.winner;
	if (ret_index)
		*ret_index = race.winner_index;
	return 0;
}
