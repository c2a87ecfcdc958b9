/* Listening sockets. Level-triggered: one connection is taken each time the kernel reports, which
 * needs no accept4 that only says EAGAIN and lets the sessions at hand go before new ones. What an
 * accepted socket inherits (TCP_NODELAY) is set here once. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/linux/addr.h"
#include "rt/linux/epoll.h"
#include "rt/linux/oserr.h"
#include "rt/linux/sock.h"
#include "rt/net.h"

#define BACKLOG_DEFAULT 1024

struct listen_sock {
	struct watch watch;
	struct ip_port at;
	bool wildcard; /* the local address differs from connection to connection */
};

static bool is_any(const struct ip *ip)
{
	static const uint8_t zeros[16];

	return memcmp(ip->b, zeros, sizeof(zeros)) == 0;
}

int listen_sock_from_fd(int fd, struct listen_sock **ret)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);
	int one = 1, flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
		getsockname(fd, (struct sockaddr *)&sa, &n) != 0)
		return oserr_code(errno);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* fails on AF_UNIX */
	struct listen_sock *l = mem_zalloc(sizeof(*l));

	watch_init(&l->watch, fd, WATCH_LEVEL);
	l->watch.shared = true;
	l->at = addr_from_os(&sa);
	l->wildcard = is_any(&l->at.ip);
	*ret = l;
	return 0;
}

static int set(int fd, int level, int option)
{
	int one = 1;

	return setsockopt(fd, level, option, &one, sizeof(one));
}

/* A port that somebody else has is an error of the first bind, which therefore shares nothing. */
static int bind_and_listen(int fd, const struct ip_port *at, const struct listen_options *o)
{
	struct sockaddr_storage sa;
	socklen_t n = addr_to_os(at, &sa);

	/* Connections of an earlier run that linger must not keep the port from us. */
	(void)set(fd, SOL_SOCKET, SO_REUSEADDR);
	if (sa.ss_family == AF_INET6 && set(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 0)
		return oserr_code(errno);
	if (o->reuse_port && set(fd, SOL_SOCKET, SO_REUSEPORT) != 0)
		return oserr_code(errno);
	if (bind(fd, (struct sockaddr *)&sa, n) != 0)
		return oserr_code(errno);
	if (o->share && set(fd, SOL_SOCKET, SO_REUSEPORT) != 0)
		return oserr_code(errno);
	return listen(fd, o->backlog ? o->backlog : BACKLOG_DEFAULT) != 0 ? oserr_code(errno) : 0;
}

int listen_sock_open(
	const struct ip_port *at, const struct listen_options *o, struct listen_sock **ret)
{
	static const struct listen_options usual;
	int family = at->ip.family == IP_V6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return oserr_code(errno);
	int r = bind_and_listen(fd, at, o ? o : &usual);

	if (r == 0)
		r = listen_sock_from_fd(fd, ret);
	if (r < 0)
		close(fd);
	return r;
}

void listen_sock_close(struct listen_sock *l)
{
	if (l == NULL)
		return;
	watch_close(&l->watch);
	free(l);
}

/* A filter sees each packet from its TCP header on: a SYN without ACK is dropped. */
void listen_sock_begin_none(struct listen_sock *l)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13), /* the flags (RFC 9293 section 3.1) */
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	/* Where the kernel refuses, a few clients may be reset. */
	(void)setsockopt(l->watch.fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

void listen_sock_set_receive_buffer(struct listen_sock *l, size_t bytes)
{
	const int n = (int)bytes;

	/* Nobody is refused because of it. */
	(void)setsockopt(l->watch.fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n));
}

int listen_sock_fd(const struct listen_sock *l)
{
	return l->watch.fd;
}

struct ip_port listen_sock_address(const struct listen_sock *l)
{
	return l->at;
}

/* ERR_BUSY when there was nobody after all; a connection that broke while it waited counts so. */
static int accept_now(struct listen_sock *l, struct sock **ret)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);
	int fd = accept4(l->watch.fd, (struct sockaddr *)&sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

	l->watch.readable = false;
	if (fd >= 0) {
		struct ip_port peer = addr_from_os(&sa);

		return sock_adopt(fd, &peer, l->wildcard ? NULL : &l->at, ret);
	}
	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
		return ERR_BUSY;
	return ERR_FULL;
}

int listen_sock_accept(struct ctx *ctx, struct listen_sock *l, struct sock **ret,
	struct ip_port *ret_peer, struct ip_port *ret_local)
{
	struct sock *s = NULL;
	int r;

	do {
		r = watch_wait_readable(ctx, &l->watch, "waiting for a client");
		if (r < 0)
			return r;
		r = accept_now(l, &s);
	} while (r == ERR_BUSY);
	if (r < 0)
		return ctx_fail(ctx, r, "accept", "out of descriptors or memory");
	if (ret_peer)
		*ret_peer = sock_peer(s);
	if (ret_local)
		*ret_local = sock_local(s);
	*ret = s;
	return 0;
}
