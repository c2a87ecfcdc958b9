/* Paths: what parses formats, and the canonical form parses to the same address. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "smtp/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct smtp_path path, again;
	unsigned both = SMTP_PATH_MAY_BE_NULL | SMTP_PATH_MAY_BE_POSTMASTER;
	struct buf b;

	assert(smtp_path_span(slice_of(data, size)) <= size);
	buf_init(&b, 1000);
	if (smtp_path_parse(&a, slice_of(data, size), both, &path) == SMTP_PATH_OK) {
		smtp_path_format(&b, &path);
		assert(!b.failed && b.n <= SMTP_PATH_MAX);
		assert(smtp_path_span(buf_slice(&b)) == b.n);
		assert(smtp_path_parse(&a, buf_slice(&b), both, &again) == SMTP_PATH_OK);
		assert(smtp_path_eq(&path, &again));
		assert(path.is_quoted == again.is_quoted && path.is_literal == again.is_literal);
		assert(path.is_utf8 == again.is_utf8 && ip_eq(&path.literal, &again.literal));
	}
	buf_done(&b);
	arena_reset(&a);
	return 0;
}
