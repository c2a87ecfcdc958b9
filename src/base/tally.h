/* Counters by key that several processes share: who holds how many of something, over all of them.
 * It lies in memory that the processes share (one slot for each process) and uses no lock, so that
 * a process may die anywhere in it. Pure.
 *
 * Size is fixed. Keys are kept as keyed hashes. An entry in which nobody counts anything is
 * evicted, the one used longest ago first, when a new key finds the places of its hash taken; when
 * all of them are in use the new key is not counted and nothing is refused because of it. */
#ifndef SLUICE_BASE_TALLY_H
#define SLUICE_BASE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/slice.h"
#include "base/time.h"

struct tally;

/* Processes that may share one. */
#define TALLY_SLOTS_MAX 256

/* Room for at least so many keys, for so many slots. */
size_t tally_bytes(size_t entries, unsigned slots);
/* Lays one out in zeroed memory of that size, which it uses from now on. */
struct tally *tally_init(void *memory, size_t entries, unsigned slots, struct hash_key key);

/* Each slot is used by one process at a time, from one thread. */

/* A slot that gave back while others waited takes nothing of that key for so long: a busy process
 * lets the others have their turn. */
#define TALLY_YIELD (150 * USEC_PER_MSEC)

/* Counts one more for the key, unless all slots together have max already, or others are to have
 * their turn: false then. now: of a clock that all the processes share. */
bool tally_take(struct tally *t, unsigned slot, struct slice key, uint32_t max, usec_t now);
/* Gives one back. */
void tally_give(struct tally *t, unsigned slot, struct slice key, usec_t now);
/* What all slots together hold. */
uint32_t tally_sum(const struct tally *t, struct slice key);

/* Takes something that costs so long from the key's bucket (base/pace.h), which all slots share.
 * Returns when all that was taken will have been paid for; `now` where the key has no place, so
 * that nobody waits because of it. A bucket that nobody has used for long may be forgotten, with
 * what is owed to it. */
usec_t tally_pace(struct tally *t, unsigned slot, struct slice key, usec_t cost, usec_t now);

/* Says that somebody in this slot waits for the key; each time once more, or once less. */
void tally_wait(struct tally *t, unsigned slot, struct slice key, bool more);
/* How many wait for the key in other slots than this one. Cheap while nobody waits for anything. */
uint32_t tally_others_wait(const struct tally *t, unsigned slot, struct slice key);

/* The process of this slot is gone: what it held and waited for is nobody's. */
void tally_forget(struct tally *t, unsigned slot);

#endif
