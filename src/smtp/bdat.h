/* Accounting of BDAT chunks (RFC 3030 section 2). The bytes themselves go through smtp/content.h in
 * format SMTP_CONTENT_BDAT. Pure. */
#ifndef SLUICE_SMTP_BDAT_H
#define SLUICE_SMTP_BDAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* A zeroed struct is "no chunk yet"; owns nothing. */
struct smtp_bdat {
	uint64_t left; /* bytes of the current chunk not yet taken */
	uint64_t total; /* bytes of all chunks announced */
	uint64_t max;
	bool last; /* the current chunk is the last */
	bool refused; /* over the limit, or a chunk after the last; sticks */
};

void smtp_bdat_init(struct smtp_bdat *b, uint64_t max);
/* A BDAT command came. False when the message is refused: the chunk's bytes must still be taken
 * and dropped, since the client sends them in any case. Never call it while left is not 0. */
bool smtp_bdat_chunk(struct smtp_bdat *b, uint64_t size, bool last);
/* Takes what *in has of the current chunk and moves *in forward. */
struct slice smtp_bdat_take(struct smtp_bdat *b, struct slice *in);

static inline bool smtp_bdat_chunk_done(const struct smtp_bdat *b)
{
	return b->left == 0;
}

/* The last chunk has been taken completely. */
static inline bool smtp_bdat_done(const struct smtp_bdat *b)
{
	return b->last && b->left == 0;
}

#endif
