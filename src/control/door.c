/* A coroutine a connection. Who may ask is decided by the kernel twice: by the file's mode and by
 * the user at the other end, since a socket that was handed on has no mode. */
#include "control/door.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "control/line.h"
#include "control/request.h"
#include "rt/ctx.h"
#include "rt/local.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/stream.h"

#define IDLE_TIME USEC_PER_MIN /* between requests of one connection */
#define FULL_TIME USEC_PER_SEC /* until out of descriptors is looked at again */

struct visitor {
	const struct control_door *door;
	struct sock *sock;
};

static int read_request(struct ctx *ctx, struct stream *s, struct buf *line)
{
	struct deadline d;

	ctx_narrow(ctx, &d, IDLE_TIME);
	return ctx_widen(ctx, &d, control_line_read(ctx, s, line));
}

static int answer_line(
	struct ctx *ctx, const struct control_door *door, struct slice line, struct stream *s)
{
	struct arena arena = ARENA_INIT;
	struct control_request request;
	const char *why;
	json_t *end = json_object();
	int r = 0;

	(void)json_object_set_new(end, "end", json_true());
	if (control_request_parse(line, &arena, &request, &why) < 0)
		(void)json_object_set_new(end, "error", json_string(why));
	else
		r = door->answer(ctx, door->arg, &request, s, end);
	arena_reset(&arena);
	if (r == 0)
		return control_line_finish(ctx, s, end);
	json_decref(end);
	return r;
}

static int serve_visitor(struct ctx *ctx, void *arg)
{
	struct visitor *v = arg;
	struct stream *s = stream_new(v->sock);
	struct buf line;
	int r;

	buf_init(&line, CONTROL_REQUEST_MAX);
	do {
		r = read_request(ctx, s, &line);
		if (r == 0)
			r = answer_line(ctx, v->door, buf_slice(&line), s);
	} while (r == 0);
	buf_done(&line);
	stream_free(s);
	free(v);
	return r;
}

static void admit(struct scope *scope, const struct control_door *door, struct sock *sock)
{
	struct visitor *v;

	if (!local_peer_is_ours(sock)) {
		sock_close(sock);
		return;
	}
	v = mem_zalloc(sizeof(*v));
	*v = (struct visitor){ door, sock };
	if (scope_spawn(scope, "control", serve_visitor, v) == 0)
		return;
	sock_close(sock);
	free(v);
}

int control_door_run(struct ctx *ctx, const struct control_door *door)
{
	struct scope visitors;
	struct sock *sock;
	int r = 0;

	json_object_seed(1); /* the members' names are ours: no need of a secret one */
	scope_init(&visitors, SCOPE_SERVE);
	while (r == 0) {
		r = scope_wait_below(ctx, &visitors, CONTROL_CONNECTIONS_MAX - 1);
		if (r == 0)
			r = listen_sock_accept(ctx, door->socket, &sock, NULL, NULL);
		if (r == 0)
			admit(&visitors, door, sock);
		else if (r == ERR_FULL)
			r = ctx_sleep(ctx, FULL_TIME);
	}
	scope_end(ctx, &visitors);
	return r;
}
