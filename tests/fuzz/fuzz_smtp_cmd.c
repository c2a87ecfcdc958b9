/* Commands: either a command or a safe refusal. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "smtp/caps.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_caps all = { .set = (UINT32_C(1) << SMTP_CAP_COUNT) - 1 };
	struct smtp_cmd_context context = { &all, size % 2 == 0 };
	struct arena a = ARENA_INIT;
	struct smtp_cmd cmd;
	struct smtp_reply refusal;
	struct buf b;

	buf_init(&b, 4000);
	if (!smtp_cmd_parse(&a, slice_of(data, size), &context, &cmd, &refusal)) {
		assert(refusal.code >= 500 && refusal.status.class == 5);
		smtp_reply_format(&b, &refusal);
		assert(!b.failed && slice_is_ascii(buf_slice(&b)));
		assert(slice_find(buf_slice(&b), '\n') == b.n - 1);
	} else if (cmd.verb == SMTP_RCPT) {
		assert(!cmd.rcpt.path.is_null && (!cmd.rcpt.path.is_utf8 || context.smtputf8));
	}
	buf_done(&b);
	arena_reset(&a);
	return 0;
}
