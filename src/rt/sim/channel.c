/* rt/channel.h: two queues of messages. A number that is under way in one belongs to it. */
#include "rt/channel.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/ctx.h"
#include "rt/sim/fd.h"
#include "rt/sim/host.h"

#define QUEUE_MAX 256 /* messages that nobody has read yet */

struct end {
	struct fd_object object;
	struct end *peer; /* NULL: gone */
	struct list queue;
	unsigned queued;
	struct list readers;
};

struct message {
	struct list node;
	int descriptor;
	struct buf text;
};

struct channel {
	int fd;
};

static void message_free(struct message *m)
{
	buf_done(&m->text);
	free(m);
}

static void end_free(struct fd_object *o)
{
	struct end *e = container_of(o, struct end, object);
	struct list *node;

	while ((node = list_pop(&e->queue))) {
		struct message *m = container_of(node, struct message, node);

		fd_close(m->descriptor);
		message_free(m);
	}
	if (e->peer) {
		e->peer->peer = NULL;
		host_wake(&e->peer->readers);
	}
	free(e);
}

static struct end *end_new(void)
{
	struct end *e = mem_zalloc(sizeof(*e));

	e->object.free = end_free;
	list_init(&e->queue);
	list_init(&e->readers);
	return e;
}

int channel_open(int ret_ends[2])
{
	struct end *a = end_new(), *b = end_new();

	a->peer = b;
	b->peer = a;
	ret_ends[0] = fd_new(&a->object);
	ret_ends[1] = fd_new(&b->object);
	return 0;
}

static struct end *end_of(int fd)
{
	struct fd_object *o = fd_object(fd, end_free);

	return o ? container_of(o, struct end, object) : NULL;
}

int channel_send(int fd, struct slice text, int descriptor)
{
	struct end *e = end_of(fd);

	if (host_proc()->dead)
		return ERR_CANCELLED;
	if (e == NULL || e->peer == NULL)
		return ERR_RESET;
	if (e->peer->queued >= QUEUE_MAX)
		return ERR_BUSY;
	struct message *m = mem_zalloc(sizeof(*m));

	m->descriptor = descriptor >= 0 ? fd_dup(descriptor) : -1;
	buf_init(&m->text, CHANNEL_MESSAGE_MAX);
	buf_put(&m->text, text);
	list_append(&e->peer->queue, &m->node);
	e->peer->queued++;
	host_wake(&e->peer->readers);
	return 0;
}

struct channel *channel_new(int fd)
{
	struct channel *c = mem_zalloc(sizeof(*c));

	c->fd = fd;
	return c;
}

void channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	fd_close(c->fd);
	free(c);
}

int channel_receive(struct ctx *ctx, struct channel *c, struct buf *ret, int *ret_descriptor)
{
	struct end *e = end_of(c->fd);
	int r = host_check(ctx);

	while (r == 0 && list_empty(&e->queue) && e->peer)
		r = host_wait(ctx, &e->readers, "waiting for the supervisor");
	if (r < 0)
		return r;
	if (list_empty(&e->queue))
		return ctx_fail(ctx, ERR_EOF, "channel", "the other process is gone");
	struct message *m = container_of(list_pop(&e->queue), struct message, node);

	e->queued--;
	buf_put(ret, buf_slice(&m->text));
	*ret_descriptor = m->descriptor;
	message_free(m);
	return 0;
}
