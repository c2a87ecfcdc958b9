/* A door on the worker's loop. What it reads is the worker's own, so no lock is needed; what takes
 * long suspends. */
#include "control/agent.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/event.h"
#include "control/control.h"
#include "control/door.h"
#include "control/line.h"
#include "control/pools.h"
#include "control/query.h"
#include "control/request.h"
#include "delivery/sched.h"
#include "nexthop/nexthop.h"
#include "rt/ctx.h"
#include "rt/local.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/net.h"
#include "server/server.h"
#include "spool/spool.h"

static void set_int(json_t *object, const char *key, uint64_t n)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)n));
}

static void put_counts(const struct control_agent *a, json_t *line)
{
	struct spool_counts c;
	struct spool_info oldest;

	spool_counts(a->spool, &c);
	set_int(line, "messages", c.messages);
	set_int(line, "waiting", c.recipients[SPOOL_WAITING]);
	set_int(line, "active", c.recipients[SPOOL_LEASED]);
	set_int(line, "held", c.recipients[SPOOL_HELD]);
	set_int(line, "message-bytes", c.live_bytes);
	set_int(line, "disk-bytes", c.disk_bytes);
	if (spool_next(a->spool, 0, &oldest))
		set_int(line, "oldest", (uint64_t)(spool_id_time(oldest.id) / USEC_PER_SEC));
}

static json_t *summary(const struct control_agent *a)
{
	json_t *line = json_object();

	put_counts(a, line);
	return line;
}

static void put_delivery(const struct control_agent *a, json_t *line)
{
	struct sched_counts sched;
	struct nexthop_counts hops;

	sched_counts(a->sched, &sched);
	nexthop_counts(a->nexthop, &hops);
	set_int(line, "attempts", sched.attempts);
	set_int(line, "queued", sched.queued);
	set_int(line, "destinations", sched.destinations);
	set_int(line, "connections", hops.connections);
	set_int(line, "idle-connections", hops.idle);
	set_int(line, "dead-hosts", hops.dead);
}

static json_t *status(const struct control_agent *a)
{
	json_t *line = json_object();
	struct spool_counts counts;
	struct loop_stats loop;

	spool_counts(a->spool, &counts);
	loop_stats(&loop);
	set_int(line, "worker", a->worker);
	set_int(line, "started", (uint64_t)(a->started / USEC_PER_SEC));
	(void)json_object_set_new(line, "healthy", json_boolean(spool_healthy(a->spool)));
	(void)json_object_set_new(line, "accepting", json_boolean(counts.accepting));
	set_int(line, "sessions", a->server ? a->server->sessions.count : 0);
	put_counts(a, line);
	put_delivery(a, line);
	set_int(line, "coroutines", loop.coroutines);
	set_int(line, "longest-slice-us", (uint64_t)loop.longest_slice);
	return line;
}

/* What all workers know is told by the first. */
static int send_status(struct ctx *ctx, const struct control_agent *a, struct stream *to)
{
	int r = control_line_send(ctx, to, status(a));

	if (r == 0 && a->server && a->worker == 0)
		r = control_pools_send(ctx, a->server, a->nexthop, to);
	return r;
}

static int answer(struct ctx *ctx, void *arg, const struct control_request *request,
	struct stream *to, json_t *end)
{
	const struct control_agent *a = arg;

	switch (request->verb) {
	case CONTROL_SUMMARY:
		return control_line_send(ctx, to, summary(a));
	case CONTROL_STATUS:
		return send_status(ctx, a, to);
	case CONTROL_METRICS:
		(void)json_object_set_new(
			end, "error", json_string("a worker does not tell metrics"));
		return 0;
	case CONTROL_LIST:
	case CONTROL_SHOW:
	case CONTROL_CAT:
	case CONTROL_HOLD:
	case CONTROL_RELEASE:
	case CONTROL_RETRY:
	case CONTROL_REMOVE:
		break;
	}
	return control_query_answer(ctx, a->spool, request, to, end);
}

int control_agent_run(struct ctx *ctx, void *arg)
{
	struct control_agent *a = arg;
	struct control_door door = { .answer = answer, .arg = a };
	char *path = control_worker_path(a->spool_path, a->worker);
	int r = local_listen(path, &door.socket);

	free(path);
	if (r < 0) {
		LOG(ctx, EV_TROUBLE, FIELD_STR("reason", "the worker cannot listen for control"),
			FIELD_INT("worker", a->worker), FIELD_STR("detail", err_name(r)),
			FIELD_STR("mail", "flows all the same; sluice queue does not see it"));
		return 0;
	}
	r = control_door_run(ctx, &door);
	listen_sock_close(door.socket);
	return r;
}
