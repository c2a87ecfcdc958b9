/* Listening sockets. Several may share an address, and each may be in the hands of several
 * processes: it lives until the last of them lets go. */
#include <stdlib.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/sim/draw.h"
#include "rt/sim/net.h"
#include "rt/sim/trace.h"

#define FIRST_BACKLOG 1024

static struct list listeners = { &listeners, &listeners };
static struct list handles = { &handles, &handles };

/* ---- what becomes of them ---- */

static void listener_free(struct fd_object *o)
{
	struct listener *l = container_of(o, struct listener, object);
	struct list *node;

	while ((node = list_pop(&l->queue))) {
		struct sock *s = container_of(node, struct sock, accept_node);

		if (s->open && !l->power_cut)
			conn_send(s, SEG_RESET, SLICE_NIL);
		conn_drop(s, ERR_RESET);
		conn_release(s->conn);
	}
	host_wake(&l->waiters);
	list_remove(&l->all);
	free(l->path);
	free(l);
}

/* The process lets go. */
static void let_go(struct listen_sock *h)
{
	struct listener *l = h->listener;
	int fd = h->fd;

	if (fd < 0)
		return;
	h->fd = -1;
	h->listener = NULL;
	host_wake(&l->waiters);
	fd_close(fd);
}

void listen_proc_died(struct sim_proc *p, bool power_cut)
{
	list_each (it, &handles) {
		struct listen_sock *h = container_of(it, struct listen_sock, all);

		if (h->proc != p || h->listener == NULL)
			continue;
		h->listener->power_cut |= power_cut;
		let_go(h);
	}
}

/* Those that are still open are counted by their descriptors. */
size_t listen_leaks(void)
{
	size_t n = 0;

	list_each (it, &handles)
		n += container_of(it, struct listen_sock, all)->fd < 0;
	return n;
}

void listen_stop(void)
{
	struct list *node;

	while ((node = list_pop(&handles))) {
		struct listen_sock *h = container_of(node, struct listen_sock, all);

		let_go(h);
		free(h);
	}
}

/* ---- finding ---- */

static bool is_any(const struct ip *ip)
{
	static const struct ip zero;

	return memcmp(ip->b, zero.b, sizeof(zero.b)) == 0;
}

/* IP_NONE stands for every IPv4 address. */
static unsigned family(const struct ip *ip)
{
	return ip->family == IP_NONE ? IP_V4 : ip->family;
}

static bool overlap(const struct ip *a, const struct ip *b)
{
	return family(a) == family(b) && (is_any(a) || is_any(b) || ip_eq(a, b));
}

static bool listens_at(const struct listener *l, const struct ip *ip)
{
	return l->path == NULL && family(&l->at.ip) == ip->family &&
	       (is_any(&l->at.ip) || ip_eq(&l->at.ip, ip));
}

struct listener *listen_find(struct sim_host *h, const struct ip_port *to, bool *ret_there)
{
	struct listener *found = NULL;
	unsigned n = 0;

	*ret_there = false;
	list_each (it, &listeners) {
		struct listener *l = container_of(it, struct listener, all);

		if (l->host != h || l->at.port != to->port || !listens_at(l, &to->ip))
			continue;
		*ret_there = true;
		/* Several share what comes, as the seed wills. */
		if (!l->begins_none && l->queued < l->backlog && draw_below(DRAW_NET, ++n) == 0)
			found = l;
	}
	return found;
}

struct listener *listen_find_local(const struct sim_host *h, unsigned folder, const char *name)
{
	list_each (it, &listeners) {
		struct listener *l = container_of(it, struct listener, all);

		if (l->host == h && l->path && l->folder == folder && strcmp(l->path, name) == 0)
			return l;
	}
	return NULL;
}

static bool port_taken(const struct sim_host *h, const struct ip_port *at, bool reuse)
{
	list_each (it, &listeners) {
		const struct listener *l = container_of(it, struct listener, all);

		if (l->path == NULL && l->host == h && l->at.port == at->port &&
			overlap(&l->at.ip, &at->ip) && !(reuse && l->reuse_port))
			return true;
	}
	return false;
}

/* ---- opening ---- */

static struct listen_sock *handle_new(struct listener *l, int fd)
{
	struct listen_sock *h = mem_zalloc(sizeof(*h));

	h->proc = host_proc();
	h->at = l->at;
	h->fd = fd;
	h->listener = l;
	list_append(&handles, &h->all);
	return h;
}

struct listen_sock *listen_new(const struct ip_port *at, int backlog)
{
	struct listener *l = mem_zalloc(sizeof(*l));

	l->object.free = listener_free;
	l->host = sim_here();
	l->at = *at;
	l->backlog = backlog ? (unsigned)backlog : FIRST_BACKLOG;
	list_init(&l->queue);
	list_init(&l->waiters);
	list_append(&listeners, &l->all);
	trace(TRACE_LISTEN, host_proc()->id, at->port, 0);
	return handle_new(l, fd_new(&l->object));
}

int listen_sock_open(
	const struct ip_port *at, const struct listen_options *o, struct listen_sock **ret)
{
	static const struct listen_options usual;
	struct sim_proc *p = host_proc();
	struct ip_port bound = *at;

	o = o ? o : &usual;
	if (p->dead)
		return ERR_CANCELLED;
	if (!is_any(&at->ip) && !host_has_ip(p->host, &at->ip))
		return ERR_UNREACHABLE;
	while (bound.port == 0 || (at->port == 0 && port_taken(p->host, &bound, false)))
		bound.port = host_next_port(p->host);
	if (port_taken(p->host, &bound, o->reuse_port))
		return ERR_BUSY;
	*ret = listen_new(&bound, o->backlog);
	(*ret)->listener->reuse_port = o->reuse_port || o->share;
	return 0;
}

int listen_sock_from_fd(int fd, struct listen_sock **ret)
{
	struct fd_object *o = fd_object(fd, listener_free);

	if (host_proc()->dead)
		return ERR_CANCELLED;
	if (o == NULL)
		return ERR_INVALID;
	*ret = handle_new(container_of(o, struct listener, object), fd);
	return 0;
}

void listen_sock_close(struct listen_sock *h)
{
	if (h == NULL)
		return;
	let_go(h);
	list_remove(&h->all);
	free(h);
}

struct ip_port listen_sock_address(const struct listen_sock *h)
{
	return h->at;
}

void listen_sock_begin_none(struct listen_sock *h)
{
	if (h->listener)
		h->listener->begins_none = true;
}

void listen_sock_set_receive_buffer(struct listen_sock *h, size_t bytes)
{
	if (h->listener)
		h->listener->window = bytes;
}

int listen_sock_fd(const struct listen_sock *h)
{
	return h->fd;
}

/* ---- accepting ---- */

void listen_queue(struct listener *l, struct sock *s)
{
	if (l->window)
		s->window = l->window;
	l->queued++;
	list_append(&l->queue, &s->accept_node);
	host_wake(&l->waiters);
}

int listen_sock_accept(struct ctx *ctx, struct listen_sock *h, struct sock **ret,
	struct ip_port *ret_peer, struct ip_port *ret_local)
{
	int r = host_check(ctx);

	while (r == 0 && h->listener && list_empty(&h->listener->queue))
		r = host_wait(ctx, &h->listener->waiters, "waiting for a connection");
	if (r < 0)
		return r;
	if (h->listener == NULL)
		return ctx_fail(ctx, ERR_CANCELLED, "accept", "the listener was closed");
	struct sock *s = container_of(list_pop(&h->listener->queue), struct sock, accept_node);

	h->listener->queued--;
	s->held = true;
	s->proc = host_proc();
	trace(TRACE_CONNECT, s->conn->id, 1, s->proc->id);
	*ret = s;
	if (ret_peer)
		*ret_peer = s->peer;
	if (ret_local)
		*ret_local = s->local;
	return 0;
}
