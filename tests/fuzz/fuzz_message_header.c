/* Headers: the split covers the text in order, the fields of a block are the block, and a field put
 * from any value is one field. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "message/header.h"
#include "message/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_put(struct slice value)
{
	struct message_header h;
	struct message_field f;
	struct buf b;

	buf_init(&b, 1 << 20);
	message_header_put(&b, S("X"), value);
	h = message_header_walk(buf_slice(&b));
	assert(message_header_next(&h, &f) && f.all.n == b.n);
	assert(!message_header_next(&h, &f) && !h.malformed);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	size_t block, body, early_block, early_body, sum = 0;
	struct message_header h;
	struct message_field f;

	if (size > 8192)
		return 0;
	assert(message_header_split(text, true, &block, &body));
	assert(block <= body && body <= size);
	if (message_header_split(text, false, &early_block, &early_body))
		assert(early_block == block && early_body == body);
	h = message_header_walk(slice_take(text, block));
	size_t mbox = block - h.rest.n;

	while (message_header_next(&h, &f)) {
		assert(f.name.n > 0 && f.name.n + f.value.n < f.all.n);
		sum += f.all.n;
	}
	assert(!h.malformed && mbox + sum == block);
	(void)message_trace_hops(slice_take(text, block));
	check_put(text);
	return 0;
}
