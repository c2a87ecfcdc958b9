/* What stands on the disk, as values: segment headers, batches, records, states, summaries. Bytes
 * in, values out, and back. docs/spool-format.md is the specification. Pure. */
#ifndef SLUICE_SPOOL_FORMAT_H
#define SLUICE_SPOOL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/slice.h"
#include "base/time.h"

struct buf;

/* Version 2: a batch may be begun while the one before it is under way. Version 1 is read. */
#define SPOOL_FORMAT_VERSION 2
#define SPOOL_BLOCK	     4096u /* bytes; batches start at multiples of it */
#define SPOOL_SEGMENT_HEADER 64u
#define SPOOL_SECOND_HEADER  2048u /* offset of the header's copy */
#define SPOOL_BATCH_HEADER   72u
#define SPOOL_RECORD_HEADER  64u
#define SPOOL_TRAILER	     64u
#define SPOOL_RECORD_ALIGN   8u

static inline size_t spool_format_align(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* A segment's header block. */
struct spool_segment_header {
	uint32_t number, generation, partition, size;
	uint64_t salt;
};
/* Fills one block: the header twice, the rest zero. */
void spool_format_put_segment(char block[SPOOL_BLOCK], const struct spool_segment_header *h);
/* Reads the better copy. 0; ERR_CORRUPT when neither is valid; ERR_UNSUPPORTED: a later version. */
int spool_format_segment(struct slice block, struct spool_segment_header *ret);

/* A batch's header. A batch is laid out while at most one other is under way. */
#define SPOOL_UNDER_WAY_MAX 1u
struct spool_batch_header {
	uint32_t segment, generation, records, bytes;
	uint64_t salt, number, previous, first, id_limit_ms;
	uint16_t under_way; /* batches right before it whose sync had not returned */
};
/* The last batch that was durable when this one was laid out. */
static inline uint64_t spool_batch_durable(const struct spool_batch_header *h)
{
	return h->previous - h->under_way;
}
void spool_format_put_batch(char at[SPOOL_BATCH_HEADER], const struct spool_batch_header *h);
/* 0; ERR_CORRUPT: not a batch; ERR_UNSUPPORTED: a later version. Says nothing about staleness: the
 * caller compares segment, generation and salt. */
int spool_format_batch(struct slice s, struct spool_batch_header *ret);

enum spool_record_type {
	SPOOL_RECORD_MSG = 1,
	SPOOL_RECORD_MOVE,
	SPOOL_RECORD_STATE,
	SPOOL_RECORD_DEAD,
	SPOOL_RECORD_SUMMARY,
};

/* Why a STATE or DEAD was written; for people. */
enum spool_cause {
	SPOOL_CAUSE_NONE,
	SPOOL_CAUSE_RESULT,
	SPOOL_CAUSE_HOLD,
	SPOOL_CAUSE_RELEASE,
	SPOOL_CAUSE_RETRY,
	SPOOL_CAUSE_REMOVE,
	SPOOL_CAUSE_QUARANTINE,
	SPOOL_CAUSE_COMPACTION,
};

/* Parts of a message, in the order in which they stand. */
enum spool_part { SPOOL_PART_FACTS, SPOOL_PART_HEADER, SPOOL_PART_BODY };
#define SPOOL_PARTS 3

struct spool_record_header {
	enum spool_record_type type;
	enum spool_cause cause;
	uint8_t in_file; /* set of 1 << enum spool_part: these lie in the message's own file */
	uint16_t rcpts; /* MSG, MOVE: recipients of the envelope. STATE: entries */
	uint64_t id;
	uint32_t home_segment, home_generation; /* MOVE: where it was; STATE, DEAD: where it is */
	uint32_t bytes[SPOOL_PARTS], sum[SPOOL_PARTS];
	uint32_t states_bytes, states_sum;
	uint32_t batch; /* low half of the number of its batch */
};
/* The checksum of a record's header also covers the salt of its segment, so that a record of
 * another generation never passes for one of this. */
void spool_format_put_record(
	char at[SPOOL_RECORD_HEADER], const struct spool_record_header *h, uint64_t salt);
int spool_format_record(
	struct slice s, uint64_t salt, struct spool_record_header *ret); /* 0 or ERR_CORRUPT */
/* Bytes of the whole record in the segment, padding included. */
uint64_t spool_format_record_bytes(const struct spool_record_header *h);
/* Where a part begins, from the record's beginning, or from the file's when it lies there. */
uint64_t spool_format_part_at(const struct spool_record_header *h, enum spool_part part);
uint64_t spool_format_states_at(const struct spool_record_header *h);

/* One recipient's state, as stored. */
struct spool_state_entry {
	uint16_t rcpt;
	uint8_t state, held; /* enum spool_state, enum spool_held */
	uint16_t attempts;
	bool warned;
	usec_t due;
	struct slice reason; /* at most SPOOL_REASON_MAX when read */
};
#define SPOOL_STATE_BYTES 18u /* of a stored state, without its reason */
void spool_format_put_state(struct buf *b, const struct spool_state_entry *e);
/* Takes one; false at the end or when malformed (then c->failed). */
bool spool_format_state(struct cursor *c, struct spool_state_entry *ret);

/* A segment's summary: one entry for each record, made of its header and its states without
 * reasons. */
void spool_format_put_summary(
	struct buf *b, const struct spool_record_header *h, uint32_t offset, struct slice states);
/* Takes one entry; states are entries with empty reasons. False at the end or when malformed. */
bool spool_format_summary(struct cursor *c, struct spool_record_header *ret, uint32_t *ret_offset,
	struct slice *ret_states);

/* The last 64 bytes of a sealed segment. */
struct spool_trailer {
	uint32_t segment, generation, batch_offset;
	uint64_t salt;
	uint64_t number; /* of the batch that holds the summary */
};
void spool_format_put_trailer(char at[SPOOL_TRAILER], const struct spool_trailer *t);
int spool_format_trailer(struct slice s, struct spool_trailer *ret); /* 0 or ERR_CORRUPT */

/* Walks over the records of one batch. */
struct spool_batch_walk {
	struct slice batch; /* from its header on, as many bytes as it says */
	struct spool_batch_header header;
	uint32_t at; /* of the next record, from the batch's beginning */
	uint32_t seen; /* records so far */
};
struct spool_batch_item {
	struct spool_record_header header;
	struct slice record; /* the whole of it */
	struct slice states; /* its state entries */
	bool facts_good; /* facts and states match their checksums */
	bool content_good; /* header block and body, as far as they lie here; if asked for */
};
/* The next record. 1: one was taken; 0: the end, all were seen; ERR_CORRUPT: what follows cannot be
 * read (bytes from w->at on). */
int spool_format_walk(struct spool_batch_walk *w, bool check_content, struct spool_batch_item *ret);
/* What check_content asks for, of one record: it costs a look at each byte of the body. */
bool spool_format_content_good(const struct spool_batch_item *item);

#endif
