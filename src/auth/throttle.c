/* Fixed tables with four places a hash: an attacker with a million addresses takes no memory, and
 * pushes out others' failures at worst, never their good log-ins, which have a table of their own.
 * A success does not wipe out failures, or an attacker with one account could buy endless tries. */
#include "auth/throttle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WAYS	      4
#define BUCKETS	      (AUTH_THROTTLE_ENTRIES / WAYS)
#define SUSPECT_AFTER 3
#define DELAY_FIRST   USEC_PER_SEC
#define DOUBLINGS_MAX 16

/* Other processes may read and write at the same time: word by word. */
#define LOAD(p)	    __atomic_load_n((p), __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

struct entry {
	uint64_t hash; /* 0 is free */
	usec_t touched;
	uint32_t failures; /* as of `touched`; in the table of good log-ins not used */
};

struct auth_throttle {
	struct hash_key key;
	unsigned refuse_after;
	usec_t delay_max;
	struct entry failed[AUTH_THROTTLE_ENTRIES];
	struct entry known[AUTH_THROTTLE_ENTRIES];
};

struct auth_throttle *auth_throttle_new(
	struct hash_key key, unsigned refuse_after, usec_t delay_max)
{
	return auth_throttle_init(
		mem_zalloc(sizeof(struct auth_throttle)), key, refuse_after, delay_max);
}

size_t auth_throttle_bytes(void)
{
	return sizeof(struct auth_throttle);
}

struct auth_throttle *auth_throttle_init(
	void *memory, struct hash_key key, unsigned refuse_after, usec_t delay_max)
{
	struct auth_throttle *t = memory;

	t->key = key;
	t->refuse_after = refuse_after;
	t->delay_max = delay_max;
	return t;
}

void auth_throttle_free(struct auth_throttle *t)
{
	free(t);
}

/* The part of an address that one host may choose freely is left out. */
static size_t address_bytes(const struct ip *ip)
{
	return ip->family == IP_V4 ? 4 : 8;
}

static uint64_t not_zero(uint64_t hash)
{
	return hash ? hash : 1;
}

static uint64_t hash_of_address(const struct auth_throttle *t, const struct ip *ip)
{
	char text[1 + 16] = { (char)ip->family };

	memcpy(text + 1, ip->b, address_bytes(ip));
	return not_zero(hash_slice(&t->key, slice_of(text, 1 + address_bytes(ip))));
}

static uint64_t hash_of_user(const struct auth_throttle *t, struct slice name)
{
	return not_zero(~hash_slice_nocase(&t->key, name));
}

static uint64_t hash_of_pair(const struct auth_throttle *t, const struct ip *ip, struct slice name)
{
	return not_zero(hash_u64(hash_of_address(t, ip)) ^ hash_of_user(t, name));
}

static const struct entry *find(const struct entry *table, uint64_t hash)
{
	const struct entry *bucket = table + (hash % BUCKETS) * WAYS;

	for (unsigned i = 0; i < WAYS; i++)
		if (LOAD(&bucket[i].hash) == hash)
			return &bucket[i];
	return NULL;
}

/* Finds or makes; the new one takes the place touched longest ago. */
static struct entry *touch(struct entry *table, uint64_t hash)
{
	struct entry *bucket = table + (hash % BUCKETS) * WAYS;
	struct entry *oldest = bucket;

	for (unsigned i = 0; i < WAYS; i++) {
		if (LOAD(&bucket[i].hash) == hash)
			return &bucket[i];
		if (LOAD(&bucket[i].touched) < LOAD(&oldest->touched) || LOAD(&bucket[i].hash) == 0)
			oldest = &bucket[i];
	}
	STORE(&oldest->failures, 0);
	STORE(&oldest->touched, 0);
	STORE(&oldest->hash, hash);
	return oldest;
}

static unsigned failures_at(const struct entry *e, usec_t now)
{
	if (!e)
		return 0;
	usec_t touched = LOAD(&e->touched);
	uint32_t failures = LOAD(&e->failures);

	if (now < touched)
		return failures;
	usec_t forgiven = (now - touched) / AUTH_THROTTLE_FORGIVE;

	return forgiven >= failures ? 0 : failures - (unsigned)forgiven;
}

static unsigned count(struct auth_throttle *t, uint64_t hash, usec_t now)
{
	struct entry *e = touch(t->failed, hash);
	unsigned n = failures_at(e, now) + 1;

	STORE(&e->failures, n);
	STORE(&e->touched, now);
	return n;
}

enum auth_rank auth_throttle_rank(
	const struct auth_throttle *t, const struct ip *ip, struct slice name, usec_t now)
{
	unsigned by_address = failures_at(find(t->failed, hash_of_address(t, ip)), now);
	unsigned by_user = failures_at(find(t->failed, hash_of_user(t, name)), now);
	const struct entry *known = find(t->known, hash_of_pair(t, ip, name));

	if (known && now - LOAD(&known->touched) < AUTH_THROTTLE_KNOWN && by_user < t->refuse_after)
		return by_user < SUSPECT_AFTER ? AUTH_RANK_KNOWN : AUTH_RANK_SUSPECT;
	if (by_address >= t->refuse_after)
		return AUTH_RANK_REFUSED;
	return by_address < SUSPECT_AFTER && by_user < SUSPECT_AFTER ? AUTH_RANK_NEW
								     : AUTH_RANK_SUSPECT;
}

usec_t auth_throttle_failed(
	struct auth_throttle *t, const struct ip *ip, struct slice name, usec_t now)
{
	unsigned by_address = count(t, hash_of_address(t, ip), now);
	unsigned by_user = name.n > 0 ? count(t, hash_of_user(t, name), now) : 0;
	unsigned n = (by_address > by_user ? by_address : by_user) - 1;
	usec_t delay = DELAY_FIRST << (n < DOUBLINGS_MAX ? n : DOUBLINGS_MAX);

	return delay < t->delay_max ? delay : t->delay_max;
}

void auth_throttle_succeeded(
	struct auth_throttle *t, const struct ip *ip, struct slice name, usec_t now)
{
	STORE(&touch(t->known, hash_of_pair(t, ip, name))->touched, now);
}

bool auth_throttle_refuses(const struct auth_throttle *t, const struct ip *ip, usec_t now)
{
	return failures_at(find(t->failed, hash_of_address(t, ip)), now) >= t->refuse_after;
}
