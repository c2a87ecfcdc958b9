/* A cell is filled by what was handled, not by what was sent. A command's reply is the proof, where it
 * gets one. A line within content, whatever command it looks like, proves itself by arriving: the whole
 * text of its message, as its client sent it, ends what a next hop got. What is said behind QUIT is
 * proved by a connection that ends without a reply to that one line. */
#include "coverage_replies.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "wire.h"

#define REPLIES	   16 /* different ones of a cell */
#define REPLY_CHAR 8
#define ENDS	   WIRE_VERBS /* the row of a message's end, in state data alone */
#define ROWS	   (WIRE_VERBS + 1)

struct cell {
	const char *first; /* scenario */
	unsigned scenarios;
	const char *last; /* the scenario counted last */
	struct {
		char text[REPLY_CHAR + 1]; /* "250", "nothing", "arrives" */
		const char *first, *last;
	} replies[REPLIES];
};

struct coverage_replies {
	struct cell cells[WIRE_STATES][ROWS];
};

struct coverage_replies *coverage_replies_new(void)
{
	return mem_zalloc(sizeof(struct coverage_replies));
}

void coverage_replies_free(struct coverage_replies *c)
{
	free(c);
}

/* ---- adding ---- */

static int index_of(const char *const *names, int n, struct slice word)
{
	for (int i = 0; i < n; i++)
		if (slice_eq(slice_str(names[i]), word))
			return i;
	return -1;
}

static int row_of(struct slice word)
{
	return slice_eq(word, S("content")) ? ENDS : index_of(wire_verb_names, WIRE_VERBS, word);
}

static void add(struct cell *cell, const char *name, struct slice reply)
{
	int i = 0;

	if (cell->last != name)
		cell->scenarios++;
	if (cell->first == NULL)
		cell->first = name;
	cell->last = name;
	while (i < REPLIES && cell->replies[i].first &&
		!slice_eq(slice_str(cell->replies[i].text), reply))
		i++;
	if (i < REPLIES)
		cell->replies[i].last = name;
	if (i == REPLIES || cell->replies[i].first)
		return;
	snprintf(cell->replies[i].text, sizeof(cell->replies[i].text), "%.*s", SLICE_ARG(reply));
	cell->replies[i].first = name;
}

/* "client NAME STATE SAID REPLY" */
static void add_reply(struct coverage_replies *c, const char *name, struct slice line)
{
	struct slice rest = slice_skip(line, 7);

	(void)slice_split(&rest, ' ');
	int state = index_of(wire_state_names, WIRE_STATES, slice_split(&rest, ' '));
	int row = row_of(slice_split(&rest, ' '));

	if (state >= 0 && row >= 0)
		add(&c->cells[state][row], name,
			slice_eq(rest, S("nothing")) ? rest : slice_take(rest, 3));
}

/* Some next hop got it whole. Our own header fields stand before it. */
static bool arrived(struct slice text, struct slice lines)
{
	while (lines.n) {
		struct slice line = slice_split(&lines, '\n');

		if (slice_starts(line, S("server ")) &&
			slice_glob(S("server * got from *"), slice_take(line, 100)) &&
			slice_ends(line, text))
			return true;
	}
	return false;
}

/* "sent NAME STATE CODE VERB,VERB text TEXT" */
static void add_text(
	struct coverage_replies *c, const char *name, struct slice line, struct slice lines)
{
	struct slice rest = slice_skip(line, 5);

	(void)slice_split(&rest, ' ');
	int state = index_of(wire_state_names, WIRE_STATES, slice_split(&rest, ' '));
	struct slice code = slice_split(&rest, ' '), verbs = slice_split(&rest, ' ');
	struct slice text = slice_skip(rest, sizeof("text ") - 1);
	bool whole = slice_starts(code, S("2")) && arrived(text, lines);

	while (verbs.n && state >= 0) {
		int verb = index_of(wire_verb_names, WIRE_VERBS, slice_split(&verbs, ','));

		if (whole)
			add(&c->cells[state][verb], name, S("arrives"));
		else if (verb == WIRE_DAMAGED && !slice_starts(code, S("2")))
			add(&c->cells[state][verb], name, code);
	}
}

void coverage_replies_add(struct coverage_replies *c, const char *name, struct slice lines)
{
	for (struct slice rest = lines; rest.n;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_starts(line, S("client ")))
			add_reply(c, name, line);
		else if (slice_starts(line, S("sent ")))
			add_text(c, name, line, lines);
	}
}

bool coverage_replies_own(const struct coverage_replies *c, const char *name)
{
	for (int state = 0; state < WIRE_STATES; state++)
		for (int row = 0; row < ROWS; row++)
			for (int i = 0; i < REPLIES; i++)
				if (c->cells[state][row].replies[i].first == name &&
					c->cells[state][row].replies[i].last == name)
					return true;
	return false;
}

/* ---- what is expected ---- */

struct expected {
	struct slice replies[WIRE_STATES][ROWS]; /* "250 503"; p NULL: no line */
	FILE *missing;
	unsigned wrong;
};

static void complain(struct expected *e, int state, int row, const char *what, struct slice reply,
	const char *where)
{
	e->wrong++;
	fprintf(e->missing, "replies.table, state %s, %s: %s %.*s%s%s\n", wire_state_names[state],
		row == ENDS ? "content" : wire_verb_names[row], what, SLICE_ARG(reply),
		where ? " in " : "", where ? where : "");
}

static void read_line(struct expected *e, struct slice line, int *state)
{
	struct slice rest = slice_trim(line), word = slice_split(&rest, ' ');
	int row = row_of(word);

	if (word.n == 0 || slice_starts(word, S("#")))
		return;
	rest = slice_trim(rest);
	if (slice_eq(word, S("state")))
		*state = index_of(wire_state_names, WIRE_STATES, rest);
	else if (row >= 0 && *state >= 0 && e->replies[*state][row].p == NULL && rest.n)
		e->replies[*state][row] = rest;
	else
		row = -1;
	if (*state >= 0 && (row >= 0 || slice_eq(word, S("state"))))
		return;
	e->wrong++;
	fprintf(e->missing, "replies.table: what is `%.*s`?\n", SLICE_ARG(line));
}

static bool has_word(struct slice words, struct slice word)
{
	while (words.n)
		if (slice_eq(slice_split(&words, ' '), word))
			return true;
	return false;
}

static void compare(struct expected *e, const struct cell *cell, int state, int row)
{
	struct slice rest = e->replies[state][row];

	if (rest.p == NULL && (row != ENDS || state == WIRE_DATA))
		complain(e, state, row, "has no line", SLICE_NIL, NULL);
	for (int i = 0; i < REPLIES && cell->replies[i].first; i++)
		if (!has_word(rest, slice_str(cell->replies[i].text)))
			complain(e, state, row,
				"does not expect what was seen:", slice_str(cell->replies[i].text),
				cell->replies[i].first);
	while (rest.n) {
		struct slice word = slice_split(&rest, ' ');
		int i = 0;

		while (i < REPLIES && !slice_eq(slice_str(cell->replies[i].text), word))
			i++;
		if (i == REPLIES)
			complain(e, state, row, "no scenario shows", word, NULL);
	}
}

/* ---- writing ---- */

static void write_cell(FILE *out, const char *verb, const struct cell *cell)
{
	struct buf b;

	buf_init(&b, 200);
	for (int i = 0; i < REPLIES && cell->replies[i].first; i++)
		buf_printf(&b, "%s%s", i ? " " : "", cell->replies[i].text);
	fprintf(out, "  %-9s %-44.*s %3u  %s\n", verb, SLICE_ARG(buf_slice(&b)), cell->scenarios,
		cell->first ? cell->first : "NONE");
	buf_done(&b);
}

unsigned coverage_replies_write(
	const struct coverage_replies *c, struct slice expected, FILE *out, FILE *missing)
{
	static struct expected e;
	int state = -1;

	e = (struct expected){ .missing = missing };
	while (expected.n)
		read_line(&e, slice_split(&expected, '\n'), &state);
	for (state = 0; state < WIRE_STATES; state++) {
		fprintf(out, "\nstate %s\n", wire_state_names[state]);
		for (int row = 0; row < ROWS; row++) {
			const struct cell *cell = &c->cells[state][row];

			if (row < ENDS || cell->first)
				write_cell(
					out, row < ENDS ? wire_verb_names[row] : "content", cell);
			compare(&e, cell, state, row);
		}
	}
	return e.wrong;
}
