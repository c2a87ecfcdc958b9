/* Replies of remote servers: no reply is out of its bounds, and what we would write of one is
 * safe lines within the limit. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "smtp/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct smtp_reply *r)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	smtp_reply_format(&b, r);
	assert(!b.failed);
	assert(r->utf8 ? text_is_utf8(buf_slice(&b)) : slice_is_ascii(buf_slice(&b)));
	struct slice rest = buf_slice(&b);

	while (rest.n) {
		struct slice line = slice_split(&rest, '\n');

		assert(line.n >= 5 && line.n < SMTP_REPLY_LINE_MAX && line.p[line.n - 1] == '\r');
		assert(line.p[3] == (rest.n ? '-' : ' '));
	}
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_reply_reader reader;
	struct arena a = ARENA_INIT;
	struct slice in = slice_of(data, size);
	struct smtp_reply r;
	enum smtp_reply_step s;
	size_t used;

	smtp_reply_reader_init(&reader);
	while ((s = smtp_reply_read(&reader, in, &a, &used, &r)) == SMTP_REPLY_DONE) {
		assert(used > 0 && r.code >= 200 && r.code <= 599);
		in = slice_skip(in, used);
		check_written(&r);
		r.utf8 = true;
		check_written(&r);
	}
	assert((s == SMTP_REPLY_BROKEN) == (smtp_reply_problem(&reader) != NULL));
	smtp_reply_reader_done(&reader);
	arena_reset(&a);
	return 0;
}
