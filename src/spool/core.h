/* Private to the folder: what all implementations share (index, memory, items to be written), and
 * the seam behind which they differ. */
#ifndef SLUICE_SPOOL_CORE_H
#define SLUICE_SPOOL_CORE_H

#include "base/buf.h"
#include "rt/waitq.h"
#include "spool/content.h"
#include "spool/index.h"
#include "spool/spool.h"

struct file;
struct spool_item;

/* What did not fit into memory or into a record: the message's own file, while it is written. */
struct spool_own {
	uint64_t id;
	struct file *file; /* NULL: there is none yet */
	uint64_t bytes; /* written so far */
};

/* Where a message's stored bytes are, pinned there. */
struct spool_source {
	struct spool_message *message; /* referenced */
	struct spool_place home;
	bool loaded; /* header is filled */
	struct spool_record_header header;
	struct file *own; /* opened when needed */
};

/* One implementation. All but close are called on the loop, for an open spool. */
struct spool_ops {
	/* So many bytes of mail from outside may be taken without touching the reserve. */
	bool (*room)(struct spool *sp, uint64_t bytes);
	/* So many are free beyond the reserve, for everything. */
	uint64_t (*free_bytes)(struct spool *sp);
	/* Moves the limit of ids into the future. Suspends. */
	int (*extend_ids)(struct ctx *ctx, struct spool *sp);
	/* Moves the body's pages to the own file. Suspends. NULL: bodies stay in memory. */
	int (*spill)(struct ctx *ctx, struct spool *sp, struct spool_own *own,
		struct spool_content *content);
	/* Moves to the own file what no record takes; makes the file durable. Suspends. */
	int (*prepare)(struct ctx *ctx, struct spool *sp, struct spool_own *own,
		struct spool_content *content);
	/* Closes the file; removes it when nothing was committed. */
	void (*discard)(struct spool *sp, struct spool_own *own, bool committed);
	/* Takes the item; calls spool_item_finish when it is durable or failed, perhaps at once. */
	void (*submit)(struct spool *sp, struct spool_item *item);
	void (*pin)(struct spool *sp, struct spool_source *source);
	void (*unpin)(struct spool *sp, struct spool_source *source);
	/* Reads the record's header; suspends. ERR_CORRUPT. */
	int (*load)(struct ctx *ctx, struct spool *sp, struct spool_source *source);
	/* Reads bytes of a part; suspends. ERR_CORRUPT when they are not there. */
	int (*read)(struct ctx *ctx, struct spool *sp, struct spool_source *source,
		enum spool_part part, uint64_t offset, size_t n, char *to);
	/* Appends the reason of the recipient's last record; suspends. */
	int (*reason)(struct ctx *ctx, struct spool *sp, struct spool_message *m, uint16_t rcpt,
		struct buf *ret);
	/* The message has ended, durably. */
	void (*gone)(struct spool *sp, struct spool_message *m);
	/* And nobody reads it any more. */
	void (*forget)(struct spool *sp, struct spool_message *m);
	void (*counts)(const struct spool *sp, struct spool_counts *ret);
	void (*close)(struct ctx *ctx, struct spool *sp);
};

struct spool {
	struct spool_options o;
	const struct spool_ops *ops;
	void *store; /* the implementation's own */
	struct spool_index index;
	struct spool_memory memory;
	const struct spool_events *events;
	void *events_arg;
	bool failed;
	uint64_t last_id;
	uint64_t id_limit_ms; /* ids up to this time, exclusive, may be given out */
	uint64_t fence;
	uint64_t next_seq; /* of items */
	struct list outstanding; /* items not finished, in order */
	struct list held_back; /* items about messages that are moving, in order */
	struct waitq settled; /* an item finished, or a message stopped moving */
	unsigned writers, readers; /* alive */
};

/* The implementations' openings: set ops, store, id limit; fill the index. */
int spool_memory_open(struct ctx *ctx, struct spool *sp);
int spool_journal_open(struct ctx *ctx, struct spool *sp, struct spool_report *report);

/* The fields of a queue id. */
static inline uint64_t spool_id_make(uint64_t ms, unsigned partition, unsigned sequence)
{
	return ms << 22 | (uint64_t)partition << 12 | sequence;
}
static inline uint64_t spool_id_ms(uint64_t id)
{
	return id >> 22;
}
/* The clock in milliseconds since 2020. */
uint64_t spool_wall_ms(void);

/* One record to be written. */
struct spool_rec {
	struct spool_record_header header; /* home, sums of states and batch are filled in last */
	struct spool_message *message; /* referenced; NULL: of a message gone before */
	const struct spool_content *content; /* MSG */
	struct slice raw; /* MOVE: the parts as they stand in the record that is copied */
	size_t states_at; /* in the item's states */
};

/* What becomes durable in one step. On the heap; freed by finish, or by who waits for it. */
struct spool_item {
	struct list node; /* of the store's queue, or of held_back */
	struct list outstanding;
	struct spool *sp;
	uint64_t seq;
	bool inside; /* may use the reserve */
	bool late; /* its states take effect when it is durable; else they did already */
	bool waited, finished;
	int result;
	struct waitq done;
	struct buf states; /* entries of all records */
	unsigned n, max;
	struct spool_rec recs[];
};

struct spool_item *spool_item_new(struct spool *sp, unsigned max);
/* Adds a record; m may be NULL. */
struct spool_rec *spool_item_add(struct spool_item *item, enum spool_record_type type,
	enum spool_cause cause, struct spool_message *m);
/* Adds a state to the record added last. */
void spool_item_state(struct spool_item *item, const struct spool_state_entry *e);
static inline struct slice spool_item_states(const struct spool_item *i, const struct spool_rec *r)
{
	return slice_take(slice_skip(buf_slice(&i->states), r->states_at), r->header.states_bytes);
}
/* Bytes of all its records. */
uint64_t spool_item_bytes(const struct spool_item *item);
/* Hands it to the store, or holds it back while a message of it moves. An item without records
 * finishes at once. */
void spool_item_submit(struct spool_item *item);
/* Called by the store. A failure other than ERR_FULL of an outside item fails the spool. */
void spool_item_finish(struct spool_item *item, int result);
/* Waits for an item with waited set; frees it, and returns its result. Suspends, shielded from
 * cancellation. ERR_TIMEOUT after SPOOL_COMMIT_WAIT: it may still become durable. */
#define SPOOL_COMMIT_WAIT (120 * USEC_PER_SEC)
int spool_item_wait(struct ctx *ctx, struct spool_item *item);
/* The message has arrived at its new home: records that were held back go on. */
void spool_moved(struct spool *sp, struct spool_message *m);
/* State bytes beyond which an item is split. */
#define SPOOL_STATES_MAX 8192u

/* Bytes that the results take on disk. */
size_t spool_results_bytes(const struct spool_result *results, size_t n);
/* Adds the outcomes as STATE records; stops at SPOOL_STATES_MAX unless they are late (then their
 * recipients are marked as settling). Returns how many were taken. */
size_t spool_results_add(
	struct spool_item *item, const struct spool_result *results, size_t n, bool late);

/* No acceptance and no attempts from now on. */
void spool_fail(struct spool *sp);
/* Gives a reference back; frees content and message with the last. */
void spool_unref(struct spool *sp, struct spool_message *m);
/* Takes a message whose recipients all ended out of the index. The caller holds a reference. */
void spool_drop_ended(struct spool *sp, struct spool_message *m);
void spool_tell(struct spool *sp, uint64_t id);
/* A checksum failed: holds the message's recipients as corrupt. Returns ERR_CORRUPT. */
int spool_quarantine(struct ctx *ctx, struct spool *sp, struct spool_message *m);

void spool_source_open(struct spool *sp, struct spool_message *m, struct spool_source *ret);
void spool_source_close(struct spool *sp, struct spool_source *source);
/* Reads a whole part and verifies its checksum; from content, else from the store. Suspends. */
int spool_source_part(struct ctx *ctx, struct spool *sp, struct spool_source *source,
	enum spool_part part, struct arena *arena, struct slice *ret);

#endif
