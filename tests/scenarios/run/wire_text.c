/* Apart from src/ on purpose: the comparison with what arrived is worth something then. */
#include "wire_text.h"

#include "base/buf.h"
#include "wire.h"

void wire_text_read(struct slice content, bool dotted, struct buf *verbs, struct buf *text)
{
	unsigned seen = 0;

	while (content.n) {
		size_t end = slice_find(content, '\n');
		struct slice line = slice_take(content, end);
		bool bare = end < content.n && !slice_ends(line, S("\r"));
		enum wire_verb verb;

		content = slice_skip(content, end + 1);
		if (slice_ends(line, S("\r")))
			line.n--;
		if (dotted && content.n == 0 && slice_eq(line, S(".")))
			return;
		if (dotted && slice_starts(line, S(".")))
			line = slice_skip(line, 1);
		verb = bare ? WIRE_DAMAGED : wire_verb_of(line);
		if (!(seen & 1u << verb))
			buf_printf(verbs, "%s%s", seen ? "," : "", wire_verb_names[verb]);
		seen |= 1u << verb;
		buf_put(text, line);
		buf_putc(text, '\n');
	}
}
