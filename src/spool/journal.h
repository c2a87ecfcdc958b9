/* Private to the journal: its segments, the batch being written, and the coroutines that write,
 * recycle and compact. Everything but files is used on the loop only, or in the one job of recovery
 * before the loop sees it. */
#ifndef SLUICE_SPOOL_JOURNAL_H
#define SLUICE_SPOOL_JOURNAL_H

#include "rt/job.h"
#include "rt/scope.h"
#include "spool/core.h"
#include "spool/pace.h"

struct dir;

enum segment_state {
	SEGMENT_SPARE, /* its header is durable, no batch is in it */
	SEGMENT_CURRENT, /* the one that is written */
	SEGMENT_SEALED, /* never written again in this generation */
	SEGMENT_BUSY, /* being released or compacted */
};

/* Segment S depends on `home`: see docs/spool-format.md, 7. */
struct segment_dep {
	uint32_t home;
	bool by_move;
	uint32_t ended; /* messages at home that ended by a record in S: about that many */
};

struct segment {
	struct list node; /* of the journal's spare ones */
	enum segment_state state;
	uint32_t number, generation, size;
	uint64_t salt;
	struct file *file;
	struct file *second; /* the same, opened again: two batches at once; or NULL */
	bool lone; /* it could not be opened again */
	uint32_t used; /* where the next batch goes */
	uint64_t first; /* number of its first batch; 0: none yet */
	struct buf summary; /* entries, while it is current */
	uint32_t live_messages, live_states;
	uint64_t live_bytes; /* of messages */
	uint32_t pins; /* readers */
	struct segment_dep *deps;
	uint32_t deps_n;
	bool unmovable; /* compaction met something that does not fit anywhere else */
};

/* A batch: laid out on the loop, written and synced by its lane, then told to those who wait. */
struct journal_batch {
	struct lane_item item;
	struct lane *lane;
	struct file *file; /* the segment's, or its second one */
	char *bytes;
	size_t n, cap; /* of bytes; n with the padding */
	uint64_t offset; /* in the segment */
	int result;
	bool done;
	usec_t began;
	struct segment *s;
	struct list items; /* that are in it */
	size_t waited_n; /* of these, how many somebody waits for */
	struct spool_batch_header header;
	size_t summary; /* bytes that its records add to the segment's summary */
};

#define JOURNAL_BATCHES (SPOOL_UNDER_WAY_MAX + 1)

struct journal {
	struct spool *sp;
	struct dir *dir;
	struct file *lock;
	struct pool *pool;
	struct scope keeper, writer;
	struct segment **segments; /* by number; NULL where there is none; [0] is none */
	uint32_t segments_n;
	uint32_t count; /* segments there are */
	struct segment *current; /* NULL: take a spare one */
	struct list spares;
	uint32_t spare_n, reserve_n;
	uint64_t number; /* of the batch laid out last */
	uint64_t next_number; /* of the next one */
	struct list pending; /* items that wait for a batch */
	struct waitq work, written; /* for the writer; a batch is durable, or nothing will be */
	struct journal_batch batch[JOURNAL_BATCHES]; /* in turn */
	unsigned head, under_way; /* the oldest under way, and how many are */
	struct pace pace;
	bool mark; /* an empty batch is asked for */
	bool last_empty; /* the last batch was empty */
	bool closing, ending; /* for the keeper; then for the writer */
	uint64_t batches; /* durable since opening, for those who wait for one */
	struct waitq upkeep; /* for the keeper */
	bool upkeep_due;
	bool cannot_grow; /* the last attempt to make a segment found no room */
	uint64_t free_bytes; /* of the file system, when last asked */
	usec_t free_asked;
	uint64_t *removals; /* ids whose own files are to be removed */
	size_t removals_n;
	struct spool_report *report; /* while opening */
};

static inline struct journal *journal_of(const struct spool *sp)
{
	return sp->store;
}
static inline struct segment *journal_segment(const struct journal *j, uint32_t number)
{
	return number < j->segments_n ? j->segments[number] : NULL;
}

/* Runs fn in a job; suspends, shielded from cancellation: arg may lie on the caller's stack. */
int journal_job(
	struct ctx *ctx, struct journal *j, int (*fn)(struct job *job, void *arg), void *arg);
/* "seg-000001", "msg-ID". */
#define JOURNAL_NAME_BYTES 40
void journal_segment_name(char name[JOURNAL_NAME_BYTES], const char *prefix, uint32_t number);
void journal_own_name(char name[JOURNAL_NAME_BYTES], uint64_t id);

/* segment.c: files. */
struct segment *segment_new(struct journal *j, uint32_t number);
void segment_free(struct journal *j, struct segment *s); /* closes its file */
/* What a job does to a segment's file: a copy, since the loop looks at the segment meanwhile. */
struct segment_work {
	struct dir *dir;
	struct file *file; /* made by segment_make */
	struct spool_segment_header header; /* to be written */
};
/* The next generation of s, to be given to one of the jobs below. */
struct segment_work segment_work(const struct journal *j, const struct segment *s);
/* Makes a segment file of zeros with its header; durable. In a job. */
int segment_make(struct job *job, struct segment_work *w);
/* Writes the header, durably. In a job. */
int segment_renew(struct job *job, struct segment_work *w);
/* The work was done: s is of that generation and empty. */
void segment_worked(struct segment *s, const struct segment_work *w);

/* account.c: what lives where. */
/* Takes note of a record that is durable at this place. m: its message, NULL when that is gone. */
void account_record(struct journal *j, struct segment *s, uint32_t offset,
	const struct spool_record_header *h, struct spool_message *m, struct slice states);
/* The message has ended. */
void account_gone(struct journal *j, struct spool_message *m);
/* Everything that depended on s no longer does. */
void account_released(struct journal *j, struct segment *s);
bool account_is_free(const struct segment *s);
/* About how many bytes of a sealed segment are alive; all while it must not be compacted. */
uint64_t account_live(const struct segment *s);

/* batch.c: what a batch consists of. */
/* An empty one for this segment, numbered, behind all that was laid out before. */
void journal_batch_init(const struct journal *j, struct segment *s, struct journal_batch *b);
bool journal_batch_fits(const struct journal_batch *b, const struct spool_item *item);
/* Takes what fits of what waits. */
void journal_batch_gather(struct journal *j, struct journal_batch *b);
/* Makes the bytes; the segment goes on behind them. */
void journal_batch_lay_out(struct journal *j, struct journal_batch *b);
/* The same for the batch that seals its segment; nothing was gathered. */
void journal_batch_lay_seal(struct journal *j, struct journal_batch *b);
/* It is durable: accounts for its records, tells those who wait. */
void journal_batch_finish(struct journal *j, struct journal_batch *b);
/* Does an empty batch leave room for the seal? */
bool journal_room_for_mark(const struct segment *s);
/* Room left in the current segment for one more record of any kind. */
uint64_t journal_room_in(const struct segment *s);
/* Bytes of the batch that seals a segment with so long a summary. */
size_t journal_seal_bytes(size_t summary);

/* write.c: the coroutine that writes batches. */
int journal_writer(struct ctx *ctx, void *arg);
/* Starts and ends the lanes. */
void journal_lanes_open(struct journal *j);
void journal_lanes_close(struct ctx *ctx, struct journal *j);

/* keep.c: the coroutine that makes, releases and compacts segments. */
int journal_keeper(struct ctx *ctx, void *arg);
void journal_kick(struct journal *j);
/* As kick, if the figure of the free space is old: what is decided next goes by a new one. */
void journal_ask_if_old(struct journal *j);
/* Bytes that are free beyond what must stay free, when last asked. */
uint64_t journal_beyond(const struct journal *j);
/* How many segments may still be made; 0 after an attempt that failed. */
uint64_t journal_growth(const struct journal *j);

/* compact.c */
int journal_compact(struct ctx *ctx, struct journal *j, struct segment *s);

/* own.c: messages' own files, and reading. */
int journal_spill(
	struct ctx *ctx, struct spool *sp, struct spool_own *own, struct spool_content *content);
int journal_prepare(
	struct ctx *ctx, struct spool *sp, struct spool_own *own, struct spool_content *content);
void journal_discard(struct spool *sp, struct spool_own *own, bool committed);
void journal_remove_later(struct journal *j, uint64_t id);
void journal_pin(struct spool *sp, struct spool_source *source);
void journal_unpin(struct spool *sp, struct spool_source *source);
int journal_load(struct ctx *ctx, struct spool *sp, struct spool_source *source);
int journal_read(struct ctx *ctx, struct spool *sp, struct spool_source *source,
	enum spool_part part, uint64_t offset, size_t n, char *to);
int journal_reason(
	struct ctx *ctx, struct spool *sp, struct spool_message *m, uint16_t rcpt, struct buf *ret);

/* recover.c: in a job, before anything else runs. */
int journal_recover(struct job *job, void *arg);

#endif
