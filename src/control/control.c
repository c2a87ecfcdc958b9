/* The process has one door and no state: each answer is asked of the workers anew. */
#include "control/control.h"

#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "control/door.h"
#include "control/json.h"
#include "control/line.h"
#include "control/merge.h"
#include "control/metrics.h"
#include "control/request.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/net.h"

#define METRICS_BYTES (1u << 20)

char *control_worker_path(const char *spool_path, unsigned worker)
{
	struct arena arena = ARENA_INIT;
	char *path = mem_strdup(
		slice_str(arena_printf(&arena, "%s/control-%u.sock", spool_path, worker)));

	arena_reset(&arena);
	return path;
}

static int answer_metrics(struct ctx *ctx, const struct control_setup *setup, struct stream *to)
{
	json_t *line = json_object();
	struct buf text;

	buf_init(&text, METRICS_BYTES);
	control_metrics_write(&text, setup->metric, setup->arg);
	(void)json_object_set_new(line, "text", control_json_text(buf_slice(&text)));
	buf_done(&text);
	return control_line_send(ctx, to, line);
}

static int answer(struct ctx *ctx, void *arg, const struct control_request *request,
	struct stream *to, json_t *end)
{
	const struct control_setup *setup = arg;

	if (request->verb == CONTROL_METRICS)
		return answer_metrics(ctx, setup, to);
	return control_merge_answer(ctx, setup->spool_path, setup->workers, request, to, end);
}

static int control_main(struct ctx *ctx, void *arg)
{
	struct control_setup *setup = arg;
	const struct control_door door = {
		.socket = setup->socket,
		.answer = answer,
		.arg = setup,
	};

	LOG(ctx, EV_STARTED, FIELD_STR("process", "control"));
	int r = control_door_run(ctx, &door);

	LOG(ctx, EV_STOPPED, FIELD_STR("process", "control"));
	return r;
}

int control_run(const struct control_setup *setup)
{
	struct control_setup copy = *setup;
	int r = loop_run("control", control_main, &copy);

	listen_sock_close(setup->socket);
	return r == ERR_CANCELLED ? EX_OK : EX_UNAVAILABLE;
}
