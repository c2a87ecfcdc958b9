/* Two tables: commands by states of a session, and behaviours by what was observed of them. */
#include "coverage.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "wire.h"

#define CODES 16 /* different replies remembered of a cell */

struct cell {
	const char *first; /* scenario */
	unsigned scenarios;
	const char *last; /* the scenario counted last */
	unsigned codes[CODES];
};

struct coverage {
	struct cell cells[WIRE_STATES][WIRE_VERBS];
	struct cell *rows; /* of coverage_rows */
	unsigned scenarios;
};

struct coverage *coverage_new(void)
{
	struct coverage *c = mem_zalloc(sizeof(*c));

	c->rows = mem_zalloc(coverage_rows_n * sizeof(*c->rows));
	return c;
}

void coverage_free(struct coverage *c)
{
	free(c->rows);
	free(c);
}

/* ---- adding ---- */

static void count(struct cell *cell, const char *name)
{
	if (cell->last != name)
		cell->scenarios++;
	if (cell->first == NULL)
		cell->first = name;
	cell->last = name;
}

static int index_of(const char *const *names, int n, struct slice word)
{
	for (int i = 0; i < n; i++)
		if (slice_eq(slice_str(names[i]), word))
			return i;
	return -1;
}

static void add_code(struct cell *cell, struct slice reply)
{
	uint64_t code = 0; /* ignored */

	(void)slice_to_u64(slice_take(reply, 3), 999, &code);
	for (int i = 0; i < CODES; i++) {
		if (cell->codes[i] == code + 1)
			return;
		if (cell->codes[i] == 0) {
			cell->codes[i] = (unsigned)code + 1;
			return;
		}
	}
}

/* "client NAME STATE SAID REPLY" */
static void add_reply(struct coverage *c, const char *name, struct slice line)
{
	struct slice rest = slice_skip(line, 7);

	(void)slice_split(&rest, ' ');
	int state = index_of(wire_state_names, WIRE_STATES, slice_split(&rest, ' '));
	int verb = index_of(wire_verb_names, WIRE_VERBS, slice_split(&rest, ' '));

	if (state < 0 || verb < 0)
		return;
	count(&c->cells[state][verb], name);
	add_code(&c->cells[state][verb], rest);
}

static bool is_nowhere(struct slice pattern, struct slice lines)
{
	while (lines.n)
		if (slice_glob(pattern, slice_split(&lines, '\n')))
			return false;
	return true;
}

static bool fits(const struct coverage_row *row, struct slice lines)
{
	struct slice rest = lines;

	for (size_t i = 0; i < COVERAGE_PATTERNS && row->patterns[i]; i++) {
		struct slice pattern = slice_str(row->patterns[i]);
		bool found = false;

		if (slice_starts(pattern, S("!"))) {
			if (!is_nowhere(slice_skip(pattern, 1), lines))
				return false;
			continue;
		}
		while (rest.n && !found)
			found = slice_glob(pattern, slice_split(&rest, '\n'));
		if (!found)
			return false;
	}
	return true;
}

void coverage_add(struct coverage *c, const char *name, struct slice lines)
{
	c->scenarios++;
	for (struct slice rest = lines; rest.n;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_starts(line, S("client ")))
			add_reply(c, name, line);
	}
	for (size_t i = 0; i < coverage_rows_n; i++)
		if (fits(&coverage_rows[i], lines))
			count(&c->rows[i], name);
}

/* ---- writing ---- */

static void write_cell(FILE *out, const char *verb, const struct cell *cell)
{
	struct buf b;

	buf_init(&b, 200);
	for (int i = 0; i < CODES && cell->codes[i]; i++) {
		buf_puts(&b, i ? " " : "");
		if (cell->codes[i] > 1)
			buf_printf(&b, "%u", cell->codes[i] - 1);
		else
			buf_puts(&b, "nothing");
	}
	fprintf(out, "  %-9s %-44.*s %3u  %s\n", verb, SLICE_ARG(buf_slice(&b)), cell->scenarios,
		cell->first ? cell->first : "NONE");
	buf_done(&b);
}

static unsigned write_commands(const struct coverage *c, FILE *out, FILE *missing)
{
	unsigned empty = 0;

	for (int state = 0; state < WIRE_STATES; state++) {
		fprintf(out, "\nstate %s\n", wire_state_names[state]);
		for (int verb = 0; verb < WIRE_VERBS; verb++) {
			const struct cell *cell = &c->cells[state][verb];

			write_cell(out, wire_verb_names[verb], cell);
			if (cell->scenarios)
				continue;
			empty++;
			fprintf(missing, "no scenario says %s in state %s\n", wire_verb_names[verb],
				wire_state_names[state]);
		}
	}
	return empty;
}

static unsigned write_rows(const struct coverage *c, FILE *out, FILE *missing)
{
	const char *group = "";
	unsigned empty = 0;

	for (size_t i = 0; i < coverage_rows_n; i++) {
		const struct coverage_row *row = &coverage_rows[i];
		const struct cell *cell = &c->rows[i];

		if (!slice_eq(slice_str(group), slice_str(row->group)))
			fprintf(out, "\n%s\n", row->group);
		group = row->group;
		fprintf(out, "  %-90s %3u  %s\n", row->what, cell->scenarios,
			cell->first ? cell->first : "NONE");
		if (cell->scenarios == 0) {
			empty++;
			fprintf(missing, "no scenario shows: %s: %s\n", row->group, row->what);
		}
	}
	return empty;
}

unsigned coverage_write(const struct coverage *c, FILE *out, FILE *missing)
{
	fprintf(out,
		"%u scenarios.\n\nReplies to commands by the session's state, how many scenarios saw "
		"such, and the first that did.\n",
		c->scenarios);
	unsigned empty = write_commands(c, out, missing);

	fprintf(out, "\nBehaviours: how many scenarios show each, and the first that does.\n");
	empty += write_rows(c, out, missing);
	fprintf(out, "\n%u empty cells.\n", empty);
	return empty;
}
