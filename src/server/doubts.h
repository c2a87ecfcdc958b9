/* For the proxy; laid out by whoever starts the workers: messages of the last day that a backend
 * has, or may have, while their client does not know. When such a client tries again, this table
 * tells which member of the pool to ask. It lies in memory that the processes share and uses no
 * lock, so that a process may die anywhere in it. Pure; times are of the wall clock.
 *
 * Size is fixed: a new entry takes the place of the oldest one of its outcome or, once its client
 * has its share, of that client's oldest. So nobody who sends and breaks off, again and again, can
 * make it forget what is unknown, nor from one address what others sent. Nothing of a message
 * stands in it but keyed hashes. */
#ifndef SLUICE_SERVER_DOUBTS_H
#define SLUICE_SERVER_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"

/* Entries of each outcome. */
#define DOUBTS_MAX 4096
/* Of these one client's. */
#define DOUBTS_SHARE 64
/* How long one is remembered. */
#define DOUBTS_KEPT (24 * USEC_PER_HOUR)

enum doubt_outcome {
	DOUBT_UNKNOWN = 1, /* the end was sent, no answer came: nobody knows */
	DOUBT_COMMITTED, /* the backend said 250, the client went away without hearing it */
	DOUBT_SETTLED, /* in no table: what was unknown is not any more; the disk forgets it */
};

/* A value. All numbers are 64-bit, since the table is read and written word by word. */
struct doubt {
	uint64_t first; /* hash of client, way, reverse-path and first recipient; never 0 */
	struct hash_128 content; /* of envelope and message; 0, 0: must not be told by it */
	uint64_t member; /* as nexthop_live_member_id; 0: no member of a pool */
	uint64_t client; /* hash of its address, an IPv6 one's first half; 0: has no share */
	uint64_t at; /* when, wall clock */
	uint64_t outcome; /* enum doubt_outcome */
	char id[16]; /* the transaction's, as in the log: TEXT_ID_CHARS, then zeros */
};

struct doubts;

size_t doubts_bytes(void);
/* Lays one out in zeroed memory of that size, which it uses from now on. */
struct doubts *doubts_init(void *memory, struct hash_key key);
/* With which its hashes are made. The one that comes from the disk replaces the first one before
 * anything is put in. */
struct hash_key doubts_key(const struct doubts *d);
void doubts_set_key(struct doubts *d, struct hash_key key);

/* Puts it in; one about the same message is replaced. A message that was committed once stays
 * so. True: one about another message, which was not too old, had to go for it. */
bool doubts_put(struct doubts *d, const struct doubt *doubt);
/* The newest one that is no older than DOUBTS_KEPT. Costs next to nothing while there are none. */
bool doubts_find(const struct doubts *d, uint64_t first, usec_t now, struct doubt *ret);
/* The same by the whole message, committed ones only. content: not 0, 0. */
bool doubts_find_committed(
	const struct doubts *d, struct hash_128 content, usec_t now, struct doubt *ret);
/* It is not in doubt any more: takes one about that message out whose outcome is unknown. False:
 * there is none. content: not 0, 0. */
bool doubts_take_unknown(struct doubts *d, struct hash_128 content, struct doubt *ret);
/* There never was one. */
bool doubts_is_empty(const struct doubts *d);
/* Entries that are not too old. */
size_t doubts_count(const struct doubts *d, usec_t now);

/* It is read from the disk by one of the processes, once; the others wait for that. */
enum doubts_loaded { DOUBTS_NOT_LOADED, DOUBTS_LOADING, DOUBTS_LOADED, DOUBTS_NOT_KEPT };
/* True for the one process that is to do it. */
bool doubts_begin_load(struct doubts *d);
/* What came out: DOUBTS_LOADED, or DOUBTS_NOT_KEPT where nothing survives this start. */
void doubts_end_load(struct doubts *d, enum doubts_loaded how);
enum doubts_loaded doubts_loaded(const struct doubts *d);

#endif
