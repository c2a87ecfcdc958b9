/* Three numbers and two flags. Once refused, chunks are still counted off, because the client sends
 * them before it reads the reply (RFC 3030 section 2). */
#include "smtp/bdat.h"

#include <assert.h>

void smtp_bdat_init(struct smtp_bdat *b, uint64_t max)
{
	*b = (struct smtp_bdat){ .max = max };
}

bool smtp_bdat_chunk(struct smtp_bdat *b, uint64_t size, bool last)
{
	assert(b->left == 0);
	if (b->last || size > b->max || b->total > b->max - size)
		b->refused = true;
	else
		b->total += size;
	b->left = size;
	b->last = b->last || last;
	return !b->refused;
}

struct slice smtp_bdat_take(struct smtp_bdat *b, struct slice *in)
{
	size_t n = in->n < b->left ? in->n : (size_t)b->left;
	struct slice taken = slice_take(*in, n);

	*in = slice_skip(*in, n);
	b->left -= n;
	return taken;
}
