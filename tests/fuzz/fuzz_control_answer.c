/* What another process says on a control socket: lines of JSON of any bytes, read as the asking side
 * does; each value is an object of bounded depth, and is written as one line that is read as the
 * same. Text from mail becomes a string in any case. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "control/json.h"
#include "control/line.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "rt/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(struct slice line)
{
	json_t *value = control_json_parse(line), *text = control_json_text(line);
	struct buf b;

	assert(json_is_string(text));
	json_decref(text);
	if (value == NULL)
		return;
	assert(json_is_object(value));
	buf_init(&b, CONTROL_LINE_MAX);
	control_json_put(&b, value);
	assert(b.n > 1 && slice_find(buf_slice(&b), '\n') == b.n - 1);
	json_t *again = control_json_parse(slice_take(buf_slice(&b), b.n - 1));

	assert(again && json_equal(value, again));
	(void)control_json_get(value, "error");
	(void)control_json_int(value, "messages");
	json_decref(again);
	json_decref(value);
	buf_done(&b);
}

static int run(struct ctx *ctx, void *arg)
{
	struct stream *s = stream_memory(*(struct slice *)arg, NULL);
	struct buf line;
	int r;

	buf_init(&line, 4096);
	while ((r = control_line_read(ctx, s, &line)) == 0)
		check_line(buf_slice(&line));
	assert(r == ERR_EOF || r == ERR_LIMIT);
	buf_done(&line);
	stream_free(s);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_of(data, size);

	assert(loop_run("fuzz", run, &input) == 0);
	return 0;
}
