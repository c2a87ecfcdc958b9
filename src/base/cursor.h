/* Reading fields one after the other with a sticky error: read many, test once. Pure. */
#ifndef SLUICE_BASE_CURSOR_H
#define SLUICE_BASE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* rest is what has not been read; failed once set makes every further read return nothing. */
struct cursor {
	struct slice rest;
	bool failed;
};

static inline struct cursor cursor_of(struct slice s)
{
	return (struct cursor){ s, false };
}

static inline bool cursor_at_end(const struct cursor *c)
{
	return c->rest.n == 0;
}

/* The next byte without taking it, or -1 at the end or after a failure. */
static inline int cursor_peek(const struct cursor *c)
{
	return c->failed || c->rest.n == 0 ? -1 : (unsigned char)c->rest.p[0];
}

/* Takes n bytes; fewer left is a failure and gives SLICE_NIL. */
struct slice cursor_take(struct cursor *c, size_t n);
/* Takes the byte if it is c; otherwise false and nothing taken (no failure). */
bool cursor_accept(struct cursor *c, char ch);
/* Takes the text, ignoring ASCII case; otherwise false and nothing taken (no failure). */
bool cursor_accept_nocase(struct cursor *c, struct slice text);
/* As accept, but a mismatch is a failure. */
void cursor_expect(struct cursor *c, char ch);
/* Takes the longest run of bytes for which is() holds; may be empty. */
struct slice cursor_run(struct cursor *c, bool (*is)(char));
/* Little-endian integers of the binary formats; 0 after a failure. */
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* A slice preceded by its length in four bytes. */
struct slice cursor_blob(struct cursor *c);

#endif
