/* Statements gather in lists, one for each open block; a block's end hands its list to the statement
 * that opened it. `use` puts the statements of another file where it stands. */
#include "parse.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lex.h"

#define READ_STEP 4096

struct level {
	struct stmt **tail;
	struct stmt *opened_by;
};

struct parser {
	struct arena *arena;
	struct lex lex;
	const char *file, *parts;
	struct buf *why;
	struct level levels[STMT_DEPTH_MAX];
	unsigned depth;
	struct word words[STMT_WORDS_MAX];
	size_t n;
	unsigned line; /* of the first word */
};

struct slice stmt_word(const struct stmt *s, size_t i)
{
	return i < s->n ? s->words[i].text : SLICE_NIL;
}

bool stmt_is(const struct stmt *s, size_t i, const char *text)
{
	return i < s->n && !s->words[i].quoted && slice_eq(s->words[i].text, slice_str(text));
}

static bool complain(struct parser *p, unsigned line, const char *what)
{
	buf_printf(p->why, "%s:%u: %s", p->file, line, what);
	return false;
}

/* NULL, or what is wrong: a part of a scenario would pass as one. */
static const char *read_whole(struct arena *a, const char *path, struct slice *ret)
{
	FILE *f = fopen(path, "re");
	const char *wrong = NULL;
	struct buf b;
	size_t n;

	if (f == NULL)
		return "cannot be read";
	buf_init(&b, STMT_FILE_MAX + READ_STEP); /* the last step finds the end */
	do {
		char *room = buf_room(&b, READ_STEP);

		n = room ? fread(room, 1, READ_STEP, f) : 0;
		buf_added(&b, n);
	} while (n);
	if (ferror(f))
		wrong = "cannot be read";
	else if (b.failed || b.n > STMT_FILE_MAX)
		wrong = "is too long";
	else
		*ret = arena_dup(a, buf_slice(&b));
	fclose(f);
	buf_done(&b);
	return wrong;
}

static struct stmt *add_statement(struct parser *p)
{
	struct stmt *s = arena_new(p->arena, struct stmt);
	struct level *level = &p->levels[p->depth];

	*s = (struct stmt){ .file = p->file, .line = p->line, .n = p->n };
	s->words = arena_array(p->arena, struct word, p->n);
	memcpy(s->words, p->words, p->n * sizeof(*s->words));
	p->n = 0;
	*level->tail = s;
	level->tail = &s->next;
	return s;
}

static bool use(struct parser *p, struct stmt **first, const struct stmt *s)
{
	char *path = arena_printf(p->arena, "%s/%.*s.part", p->parts, SLICE_ARG(stmt_word(s, 1)));

	if (p->depth || s->n != 2)
		return complain(p, s->line, "`use NAME` stands alone, outside of blocks");
	if (p->parts == NULL)
		return complain(p, s->line, "a part uses no other part");
	return parse_file(p->arena, path, NULL, first, p->why);
}

/* A line's end. */
static bool end_statement(struct parser *p)
{
	struct level *level = &p->levels[p->depth];
	struct stmt **at = level->tail;

	if (p->n == 0)
		return true;
	const struct stmt *s = add_statement(p);

	if (!stmt_is(s, 0, "use"))
		return true;
	level->tail = at;
	*at = NULL;
	if (!use(p, at, s))
		return false;
	while (*level->tail)
		level->tail = &(*level->tail)->next;
	return true;
}

static bool open_block(struct parser *p, unsigned line)
{
	if (p->n == 0)
		return complain(p, line, "a block belongs behind a statement, on its line");
	if (p->depth + 1 == STMT_DEPTH_MAX)
		return complain(p, line, "blocks nest too deeply");
	struct stmt *s = add_statement(p);

	s->has_block = true;
	p->levels[++p->depth] = (struct level){ &s->block, s };
	return true;
}

static bool close_block(struct parser *p, unsigned line)
{
	if (!end_statement(p))
		return false;
	if (p->depth == 0)
		return complain(p, line, "'}' without '{'");
	p->depth--;
	return true;
}

static bool add_word(struct parser *p, const struct token *t)
{
	if (p->n == STMT_WORDS_MAX)
		return complain(p, t->line, "too many words");
	if (p->n == 0)
		p->line = t->line;
	p->words[p->n++] = (struct word){ arena_dup(p->arena, t->text), t->kind == TOKEN_STRING };
	return true;
}

static bool take(struct parser *p, const struct token *t)
{
	switch (t->kind) {
	case TOKEN_WORD:
	case TOKEN_STRING:
		return add_word(p, t);
	case TOKEN_BREAK:
	case TOKEN_END:
		return end_statement(p);
	case TOKEN_OPEN:
		return open_block(p, t->line);
	case TOKEN_CLOSE:
		return close_block(p, t->line);
	case TOKEN_BAD:
		break;
	}
	return complain(p, t->line, p->lex.why);
}

bool parse_file(struct arena *a, const char *path, const char *parts_folder, struct stmt **ret,
	struct buf *why)
{
	struct parser p = { .arena = a,
		.file = arena_strdup(a, slice_str(path)),
		.parts = parts_folder,
		.why = why,
		.lex = { .line = 1, .arena = a } };
	struct token t;

	const char *wrong = read_whole(a, path, &p.lex.rest);

	if (wrong) {
		buf_printf(why, "%s: %s", path, wrong);
		return false;
	}
	*ret = NULL;
	p.levels[0].tail = ret;
	do {
		t = lex_next(&p.lex);
		if (!take(&p, &t))
			return false;
	} while (t.kind != TOKEN_END);
	if (p.depth)
		return complain(&p, p.levels[p.depth].opened_by->line, "this block does not end");
	return true;
}
