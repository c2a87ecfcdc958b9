/* The messages of a partition in memory, in order of id, and the states of their recipients. Holds
 * no address, reason or parameter: about 70 bytes a message and 24 a recipient. Pure. */
#ifndef SLUICE_SPOOL_INDEX_H
#define SLUICE_SPOOL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/format.h"
#include "spool/spool.h"

struct spool_content;

/* A record's place; segment 0: none. */
struct spool_place {
	uint32_t segment, offset;
};

/* What a person or the quarantine wants once the attempt in hand is over. */
enum spool_wish {
	SPOOL_WISH_NONE,
	SPOOL_WISH_HOLD,
	SPOOL_WISH_REMOVE,
	SPOOL_WISH_CORRUPT,
	SPOOL_WISH_SETTLING, /* its outcome is being committed with a DSN: no wish applies */
};

struct spool_rcpt {
	usec_t due;
	struct spool_place said; /* the last record with its state: holds the reason */
	uint16_t attempts;
	uint8_t state, held, wish; /* enum spool_state, spool_held, spool_wish */
	bool warned;
};

/* Freed when the last reference goes: the index has one until the message is gone, items being
 * written and open readers have theirs. */
struct spool_message {
	struct spool_message *left, *right;
	uint64_t id;
	struct spool_place home;
	struct spool_content *content; /* while its bytes are in memory; owned */
	uint32_t bytes[SPOOL_PARTS];
	uint32_t refs;
	uint32_t busy; /* records about it on their way to the disk */
	uint16_t rcpts_n, open;
	uint8_t in_file;
	bool moving; /* compaction copies it: records about it wait */
	bool gone; /* no longer in the index */
	bool ended; /* and that is durable */
	struct spool_rcpt rcpts[];
};

struct spool_index {
	struct spool_message *root;
	uint64_t messages;
	uint64_t states[SPOOL_STATES]; /* recipients of messages that are here */
};

/* A message with the caller's reference, all recipients waiting, due at `due`, in no index. */
struct spool_message *spool_message_new(uint64_t id, uint16_t rcpts_n, usec_t due);
struct spool_message *spool_message_ref(struct spool_message *m);
/* The last one frees it; its content must have been taken away before. */
void spool_message_unref(struct spool_message *m);
static inline uint64_t spool_message_size(const struct spool_message *m)
{
	return (uint64_t)m->bytes[SPOOL_PART_HEADER] + 2 + m->bytes[SPOOL_PART_BODY];
}

/* The message's id must not be there yet. Takes the caller's reference over. */
void spool_index_add(struct spool_index *x, struct spool_message *m);
/* Takes it out; the reference becomes the caller's. */
void spool_index_remove(struct spool_index *x, struct spool_message *m);
struct spool_message *spool_index_get(const struct spool_index *x, uint64_t id);
/* The first with a greater id, or NULL. */
struct spool_message *spool_index_next(const struct spool_index *x, uint64_t after);
/* Moves a recipient to a state; counts. Asserts that the table of docs/spool-format.md has it. */
void spool_index_move(
	struct spool_index *x, struct spool_message *m, uint16_t rcpt, enum spool_state to);
/* Takes a stored state, from whatever state (replay). */
void spool_index_restore(
	struct spool_index *x, struct spool_message *m, const struct spool_state_entry *e);
/* What a lease that ends without a final outcome becomes. */
void spool_index_wish(enum spool_wish wish, struct spool_state_entry *e);
/* The recipient's state as it is stored: leases are not. */
struct spool_state_entry spool_index_entry(const struct spool_message *m, uint16_t rcpt);

#endif
