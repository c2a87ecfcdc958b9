/* A table with open addressing, of which entries are never taken back: members are named by the
 * configuration, not by peers, and there are few. Words are read and written one by one; what
 * belongs together (state and times, the capabilities) may be seen half new for a moment, which
 * costs a choice that is no worse than one made a moment earlier. Who changes the state is decided
 * by compare-and-swap, so that each change is told once. */
#include "nexthop/board.h"

#include <assert.h>

#include "base/mem.h"
#include "smtp/caps.h"

struct cell {
	uint32_t n[NEXTHOP_COUNTS];
};

struct nexthop_entry {
	uint64_t tag; /* hash of the name; 0: free */
	uint32_t slots;
	uint32_t is_member;
	uint32_t state;
	uint32_t losing; /* DOWN: because it loses sessions */
	uint32_t losses, downs;
	usec_t since, until, heard, checked;
	/* Capabilities. */
	uint32_t known, set, mechs, mail_max, rcpt_max;
	uint64_t size;
	struct cell cells[];
};

struct nexthop_board {
	struct hash_key key;
	uint64_t entries;
	uint32_t slots;
	_Alignas(16) char room[];
};

#define LOAD(p)	    __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)
#define ADD(p, v)   __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#define SWAP(p, old, new)                                                                          \
	__atomic_compare_exchange_n((p), (old), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

static size_t entry_bytes(unsigned slots)
{
	return (sizeof(struct nexthop_entry) + slots * sizeof(struct cell) + 15) / 16 * 16;
}

size_t nexthop_board_bytes(size_t entries, unsigned slots)
{
	return sizeof(struct nexthop_board) + entries * entry_bytes(slots);
}

struct nexthop_board *nexthop_board_init(
	void *memory, size_t entries, unsigned slots, struct hash_key key)
{
	struct nexthop_board *b = memory;

	assert(entries > 0 && slots > 0);
	b->key = key;
	b->entries = entries;
	b->slots = slots;
	return b;
}

static struct nexthop_entry *entry_at(const struct nexthop_board *b, uint64_t i)
{
	return (struct nexthop_entry *)(uintptr_t)(b->room +
						   i % b->entries * entry_bytes(b->slots));
}

struct nexthop_entry *nexthop_board_entry(struct nexthop_board *b, struct slice name)
{
	uint64_t tag = hash_slice(&b->key, name) | 1;

	for (uint64_t i = 0; i < b->entries; i++) {
		struct nexthop_entry *e = entry_at(b, tag + i);
		uint64_t was = 0;

		if (SWAP(&e->tag, &was, tag) || was == tag) {
			STORE(&e->slots, b->slots);
			return e;
		}
	}
	return NULL;
}

struct nexthop_entry *nexthop_board_own_entry(unsigned slots)
{
	struct nexthop_entry *e = mem_zalloc(entry_bytes(slots));

	e->slots = slots;
	return e;
}

unsigned nexthop_board_count(const struct nexthop_board *b, enum nexthop_member_state state)
{
	unsigned n = 0;

	for (uint64_t i = 0; i < b->entries; i++) {
		const struct nexthop_entry *e = entry_at(b, i);

		n += LOAD(&e->is_member) && LOAD(&e->state) == state;
	}
	return n;
}

void nexthop_board_forget(struct nexthop_board *b, unsigned slot)
{
	for (uint64_t i = 0; i < b->entries; i++) {
		struct nexthop_entry *e = entry_at(b, i);

		for (unsigned k = 0; k < NEXTHOP_COUNTS && LOAD(&e->tag); k++)
			STORE(&e->cells[slot].n[k], 0);
	}
}

/* ---- counts ---- */

uint32_t nexthop_entry_sum(const struct nexthop_entry *e, enum nexthop_count what)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < e->slots; i++)
		sum += LOAD(&e->cells[i].n[what]);
	return sum;
}

/* Of two that try at once both may be turned away, but never both be let in. */
bool nexthop_entry_take(
	struct nexthop_entry *e, unsigned slot, enum nexthop_count what, uint32_t max)
{
	ADD(&e->cells[slot].n[what], 1);
	if (max == 0 || nexthop_entry_sum(e, what) <= max)
		return true;
	ADD(&e->cells[slot].n[what], UINT32_MAX);
	return false;
}

void nexthop_entry_give(struct nexthop_entry *e, unsigned slot, enum nexthop_count what)
{
	uint32_t before = ADD(&e->cells[slot].n[what], UINT32_MAX);

	assert(before > 0);
}

/* ---- health ---- */

void nexthop_entry_health(const struct nexthop_entry *e, struct nexthop_health *ret)
{
	*ret = (struct nexthop_health){
		.state = (enum nexthop_member_state)LOAD(&e->state),
		.since = LOAD(&e->since),
		.until = LOAD(&e->until),
		.heard = LOAD(&e->heard),
		.checked = LOAD(&e->checked),
		.losses = LOAD(&e->losses),
	};
}

bool nexthop_entry_caps(const struct nexthop_entry *e, struct smtp_caps *ret)
{
	if (!LOAD(&e->known))
		return false;
	*ret = (struct smtp_caps){
		.set = LOAD(&e->set),
		.mechs = LOAD(&e->mechs),
		.size = LOAD(&e->size),
		.mail_max = LOAD(&e->mail_max),
		.rcpt_max = LOAD(&e->rcpt_max),
	};
	return true;
}

void nexthop_entry_is_member(struct nexthop_entry *e, bool yes)
{
	STORE(&e->is_member, yes);
}

static void remember_caps(struct nexthop_entry *e, const struct smtp_caps *caps)
{
	STORE(&e->size, caps->size);
	STORE(&e->mail_max, caps->mail_max);
	STORE(&e->rcpt_max, caps->rcpt_max);
	STORE(&e->mechs, caps->mechs);
	STORE(&e->set, caps->set);
	STORE(&e->known, 1);
}

bool nexthop_entry_opened(
	struct nexthop_entry *e, const struct smtp_caps *caps, bool check, usec_t now)
{
	uint32_t was = LOAD(&e->state);

	remember_caps(e, caps);
	STORE(&e->heard, now);
	if (was == NEXTHOP_MEMBER_UP ||
		(check && was == NEXTHOP_MEMBER_DOWN && LOAD(&e->losing) && now < LOAD(&e->until)))
		return false;
	STORE(&e->since, was == NEXTHOP_MEMBER_DOWN ? now : 0);
	if (!LOAD(&e->losing))
		STORE(&e->downs, 0);
	STORE(&e->losses, 0);
	return SWAP(&e->state, &was, NEXTHOP_MEMBER_UP) && was == NEXTHOP_MEMBER_DOWN;
}

/* How long it is left alone now that it has been down so often. */
static usec_t next_away(struct nexthop_entry *e, usec_t away)
{
	uint32_t times = ADD(&e->downs, 1);

	for (; times > 0 && away > 0 && away < NEXTHOP_AWAY_MAX; times--)
		away = away * 2 < NEXTHOP_AWAY_MAX ? away * 2 : NEXTHOP_AWAY_MAX;
	return away;
}

static bool take_down(struct nexthop_entry *e, bool losing, usec_t away, usec_t now)
{
	uint32_t was = LOAD(&e->state);

	if (was == NEXTHOP_MEMBER_DOWN) {
		if (LOAD(&e->until) < time_add(now, away))
			STORE(&e->until, time_add(now, away));
		return false;
	}
	if (!SWAP(&e->state, &was, NEXTHOP_MEMBER_DOWN))
		return false;
	STORE(&e->losing, losing);
	STORE(&e->losses, 0);
	STORE(&e->since, now);
	STORE(&e->until, time_add(now, next_away(e, away)));
	return true;
}

bool nexthop_entry_failed(struct nexthop_entry *e, usec_t away, usec_t now)
{
	return take_down(e, false, away, now);
}

bool nexthop_entry_lost(struct nexthop_entry *e, usec_t away, usec_t now)
{
	if (LOAD(&e->state) == NEXTHOP_MEMBER_DOWN || ADD(&e->losses, 1) + 1 < NEXTHOP_LOSSES_MAX)
		return false;
	return take_down(e, true, away, now);
}

void nexthop_entry_finished(struct nexthop_entry *e)
{
	if (LOAD(&e->losses))
		STORE(&e->losses, 0);
	if (LOAD(&e->downs) && LOAD(&e->state) == NEXTHOP_MEMBER_UP)
		STORE(&e->downs, 0);
}

bool nexthop_entry_try(struct nexthop_entry *e, usec_t away, usec_t now)
{
	usec_t until = LOAD(&e->until);

	if (LOAD(&e->state) != NEXTHOP_MEMBER_DOWN)
		return true;
	return now >= until && SWAP(&e->until, &until, time_add(now, next_away(e, away)));
}

bool nexthop_entry_check(struct nexthop_entry *e, usec_t due, usec_t now)
{
	usec_t last = LOAD(&e->checked);

	return (last == 0 || last < due) && SWAP(&e->checked, &last, now);
}
