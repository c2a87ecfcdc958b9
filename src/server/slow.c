/* What a client's content will be like is known from its commands only, since a server behind us
 * has to be asked before it begins, and cannot be left within it. Waits between transactions tell
 * nothing: whoever keeps a connection for the next message is not slow. */
#include "server/slow.h"

#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/stream.h"
#include "server/flow.h"
#include "server/service.h"
#include "server/session.h"

/* A content for which we waited so long, at so few bytes a second, was slow. */
#define LONG_TIME (5 * USEC_PER_SEC)
#define LOW_RATE  16384

void slow_listen(struct session *s)
{
	s->slow.since = clock_now();
}

void slow_heard(struct session *s)
{
	usec_t after = s->listener->slow_after, waited = clock_now() - s->slow.since;

	if (s->tx && after && waited >= after)
		s->slow.now = true;
	if (s->content) /* the next chunk of it */
		slow_received(s, waited);
	s->slow.since = 0;
}

/* *ret_next: as from the service's rest. */
static int rest(struct ctx *ctx, struct session *s, usec_t coming, usec_t *ret_next)
{
	*ret_next = USEC_INFINITY;
	if (s->service->rest == NULL || (s->slow.since == 0 && s->content == NULL))
		return 0;
	return s->service->rest(ctx, s, coming, ret_next);
}

int slow_fill(struct ctx *ctx, struct session *s)
{
	struct deadline d;
	usec_t next;
	int r;

	do {
		r = rest(ctx, s, 0, &next);
		if (r < 0)
			return r;
		if (next == USEC_INFINITY)
			return stream_fill(ctx, s->stream);
		ctx_narrow(ctx, &d, next);
		r = ctx_widen(ctx, &d, stream_fill(ctx, s->stream));
	} while (r == ERR_TIMEOUT && ctx_check(ctx) == 0);
	return r == ERR_TIMEOUT ? ctx_check(ctx) : r;
}

int slow_pause(struct ctx *ctx, struct session *s, usec_t duration)
{
	usec_t next;

	return rest(ctx, s, duration, &next);
}

void slow_received(struct session *s, usec_t waited)
{
	s->slow.receiving += waited;
}

void slow_whole(struct session *s, uint64_t bytes)
{
	const usec_t waited = s->slow.receiving;

	if (waited >= LONG_TIME && bytes / (uint64_t)(waited / USEC_PER_SEC) < LOW_RATE)
		s->slow.now = true;
}

void slow_answered(struct session *s)
{
	s->slow.answered = true;
	s->slow.noops = 0;
}

/* What ended without a content tells nothing: the client may be as slow as it was. */
void slow_begin(struct session *s)
{
	const struct slow last = s->slow;

	s->slow = (struct slow){
		.before = last.now || (last.before && !last.answered),
		.noops = last.noops,
	};
}

bool slow_is(const struct session *s)
{
	return s->listener->slow_after && (s->slow.now || s->slow.before || flow_slows_reading(s));
}
