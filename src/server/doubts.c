/* A set of places for each outcome. Beside the entries stand the lower halves of the hashes by
 * which they are sought, so that a search reads 16 KiB in order, a microsecond's work, and an entry
 * only where that fits; and a number that says when each was put in, by which its place is claimed.
 * An entry ends with a sum of its words: one that was read while somebody wrote it does not add up
 * and is none, which is all that can go wrong. Processes that put in at the same moment may let a
 * client have one more than its share. */
#include "server/doubts.h"

#include <string.h>

#define WORDS (sizeof(struct doubt) / sizeof(uint64_t))

#define LOAD(p)	    __atomic_load_n((p), __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

struct entry {
	uint64_t word[WORDS];
	uint64_t sum;
};

/* Those of one outcome. */
struct ring {
	uint64_t puts; /* so far; no more places were ever used */
	uint64_t order[DOUBTS_MAX]; /* of the put that used it last; 0: free */
	uint32_t first[DOUBTS_MAX], content[DOUBTS_MAX], client[DOUBTS_MAX]; /* 0: none */
	struct entry v[DOUBTS_MAX];
};

struct doubts {
	struct hash_key key;
	uint32_t loaded; /* enum doubts_loaded */
	struct ring unknown, committed;
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

static void write_entry(struct ring *r, size_t i, const struct doubt *doubt)
{
	uint64_t word[WORDS];

	memcpy(word, doubt, sizeof(word));
	for (size_t k = 0; k < WORDS; k++)
		STORE(&r->v[i].word[k], word[k]);
	STORE(&r->v[i].sum, sum_of(word));
	STORE(&r->first[i], tag(doubt->first));
	STORE(&r->content[i], tag(doubt->content.a));
	STORE(&r->client[i], doubt->client ? tag(doubt->client) : 0);
}

static void free_entry(struct ring *r, size_t i)
{
	STORE(&r->v[i].sum, ~LOAD(&r->v[i].sum));
	STORE(&r->first[i], 0);
	STORE(&r->content[i], 0);
	STORE(&r->client[i], 0);
	STORE(&r->order[i], 0);
}

static bool read_entry(const struct ring *r, size_t i, struct doubt *ret)
{
	uint64_t word[WORDS];

	for (size_t k = 0; k < WORDS; k++)
		word[k] = LOAD(&r->v[i].word[k]);
	if (LOAD(&r->v[i].sum) != sum_of(word))
		return false;
	memcpy(ret, word, sizeof(*ret));
	ret->id[TEXT_ID_CHARS] = '\0';
	return true;
}

/* Places that were ever used. */
static size_t used(const struct ring *r)
{
	uint64_t n = LOAD(&r->puts);

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
static size_t place_of(const struct ring *r, const struct doubt *doubt, struct doubt *ret_old)
{
	size_t n = used(r);

	for (size_t i = 0; i < n; i++)
		if (LOAD(&r->first[i]) == tag(doubt->first) && read_entry(r, i, ret_old) &&
			ret_old->first == doubt->first &&
			is_same_content(&ret_old->content, &doubt->content))
			return i;
	return DOUBTS_MAX;
}

struct candidate {
	size_t place;
	uint64_t order;
};

static void prefer_older(struct candidate *c, size_t place, uint64_t order)
{
	if (order < c->order)
		*c = (struct candidate){ place, order };
}

/* A free place or the oldest one; a client that has its share gives its own oldest. All places are
 * looked at, not only used ones: another process may be about to use one more. Two clients of one
 * tag would share, which nobody can bring about without the key. */
static struct candidate choose(const struct ring *r, uint64_t client)
{
	struct candidate any = { 0, UINT64_MAX }, own = any;
	size_t owns = 0;

	for (size_t i = 0; i < DOUBTS_MAX; i++) {
		uint64_t order = LOAD(&r->order[i]);

		prefer_older(&any, i, order);
		if (order && client && LOAD(&r->client[i]) == tag(client)) {
			prefer_older(&own, i, order);
			owns++;
		}
	}
	return owns < DOUBTS_SHARE ? any : own;
}

/* A place that no other process writes to as well. Whoever finds it taken looks again: another one
 * has put something in meanwhile, so that they never all look in vain. */
static size_t claim(struct ring *r, uint64_t client, uint64_t order)
{
	struct candidate c;

	do {
		c = choose(r, client);
	} while (!__atomic_compare_exchange_n(
		&r->order[c.place], &c.order, order, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return c.place;
}

/* True: one that was there, not too old, is not any more. */
static bool put(struct ring *r, const struct doubt *doubt)
{
	uint64_t order = __atomic_add_fetch(&r->puts, 1, __ATOMIC_RELAXED);
	struct doubt old;
	size_t i = place_of(r, doubt, &old);
	bool displaces = false;

	if (i == DOUBTS_MAX) {
		i = claim(r, doubt->client, order);
		displaces = read_entry(r, i, &old) && !is_too_old(&old, (usec_t)doubt->at);
	} else {
		STORE(&r->order[i], order);
	}
	write_entry(r, i, doubt);
	return displaces;
}

static void take_out(struct ring *r, const struct doubt *doubt)
{
	struct doubt old;
	size_t i = place_of(r, doubt, &old);

	if (i != DOUBTS_MAX)
		free_entry(r, i);
}

bool doubts_put(struct doubts *d, const struct doubt *doubt)
{
	struct doubt old, new = *doubt;

	if (is_known(doubt) && place_of(&d->committed, doubt, &old) != DOUBTS_MAX &&
		!is_too_old(&old, (usec_t)doubt->at)) {
		new = old;
		new.at = doubt->at;
		new.client = doubt->client;
	}
	bool is_unknown = new.outcome == DOUBT_UNKNOWN;
	bool displaces = put(is_unknown ? &d->unknown : &d->committed, &new);

	take_out(is_unknown ? &d->committed : &d->unknown, &new);
	return displaces;
}

/* ---- finding ---- */

/* Goes on from what was found before in another one. */
static bool find_newest(
	const struct ring *r, uint64_t first, usec_t now, bool found, struct doubt *ret)
{
	size_t n = used(r);
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		if (LOAD(&r->first[i]) == tag(first) && read_entry(r, i, &doubt) &&
			doubt.first == first && !is_too_old(&doubt, now) &&
			(!found || doubt.at >= ret->at)) {
			*ret = doubt;
			found = true;
		}
	return found;
}

bool doubts_find(const struct doubts *d, uint64_t first, usec_t now, struct doubt *ret)
{
	bool found = find_newest(&d->committed, first, now, false, ret);

	return find_newest(&d->unknown, first, now, found, ret);
}

static bool read_content(
	const struct ring *r, size_t i, const struct hash_128 *content, struct doubt *ret)
{
	return LOAD(&r->content[i]) == tag(content->a) && read_entry(r, i, ret) &&
	       is_same_content(&ret->content, content);
}

bool doubts_find_committed(
	const struct doubts *d, struct hash_128 content, usec_t now, struct doubt *ret)
{
	size_t n = used(&d->committed);
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		if (read_content(&d->committed, i, &content, &doubt) && !is_too_old(&doubt, now)) {
			*ret = doubt;
			return true;
		}
	return false;
}

bool doubts_take_unknown(struct doubts *d, struct hash_128 content, struct doubt *ret)
{
	size_t n = used(&d->unknown);
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		if (read_content(&d->unknown, i, &content, &doubt)) {
			free_entry(&d->unknown, i);
			*ret = doubt;
			return true;
		}
	return false;
}

bool doubts_is_empty(const struct doubts *d)
{
	return used(&d->unknown) + used(&d->committed) == 0;
}

static size_t count(const struct ring *r, usec_t now)
{
	size_t n = used(r), counted = 0;
	struct doubt doubt;

	for (size_t i = 0; i < n; i++)
		counted += read_entry(r, i, &doubt) && !is_too_old(&doubt, now);
	return counted;
}

size_t doubts_count(const struct doubts *d, usec_t now)
{
	return count(&d->unknown, now) + count(&d->committed, now);
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
