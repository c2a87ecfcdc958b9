/* EHLO replies: whatever was read, what we would write of it reads back as the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "smtp/caps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_caps c, back = { 0 };
	struct buf b;

	buf_init(&b, 1 << 16);
	smtp_caps_read(slice_of(data, size), &c);
	smtp_caps_format(&b, &c, S("host"), SLICE_NIL);
	assert(!b.failed);
	struct slice text = buf_slice(&b);

	slice_split(&text, '\n');
	while (text.n)
		smtp_caps_read_line(&back, slice_trim(slice_skip(slice_split(&text, '\n'), 4)));
	if (c.mechs == 0)
		smtp_caps_drop(&c, SMTP_CAP_AUTH); /* is not written without a mechanism to name */
	assert(back.set == c.set && back.size == c.size);
	if (smtp_caps_has(&c, SMTP_CAP_AUTH))
		assert(back.mechs == c.mechs);
	buf_done(&b);
	return 0;
}
