/* Address lists: what is accepted, written in canonical form, gives the same mailboxes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "message/mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct message_mailbox *v, *again;
	size_t n, m;
	struct buf b;

	if (size > 8192)
		return 0;
	buf_init(&b, 1 << 20);
	if (message_mailbox_parse(&a, slice_of(data, size), &v, &n) == MESSAGE_MAILBOX_OK) {
		for (size_t i = 0; i < n; i++) {
			assert(v[i].path.domain.n > 0);
			smtp_path_format(&b, &v[i].path);
			buf_putc(&b, ',');
		}
		assert(message_mailbox_parse(&a, buf_slice(&b), &again, &m) == MESSAGE_MAILBOX_OK);
		assert(n == m);
		for (size_t i = 0; i < n; i++)
			assert(smtp_path_eq(&v[i].path, &again[i].path));
	}
	buf_done(&b);
	arena_reset(&a);
	return 0;
}
