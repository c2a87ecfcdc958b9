/* Stands for rt/log.c until that is part of rt_lib. */
#include "rt/log.h"

void log_event(const struct ctx *ctx, enum event e, const struct event_field *fields, size_t n)
{
	(void)ctx;
	(void)e;
	(void)fields;
	(void)n;
}
