/* A ring of entries. Beside it stand the lower halves of the hashes by which entries are sought, so
 * that a search reads 16 KiB in order, a microsecond's work, and an entry only where that fits. An
 * entry ends with a sum of its words: one that was read while somebody wrote it does not add up and
 * is none, which is all that can go wrong. */
#include "server/doubts.h"

#include <string.h>

#define WORDS (sizeof(struct doubt) / sizeof(uint64_t))

#define LOAD(p)	    __atomic_load_n((p), __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

struct entry {
	uint64_t word[WORDS];
	uint64_t sum;
};

struct doubts {
	struct hash_key key;
	uint32_t loaded; /* enum doubts_loaded */
	uint64_t next; /* entries put in so far: the ring's next place */
	/* 0 is free. */
	uint32_t first[DOUBTS_MAX], content[DOUBTS_MAX];
	struct entry v[DOUBTS_MAX];
};

_Static_assert(sizeof(struct doubt) % sizeof(uint64_t) == 0, "written word by word");
_Static_assert(TEXT_ID_CHARS < sizeof(((struct doubt *)NULL)->id), "an id and a zero");

size_t doubts_bytes(void)
{
	return sizeof(struct doubts);
}

struct doubts *doubts_init(void *memory, struct hash_key key)
{
	struct doubts *d = memory;

	d->key = key;
	return d;
}

struct hash_key doubts_key(const struct doubts *d)
{
	return (struct hash_key){ LOAD(&d->key.a), LOAD(&d->key.b) };
}

void doubts_set_key(struct doubts *d, struct hash_key key)
{
	STORE(&d->key.a, key.a);
	STORE(&d->key.b, key.b);
}

/* ---- entries ---- */

static uint32_t tag(uint64_t hash)
{
	return (uint32_t)hash ? (uint32_t)hash : 1;
}

static uint64_t sum_of(const uint64_t word[WORDS])
{
	uint64_t sum = 1; /* an entry of zeros does not add up */

	for (size_t i = 0; i < WORDS; i++)
		sum = hash_u64(sum ^ word[i]);
	return sum;
}

static void write_entry(struct doubts *d, size_t i, const struct doubt *doubt)
{
	uint64_t word[WORDS];

	memcpy(word, doubt, sizeof(word));
	for (size_t k = 0; k < WORDS; k++)
		STORE(&d->v[i].word[k], word[k]);
	STORE(&d->v[i].sum, sum_of(word));
	STORE(&d->first[i], tag(doubt->first));
	STORE(&d->content[i], tag(doubt->content.a));
}

/* Its place comes again with the ring. */
static void free_entry(struct doubts *d, size_t i)
{
	STORE(&d->v[i].sum, ~LOAD(&d->v[i].sum));
	STORE(&d->first[i], 0);
	STORE(&d->content[i], 0);
}

static bool read_entry(const struct doubts *d, size_t i, struct doubt *ret)
{
	uint64_t word[WORDS];

	for (size_t k = 0; k < WORDS; k++)
		word[k] = LOAD(&d->v[i].word[k]);
	if (LOAD(&d->v[i].sum) != sum_of(word))
		return false;
	memcpy(ret, word, sizeof(*ret));
	ret->id[TEXT_ID_CHARS] = '\0';
	return true;
}

/* Places that were ever used. */
static size_t used(const struct doubts *d)
{
	uint64_t n = LOAD(&d->next);

	return n < DOUBTS_MAX ? (size_t)n : DOUBTS_MAX;
}

static bool is_too_old(const struct doubt *doubt, usec_t now)
{
	usec_t at = (usec_t)doubt->at;

	return now - at > DOUBTS_KEPT || at - now > DOUBTS_KEPT; /* the clock may have jumped */
}

static bool is_known(const struct doubt *doubt)
{
	return doubt->content.a || doubt->content.b;
}

static bool is_same_content(const struct hash_128 *a, const struct hash_128 *b)
{
	return a->a == b->a && a->b == b->b;
}

/* ---- putting in ---- */

/* The place of one about the same message, or DOUBTS_MAX. */
static size_t place_of(const struct doubts *d, const struct doubt *doubt, struct doubt *ret_old)
{
	size_t n = used(d);

	for (size_t i = 0; i < n; i++)
		if (LOAD(&d->first[i]) == tag(doubt->first) && read_entry(d, i, ret_old) &&
			ret_old->first == doubt->first &&
			is_same_content(&ret_old->content, &doubt->content))
			return i;
	return DOUBTS_MAX;
}

void doubts_put(struct doubts *d, const struct doubt *doubt)
{
	struct doubt old, new = *doubt;
	size_t i = place_of(d, doubt, &old);

	if (i == DOUBTS_MAX)
		i = (size_t)(__atomic_fetch_add(&d->next, 1, __ATOMIC_RELAXED) % DOUBTS_MAX);
	else if (old.outcome == DOUBT_COMMITTED && is_known(&old) &&
		 !is_too_old(&old, (usec_t)doubt->at))
		new = old;
	new.at = doubt->at;
	write_entry(d, i, &new);
}

/* ---- finding ---- */

bool doubts_find(const struct doubts *d, uint64_t first, usec_t now, struct doubt *ret)
{
	size_t n = used(d);
	struct doubt doubt;
	bool found = false;

	for (size_t i = 0; i < n; i++)
		if (LOAD(&d->first[i]) == tag(first) && read_entry(d, i, &doubt) &&
			doubt.first == first && !is_too_old(&doubt, now) &&
			(!found || doubt.at >= ret->at)) {
			*ret = doubt;
			found = true;
		}
	return found;
}

bool doubts_find_committed(
	const struct doubts *d, struct hash_128 content, usec_t now, struct doubt *ret)
{
	size_t n = used(d);
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		if (LOAD(&d->content[i]) == tag(content.a) && read_entry(d, i, &doubt) &&
			is_same_content(&doubt.content, &content) &&
			doubt.outcome == DOUBT_COMMITTED && !is_too_old(&doubt, now)) {
			*ret = doubt;
			return true;
		}
	return false;
}

bool doubts_take_unknown(struct doubts *d, struct hash_128 content, struct doubt *ret)
{
	size_t n = used(d);
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		if (LOAD(&d->content[i]) == tag(content.a) && read_entry(d, i, &doubt) &&
			is_same_content(&doubt.content, &content) &&
			doubt.outcome == DOUBT_UNKNOWN) {
			free_entry(d, i);
			*ret = doubt;
			return true;
		}
	return false;
}

bool doubts_is_empty(const struct doubts *d)
{
	return used(d) == 0;
}

size_t doubts_count(const struct doubts *d, usec_t now)
{
	size_t n = used(d), count = 0;
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		count += read_entry(d, i, &doubt) && !is_too_old(&doubt, now);
	return count;
}

/* ---- from the disk ---- */

bool doubts_begin_load(struct doubts *d)
{
	uint32_t expected = DOUBTS_NOT_LOADED;

	return __atomic_compare_exchange_n(
		&d->loaded, &expected, DOUBTS_LOADING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

void doubts_end_load(struct doubts *d, enum doubts_loaded how)
{
	__atomic_store_n(&d->loaded, (uint32_t)how, __ATOMIC_RELEASE);
}

enum doubts_loaded doubts_loaded(const struct doubts *d)
{
	return (enum doubts_loaded)__atomic_load_n(&d->loaded, __ATOMIC_ACQUIRE);
}
