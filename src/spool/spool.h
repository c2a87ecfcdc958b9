/* The spool: what was answered 250 is kept here until it was delivered, bounced, or removed by a
 * person. The server puts messages in, delivery takes them out, people look and intervene; they
 * meet only here. One interface, several implementations: `journal` on a folder of segments (the
 * default), `memory` for tests. docs/spool-format.md has the states, their legal transitions and
 * the format on disk.
 *
 * Errors common to all suspending calls: ERR_CANCELLED, ERR_TIMEOUT as ctx_check; ERR_IO once a
 * sync has failed. A spool that has failed accepts nothing and leases nothing (outcomes could not
 * be recorded); everything acknowledged before is on disk; the process has to end and recover. */
#ifndef SLUICE_SPOOL_SPOOL_H
#define SLUICE_SPOOL_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/time.h"
#include "spool/envelope.h"

struct arena;
struct ctx;

/* One partition, open. Used from the loop's thread only. */
struct spool;
/* A message that is being received. */
struct spool_writer;
/* A body that is being read. */
struct spool_reader;

/* Limits. */
#define SPOOL_HEADER_MAX    (256u << 10) /* bytes of a header block */
#define SPOOL_BODY_MAX	    (1u << 30) /* bytes of a body */
#define SPOOL_BODY_FRESH    (256u << 10) /* a longer body goes to the message's own file */
#define SPOOL_REASON_MAX    512 /* bytes kept of a reason; the rest is cut */
#define SPOOL_SEGMENT_MIN   (64u << 10) /* bytes of a segment, a power of two */
#define SPOOL_SEGMENT_MAX   (64u << 20)
#define SPOOL_PARTITION_MAX 1023

/* Queue ids: 42 bits of milliseconds since 2020-01-01 UTC, 10 bits of partition, 12 of sequence;
 * printed by text_id. Never given twice, whatever the clock does; rising within a partition. 0 is
 * no id. */
usec_t spool_id_time(uint64_t id); /* wall clock; a crash may leave it up to a minute ahead */
unsigned spool_id_partition(uint64_t id);

/* Opening. */

enum spool_kind { SPOOL_JOURNAL, SPOOL_MEMORY };

struct spool_options {
	enum spool_kind kind;
	const char *path; /* folder of the partition, made when missing; unused by SPOOL_MEMORY */
	unsigned partition; /* 0 to SPOOL_PARTITION_MAX; part of every queue id */
	size_t segment_bytes; /* power of two within SPOOL_SEGMENT_MIN and MAX; 0: the maximum */
	uint64_t
		reserve_bytes; /* kept for outcomes, DSNs, compaction; 0: two segments, the least */
	uint64_t max_bytes; /* all segments together; 0: as much as the disk has */
	uint64_t min_free_bytes; /* of the file system: below it nothing is accepted; 0: reserve */
	size_t memory_bytes; /* budget of bodies kept in memory; 0: 32 MiB */
};

#define SPOOL_STRETCHES	  16
#define SPOOL_STRETCH_IDS 6

/* Bytes of a segment in which what was stored cannot be read. */
struct spool_stretch {
	uint32_t segment, generation, offset;
	uint32_t bytes; /* 0: nothing is left of what stood there */
	const char *what; /* static text */
	bool torn; /* cut off: never acknowledged; else it has rotted, and was put aside */
	uint64_t ids[SPOOL_STRETCH_IDS]; /* of messages whose records stand there, as far as their
					    headers can be read; the first ones */
	unsigned ids_n;
};

/* What was found at opening, for the log. */
struct spool_report {
	uint64_t messages, recipients; /* live */
	unsigned segments, segments_scanned; /* scanned: had no readable summary */
	unsigned cut; /* torn tails cut off: never acknowledged */
	unsigned quarantined; /* rotten stretches put aside as files below quarantine/ */
	unsigned orphans; /* files of messages that were never committed, removed */
	char first_trouble[160]; /* where and what, of the first rotten stretch; "" when none */
	struct spool_stretch stretches[SPOOL_STRETCHES]; /* the first ones of both kinds */
	unsigned stretches_n;
};

/* Locks the folder, recovers, and is ready. Suspends. ERR_BUSY when another process has the
 * partition, ERR_IO, ERR_ACCESS, ERR_INVALID (bad options, or a format of a later version),
 * ERR_FULL when there is no room for a first segment. ret_report may be NULL. */
int spool_open(struct ctx *ctx, const struct spool_options *o, struct spool **ret,
	struct spool_report *ret_report);
/* Writes what is pending, ends. Writers and readers must be gone. Suspends, shielded from
 * cancellation. Frees in any case. NULL is fine. */
void spool_close(struct ctx *ctx, struct spool *sp);

/* How delivery learns of things. Called on the loop outside of any suspension: must not suspend or
 * call the spool's suspending functions; wakes. */
struct spool_events {
	/* The message is new, or a person (or quarantine) changed it: look at it again. A message
	 * that is no longer found is gone. Not called for what spool_record itself did. */
	void (*message)(void *arg, uint64_t id);
	/* Somebody's read has found that the stored bytes changed: the message is held as corrupt
	 * from now on, and that stands in the log. Once for each quarantine. */
	void (*quarantined)(void *arg, uint64_t id);
	/* The spool has failed: begin no attempt. */
	void (*failed)(void *arg);
};
/* One listener; NULL takes it away. events must outlive it. What was there before is found by
 * spool_next. */
void spool_listen(struct spool *sp, const struct spool_events *events, void *arg);
/* False once a sync has failed. */
bool spool_healthy(const struct spool *sp);

/* Putting in. */

/* begin would take a message of so many bytes now; 0: of any size. Does not suspend. */
bool spool_has_room(const struct spool *sp, uint64_t size_hint);

/* Bytes of the disk that mail may take without touching the reserve, for everybody; UINT64_MAX: no
 * limit is known. Does not suspend. */
uint64_t spool_room(const struct spool *sp);

/* Starts a message and gives it its queue id. size_hint: bytes announced by SIZE=, or 0. ERR_FULL
 * when the reserve would be touched: answer 452 before any work. May suspend for one sync. */
int spool_begin(struct ctx *ctx, struct spool *sp, uint64_t size_hint, struct spool_writer **ret);
/* For our own DSN: the same, from the reserve, which is kept for this. */
int spool_begin_own(struct ctx *ctx, struct spool *sp, struct spool_writer **ret);
uint64_t spool_writer_id(const struct spool_writer *w);
/* Appends to the body, in canonical form (CRLF, not dot-stuffed). Copies. Suspends only while the
 * body goes to its own file. ERR_FULL, ERR_LIMIT (SPOOL_BODY_MAX), ERR_IO; failure sticks. */
int spool_write(struct ctx *ctx, struct spool_writer *w, struct slice bytes);
uint64_t spool_writer_size(const struct spool_writer *w); /* of the body, so far */
bool spool_writer_has_file(const struct spool_writer *w); /* it holds a descriptor */
/* Reads the body so far, from the start, for filters and signatures: calls visit with pieces, stops
 * when it returns nonzero and returns that. visit may suspend; nobody writes meanwhile. Suspends
 * when the body is in a file. */
int spool_writer_each(struct ctx *ctx, struct spool_writer *w,
	int (*visit)(void *arg, struct slice piece), void *arg);

/* What became of recipients; from attempts, or committed with a DSN. */
enum spool_outcome {
	SPOOL_DELIVERED, /* a next hop answered 250 */
	SPOOL_DEFER, /* try again at `due` */
	SPOOL_FAIL, /* for good; commit its DSN with the same call, or none is due */
	SPOOL_UNDELIVERABLE, /* failed, and no DSN may be sent: held for the postmaster */
	SPOOL_RETURN, /* no attempt was made: back as it was, nothing is written */
};

struct spool_result {
	uint64_t id;
	uint16_t rcpt; /* index into the envelope's recipients */
	enum spool_outcome outcome;
	usec_t due; /* DEFER: wall clock */
	uint16_t attempts; /* made so far, this one included; position in the retry schedule */
	bool warned; /* the sender was told of the delay (once set, stays set) */
	struct slice reason; /* one line for people; copied */
};

/* Makes the message durable: envelope, header block (each line with CRLF, without the empty line),
 * body; and with it, in one atomic step, n results (of other messages; n may be 0): a DSN and the
 * outcome that it reports are both there after a crash, or neither. When 0 is returned the message
 * is on stable storage and may be answered 250. Suspends for the sync; cancellation does not
 * interrupt it; ERR_TIMEOUT when the disk has not answered for two minutes: it may still become
 * durable. On any failure nothing was promised, and the results are not applied: ERR_FULL,
 * ERR_LIMIT (header or envelope too long), ERR_INVALID, ERR_IO. Frees the writer in any case. */
int spool_commit(struct ctx *ctx, struct spool_writer *w, const struct spool_envelope *e,
	struct slice header, const struct spool_result *results, size_t n);
/* Forgets the message; frees the writer. Never suspends. NULL is fine. */
void spool_abort(struct spool_writer *w);

/* Looking. */

enum spool_state {
	SPOOL_WAITING, /* to be tried at `due`: ready when that is past, deferred when it is not */
	SPOOL_LEASED, /* one attempt has it */
	SPOOL_HELD, /* waits for a person */
	SPOOL_DONE, /* delivered, or removed by a person: terminal */
	SPOOL_FAILED, /* bounced: terminal */
};
#define SPOOL_STATES 5

enum spool_held {
	SPOOL_HELD_NOT,
	SPOOL_HELD_BY_HAND,
	SPOOL_HELD_UNDELIVERABLE,
	SPOOL_HELD_CORRUPT, /* stored bytes changed; kept for inspection */
};

struct spool_rcpt_info {
	enum spool_state state;
	enum spool_held held;
	usec_t due; /* wall clock */
	uint16_t attempts;
	bool warned;
};

struct spool_info {
	uint64_t id;
	uint64_t size; /* header block, empty line and body */
	uint16_t rcpts; /* of the envelope */
	uint16_t open; /* not terminal yet: waiting, leased or held */
};

/* The first message with an id greater than `after`, in order of id, which is order of arrival.
 * False at the end. Never suspends; the way to enumerate at start and to page. */
bool spool_next(const struct spool *sp, uint64_t after, struct spool_info *ret);
/* False when the message is not here (any more). */
bool spool_look(const struct spool *sp, uint64_t id, struct spool_info *ret);
bool spool_look_rcpt(
	const struct spool *sp, uint64_t id, uint16_t rcpt, struct spool_rcpt_info *ret);

struct spool_counts {
	uint64_t messages;
	uint64_t recipients[SPOOL_STATES]; /* of messages that are here */
	uint64_t live_bytes; /* of messages on disk */
	uint64_t disk_bytes; /* of segments, spare ones included */
	uint64_t memory_bytes; /* of bodies in memory */
	unsigned segments, spare_segments;
	bool accepting; /* false: begin would answer ERR_FULL */
};
void spool_counts(const struct spool *sp, struct spool_counts *ret);

/* Reads the envelope; its text lives in the arena. Suspends when it is not in memory. ERR_NOTFOUND;
 * ERR_CORRUPT: the message has been put into quarantine (SPOOL_HELD_CORRUPT), and logged. */
int spool_read_envelope(struct ctx *ctx, struct spool *sp, uint64_t id, struct arena *arena,
	struct spool_envelope *ret);
/* The header block, likewise. */
int spool_read_header(
	struct ctx *ctx, struct spool *sp, uint64_t id, struct arena *arena, struct slice *ret);
/* What the last result said about a recipient; empty when nothing was recorded. */
int spool_read_reason(struct ctx *ctx, struct spool *sp, uint64_t id, uint16_t rcpt,
	struct arena *arena, struct slice *ret);

/* Opens the body. The reader keeps the bytes in place until it is closed, whatever happens to the
 * message. Does not suspend. ERR_NOTFOUND. */
int spool_body_open(struct spool *sp, uint64_t id, struct spool_reader **ret);
uint64_t spool_body_size(const struct spool_reader *r);
/* The next piece, valid until the next call; empty at the end. Suspends when it is not in memory.
 * The checksum of a body of up to SPOOL_PIECE_MAX is verified before its first byte is given, else
 * with its last piece, which is not given when it is wrong: ERR_CORRUPT then, and the final dot
 * must not be sent. The message has been put into quarantine. */
#define SPOOL_PIECE_MAX (64u << 10)
int spool_body_read(struct ctx *ctx, struct spool_reader *r, struct slice *ret);
/* From the start again. */
void spool_body_rewind(struct spool_reader *r);
void spool_body_close(struct spool_reader *r); /* NULL is fine */

/* Taking out. */

/* An attempt's hold on recipients of one message. */
struct spool_lease {
	uint64_t id;
	uint64_t fence; /* who leased; a spool shared by machines may take it away */
};

/* Leases the n recipients, all of them or none. Whether they are due is the scheduler's business.
 * ERR_NOTFOUND; ERR_BUSY when one of them is not waiting; ERR_IO when the spool has failed. Never
 * suspends. */
int spool_lease(
	struct spool *sp, uint64_t id, const uint16_t *rcpts, size_t n, struct spool_lease *ret);
/* False when the lease was lost: ask just before the final dot. Never suspends. */
bool spool_lease_valid(const struct spool *sp, const struct spool_lease *lease);
/* Ends leases with outcomes, each of a leased recipient. The state changes at once; on disk it
 * rides in the next commit, for which nobody waits: a crash before it means another attempt. When
 * a person asked for hold or removal meanwhile, DEFER and RETURN become that. The message is gone
 * when its last recipient is terminal. Never suspends. */
void spool_record(struct spool *sp, const struct spool_result *results, size_t n);
/* Waits until all that was recorded so far is durable. Suspends. */
int spool_flush(struct ctx *ctx, struct spool *sp);

/* People's commands. rcpt is an index or SPOOL_ALL. Durable when they return 0; they suspend for
 * that. ERR_NOTFOUND: no such message or recipient, or none in a state to which the command
 * applies. A leased recipient finishes its attempt first. */
#define SPOOL_ALL (-1)
/* WAITING -> HELD. */
int spool_hold(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt);
/* HELD -> WAITING, due now. */
int spool_release(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt);
/* WAITING -> due now. */
int spool_retry(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt);
/* WAITING or HELD -> DONE. why: who removed it and why; cut at SPOOL_REASON_MAX. */
int spool_remove(struct ctx *ctx, struct spool *sp, uint64_t id, int rcpt, struct slice why);

/* A message is found when each condition given holds for it, those on recipients for one and the
 * same open recipient. */
struct spool_filter {
	struct slice from,
		to; /* patterns of slice_glob on the paths, ASCII case ignored; empty: any */
	struct slice login; /* pattern likewise */
	struct slice reason; /* is contained in the last reason */
	usec_t arrived_before; /* wall clock; 0: any */
	unsigned states; /* set of 1 << enum spool_state; 0: any */
};
struct spool_found {
	struct spool_info info;
	uint16_t rcpt; /* the first recipient that matches */
};
/* At most max messages with ids greater than `after`, in order. *ret_next: pass as `after` for the
 * next page; 0 when there is none. At most SPOOL_FIND_WORK messages are looked at in one call, so a
 * page may be short or empty and still have a next one. Suspends. */
#define SPOOL_FIND_WORK 1000
int spool_find(struct ctx *ctx, struct spool *sp, const struct spool_filter *f, uint64_t after,
	struct spool_found *v, size_t max, size_t *ret_n, uint64_t *ret_next);

#endif
