/* The words of a scenario's text. Pure. */
#ifndef SLUICE_SCENARIOS_LEX_H
#define SLUICE_SCENARIOS_LEX_H

#include <stdbool.h>

#include "base/slice.h"

struct arena;

enum token_kind {
	TOKEN_END, /* of the text */
	TOKEN_BREAK, /* of a statement: a line end or ';' */
	TOKEN_OPEN, /* '{' */
	TOKEN_CLOSE, /* '}' */
	TOKEN_WORD, /* anything without spaces, quotes, braces and ';' */
	TOKEN_STRING, /* "..." with \r \n \t \0 \\ \" \xHH, or """...""" as it stands */
	TOKEN_BAD, /* lex.why says what is wrong */
};

struct token {
	enum token_kind kind;
	unsigned line;
	struct slice text; /* from the arena, or of the text */
};

struct lex {
	struct slice rest;
	unsigned line; /* from 1 */
	struct arena *arena;
	const char *why;
};

/* The next token. '#' begins a comment where a word could begin. A text in triple quotes loses a first
 * line that is empty, the spaces before its closing quotes, and the indentation that all its lines
 * share. */
struct token lex_next(struct lex *l);

#endif
