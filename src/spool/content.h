/* A message's bytes in memory: parts with their checksums, the body in pages from a pool with a
 * budget. Pure. */
#ifndef SLUICE_SPOOL_CONTENT_H
#define SLUICE_SPOOL_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/slice.h"
#include "spool/format.h"

#define SPOOL_PAGE_BYTES (8192 - 16)

struct spool_page {
	struct spool_page *next;
	size_t n; /* bytes used */
	char bytes[SPOOL_PAGE_BYTES];
};

/* The budget of one partition. */
struct spool_memory {
	size_t budget, used; /* bytes */
	struct list fresh; /* contents that may be dropped, oldest first */
	struct spool_page *spare; /* a few free pages */
	unsigned spare_n;
};

struct spool_content {
	struct list fresh; /* member of memory->fresh while it may be dropped */
	struct spool_content **owner; /* set to NULL when it is dropped */
	struct spool_memory *memory;
	struct spool_page *first, *last; /* of the body */
	size_t paged; /* bytes in the pages */
	char *facts, *header; /* owned; NULL when empty */
	uint32_t bytes[SPOOL_PARTS], sum[SPOOL_PARTS]; /* of all parts, wherever they lie */
	uint8_t in_file; /* set of 1 << enum spool_part: not (only) here */
	unsigned pins; /* readers */
	char **reasons; /* the memory store's: one for each recipient, or NULL */
	size_t reasons_n;
};

void spool_memory_init(struct spool_memory *m, size_t budget);
void spool_memory_done(struct spool_memory *m); /* all contents are gone */
/* True while `bytes` more fit into the budget, after dropping fresh contents if need be. */
bool spool_memory_room(struct spool_memory *m, size_t bytes);

struct spool_content *spool_content_new(struct spool_memory *m);
void spool_content_free(struct spool_content *c); /* NULL is fine */
/* Appends to the body; counts and sums. Does not ask the budget. */
void spool_content_write(struct spool_content *c, struct slice bytes);
/* Sets facts or header block; copies. */
void spool_content_set(struct spool_content *c, enum spool_part part, struct slice bytes);
/* Gives the body's pages back (they are in the file now). */
void spool_content_drop_pages(struct spool_content *c);
/* The part's bytes are all here. */
bool spool_content_has(const struct spool_content *c, enum spool_part part);
/* From now on it may be dropped when room is needed, and *owner is set to NULL then. */
void spool_content_may_go(struct spool_content *c, struct spool_content **owner);
/* Copies facts, header block and body, as far as they belong into the record, to `at`; returns the
 * end. */
char *spool_content_copy(const struct spool_content *c, char *at);

#endif
