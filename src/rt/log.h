/* Writing log lines. The layer that decides a mail's fate logs once; everybody else returns
 * errors. */
#ifndef SLUICE_RT_LOG_H
#define SLUICE_RT_LOG_H

#include "base/event.h"

struct ctx;

/* Lines below `least` are dropped. Default: logfmt, info, to standard error. */
void log_setup(enum event_format format, enum event_level least);
/* What log_setup said last. */
void log_settings(enum event_format *ret_format, enum event_level *ret_least);
/* One line: the event, the context's session, queue id, peer and action (ctx may be NULL), then
 * the fields. Never suspends or blocks: a line that the receiver does not take is dropped and
 * counted. */
void log_event(const struct ctx *ctx, enum event e, const struct event_field *fields, size_t n);

#define LOG(ctx_, event_, ...)                                                                     \
	log_event((ctx_), (event_), (const struct event_field[]){ __VA_ARGS__ },                   \
		sizeof((const struct event_field[]){ __VA_ARGS__ }) / sizeof(struct event_field))

#endif
