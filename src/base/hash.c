/* SipHash-2-4 over a slice, byte order of the machine ignored (little-endian loads), and CRC-32C by
 * the processor's instruction or by a table of 256 words. */
#include "base/hash.h"

#include <stdbool.h>

#include "base/ascii.h"

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotl(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

static uint64_t load_word(const char *p, size_t n, bool lower)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++) {
		char c = lower ? ascii_lower(p[i]) : p[i];

		word |= (uint64_t)(unsigned char)c << (8 * i);
	}
	return word;
}

static uint64_t sip_hash(const struct hash_key *key, struct slice s, bool lower)
{
	struct sip h = {
		key->a ^ 0x736f6d6570736575ULL,
		key->b ^ 0x646f72616e646f6dULL,
		key->a ^ 0x6c7967656e657261ULL,
		key->b ^ 0x7465646279746573ULL,
	};
	uint64_t length = (uint64_t)s.n << 56;

	for (; s.n >= 8; s = slice_skip(s, 8))
		sip_word(&h, load_word(s.p, 8, lower));
	sip_word(&h, length | load_word(s.p, s.n, lower));
	h.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&h);
	return h.v0 ^ h.v1 ^ h.v2 ^ h.v3;
}

uint64_t hash_slice(const struct hash_key *key, struct slice s)
{
	return sip_hash(key, s, false);
}

uint64_t hash_slice_nocase(const struct hash_key *key, struct slice s)
{
	return sip_hash(key, s, true);
}

uint64_t hash_u64(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return x ^ x >> 32;
}

#define CRC32C_POLY 0x82f63b78u /* Castagnoli, reflected */

static uint32_t crc_table[256];

__attribute__((constructor)) static void crc_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ CRC32C_POLY : c >> 1;
		crc_table[i] = c;
	}
}

static uint32_t crc_by_table(uint32_t c, const unsigned char *p, size_t n)
{
	while (n--)
		c = crc_table[(c ^ *p++) & 0xff] ^ c >> 8;
	return c;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_by_cpu(
	uint32_t c, const unsigned char *p, size_t n)
{
	uint64_t wide = c;

	for (; n >= 8; n -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	c = (uint32_t)wide;
	while (n--)
		c = __builtin_ia32_crc32qi(c, *p++);
	return c;
}
#endif

uint32_t hash_crc32c(uint32_t crc, const void *p, size_t n)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~crc_by_cpu(~crc, p, n);
#endif
	return ~crc_by_table(~crc, p, n);
}
