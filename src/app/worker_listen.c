/* A worker's listening sockets. One that goes away is first asked for who waits at it: they are
 * told so (421) and come back elsewhere or later, where a closed socket would reset them. */
#include <stdlib.h>

#include "app/sockets.h"
#include "app/worker.h"
#include "app/worker_parts.h"
#include "base/mem.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/net.h"

/* Long enough to answer everybody who waits in a queue; it holds some thousand. */
#define CLOSING (200 * USEC_PER_MSEC)

void worker_listen_add(struct worker *w, const struct ip_port *at, struct listen_sock *sock)
{
	struct worker_listener *l = mem_zalloc(sizeof(*l));

	l->at = *at;
	l->base = (struct server_listener){ .server = &w->server, .sock = sock };
	scope_init(&l->accepting, SCOPE_ALL);
	list_append(&w->listeners, &l->node);
}

void worker_listen_init(struct worker *w)
{
	struct sockets *s = w->setup->sockets;

	list_init(&w->listeners);
	for (size_t i = 0; i < s->n; i++) {
		worker_listen_add(w, &s->v[i].at, s->v[i].slots[w->setup->number]);
		s->v[i].slots[w->setup->number] = NULL;
	}
}

static void rename_listener(struct worker_listener *l, struct slice name)
{
	free((void *)(uintptr_t)l->base.name.p);
	l->base.name = name.n ? slice_of(mem_strdup(name), name.n) : SLICE_NIL;
}

bool worker_listen_follow(struct worker *w)
{
	bool unused = false;

	list_each (it, &w->listeners) {
		struct worker_listener *l = container_of(it, struct worker_listener, node);
		const struct config_listener *of = sockets_listener(w->config, &l->at);

		rename_listener(l, of ? of->name : SLICE_NIL);
		unused = unused || !of;
		if (of && of->flow.receive_buffer)
			listen_sock_set_receive_buffer(l->base.sock, of->flow.receive_buffer);
		if (of && l->accepting.count == 0)
			(void)scope_spawn(&l->accepting, "listener", server_listen, &l->base);
	}
	return unused;
}

static void end_listener(struct ctx *ctx, struct worker_listener *l)
{
	scope_end(ctx, &l->accepting);
	listen_sock_close(l->base.sock);
	list_remove(&l->node);
	rename_listener(l, SLICE_NIL);
	free(l);
}

int worker_listen_close_unused(struct ctx *ctx, struct worker *w)
{
	int r = ctx_sleep(ctx, CLOSING);

	list_each_safe (it, &w->listeners) {
		struct worker_listener *l = container_of(it, struct worker_listener, node);

		if (r == 0 && l->base.name.n == 0)
			end_listener(ctx, l);
	}
	return r;
}

void worker_listen_close(struct ctx *ctx, struct worker *w)
{
	struct deadline d;

	if (!list_empty(&w->listeners)) {
		ctx_shield(ctx, &d, 2 * CLOSING);
		(void)ctx_widen(
			ctx, &d, ctx_sleep(ctx, CLOSING)); /* passes or not: they are closed */
	}
	list_each_safe (it, &w->listeners)
		end_listener(ctx, container_of(it, struct worker_listener, node));
}
