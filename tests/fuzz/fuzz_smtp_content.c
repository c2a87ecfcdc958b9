/* Content: what is yielded is canonical, however it was cut; after a fault nothing follows; dots
 * put back give the same text again. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "smtp/content.h"
#include "smtp/dot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	struct buf text;
	enum smtp_content_fault fault;
	size_t used;
	bool ended;
};

static void run(struct outcome *o, struct slice in, size_t step, enum smtp_content_mode mode)
{
	struct smtp_content c;
	struct slice text;

	*o = (struct outcome){ 0 };
	buf_init(&o->text, 1 << 20);
	smtp_content_init(&c, mode, SMTP_CONTENT_DATA, 1 << 16);
	while (o->used < in.n && !o->ended) {
		struct slice chunk = slice_take(slice_skip(in, o->used), step), left = chunk;
		enum smtp_content_step s;

		while ((s = smtp_content_next(&c, &left, &text)) == SMTP_CONTENT_TEXT) {
			assert(text.n > 0 && c.fault == SMTP_CONTENT_SOUND);
			buf_put(&o->text, text);
		}
		o->ended = s == SMTP_CONTENT_END;
		o->used += chunk.n - left.n;
	}
	assert(c.bytes == o->text.n);
	o->fault = c.fault;
}

static void check_canonical(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		assert(text.p[i] != '\0');
		assert(text.p[i] != '\n' || (i > 0 && text.p[i - 1] == '\r'));
		assert(text.p[i] != '\r' || (i + 1 < text.n && text.p[i + 1] == '\n'));
	}
}

static void check_again(struct slice text)
{
	struct smtp_dot d;
	struct slice in = text, piece;
	struct buf sent;
	struct outcome o;

	buf_init(&sent, 1 << 20);
	smtp_dot_init(&d);
	while (smtp_dot_next(&d, &in, &piece))
		buf_put(&sent, piece);
	buf_put(&sent, smtp_dot_end(&d));
	run(&o, buf_slice(&sent), 7, SMTP_CONTENT_REFUSE);
	assert(o.ended && o.used == sent.n && o.fault == SMTP_CONTENT_SOUND);
	assert(slice_eq(slice_take(buf_slice(&o.text), text.n), text));
	buf_done(&o.text);
	buf_done(&sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, cut;

	if (size < 1 || size > 4096)
		return 0;
	struct slice in = slice_of(data + 1, size - 1);
	enum smtp_content_mode mode = data[0] & 1 ? SMTP_CONTENT_REPAIR : SMTP_CONTENT_REFUSE;

	run(&whole, in, in.n + 1, mode);
	run(&cut, in, 1 + (data[0] >> 1) % 9, mode);
	assert(whole.fault == cut.fault && whole.ended == cut.ended && whole.used == cut.used);
	if (whole.fault == SMTP_CONTENT_SOUND) {
		assert(slice_eq(buf_slice(&whole.text), buf_slice(&cut.text)));
		check_canonical(buf_slice(&whole.text));
		check_again(buf_slice(&whole.text));
	}
	buf_done(&whole.text);
	buf_done(&cut.text);
	return 0;
}
