/* The table of log events: every line that sluice writes is one of these. To add one, add a row to
 * base/event.def. Pure. */
#ifndef SLUICE_BASE_EVENT_H
#define SLUICE_BASE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"

struct buf;

enum event_level { EVENT_DEBUG, EVENT_INFO, EVENT_WARNING, EVENT_ERROR };

enum event {
#define EVENT(id, name, level, sentence) EV_##id,
#include "base/event.def"
#undef EVENT
	EVENT_COUNT
};

struct event_info {
	const char *name; /* one word, hyphens: "message-accepted" */
	enum event_level level;
	const char *sentence; /* for the manual */
};

const struct event_info *event_info(enum event e);

/* One field of a line. A field whose text is empty is left out. Nothing is owned. */
struct event_field {
	const char *key;
	struct slice text;
	int64_t number;
	bool is_number;
};

#define FIELD(key_, text_)                                                                         \
	(struct event_field)                                                                       \
	{                                                                                          \
		.key = (key_), .text = (text_)                                                     \
	}
#define FIELD_STR(key_, str_) FIELD(key_, slice_str(str_))
#define FIELD_INT(key_, number_)                                                                   \
	(struct event_field)                                                                       \
	{                                                                                          \
		.key = (key_), .number = (int64_t)(number_), .is_number = true                     \
	}

enum event_format { EVENT_LOGFMT, EVENT_JSON };

/* Appends one line with its newline. Text is escaped and cut at EVENT_TEXT_MAX bytes a field, since
 * peers supply some of it. */
#define EVENT_TEXT_MAX 512
void event_format(struct buf *b, enum event_format format, usec_t wall, enum event e,
	const struct event_field *fields, size_t n);

#endif
