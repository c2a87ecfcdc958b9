/* Finds the batches of one segment in its bytes, whatever has happened to them. Pure; for recovery
 * and for the offline tools. */
#ifndef SLUICE_SPOOL_SCAN_H
#define SLUICE_SPOOL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "spool/format.h"

struct spool_scan_batch {
	struct spool_batch_header header;
	uint32_t offset;
	bool breaks; /* the batch that its header names as the one before it is not there */
	uint32_t gap; /* bytes before it that once were batches; or 0 */
};

struct spool_scan {
	struct spool_segment_header header;
	bool header_rotten; /* generation and salt were taken from the batches */
	struct spool_scan_batch *batches; /* in order; owned */
	size_t n;
	uint32_t end; /* offset behind the last one, where the next belongs */
};

/* number: the segment's, from the file's name. 0; ERR_UNSUPPORTED: a later version; ERR_CORRUPT:
 * neither a header nor a batch is to be found. ret is to be freed after 0 only. */
int spool_scan(struct slice bytes, uint32_t number, struct spool_scan *ret);
void spool_scan_done(struct spool_scan *s);

/* The highest number of a batch that is known to have been durable: some header says so. */
uint64_t spool_scan_durable(const struct spool_scan *s);

/* The last batch found is the segment's seal, whole and with its trailer: nothing is missing at the
 * end. */
bool spool_scan_is_sealed(struct slice bytes, const struct spool_scan *s);
/* `durable` is what all segments together say. A batch that is not whole (bodies included) was
 * never acknowledged if it is not among the durable ones: it is torn, not rotten. */
bool spool_scan_is_torn(struct slice bytes, const struct spool_scan_batch *b, uint64_t durable);
/* The same about the gap in front of batch i, of which nothing can be read: it is torn if it is one
 * batch that nobody knows for durable. ret: what its header must have said. */
bool spool_scan_gap_is_torn(
	const struct spool_scan *s, size_t i, uint64_t durable, struct spool_batch_header *ret);

/* A walk over the records of a batch found by spool_scan in the same bytes. */
struct spool_batch_walk spool_scan_walk(struct slice bytes, const struct spool_scan_batch *b);
/* All records of the batch are there and all checksums are right, bodies included. */
bool spool_scan_is_whole(struct slice bytes, const struct spool_scan_batch *b);

#endif
