/* Log lines with fields of any text, cut out of the input at its NULs: one line, printable, and as
 * JSON it is JSON, whose texts are UTF-8. */
#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIELDS 4

static void check_line(struct slice line)
{
	assert(line.n > 0 && line.p[line.n - 1] == '\n');
	for (size_t i = 0; i + 1 < line.n; i++)
		assert((unsigned char)line.p[i] >= ' ' && line.p[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[FIELDS] = { "from", "to", "reply", "helo" };
	struct event_field fields[FIELDS + 1];
	struct slice rest = slice_of(data, size);
	struct buf b;

	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = FIELD(keys[i], slice_split(&rest, '\0'));
	fields[FIELDS] = FIELD_INT("size", size);
	buf_init(&b, 1 << 20);
	event_format(&b, EVENT_LOGFMT, 1, EV_REFUSED, fields, FIELDS + 1);
	check_line(buf_slice(&b));
	buf_clear(&b);
	event_format(&b, EVENT_JSON, 1, EV_REFUSED, fields, FIELDS + 1);
	check_line(buf_slice(&b));
	json_t *value = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);

	assert(json_is_object(value));
	json_decref(value);
	buf_done(&b);
	return 0;
}
