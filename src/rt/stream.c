/* Streams. Input: a buffer is taken from a free list when the socket has something and given back
 * as soon as it is empty and the reader has to wait, so that an idle session holds none. Output is
 * copied into a buffer of the same kind of list and goes out when it is full, when somebody says
 * so, or when the reader has to wait: with pipelining many replies leave in one packet.
 *
 * A writer detaches the buffer that it sends, so that others may queue meanwhile; what they queued
 * follows before it lets go. After a write that was cut short nobody knows what the peer has, so
 * all later ones fail. */
#include "rt/stream.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "rt/transport.h"
#include "rt/waitq.h"

#define POOLED_MAX	64 /* buffers kept of each kind; beyond that they go back to malloc */
#define GREED_MAX	16 /* reads in a row before others have their turn */
#define TAKEN_PAUSE_MIN (1 * USEC_PER_MSEC)
#define TAKEN_PAUSE_MAX (250 * USEC_PER_MSEC)
#define READ_ROOM_MIN	2048 /* with less room behind the input it is moved to the front */

struct pooled {
	struct pooled *next;
};

/* Buffers of one size. */
struct buffers {
	size_t size, n;
	struct pooled *first;
};

static struct buffers in_buffers = { .size = STREAM_INPUT_BYTES };
static struct buffers out_buffers = { .size = STREAM_OUTPUT_BYTES };

struct stream {
	struct transport *transport;
	char *in, *out; /* NULL while there is nothing in them */
	size_t in_room; /* bytes at `in`: less than a buffer's after stream_park */
	size_t read_max; /* bytes of one read; 0: no limit */
	size_t in_from, in_to, out_n;
	bool sending;
	bool broken; /* a write was cut short */
	unsigned greed; /* reads since the reader last waited */
	struct waitq sent;
	uint64_t bytes_in, bytes_out;
	struct transport base; /* the plain transport, or the memory's */
	struct sock *sock; /* NULL: memory */
	struct slice memory_in;
	struct buf *memory_out;
};

static char *buffer_take(struct buffers *b)
{
	struct pooled *p = b->first;

	if (p == NULL)
		return mem_alloc(b->size);
	b->first = p->next;
	b->n--;
	return (char *)p;
}

static void buffer_give(struct buffers *b, char *buffer)
{
	struct pooled *p = (struct pooled *)(void *)buffer;

	if (p == NULL)
		return;
	if (b->n == POOLED_MAX) {
		free(buffer);
		return;
	}
	p->next = b->first;
	b->first = p;
	b->n++;
}

static struct stream *stream_of(const struct transport *t)
{
	return container_of((struct transport *)(uintptr_t)t, struct stream, base);
}

/* The plain transport: the socket as it is. */

static int plain_read(struct ctx *ctx, struct transport *t, void *p, size_t n, size_t *ret_n)
{
	int r = sock_read_now(stream_of(t)->sock, p, n, ret_n);

	if (r < 0 && r != ERR_BUSY)
		ctx->err = (struct err){ r, "net", err_name(r) };
	return r;
}

static int plain_wait_readable(struct ctx *ctx, struct transport *t)
{
	return sock_wait_readable(ctx, stream_of(t)->sock);
}

static bool plain_has_input(const struct transport *t)
{
	return sock_seems_readable(stream_of(t)->sock);
}

static int plain_writev(struct ctx *ctx, struct transport *t, const struct iovec *iov, int n)
{
	return sock_writev(ctx, stream_of(t)->sock, iov, n);
}

static int plain_shutdown(struct ctx *ctx, struct transport *t)
{
	(void)ctx;
	sock_shutdown(stream_of(t)->sock);
	return 0;
}

static void plain_free(struct transport *t)
{
	(void)t; /* part of the stream */
}

static const struct transport_ops plain_ops = { plain_read, plain_wait_readable, plain_has_input,
	plain_writev, plain_shutdown, plain_free };

/* The transport of stream_memory. */

static int memory_read(struct ctx *ctx, struct transport *t, void *p, size_t n, size_t *ret_n)
{
	struct stream *s = stream_of(t);
	struct slice now = slice_take(s->memory_in, n);

	if (now.n == 0) {
		ctx->err = (struct err){ ERR_EOF, "memory", err_name(ERR_EOF) };
		return ERR_EOF;
	}
	memcpy(p, now.p, now.n);
	s->memory_in = slice_skip(s->memory_in, now.n);
	*ret_n = now.n;
	return 0;
}

static int memory_wait_readable(struct ctx *ctx, struct transport *t)
{
	(void)ctx;
	(void)t;
	return 0;
}

static bool memory_has_input(const struct transport *t)
{
	return stream_of(t)->memory_in.n > 0;
}

static int memory_writev(struct ctx *ctx, struct transport *t, const struct iovec *iov, int n)
{
	(void)ctx;
	for (int i = 0; i < n && stream_of(t)->memory_out; i++)
		buf_put(stream_of(t)->memory_out, slice_of(iov[i].iov_base, iov[i].iov_len));
	return 0;
}

static int memory_shutdown(struct ctx *ctx, struct transport *t)
{
	(void)ctx;
	(void)t;
	return 0;
}

static const struct transport_ops memory_ops = { memory_read, memory_wait_readable,
	memory_has_input, memory_writev, memory_shutdown, plain_free };

static struct stream *new_stream(const struct transport_ops *ops)
{
	struct stream *s = mem_zalloc(sizeof(*s));

	s->base.ops = ops;
	s->transport = &s->base;
	waitq_init(&s->sent);
	return s;
}

struct stream *stream_new(struct sock *sock)
{
	struct stream *s = new_stream(&plain_ops);

	s->sock = sock;
	return s;
}

struct stream *stream_memory(struct slice in, struct buf *out)
{
	struct stream *s = new_stream(&memory_ops);

	s->memory_in = in;
	s->memory_out = out;
	return s;
}

static void give_input(struct stream *s)
{
	if (s->in_room == STREAM_INPUT_BYTES)
		buffer_give(&in_buffers, s->in);
	else
		free(s->in);
	s->in = NULL;
	s->in_room = 0;
}

void stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	assert(!s->sending);
	s->transport->ops->free(s->transport);
	sock_close(s->sock);
	give_input(s);
	buffer_give(&out_buffers, s->out);
	free(s);
}

struct sock *stream_sock(const struct stream *s)
{
	return s->sock;
}

void stream_set_transport(struct stream *s, struct transport *t)
{
	assert(s->transport == &s->base);
	assert(s->in_from == s->in_to && s->out_n == 0 && !s->sending);
	s->transport = t;
}

struct transport *stream_transport(const struct stream *s)
{
	return s->transport == &s->base ? NULL : s->transport;
}

struct ip_port stream_peer(const struct stream *s)
{
	return s->sock ? sock_peer(s->sock) : (struct ip_port){ 0 };
}

struct slice stream_peek(const struct stream *s)
{
	return slice_of(s->in ? s->in + s->in_from : NULL, s->in_to - s->in_from);
}

static void release_input(struct stream *s)
{
	if (s->in_from == s->in_to) {
		give_input(s);
		s->in_from = s->in_to = 0;
	}
}

/* What is unread, in other memory. */
static void move_input(struct stream *s, char *to, size_t room)
{
	struct slice rest = stream_peek(s);

	if (rest.n)
		memcpy(to, rest.p, rest.n);
	give_input(s);
	s->in = to;
	s->in_room = room;
	s->in_from = 0;
	s->in_to = rest.n;
}

void stream_park(struct stream *s)
{
	size_t n = s->in_to - s->in_from;

	release_input(s);
	if (s->in_room == STREAM_INPUT_BYTES && n < STREAM_INPUT_BYTES / 2)
		move_input(s, mem_alloc(n), n);
}

void stream_limit_reads(struct stream *s, size_t bytes)
{
	s->read_max = bytes;
}

void stream_raise_receive_buffer(struct stream *s, size_t bytes)
{
	if (s->sock)
		sock_raise_receive_buffer(s->sock, bytes);
}

void stream_take_output(struct stream *s, struct buf *ret)
{
	assert(!s->sending);
	buf_put(ret, slice_of(s->out, s->out_n));
	buffer_give(&out_buffers, s->out);
	s->out = NULL;
	s->bytes_out -= s->out_n; /* it comes again */
	s->out_n = 0;
}

void stream_take(struct stream *s, size_t n)
{
	assert(n <= s->in_to - s->in_from);
	s->in_from += n; /* the bytes stay where they are until the next fill */
}

void stream_wipe_taken(struct stream *s)
{
	if (s->in == NULL)
		return;
	mem_wipe(s->in, s->in_from);
	mem_wipe(s->in + s->in_to, s->in_room - s->in_to);
}

size_t stream_drop_input(struct stream *s)
{
	size_t n = s->in_to - s->in_from;

	stream_take(s, n);
	release_input(s);
	return n;
}

/* One read, with whatever room there is. */
static int read_some(struct ctx *ctx, struct stream *s)
{
	size_t got = 0, room;
	int r;

	if (s->in_room < STREAM_INPUT_BYTES)
		move_input(s, buffer_take(&in_buffers), STREAM_INPUT_BYTES);
	if (s->in_from == s->in_to)
		s->in_from = s->in_to = 0;
	if (s->in_from && STREAM_INPUT_BYTES - s->in_to < READ_ROOM_MIN) {
		memmove(s->in, s->in + s->in_from, s->in_to - s->in_from);
		s->in_to -= s->in_from;
		s->in_from = 0;
	}
	room = STREAM_INPUT_BYTES - s->in_to;
	if (s->read_max && s->read_max < room)
		room = s->read_max;
	r = s->transport->ops->read(ctx, s->transport, s->in + s->in_to, room, &got);
	s->in_to += got;
	s->bytes_in += got;
	release_input(s);
	return r;
}

/* A peer that sends as fast as we read would keep the loop for itself, and time stand still. */
static int give_way(struct ctx *ctx, struct stream *s)
{
	s->greed = 0;
	return ctx_yield(ctx);
}

int stream_fill(struct ctx *ctx, struct stream *s)
{
	const struct transport_ops *ops = s->transport->ops;
	int r = s->sock && ++s->greed > GREED_MAX ? give_way(ctx, s) : ctx_check(ctx);

	if (r < 0)
		ctx->err = (struct err){ r, "net", err_name(r) };
	else if (s->in_to - s->in_from == STREAM_INPUT_BYTES)
		r = ctx_fail(ctx, ERR_LIMIT, "net", "more input than %d bytes in one piece",
			STREAM_INPUT_BYTES);
	else if (ops->has_input(s->transport))
		r = read_some(ctx, s);
	else
		r = ERR_BUSY;
	while (r == ERR_BUSY) {
		/* A writer of another coroutine sends what is queued by itself. */
		r = s->out_n && !s->sending ? stream_flush(ctx, s) : 0;
		release_input(s);
		if (r == 0)
			r = ops->wait_readable(ctx, s->transport);
		s->greed = 0;
		if (r == 0)
			r = read_some(ctx, s);
	}
	return r;
}

bool stream_has_input(const struct stream *s)
{
	return s->in_to > s->in_from || s->transport->ops->has_input(s->transport);
}

/* Sends one detached buffer and then `more`. */
static int send_once(struct ctx *ctx, struct stream *s, struct slice more)
{
	char *out = s->out;
	struct iovec iov[2] = { { out, s->out_n }, { (void *)(uintptr_t)more.p, more.n } };
	int first = s->out_n ? 0 : 1, last = more.n ? 2 : 1;
	int r;

	s->out = NULL;
	s->out_n = 0;
	r = s->transport->ops->writev(ctx, s->transport, iov + first, last - first);
	buffer_give(&out_buffers, out);
	return r;
}

/* The queue, then `more`, then what others queued meanwhile. */
static int send_all(struct ctx *ctx, struct stream *s, struct slice more)
{
	int r = 0;

	while (s->sending && r == 0)
		r = waitq_wait(ctx, &s->sent);
	if (r < 0)
		return ctx_fail(ctx, r, "net", "%s", err_name(r));
	if (s->broken)
		return ctx_fail(ctx, ERR_RESET, "net", "an earlier write was cut short");
	s->sending = true;
	while (r == 0 && (s->out_n || more.n)) {
		r = send_once(ctx, s, more);
		more = SLICE_NIL;
	}
	s->sending = false;
	s->broken = r < 0;
	waitq_wake_all(&s->sent);
	return r;
}

int stream_flush(struct ctx *ctx, struct stream *s)
{
	return s->out_n || s->sending ? send_all(ctx, s, SLICE_NIL) : 0;
}

int stream_write(struct ctx *ctx, struct stream *s, struct slice bytes)
{
	s->bytes_out += bytes.n;
	if (bytes.n > STREAM_OUTPUT_BYTES - s->out_n)
		return send_all(ctx, s, bytes);
	if (bytes.n == 0)
		return 0;
	if (s->out == NULL)
		s->out = buffer_take(&out_buffers);
	memcpy(s->out + s->out_n, bytes.p, bytes.n);
	s->out_n += bytes.n;
	return s->out_n == STREAM_OUTPUT_BYTES ? send_all(ctx, s, SLICE_NIL) : 0;
}

int stream_shutdown(struct ctx *ctx, struct stream *s)
{
	int r = stream_flush(ctx, s);

	return r < 0 ? r : s->transport->ops->shutdown(ctx, s->transport);
}

/* Nobody tells of it: asked again and again, less and less often. */
int stream_wait_taken(struct ctx *ctx, struct stream *s)
{
	usec_t pause = TAKEN_PAUSE_MIN;
	int r = s->sock ? sock_is_taken(s->sock) : 0;

	while (r == ERR_BUSY) {
		r = ctx_sleep(ctx, pause);
		if (r == 0)
			r = sock_is_taken(s->sock);
		pause = pause < TAKEN_PAUSE_MAX ? 2 * pause : pause;
	}
	return r;
}

uint64_t stream_bytes_in(const struct stream *s)
{
	return s->bytes_in;
}

uint64_t stream_bytes_out(const struct stream *s)
{
	return s->bytes_out;
}
