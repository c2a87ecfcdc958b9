/* Dates: what parses is written as the same second. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "message/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	usec_t wall, again;
	struct buf b;

	buf_init(&b, 100);
	if (message_date_parse(slice_of(data, size), &wall)) {
		assert(wall >= 0);
		message_date_format(&b, wall);
		assert(message_date_parse(buf_slice(&b), &again) && again == wall);
	}
	buf_done(&b);
	return 0;
}
