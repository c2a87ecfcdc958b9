/* JSON as control speaks it: parsed with a bound on its depth, since the parser recurses and a
 * coroutine's stack is small; text from mail made valid UTF-8. Pure. */
#ifndef SLUICE_CONTROL_JSON_H
#define SLUICE_CONTROL_JSON_H

#include <jansson.h>

#include "base/slice.h"

struct arena;
struct buf;

#define CONTROL_DEPTH_MAX 8

/* An object, owned by the caller (json_decref), or NULL when the text is none, is nested deeper
 * than CONTROL_DEPTH_MAX, or names a member twice. */
json_t *control_json_parse(struct slice text);
/* A string; what is no UTF-8 is escaped as in log lines. Never NULL. */
json_t *control_json_text(struct slice text);
/* Members; the value is the text's, alive as long as the object, empty when it is missing or of
 * another type. */
struct slice control_json_get(const json_t *object, const char *key);
/* 0 when it is missing or no number. */
int64_t control_json_int(const json_t *object, const char *key);
/* Appends the compact form and a newline. */
void control_json_put(struct buf *b, const json_t *value);

#endif
