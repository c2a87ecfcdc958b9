/* The depth is counted before the parser sees the text. */
#include "control/json.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"

#define TEXT_MAX 65536 /* bytes of an escaped text */

/* Brackets outside of strings never nest deeper than the limit. */
static bool is_shallow(struct slice text)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
		if (depth > CONTROL_DEPTH_MAX)
			return false;
	}
	return true;
}

json_t *control_json_parse(struct slice text)
{
	json_t *value;

	if (!is_shallow(text))
		return NULL;
	value = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(value))
		return value;
	json_decref(value);
	return NULL;
}

json_t *control_json_text(struct slice text)
{
	struct buf b;
	json_t *value = text_is_utf8(text) ? json_stringn(text.n ? text.p : "", text.n) : NULL;

	if (value)
		return value;
	buf_init(&b, TEXT_MAX);
	text_escape(&b, text, TEXT_MAX / 4 - 4);
	value = json_stringn(b.n ? b.p : "", b.n);
	buf_done(&b);
	return value;
}

struct slice control_json_get(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? slice_of(json_string_value(value), json_string_length(value))
				     : SLICE_NIL;
}

int64_t control_json_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static int put(const char *text, size_t n, void *arg)
{
	buf_put(arg, slice_of(text, n));
	return 0;
}

void control_json_put(struct buf *b, const json_t *value)
{
	if (json_dump_callback(value, put, b, JSON_COMPACT) != 0)
		b->failed = true;
	buf_putc(b, '\n');
}
