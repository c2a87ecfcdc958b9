/* Time and random bits, both as queue ids are written. */
#include "message/msgid.h"

#include "base/buf.h"
#include "base/text.h"

/* msg-id = "<" id-left "@" id-right ">"     RFC 5322 section 3.6.4 */
void message_msgid_format(struct buf *b, usec_t wall, uint64_t random, struct slice hostname)
{
	char time[TEXT_ID_CHARS], bits[TEXT_ID_CHARS];

	text_id((uint64_t)wall, time);
	text_id(random, bits);
	buf_putc(b, '<');
	buf_put(b, slice_of(time, sizeof(time)));
	buf_putc(b, '.');
	buf_put(b, slice_of(bits, sizeof(bits)));
	buf_putc(b, '@');
	buf_put(b, hostname);
	buf_putc(b, '>');
}
