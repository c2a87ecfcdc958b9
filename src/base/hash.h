/* Keyed hashing (SipHash-1-3, one round a word and three at the end, and its 128-bit form; Aumasson
 * and Bernstein 2012), CRC-32C (RFC 3720, appendix B.4) and a mixing step for integers. Pure. */
#ifndef SLUICE_BASE_HASH_H
#define SLUICE_BASE_HASH_H

#include <stdint.h>

#include "base/slice.h"

struct hash_key {
	uint64_t a, b;
};

/* A peer that does not know the key cannot choose collisions. */
uint64_t hash_slice(const struct hash_key *key, struct slice s);
/* As hash_slice of the text in ASCII lower case. */
uint64_t hash_slice_nocase(const struct hash_key *key, struct slice s);

/* 128 bits of a text that comes in pieces: the same for the same bytes, however they are cut. */
struct hash_128 {
	uint64_t a, b;
};
struct hash_stream {
	uint64_t v0, v1, v2, v3;
	uint64_t rest; /* bytes that do not make a word yet, the first one lowest */
	uint64_t n; /* bytes so far */
};
void hash_stream_begin(struct hash_stream *h, const struct hash_key *key);
void hash_stream_put(struct hash_stream *h, struct slice s);
/* May be called once; the stream is used up. */
struct hash_128 hash_stream_end(struct hash_stream *h);

/* Bijective scrambling; for keys that no peer chooses. */
uint64_t hash_u64(uint64_t x);
/* Continue a CRC-32C: start with 0, feed pieces in order. Uses the processor's instruction where it
 * has one. */
uint32_t hash_crc32c(uint32_t crc, const void *p, size_t n);

#endif
