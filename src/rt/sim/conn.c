/* TCP as far as programs can tell: bytes in order, in segments that arrive one timer each;
 * windows; FIN, reset, and senders that try again and give up when nothing gets through. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/sim/draw.h"
#include "rt/sim/net.h"
#include "rt/sim/trace.h"

#define WINDOW_BYTES	65536
#define SEGMENT_BYTES	16384 /* longest, unless the link says otherwise */
#define FIRST_RETRY	USEC_PER_SEC /* then twice as long each time */
#define RETRY_MAX	(60 * USEC_PER_SEC)
#define DATA_GIVE_UP	(924 * USEC_PER_SEC) /* as Linux: tcp_retries2 of 15 */
#define CONNECT_GIVE_UP (127 * USEC_PER_SEC) /* tcp_syn_retries of 6 */

static struct {
	struct list conns;
	unsigned conns_n;
} net;

static void deliver(struct timer *t);

void conn_start(void)
{
	list_init(&net.conns);
	net.conns_n = 0;
}

static void end_init(
	struct conn *c, unsigned side, const struct ip_port *local, const struct ip_port *peer)
{
	struct sock *s = &c->end[side];

	*s = (struct sock){ .conn = c, .side = side, .local = *local, .peer = *peer };
	s->window = WINDOW_BYTES;
	s->delivery.fire = deliver;
	buf_init(&s->in, SIZE_MAX / 2);
	list_init(&s->readers);
	list_init(&s->writers);
	list_init(&s->flight);
}

struct conn *conn_new(struct sim_proc *p, const struct ip_port *local, const struct ip_port *peer)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->id = net.conns_n++;
	end_init(c, 0, local, peer);
	end_init(c, 1, peer, local);
	c->end[0].host = p->host;
	c->end[0].boot = p->host->boot;
	c->end[0].proc = p;
	c->end[0].held = c->end[0].open = true;
	c->end[1].host = ip_is_loopback(&peer->ip) ? p->host : host_find(&peer->ip);
	list_append(&net.conns, &c->all);
	return c;
}

static void flight_clear(struct sock *s)
{
	struct list *node;

	timer_cancel(&s->delivery);
	while ((node = list_pop(&s->flight)))
		free(container_of(node, struct segment, node));
	s->flight_bytes = 0;
}

static void conn_free(struct conn *c)
{
	for (unsigned i = 0; i < 2; i++) {
		flight_clear(&c->end[i]);
		buf_done(&c->end[i].in);
	}
	list_remove(&c->all);
	free(c);
}

void conn_release(struct conn *c)
{
	const struct sock *b = &c->end[1];

	if (c->end[0].held || b->held || list_linked(&b->accept_node))
		return;
	conn_free(c);
}

void conn_each(void (*visit)(struct conn *c, void *arg), void *arg)
{
	list_each_safe (it, &net.conns)
		visit(container_of(it, struct conn, all), arg);
}

void net_forget_timers(void)
{
	list_each (it, &net.conns) {
		struct conn *c = container_of(it, struct conn, all);

		flight_clear(&c->end[0]);
		flight_clear(&c->end[1]);
	}
}

void conn_stop(void)
{
	list_each_safe (it, &net.conns)
		conn_free(container_of(it, struct conn, all));
}

/* ---- sending ---- */

static usec_t latency(const struct sock *s)
{
	const struct sim_link *l = link_between(s->host, s->conn->end[1 - s->side].host);

	return draw_time(DRAW_NET, l->latency_min, l->latency_max);
}

static void arm(struct sock *s)
{
	struct list *first = list_first(&s->flight);

	if (first)
		timer_set(&s->delivery, container_of(first, struct segment, node)->due);
}

static void send_one(struct sock *s, enum segment_kind kind, struct slice bytes)
{
	struct segment *g = mem_alloc(sizeof(*g) + bytes.n);
	usec_t due = world_now() + latency(s);
	bool first = list_empty(&s->flight);

	if (due < s->last_due)
		due = s->last_due; /* in order */
	*g = (struct segment){ .kind = kind, .due = due, .n = bytes.n };
	if (bytes.n)
		memcpy(g->bytes, bytes.p, bytes.n);
	s->last_due = due;
	s->flight_bytes += bytes.n;
	list_append(&s->flight, &g->node);
	if (first)
		arm(s);
}

void conn_send(struct sock *s, enum segment_kind kind, struct slice bytes)
{
	const struct sim_link *l = link_between(s->host, other_end(s)->host);
	size_t longest = l->segment ? l->segment : SEGMENT_BYTES;

	if (bytes.n == 0) {
		send_one(s, kind, bytes);
		return;
	}
	/* One write in eight is cut at places that the seed chooses. */
	if (l->segment == 0 && draw_below(DRAW_NET, 8) == 0)
		longest = 1 + (size_t)draw_below(DRAW_NET, bytes.n < 200 ? bytes.n : 200);
	while (bytes.n) {
		struct slice piece = slice_take(bytes, longest);

		send_one(s, kind, piece);
		bytes = slice_skip(bytes, piece.n);
		if (longest < 64 && bytes.n > 512)
			longest = 512; /* a few crumbs are enough */
	}
}

size_t conn_room(struct sock *s)
{
	const struct sock *to = other_end(s);
	size_t taken = s->flight_bytes + (to->in.n - to->in_read);

	return taken < to->window ? to->window - taken : 0;
}

void conn_drop(struct sock *s, int err)
{
	if (!s->open)
		return;
	s->open = false;
	if (s->failed == 0)
		s->failed = err;
	host_wake(&s->readers);
	host_wake(&s->writers);
}

void conn_close(struct sock *s)
{
	if (!s->open)
		return;
	if (!s->connected || s->in.n > s->in_read)
		conn_send(s, SEG_RESET, SLICE_NIL);
	else if (!s->fin_sent)
		conn_send(s, SEG_FIN, SLICE_NIL);
	s->fin_sent = true;
	conn_drop(s, ERR_RESET);
}

/* ---- arriving ---- */

/* A SYN is answered, refused, or (listener full) ignored: the client tries again. */
static bool arrive_syn(struct conn *c)
{
	struct sock *to = &c->end[1];
	bool there;

	if (c->how == SIM_CONNECT_BLACK_HOLE)
		return false;
	if (to->open || list_linked(&to->accept_node))
		return true; /* sent again; the answer is on its way */
	to->boot = to->host->boot;
	struct listener *l = listen_find(to->host, &to->local, &there);

	if (l == NULL && there)
		return false;
	if (l == NULL || c->how == SIM_CONNECT_REFUSED) {
		conn_send(to, SEG_REFUSED, SLICE_NIL);
		return true;
	}
	to->open = to->connected = true;
	conn_send(to, SEG_ANSWER, SLICE_NIL);
	if (c->how == SIM_CONNECT_RESET) {
		conn_send(to, SEG_RESET, SLICE_NIL);
		to->open = false;
		return true;
	}
	listen_queue(l, to);
	return true;
}

static void break_now(struct conn *c)
{
	struct sock *counted = &c->end[c->plan.answers ? 1 : 0];

	trace(TRACE_BREAK, c->id, c->plan.how, c->plan.answers);
	switch (c->plan.how) {
	case SIM_BREAK_NONE:
		break;
	case SIM_BREAK_RESET:
		conn_drop(&c->end[0], ERR_RESET);
		conn_drop(&c->end[1], ERR_RESET);
		break;
	case SIM_BREAK_LOSE:
		counted->lost = true;
		break;
	case SIM_BREAK_SILENCE:
		c->end[0].lost = c->end[1].lost = true;
		break;
	}
	c->plan.how = SIM_BREAK_NONE;
}

/* Of n bytes that arrive from s: how many come before the connection breaks as planned. */
static size_t before_break(const struct sock *s, size_t n)
{
	const struct sim_plan *plan = &s->conn->plan;

	if (plan->how == SIM_BREAK_NONE || plan->answers != (s->side == 1) ||
		s->arrived + n < plan->after)
		return n;
	return plan->after > s->arrived ? (size_t)(plan->after - s->arrived) : 0;
}

static bool breaks_at(const struct sock *s)
{
	const struct sim_plan *plan = &s->conn->plan;

	return plan->how != SIM_BREAK_NONE && plan->answers == (s->side == 1) &&
	       s->arrived >= plan->after;
}

/* True when all of the segment has arrived. */
static bool arrive_data(struct sock *s, struct sock *to, struct segment *g)
{
	size_t n = before_break(s, g->n);

	if (!to->open) {
		conn_drop(s, ERR_RESET); /* as if the answer to it, a reset, were here already */
		return true;
	}
	buf_put(&to->in, slice_of(g->bytes, n));
	s->arrived += n;
	host_wake(&to->readers);
	s->flight_bytes -= n;
	g->n -= n;
	memmove(g->bytes, g->bytes + n, g->n);
	if (breaks_at(s))
		break_now(s->conn);
	return g->n == 0;
}

/* False when it could not arrive and must be sent again. */
static bool arrive(struct sock *s, struct sock *to, struct segment *g)
{
	switch (g->kind) {
	case SEG_SYN:
		return arrive_syn(s->conn);
	case SEG_ANSWER:
		to->connected = true;
		host_wake(&to->readers);
		return true;
	case SEG_REFUSED:
		conn_drop(to, ERR_REFUSED);
		return true;
	case SEG_DATA:
		return arrive_data(s, to, g);
	case SEG_FIN:
		to->fin_seen = true;
		host_wake(&to->readers);
		return true;
	case SEG_RESET:
		conn_drop(to, ERR_RESET);
		return true;
	}
	return true;
}

/* Nothing gets through at the moment. */
static bool blocked(const struct sock *s, const struct sock *to)
{
	if (s->lost || to->host == NULL || !to->host->up)
		return true;
	return link_between(s->host, to->host)->down;
}

/* The host lost its power since: it knows nothing of the connection and says so. */
static bool forgotten(const struct sock *to)
{
	return (to->open || to->held) && to->boot != to->host->boot;
}

/* Too many tries. While the handshake is not over the client gives up too, since it hears
 * nothing. */
static void give_up(struct sock *s, enum segment_kind kind)
{
	if (kind == SEG_ANSWER)
		conn_drop(other_end(s), ERR_UNREACHABLE);
	conn_drop(s, kind == SEG_SYN ? ERR_UNREACHABLE : ERR_RESET);
	flight_clear(s);
}

static void try_again(struct sock *s, enum segment_kind kind)
{
	usec_t now = world_now(), wait = FIRST_RETRY << s->tries;
	bool handshake = kind == SEG_SYN || kind == SEG_ANSWER;

	if (wait > RETRY_MAX)
		wait = RETRY_MAX;
	else
		s->tries++;
	if (s->blocked_since == 0)
		s->blocked_since = now;
	/* A host that lost its power sends nothing again. */
	if (s->boot != s->host->boot ||
		now - s->blocked_since >= (handshake ? CONNECT_GIVE_UP : DATA_GIVE_UP))
		give_up(s, kind);
	else
		timer_set(&s->delivery, now + wait);
}

static void deliver(struct timer *t)
{
	struct sock *s = container_of(t, struct sock, delivery), *to = other_end(s);
	struct segment *g = container_of(list_first(&s->flight), struct segment, node);
	enum segment_kind kind = g->kind;

	trace(TRACE_SEGMENT, s->conn->id, s->side, kind);
	if (g->n)
		trace_bytes(TRACE_SEGMENT_BYTES, 0, g->n, slice_of(g->bytes, g->n));
	if (breaks_at(s))
		break_now(s->conn);
	if (s->failed && kind == SEG_SYN) { /* reset before it began */
		flight_clear(s);
		return;
	}
	if (!blocked(s, to) && kind != SEG_SYN && forgotten(to)) {
		flight_clear(s);
		conn_drop(s, ERR_RESET);
		return;
	}
	if (blocked(s, to) || !arrive(s, to, g)) {
		try_again(s, kind);
		return;
	}
	s->blocked_since = 0;
	s->tries = 0;
	if (list_empty(&s->flight)) /* cleared on the way */
		return;
	list_remove(&g->node);
	free(g);
	arm(s);
}
