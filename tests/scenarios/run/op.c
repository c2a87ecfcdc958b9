/* Statements are rows of tables, checked when a file is read: a word spelt wrongly fails before
 * anything runs, whatever the scenario does. */
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "play.h"

unsigned op_words(const struct op *op)
{
	return strchr(op->name, ' ') ? 2 : 1;
}

static bool matches(const struct op *op, const struct stmt *s)
{
	struct slice rest = slice_str(op->name), first = slice_split(&rest, ' ');

	if (s->words[0].quoted || (!slice_eq(first, stmt_word(s, 0)) && !slice_eq(first, S("*"))))
		return false;
	if (rest.n == 0)
		return true;
	return s->n > 1 && (slice_eq(rest, S("*")) || slice_eq(rest, stmt_word(s, 1)));
}

const struct op *op_find(const struct op *table, const struct stmt *s)
{
	for (; table->name; table++)
		if (matches(table, s))
			return table;
	return NULL;
}

static bool explain(struct buf *why, const struct stmt *s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool explain(struct buf *why, const struct stmt *s, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_printf(why, "%s:%u: %s", s->file, s->line, text);
	return false;
}

static bool check_one(const struct op *op, const struct stmt *s, struct buf *why)
{
	size_t n = s->n - op_words(op);

	if (n < op->least || n > op->most)
		return explain(why, s, "`%s` takes %u to %u words here, not %zu", op->name,
			op->least, op->most, n);
	if (s->has_block && op->block == BLOCK_NONE)
		return explain(why, s, "`%s` has no block", op->name);
	if (!s->has_block && op->block == BLOCK_MUST)
		return explain(why, s, "`%s` needs a block", op->name);
	return true;
}

static bool check_table(const struct op *table, const struct stmt *s, struct buf *why)
{
	const struct op *op = op_find(table, s);

	if (op == NULL)
		return explain(why, s, "what is `%.*s`?", SLICE_ARG(stmt_word(s, 0)));
	return check_one(op, s, why);
}

/* Blocks nest two deep where the tables say so, which parse.c bounds. */
bool op_check(const struct op *table, const struct stmt *first, struct buf *why)
{
	for (const struct stmt *s = first; s; s = s->next) {
		if (!check_table(table, s, why))
			return false;
		const struct op *inner = op_find(table, s)->inner;

		for (const struct stmt *b = inner ? s->block : NULL; b; b = b->next) {
			if (!check_table(inner, b, why))
				return false;
			const struct op *third = op_find(inner, b)->inner;

			for (const struct stmt *c = third ? b->block : NULL; c; c = c->next)
				if (!check_table(third, c, why))
					return false;
		}
	}
	return true;
}

int op_run_all(struct ctx *ctx, struct play *p, void *self, const struct op *table,
	const struct stmt *first)
{
	int r = 0;

	for (const struct stmt *s = first; s && r == 0 && !p->failed; s = s->next)
		r = op_find(table, s)->run(ctx, p, self, s);
	return p->failed ? ERR_INVALID : r;
}

bool play_time(struct play *p, const struct stmt *s, size_t i, usec_t *ret)
{
	if (time_parse(stmt_word(s, i), ret))
		return true;
	play_fail(p, s, "`%.*s` is no time", SLICE_ARG(stmt_word(s, i)));
	return false;
}

bool play_number(struct play *p, const struct stmt *s, size_t i, uint64_t *ret)
{
	if (slice_to_u64(stmt_word(s, i), UINT64_MAX, ret))
		return true;
	play_fail(p, s, "`%.*s` is no number", SLICE_ARG(stmt_word(s, i)));
	return false;
}
