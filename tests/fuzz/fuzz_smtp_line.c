/* Lines: the input is always used up, a line holds no line end, and cutting changes nothing. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct trace {
	uint64_t sum;
	size_t reports;
};

static struct trace run(struct slice text, size_t step)
{
	struct smtp_line l;
	struct trace t = { 0 };
	size_t from = 0, to = 0;

	smtp_line_init(&l, 64);
	l.auth_max = 200;
	for (;;) {
		struct slice line = SLICE_NIL;
		size_t used;
		enum smtp_line_status s = smtp_line_next(
			&l, slice_of(text.p + from, to - from), &used, &line);

		assert(used <= to - from);
		from += used;
		if (s == SMTP_LINE_MORE && to == text.n)
			return t;
		if (s == SMTP_LINE_MORE) {
			assert(to - from < 200);
			to = to + step < text.n ? to + step : text.n;
			continue;
		}
		assert(used > 0);
		assert(memchr(line.p ? line.p : "", '\n', line.n) == NULL);
		assert(memchr(line.p ? line.p : "", '\r', line.n) == NULL);
		t.sum = t.sum * 31 + (uint64_t)s * 1000 + line.n;
		t.reports++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace whole = run(slice_of(data, size), size + 1),
		     cut = run(slice_of(data, size), 1);

	assert(whole.reports == cut.reports && whole.sum == cut.sum);
	return 0;
}
