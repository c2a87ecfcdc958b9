/* rt/net.h on the simulated network: connected sockets. */
#include "rt/net.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/sim/draw.h"
#include "rt/sim/net.h"
#include "rt/sim/trace.h"

/* ---- what becomes of all ---- */

void net_start(void)
{
	conn_start();
	link_start();
}

static void count_held(struct conn *c, void *arg)
{
	size_t *n = arg;

	*n += (size_t)c->end[0].held + (size_t)c->end[1].held;
}

size_t net_leaks(void)
{
	size_t n = 0;

	conn_each(count_held, &n);
	return n + listen_leaks();
}

void net_stop(void)
{
	listen_stop();
	conn_stop();
	link_stop();
}

struct dying {
	struct sim_proc *proc;
	bool power_cut;
};

static void end_dies(struct sock *s, const struct dying *d)
{
	if (s->proc != d->proc || !s->held)
		return;
	if (d->power_cut)
		conn_drop(s, ERR_RESET);
	else
		conn_close(s);
}

static void conn_dies(struct conn *c, void *arg)
{
	end_dies(&c->end[0], arg);
	end_dies(&c->end[1], arg);
}

void net_proc_died(struct sim_proc *p, bool power_cut)
{
	struct dying d = { p, power_cut };

	conn_each(conn_dies, &d);
	listen_proc_died(p, power_cut);
}

/* ---- connecting ---- */

static const struct ip *own_address(const struct sim_host *h, const struct ip *to)
{
	static const struct ip loop4 = { IP_V4, { 127, 0, 0, 1 } };
	static const struct ip loop6 = { IP_V6, { [15] = 1 } };

	if (ip_is_loopback(to))
		return to->family == IP_V4 ? &loop4 : &loop6;
	for (unsigned i = 0; i < h->ips_n; i++)
		if (h->ips[i].family == to->family)
			return &h->ips[i];
	return NULL;
}

static int fail(struct ctx *ctx, int code, const char *doing, const struct ip_port *peer)
{
	struct buf b;

	buf_init(&b, 128);
	ip_port_format(&b, peer);
	int r = ctx_fail(ctx, code, doing, "%.*s: %s", SLICE_ARG(buf_slice(&b)), err_name(code));

	buf_done(&b);
	return r;
}

static int wait_connected(struct ctx *ctx, struct sock *s)
{
	int r = host_check(ctx);

	while (r == 0 && !s->connected && s->failed == 0)
		r = host_wait(ctx, &s->readers, "connecting");
	if (r == 0 && !s->connected)
		r = s->failed;
	if (r == 0)
		return 0;
	struct ip_port peer = s->peer;

	sock_close(s);
	return fail(ctx, r, "connect", &peer);
}

int sock_connect(
	struct ctx *ctx, const struct ip_port *to, const struct ip *source, struct sock **ret)
{
	struct sim_proc *p = host_proc();
	int r = host_check(ctx);

	if (r == 0)
		r = ctx_check(ctx);
	if (r < 0)
		return r;
	const struct ip *own = source && source->family != IP_NONE ? source
								   : own_address(p->host, &to->ip);

	if (own == NULL || own->family != to->ip.family || !host_has_ip(p->host, own))
		return fail(ctx, ERR_UNREACHABLE, "connect", to);
	struct conn *c = conn_new(p, &(struct ip_port){ *own, host_next_port(p->host) }, to);

	link_plan(c);
	trace(TRACE_CONNECT, c->id, 0, to->port);
	if (c->how == SIM_CONNECT_UNREACHABLE || c->end[1].host == NULL) {
		sock_close(&c->end[0]);
		return fail(ctx, ERR_UNREACHABLE, "connect", to);
	}
	conn_send(&c->end[0], SEG_SYN, SLICE_NIL);
	r = wait_connected(ctx, &c->end[0]);
	if (r == 0)
		*ret = &c->end[0];
	return r;
}

int sock_from_fd(int fd, struct sock **ret)
{
	(void)fd;
	(void)ret;
	return ERR_UNSUPPORTED;
}

void sock_close(struct sock *s)
{
	if (s == NULL)
		return;
	assert(s->held && list_empty(&s->readers) && list_empty(&s->writers));
	trace(TRACE_CLOSE, s->conn->id, s->side, 0);
	conn_close(s);
	s->held = false;
	conn_release(s->conn);
}

struct ip_port sock_peer(const struct sock *s)
{
	return s->peer;
}

struct ip_port sock_local(const struct sock *s)
{
	return s->local;
}

int sock_fd(const struct sock *s)
{
	(void)s;
	return -1;
}

/* ---- reading ---- */

/* 0 when there are bytes, ERR_BUSY when they may still come. */
static int readable(const struct sock *s)
{
	if (s->proc->dead)
		return ERR_CANCELLED;
	if (s->in.n > s->in_read)
		return 0; /* what came before a reset can still be read */
	if (s->failed)
		return s->failed;
	return s->fin_seen ? ERR_EOF : ERR_BUSY;
}

int sock_read_now(struct sock *s, void *p, size_t n, size_t *ret_n)
{
	int r = readable(s);

	if (r < 0)
		return r;
	if (n > s->in.n - s->in_read)
		n = s->in.n - s->in_read;
	memcpy(p, s->in.p + s->in_read, n);
	s->in_read += n;
	if (s->in_read == s->in.n) {
		buf_done(&s->in);
		s->in_read = 0;
	} else if (s->in_read > s->in.n / 2) {
		buf_consume(&s->in, s->in_read);
		s->in_read = 0;
	}
	host_wake(&other_end(s)->writers);
	trace(TRACE_READ, s->conn->id, s->side, n);
	*ret_n = n;
	return 0;
}

bool sock_seems_readable(const struct sock *s)
{
	return readable(s) != ERR_BUSY;
}

int sock_wait_readable(struct ctx *ctx, struct sock *s)
{
	int r = host_check(ctx);

	while (r == 0 && readable(s) == ERR_BUSY)
		r = host_wait(ctx, &s->readers, "reading");
	return r;
}

int sock_read(struct ctx *ctx, struct sock *s, void *p, size_t n, size_t *ret_n)
{
	int r = sock_wait_readable(ctx, s);

	if (r == 0)
		r = sock_read_now(s, p, n, ret_n);
	return r < 0 ? fail(ctx, r, "read", &s->peer) : 0;
}

/* ---- writing ---- */

static int writable(struct sock *s)
{
	if (s->proc->dead)
		return ERR_CANCELLED;
	if (s->failed)
		return s->failed;
	assert(!s->fin_sent);
	return conn_room(s) ? 0 : ERR_BUSY;
}

int sock_write_now(struct sock *s, const void *p, size_t n, size_t *ret_n)
{
	int r = writable(s);

	if (r < 0)
		return r;
	if (n > conn_room(s))
		n = conn_room(s);
	conn_send(s, SEG_DATA, slice_of(p, n));
	*ret_n = n;
	return 0;
}

int sock_wait_writable(struct ctx *ctx, struct sock *s)
{
	int r = host_check(ctx);

	while (r == 0 && writable(s) == ERR_BUSY)
		r = host_wait(ctx, &s->writers, "writing");
	return r;
}

static int write_all(struct ctx *ctx, struct sock *s, struct slice bytes)
{
	while (bytes.n) {
		size_t n;
		int r = sock_wait_writable(ctx, s);

		if (r == 0)
			r = sock_write_now(s, bytes.p, bytes.n, &n);
		if (r < 0)
			return fail(ctx, r, "write", &s->peer);
		bytes = slice_skip(bytes, n);
	}
	return 0;
}

int sock_writev(struct ctx *ctx, struct sock *s, const struct iovec *iov, int n)
{
	for (int i = 0; i < n; i++) {
		int r = write_all(ctx, s, slice_of(iov[i].iov_base, iov[i].iov_len));

		if (r < 0)
			return r;
	}
	return 0;
}

int sock_is_taken(struct sock *s)
{
	if (s->failed)
		return s->failed;
	return list_empty(&s->flight) ? 0 : ERR_BUSY;
}

void sock_shutdown(struct sock *s)
{
	if (!s->open || s->fin_sent)
		return;
	conn_send(s, SEG_FIN, SLICE_NIL);
	s->fin_sent = true;
}

/* ---- what tests do to connections ---- */

void sim_sock_reset(struct sock *s)
{
	if (!s->open)
		return;
	conn_send(s, SEG_RESET, SLICE_NIL);
	conn_drop(s, ERR_RESET);
}

bool sim_sock_peer_has(const struct sock *s)
{
	const struct sock *peer = &s->conn->end[1 - s->side];

	return peer->held && peer->open;
}

void sim_sock_lose(struct sock *s, bool out, bool in)
{
	s->lost |= out;
	other_end(s)->lost |= in;
}

void sock_raise_receive_buffer(struct sock *s, size_t bytes)
{
	s->window = bytes;
}

void sim_sock_set_window(struct sock *s, size_t bytes)
{
	s->window = bytes;
}

static void reset_if_of(struct conn *c, void *arg)
{
	struct sim_host *h = arg;

	if (c->end[0].host != h && c->end[1].host != h)
		return;
	conn_drop(&c->end[0], ERR_RESET);
	conn_drop(&c->end[1], ERR_RESET);
}

void sim_host_reset_connections(struct sim_host *h)
{
	conn_each(reset_if_of, h);
}
