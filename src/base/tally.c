/* Each key's hash leads to a row of eight places. A slot changes only its own cells, so a count is
 * one addition; the sum over the slots decides. Taking counts first and looks at the sum
 * afterwards: of two that try at once both may be turned away, but never both be let in.
 *
 * A place that is being given to another key is marked with the slot that does it. Whoever counted
 * in it meanwhile sees that the key has gone, takes his count back and looks again. Two slots may
 * make two entries for one key at the same moment: sums therefore run over the whole row. */
#include "base/tally.h"

#include <assert.h>

#include "base/pace.h"

#define WAYS  8
#define TRIES 64 /* places change hands while we look */
#define PARTS 64 /* of the rows: one bit each of a slot's word */

/* Values of `tag` that are no hashes. */
#define TAG_FREE 0 /* and slot + 1: being given away by that slot */
#define TAG_MIN	 (TALLY_SLOTS_MAX + 1)

struct cell {
	uint32_t held, waiting;
};

struct entry {
	uint64_t tag;
	usec_t used; /* when somebody last took */
	usec_t yielded; /* when somebody last gave back while others waited */
	uint32_t yielder; /* that slot + 1 */
	usec_t due; /* of the key's bucket */
	struct cell cells[];
};

struct tally {
	struct hash_key key;
	uint64_t rows;
	uint32_t slots;
	uint32_t waiting[TALLY_SLOTS_MAX]; /* over all keys, by slot */
	uint64_t touched[TALLY_SLOTS_MAX]; /* the parts in which a slot has ever counted */
	_Alignas(16) char room[];
};

#define LOAD(p)	    __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)
#define ADD(p, v)   __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)

static size_t entry_bytes(unsigned slots)
{
	return sizeof(struct entry) + slots * sizeof(struct cell);
}

static size_t rows_for(size_t entries)
{
	return (entries + WAYS - 1) / WAYS;
}

size_t tally_bytes(size_t entries, unsigned slots)
{
	return sizeof(struct tally) + rows_for(entries) * WAYS * entry_bytes(slots);
}

struct tally *tally_init(void *memory, size_t entries, unsigned slots, struct hash_key key)
{
	struct tally *t = memory;

	assert(entries > 0 && slots > 0 && slots <= TALLY_SLOTS_MAX);
	t->key = key;
	t->rows = rows_for(entries);
	t->slots = slots;
	return t;
}

static struct entry *entry_at(const struct tally *t, uint64_t index)
{
	return (struct entry *)(uintptr_t)(t->room + index * entry_bytes(t->slots));
}

static uint64_t tag_of(const struct tally *t, struct slice key)
{
	uint64_t h = hash_slice(&t->key, key);

	return h < TAG_MIN ? h + TAG_MIN : h;
}

static struct entry *place(const struct tally *t, uint64_t tag, unsigned way)
{
	return entry_at(t, tag % t->rows * WAYS + way);
}

static bool is_empty(const struct tally *t, const struct entry *e)
{
	for (unsigned i = 0; i < t->slots; i++)
		if (LOAD(&e->cells[i].held) || LOAD(&e->cells[i].waiting))
			return false;
	return true;
}

static struct entry *find(const struct tally *t, uint64_t tag)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (LOAD(&place(t, tag, i)->tag) == tag)
			return place(t, tag, i);
	return NULL;
}

/* Gives an empty place to the tag. False when somebody was faster. */
static bool claim(struct tally *t, unsigned slot, struct entry *e, uint64_t old, uint64_t tag)
{
	if (!__atomic_compare_exchange_n(
		    &e->tag, &old, slot + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	bool empty = is_empty(t, e);

	if (empty)
		STORE(&e->due, 0);
	STORE(&e->tag, empty ? tag : old);
	return empty;
}

static struct entry *make(struct tally *t, unsigned slot, uint64_t tag)
{
	struct entry *oldest = NULL;
	uint64_t old = 0;

	for (unsigned i = 0; i < WAYS; i++) {
		struct entry *e = place(t, tag, i);
		uint64_t its = LOAD(&e->tag);

		if (its != TAG_FREE && (its < TAG_MIN || !is_empty(t, e)))
			continue;
		if (oldest && old != TAG_FREE && its != TAG_FREE &&
			LOAD(&e->used) >= LOAD(&oldest->used))
			continue;
		if (oldest && old == TAG_FREE)
			continue;
		oldest = e;
		old = its;
	}
	return oldest && claim(t, slot, oldest, old, tag) ? oldest : NULL;
}

/* So that forgetting a slot need not look at (and bring to memory) the whole table. */
static void touch(struct tally *t, unsigned slot, uint64_t row)
{
	uint64_t bit = UINT64_C(1) << row * PARTS / t->rows;

	if (!(LOAD(&t->touched[slot]) & bit))
		__atomic_fetch_or(&t->touched[slot], bit, __ATOMIC_SEQ_CST);
}

/* Adds to the slot's cell of the key and sees to it that the place still is the key's. NULL when
 * the row has no room. */
static struct entry *count(
	struct tally *t, unsigned slot, uint64_t tag, uint32_t held, uint32_t waiting)
{
	touch(t, slot, tag % t->rows);
	for (unsigned tries = 0; tries < TRIES; tries++) {
		struct entry *e = find(t, tag);

		if (e == NULL)
			e = make(t, slot, tag);
		if (e == NULL)
			continue;
		ADD(&e->cells[slot].held, held);
		ADD(&e->cells[slot].waiting, waiting);
		if (LOAD(&e->tag) == tag)
			return e;
		ADD(&e->cells[slot].held, -held);
		ADD(&e->cells[slot].waiting, -waiting);
	}
	return NULL;
}

static uint32_t sum_of(const struct tally *t, uint64_t tag)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < WAYS; i++) {
		const struct entry *e = place(t, tag, i);

		for (unsigned k = 0; LOAD(&e->tag) == tag && k < t->slots; k++)
			sum += LOAD(&e->cells[k].held);
	}
	return sum;
}

static uint32_t others_wait(const struct tally *t, unsigned slot, uint64_t tag)
{
	uint32_t all = 0, n = 0;

	for (unsigned i = 0; i < t->slots; i++)
		all += i == slot ? 0 : LOAD(&t->waiting[i]);
	for (unsigned i = 0; all && i < WAYS; i++) {
		const struct entry *e = place(t, tag, i);

		for (unsigned k = 0; LOAD(&e->tag) == tag && k < t->slots; k++)
			n += k == slot ? 0 : LOAD(&e->cells[k].waiting);
	}
	return n;
}

static bool is_others_turn(
	const struct tally *t, unsigned slot, uint64_t tag, const struct entry *e, usec_t now)
{
	return LOAD(&e->yielder) == slot + 1 && now - LOAD(&e->yielded) < TALLY_YIELD &&
	       others_wait(t, slot, tag);
}

bool tally_take(struct tally *t, unsigned slot, struct slice key, uint32_t max, usec_t now)
{
	uint64_t tag = tag_of(t, key);
	struct entry *e = count(t, slot, tag, 1, 0);

	if (e == NULL)
		return true;
	STORE(&e->used, now);
	if (sum_of(t, tag) <= max && !is_others_turn(t, slot, tag, e, now))
		return true;
	ADD(&e->cells[slot].held, UINT32_MAX);
	return false;
}

usec_t tally_pace(struct tally *t, unsigned slot, struct slice key, usec_t cost, usec_t now)
{
	struct entry *e = count(t, slot, tag_of(t, key), 0, 0);
	usec_t before, after;

	if (e == NULL)
		return now;
	STORE(&e->used, now);
	before = LOAD(&e->due);
	do
		after = pace_take(before, cost, now);
	while (!__atomic_compare_exchange_n(
		&e->due, &before, after, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return after;
}

void tally_give(struct tally *t, unsigned slot, struct slice key, usec_t now)
{
	uint64_t tag = tag_of(t, key);

	for (unsigned i = 0; i < WAYS; i++) {
		struct entry *e = place(t, tag, i);

		if (LOAD(&e->tag) != tag || LOAD(&e->cells[slot].held) == 0)
			continue;
		if (others_wait(t, slot, tag)) {
			STORE(&e->yielder, slot + 1);
			STORE(&e->yielded, now);
		}
		ADD(&e->cells[slot].held, UINT32_MAX);
		return;
	}
}

uint32_t tally_sum(const struct tally *t, struct slice key)
{
	return sum_of(t, tag_of(t, key));
}

static void wait_less(struct tally *t, unsigned slot, uint64_t tag)
{
	for (unsigned i = 0; i < WAYS; i++) {
		struct entry *e = place(t, tag, i);

		if (LOAD(&e->tag) == tag && LOAD(&e->cells[slot].waiting) > 0) {
			ADD(&e->cells[slot].waiting, UINT32_MAX);
			ADD(&t->waiting[slot], UINT32_MAX);
			return;
		}
	}
}

void tally_wait(struct tally *t, unsigned slot, struct slice key, bool more)
{
	uint64_t tag = tag_of(t, key);

	if (!more)
		wait_less(t, slot, tag);
	else if (count(t, slot, tag, 0, 1))
		ADD(&t->waiting[slot], 1);
}

uint32_t tally_others_wait(const struct tally *t, unsigned slot, struct slice key)
{
	return others_wait(t, slot, tag_of(t, key));
}

static uint64_t first_row(const struct tally *t, uint64_t part)
{
	return (part * t->rows + PARTS - 1) / PARTS;
}

static void forget_row(struct tally *t, unsigned slot, uint64_t row)
{
	for (uint64_t i = row * WAYS; i < (row + 1) * WAYS; i++) {
		struct entry *e = entry_at(t, i);

		STORE(&e->cells[slot].held, 0);
		STORE(&e->cells[slot].waiting, 0);
		if (LOAD(&e->tag) == slot + 1)
			STORE(&e->tag, TAG_FREE);
	}
}

void tally_forget(struct tally *t, unsigned slot)
{
	uint64_t touched = LOAD(&t->touched[slot]);

	for (uint64_t part = 0; part < PARTS; part++)
		for (uint64_t row = first_row(t, part);
			touched >> part & 1 && row < first_row(t, part + 1); row++)
			forget_row(t, slot, row);
	STORE(&t->waiting[slot], 0);
	STORE(&t->touched[slot], 0);
}
