/* Two tables: commands by states of a session, and behaviours by what was observed of them. */
#include "coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "coverage_replies.h"

#define NAMES_MAX   (1u << 20)
#define NAMES_SHOWN 4
#define MESSAGES    100 /* of a run, that are asked for each */

/* How often a behaviour was seen. */
struct cell {
	const char *names[NAMES_SHOWN]; /* the first scenarios */
	unsigned scenarios;
};

struct coverage {
	struct coverage_replies *replies;
	struct cell *rows; /* as row_at */
	struct buf names; /* const char *, of the scenarios */
	unsigned scenarios;
};

static const struct {
	const struct coverage_row *v;
	const size_t *n;
} tables[] = {
	{ coverage_rows, &coverage_rows_n },
	{ coverage_front_rows, &coverage_front_rows_n },
	{ coverage_backend_rows, &coverage_backend_rows_n },
	{ coverage_relay_rows, &coverage_relay_rows_n },
	{ coverage_ends_rows, &coverage_ends_rows_n },
};

static size_t rows_n(void)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		n += *tables[i].n;
	return n;
}

static const struct coverage_row *row_at(size_t i)
{
	size_t table = 0;

	while (i >= *tables[table].n)
		i -= *tables[table++].n;
	return &tables[table].v[i];
}

struct coverage *coverage_new(void)
{
	struct coverage *c = mem_zalloc(sizeof(*c));

	c->replies = coverage_replies_new();
	c->rows = mem_zalloc(rows_n() * sizeof(*c->rows));
	buf_init(&c->names, NAMES_MAX);
	return c;
}

void coverage_free(struct coverage *c)
{
	coverage_replies_free(c->replies);
	free(c->rows);
	buf_done(&c->names);
	free(c);
}

/* ---- adding ---- */

static unsigned how_many(struct slice pattern, struct slice lines)
{
	unsigned n = 0;

	while (lines.n)
		n += slice_glob(pattern, slice_split(&lines, '\n'));
	return n;
}

/* Those that stand first in a pattern speak of the whole run. */
static bool fits_anywhere(struct slice pattern, struct slice lines)
{
	unsigned n = how_many(slice_skip(pattern, 1), lines);

	switch (pattern.p[0]) {
	case '!':
		return n == 0;
	case '=':
		return n == 1;
	default:
		return n > 0;
	}
}

/* The patterns with ">" that follow another one, on the lines behind its own. */
static bool next_fit(const char *const *patterns, size_t n, struct slice *lines)
{
	for (size_t i = 0; i < n && patterns[i] && patterns[i][0] == '>'; i++) {
		struct slice pattern = slice_str(patterns[i] + 1), line = SLICE_NIL;
		struct slice word = slice_take(pattern, slice_find(pattern, ' ') + 1);

		do {
			line = slice_split(lines, '\n');
		} while (lines->n && !slice_starts(line, word));
		if (!slice_glob(pattern, line))
			return false;
	}
	return true;
}

static bool fits(const struct coverage_row *row, struct slice lines)
{
	struct slice rest = lines;

	for (size_t i = 0; i < COVERAGE_PATTERNS && row->patterns[i]; i++) {
		struct slice pattern = slice_str(row->patterns[i]);
		bool found = false;

		if (pattern.p[0] == '>')
			continue; /* belongs to the one before */
		if (strchr("!=+", pattern.p[0])) {
			if (!fits_anywhere(pattern, lines))
				return false;
			continue;
		}
		while (rest.n && !found) {
			struct slice behind;

			found = slice_glob(pattern, slice_split(&rest, '\n'));
			behind = rest;
			found = found &&
				next_fit(row->patterns + i + 1, COVERAGE_PATTERNS - i - 1, &behind);
			rest = found ? behind : rest;
		}
		if (!found)
			return false;
	}
	return true;
}

static bool fits_message(const struct coverage_row *row, struct slice lines, struct slice id)
{
	struct coverage_row its = { .group = row->group };
	struct buf b;
	const char *p;

	buf_init(&b, 100000);
	for (size_t i = 0; i < COVERAGE_PATTERNS && row->patterns[i]; i++) {
		for (p = row->patterns[i]; *p; p++)
			buf_put(&b, *p == '$' ? id : slice_of(p, 1));
		buf_putc(&b, '\0');
	}
	p = b.p;
	for (size_t i = 0; i < COVERAGE_PATTERNS && row->patterns[i]; i++) {
		its.patterns[i] = p;
		p += strlen(p) + 1;
	}
	bool ret = fits(&its, lines);

	buf_done(&b);
	return ret;
}

static bool is_of_message(const struct coverage_row *row)
{
	for (size_t i = 0; i < COVERAGE_PATTERNS && row->patterns[i]; i++)
		if (strchr(row->patterns[i], '$'))
			return true;
	return false;
}

static bool is_shown(const struct coverage_row *row, struct slice lines)
{
	struct slice rest = lines;

	if (!is_of_message(row))
		return fits(row, lines);
	for (unsigned n = 0; rest.n && n < MESSAGES;) {
		struct slice line = slice_split(&rest, '\n');

		if (!slice_starts(line, S("promised ")))
			continue;
		line = slice_skip(line, sizeof("promised ") - 1);
		if (fits_message(row, lines, slice_take(line, slice_find(line, ' '))))
			return true;
		n++;
	}
	return false;
}

void coverage_add(struct coverage *c, const char *name, struct slice lines)
{
	c->scenarios++;
	buf_put(&c->names, slice_of((const char *)&name, sizeof(name)));
	coverage_replies_add(c->replies, name, lines);
	for (size_t i = 0; i < rows_n(); i++) {
		if (!is_shown(row_at(i), lines))
			continue;
		if (c->rows[i].scenarios < NAMES_SHOWN)
			c->rows[i].names[c->rows[i].scenarios] = name;
		c->rows[i].scenarios++;
	}
}

/* ---- writing ---- */

static unsigned write_rows(const struct coverage *c, FILE *out, FILE *missing)
{
	const char *group = "";
	unsigned empty = 0;

	for (size_t i = 0; i < rows_n(); i++) {
		const struct coverage_row *row = row_at(i);
		const struct cell *cell = &c->rows[i];

		if (!slice_eq(slice_str(group), slice_str(row->group)))
			fprintf(out, "\n%s\n", row->group);
		group = row->group;
		fprintf(out, "  %-90s %3u  %s", row->what, cell->scenarios,
			cell->scenarios ? cell->names[0] : "NONE");
		for (unsigned k = 1; k < cell->scenarios && k < NAMES_SHOWN; k++)
			fprintf(out, " %s", cell->names[k]);
		fprintf(out, "%s\n", cell->scenarios > NAMES_SHOWN ? " ..." : "");
		if (cell->scenarios == 0) {
			empty++;
			fprintf(missing, "no scenario shows: %s: %s\n", row->group, row->what);
		}
	}
	return empty;
}

static bool fills_alone(const struct coverage *c, const char *name)
{
	for (size_t i = 0; i < rows_n(); i++)
		if (c->rows[i].scenarios == 1 && c->rows[i].names[0] == name)
			return true;
	return coverage_replies_own(c->replies, name);
}

static void write_others(const struct coverage *c, FILE *out)
{
	fprintf(out, "\nScenarios without which nothing above would be empty:\n");
	for (size_t at = 0; at < c->names.n; at += sizeof(char *)) {
		const char *name;

		memcpy(&name, c->names.p + at, sizeof(name));
		if (!fills_alone(c, name))
			fprintf(out, "  %s\n", name);
	}
}

unsigned coverage_write(const struct coverage *c, struct slice replies, FILE *out, FILE *missing)
{
	fprintf(out,
		"%u scenarios.\n\nReplies to commands by the session's state, how many scenarios saw "
		"such, and the first that did.\n",
		c->scenarios);
	unsigned wrong = coverage_replies_write(c->replies, replies, out, missing);

	fprintf(out, "\nBehaviours: how many scenarios show each, and the first that do.\n");
	wrong += write_rows(c, out, missing);
	write_others(c, out);
	fprintf(out, "\n%u faults.\n", wrong);
	return wrong;
}
