/* A stored envelope of any bytes: refused, or within its limits and written as what is read as the
 * same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "spool/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct spool_envelope e, again;
	struct buf b;

	buf_init(&b, SPOOL_ENVELOPE_MAX);
	if (spool_envelope_decode(slice_of(data, size), &arena, &e) == 0) {
		assert(e.rcpts_n > 0 && e.rcpts_n <= SPOOL_RCPTS_MAX);
		if (spool_envelope_encode(&b, &e) == 0) {
			int r = spool_envelope_decode(buf_slice(&b), &arena, &again);

			assert(r == 0 && again.rcpts_n == e.rcpts_n);
			assert(slice_eq(again.reverse_path, e.reverse_path));
			assert(slice_eq(again.login, e.login) && again.arrived == e.arrived);
			assert(again.entitlement == e.entitlement && again.vouched == e.vouched);
			for (size_t i = 0; i < e.rcpts_n; i++)
				assert(slice_eq(
					again.rcpts[i].forward_path, e.rcpts[i].forward_path));
		}
	}
	buf_done(&b);
	arena_reset(&arena);
	return 0;
}
