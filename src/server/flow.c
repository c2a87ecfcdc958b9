/* Every pause is one timer that somebody else may end early: whoever is one too many wakes the
 * session that was slowed down first. A session that pauses stands no deeper on its stack than one
 * that waits for a command, has moved its queued replies into memory of just their size, and has
 * given its buffers back; so it costs little more than an idle one. */
#include "server/flow.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/pace.h"
#include "config/config.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "rt/waitq.h"
#include "server/bandwidth.h"
#include "server/flow_time.h"
#include "server/permission.h"
#include "server/server.h"
#include "server/session.h"

#define GLANCE	      USEC_PER_MSEC /* for a read that should find something */
#define COMMAND_PIECE 1024 /* read at once of commands: what waits is unread, and the kernel's */

#define TRUSTED_BUFFER ((size_t)256 << 10) /* the kernel's, of a client that is not slowed down */
#define KNOWN_LATER    (INT64_MAX / 2) /* whom we know has to go after all strangers */

struct flow {
	struct heap_node node; /* in server.slowed while it pauses */
	struct waitq wake;
	usec_t since; /* when it was slowed down first; 0: not yet */
	usec_t waited; /* altogether */
	usec_t slow_due,
		due; /* of its buckets of bytes: `flow.read-rate`, `bandwidth.connection` */
	uint64_t counted; /* bytes of input that are in the bucket */
	unsigned replies; /* queued since the last pause */
	bool known; /* not slowed down: only its bandwidth is limited */
	bool trusted; /* its receive buffer was raised */
	bool marked; /* it spoke before the greeting */
	bool spared; /* the answer to a message is queued */
	bool out; /* it has to go */
	bool paced; /* the last read had to wait */
};

/* ---- whom ---- */

/* A server in front, as long as it has not named its client. */
static bool is_front(const struct session *s)
{
	return config_front_has(&s->listener->xclient, &s->peer.ip) ||
	       config_front_has(&s->listener->proxy_protocol, &s->peer.ip);
}

static bool is_slowed(struct session *s)
{
	const struct server_client client = session_client(s);

	s->flow->known = is_front(s) || (s->listener->flow.clients == CONFIG_SLOW_STRANGERS &&
						server_client_is_known(s->config, &client));
	return !s->flow->known;
}

static bool slows_replies(const struct config_flow *f)
{
	return f->reply_delay || f->tarpit.per_error || f->stutter;
}

void flow_begin(struct session *s)
{
	const struct config_flow *f = &s->listener->flow;

	bool slows = slows_replies(f) || f->greeting_delay || f->read_rate || f->receive_buffer;

	if (s->server->pretence || (!slows && !bandwidth_is_limited(s->listener)))
		return;
	s->flow = mem_zalloc(sizeof(*s->flow));
	waitq_init(&s->flow->wake);
}

void flow_end(struct session *s)
{
	free(s->flow);
	s->flow = NULL;
}

/* ---- pausing ---- */

static void enter(struct session *s)
{
	struct heap *all = &s->server->slowed;

	heap_insert(all, &s->flow->node, s->flow->since + (s->flow->known ? KNOWN_LATER : 0));
	metric_add(METRIC_SLOWED, 1);
	if (all->n <= s->config->limits.slowed)
		return;
	struct flow *first = container_of(heap_first(all), struct flow, node);

	first->out = true;
	(void)waitq_wake(&first->wake);
}

static int pause_for(struct ctx *ctx, struct session *s, usec_t duration)
{
	struct flow *f = s->flow;
	usec_t began = clock_now();
	struct deadline d;

	if (f->since == 0)
		f->since = began;
	int r = slow_pause(ctx, s, duration);

	if (r < 0)
		return r;
	ctx->log.action = "making the client wait";
	stream_park(s->stream);
	enter(s);
	ctx_narrow(ctx, &d, duration);
	r = ctx_widen(ctx, &d, f->out ? 0 : waitq_wait(ctx, &f->wake));

	heap_remove(&s->server->slowed, &f->node);
	metric_sub(METRIC_SLOWED, 1);
	f->waited += clock_now() - began;
	return r == ERR_TIMEOUT ? 0 : r;
}

/* Has it come to the end of somebody's patience? */
static int check_patience(struct ctx *ctx, struct session *s)
{
	const char *limit = NULL;

	if (s->flow->out)
		limit = "limits.slowed";
	else if (!s->flow->known && s->flow->waited >= s->listener->flow.longest)
		limit = "flow.longest";
	if (limit == NULL)
		return 0;
	metric_add(METRIC_SLOWED_OUT, 1);
	LOG(ctx, EV_SLOWED_OUT, FIELD_STR("limit", limit),
		FIELD_INT("waited-ms", s->flow->waited / USEC_PER_MSEC));
	s->closing = true;
	int r = session_say(ctx, s, 421, "4.7.0", "%s; try again later",
		s->flow->out ? "Too many slow connections" : "This connection has lasted too long");

	return r < 0 ? r : ERR_LIMIT;
}

/* ---- the greeting ---- */

/* Bytes, not merely news of the end. */
static int hear(struct ctx *ctx, struct session *s, bool *ret_heard)
{
	struct deadline d;

	if (!stream_has_input(s->stream))
		return 0;
	ctx_narrow(ctx, &d, GLANCE);
	int r = ctx_widen(ctx, &d, stream_fill(ctx, s->stream));

	if (r == ERR_TIMEOUT)
		return 0;
	*ret_heard = r == 0;
	return r;
}

static int look_for_early_talk(struct ctx *ctx, struct session *s, bool *ret_refused)
{
	const enum config_early mode = s->listener->flow.early_talkers;
	bool heard = false;
	int r = mode == CONFIG_EARLY_IGNORE ? 0 : hear(ctx, s, &heard);

	if (r < 0 || !heard)
		return r;
	metric_add(METRIC_EARLY_TALKERS, 1);
	LOG(ctx, EV_EARLY_TALKER,
		FIELD_STR("done", mode == CONFIG_EARLY_REFUSE ? "refused" : "marked"));
	*ret_refused = mode == CONFIG_EARLY_REFUSE;
	if (s->flow)
		s->flow->marked = true;
	return 0;
}

int flow_greet(struct ctx *ctx, struct session *s, bool *ret_refused)
{
	usec_t delay = s->flow && is_slowed(s) ? s->listener->flow.greeting_delay : 0;
	int r = delay ? pause_for(ctx, s, delay) : 0;

	if (r == 0 && delay)
		r = check_patience(ctx, s);
	return r == 0 && !is_front(s) ? look_for_early_talk(ctx, s, ret_refused) : r;
}

/* ---- replies ---- */

void flow_note_reply(struct session *s)
{
	if (s->flow)
		s->flow->replies++;
}

void flow_spare_reply(struct session *s)
{
	if (s->flow)
		s->flow->spared = true;
}

static int send_now(struct ctx *ctx, struct session *s, struct slice text)
{
	struct deadline d;

	ctx->log.action = "sending a reply";
	ctx_narrow(ctx, &d, s->config->limits.command_timeout);
	int r = stream_write(ctx, s->stream, text);

	return ctx_widen(ctx, &d, r == 0 ? stream_flush(ctx, s->stream) : r);
}

/* Whole as soon as the session has to go. */
static int send_slowly(struct ctx *ctx, struct session *s, struct slice text)
{
	const struct config_flow *f = &s->listener->flow;
	size_t piece = f->stutter && text.n ? flow_piece(f, text.n) : text.n;
	int r = 0;

	while (r == 0 && text.n) {
		struct slice now = slice_take(text, s->flow->out ? text.n : piece);

		text = slice_skip(text, now.n);
		r = send_now(ctx, s, now);
		if (r == 0 && text.n && !s->flow->out)
			r = pause_for(ctx, s, f->stutter);
	}
	/* What ends the session stands behind a whole line. */
	if (r == ERR_CANCELLED)
		(void)stream_write(ctx, s->stream, text);
	return r;
}

int flow_answer(struct ctx *ctx, struct session *s)
{
	const struct config_flow *config = &s->listener->flow;
	struct flow *f = s->flow;
	struct buf queued;

	if (f == NULL)
		return 0;
	usec_t delay = flow_reply_delay(config, f->replies, s->errors + f->marked);
	bool spared = f->spared;

	f->replies = 0;
	f->spared = false;
	if (spared)
		return send_now(ctx, s, SLICE_NIL);
	if ((delay == 0 && config->stutter == 0) || !is_slowed(s))
		return 0;
	buf_init(&queued, STREAM_OUTPUT_BYTES);
	stream_take_output(s->stream, &queued);
	int r = queued.n && delay ? pause_for(ctx, s, delay) : 0;

	if (r == 0)
		r = send_slowly(ctx, s, buf_slice(&queued));
	else
		(void)stream_write(ctx, s->stream, buf_slice(&queued)); /* before the farewell */
	buf_done(&queued);
	return r == 0 ? check_patience(ctx, s) : r;
}

/* ---- reading ---- */

/* At the rate of strangers. */
static usec_t slow_take(struct flow *f, uint64_t rate, uint64_t bytes, size_t *piece)
{
	if (rate == 0)
		return 0;
	if (*piece == 0 || flow_read_piece(rate) < *piece)
		*piece = flow_read_piece(rate);
	f->slow_due = pace_take(f->slow_due, pace_cost(bytes, rate), clock_now());
	return pace_wait(f->slow_due, 0, clock_now());
}

/* Its socket got the listener's small buffer. */
static void trust(struct session *s)
{
	if (s->listener->flow.receive_buffer == 0 || s->flow->trusted)
		return;
	s->flow->trusted = true;
	stream_raise_receive_buffer(s->stream, TRUSTED_BUFFER);
}

/* How long to wait before the next read, which takes a piece as large as fits. */
static usec_t take(struct session *s, uint64_t bytes)
{
	const struct config_flow *config = &s->listener->flow;
	struct flow *f = s->flow;
	usec_t wait = 0, slow = 0;
	size_t piece = 0;

	if (!is_front(s) && bandwidth_is_limited(s->listener))
		wait = bandwidth_take(s, bytes, &f->due, &piece);
	if (is_slowed(s)) {
		slow = slow_take(f, config->read_rate, bytes, &piece);
		if (s->content == NULL && slows_replies(config) &&
			(piece == 0 || piece > COMMAND_PIECE))
			piece = COMMAND_PIECE;
	} else {
		trust(s);
	}
	stream_limit_reads(s->stream, piece);
	return slow > wait ? slow : wait;
}

bool flow_slows_reading(const struct session *s)
{
	return s->flow && s->flow->paced;
}

int flow_before_read(struct ctx *ctx, struct session *s)
{
	struct flow *f = s->flow;

	if (f == NULL)
		return 0;
	uint64_t bytes = stream_bytes_in(s->stream) - f->counted;
	usec_t wait = take(s, bytes);
	int r = wait ? stream_flush(ctx, s->stream) : 0;

	f->counted += bytes;
	f->paced = wait > 0;
	if (r < 0 || wait == 0)
		return r;
	metric_add(METRIC_PACED_BYTES, bytes);
	ctx_postpone(ctx, wait);
	r = pause_for(ctx, s, wait);
	return r == 0 ? check_patience(ctx, s) : r;
}
