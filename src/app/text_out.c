/* Only what a terminal shows as text reaches it. */
#include "app/text_out.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/text.h"

void text_out_time(const char *before, usec_t wall)
{
	struct time_civil c;

	time_civil(wall, &c);
	printf("%s%04d-%02d-%02d %02d:%02d:%02dZ", before, c.year, c.month, c.day, c.hour, c.minute,
		c.second);
}

void text_out_bytes(int64_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;
	int64_t tenths = n * 10;

	while (tenths >= 10240 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1024;
		unit++;
	}
	if (unit == 0)
		printf("%lld B", (long long)n);
	else
		printf("%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10),
			units[unit]);
}

/* What came from the network must not steer the reader's terminal: no control characters, neither
 * ASCII's nor those at U+0080. */
static bool is_printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c == 127)
			return false;
		if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0)
			return false;
	}
	return text_is_utf8(s);
}

void text_out(struct slice text)
{
	struct buf safe;

	buf_init(&safe, 65536);
	if (is_printable(text))
		buf_put(&safe, text);
	else
		text_escape(&safe, text, 8192);
	printf("%.*s", SLICE_ARG(buf_slice(&safe)));
	buf_done(&safe);
}
