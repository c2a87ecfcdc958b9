/* A line is formatted in place and handed to the world, which never waits for its reader. One
 * buffer serves all: nothing here suspends. */
#include "rt/log.h"

#include <assert.h>

#include "base/buf.h"
#include "base/metrics.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/world.h"

#define FIELDS_MAX 32 /* of an event, beside the context's */
#define LINE_MAX   (32 * 1024)

static enum event_format log_format = EVENT_LOGFMT;
static enum event_level log_least = EVENT_INFO;

void log_setup(enum event_format format, enum event_level least)
{
	log_format = format;
	log_least = least;
}

void log_settings(enum event_format *ret_format, enum event_level *ret_least)
{
	*ret_format = log_format;
	*ret_least = log_least;
}

static size_t put_context(const struct log_context *log, struct event_field *ret)
{
	ret[0] = FIELD("session", log->session);
	ret[1] = FIELD("queue-id", log->queue_id);
	ret[2] = FIELD("peer", log->peer);
	ret[3] = FIELD_STR("action", log->action);
	return 4;
}

void log_event(const struct ctx *ctx, enum event e, const struct event_field *fields, size_t n)
{
	static struct buf line = { .max = LINE_MAX };
	struct event_field all[4 + FIELDS_MAX];
	size_t k = 0;

	if (event_info(e)->level < log_least)
		return;
	assert(n <= FIELDS_MAX);
	if (ctx)
		k = put_context(&ctx->log, all);
	for (size_t i = 0; i < n; i++)
		all[k++] = fields[i];
	buf_clear(&line);
	event_format(&line, log_format, clock_wall(), e, all, k);
	if (line.failed || !world_log(buf_slice(&line)))
		metric_add(METRIC_LOG_DROPPED, 1);
}
