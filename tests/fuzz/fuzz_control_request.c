/* Requests: whatever is taken can be written and is taken again as the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "control/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct control_request r, back;
	const char *why = NULL;
	struct buf there, again;

	buf_init(&there, CONTROL_REQUEST_MAX * 8);
	buf_init(&again, CONTROL_REQUEST_MAX * 8);
	if (control_request_parse(slice_of(data, size), &arena, &r, &why) == 0) {
		control_request_format(&there, &r);
		if (there.n <= CONTROL_REQUEST_MAX) {
			assert(control_request_parse(buf_slice(&there), &arena, &back, &why) == 0);
			control_request_format(&again, &back);
			assert(slice_eq(buf_slice(&there), buf_slice(&again)));
		}
	} else {
		assert(why);
	}
	buf_done(&there);
	buf_done(&again);
	arena_reset(&arena);
	return 0;
}
