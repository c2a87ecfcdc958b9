/* Connected sockets. Each is registered with the epoll set as soon as it exists; from then on a
 * flag says whether the kernel has something, so that a read which would find nothing is answered
 * without asking. A read that returns less than asked for has emptied the socket (epoll(7) allows
 * to rely on that for streams), which saves the second read that would only say EAGAIN. */
#include "rt/linux/sock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/linux/addr.h"
#include "rt/linux/epoll.h"
#include "rt/linux/oserr.h"
#include "rt/net.h"

#define PIECES_MAX 8 /* given to the kernel at once */

struct sock {
	struct watch watch;
	struct ip_port peer, local;
	bool local_known;
};

static int fail(struct ctx *ctx, int code)
{
	ctx->err = (struct err){ code, "net", err_name(code) };
	return code;
}

static struct sock *new_sock(int fd, const struct ip_port *peer)
{
	struct sock *s = mem_zalloc(sizeof(*s));

	watch_init(&s->watch, fd, WATCH_EDGE);
	s->watch.writable = true;
	if (peer)
		s->peer = *peer;
	return s;
}

int sock_adopt(int fd, const struct ip_port *peer, const struct ip_port *local, struct sock **ret)
{
	struct sock *s = new_sock(fd, peer);
	int r = watch_arm(&s->watch, false);

	if (r < 0) {
		sock_close(s);
		return r;
	}
	if (local) {
		s->local = *local;
		s->local_known = true;
	}
	*ret = s;
	return 0;
}

int sock_from_fd(int fd, struct sock **ret)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);
	int flags = fcntl(fd, F_GETFL), one = 1;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return oserr_code(errno);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* fails on AF_UNIX */
	if (getpeername(fd, (struct sockaddr *)&sa, &n) != 0)
		sa.ss_family = AF_UNSPEC;
	struct ip_port peer = addr_from_os(&sa);
	struct sock *s = new_sock(fd, &peer);

	s->watch.shared = true;
	s->watch.readable = true; /* until a read says otherwise; it is registered when it waits */
	*ret = s;
	return 0;
}

void sock_close(struct sock *s)
{
	if (s == NULL)
		return;
	watch_close(&s->watch);
	free(s);
}

/* What is queued in the kernel beyond what is on its way: without a limit a peer that reads slowly
 * makes it megabytes for each connection, of a message that streams through. */
#define UNSENT_MAX (64 << 10)

/* 0 or EINPROGRESS with a descriptor, else another errno without. */
static int start_connect(const struct ip_port *to, const struct ip *source, int *ret_fd)
{
	struct sockaddr_storage sa;
	socklen_t n;
	const int unsent = UNSENT_MAX;
	int one = 1, number = 0;
	int fd = socket(to->ip.family == IP_V6 ? AF_INET6 : AF_INET,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* cannot fail on TCP */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	if (source && source->family != IP_NONE) {
		n = addr_to_os(&(struct ip_port){ .ip = *source }, &sa);
		/* The port is chosen at connect: many connections may share it. */
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
		number = bind(fd, (struct sockaddr *)&sa, n) == 0 ? 0 : errno;
	}
	n = addr_to_os(to, &sa);
	if (number == 0)
		number = connect(fd, (struct sockaddr *)&sa, n) == 0 ? 0 : errno;
	if (number && number != EINPROGRESS)
		close(fd);
	else
		*ret_fd = fd;
	return number;
}

static int connect_failed(struct ctx *ctx, const struct ip_port *to, int code, const char *why)
{
	struct buf text;

	buf_init(&text, 64);
	ip_port_format(&text, to);
	(void)ctx_fail(ctx, code, "connect", "%.*s: %s", (int)text.n, text.p, why);
	buf_done(&text);
	return code;
}

static int finish_connect(struct ctx *ctx, struct sock *s)
{
	int number = 0, r;
	socklen_t n = sizeof(number);

	s->watch.writable = false;
	r = watch_wait_writable(ctx, &s->watch, "connecting");
	if (r < 0)
		return connect_failed(ctx, &s->peer, r, err_name(r));
	if (getsockopt(s->watch.fd, SOL_SOCKET, SO_ERROR, &number, &n) != 0)
		number = errno;
	if (number)
		return connect_failed(ctx, &s->peer, oserr_code(number), strerrordesc_np(number));
	return 0;
}

int sock_connect(
	struct ctx *ctx, const struct ip_port *to, const struct ip *source, struct sock **ret)
{
	int fd = -1, number, r = ctx_check(ctx);
	struct sock *s;

	if (r < 0)
		return connect_failed(ctx, to, r, err_name(r));
	number = start_connect(to, source, &fd);
	if (number && number != EINPROGRESS)
		return connect_failed(ctx, to, oserr_code(number), strerrordesc_np(number));
	s = new_sock(fd, to);
	r = number ? finish_connect(ctx, s) : watch_arm(&s->watch, false);
	if (r < 0) {
		sock_close(s);
		return number ? r : fail(ctx, r);
	}
	*ret = s;
	return 0;
}

struct ip_port sock_peer(const struct sock *s)
{
	return s->peer;
}

struct ip_port sock_local(const struct sock *s)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);

	if (s->local_known)
		return s->local;
	if (getsockname(s->watch.fd, (struct sockaddr *)&sa, &n) != 0)
		sa.ss_family = AF_UNSPEC;
	return addr_from_os(&sa);
}

int sock_read_now(struct sock *s, void *p, size_t n, size_t *ret_n)
{
	ssize_t got;

	if (!s->watch.readable && !s->watch.ended)
		return ERR_BUSY;
	do
		got = recv(s->watch.fd, p, n, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno != EAGAIN) {
		s->watch.ended = true;
		return ERR_RESET;
	}
	/* Before it is registered nobody would tell of news: then only EAGAIN counts as empty, and
	 * the wait registers it. */
	if (got < (ssize_t)n && (got < 0 || s->watch.run))
		s->watch.readable = s->watch.ended;
	if (got < 0)
		return ERR_BUSY;
	if (got == 0 && n) {
		s->watch.ended = true;
		return ERR_EOF;
	}
	*ret_n = (size_t)got;
	return 0;
}

bool sock_seems_readable(const struct sock *s)
{
	return s->watch.readable || s->watch.ended;
}

int sock_wait_readable(struct ctx *ctx, struct sock *s)
{
	if (s->watch.ended)
		s->watch.readable = true;
	return watch_wait_readable(ctx, &s->watch, "reading");
}

int sock_read(struct ctx *ctx, struct sock *s, void *p, size_t n, size_t *ret_n)
{
	int r;

	do {
		r = sock_wait_readable(ctx, s);
		if (r < 0)
			return r;
		r = sock_read_now(s, p, n, ret_n);
	} while (r == ERR_BUSY);
	return r < 0 ? fail(ctx, r) : 0;
}

/* Some of the pieces, without suspending. */
static int send_some(struct sock *s, const struct iovec *iov, int n, size_t *ret_n)
{
	struct msghdr msg = { .msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)n };
	ssize_t sent;

	do
		sent = n == 1 ? send(s->watch.fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL)
			      : sendmsg(s->watch.fd, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno == EAGAIN) {
		s->watch.writable = false;
		return ERR_BUSY;
	}
	if (sent < 0)
		return ERR_RESET;
	*ret_n = (size_t)sent;
	return 0;
}

int sock_write_now(struct sock *s, const void *p, size_t n, size_t *ret_n)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)p, .iov_len = n };

	return send_some(s, &iov, 1, ret_n);
}

int sock_wait_writable(struct ctx *ctx, struct sock *s)
{
	return watch_wait_writable(ctx, &s->watch, "writing");
}

/* Copies the pieces from (*at, offset *skip) on. Returns how many. */
static int pieces(const struct iovec *iov, int n, size_t skip, struct iovec ret[PIECES_MAX])
{
	int k;

	for (k = 0; k < n && k < PIECES_MAX; k++) {
		ret[k] = iov[k];
		if (k == 0) {
			ret[0].iov_base = (char *)ret[0].iov_base + skip;
			ret[0].iov_len -= skip;
		}
	}
	return k;
}

int sock_writev(struct ctx *ctx, struct sock *s, const struct iovec *iov, int n)
{
	size_t skip = 0, sent = 0;
	int r = ctx_check(ctx);

	while (r == 0 && n > 0) {
		struct iovec now[PIECES_MAX];

		if (skip == iov->iov_len) {
			skip = 0;
			iov++;
			n--;
			continue;
		}
		r = send_some(s, now, pieces(iov, n, skip, now), &sent);
		if (r == ERR_BUSY) {
			r = sock_wait_writable(ctx, s);
			continue;
		}
		for (skip += r == 0 ? sent : 0; n > 0 && skip > iov->iov_len; n--)
			skip -= (iov++)->iov_len;
	}
	return r < 0 ? fail(ctx, r) : 0;
}

/* After the peer's FIN reads say nothing of a reset any more: the socket's error does. */
int sock_is_taken(struct sock *s)
{
	int left = 0, number = 0;
	socklen_t n = sizeof(number);
	bool known = ioctl(s->watch.fd, SIOCOUTQ, &left) == 0;

	if (getsockopt(s->watch.fd, SOL_SOCKET, SO_ERROR, &number, &n) != 0 || number)
		return ERR_RESET;
	return known && left ? ERR_BUSY : 0;
}

void sock_shutdown(struct sock *s)
{
	(void)shutdown(s->watch.fd, SHUT_WR); /* a broken connection is told by the next read */
}

/* The window was announced with the small buffer in mind: its clamp has to go, too. */
void sock_raise_receive_buffer(struct sock *s, size_t bytes)
{
	const int n = (int)bytes;

	(void)setsockopt(s->watch.fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n));
	(void)setsockopt(s->watch.fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &n, sizeof(n));
}

int sock_fd(const struct sock *s)
{
	/* The caller may duplicate it: then closing ours does not take it out of the set. */
	((struct sock *)(uintptr_t)s)->watch.shared = true;
	return s->watch.fd;
}
