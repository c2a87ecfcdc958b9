/* What must be true of the observed lines, whatever befell the program. */
#include "torture.h"

static bool has(struct slice s, struct slice part)
{
	return slice_search(s, part) < s.n;
}

/* The line tells of the end or the presence of the message. */
static bool accounts_for(struct slice line, struct slice id)
{
	static const struct slice ends[] = { SLICE("log bounced "), SLICE("log by-hand "),
		SLICE("log delivered "), SLICE("log undeliverable ") };

	if (!has(line, id))
		return false;
	if (slice_starts(line, S("kept ")))
		return true;
	if (slice_starts(line, S("server ")))
		return has(line, S(" got from "));
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_starts(line, ends[i]))
			return true;
	return false;
}

static bool is_accounted_for(struct slice lines, struct slice id)
{
	while (lines.n)
		if (accounts_for(slice_split(&lines, '\n'), id))
			return true;
	return false;
}

bool torture_nothing_lost(struct slice lines, struct slice *ret_id)
{
	static const struct slice promise = SLICE(" 250 2.0.0 Queued as ");

	for (struct slice rest = lines; rest.n;) {
		struct slice line = slice_split(&rest, '\n');
		size_t at = slice_search(line, promise);

		if (at == line.n || !slice_starts(line, S("client ")))
			continue;
		struct slice id = slice_take(slice_skip(line, at + promise.n), 13);

		if (!is_accounted_for(lines, id)) {
			*ret_id = id;
			return false;
		}
	}
	return true;
}
