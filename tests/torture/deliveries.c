/* What next hops got, beside what clients sent, and how often. All is read from the observed lines: a
 * message behind 250 is found by the queue id in our own trace field. What a transcript makes come out
 * altered (conversion, a removed Bcc) or twice (a lost 250), it also does in the plain run: only what
 * that one does not show needs a reason. */
#include "torture.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

enum event_kind { PROMISED, GOT, TOLD, KEPT, DIED };

struct event {
	enum event_kind kind;
	struct slice id, paths,
		text; /* text: sent, of a promise; with our trace, of what was got */
	int64_t at; /* virtual, of what was got */
	size_t offset; /* of its line */
};

struct events {
	struct event *v;
	size_t n;
};

/* ---- reading ---- */

/* What stands behind `name`; empty when that does not occur. */
static struct slice after(struct slice s, struct slice name)
{
	return slice_skip(s, slice_search(s, name) + name.n);
}

static struct slice word(struct slice s)
{
	return slice_take(s, slice_find(s, ' '));
}

/* "id 0pk2qbxmw0000;" in our own field, the first. */
static struct slice id_of(struct slice text)
{
	struct slice rest = slice_take(text, slice_search(text, S("||")));

	while ((rest = after(rest, S(" id "))).n > TEXT_ID_CHARS)
		if (rest.p[TEXT_ID_CHARS] == ';')
			return slice_take(rest, TEXT_ID_CHARS);
	return SLICE_NIL;
}

static bool read_got(struct slice line, struct event *e)
{
	struct slice text = after(line, S(" text "));
	struct slice head = slice_take(line, line.n - text.n);

	if (slice_search(head, S(" got from ")) == head.n)
		return false;
	e->kind = GOT;
	e->text = text;
	e->id = id_of(text);
	e->paths = after(head, S(" to "));
	e->paths = slice_take(e->paths, slice_search(e->paths, S(" text ")));
	return e->id.n > 0;
}

static bool is_death(struct slice line)
{
	return slice_eq(line, S("program killed")) || slice_eq(line, S("program without power")) ||
	       (slice_starts(line, S("program worker")) && slice_ends(line, S(" killed")));
}

static bool read_line(struct slice line, struct event *e)
{
	if (slice_starts(line, S("server ")))
		return read_got(line, e);
	if (slice_starts(line, S("promised "))) {
		e->kind = PROMISED;
		e->id = word(slice_skip(line, 9));
		return true;
	}
	if (slice_starts(line, S("log delivered "))) {
		e->kind = TOLD;
		e->id = word(after(line, S(" queue-id=")));
		e->paths = word(after(line, S(" to=")));
		return true;
	}
	if (slice_starts(line, S("kept "))) {
		e->kind = KEPT;
		e->id = word(slice_skip(line, 5));
		e->paths = after(line, S(" to "));
		return !slice_starts(slice_skip(line, 5 + e->id.n), S(" text "));
	}
	e->kind = DIED;
	return is_death(line);
}

/* The text that a promise belongs to stands two lines before it (DATA) or right behind it (BDAT);
 * "quiet" lines aside. */
static struct slice text_sent(struct slice line)
{
	struct slice text = after(line, S(" text "));

	return slice_starts(line, S("sent ")) && slice_search(line, S(" 250 ")) < line.n - text.n
		       ? text
		       : SLICE_NIL;
}

static void read_all(struct slice lines, struct events *ret)
{
	struct slice before[2] = { SLICE_NIL, SLICE_NIL };
	size_t most = 1;
	int64_t at = 0;

	for (size_t i = 0; i < lines.n; i++)
		most += lines.p[i] == '\n';
	*ret = (struct events){ mem_zalloc(most * sizeof(*ret->v)), 0 };
	for (struct slice rest = lines; rest.n;) {
		struct event e = { .at = at, .offset = lines.n - rest.n };
		struct slice line = slice_split(&rest, '\n');
		struct event *last = ret->n ? &ret->v[ret->n - 1] : NULL;
		uint64_t number;

		if (last && last->kind == PROMISED && last->text.n == 0 &&
			before[1].p == lines.p + last->offset &&
			slice_search(line, S(" chunk 250 ")) < line.n)
			last->text = text_sent(line);
		if (slice_starts(line, S("at ")) &&
			slice_to_u64(slice_skip(line, 3), INT64_MAX, &number))
			at = (int64_t)number;
		else if (read_line(line, &e))
			ret->v[ret->n++] = e;
		if (ret->n && e.kind == PROMISED && ret->v[ret->n - 1].offset == e.offset)
			ret->v[ret->n - 1].text = text_sent(before[0]);
		if (slice_starts(line, S("quiet ")))
			continue;
		before[0] = before[1];
		before[1] = line;
	}
}

/* ---- the bytes ---- */

static struct slice body_of(struct slice text)
{
	return after(text, S("||"));
}

static bool has_line(struct slice head, struct slice line)
{
	while (head.n)
		if (slice_eq(slice_split(&head, '|'), line))
			return true;
	return false;
}

/* Lines of the header that was sent and that are not there. */
static size_t missing(struct slice sent, struct slice got)
{
	struct slice head = slice_take(got, slice_search(got, S("||")));
	struct slice rest = slice_take(sent, slice_search(sent, S("||")));
	size_t n = 0;

	while (rest.n)
		n += !has_line(head, slice_split(&rest, '|'));
	return n;
}

static const struct event *promise_of(const struct events *in, struct slice id)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->v[i].kind == PROMISED && in->v[i].text.n && slice_eq(in->v[i].id, id))
			return &in->v[i];
	return NULL;
}

/* In the plain run the same text came out so. */
static bool is_usual(struct slice sent, struct slice got, const struct events *plain)
{
	for (size_t i = 0; i < plain->n; i++) {
		const struct event *e = &plain->v[i];
		const struct event *promise = e->kind == GOT && slice_eq(body_of(e->text),
									body_of(got))
						      ? promise_of(plain, e->id)
						      : NULL;

		if (promise && slice_eq(promise->text, sent) &&
			missing(sent, e->text) >= missing(sent, got))
			return true;
	}
	return false;
}

static bool is_whole(const struct event *e, const struct events *all, const struct events *plain)
{
	const struct event *promise = promise_of(all, e->id);

	if (promise == NULL || slice_ends(e->text, promise->text))
		return true;
	if (slice_eq(body_of(e->text), body_of(promise->text)) &&
		missing(promise->text, e->text) == 0)
		return true;
	return is_usual(promise->text, e->text, plain);
}

/* ---- how often ---- */

static bool is_of(const struct event *e, struct slice id, struct slice path)
{
	struct slice rest = e->paths;

	if (!slice_eq(e->id, id))
		return false;
	while (rest.n)
		if (slice_eq_nocase(slice_split(&rest, ' '), path))
			return true;
	return false;
}

/* The strike may have taken the 250 of `first`, or what was to be written down about it. */
static bool may_have_lost(const struct torture_strike *strike, const struct event *first, bool told)
{
	if (told && !strike->ends)
		return false;
	return first->at >= strike->at - TORTURE_UNWRITTEN &&
	       first->at <= strike->at + TORTURE_UNHEARD;
}

/* How often a recipient was handed to a next hop, and once more if it is kept though that was logged;
 * without those times that have a reason. */
static size_t times(const struct events *in, struct slice id, struct slice path,
	const struct torture_strike *strike)
{
	const struct event *last = NULL;
	bool told = false, died = false, struck = false, counted = false;
	size_t n = 0;

	for (const struct event *e = in->v; e < in->v + in->n; e++) {
		died |= e->kind == DIED;
		if (e->kind == DIED || e->kind == PROMISED || !is_of(e, id, path))
			continue;
		told |= e->kind == TOLD;
		if (e->kind != GOT && (e->kind != KEPT || !told))
			continue;
		bool once = last && !died && !struck && e->offset >= strike->offset &&
			    may_have_lost(strike, last, told);

		struck |= once;
		n += last == NULL || (!died && !once && !counted);
		counted = e->kind == KEPT; /* what comes of that is no further time */
		last = e;
		told = died = false;
	}
	return n;
}

/* By what next hops got alone: what is written nowhere is no habit. */
static size_t times_got(const struct events *in, struct slice id, struct slice path)
{
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++)
		n += in->v[i].kind == GOT && is_of(&in->v[i], id, path);
	return n;
}

static bool is_usual_so_often(const struct events *plain, struct slice path, size_t n)
{
	for (size_t i = 0; i < plain->n; i++)
		if (plain->v[i].kind == GOT && is_of(&plain->v[i], plain->v[i].id, path) &&
			times_got(plain, plain->v[i].id, path) >= n)
			return true;
	return false;
}

static bool is_once(const struct event *e, const struct events *all, const struct events *plain,
	const struct torture_strike *strike, struct slice *ret_path)
{
	struct slice rest = e->paths;

	while (rest.n) {
		struct slice path = slice_split(&rest, ' ');
		size_t n = times(all, e->id, path, strike);

		*ret_path = path;
		if (n > 1 && !is_usual_so_often(plain, path, n))
			return false;
	}
	return true;
}

bool torture_as_sent(struct slice lines, struct slice plain, const struct torture_strike *strike,
	struct torture_wrong *ret)
{
	struct events all, usual;
	bool well = true;

	read_all(lines, &all);
	read_all(plain, &usual);
	for (size_t i = 0; i < all.n && well; i++) {
		const struct event *e = &all.v[i];
		struct slice path = e->paths;

		if (e->kind != GOT)
			continue;
		bool whole = is_whole(e, &all, &usual);

		well = whole && is_once(e, &all, &usual, strike, &path);
		if (!well)
			*ret = (struct torture_wrong){ e->id, path,
				whole ? "came out twice without a reason"
				      : "came out with other bytes than were sent" };
	}
	free(all.v);
	free(usual.v);
	return well;
}
