/* What must be true of the observed lines, whatever befell the program. A recipient is found again by
 * the message's queue id and its path, as the client gave it. */
#include "torture.h"

#include "base/buf.h"
#include "base/text.h"

static bool has(struct slice s, struct slice part)
{
	return slice_search(s, part) < s.n;
}

static bool is_international(struct slice domain)
{
	for (size_t i = 0; i < domain.n; i++)
		if ((unsigned char)domain.p[i] > 127)
			return true;
	return false;
}

/* Mail for a role goes to a person, whom the configuration names (RFC 5321 section 4.5.1, RFC 2142). */
static bool is_role(struct slice local)
{
	return slice_eq_nocase(local, S("postmaster")) || slice_eq_nocase(local, S("abuse"));
}

/* On its way a domain's U-labels become A-labels: then the local parts decide. */
static bool is_same(struct slice found, struct slice promised)
{
	size_t at = slice_rfind(found, '@'), bt = slice_rfind(promised, '@');
	struct slice local = slice_take(promised, bt);

	if (slice_eq_nocase(found, promised) || is_role(local))
		return true;
	return (is_international(slice_skip(found, at)) ||
		       is_international(slice_skip(promised, bt))) &&
	       slice_eq(slice_take(found, at), local);
}

static bool is_among(struct slice paths, struct slice path)
{
	while (paths.n)
		if (is_same(slice_split(&paths, ' '), path))
			return true;
	return false;
}

/* What stands behind `name` up to the next `end`. */
static struct slice behind(struct slice s, struct slice name, char end)
{
	struct slice rest = slice_skip(s, slice_search(s, name) + name.n);

	return slice_take(rest, slice_find(rest, end));
}

/* A report of the message's failure in which the path stands in a line of its own. */
static bool reports(struct slice text, struct slice id, struct slice path)
{
	if (!slice_eq(slice_take(behind(text, S("known as "), '.'), TEXT_ID_CHARS), id) ||
		!has(text, S("Action: failed")))
		return false;
	while (text.n) {
		struct slice line = slice_trim(slice_split(&text, '|'));

		if (slice_ends(line, S("?"))) /* where a CR was */
			line.n--;
		if (slice_eq(line, path))
			return true;
	}
	return false;
}

static int hex(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* The value at the head of a log line's rest: as it is, or in quotes with \xHH for odd bytes. */
static bool is_logged(struct slice rest, struct slice path)
{
	bool quoted = slice_starts(rest, S("\""));
	struct slice value = quoted ? behind(rest, S("\""), '"')
				    : slice_take(rest, slice_find(rest, ' '));
	struct buf plain;

	buf_init(&plain, 4000);
	while (value.n) {
		bool odd = slice_starts(value, S("\\x")) && value.n >= 4;

		buf_putc(&plain, odd ? (char)(hex(value.p[2]) * 16 + hex(value.p[3])) : value.p[0]);
		value = slice_skip(value, odd ? 4 : 1);
	}
	bool same = is_same(buf_slice(&plain), path);

	buf_done(&plain);
	return same;
}

/* Nobody wanted to hear of its failure (NOTIFY of RFC 3461 without FAILURE), and none was told. Without
 * that a log line ends nothing. */
static bool is_quiet(struct slice lines, struct slice id, struct slice path)
{
	while (lines.n) {
		struct slice line = slice_split(&lines, '\n');

		if (slice_starts(line, S("quiet ")) &&
			slice_eq(slice_take(slice_skip(line, 6), TEXT_ID_CHARS), id) &&
			is_among(slice_skip(line, slice_search(line, S(" to ")) + 4), path))
			return true;
	}
	return false;
}

static bool log_ends(struct slice line, struct slice lines, struct slice id, struct slice path)
{
	return slice_starts(line, S("log bounced ")) &&
	       slice_eq(behind(line, S(" queue-id="), ' '), id) &&
	       is_logged(slice_skip(line, slice_search(line, S(" to=")) + 4), path) &&
	       is_quiet(lines, id, path);
}

/* Our own trace field names the message; a report returns that of another one below. */
static bool is_text_of(struct slice text, struct slice id)
{
	struct slice head = slice_take(text, slice_search(text, S("||")));
	size_t at = slice_search(head, id);

	return at < head.n && slice_starts(slice_skip(head, at + id.n), S(";"));
}

/* The line tells of the recipient's end or presence. */
static bool accounts_for(struct slice line, struct slice lines, struct slice id, struct slice path)
{
	struct slice text = slice_skip(line, slice_search(line, S(" text ")));

	if (slice_starts(line, S("kept ")) && text.n == 0)
		return slice_eq(slice_take(slice_skip(line, 5), TEXT_ID_CHARS), id) &&
		       is_same(behind(line, S(" to "), ' '), path);
	if (slice_starts(line, S("kept ")))
		return reports(text, id, path);
	if (slice_starts(line, S("server "))) {
		struct slice head = slice_take(line, line.n - text.n);
		bool sent = is_text_of(text, id) && is_among(behind(head, S(" to "), '|'), path);

		return has(head, S(" got from ")) && (sent || reports(text, id, path));
	}
	return log_ends(line, lines, id, path);
}

/* A transcript has changed bytes of the disk, and the batch that held the message is put aside under its
 * name, or the message is held and cannot be read. */
static bool is_put_aside(struct slice line, struct slice id)
{
	if (slice_starts(line, S("kept ")) && slice_ends(line, S(" unread")))
		return slice_eq(slice_take(slice_skip(line, 5), TEXT_ID_CHARS), id);
	return slice_starts(line, S("log trouble reason=\"rotten records")) &&
	       has(slice_skip(line, slice_search(line, S(" queue-ids="))), id);
}

static bool is_accounted_for(struct slice lines, struct slice id, struct slice path)
{
	bool flipped = false;

	for (struct slice rest = lines; rest.n;) {
		struct slice line = slice_split(&rest, '\n');

		flipped |= slice_starts(line, S("disk flips "));
		if (accounts_for(line, lines, id, path) || (flipped && is_put_aside(line, id)))
			return true;
	}
	return false;
}

/* "promised ID to PATH PATH" */
static bool is_kept(struct slice line, struct slice lines, struct torture_lost *ret)
{
	struct slice rest = line;

	(void)slice_split(&rest, ' ');
	struct slice id = slice_split(&rest, ' ');

	(void)slice_split(&rest, ' ');
	do {
		struct slice path = slice_split(&rest, ' ');

		if (path.n == 0 || !is_accounted_for(lines, id, path)) {
			*ret = (struct torture_lost){ id, path };
			return false;
		}
	} while (rest.n);
	return true;
}

bool torture_nothing_lost(struct slice lines, struct torture_lost *ret)
{
	for (struct slice rest = lines; rest.n;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_starts(line, S("promised ")) && !is_kept(line, lines, ret))
			return false;
	}
	return true;
}
