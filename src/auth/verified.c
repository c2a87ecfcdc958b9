/* The digest is HMAC-SHA-256 under a key that lives and dies with the process. It binds address,
 * name and password together, each with its length, so that nothing can be shifted between them. */
#include "auth/verified.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "auth/mech.h"
#include "base/mem.h"

#define WAYS	     4
#define BUCKETS	     (AUTH_VERIFIED_ENTRIES / WAYS)
#define DIGEST_BYTES 32
#define TEXT_MAX     (2 + 16 + 4 + AUTH_NAME_MAX + AUTH_PASSWORD_MAX)

struct entry {
	usec_t until; /* 0 is free */
	uint8_t digest[DIGEST_BYTES];
};

struct auth_verified {
	uint8_t key[32];
	usec_t life;
	struct entry v[AUTH_VERIFIED_ENTRIES];
};

struct auth_verified *auth_verified_new(const uint8_t key[32], usec_t life)
{
	struct auth_verified *v = mem_zalloc(sizeof(*v));

	memcpy(v->key, key, sizeof(v->key));
	v->life = life;
	return v;
}

void auth_verified_free(struct auth_verified *v)
{
	if (v)
		mem_wipe(v, sizeof(*v));
	free(v);
}

void auth_verified_clear(struct auth_verified *v)
{
	mem_wipe(v->v, sizeof(v->v));
}

static bool digest(const struct auth_verified *v, const struct ip *ip, struct slice name,
	struct slice password, uint8_t ret[DIGEST_BYTES])
{
	uint8_t text[TEXT_MAX];
	size_t n = 0;
	bool ok;

	if (name.n > AUTH_NAME_MAX || password.n > AUTH_PASSWORD_MAX)
		return false;
	text[n++] = ip->family;
	memcpy(text + n, ip->b, sizeof(ip->b));
	n += sizeof(ip->b);
	text[n++] = (uint8_t)(name.n >> 8);
	text[n++] = (uint8_t)name.n;
	memcpy(text + n, name.p, name.n);
	n += name.n;
	memcpy(text + n, password.p, password.n);
	n += password.n;
	ok = HMAC(EVP_sha256(), v->key, sizeof(v->key), text, n, ret, NULL) != NULL;
	mem_wipe(text, sizeof(text));
	return ok;
}

static size_t bucket_of(const uint8_t d[DIGEST_BYTES])
{
	return (size_t)((d[0] << 8 | d[1]) % BUCKETS) * WAYS;
}

bool auth_verified_has(const struct auth_verified *v, const struct ip *ip, struct slice name,
	struct slice password, usec_t now)
{
	uint8_t d[DIGEST_BYTES];
	const struct entry *bucket;

	if (!digest(v, ip, name, password, d))
		return false;
	bucket = v->v + bucket_of(d);
	for (unsigned i = 0; i < WAYS; i++)
		if (bucket[i].until > now && mem_eq_secret(bucket[i].digest, d, DIGEST_BYTES))
			return true;
	return false;
}

void auth_verified_add(struct auth_verified *v, const struct ip *ip, struct slice name,
	struct slice password, usec_t now)
{
	uint8_t d[DIGEST_BYTES];
	struct entry *bucket, *oldest;

	if (!digest(v, ip, name, password, d))
		return;
	bucket = oldest = v->v + bucket_of(d);
	for (unsigned i = 0; i < WAYS; i++) {
		if (mem_eq_secret(bucket[i].digest, d, DIGEST_BYTES)) {
			oldest = &bucket[i];
			break;
		}
		if (bucket[i].until < oldest->until)
			oldest = &bucket[i];
	}
	memcpy(oldest->digest, d, DIGEST_BYTES);
	oldest->until = time_add(now, v->life);
}
