/* A pair of SOCK_SEQPACKET sockets: messages keep their bounds, and a descriptor (SCM_RIGHTS) comes
 * with the message that it belongs to. */
#include "rt/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/linux/epoll.h"
#include "rt/linux/oserr.h"

/* Room for one descriptor, aligned as the kernel wants it. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

int channel_open(int ret_ends[2])
{
	int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

	return socketpair(AF_UNIX, type, 0, ret_ends) != 0 ? oserr_code(errno) : 0;
}

int channel_send(int end, struct slice message, int descriptor)
{
	union control control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)message.p, message.n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (descriptor >= 0) {
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &descriptor, sizeof(int));
	}
	if (sendmsg(end, &h, MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == EAGAIN || errno == ENOBUFS ? ERR_BUSY : oserr_code(errno);
}

static int descriptor_of(struct msghdr *h)
{
	int descriptor = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(&descriptor, CMSG_DATA(c), sizeof(int));
	return descriptor;
}

struct channel {
	struct watch watch;
};

struct channel *channel_new(int end)
{
	struct channel *c = mem_zalloc(sizeof(*c));

	watch_init(&c->watch, end, WATCH_LEVEL);
	return c;
}

void channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	watch_close(&c->watch);
	free(c);
}

/* ERR_BUSY when there is no message. */
static int receive_now(struct channel *c, struct buf *ret, int *ret_descriptor)
{
	char text[CHANNEL_MESSAGE_MAX];
	union control control;
	struct iovec iov = { text, sizeof(text) };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->watch.fd, &h, MSG_CMSG_CLOEXEC);

	c->watch.readable = false;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_BUSY : ERR_RESET;
	if (n == 0)
		return ERR_EOF;
	buf_put(ret, slice_of(text, (size_t)n));
	*ret_descriptor = descriptor_of(&h);
	return 0;
}

int channel_receive(struct ctx *ctx, struct channel *c, struct buf *ret, int *ret_descriptor)
{
	int r;

	do {
		r = watch_wait_readable(ctx, &c->watch, "waiting for the supervisor");
		if (r < 0)
			return r;
		r = receive_now(c, ret, ret_descriptor);
	} while (r == ERR_BUSY);
	if (r < 0)
		return ctx_fail(ctx, r, "channel", "the other process is gone");
	return 0;
}
