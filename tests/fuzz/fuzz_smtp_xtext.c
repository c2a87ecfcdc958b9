/* The encodings of parameter values, and domains: what is decoded is encoded and decoded as the
 * same; the decoder of UTF-8 gives UTF-8. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "smtp/domain.h"
#include "smtp/xtext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size), plain, again;
	struct arena arena = ARENA_INIT;
	struct ip ip;
	struct buf b;

	buf_init(&b, 1 << 24);
	if (smtp_xtext_decode(&arena, text, &plain)) {
		assert(plain.n <= text.n);
		smtp_xtext_encode(&b, plain);
		assert(smtp_xtext_decode(&arena, buf_slice(&b), &again) && slice_eq(again, plain));
		buf_clear(&b);
	}
	if (smtp_xtext_decode_utf8(&arena, text, &plain)) {
		assert(plain.n <= text.n && text_is_utf8(plain));
		smtp_xtext_encode_utf8(&b, plain);
		assert(slice_is_ascii(buf_slice(&b)));
		assert(smtp_xtext_decode_utf8(&arena, buf_slice(&b), &again) &&
			slice_eq(again, plain));
	}
	assert(!smtp_domain_valid(text, false) || smtp_domain_valid(text, true));
	assert(!smtp_domain_valid(text, true) || text.n <= SMTP_DOMAIN_MAX);
	if (smtp_domain_literal(text, &ip))
		assert(!smtp_domain_valid(text, true));
	buf_done(&b);
	arena_reset(&arena);
	return 0;
}
