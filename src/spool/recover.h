/* Private to recovery: what it knows while it runs, in one job. */
#ifndef SLUICE_SPOOL_RECOVER_H
#define SLUICE_SPOOL_RECOVER_H

#include "spool/journal.h"
#include "spool/scan.h"

/* Bytes of a segment that were acknowledged once and cannot be read. */
struct rot {
	uint32_t offset, n;
};

/* A batch that was never acknowledged: it is overwritten by this empty one. */
struct torn {
	uint32_t offset;
	struct spool_batch_header empty;
};

/* One segment as it was found. */
struct found {
	struct segment *s; /* NULL: nothing in it can be read */
	bool sealed;
	struct buf entries; /* summary entries of its readable records */
	struct rot *rot;
	size_t rot_n;
	struct torn *torn;
	size_t torn_n;
	uint64_t last; /* number of its last batch; 0: none */
	uint32_t loose; /* the first batch that nothing calls durable; in a sealed one its seal */
};

struct recovery {
	struct job *job;
	struct journal *j;
	struct found *v;
	size_t n;
	char *bytes; /* of the segment in hand */
	size_t bytes_n;
	uint64_t durable; /* the last batch of which some batch says so */
	uint64_t last; /* the last batch of all; only its segment may be without a summary */
	uint64_t *own; /* ids of own files there are */
	size_t own_n;
	uint64_t id_limit_ms, max_id;
	uint64_t *corrupt; /* ids of messages with an unreadable envelope */
	size_t corrupt_n;
};

/* Something that the report is to name; the first one counts. */
void recover_trouble(struct recovery *r, uint32_t segment, uint32_t offset, const char *what);
/* Opens a segment and finds out which batches are in it; reads the summary if there is one. */
int recover_survey(struct recovery *r, struct found *f);
/* When all were surveyed: reads the records of one that is not sealed, puts aside what has rotted,
 * empties what is torn. */
int recover_digest(struct recovery *r, struct found *f);
/* Makes durable what was found and may stand in memory only. Nothing may be done before that relies
 * on what was found. */
int recover_fasten(struct recovery *r);
/* Reads n bytes of a segment; ERR_CORRUPT when they are not there. */
int recover_read(struct recovery *r, struct segment *s, uint64_t at, size_t n, char *to);
/* It has no room for a seal: its own was read like any batch, its header or trailer being lost. */
bool recover_is_full(const struct found *f);

#endif
