/* A scenario as a tree of statements. What the statements mean is not known here. */
#ifndef SLUICE_SCENARIOS_PARSE_H
#define SLUICE_SCENARIOS_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct arena;
struct buf;

#define STMT_WORDS_MAX 64
#define STMT_DEPTH_MAX 4 /* blocks in blocks */
#define STMT_FILE_MAX  (1u << 20) /* bytes of one file; a longer one is refused */

struct word {
	struct slice text; /* a zero follows it */
	bool quoted;
};

/* Words, then perhaps a block of statements. */
struct stmt {
	const char *file;
	unsigned line;
	struct word *words;
	size_t n; /* at least 1 */
	bool has_block;
	struct stmt *block; /* the first one in it, or NULL */
	struct stmt *next;
};

/* Reads a file and those it names with `use NAME` (found as NAME.part in the folder `common` beside
 * tests' folders: parts_folder). All lives in the arena. False, with "file:line: what is wrong" in
 * *why. */
bool parse_file(struct arena *a, const char *path, const char *parts_folder, struct stmt **ret,
	struct buf *why);

/* The i-th word's text, or an empty slice. */
struct slice stmt_word(const struct stmt *s, size_t i);
bool stmt_is(const struct stmt *s, size_t i, const char *text);

#endif
