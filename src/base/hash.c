/* SipHash-1-3 over a slice, byte order of the machine ignored (little-endian loads), and CRC-32C by
 * the processor's instruction or by a table of 256 words. A stream's state is worked on in a copy,
 * so that it stays in registers. */
#include "base/hash.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

static uint64_t rotl(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void sip_round(struct hash_stream *s)
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

static inline void sip_word(struct hash_stream *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

static struct hash_stream begin(const struct hash_key *key)
{
	return (struct hash_stream){
		.v0 = key->a ^ 0x736f6d6570736575ULL,
		.v1 = key->b ^ 0x646f72616e646f6dULL,
		.v2 = key->a ^ 0x6c7967656e657261ULL,
		.v3 = key->b ^ 0x7465646279746573ULL,
	};
}

static uint64_t finish(struct hash_stream *h)
{
	for (int i = 0; i < 3; i++)
		sip_round(h);
	return h->v0 ^ h->v1 ^ h->v2 ^ h->v3;
}

/* Less than a word. */
static uint64_t load_rest(struct slice s)
{
	uint64_t word = 0;

	for (size_t i = 0; i < s.n; i++)
		word |= (uint64_t)(unsigned char)s.p[i] << (8 * i);
	return word;
}

static uint64_t load_whole(const char *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return le64toh(word);
}

/* Each of the eight bytes that is an ASCII capital letter in lower case: a byte of seven bits has
 * its eighth bit set by adding what lacks to the first capital, and not by what lacks to '['. */
static uint64_t lower_word(uint64_t word)
{
	const uint64_t each = 0x0101010101010101, top = each * 0x80;
	uint64_t low = word & ~top;
	uint64_t from_a = low + each * (0x80 - 'A'), past_z = low + each * (0x80 - 'Z' - 1);

	return word | (from_a & ~past_z & ~word & top) >> 2;
}

static uint64_t sip_hash(const struct hash_key *key, struct slice s, bool lower)
{
	struct hash_stream h = begin(key);
	uint64_t length = (uint64_t)s.n << 56;

	for (; s.n >= 8; s = slice_skip(s, 8))
		sip_word(&h, lower ? lower_word(load_whole(s.p)) : load_whole(s.p));
	sip_word(&h, length | (lower ? lower_word(load_rest(s)) : load_rest(s)));
	h.v2 ^= 0xff;
	return finish(&h);
}

uint64_t hash_slice(const struct hash_key *key, struct slice s)
{
	return sip_hash(key, s, false);
}

uint64_t hash_slice_nocase(const struct hash_key *key, struct slice s)
{
	return sip_hash(key, s, true);
}

void hash_stream_begin(struct hash_stream *h, const struct hash_key *key)
{
	*h = begin(key);
	h->v1 ^= 0xee; /* the longer result is another function */
}

void hash_stream_put(struct hash_stream *h, struct slice s)
{
	while (h->n % 8 && s.n) {
		h->rest |= (uint64_t)(unsigned char)*s.p << (8 * (h->n % 8));
		h->n++;
		s = slice_skip(s, 1);
		if (h->n % 8)
			continue;
		sip_word(h, h->rest);
		h->rest = 0;
	}
	struct hash_stream here = *h;

	here.n += s.n;
	for (; s.n >= 8; s = slice_skip(s, 8))
		sip_word(&here, load_whole(s.p));
	if (s.n)
		here.rest = load_rest(s);
	*h = here;
}

struct hash_128 hash_stream_end(struct hash_stream *h)
{
	struct hash_128 ret;

	sip_word(h, h->n << 56 | h->rest);
	h->v2 ^= 0xee;
	ret.a = finish(h);
	h->v1 ^= 0xdd;
	ret.b = finish(h);
	return ret;
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
